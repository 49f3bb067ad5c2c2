"""Gathering facts: all that parsing and cryptography can say about a document, before anything is judged.

Nothing here looks at a policy or a time, so that facts can be judged again under another one. What the
caller's snapshot and evidence hold is read once and kept warm; what a document brings is used for that
document only.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import TYPE_CHECKING

from trustspace.encoding.certificate import Certificate
from trustspace.encoding.crl import CertificateList
from trustspace.encoding.ocsp import OCSPResponse
from trustspace.errors import MalformedEncoding
from trustspace.pki.edges import EdgeCache
from trustspace.pki.pool import CertificatePool
from trustspace.pki.revocation import EvidencePool
from trustspace.validation.facts import DocumentFacts, Facts, SignatureFacts, TimestampFacts
from trustspace.validation.graph import Graph
from trustspace.validation.modules import modules_of
from trustspace.validation.signing_certificate import Candidates

if TYPE_CHECKING:
    from trustspace.documents.model import Document, EmbeddedTimestamp, Signature
    from trustspace.trust.snapshot import Snapshot

_MAX_EMBEDDED = 512
"""Certificates, CRLs and OCSP responses of each kind that are read from one document."""
_MAX_PARSED = 4096
"""Parsed certificates that are remembered between documents, so that equal octets are read once."""
_MAX_ABOVE = 1024


class Gatherer:
    """Gathers facts under one snapshot and one body of evidence; keeps what they have in common."""

    def __init__(self, snapshot: Snapshot, evidence: EvidencePool | None) -> None:
        self.evidence = evidence if evidence is not None else EvidencePool()
        self.pool = CertificatePool()
        for anchor in snapshot.anchors:
            self.pool.add(anchor.certificate)
        for certificate in snapshot.certificates:
            self.pool.add(certificate)
        self.edges = EdgeCache()
        self._parsed: dict[bytes, Certificate | None] = {}
        self._above: dict[tuple[str, tuple[str, ...]], Graph] = {}
        self._above_evidence = ""

    def document(self, document: Document) -> Facts:
        """The facts of a signed document."""
        embedded = self._certificates(document.certificates)
        pool = self.pool
        extra = [certificate for certificate in embedded if certificate.sha256 not in pool]
        if extra:
            pool = pool.child(extra)
        evidence = self.evidence
        if document.crls or document.ocsps:
            evidence = self._with_embedded(document)
        candidates = Candidates(embedded, pool)
        schemes: set[str] = set()
        signatures = [self._signature(signature, candidates, schemes) for signature in document.walk()]
        graph = self._graph(candidates.found, extra, pool, evidence)
        return Facts(
            document=DocumentFacts(
                document.format.value,
                document.content_type,
                document.sha256,
                document.raw_size,
                document.encoding,
                document.detached,
                document.name,
                document.format_problems,
            ),
            signatures=tuple(signatures),
            certificates=graph.certificates,
            edges=graph.edges,
            revocations=graph.revocations,
            evidence=evidence.digest,
            modules=modules_of(schemes, graph),
        )

    def certificate(self, certificate: Certificate, others: Sequence[Certificate] = ()) -> Facts:
        """The facts of one certificate; ``others`` may help to build its path."""
        extra = [other for other in (certificate, *others) if other.sha256 not in self.pool]
        pool = self.pool.child(extra) if extra else self.pool
        graph = self._graph({certificate.sha256: certificate}, extra, pool, self.evidence)
        return Facts(
            document=None,
            signatures=(),
            certificates=graph.certificates,
            edges=graph.edges,
            revocations=graph.revocations,
            evidence=self.evidence.digest,
            modules=modules_of(set(), graph),
        )

    def _certificates(self, raws: Sequence[bytes]) -> list[Certificate]:
        found: list[Certificate] = []
        parsed = self._parsed
        for raw in raws[:_MAX_EMBEDDED]:
            try:
                certificate = parsed[raw]
            except KeyError:
                certificate = self._parse(raw)
            if certificate is not None:
                found.append(certificate)
        return found

    def _parse(self, raw: bytes) -> Certificate | None:
        """A certificate from its octets; None where they are none (a bag may hold anything)."""
        certificate = self.pool.get(sha256(raw).hexdigest())
        if certificate is None:
            try:
                certificate = Certificate.parse(raw)
            except MalformedEncoding:
                certificate = None
        parsed = self._parsed
        if len(parsed) >= _MAX_PARSED:
            for old in list(parsed)[: _MAX_PARSED // 4]:
                parsed.pop(old, None)
        parsed[raw] = certificate
        return certificate

    def _with_embedded(self, document: Document) -> EvidencePool:
        evidence = self.evidence.child()
        for raw in document.crls[:_MAX_EMBEDDED]:
            try:
                evidence.add(CertificateList.parse(raw))
            except MalformedEncoding:
                continue
        for raw in document.ocsps[:_MAX_EMBEDDED]:
            try:
                evidence.add(OCSPResponse.parse(raw))
            except MalformedEncoding:
                continue
        return evidence

    def _graph(
        self,
        start: dict[str, Certificate],
        extra: list[Certificate],
        pool: CertificatePool,
        evidence: EvidencePool,
    ) -> Graph:
        """The graph above the candidates, from what is known above their issuers where that is the same."""
        graph = Graph()
        shared = evidence is self.evidence
        issuing = tuple(sorted(c.sha256 for c in extra if c.sha256 not in start)) if shared else ()
        for certificate in start.values():
            if certificate.sha256 in graph.edges:
                continue
            above = graph.add(certificate, pool, evidence, self.edges)
            if not shared:
                graph.grow(above, pool, evidence, self.edges)
                continue
            for issuer in above:
                if issuer.sha256 not in graph.edges:
                    graph.absorb(self._above_issuer(issuer, issuing, extra, start))
        return graph

    def _above_issuer(
        self,
        issuer: Certificate,
        issuing: tuple[str, ...],
        extra: list[Certificate],
        start: dict[str, Certificate],
    ) -> Graph:
        """What stands above an issuer, given which further certificates the document brings.

        A signer's own certificate is left out of the candidates unless it is a CA's: it could only add
        paths through a certificate that may not issue.
        """
        digest = self.evidence.digest
        if digest != self._above_evidence:
            self._above = {}
            self._above_evidence = digest
        helpers = [c for c in extra if c.sha256 not in start or _may_issue(c)]
        key = (issuer.sha256, issuing if len(helpers) == len(issuing) else tuple(c.sha256 for c in helpers))
        known = self._above.get(key)
        if known is None:
            known = Graph()
            pool = self.pool.child(helpers) if helpers else self.pool
            known.grow([issuer], pool, self.evidence, self.edges)
            if len(self._above) >= _MAX_ABOVE:
                self._above.clear()
            self._above[key] = known
        return known

    def _signature(self, signature: Signature, candidates: Candidates, schemes: set[str]) -> SignatureFacts:
        found = candidates.of(signature)
        for candidate in found:
            schemes.add(candidate.scheme)
        digest = signature.digest_algorithm
        stamps = signature.timestamps
        return SignatureFacts(
            id=signature.id,
            format=signature.format.value,
            level=signature.level.value,
            parent=signature.parent,
            claimed_signing_time=signature.claimed_signing_time,
            digest_algorithm=digest.name if digest is not None else signature.digest_oid,
            signature_algorithm=signature.signature_oid,
            references=signature.references,
            candidates=found,
            identified=bool(signature.certificate_references),
            content_type=signature.content_type,
            mime_type=signature.mime_type,
            policy=signature.policy,
            commitments=signature.commitments,
            signed_attributes=tuple([note.oid for note in signature.attributes if note.signed]),
            timestamps=tuple([self._timestamp(s, candidates, schemes) for s in stamps]) if stamps else (),
            problems=signature.format_problems,
        )

    def _timestamp(
        self, stamp: EmbeddedTimestamp, candidates: Candidates, schemes: set[str]
    ) -> TimestampFacts:
        token = stamp.token
        algorithm: str | None = None
        policy: str | None = None
        serial: int | None = None
        if token is not None:
            info = token.tst_info
            named = token.imprint_algorithm
            algorithm = named.name if named is not None else info.message_imprint.hash_oid
            policy, serial = info.policy, info.serial
        inner = stamp.signature
        return TimestampFacts(
            id=stamp.id,
            kind=stamp.kind.value,
            attribute=stamp.attribute,
            gen_time=stamp.gen_time,
            imprint=stamp.covers(),
            imprint_algorithm=algorithm,
            signature=None if inner is None else self._signature(inner, candidates, schemes),
            policy=policy,
            serial=serial,
            problems=stamp.problems,
        )


def _may_issue(certificate: Certificate) -> bool:
    try:
        constraints = certificate.basic_constraints
    except MalformedEncoding:
        return False
    return constraints is not None and constraints.ca
