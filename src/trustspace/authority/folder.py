"""The authority on disk: ``journal.jsonl``, ``authority.toml``, keys, and what is published.

::

    authority/
      journal.jsonl     the journal; everything else can be made again from it and the keys
      authority.toml    where the keys are and where their passwords come from
      keys/             issuing, register, ocsp (unless they are on a token)
      root/             the root's key: to be carried away after the ceremony
      certificates/     what was issued to TTPs
      published/        what is to lie at the authority's address: certificates, CRLs, register.p7m
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO

import trustspace
from trustspace.algorithms.model import SigningKey
from trustspace.authority.acts import OwnService
from trustspace.authority.ceremony import Software
from trustspace.authority.errors import ActRefused, AuthorityFolderError
from trustspace.authority.issuance import ISSUING_CRL, ISSUING_FILE, ROOT_CRL, ROOT_FILE
from trustspace.authority.journal import read_records
from trustspace.authority.office import Clock, Office, Random
from trustspace.authority.signatures import Signer
from trustspace.authority.state import State
from trustspace.authority.values import IssuerName
from trustspace.encoding.certificate import Certificate
from trustspace.keys.matching import public_key_of, same_key
from trustspace.keys.model import KeyProvider
from trustspace.keys.opening import open_provider
from trustspace.keys.secrets import SecretSource

JOURNAL, SETTINGS, PUBLISHED, CERTIFICATES = "journal.jsonl", "authority.toml", "published", "certificates"
REGISTER_FILE = "register.p7m"
_LARGEST_JOURNAL = 1 << 30
_CRL_FILES = {IssuerName.ROOT: ROOT_CRL, IssuerName.ISSUING: ISSUING_CRL}


@dataclass(frozen=True, slots=True)
class Settings:
    """Where keys are (a folder or a ``pkcs11:`` URI) and where passwords come from (``SecretSource``)."""

    keys: str = "keys"
    root_keys: str = "root"
    password: str | None = None
    root_password: str | None = None

    def to_toml(self) -> str:
        """The file's text."""
        lines = ["# Where the keys are: a folder, or a pkcs11: URI. Passwords: env:NAME, file:PATH, prompt."]
        for name in ("keys", "root_keys", "password", "root_password"):
            value = getattr(self, name)
            if value is not None:
                quoted = value.replace("\\", "\\\\").replace('"', '\\"')
                lines.append(f'{name} = "{quoted}"')
        return "\n".join(lines) + "\n"

    @classmethod
    def parse(cls, data: bytes, path: Path) -> Settings:
        """From the file. Raises ``AuthorityFolderError``."""
        try:
            values = tomllib.loads(data.decode("utf-8"))
        except (ValueError, RecursionError) as error:
            raise AuthorityFolderError(path=str(path), reason=str(error)) from None
        known = cls.__slots__
        for name, value in values.items():
            if name not in known or not isinstance(value, str):
                raise AuthorityFolderError(path=str(path), reason=f"{name} is no setting")
        return cls(**values)


