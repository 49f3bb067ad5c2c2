"""AlgorithmIdentifiers as they are written: in certificates, in CMS, for digests.

Which OID stands where, and whether its parameters are NULL or absent, differs by algorithm and by structure;
this is the one place that knows. The form is what OpenSSL, its national engines and the states' own software
write and accept.
"""

from __future__ import annotations

from trustspace.algorithms import _bign, _der, _gost, _pyca
from trustspace.algorithms.model import DigestAlgorithm, PublicKey, SignatureScheme
from trustspace.algorithms.signatures import signature_oid_of

_RUSSIAN = frozenset(profile.family for profile in (_gost.RU_2012_256, _gost.RU_2012_512, _gost.RU_2001))
# RFC 5754 §2 and its kin leave the parameters out; SHA-1 and MD5 (RFC 3279, RFC 3370) have NULL by tradition.
_ABSENT_FAMILIES = frozenset({"sha2", "sha3"})


def signature_algorithm_identifier(scheme: SignatureScheme, key: PublicKey) -> bytes:
    """The AlgorithmIdentifier (DER) for a certificate, CRL, OCSP response or request."""
    oid = signature_oid_of(scheme)
    if oid == _pyca.RSA_PSS_OID:
        return _der.sequence(_der.oid(oid), scheme.parameters or b"")
    family = key.algorithm
    if family == "RSA":  # RFC 3279 §2.2.1
        return _der.sequence(_der.oid(oid), _der.NULL_BYTES)
    if family in _RUSSIAN:  # RFC 4491 §2.2, RFC 9215 §2: omitted
        return _der.sequence(_der.oid(oid))
    if family == _bign.FAMILY and scheme.parameters:  # bign-with-hspec names its hash
        return _der.sequence(_der.oid(oid), scheme.parameters)
    if isinstance(key.material, _gost.GostKey | _bign.BignKey):  # Kazakhstan, Belarus: always NULL
        return _der.sequence(_der.oid(oid), _der.NULL_BYTES)
    return _der.sequence(_der.oid(oid))  # RFC 5758 §3.2, RFC 8410 §3, RFC 9881


def cms_signature_algorithm_identifier(scheme: SignatureScheme, key: PublicKey) -> bytes:
    """The AlgorithmIdentifier (DER) for SignerInfo.signatureAlgorithm.

    RSA PKCS#1 and the Russian algorithms have the key's OID with NULL there (RFC 3370 §3.2, RFC 4490 §3).
    """
    if key.algorithm in _RUSSIAN:
        return _der.sequence(_der.oid(key.oid), _der.NULL_BYTES)
    if key.algorithm == "RSA" and signature_oid_of(scheme) != _pyca.RSA_PSS_OID:
        return _der.sequence(_der.oid(_pyca.RSA_OID), _der.NULL_BYTES)
    return signature_algorithm_identifier(scheme, key)


def digest_algorithm_identifier(digest: DigestAlgorithm) -> bytes:
    """The AlgorithmIdentifier (DER) of a digest, for CMS, imprints and CertIDs."""
    parameters = b"" if digest.family in _ABSENT_FAMILIES else _der.NULL_BYTES
    return _der.sequence(_der.oid(digest.oid), parameters)
