"""What a SignerInfo says of its signature algorithm."""

from __future__ import annotations

from trustspace.algorithms.errors import AlgorithmNotSupported
from trustspace.algorithms.signatures import resolve


def names_another_digest(signature_oid: str, parameters: bytes | None, digest_oid: str) -> bool:
    """Whether a signatureAlgorithm by itself names another digest than the SignerInfo's digestAlgorithm.

    RFC 5652 §5.4 digests the signed attributes with digestAlgorithm. Where signatureAlgorithm contradicts it
    (sha512WithRSAEncryption beside SHA-256), makers differ: OpenSSL and Bouncy Castle sign with
    digestAlgorithm's digest all the same. Such a value is not of the scheme that it declares, and is not
    taken for it: neither algorithm is protected by the signature.
    """
    try:
        scheme = resolve(signature_oid, parameters, digest_oid)
    except AlgorithmNotSupported:
        return False
    return scheme.digest is not None and scheme.digest.oid != digest_oid
