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
from trustspace.encoding.extensions import KeyUsage
from trustspace.encoding.ocsp import OCSPResponse
from trustspace.errors import MalformedEncoding
from trustspace.pki.edges import EdgeCache
from trustspace.pki.pool import CertificatePool
from trustspace.pki.revocation import OCSP_SIGNING, EvidencePool
from trustspace.validation.facts import DocumentFacts, Facts, SignatureFacts, TimestampFacts
from trustspace.validation.graph import Surroundings
from trustspace.validation.modules import modules_of
from trustspace.validation.signing_certificate import Candidates

if TYPE_CHECKING:
    from trustspace.documents.model import Document, EmbeddedTimestamp, Signature
    from trustspace.trust.snapshot import Snapshot

_MAX_EMBEDDED = 512
"""Certificates, CRLs and OCSP responses of each kind that are read from one document."""
_MAX_PARSED = 4096
"""Parsed certificates that are remembered between documents, so that equal octets are read once."""
_MAX_SURROUNDINGS = 256
"""Sets of further CA certificates, each with its graph, that are remembered between documents."""


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
        self._surrounds: dict[tuple[str, ...], Surroundings] = {}
        self._evidence_digest = ""

    def document(self, document: Document) -> Facts:
        """The facts of a signed document."""
        embedded = self._certificates(document.certificates)
        evidence = self.evidence
        if document.crls or document.ocsps:
            evidence = self._with_embedded(document)
        around = self._surroundings(embedded, evidence)
        candidates = Candidates(embedded, around.pool)
        schemes: set[str] = set()
        signatures = [self._signature(signature, candidates, schemes) for signature in document.walk()]
        graph = around.graph(candidates.found)
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
        around = self._surroundings([certificate, *others], self.evidence)
        graph = around.graph({certificate.sha256: certificate})
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

    def _surroundings(self, embedded: list[Certificate], evidence: EvidencePool) -> Surroundings:
        """What surrounds the signers of one document: the same object where the helpers are the same."""
        pool = self.pool
        if evidence is not self.evidence:
            extra = [certificate for certificate in embedded if certificate.sha256 not in pool]
            return Surroundings(pool.child(extra) if extra else pool, evidence, self.edges)
        digest = evidence.digest
        if digest != self._evidence_digest:
            self._surrounds = {}
            self._evidence_digest = digest
        named = {certificate.issuer.raw for certificate in embedded}
        helpers = {
            certificate.sha256: certificate
            for certificate in embedded
            if certificate.sha256 not in pool and (certificate.subject.raw in named or _helps(certificate))
        }
        key = tuple(sorted(helpers))
        known = self._surrounds.get(key)
        if known is None:
            if key:
                pool = pool.child([helpers[name] for name in key])
            known = Surroundings(pool, evidence, self.edges)
            if len(self._surrounds) >= _MAX_SURROUNDINGS:
                self._surrounds = {}
            self._surrounds[key] = known
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


def _helps(certificate: Certificate) -> bool:
    """Whether a certificate that nobody here names as issuer may still stand above another one.

    A signer's own certificate does not, so that documents of many signers share what stands above them.
    """
    try:
        constraints = certificate.basic_constraints
        purposes = certificate.extended_key_usage
        usage = certificate.key_usage
    except MalformedEncoding:
        return False
    return (
        (constraints is not None and constraints.ca)
        or (purposes is not None and OCSP_SIGNING in purposes)
        or (usage is not None and KeyUsage.CRL_SIGN in usage)
        or certificate.version < 2
    )
