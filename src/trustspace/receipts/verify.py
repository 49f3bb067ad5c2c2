"""Verifying a receipt and all that are embedded in it, offline: no one is asked, nothing is fetched.

The receipt is itself a signed document, so its signatures, chains, revocation values and time-stamps are
judged by ``validation`` under the policy ``receipt``; on top of that come what RFC 3029 asks of a DVC, the
register (was this TTP granted then?), the imprints, the receipt's agreement with itself, and
:mod:`trustspace.validation.unsigned_parts` for what no signature covers.
"""

from __future__ import annotations

import hashlib

from trustspace.documents.content import Content
from trustspace.documents.model import Document
from trustspace.documents.open import NotASignature, open_document
from trustspace.encoding.certificate import Certificate
from trustspace.errors import MalformedEncoding
from trustspace.pki.revocation import EvidencePool
from trustspace.receipts import content_checks as checks
from trustspace.receipts.judging import Judged
from trustspace.receipts.parsing import ReceiptUnreadable, parse_receipt
from trustspace.receipts.report import ImprintCheck, ReceiptReport, Standing
from trustspace.trust.register import TtpEntry
from trustspace.trust.snapshot import ServiceKind, Snapshot, TrustAnchor
from trustspace.validation.causes import Cause, cause
from trustspace.validation.judge import judge
from trustspace.validation.policy import Policy
from trustspace.validation.report import Report
from trustspace.validation.times import Times, text
from trustspace.validation.validator import Validator

MAX_DEPTH = 4
"""Receipts within receipts, one a border that a document crossed; the BER reader's depth ends soon after."""


