"""What OCSP responses say of a certificate: RFC 6960 §3.2, §4.2.2, with CertIDs under any hash."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from trustspace.algorithms.digests import digest_by_oid
from trustspace.algorithms.errors import AlgorithmNotSupported
from trustspace.encoding.certificate import Certificate
from trustspace.encoding.ocsp import (
    ID_ISISMTT_CERT_HASH,
    ID_PKIX_OCSP_ARCHIVE_CUTOFF,
    ID_PKIX_OCSP_CRL,
    ID_PKIX_OCSP_NONCE,
    CertID,
    SingleResponse,
)
from trustspace.errors import MalformedEncoding
from trustspace.pki.edges import EdgeCache, EdgeOutcome
from trustspace.pki.evidence_pool import EvidencePool, OcspDatum
from trustspace.pki.purposes import OCSP_SIGNING
from trustspace.pki.signers import NO_SIGNER, SignedDatum, Signer, SignerSource, find_signer
from trustspace.pki.statement import RevocationStatement, RevocationStatus, StatementProblem, reason_of

_KNOWN_EXTENSIONS = frozenset(
    {
        ID_PKIX_OCSP_NONCE,
        ID_PKIX_OCSP_CRL,
        ID_PKIX_OCSP_ARCHIVE_CUTOFF,
        ID_ISISMTT_CERT_HASH,
        "1.3.6.1.5.5.7.48.1.7",  # service locator
        "1.3.6.1.5.5.7.48.1.9",  # extended revoked definition (RFC 6960 §4.4.8)
    }
)


def ocsp_statements(
    certificate: Certificate,
    issuers: tuple[Certificate, ...],
    pool: SignerSource,
    evidence: EvidencePool,
    edges: EdgeCache,
) -> list[RevocationStatement]:
    """Every response's word on the certificate, whose ``issuers`` are known to have signed it."""
    found: list[RevocationStatement] = []
    for datum, single in evidence.responses_for(certificate.serial):
        problems: list[str] = []
        try:
            named = [issuer for issuer in issuers if certifies(single.cert_id, certificate, issuer)]
            if not named:
                continue  # another CA's certificate of the same number
        except AlgorithmNotSupported:
            named = list(issuers)
            problems.append(StatementProblem.HASH_NOT_SUPPORTED)
        signer = _signer(datum, named, pool, edges)
        problems += _signer_problems(signer, named, edges)
        problems += _extension_problems(datum, single, certificate)
        found.append(_statement(certificate, datum, single, signer=signer, issuers=named, problems=problems))
    return found


def certifies(cert_id: CertID, certificate: Certificate, issuer: Certificate) -> bool:
    """Whether a CertID names the certificate under this issuer. Raises AlgorithmNotSupported.

    RFC 6960 §4.1.1: hashes of the issuer's name as the certificate has it, and of the issuer's key.
    """
    if cert_id.serial != certificate.serial:
        return False
    digest = digest_by_oid(cert_id.hash_oid)
    return (
        digest.digest(certificate.issuer.raw) == cert_id.name_hash
        and digest.digest(issuer.public_key_bits) == cert_id.key_hash
    )


def _signer(datum: OcspDatum, issuers: list[Certificate], pool: SignerSource, edges: EdgeCache) -> Signer:
    basic = datum.basic
    try:
        signed = SignedDatum(
            datum.sha256, basic.signature_algorithm, None, basic.signature, lambda: basic.tbs_raw
        )
        return find_signer(signed, _responders(datum, issuers, pool), edges)
    except MalformedEncoding:
        return NO_SIGNER


def _responders(datum: OcspDatum, issuers: list[Certificate], pool: SignerSource) -> Iterator[Certificate]:
    """Whom the responder identifier may mean: the issuer, what came along, what is known (§4.2.2.3)."""
    responder = datum.basic.responder_id
    known: list[Certificate]
    if responder.name is not None:
        known = pool.named(responder.name)
    else:
        # Key identifiers usually are the same SHA-1 of the key (RFC 5280 §4.2.1.2 (1)).
        known = pool.find_by_ski(responder.key_hash or b"")
    seen: set[str] = set()
    for candidate in (*issuers, *datum.certificates, *known):
        if candidate.sha256 in seen:
            continue
        seen.add(candidate.sha256)
        try:
            if responder.name is not None:
                matches = candidate.subject.matches(responder.name)
            else:
                matches = _key_hash(candidate) == responder.key_hash
        except MalformedEncoding:
            continue
        if matches:
            yield candidate


def _key_hash(certificate: Certificate) -> bytes:
    return hashlib.sha1(certificate.public_key_bits, usedforsecurity=False).digest()


def _signer_problems(signer: Signer, issuers: list[Certificate], edges: EdgeCache) -> list[str]:
    """Whether the CA authorised the responder (§4.2.2.2): it is the CA, or issued by it for that."""
    responder = signer.certificate
    if responder is None:
        return [StatementProblem.SIGNER_NOT_FOUND]
    for issuer in issuers:
        try:
            if responder.spki == issuer.spki and responder.subject.matches(issuer.subject):
                return []
            if (
                responder.issuer.matches(issuer.subject)
                and OCSP_SIGNING in (responder.extended_key_usage or ())
                and edges.edge(responder, issuer).outcome is EdgeOutcome.VERIFIED
            ):
                return []
        except MalformedEncoding:
            continue
    return [StatementProblem.RESPONDER_NOT_AUTHORISED]


def _extension_problems(datum: OcspDatum, single: SingleResponse, certificate: Certificate) -> list[str]:
    problems: list[str] = []
    try:
        extensions = (*datum.basic.extensions.values(), *single.extensions.values())
        if any(extension.critical and extension.oid not in _KNOWN_EXTENSIONS for extension in extensions):
            problems.append(StatementProblem.UNKNOWN_CRITICAL_EXTENSION)
        cert_hash = single.cert_hash
        if cert_hash is not None:
            algorithm, expected = cert_hash
            if certificate.digest(digest_by_oid(algorithm.oid)) != expected:
                problems.append(StatementProblem.CERT_HASH_MISMATCH)
    except AlgorithmNotSupported:
        problems.append(StatementProblem.HASH_NOT_SUPPORTED)
    except MalformedEncoding:
        problems.append(StatementProblem.MALFORMED)
    return problems


def _statement(
    certificate: Certificate,
    datum: OcspDatum,
    single: SingleResponse,
    *,
    signer: Signer,
    issuers: list[Certificate],
    problems: list[str],
) -> RevocationStatement:
    responder, check = signer.certificate, signer.check
    try:
        archive_cutoff = single.archive_cutoff
    except MalformedEncoding:
        archive_cutoff = None
    return RevocationStatement(
        certificate=certificate.sha256,
        source="ocsp",
        digest=datum.sha256,
        status=RevocationStatus(single.status.value),
        this_update=single.this_update,
        next_update=single.next_update,
        revocation_time=single.revocation_time,
        reason=reason_of(single.reason),
        produced_at=datum.basic.produced_at,
        signer=None if responder is None else responder.sha256,
        signer_is_issuer=responder is not None and any(responder.spki == issuer.spki for issuer in issuers),
        signature=EdgeOutcome.KEY_INVALID if check is None else check.outcome,
        algorithm="" if check is None else check.algorithm,
        key_size=None if check is None else check.key_size,
        problems=tuple(problems),
        archive_cutoff=archive_cutoff,
        signer_certificate=responder,
        other_signers=signer.others,
    )
