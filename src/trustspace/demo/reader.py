"""A reader in one member: judges what lies in the space's folders, offline, by its own trust folder only.

Everything that a crossing or a case gave is judged from files, so that anyone can judge it again later, and
a file that is lost or changed shows in exactly the cells that stood on it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path

from trustspace.demo.expected import Way
from trustspace.demo.layout import MemberFolder, Space
from trustspace.demo.members import Member
from trustspace.documents.content import Content
from trustspace.documents.open import open_document
from trustspace.encoding.certificate import Certificate
from trustspace.errors import TrustspaceError
from trustspace.lists.register import read_register
from trustspace.node.material import load_evidence
from trustspace.pki.evidence_pool import EvidencePool
from trustspace.pki.self_signed import is_damaged
from trustspace.receipts.opinions import Ground
from trustspace.receipts.outcome import Outcome
from trustspace.receipts.report import ReceiptReport, Standing
from trustspace.receipts.verify import ReceiptVerifier
from trustspace.trust.register import Register
from trustspace.trust.snapshot import ServiceKind, Snapshot, TrustAnchor
from trustspace.validation.causes import Cause
from trustspace.validation.indications import Indication
from trustspace.validation.policy import Policy
from trustspace.validation.times import Times
from trustspace.validation.validator import Validator

MISSING = "DEMO_FILE_MISSING"
UNKNOWN_ALGORITHM = "SIGNATURE_ALGORITHM_NOT_SUPPORTED"

_OUTCOMES = {
    Indication.TOTAL_PASSED: Outcome.VALID,
    Indication.TOTAL_FAILED: Outcome.INVALID,
    Indication.INDETERMINATE: Outcome.UNDETERMINED_FOR_GOOD,
}


@dataclass(frozen=True, slots=True)
class Finding:
    """What a reader makes of a document or receipt: the outcome, and the codes that say why."""

    outcome: Outcome
    ground: str
    causes: tuple[Cause, ...] = ()
    sub_indication: str | None = None
    """EN 319 102-1's word for it, by whoever judged the signature itself."""


class Reader:
    """One member's reader at one moment. What cannot be read or believed leaves it with less, never more."""

    def __init__(self, space: Space, who: Member, moment: datetime) -> None:
        self.who = who
        self.moment = moment
        self.times = Times.at(moment)
        self._folder: MemberFolder = space.member(who.code)

    @cached_property
    def evidence(self) -> EvidencePool:
        """The CRLs of the trust folder; none when one of them is damaged."""
        try:
            return load_evidence(sorted(self._folder.trust.glob("*.crl")))
        except TrustspaceError:
            return EvidencePool()

    @cached_property
    def snapshot(self) -> Snapshot:
        """The member's own root, the CA of the TTP service, the register and whom it registers."""
        own = _certificates([self._folder.trust / f"{self.who.code}-root.cer"])
        roots = _certificates([self._folder.trust / "ttp-ca.cer"])
        register = self._register(roots)
        anchors = [TrustAnchor(certificate, self.who.code, ServiceKind.CA) for certificate in own]
        anchors += [TrustAnchor(certificate, None, ServiceKind.TTP_CA) for certificate in roots]
        for entry in register.authorities if register else ():
            if entry.granted_at(self.moment):
                anchors.append(TrustAnchor(Certificate.parse(entry.certificate), entry.member))
        return Snapshot(tuple(anchors), register)

    def _register(self, roots: Iterable[Certificate]) -> Register | None:
        try:
            data = (self._folder.trust / "register.p7m").read_bytes()
            return read_register(data, roots, self.evidence, self.moment)
        except (OSError, TrustspaceError):
            return None

    @cached_property
    def _receipts(self) -> ReceiptVerifier:
        return ReceiptVerifier(self.snapshot, self.evidence)

    @cached_property
    def _documents(self) -> Validator:
        return Validator(self.snapshot, self.evidence, Policy.load())

    def receipt(self, receipt: Path, document: Path) -> Finding:
        """A receipt about a document. Only a receipt that holds is anybody's opinion."""
        try:
            data, content = receipt.read_bytes(), Content.of_bytes(document.read_bytes(), document.name)
        except OSError as error:
            return _missing(error)
        try:
            report = self._receipts.verify(data, self.times, document=content)
        except TrustspaceError as error:
            return Finding(Outcome.UNDETERMINED_FOR_GOOD, error.code, (Cause(error.code, error.parameters),))
        return _of_receipt(report)

    def document(self, document: Path) -> Finding:
        """A document by the reader's own means, without any receipt."""
        try:
            data = document.read_bytes()
        except OSError as error:
            return _missing(error)
        try:
            report = self._documents.validate(open_document(data, name=document.name), self.times)
        except TrustspaceError as error:
            return Finding(Outcome.UNDETERMINED_FOR_GOOD, error.code, (Cause(error.code, error.parameters),))
        causes = tuple(cause for signature in report.signatures for cause in signature.causes)
        ground = _decisive(causes) if causes else Ground.OWN_OPINION.value
        sub = next((s.sub_indication for s in report.signatures if s.sub_indication), None)
        return Finding(_OUTCOMES[report.indication], ground, causes, sub.value if sub else None)


def judge_crossing(space: Space, sender: Member, reader: Reader, way: Way) -> Finding:
    """One cell of the matrix, from the crossing's files."""
    crossing = space.crossing(sender.code, reader.who.code)
    if way is Way.ONLINE:
        return reader.receipt(crossing.receipt, crossing.document)
    if sender.ttp:
        return reader.receipt(crossing.travelling, crossing.document)
    return reader.document(crossing.document)


def _of_receipt(report: ReceiptReport) -> Finding:
    details = report.details
    if report.standing is Standing.HOLDS and details is not None:
        return Finding(report.says, details.ground, report.causes, _sub_indication(report))
    ground = report.causes[0].code if report.causes else "RECEIPT_UNTRUSTED"
    return Finding(Outcome.UNDETERMINED_FOR_GOOD, ground, report.causes)


def _sub_indication(report: ReceiptReport) -> str | None:
    """Of the receipt farthest inside: that TTP judged the signature itself."""
    for inner in report.embedded:
        if found := _sub_indication(inner):
            return found
    verdicts = report.details.verdicts if report.details else ()
    return next((verdict.sub_indication for verdict in verdicts if verdict.sub_indication), None)


def _decisive(causes: tuple[Cause, ...]) -> str:
    """The cause that explains the others: an algorithm that cannot be computed, else the first."""
    codes = [cause.code for cause in causes]
    return UNKNOWN_ALGORITHM if UNKNOWN_ALGORITHM in codes else codes[0]


def _missing(error: OSError) -> Finding:
    name = Path(str(error.filename)).name
    return Finding(Outcome.UNDETERMINED_FOR_GOOD, MISSING, (Cause(MISSING, {"name": name}),))


def _certificates(paths: Iterable[Path]) -> tuple[Certificate, ...]:
    found = []
    for path in paths:
        try:
            certificate = Certificate.parse(path.read_bytes())
        except (OSError, TrustspaceError):
            continue
        if not is_damaged(certificate):
            found.append(certificate)
    return tuple(found)
