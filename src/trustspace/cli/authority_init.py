"""``trustspace authority init``: the ceremony."""

from __future__ import annotations

import argparse
import os
from datetime import UTC, datetime
from pathlib import Path

from trustspace.authority.ceremony import (
    Ceremony,
    Custody,
    Lifetimes,
    Officer,
    Participant,
    check_address,
    check_quorum,
)
from trustspace.authority.errors import AuthorityFolderError
from trustspace.authority.folder import SETTINGS, Folder, Settings, append_to, running_software
from trustspace.authority.founding import OwnKeys, certify
from trustspace.authority.issuance import SERVICE_DAYS, officer_certificate
from trustspace.authority.office import Office
from trustspace.authority.reading import plain
from trustspace.authority.signatures import Signer
from trustspace.authority.state import State
from trustspace.cli.errors import CommandError
from trustspace.cli.files import read_file
from trustspace.cli.recognise import Kind, read_objects
from trustspace.encoding.certificate import Certificate
from trustspace.keys.files import FileKeys
from trustspace.keys.secrets import SecretSource
from trustspace.keys.token.uri import is_token_uri

_ONLINE = ("issuing", "register", "ocsp")


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


def initialise(options: argparse.Namespace, folder: Folder) -> State:
    """Make keys, certificates, the ceremony's record. Raises whatever hinders; then no journal is left."""
    began = _now()
    settings = Settings(
        keys=options.keys or "keys",
        root_keys=options.root_keys or "root",
        password=options.password,
        root_password=options.root_password,
    )
    lifetimes = Lifetimes(
        options.certificate_days,
        options.crl_days,
        options.root_crl_days,
        options.register_days,
        options.ocsp_days,
    )
    if not lifetimes.positive:
        raise CommandError("AUTHORITY_ARGUMENT", option="--…-days", value="< 1")
    if folder.exists():
        raise AuthorityFolderError("AUTHORITY_EXISTS", path=str(folder.path))
    # Before any key is made: what would be refused in the end is refused now.
    check_quorum(options.quorum, len(options.officer) + len(options.new_officer))
    check_address(options.address)
    for name in ("space", "organisation", "place"):
        plain(getattr(options, name), f"--{name}")
    _folders(folder, settings)
    with folder.new_journal() as stream:
        officers = [_registered(text) for text in options.officer]
        officers += [_new_officer(text, options, began) for text in options.new_officer]
        keys = _keys(options, folder, settings)
        certificates = certify(keys, options.organisation, options.address, begin=began, random=os.urandom)
        for name, certificate in certificates.each:
            folder.provider(settings, root=name == "root").attach(name, certificate)
        places = dict(_pair(text, "--custody") for text in options.custody)
        ceremony = Ceremony(
            quorum=options.quorum,
            officers=tuple(officers),
            participants=tuple(Participant(*_pair(text, "--participant")) for text in options.participant),
            certificates=certificates,
            custody=tuple(
                Custody(
                    name,
                    places.get(name) or (settings.root_keys if name == "root" else settings.keys),
                    str(key.module),
                )
                for name, key in keys.each
            ),
            software=running_software(),
            address=options.address,
            lifetimes=lifetimes,
            place=options.place,
            began=began,
            ended=_now(),
        )
        folder.write(SETTINGS, settings.to_toml().encode())
        service = Signer(certificates.register, keys.register)
        office = Office.found(
            options.space,
            ceremony,
            service,
            lambda line: append_to(stream, line),
            clock=_now,
            random=os.urandom,
        )
        from trustspace.authority.values import IssuerName  # noqa: PLC0415

        # While the root is at hand: its first CRL, without which nothing below it is believed.
        office.crl(IssuerName.ROOT, keys.root, service)
        office.crl(IssuerName.ISSUING, keys.issuing, service)
        folder.write_authority(office.state)
        return office.state


def _folders(folder: Folder, settings: Settings) -> None:
    try:
        folder.path.mkdir(parents=True, exist_ok=True)
        for where in (settings.keys, settings.root_keys):
            if not is_token_uri(where):
                (folder.path / where).mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise AuthorityFolderError(path=str(folder.path), reason=error.strerror or str(error)) from error


def _keys(options: argparse.Namespace, folder: Folder, settings: Settings) -> OwnKeys:
    root = folder.provider(settings, root=True).generate("root", options.kind, random=os.urandom)
    online = folder.provider(settings)
    return OwnKeys(root, *(online.generate(name, options.kind, random=os.urandom) for name in _ONLINE))


def _pair(text: str, option: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name or not value:
        raise CommandError("AUTHORITY_ARGUMENT", option=option, value=text)
    return name, value


def _registered(text: str) -> Officer:
    name, path = _pair(text, "--officer")
    for found in read_objects(read_file(path, limit=1 << 20)):
        if found.kind is Kind.CERTIFICATE:
            return Officer(name, Certificate.parse(found.data))
    raise CommandError("CERTIFICATE_UNUSABLE", path=path, reason=Kind.UNKNOWN.value)


def _new_officer(text: str, options: argparse.Namespace, began: datetime) -> Officer:
    """A key in a file of the officer's own, for those who have none."""
    name, path = _pair(text, "--new-officer")
    where = Path(path)
    password = None if options.officer_password is None else SecretSource(options.officer_password)
    if where.suffix != ".key" or not where.parent.is_dir():
        raise CommandError("AUTHORITY_ARGUMENT", option="--new-officer", value=text)
    provider = FileKeys(where.parent, password)
    key = provider.generate(where.stem, options.kind, random=os.urandom)
    certificate = officer_certificate(name, key, begin=began, days=SERVICE_DAYS, random=os.urandom(48))
    provider.attach(where.stem, certificate)
    return Officer(name, certificate)