class ReceiptVerifier:
    """Verifies receipts under one snapshot (its register, its CA of the TTP service) and evidence.

    Anchors are the snapshot's certificates of the CA of the TTP service and of time-stamping; where it names
    none (plain certificates handed to the command), its other anchors. Time-stamp authorities that the
    register lists are anchors too. Reading from several threads is safe.
    """

    def __init__(self, snapshot: Snapshot, evidence: EvidencePool | None) -> None:
        self._register = snapshot.register
        kinds = (ServiceKind.TTP_CA, ServiceKind.TSA)
        named = any(anchor.kind is ServiceKind.TTP_CA for anchor in snapshot.anchors)
        anchors = [a for a in snapshot.anchors if a.kind in kinds or not named]
        for entry in self._register.ttps if self._register is not None else ():
            anchors += [
                TrustAnchor(Certificate.parse(der), entry.member, ServiceKind.TSA)
                for der in entry.timestamping
            ]
        own = Snapshot(tuple(anchors), self._register, snapshot.certificates)
        self._validator = Validator(own, evidence, Policy.load("receipt"))

    @property
    def validator(self) -> Validator:
        """What judges the receipts' signatures; a node judges its own certificate with it."""
        return self._validator

    def verify(
        self, data: bytes, times: Times, *, document: Content | None = None, content: Content | None = None
    ) -> ReceiptReport:
        """Judge a receipt and its chain.

        ``document`` is what was sent to the TTP; ``content`` the detached content beside it. Where only one
        file is at hand it may be either: it is compared with both kinds of imprints.

        Raises:
            ReceiptUnreadable: the bytes are no receipt at all (command: exit 2).
        """
        try:
            return self._verify(data, times, document, content, 0)
        except MalformedEncoding as error:
            # Models are read lazily: what a hostile certificate hides may come up only while it is judged.
            raise ReceiptUnreadable(reason=str(error)) from error

    def _verify(
        self, data: bytes, times: Times, document: Content | None, content: Content | None, depth: int
    ) -> ReceiptReport:
        parsed = parse_receipt(data)
        opened = _open(data)
        facts = self._validator.gather(opened)
        report = judge(facts, self._validator.snapshot, times, self._validator.policy)
        own = Judged(parsed, facts, report, times)
        entry = self._entry(report)
        own.check_signatures()
        own.check_unsigned_parts()
        own.check_issuer(self._register is not None, entry)
        if self._register is not None and not self._register.is_current(times.control_time):
            own.doubt(
                cause(
                    "REGISTER_OUT_OF_DATE",
                    issued=text(self._register.issued),
                    next_update=text(self._register.next_update),
                    moment=text(times.control_time),
                )
            )
        said = checks.read_answer(parsed.response, parsed.details)
        for each in said.causes:
            own.doubt(each)
        imprints = self._compare(own, document, content)
        embedded = self._embedded(own, times, document, content, depth)
        certificates = tuple(s.signer for s in report.signatures if s.signer is not None)
        info = parsed.info
        return ReceiptReport(
            sha256=hashlib.sha256(data).hexdigest(),
            standing=own.standing,
            says=said.outcome,
            service=None if info is None else info.dv_req_info.service.name.lower(),
            member=None if entry is None else entry.member,
            issuer_name=None if entry is None else entry.name,
            certificates=certificates,
            serial=None if info is None else info.serial_number,
            response_time=None if info is None else info.response_time.gen_time,
            proven_time=own.proven_time,
            imprints=imprints[0],
            content_imprints=imprints[1],
            details=parsed.details,
            status_text=said.text,
            causes=tuple(own.causes),
            notes=tuple(own.notes),
            embedded=embedded,
        )

    def _entry(self, report: Report) -> TtpEntry | None:
        """The one TTP whose certificates signed; None where the register knows no such one."""
        if self._register is None:
            return None
        signers = [s.signer for s in report.signatures]
        entries = [None if s is None else self._register.ttp_of_certificate(s.sha256) for s in signers]
        first = entries[0] if entries else None
        return first if all(entry is first for entry in entries) else None

    def _compare(
        self, own: Judged, document: Content | None, content: Content | None
    ) -> tuple[tuple[ImprintCheck, ...], tuple[ImprintCheck, ...]]:
        message, detached = checks.imprints_of(own.parsed.info, own.parsed.details)
        of_message = checks.compare(message, document)
        of_content = checks.compare(detached, content)
        if document is not None and _differs(of_message) and content is None:
            # The one file may be the detached content instead of the signature.
            other = checks.compare(detached, document)
            if other and not _differs(other) and any(c.matches for c in other):
                of_message, of_content = checks.compare(message, None), other
        for check in (*of_message, *of_content):
            if check.matches is False:
                name = (document.name if document is not None else None) or "the document"
                own.fail(cause("RECEIPT_DOCUMENT_MISMATCH", algorithm=check.algorithm, name=name))
        if document is None and content is None:
            own.notes.append(cause("RECEIPT_DOCUMENT_NOT_GIVEN"))
        elif message and not any(c.matches is not None for c in (*of_message, *of_content)):
            own.doubt(cause("RECEIPT_IMPRINT_UNSUPPORTED", algorithm=of_message[0].algorithm))
        own.notes.extend(checks.imprint_notes(message))
        return of_message, of_content

    def _embedded(
        self, own: Judged, times: Times, document: Content | None, content: Content | None, depth: int
    ) -> tuple[ReceiptReport, ...]:
        raws = own.parsed.embedded
        if raws and depth + 1 >= MAX_DEPTH:
            own.doubt(cause("RECEIPT_TOO_DEEP", limit=MAX_DEPTH))
            return ()
        found = []
        outcomes = {}
        relied = checks.relies(own.parsed.details)
        for raw in raws:
            try:
                inner = self._verify(raw, times, document, content, depth + 1)
                inner_info = parse_receipt(raw).info
            except ReceiptUnreadable as error:
                own.doubt(Cause(error.code, error.parameters))
                continue
            found.append(inner)
            outcomes[hashlib.sha256(raw).digest()] = inner.says
            if own.parsed.info is not None:
                unrelated = checks.relation(own.parsed.info, inner_info)
                if unrelated is not None:
                    own.doubt(unrelated)
            if inner.standing is not Standing.HOLDS and relied:
                own.doubt(cause("RECEIPT_EMBEDDED", member=inner.member, outcome=inner.standing.value))
        if own.parsed.details is not None:
            for each in checks.opinions_agree(own.parsed.details, outcomes):
                own.doubt(each)
        return tuple(found)


def _open(data: bytes) -> Document:
    try:
        return open_document(data)
    except (NotASignature, MalformedEncoding) as error:
        raise ReceiptUnreadable(reason=str(error)) from error


def _differs(compared: tuple[ImprintCheck, ...]) -> bool:
    return any(check.matches is False for check in compared)


def verify_receipt(
    data: bytes,
    *,
    snapshot: Snapshot,
    evidence: EvidencePool | None,
    times: Times,
    document: Content | None = None,
    content: Content | None = None,
) -> ReceiptReport:
    """One receipt on its own; see :meth:`ReceiptVerifier.verify`."""
    return ReceiptVerifier(snapshot, evidence).verify(data, times, document=document, content=content)
