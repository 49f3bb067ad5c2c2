"""Revocation statements: everything that the CRLs and OCSP responses at hand say of a certificate.

The statements are facts and follow no policy: freshness, preference among sources and the trust in a signer
that is not the issuer itself are judged from them further up.
"""

from __future__ import annotations

from trustspace.encoding.certificate import Certificate
from trustspace.pki.crl_statements import Subject, crl_statements
from trustspace.pki.edges import EdgeCache
from trustspace.pki.evidence_pool import EvidencePool, RevocationDatum
from trustspace.pki.ocsp_statements import ocsp_statements
from trustspace.pki.purposes import OCSP_SIGNING
from trustspace.pki.signers import SignerSource, verified_issuers
from trustspace.pki.statement import (
    RevocationReason,
    RevocationStatement,
    RevocationStatus,
    StatementProblem,
)

__all__ = [
    "OCSP_SIGNING",
    "EvidencePool",
    "RevocationDatum",
    "RevocationReason",
    "RevocationStatement",
    "RevocationStatus",
    "StatementProblem",
    "statements",
]


def statements(
    certificate: Certificate, pool: SignerSource, evidence: EvidencePool, edges: EdgeCache
) -> tuple[RevocationStatement, ...]:
    """What each datum says of a certificate, the newest first.

    A statement is there for each CRL of its issuer (or of a CRL issuer that it names) and each OCSP response
    that names it, and for each fitting pair of base and delta CRL. Reliable or not, all are given, except
    that CRLs out of the certificate's scope are named only where no CRL is within it. Never raises on what
    the data hold.
    """
    issuers = verified_issuers(certificate, pool, edges)
    subject = Subject(certificate, frozenset(issuer.spki for issuer in issuers))
    found = crl_statements(subject, pool, evidence, edges)
    found += ocsp_statements(certificate, issuers, pool, evidence, edges)
    if len(found) > 1:
        found.sort(key=lambda statement: (statement.digest, statement.with_data))
        found.sort(key=lambda statement: statement.this_update, reverse=True)
    return tuple(found)
