"""``trustspace authority``: the CA of the TTP service, in a folder."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from trustspace.authority import acts
from trustspace.authority.acts import Ground, Payload, Purpose, Requested, Target, TargetKind
from trustspace.authority.checking import verify_journal
from trustspace.authority.errors import ActMalformed, ActRefused, JournalBroken
from trustspace.authority.folder import PUBLISHED, REGISTER_FILE, Folder, officer_of, published_sequence
from trustspace.authority.reading import plain
from trustspace.authority.signatures import Signer
from trustspace.authority.state import State
from trustspace.authority.values import IssuerName
from trustspace.cli import authority_text as texts
from trustspace.cli.authority_arguments import build
from trustspace.cli.console import Console, save
from trustspace.cli.errors import CommandError
from trustspace.cli.exit_codes import ExitCode
from trustspace.cli.failures import report
from trustspace.cli.files import parse_time, read_file
from trustspace.cli.plain_text import json_text
from trustspace.cli.recognise import Kind, read_objects
from trustspace.encoding.certificate import Certificate
from trustspace.encoding.certification_request import CertificationRequest
from trustspace.encoding.pem import decode_any
from trustspace.errors import MalformedEncoding
from trustspace.keys.opening import open_key
from trustspace.keys.secrets import SecretSource
from trustspace.pki.issuing import distinguished_name

_SMALL = 1 << 20


def clock() -> datetime:
    """The machine's clock."""
    return datetime.now(UTC)


def run(options: argparse.Namespace, console: Console) -> int:
    """Parse the rest of the words and do it; 1 where the rules refuse or the journal is broken."""
    inner = build(console.language).parse_args(options.rest)
    options.json = inner.json  # failures of any kind are then told in JSON too
    try:
        return _ACTIONS[inner.action](inner, Folder(Path(inner.dir)), console)
    except (ActRefused, JournalBroken) as error:
        report(error, console, as_json=inner.json)
        return ExitCode.FAILED


# --- Acts ---------------------------------------------------------------------------------------------------


def _propose(
    options: argparse.Namespace, folder: Folder, console: Console, make: Callable[[State], Payload]
) -> int:
    with folder.office(clock=clock, random=os.urandom) as office:
        payload = make(office.state)
        act = office.propose(payload, _officer(options, office.state))
        texts.show_decision(office.state, office.state.decisions[act.digest], console, as_json=options.json)
    return ExitCode.DONE


def _register(options: argparse.Namespace, folder: Folder, console: Console) -> int:
    def make(state: State) -> Payload:
        ground, member = _ground(options), options.member
        if options.authority_certificate:
            certificate = _certificate(options.authority_certificate)
            return acts.RegisterAuthority(member, _needed(options.name, "--name"), certificate, ground)
        wanted = [Requested(Purpose.DVCS, _request(path)) for path in options.request]
        wanted += [Requested(Purpose.TIMESTAMPING, _request(path)) for path in options.timestamping_request]
        service = state.services.get(member)
        if service is not None and service.admission is not None and options.name is None:
            return acts.Certify(member, tuple(wanted), ground)
        name = _needed(options.name, "--name")
        endpoints = dict(_pair(text, "--endpoint") for text in options.endpoint)
        profile = options.profile or "rfc3029"
        return acts.RegisterTtp(member, name, profile, endpoints, tuple(wanted), ground)

    return _propose(options, folder, console, make)


def _status_act(options: argparse.Namespace, folder: Folder, console: Console) -> int:
    def make(state: State) -> Payload:
        target, ground = _target(options.target, state), _ground(options)
        if options.action == "resume":
            return acts.Resume(target, ground)
        now = clock().replace(microsecond=0)
        announced = parse_time(options.announced) if options.announced else now
        if options.action == "suspend":
            return acts.Suspend(target, ground, announced)
        since = parse_time(options.invalid_since) if options.invalid_since else None
        return acts.Revoke(target, acts.Reason(options.reason), ground, announced, since)

    return _propose(options, folder, console, make)


