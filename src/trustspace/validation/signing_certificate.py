"""Finding the candidates for a signing certificate, and trying the signature value under each key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trustspace.algorithms.digests import digest_by_oid
from trustspace.algorithms.errors import AlgorithmNotSupported, KeyInvalid, SignatureInvalid
from trustspace.algorithms.keys import load_public_key
from trustspace.algorithms.signatures import resolve, verify
from trustspace.encoding.name import Name
from trustspace.errors import InputError, MalformedEncoding
from trustspace.pki.edges import EdgeOutcome
from trustspace.validation.facts import Candidate, ReferenceMatch

if TYPE_CHECKING:
    from trustspace.algorithms.model import PublicKey, SignatureScheme
    from trustspace.documents.model import CertificateReference, Signature, SignedInput, SignerIdentifier
    from trustspace.encoding.certificate import Certificate
    from trustspace.pki.pool import CertificatePool

_MAX_CANDIDATES = 8
"""Certificates whose key is tried for one signature."""
_MAX_MESSAGE = 1 << 28
"""Octets that a scheme without a separate digest (EdDSA, ML-DSA) may have to see at once."""


class Candidates:
    """The certificates that the signatures of one document may have been made with."""

    __slots__ = ("_embedded", "_embedded_names", "_pool", "found")

    def __init__(self, embedded: list[Certificate], pool: CertificatePool) -> None:
        self._embedded = embedded
        self._embedded_names = {certificate.sha256 for certificate in embedded}
        self._pool = pool
        self.found: dict[str, Certificate] = {}
        """Every candidate given out, by SHA-256."""

    def of(self, signature: Signature) -> tuple[Candidate, ...]:
        """The candidates for a signature, best first, each with the outcome of the signature value."""
        references = signature.certificate_references
        reference = references[0] if references else None
        other = next((r for r in references if r.version != references[0].version), None)
        named = self._named(signature.signer, reference)
        if not named:
            return ()
        rows: list[Candidate] = []
        for certificate, identifier in named[:_MAX_CANDIDATES]:
            match, issuer_serial = _matches(certificate, reference)
            if other is not None and match is ReferenceMatch.MATCH:
                match, issuer_serial = _agree(issuer_serial, *_matches(certificate, other))
            self.found[certificate.sha256] = certificate
            outcome, scheme, key = verify_value(signature, certificate)
            rows.append(
                Candidate(
                    certificate.sha256,
                    identifier,
                    match,
                    issuer_serial,
                    outcome,
                    scheme,
                    key.algorithm if key is not None else None,
                    key.parameter_set if key is not None else None,
                    key.size if key is not None else None,
                    certificate.sha256 in self._embedded_names,
                )
            )
        if len(rows) > 1:
            rows.sort(key=_order)
        return tuple(rows)

    def _named(
        self, signer: SignerIdentifier, reference: CertificateReference | None
    ) -> list[tuple[Certificate, bool | None]]:
        """Certificates that the SignerInfo or the signing-certificate attribute names."""
        found: dict[str, tuple[Certificate, bool | None]] = {}
        for certificate in self._embedded:
            if _is_identified(certificate, signer):
                found[certificate.sha256] = (certificate, True)
        if not found:
            for certificate in self._known(signer):
                found[certificate.sha256] = (certificate, True)
        if reference is not None and reference.digest_algorithm is not None:
            algorithm = digest_by_oid(reference.digest_oid)
            if not any(c.digest(algorithm) == reference.digest for c, _ in found.values()):
                named = next(
                    (c for c in self._embedded if c.digest(algorithm) == reference.digest), None
                ) or self._pool.find_by_digest(algorithm, reference.digest)
                if named is not None:
                    found[named.sha256] = (named, False)
        return list(found.values())

    def _known(self, signer: SignerIdentifier) -> list[Certificate]:
        """What the pool holds under the SignerInfo's identifier."""
        try:
            if signer.issuer is not None and signer.serial is not None:
                return self._pool.find(Name.parse(signer.issuer), signer.serial)
            if signer.key_identifier is not None:
                return self._pool.find_by_ski(signer.key_identifier)
        except MalformedEncoding:
            pass
        return []


