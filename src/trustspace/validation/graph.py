"""The graph of candidate certificates above a signer: issuers, edges, revocation statements.

What stands above a CA is the same for every document that brings the same further CAs, so it is computed
once and kept until evidence is added; what a document brings never leaks into another document's facts.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from trustspace.errors import MalformedEncoding
from trustspace.pki.edges import Edge, EdgeCache
from trustspace.pki.revocation import EvidencePool, RevocationStatement, statements

if TYPE_CHECKING:
    from trustspace.encoding.certificate import Certificate
    from trustspace.pki.pool import CertificatePool

MAX_CERTIFICATES = 512
MAX_EDGES = 2048
"""Bounds for one document: its sender chooses what certificates it brings."""


class Graph:
    """Certificates, edges and statements; grows by :meth:`grow` and :meth:`absorb`."""

    __slots__ = ("certificates", "edges", "revocations", "spent")

    def __init__(self) -> None:
        self.certificates: dict[str, Certificate] = {}
        self.edges: dict[str, tuple[Edge, ...]] = {}
        self.revocations: dict[str, tuple[RevocationStatement, ...]] = {}
        self.spent = 0
        """Edges that were asked for."""

    def absorb(self, other: Graph) -> None:
        """Take over another graph's content."""
        self.certificates.update(other.certificates)
        self.edges.update(other.edges)
        self.revocations.update(other.revocations)

    def grow(
        self,
        start: Iterable[Certificate],
        pool: CertificatePool,
        evidence: EvidencePool,
        cache: EdgeCache,
    ) -> None:
        """Add ``start`` and everything above it, breadth first, within the bounds."""
        queue = deque(start)
        while queue and len(self.certificates) < MAX_CERTIFICATES:
            certificate = queue.popleft()
            if certificate.sha256 in self.edges:
                continue
            queue.extend(self.add(certificate, pool, evidence, cache))

    def add(
        self,
        certificate: Certificate,
        pool: CertificatePool,
        evidence: EvidencePool,
        cache: EdgeCache,
    ) -> list[Certificate]:
        """Add one certificate with its edges and statements; returns whom they lead to."""
        name = certificate.sha256
        self.certificates[name] = certificate
        above: list[Certificate] = []
        edges: list[Edge] = []
        issuers = issuers_of(certificate, pool)
        for issuer in issuers:
            if issuer is certificate or issuer.sha256 == name:
                continue
            if self.spent >= MAX_EDGES:
                break
            self.spent += 1
            edges.append(cache.edge(certificate, issuer))
            above.append(issuer)
        self.edges[name] = tuple(edges)
        if edges:
            said = statements(certificate, pool, evidence, cache)
            if said:
                self.revocations[name] = said
                for statement in said:
                    signer = statement.signer_certificate
                    if signer is not None and not statement.signer_is_issuer:
                        above.append(signer)
        return above


class Surroundings:
    """A pool and evidence, and the graphs above the issuers in it, each worked out once."""

    __slots__ = ("_above", "_cache", "evidence", "pool")

    def __init__(self, pool: CertificatePool, evidence: EvidencePool, cache: EdgeCache) -> None:
        self.pool = pool
        self.evidence = evidence
        self._cache = cache
        self._above: dict[str, Graph] = {}

    def graph(self, start: Mapping[str, Certificate]) -> Graph:
        """The graph of these certificates and all that stands above them."""
        graph = Graph()
        for name, certificate in start.items():
            if name in graph.edges:
                continue
            for issuer in graph.add(certificate, self.pool, self.evidence, self._cache):
                if issuer.sha256 not in graph.edges:
                    graph.absorb(self._above_issuer(issuer))
                    if len(graph.certificates) >= MAX_CERTIFICATES:
                        return graph
        return graph

    def _above_issuer(self, issuer: Certificate) -> Graph:
        known = self._above.get(issuer.sha256)
        if known is None:
            known = Graph()
            known.grow([issuer], self.pool, self.evidence, self._cache)
            self._above[issuer.sha256] = known
        return known


def issuers_of(certificate: Certificate, pool: CertificatePool) -> list[Certificate]:
    """Candidate issuers; none for a certificate whose issuer's name cannot be read."""
    try:
        return pool.issuers_of(certificate)
    except MalformedEncoding:
        return []