@dataclass(frozen=True, slots=True)
class Folder:
    """The folder of one authority."""

    path: Path

    @property
    def journal(self) -> Path:
        """The journal's file."""
        return self.path / JOURNAL

    def exists(self) -> bool:
        """Whether an authority lives here already."""
        return self.journal.exists()

    def read(self) -> bytes:
        """The journal's octets. Raises ``AuthorityFolderError``."""
        try:
            if self.journal.stat().st_size > _LARGEST_JOURNAL:
                raise AuthorityFolderError(path=str(self.journal), reason="too large")
            return self.journal.read_bytes()
        except FileNotFoundError:
            raise AuthorityFolderError("AUTHORITY_NOT_FOUND", path=str(self.path)) from None
        except OSError as error:
            raise _unusable(self.journal, error) from error

    def state(self) -> State:
        """What the journal gives. Raises ``AuthorityFolderError``, ``JournalBroken``."""
        return State.replay(read_records(self.read()))

    def settings(self) -> Settings:
        """``authority.toml``. Raises ``AuthorityFolderError``."""
        path = self.path / SETTINGS
        try:
            return Settings.parse(path.read_bytes(), path)
        except OSError as error:
            raise _unusable(path, error) from error

    @contextmanager
    def office(self, *, clock: Clock, random: Random) -> Iterator[Office]:
        """The journal open for writing, by one process at a time.

        Raises ``AuthorityFolderError``: also AUTHORITY_BUSY; ``JournalBroken``.
        """
        self.read()
        with self._open_journal("ab") as stream:
            yield Office.open(
                read_records(self.read()), lambda line: append_to(stream, line), clock=clock, random=random
            )

    @contextmanager
    def new_journal(self) -> Iterator[IO[bytes]]:
        """A journal that does not exist yet; gone again if its beginning fails. AUTHORITY_EXISTS."""
        if self.exists():
            raise AuthorityFolderError("AUTHORITY_EXISTS", path=str(self.path))
        try:
            with self._open_journal("xb") as stream:
                yield stream
        except BaseException:
            with suppress(OSError):
                if self.journal.stat().st_size == 0:
                    self.journal.unlink()
            raise

    @contextmanager
    def _open_journal(self, mode: str) -> Iterator[IO[bytes]]:
        try:
            # Without a buffer: what a failed write leaves in one would be written when the file is closed.
            stream: IO[bytes] = self.journal.open(mode, buffering=0)
        except OSError as error:
            raise _unusable(self.journal, error) from error
        with stream:
            try:
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise AuthorityFolderError("AUTHORITY_BUSY", path=str(self.journal)) from None
            yield stream

    # --- Keys ----------------------------------------------------------------------------------------------

    def provider(self, settings: Settings, *, root: bool = False) -> KeyProvider:
        """Where the online keys are, or the root's. Raises ``KeyProviderError``."""
        reference = settings.root_keys if root else settings.keys
        password = settings.root_password if root else settings.password
        return open_provider(reference, self.secret(password), base=self.path)

    def secret(self, source: str | None) -> SecretSource | None:
        """A source of a password; ``file:`` is relative to the folder."""
        return None if source is None else SecretSource(source, self.path)

    def key(self, issuer: IssuerName) -> SigningKey:
        """The key of the root or of the issuing CA. Raises ``KeyProviderError``."""
        return self.provider(self.settings(), root=issuer is IssuerName.ROOT).open(issuer.value)

    def own(self, state: State, service: OwnService) -> SigningKey:
        """The key of one of the authority's own signers: that of its certificate now."""
        provider = self.provider(self.settings())
        wanted = state.own[service]
        held_keys = provider.keys()
        for held in held_keys:
            if held.certificate is not None and held.certificate.sha256 == wanted.sha256:
                return provider.open(held.name)
        return provider.open(self.name_of(provider, service, wanted))

    def name_of(self, provider: KeyProvider, service: OwnService, certificate: Certificate) -> str:
        """The key of a certificate that does not lie beside it yet, among those that are made for it."""
        public = public_key_of(certificate)
        held_keys = provider.keys()
        for held in held_keys:
            if public is None or not held.name.startswith(service.value):
                continue
            if same_key(public, held.key or provider.open(held.name).key):
                return held.name
        return service.value

    def renew(self, service: OwnService, kind: str, moment: datetime, random: Random) -> SigningKey:
        """A new key for one of them, under a name that says since when."""
        name = f"{service.value}-{moment:%Y%m%d%H%M%S}"
        return self.provider(self.settings()).generate(name, kind, random=random)

    def take_over(self, state: State, service: OwnService) -> None:
        """Put the new certificate of an own signer beside its key."""
        provider = self.provider(self.settings())
        certificate = state.own[service]
        provider.attach(self.name_of(provider, service, certificate), certificate)

    def service(self, state: State) -> Signer:
        """What seals the records that no officer makes, and signs the register."""
        return Signer(state.own[OwnService.REGISTER], self.own(state, OwnService.REGISTER))

    # --- Files ---------------------------------------------------------------------------------------------

    def write(self, name: str, data: bytes) -> Path:
        """A file, whole or not at all. Raises ``AuthorityFolderError``."""
        path = self.path / name
        beside = path.with_name(f".{path.name}.new")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with beside.open("wb") as stream:
                stream.write(data)
                stream.flush()
                os.fsync(stream.fileno())
            beside.replace(path)
        except OSError as error:
            raise _unusable(path, error) from error
        return path

    def write_authority(self, state: State) -> None:
        """The authority's certificates, its last CRLs and what it issued, as the journal has them."""
        certificates = state.ceremony.certificates
        self.write(f"{PUBLISHED}/{ROOT_FILE}", certificates.root.raw)
        self.write(f"{PUBLISHED}/{ISSUING_FILE}", certificates.issuing.raw)
        for issuer, crl in state.crls.items():
            self.write(f"{PUBLISHED}/{_CRL_FILES[issuer]}", crl.raw)
        for issued in state.issued.values():
            if issued.member is not None:
                self.write_certificate(state, issued.certificate)

    def write_certificate(self, state: State, certificate: Certificate) -> Path:
        """A certificate that was issued, under a name that says whose and what for."""
        issued = state.issued[certificate.sha256]
        name = f"{issued.member or 'authority'}-{issued.purpose}-{certificate.sha256[:16]}.cer"
        path = self.path / CERTIFICATES / name
        return path if path.exists() else self.write(f"{CERTIFICATES}/{name}", certificate.raw)