def _officer_act(options: argparse.Namespace, folder: Folder, console: Console) -> int:
    def make(state: State) -> Payload:
        certificate = _certificate(options.certificate)
        if options.change == "remove":
            return acts.OfficerRemove(certificate.sha256, _ground(options))
        return acts.OfficerAdd(_needed(options.name, "--name"), certificate, _ground(options))

    return _propose(options, folder, console, make)


def _quorum(options: argparse.Namespace, folder: Folder, console: Console) -> int:
    return _propose(options, folder, console, lambda _: acts.SetQuorum(options.quorum, _ground(options)))


def _renew(options: argparse.Namespace, folder: Folder, console: Console) -> int:
    service = acts.OwnService(options.service)

    def make(state: State) -> Payload:
        ground = _ground(options)
        key = folder.renew(service, options.kind, clock(), os.urandom)
        subject = state.own[service].subject
        request = CertificationRequest.build(subject, key, entropy=os.urandom(32))
        return acts.Renew(service, request.raw, ground)

    return _propose(options, folder, console, make)


def _approve(options: argparse.Namespace, folder: Folder, console: Console) -> int:
    with folder.office(clock=clock, random=os.urandom) as office:
        decision = office.approve(_act(options.act, office.state), _officer(options, office.state))
        texts.show_decision(office.state, decision, console, as_json=options.json)
    return ExitCode.DONE


# --- What the service makes ---------------------------------------------------------------------------------


def _issue(options: argparse.Namespace, folder: Folder, console: Console) -> int:
    with folder.office(clock=clock, random=os.urandom) as office:
        digest = _act(options.act, office.state)
        office.state.effective(digest)  # before any password is asked for
        made = office.issue(digest, folder.key(IssuerName.ISSUING), folder.service(office.state))
        payload = office.state.decisions[digest].act.payload
        if isinstance(payload, acts.Renew):
            folder.take_over(office.state, payload.service)
        paths = [folder.write_certificate(office.state, certificate) for certificate in made]
    texts.show_issued(list(zip(made, paths, strict=True)), console, as_json=options.json)
    return ExitCode.DONE


def _crl(options: argparse.Namespace, folder: Folder, console: Console) -> int:
    issuer = IssuerName.ROOT if options.root else IssuerName.ISSUING
    with folder.office(clock=clock, random=os.urandom) as office:
        office.crl(issuer, folder.key(issuer), folder.service(office.state))
        folder.write_authority(office.state)
        texts.show_crl(office.state.crls[issuer], console, as_json=options.json)
    return ExitCode.DONE


def _publish(options: argparse.Namespace, folder: Folder, console: Console) -> int:
    with folder.office(clock=clock, random=os.urandom) as office:
        if not office.state.established:
            raise ActRefused("CEREMONY_NOT_SIGNED", quorum=office.state.quorum)
        service = folder.service(office.state)
        office.crl(IssuerName.ISSUING, folder.key(IssuerName.ISSUING), service)
        register, signed = office.publish(service)
        folder.write_authority(office.state)
        path = folder.write(f"{PUBLISHED}/{REGISTER_FILE}", signed)
    texts.show_register(register, path, console, as_json=options.json)
    return ExitCode.DONE


def _ocsp(options: argparse.Namespace, folder: Folder, console: Console) -> int:
    request = read_file(options.request, limit=_SMALL)
    with folder.office(clock=clock, random=os.urandom) as office:
        save(options.out, office.ocsp(request, folder.own(office.state, acts.OwnService.OCSP)))
    texts.show_file(options.out, console, as_json=options.json)
    return ExitCode.DONE


def _make_request(options: argparse.Namespace, folder: Folder, console: Console) -> int:
    subject = distinguished_name(_pair(text, "--subject") for text in options.subject)
    key = open_key(options.key, _secret(options.password))
    made = CertificationRequest.build(subject, key, entropy=os.urandom(32))
    save(options.out, made.raw)
    texts.show_file(options.out, console, as_json=options.json)
    return ExitCode.DONE


# --- Reading ------------------------------------------------------------------------------------------------


def _show(options: argparse.Namespace, folder: Folder, console: Console) -> int:
    state = folder.state()
    if options.act:
        texts.show_act(state, state.decisions[_act(options.act, state)], console)
        return ExitCode.DONE
    moment = parse_time(options.at) if options.at else clock()
    texts.show_state(state, moment, console, as_json=options.json)
    return ExitCode.DONE


