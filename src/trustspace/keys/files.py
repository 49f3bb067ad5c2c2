"""Keys in files: PKCS#8, encrypted (PBES2) unless the operator decides otherwise, readable by their owner.

A folder is a provider: ``ttp.key`` is the key "ttp", ``ttp.crt`` its certificate.
"""

from __future__ import annotations

import re
from pathlib import Path

import trustspace
from trustspace.algorithms.errors import KeyInvalid, PasswordInvalid
from trustspace.algorithms.model import KeyDerivation, ModuleInfo, PublicKey
from trustspace.algorithms.private import PrivateKey, generate, load_private_key
from trustspace.encoding import pem
from trustspace.encoding.certificate import Certificate
from trustspace.errors import MalformedEncoding, TrustspaceError
from trustspace.keys.errors import KeyFileError, KeyNameError
from trustspace.keys.matching import check_certificate_of, public_key_of
from trustspace.keys.model import HeldKey, Random
from trustspace.keys.private_files import read_private_file, sync_folder, write_private_file
from trustspace.keys.secrets import SecretSource

_NAME = re.compile(r"[^\W.][\w.-]{0,99}")
_KEY, _CERTIFICATES = ".key", (".crt", ".cer", ".pem")
_LARGEST_CERTIFICATE = 1 << 20


def load_key_file(
    path: Path, password: SecretSource | None = None, *, encrypted_only: bool = False
) -> PrivateKey:
    """The key of a file: PKCS#8 (also encrypted), SEC 1 or PKCS#1, PEM or DER.

    Raises ``KeyFileError`` (see there), ``SecretUnavailable``, ``AlgorithmNotSupported``.
    """
    data = read_private_file(path)
    try:
        key = load_private_key(data)
    except PasswordInvalid:
        return _load_encrypted(path, data, password)
    except KeyInvalid as error:
        raise KeyFileError(path=str(path), reason=str(error.parameters["reason"])) from error
    if encrypted_only:
        raise KeyFileError("KEY_NOT_ENCRYPTED", path=str(path))
    return key


def _load_encrypted(path: Path, data: bytes, password: SecretSource | None) -> PrivateKey:
    if password is None:
        raise KeyFileError("KEY_PASSWORD_NEEDED", path=str(path))
    secret = password.read(f"Password of {path.name}")
    try:
        return load_private_key(data, secret.encode())
    except PasswordInvalid as error:
        raise KeyFileError("KEY_PASSWORD_WRONG", path=str(path)) from error
    except KeyInvalid as error:
        # A wrong password leaves good padding once in some thousand times, and noise behind it.
        raise KeyFileError("KEY_PASSWORD_WRONG", path=str(path)) from error


def write_key_file(
    path: Path,
    key: PrivateKey,
    password: str | None,
    *,
    random: Random,
    derivation: KeyDerivation = KeyDerivation.PBKDF2,
) -> None:
    """Writes a key as PEM, mode 0600; ``password`` None leaves it unencrypted.

    Raises ``KeyFileError`` (KEY_FILE_EXISTS, KEY_FILE_UNUSABLE); ``ValueError`` for an empty password.
    """
    if password is None:
        text = pem_block("PRIVATE KEY", key.to_pkcs8())
    else:
        encrypted = key.to_encrypted_pkcs8(password.encode(), random=random, derivation=derivation)
        text = pem_block("ENCRYPTED PRIVATE KEY", encrypted)
    write_private_file(path, text)


def pem_block(label: str, der: bytes) -> bytes:
    """RFC 7468: lines of 64 characters."""
    import base64  # noqa: PLC0415

    text = base64.b64encode(der).decode()
    lines = "\n".join(text[start : start + 64] for start in range(0, len(text), 64))
    return f"-----BEGIN {label}-----\n{lines}\n-----END {label}-----\n".encode()


class FileKeys:
    """A folder of keys; a :class:`~trustspace.keys.model.KeyProvider`.

    ``password`` None writes new keys unencrypted: for keys of tests and demonstrations, and where the disk
    itself is the safe.
    """

    def __init__(
        self,
        folder: Path,
        password: SecretSource | None = None,
        *,
        derivation: KeyDerivation = KeyDerivation.PBKDF2,
    ) -> None:
        self._folder = folder
        self._password = password
        self._derivation = derivation

    @property
    def module(self) -> ModuleInfo:
        return ModuleInfo("trustspace key files", trustspace.__version__)

    def keys(self) -> tuple[HeldKey, ...]:
        try:
            paths = sorted(path for path in self._folder.iterdir() if path.suffix == _KEY and path.is_file())
        except OSError as error:
            raise KeyFileError(path=str(self._folder), reason=error.strerror or str(error)) from error
        return tuple(self._held(path) for path in paths)

    def _held(self, path: Path) -> HeldKey:
        certificate = self._certificate(path.stem)
        key: PublicKey | None
        try:
            key = load_key_file(path).key
        except TrustspaceError:
            key = None if certificate is None else public_key_of(certificate)
        return HeldKey(path.stem, str(path), key, certificate, exportable=True)

    def open(self, name: str) -> PrivateKey:
        return load_key_file(self._existing(name), self._password)

    def generate(self, name: str, kind: str, *, random: Random) -> PrivateKey:
        path = self._path(name)
        if path.exists():
            raise KeyNameError("KEY_EXISTS", key=name, where=str(self._folder))
        secret = None
        if self._password is not None:
            secret = self._password.read(f"Password for the new key {name}")
        key = generate(kind, random=random)
        write_key_file(path, key, secret, random=random, derivation=self._derivation)
        return key

    def certificate(self, name: str) -> Certificate | None:
        self._existing(name)
        return self._certificate(name)

    def attach(self, name: str, certificate: Certificate) -> None:
        check_certificate_of(self.open(name).key, certificate, name)
        path = self._folder / f"{name}{_CERTIFICATES[0]}"
        temporary = path.with_name(f".{path.name}.new")
        try:
            temporary.write_bytes(pem_block("CERTIFICATE", certificate.raw))
            temporary.replace(path)
        except OSError as error:
            raise KeyFileError(path=str(path), reason=error.strerror or str(error)) from error
        sync_folder(self._folder)

    def close(self) -> None:
        """Nothing is held open."""

    def _path(self, name: str) -> Path:
        if not _NAME.fullmatch(name):
            raise KeyNameError("KEY_NAME_INVALID", key=name)
        return self._folder / f"{name}{_KEY}"

    def _existing(self, name: str) -> Path:
        path = self._path(name)
        if not path.is_file():
            known = ", ".join(sorted(other.stem for other in self._folder.glob(f"*{_KEY}"))) or "-"
            raise KeyNameError(key=name, where=str(self._folder), known=known)
        return path

    def _certificate(self, name: str) -> Certificate | None:
        found: list[Certificate] = []
        for suffix in _CERTIFICATES:
            path = self._folder / f"{name}{suffix}"
            try:
                if not path.is_file() or path.stat().st_size > _LARGEST_CERTIFICATE:
                    continue
                found += [Certificate.parse(data) for _, data in pem.decode_any(path.read_bytes())][:1]
            except (OSError, MalformedEncoding) as error:
                raise KeyFileError(path=str(path), reason=str(error)) from error
        return max(found, key=lambda each: each.not_before, default=None)