def append_to(stream: IO[bytes], line: bytes) -> None:
    """A line on disk, or none of it: after a failure the file is as long as it was before."""
    handle = stream.fileno()
    size = os.fstat(handle).st_size
    try:
        rest = memoryview(line)
        while rest:
            rest = rest[os.write(handle, rest) :]
        os.fsync(handle)
    except OSError as error:
        with suppress(OSError):
            os.ftruncate(handle, size)
        raise _unusable(Path(str(stream.name)), error) from error


def _unusable(path: Path, error: OSError) -> AuthorityFolderError:
    return AuthorityFolderError(path=str(path), reason=error.strerror or str(error))


def officer_of(state: State, key: SigningKey) -> Signer:
    """The officer whose key this is. Raises ``ActRefused`` OFFICER_KEY_UNKNOWN."""
    for officer in state.officers.values():
        public = public_key_of(officer.certificate)
        if public is not None and same_key(public, key.key):
            return Signer(officer.certificate, key)
    raise ActRefused("OFFICER_KEY_UNKNOWN")


def running_software() -> Software:
    """This program, by the SHA-256 over the names and digests of all its files."""
    root = Path(trustspace.__file__).parent
    total = hashlib.sha256()
    for path in sorted(root.rglob("*")):
        if path.is_file() and path.suffix in (".py", ".so", ".toml", ".pyd"):
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            total.update(f"{digest}  {path.relative_to(root).as_posix()}\n".encode())
    return Software("trustspace", trustspace.__version__, total.hexdigest())


def published_sequence(folder: Folder) -> int | None:
    """The sequence of the register that lies in ``published``; None where there is none that can be read.

    It is compared with the journal only: nothing is believed of it.
    """
    from trustspace.documents.open import open_document  # noqa: PLC0415 - verify alone needs it
    from trustspace.errors import TrustspaceError  # noqa: PLC0415
    from trustspace.trust.register import Register  # noqa: PLC0415

    try:
        document = open_document((folder.path / PUBLISHED / REGISTER_FILE).read_bytes())
        if document.content is None:
            return None
        return Register.from_json(document.content.read(1 << 24)).sequence
    except (OSError, TrustspaceError):
        return None