def _ceremony(options: argparse.Namespace, folder: Folder, console: Console) -> int:
    state = folder.state()
    text = json_text(texts.ceremony_values(state)) if options.json else texts.ceremony_text(state, console)
    console.print_or_save(text, options.out)
    return ExitCode.DONE


def _verify(options: argparse.Namespace, folder: Folder, console: Console) -> int:
    head = None
    if options.head:
        number, _, digest = options.head.partition(":")
        if not number.isdecimal() or len(number) > 12 or int(number) < 1 or len(digest) != 64:
            raise CommandError("AUTHORITY_ARGUMENT", option="--head", value=options.head)
        head = (int(number), digest.lower())
    state = verify_journal(
        folder.read(),
        ceremony=options.ceremony.lower() if options.ceremony else None,
        head=head,
        published=published_sequence(folder),
    )
    texts.show_verified(state, console, as_json=options.json)
    return ExitCode.DONE


def _init(options: argparse.Namespace, folder: Folder, console: Console) -> int:
    from trustspace.cli.authority_init import initialise  # noqa: PLC0415 - one day in an authority's life

    state = initialise(options, folder)
    if options.json:
        console.print(json_text(texts.ceremony_values(state)))
    else:
        console.print(texts.ceremony_text(state, console))
    return ExitCode.DONE


# --- Arguments ----------------------------------------------------------------------------------------------


def _secret(source: str | None) -> SecretSource | None:
    return None if source is None else SecretSource(source)


def _officer(options: argparse.Namespace, state: State) -> Signer:
    return officer_of(state, open_key(options.key, _secret(options.password)))


def _ground(options: argparse.Namespace) -> Ground:
    return Ground(
        *(
            plain(getattr(options, f"ground_{name}"), f"--ground-{name}")
            for name in ("act", "article", "text")
        )
    )


def _needed(value: str | None, option: str) -> str:
    if value is None:
        raise CommandError("AUTHORITY_OPTION_NEEDED", option=option)
    return plain(value, option)


def _pair(text: str, option: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name or not value:
        raise CommandError("AUTHORITY_ARGUMENT", option=option, value=text)
    return name, value


def _act(text: str, state: State) -> str:
    """An act by its digest, the beginning of it, or the word ``ceremony``."""
    if text == "ceremony":
        return state.ceremony_act
    found = [digest for digest in state.decisions if len(text) >= 6 and digest.startswith(text.lower())]
    if len(found) != 1:
        raise ActRefused("ACT_NOT_FOUND", act=text)
    return found[0]


def _target(text: str, state: State) -> Target:
    """A member's code, or a certificate by its file or SHA-256."""
    name = text.lower()
    if name in state.services:
        return Target(TargetKind.TTP, name)
    if Path(text).is_file():
        name = _certificate(text).sha256
    if name in state.authorities:
        return Target(TargetKind.AUTHORITY, name)
    if name in state.issued:
        return Target(TargetKind.CERTIFICATE, name)
    raise ActRefused("TARGET_NOT_FOUND", target=text)


def _certificate(path: str) -> Certificate:
    for found in read_objects(read_file(path, limit=_SMALL)):
        if found.kind is Kind.CERTIFICATE:
            return Certificate.parse(found.data)
    raise CommandError("CERTIFICATE_UNUSABLE", path=path, reason=Kind.UNKNOWN.value)


def _request(path: str) -> bytes:
    try:
        return decode_any(read_file(path, limit=_SMALL))[0][1]
    except MalformedEncoding as error:
        raise ActMalformed(where=path, reason=str(error.parameters["reason"])) from error


_ACTIONS: dict[str, Callable[[argparse.Namespace, Folder, Console], int]] = {
    "init": _init,
    "register": _register,
    "renew": _renew,
    "approve": _approve,
    "issue": _issue,
    "suspend": _status_act,
    "resume": _status_act,
    "revoke": _status_act,
    "officer": _officer_act,
    "quorum": _quorum,
    "crl": _crl,
    "ocsp": _ocsp,
    "publish": _publish,
    "request": _make_request,
    "show": _show,
    "ceremony": _ceremony,
    "verify": _verify,
}
