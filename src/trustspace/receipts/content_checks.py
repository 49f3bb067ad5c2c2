"""What a receipt says, checked against itself, against the document and against the receipts inside it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from trustspace.algorithms.digests import digest_by_oid
from trustspace.algorithms.errors import AlgorithmNotSupported
from trustspace.documents.content import Content
from trustspace.encoding.dvcs import CertEtcKind, DVCSCertInfo, DVCSResponse, ServiceType
from trustspace.receipts.details import Imprint, Opinion, ReceiptDetails
from trustspace.receipts.issue import families
from trustspace.receipts.opinions import Ground
from trustspace.receipts.outcome import DvcsStatus, Outcome, OutcomeUnreadable, from_dvcs, worst
from trustspace.receipts.report import ImprintCheck
from trustspace.validation.causes import Cause, cause

_RELIED = frozenset({Ground.BOTH_AGREE.value, Ground.RELIED_ON_PEER.value})


def contradiction(what: str) -> Cause:
    """The receipt's parts do not agree."""
    return cause("RECEIPT_CONTRADICTS_ITSELF", what=what)


@dataclass(frozen=True, slots=True)
class Said:
    """A receipt's answer as it stands on the wire."""

    outcome: Outcome
    text: tuple[str, ...]
    causes: tuple[Cause, ...]


def read_answer(response: DVCSResponse, details: ReceiptDetails | None) -> Said:
    """The outcome of an answer; where its parts disagree, the causes say so and the worst counts."""
    note = response.error_note
    info = response.cert_info
    if note is not None:
        status = DvcsStatus.of(note.transaction_status, error_note=True)
    else:
        assert info is not None
        status = DvcsStatus.of(info.dv_status)
    causes: list[Cause] = []
    outcomes = []
    try:
        outcomes.append(from_dvcs(status))
    except OutcomeUnreadable as error:
        causes.append(Cause(error.code, error.parameters))
        outcomes.append(Outcome.UNDETERMINED_FOR_GOOD)
    if details is not None:
        outcomes.append(details.outcome)
        if details.outcome is not outcomes[0]:
            causes.append(contradiction("status and details"))
        causes += _verdicts(details, info)
    elif info is not None:
        parts = [outcome for outcome in _statuses(info) if outcome is not None]
        if outcomes[0] is Outcome.VALID and any(part is not Outcome.VALID for part in parts):
            # RFC 3029 §9.1: granted only if all are valid.
            causes.append(contradiction("granted, but not every part is valid"))
            outcomes.append(worst(parts))
    return Said(worst(outcomes), status.text, tuple(causes))


def _verdicts(details: ReceiptDetails, info: DVCSCertInfo | None) -> Iterator[Cause]:
    judged = [verdict.outcome for verdict in details.verdicts]
    certifies = info is not None and info.dv_req_info.service in (ServiceType.CPD, ServiceType.CCPD)
    if not certifies and details.outcome is Outcome.VALID and worst(judged) is not Outcome.VALID:
        yield contradiction("valid, but not every verdict is")
    if info is not None and info.certs:
        statuses = _statuses(info)
        if len(statuses) != len(judged) or any(
            status is not None and status is not outcome
            for status, outcome in zip(statuses, judged, strict=False)
        ):
            yield contradiction("certs and verdicts")


def _statuses(info: DVCSCertInfo) -> list[Outcome | None]:
    """The outcome of each target by its first status; None where it has none."""
    found: list[Outcome | None] = []
    for target in info.certs:
        status = target.chain[0].pki_status if target.chain else None
        found.append(None if status is None else from_dvcs(DvcsStatus.of(status)))
    return found


def imprints_of(
    info: DVCSCertInfo | None, details: ReceiptDetails | None
) -> tuple[tuple[Imprint, ...], tuple[Imprint, ...]]:
    """The imprints of what was judged, and of its detached content."""
    first: tuple[Imprint, ...] = ()
    if info is not None:
        first = (Imprint(info.message_imprint.hash_oid, info.message_imprint.digest),)
    if details is None:
        return first, ()
    return (*first, *details.imprints), details.content_imprints


def compare(imprints: Sequence[Imprint], document: Content | None) -> tuple[ImprintCheck, ...]:
    """Each imprint against the document, as far as its digest can be known."""
    checks = []
    for imprint in imprints:
        matches: bool | None = None
        if document is not None:
            try:
                digest = document.digest(digest_by_oid(imprint.oid))
                matches = None if digest is None else digest == imprint.digest
            except AlgorithmNotSupported:
                matches = None
        checks.append(ImprintCheck(imprint, matches))
    return tuple(checks)


def imprint_notes(imprints: Sequence[Imprint]) -> Iterator[Cause]:
    """Rule 5 of the design: two imprints of different hash families."""
    try:
        single = len(families(imprints)) < 2
    except AlgorithmNotSupported:
        single = False
    if imprints and single:
        yield cause("RECEIPT_SINGLE_IMPRINT", algorithm=ImprintCheck(imprints[0], None).algorithm)


def relation(outer: DVCSCertInfo, inner: DVCSCertInfo | None) -> Cause | None:
    """Whether an embedded receipt is about what the outer one is about; None where it is."""
    if inner is None:
        return None
    if outer.dv_req_info.service is not inner.dv_req_info.service:
        return contradiction("the embedded receipt is of another service")
    if outer.dv_req_info.service is ServiceType.VPKC:
        # The other TTP was asked about its own certificates only.
        if _targets(inner) <= _targets(outer):
            return None
        return contradiction("the embedded receipt is about other certificates")
    mine, its = outer.message_imprint, inner.message_imprint
    if mine.hash_oid == its.hash_oid:
        return None if mine.digest == its.digest else contradiction("the embedded receipt's imprint")
    return contradiction("the embedded receipt's imprint has another algorithm")


def _targets(info: DVCSCertInfo) -> set[bytes]:
    return {t.target.value for t in info.certs if t.target.kind is CertEtcKind.CERTIFICATE}


def relies(details: ReceiptDetails | None) -> bool:
    """Whether the answer stands on another TTP's receipt; a stranger's with embedded ones is taken to."""
    if details is None:
        return True
    return any(verdict.ground in _RELIED for verdict in details.verdicts)


def opinions_agree(details: ReceiptDetails, embedded: dict[bytes, Outcome]) -> Iterator[Cause]:
    """The opinions that were taken in against the receipts that are embedded, by SHA-256."""
    cited = {o.receipt_sha256: o for o in details.opinions if o.receipt_sha256 is not None}
    for digest, opinion in cited.items():
        if digest not in embedded:
            yield cause("RECEIPT_EMBEDDED_MISSING", member=opinion.member)
        elif opinion.outcome not in (None, embedded[digest]) and not _undetermined(opinion):
            # A receipt that did not verify was taken in as undetermined, whatever it says.
            yield contradiction(f"the opinion of {opinion.member} and its receipt")
    for digest in embedded:
        if digest not in cited:
            yield contradiction("an embedded receipt that no opinion cites")


def _undetermined(opinion: Opinion) -> bool:
    return opinion.outcome is not None and opinion.outcome.undetermined
