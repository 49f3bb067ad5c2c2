"""From what ``--trust`` gave to what validation takes: a snapshot, evidence, and remarks about both."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from trustspace.cli.console import Console
from trustspace.cli.errors import CommandError
from trustspace.cli.trust import TrustInputs, read_trust
from trustspace.cli.words import describe, in_russian
from trustspace.encoding.certificate import Certificate
from trustspace.errors import TrustspaceError
from trustspace.pki.evidence_pool import EvidencePool
from trustspace.trust.register import Register
from trustspace.trust.snapshot import ServiceKind, Snapshot, TrustAnchor
from trustspace.validation.causes import Cause

_SHOWN_SKIPPED = 5


@dataclass(frozen=True, slots=True)
class TrustState:
    """What is trusted, what is known of revocations, and what the reader should know about both."""

    snapshot: Snapshot
    evidence: EvidencePool
    notes: tuple[str, ...]
    unused: tuple[Cause, ...] = ()
    """That a register was not used because it cannot be believed for now, and why; for programs (the notes
    say it to people)."""


def load_trust(paths: list[str], moment: datetime, console: Console) -> TrustState:
    """Read and sort everything that ``--trust`` names, believed at ``moment``.

    A register that cannot be believed *for now* (no current CRL, no chain, out of date) is not used, and the
    notes say so: a register only ever adds trust, so going on without it is the narrower state.

    Raises ``CommandError`` as :func:`read_trust` does, and REGISTER_NOT_VERIFIED for a file whose signature
    is false or that is no register although it claims to be: somebody should look at it before going on.
    """
    inputs = read_trust(paths)
    evidence = _evidence(inputs)
    register, unused = _register(inputs, evidence, moment, console)
    anchors = [TrustAnchor(certificate) for certificate in inputs.anchors.values()]
    if register is not None:
        anchors += _through_register(register, inputs, moment)
    snapshot = Snapshot(tuple(anchors), register, tuple(inputs.certificates.values()))
    notes = [*_register_note(unused, console), *_notes(inputs, console)]
    return TrustState(snapshot, evidence, tuple(notes), unused)


def _evidence(inputs: TrustInputs) -> EvidencePool:
    pool = EvidencePool()
    if inputs.crls:
        from trustspace.encoding.crl import CertificateList  # noqa: PLC0415 - only where there is one

        for data in inputs.crls:
            pool.add(CertificateList.parse(data))
    if inputs.ocsp_responses:
        from trustspace.encoding.ocsp import OCSPResponse  # noqa: PLC0415

        for data in inputs.ocsp_responses:
            pool.add(OCSPResponse.parse(data))
    return pool


def _register(
    inputs: TrustInputs, evidence: EvidencePool, moment: datetime, console: Console
) -> tuple[Register | None, tuple[Cause, ...]]:
    """The newest of the registers; none where one of them cannot be believed now, and why.

    An older register beside one that is not believed is not used either: the other may be the newer one, and
    what it withdraws must not come back.
    """
    if not inputs.registers:
        return None, ()
    from trustspace.lists.register import (  # noqa: PLC0415 - few trust folders hold one
        RegisterUnavailable,
        RegisterUndetermined,
        read_register,
    )

    newest: Register | None = None
    unused: list[Cause] = []
    for data, path in inputs.registers.items():
        try:
            register = read_register(data, inputs.anchors.values(), evidence, moment)
        except RegisterUnavailable as error:
            unused.append(Cause("REGISTER_NOT_USED", {"path": path}))
            why = error.why[:1] if isinstance(error, RegisterUndetermined) else ()
            unused += why or (Cause(error.code, error.parameters),)
            continue
        except TrustspaceError as error:
            reason = describe(error, console.language)[0].rstrip(".")
            raise CommandError("REGISTER_NOT_VERIFIED", path=path, reason=reason) from error
        if newest is None or register.sequence > newest.sequence:
            newest = register
    return (None if unused else newest), tuple(unused)


def _register_note(unused: tuple[Cause, ...], console: Console) -> list[str]:
    """That no register was used and what is missing, in one note a register."""
    if not unused:
        return []
    from trustspace.validation.catalogue import render  # noqa: PLC0415 - only then are words needed

    words = [render(item.code, item.parameters, console.language.value) for item in unused]
    pairs = zip(words[::2], words[1::2], strict=True)
    return [f"{what[0]} {why[0]} {why[1]}" for what, why in pairs]


def _through_register(register: Register, inputs: TrustInputs, moment: datetime) -> list[TrustAnchor]:
    """Authorities of members without a TTP, and the CA of the TTP service as such."""
    anchors = [
        TrustAnchor(Certificate.parse(entry.certificate), entry.member, ServiceKind.CA)
        for entry in register.authorities
        if register.ttp_of_member(entry.member) is None and entry.granted_at(moment)
    ]
    certified = {Certificate.parse(raw).issuer.raw for entry in register.ttps for raw in entry.certificates}
    anchors += [
        TrustAnchor(certificate, None, ServiceKind.TTP_CA)
        for certificate in inputs.anchors.values()
        if certificate.subject.raw in certified
    ]
    return anchors


def _notes(inputs: TrustInputs, console: Console) -> list[str]:
    skipped = [item for item in inputs.skipped if item.suspicious]
    notes = [
        console.say(
            f"Not used from --trust: {item.path} ({item.reason}).",
            f"Из --trust не использован: {item.path} ({in_russian(item.reason)}).",
        )
        for item in skipped[:_SHOWN_SKIPPED]
    ]
    if len(skipped) > _SHOWN_SKIPPED:
        more = len(skipped) - _SHOWN_SKIPPED
        notes.append(console.say(f"… and {more} more files.", f"… и ещё файлов: {more}."))
    return notes
