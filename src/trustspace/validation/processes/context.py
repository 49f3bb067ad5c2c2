"""What every building block of one validation shares (EN 319 102-1 §5.2.4, validation context)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from trustspace.validation.causes import Cause
from trustspace.validation.indications import SubIndication

if TYPE_CHECKING:
    from trustspace.documents.model import Problem
    from trustspace.encoding.certificate import Certificate
    from trustspace.evidence.poe import Proofs
    from trustspace.pki.edges import Edge
    from trustspace.trust.snapshot import Snapshot
    from trustspace.validation.constraints import CryptographicConstraints
    from trustspace.validation.facts import Facts
    from trustspace.validation.policy import ChainRules, Policy
    from trustspace.validation.processes.x509 import ChainVerdict
    from trustspace.validation.times import Times

_LAST = datetime.max.replace(tzinfo=UTC)
_TST_INFO = "1.2.840.113549.1.9.16.1.4"

Finding = tuple[SubIndication, Cause]
"""A cause with the sub-indication that it leads to when nothing more decisive stands before it."""


class Context:
    """Facts, snapshot, times and policy of one validation, and what was worked out of them so far."""

    __slots__ = (
        "algorithms",
        "control",
        "cut_off",
        "facts",
        "known_until",
        "policy",
        "problems",
        "proofs",
        "responders",
        "rules",
        "skew",
        "snapshot",
        "verdicts",
    )

    def __init__(
        self,
        facts: Facts,
        snapshot: Snapshot,
        times: Times,
        policy: Policy,
        *,
        proofs: Proofs,
        algorithms: CryptographicConstraints,
    ) -> None:
        self.facts = facts
        self.snapshot = snapshot
        self.policy = policy
        self.proofs = proofs
        self.algorithms = algorithms
        self.control: datetime = times.control_time
        self.cut_off: datetime = times.cut_off
        self.skew: timedelta = policy.clock_skew
        room = _LAST - times.cut_off
        self.known_until: datetime = times.cut_off + min(policy.clock_skew, room)
        """Until when evidence counts as known: the cut-off, and the skew of other clocks."""
        document = facts.document
        self.problems: tuple[Problem, ...] = document.problems if document is not None else ()
        """What is wrong with the document as a whole: it concerns every signature in it."""
        stamp = document is not None and document.content_type == _TST_INFO
        self.rules: ChainRules = policy.timestamp if stamp else policy.signer
        """A document that is a time-stamp token is judged as one (§5.4)."""
        self.verdicts: dict[tuple[str, int, datetime | None], ChainVerdict] = {}
        self.responders: dict[str, ChainVerdict | None] = {}

    def issuers_of(self, certificate: Certificate) -> list[Certificate]:
        """The candidate issuers that the facts hold: what path building asks of a pool."""
        certificates = self.facts.certificates
        return [
            certificates[edge.issuer]
            for edge in self.facts.edges.get(certificate.sha256, ())
            if edge.issuer in certificates
        ]

    def edge(self, child: Certificate, issuer: Certificate) -> Edge:
        """The edge between two certificates of the facts."""
        for edge in self.facts.edges[child.sha256]:
            if edge.issuer == issuer.sha256:
                return edge
        raise KeyError(child.sha256)
