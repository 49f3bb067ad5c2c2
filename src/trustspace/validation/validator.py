"""The warm object: one snapshot, one body of evidence, one policy, many documents."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from trustspace.evidence.poe import NO_PROOFS, Proofs
from trustspace.validation.gather import Gatherer
from trustspace.validation.judge import judge, judge_certificate

if TYPE_CHECKING:
    from trustspace.documents.model import Document
    from trustspace.encoding.certificate import Certificate
    from trustspace.pki.revocation import EvidencePool
    from trustspace.trust.snapshot import Snapshot
    from trustspace.validation.facts import Facts
    from trustspace.validation.policy import Policy
    from trustspace.validation.report import CertificateReport, Report
    from trustspace.validation.times import Times


class Validator:
    """Validates documents under one snapshot, evidence and policy.

    What the CAs signed of each other and what CRLs say is computed once and kept; evidence that is added to
    ``evidence`` takes effect at the next call. Reading from several threads is safe.
    """

    def __init__(self, snapshot: Snapshot, evidence: EvidencePool | None, policy: Policy) -> None:
        self.snapshot = snapshot
        self.policy = policy
        self._gatherer = Gatherer(snapshot, evidence)

    @property
    def evidence(self) -> EvidencePool:
        """The evidence that is drawn on, besides what each document brings."""
        return self._gatherer.evidence

    def gather(self, document: Document) -> Facts:
        """The facts of a document; see :mod:`trustspace.validation.gather`."""
        return self._gatherer.document(document)

    def gather_certificate(self, certificate: Certificate, others: Sequence[Certificate] = ()) -> Facts:
        """The facts of one certificate; ``others`` may help to build its path."""
        return self._gatherer.certificate(certificate, others)

    def validate(self, document: Document, times: Times, proofs: Proofs = NO_PROOFS) -> Report:
        """Facts and judgement in one call. ``proofs`` are proofs of existence that the caller verified."""
        return judge(self._gatherer.document(document), self.snapshot, times, self.policy, proofs)

    def validate_certificate(
        self,
        certificate: Certificate,
        times: Times,
        *,
        others: Sequence[Certificate] = (),
    ) -> CertificateReport:
        """One certificate on its own (EN 319 102-1 §5.2.6); ``others`` may help to build its path."""
        facts = self._gatherer.certificate(certificate, others)
        return judge_certificate(certificate, facts, self.snapshot, times, self.policy)