def _order(candidate: Candidate) -> tuple[bool, bool, bool]:
    return (
        candidate.reference is not ReferenceMatch.MATCH,
        candidate.outcome is not EdgeOutcome.VERIFIED,
        not candidate.identifier,
    )


def _is_identified(certificate: Certificate, signer: SignerIdentifier) -> bool:
    """Whether the SignerInfo's ``sid`` is this certificate's (RFC 5652 §5.3)."""
    if signer.issuer is not None:
        if certificate.serial != signer.serial:
            return False
        if certificate.issuer.raw == signer.issuer:
            return True
        try:
            return certificate.issuer.matches(Name.parse(signer.issuer))
        except MalformedEncoding:
            return False
    if signer.key_identifier is None:
        return False
    try:
        return certificate.subject_key_identifier == signer.key_identifier
    except MalformedEncoding:
        return False


def _matches(
    certificate: Certificate, reference: CertificateReference | None
) -> tuple[ReferenceMatch, bool | None]:
    """What the signing-certificate attribute's first reference says of a certificate."""
    if reference is None:
        return ReferenceMatch.ABSENT, None
    issuer_serial: bool | None = None
    if reference.serial is not None:
        issuer_serial = certificate.serial == reference.serial
        if issuer_serial and reference.issuer is not None and certificate.issuer.raw != reference.issuer:
            try:
                issuer_serial = certificate.issuer.matches(Name.parse(reference.issuer))
            except MalformedEncoding:
                issuer_serial = False
    if reference.digest_algorithm is None:
        return ReferenceMatch.UNSUPPORTED, issuer_serial
    digest = certificate.digest(digest_by_oid(reference.digest_oid))
    match = ReferenceMatch.MATCH if digest == reference.digest else ReferenceMatch.MISMATCH
    return match, issuer_serial


def _agree(
    issuer_serial: bool | None, other: ReferenceMatch, other_serial: bool | None
) -> tuple[ReferenceMatch, bool | None]:
    """The signing-certificate attributes v1 and v2 are both signed: each that is there must name the signer.

    Only a digest that nobody here computes is passed over; then the attribute that matches decides.
    """
    match = ReferenceMatch.MISMATCH if other is ReferenceMatch.MISMATCH else ReferenceMatch.MATCH
    return match, False if other_serial is False else issuer_serial


def verify_value(
    signature: Signature, certificate: Certificate
) -> tuple[EdgeOutcome | None, str, PublicKey | None]:
    """The signature value under a certificate's key: outcome, the scheme's name, the key; never raises.

    The outcome is None when what the value is over is not at hand. The scheme is the one that
    signatureAlgorithm names (RFC 5652 §5.3: the one that the signer used). A value that verifies only under
    the digest of digestAlgorithm is not of that scheme: signatureAlgorithm is not signed, and taking it for
    right would let anybody rewrite it unnoticed.
    """
    key: PublicKey | None = None
    name = signature.signature_oid
    outcome: EdgeOutcome | None = None
    try:
        key = load_public_key(certificate.spki)
        scheme = resolve(signature.signature_oid, signature.signature_parameters, signature.digest_oid, key)
        name = scheme.name
        for signed in signature.inputs:
            tried = _verify_input(key, scheme, signature.value, signed)
            outcome = tried if tried is not None else outcome
            if tried is EdgeOutcome.VERIFIED:
                return tried, name, key
    except AlgorithmNotSupported as error:
        return EdgeOutcome.UNSUPPORTED, str(error.parameters.get("name") or name), key
    except KeyInvalid:
        return EdgeOutcome.KEY_INVALID, name, key
    return outcome, name, key


def _verify_input(
    key: PublicKey, scheme: SignatureScheme, value: bytes, signed: SignedInput
) -> EdgeOutcome | None:
    content = signed.content
    try:
        if scheme.digest is None:
            verify(key, scheme, value, message=content.read(_MAX_MESSAGE))
        else:
            digest = content.digest(scheme.digest)
            if digest is None:
                return None
            verify(key, scheme, value, digest=digest)
    except SignatureInvalid:
        return EdgeOutcome.FAILED
    except InputError:
        return None  # the content cannot be read, or not at once
    return EdgeOutcome.VERIFIED
