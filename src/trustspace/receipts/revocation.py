"""Which CRLs and OCSP responses a receipt takes along: those that speak of its signers and time-stampers."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from trustspace.encoding.certificate import Certificate
from trustspace.encoding.crl import CertificateList
from trustspace.encoding.ocsp import OCSPResponse
from trustspace.pki.edges import EdgeCache
from trustspace.pki.pool import CertificatePool
from trustspace.pki.revocation import EvidencePool, statements
from trustspace.receipts.sealing import RevocationValues


def revocation_source(
    pool: CertificatePool, evidence: EvidencePool, edges: EdgeCache, limit: int = 1 << 20
) -> Callable[[Sequence[Certificate]], RevocationValues]:
    """For each certificate the newest reliable word on it; nothing that nobody needs.

    ``pool`` holds the issuers. Values of more than ``limit`` octets altogether are left out, largest last
    met: a receipt without them is undetermined without evidence beside it, and never larger than its reader
    takes.
    """

    def select(certificates: Sequence[Certificate]) -> RevocationValues:
        known = pool.child()
        for certificate in certificates:
            known.add(certificate)
        chosen: dict[str, None] = {}
        for certificate in certificates:
            for statement in statements(certificate, known, evidence, edges):
                if statement.reliable:
                    chosen.update(dict.fromkeys((statement.digest, *statement.with_data)))
                    break
        crls: list[bytes] = []
        ocsps: list[bytes] = []
        size = 0
        for sha256 in chosen:
            datum = evidence.get(sha256)
            if datum is None or size + len(datum.raw) > limit:
                continue
            size += len(datum.raw)
            if isinstance(datum, CertificateList):
                crls.append(datum.raw)
            elif isinstance(datum, OCSPResponse):
                ocsps.append(datum.raw)
        return RevocationValues(tuple(crls), tuple(ocsps))

    return select
