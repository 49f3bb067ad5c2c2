"""RSA, DSA, ECDSA, EdDSA and ML-DSA, computed by OpenSSL through pyca/cryptography.

``cryptography`` is imported at the first key, not before: it costs tens of milliseconds.
"""

from __future__ import annotations

from typing import Any, TypeAlias

from trustspace.algorithms import _der
from trustspace.algorithms.errors import AlgorithmNotSupported, KeyInvalid
from trustspace.algorithms.model import BytesLike, DigestAlgorithm, PublicKey, SignatureScheme

RSA_OID, RSA_PSS_OID = "1.2.840.113549.1.1.1", "1.2.840.113549.1.1.10"
EC_OID, DSA_OID = "1.2.840.10045.2.1", "1.2.840.10040.4.1"

FAMILIES: dict[str, str] = {
    RSA_OID: "RSA",
    RSA_PSS_OID: "RSA",
    EC_OID: "EC",
    DSA_OID: "DSA",
    "1.3.101.112": "Ed25519",
    "1.3.101.113": "Ed448",
    "2.16.840.1.101.3.4.3.17": "ML-DSA-44",
    "2.16.840.1.101.3.4.3.18": "ML-DSA-65",
    "2.16.840.1.101.3.4.3.19": "ML-DSA-87",
}
_SIZES = {"Ed25519": 256, "Ed448": 448, "ML-DSA-44": 1312 * 8, "ML-DSA-65": 1952 * 8, "ML-DSA-87": 2592 * 8}
_LARGEST_EXPONENT = 256  # FIPS 186-5 §5.4
# What one verification may cost: 16384 bits with e = 65537, 8192 with an e of 68 bits. Who sends a document
# chooses the keys of hundreds of certificates that may be tried.
_RSA_WORK = 16384 * 16384 * 17
_LARGEST_DSA, _LARGEST_DSA_ORDER = 3072, 256  # FIPS 186-4 §4.2
_CURVE_NAMES = {"secp256r1": "P-256", "secp384r1": "P-384", "secp521r1": "P-521", "secp224r1": "P-224"}
_HASH_CLASSES = {
    "MD5": "MD5",
    "SHA-1": "SHA1",
    "SHA-224": "SHA224",
    "SHA-256": "SHA256",
    "SHA-384": "SHA384",
    "SHA-512": "SHA512",
    "SHA-512/224": "SHA512_224",
    "SHA-512/256": "SHA512_256",
    "SHA3-224": "SHA3_224",
    "SHA3-256": "SHA3_256",
    "SHA3-384": "SHA3_384",
    "SHA3-512": "SHA3_512",
}


def hash_object(digest: DigestAlgorithm, context: str) -> Any:
    """pyca's object for a digest; ``AlgorithmNotSupported`` where OpenSSL has no such combination."""
    from cryptography.hazmat.primitives import hashes  # noqa: PLC0415

    try:
        return getattr(hashes, _HASH_CLASSES[digest.name])()
    except KeyError:
        raise AlgorithmNotSupported(oid=digest.oid, name=f"{context} with {digest.name}") from None


def describe(key: Any, family: str) -> tuple[str | None, int]:
    """Parameter set and size in bits of a pyca public key."""
    if family == "EC":
        name: str = key.curve.name
        return _CURVE_NAMES.get(name, name), key.key_size
    if family in _SIZES:
        return None, _SIZES[family]
    return None, key.key_size


def load_public_key(oid: str, parameters: bytes | None, spki: bytes) -> PublicKey:
    """The public key in a SubjectPublicKeyInfo, checked by OpenSSL."""
    from cryptography.exceptions import InternalError, UnsupportedAlgorithm  # noqa: PLC0415
    from cryptography.hazmat.primitives.serialization import load_der_public_key  # noqa: PLC0415

    family = FAMILIES[oid]
    encoding = spki
    if oid == RSA_PSS_OID:
        # The restrictions that the parameters put on the key are enforced by ``allows``.
        _, _, bits = _der.read_subject_public_key_info(spki)
        encoding = _der.subject_public_key_info(RSA_OID, _der.NULL_BYTES, bits)
    try:
        key: Any = load_der_public_key(encoding)
    except UnsupportedAlgorithm as error:
        name = f"{family} key"
        if family == "EC" and parameters and parameters[0] == _der.OID:
            name = f"EC key on curve {_der.Reader(parameters).oid()}"
        raise AlgorithmNotSupported(oid=oid, name=name) from error
    except (ValueError, InternalError) as error:
        reason = "OpenSSL refuses it" if isinstance(error, InternalError) else str(error)
        raise KeyInvalid(algorithm=family, reason=reason) from error
    if (doubt := implausible(key, family, spki)) is not None:
        raise KeyInvalid(algorithm=family, reason=doubt)
    parameter_set, size = describe(key, family)
    return PublicKey(family, parameter_set, size, spki, oid, parameters, key)


_P25519, _P448 = 2**255 - 19, 2**448 - 2**224 - 1
# The y of every point whose order divides the cofactor (8 and 4): under such a key, signatures that nobody
# made verify over messages that nobody chose (RFC 8032 §5.1.7 leaves the check to whoever needs it).
_EIGHTH = 0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7
_SMALL_ORDER = {
    "Ed25519": (_P25519, frozenset({0, 1, _P25519 - 1, _EIGHTH, _P25519 - _EIGHTH}), 255),
    "Ed448": (_P448, frozenset({0, 1, _P448 - 1}), 448),
}


def implausible(key: Any, family: str, spki: bytes) -> str | None:
    """What is wrong with numbers that OpenSSL takes as they come; None for a key that may be used."""
    if family == "RSA":
        numbers = key.public_numbers()
        bits, exponent = numbers.n.bit_length(), numbers.e.bit_length()
        if exponent > _LARGEST_EXPONENT or bits * bits * exponent > _RSA_WORK:
            return f"a modulus of {bits} bits and an exponent of {exponent}"
        return None if numbers.n % 2 else "an even modulus"
    if family in _SMALL_ORDER:
        p, small, bits = _SMALL_ORDER[family]
        octets = _der.read_subject_public_key_info(spki)[2]
        y = int.from_bytes(octets, "little") & ((1 << bits) - 1)
        return "a point of small order" if y % p in small else None
    if family == "DSA":
        numbers = key.public_numbers()
        p, q, g = (getattr(numbers.parameter_numbers, name) for name in "pqg")
        if p.bit_length() > _LARGEST_DSA or q.bit_length() > _LARGEST_DSA_ORDER:
            return f"a modulus of {p.bit_length()} bits and an order of {q.bit_length()}"
        # FIPS 186-4 §A.2, SP 800-89 §5.3.1: both generate and stay in the subgroup of order q.
        for number in (g, numbers.y):
            if not 1 < number < p - 1 or pow(number, q, p) != 1:
                return "a generator or public value outside the subgroup"
    return None


RsaExtra: TypeAlias = tuple[Any, Any, Any, str, int]
"""(padding, hash, prehashed, mask's digest, salt length)."""


def pkcs1_extra(digest: DigestAlgorithm) -> RsaExtra:
    """What RSASSA-PKCS1-v1_5 needs."""
    from cryptography.hazmat.primitives.asymmetric import padding, utils  # noqa: PLC0415

    algorithm = hash_object(digest, "RSA")
    return padding.PKCS1v15(), algorithm, utils.Prehashed(algorithm), "", 0


def pss_extra(digest: DigestAlgorithm, mgf: DigestAlgorithm, salt: int) -> RsaExtra:
    """What RSASSA-PSS needs."""
    from cryptography.hazmat.primitives.asymmetric import padding, utils  # noqa: PLC0415

    algorithm = hash_object(digest, "RSASSA-PSS")
    mask = padding.MGF1(hash_object(mgf, "RSASSA-PSS mask"))
    return padding.PSS(mask, salt), algorithm, utils.Prehashed(algorithm), mgf.name, salt


def ecdsa_extra(digest: DigestAlgorithm) -> tuple[Any, Any]:
    """(ECDSA(hash), ECDSA(prehashed))."""
    from cryptography.hazmat.primitives.asymmetric import ec, utils  # noqa: PLC0415

    algorithm = hash_object(digest, "ECDSA")
    return ec.ECDSA(algorithm), ec.ECDSA(utils.Prehashed(algorithm))


def dsa_extra(digest: DigestAlgorithm) -> tuple[Any, Any]:
    """(hash, prehashed)."""
    from cryptography.hazmat.primitives.asymmetric import utils  # noqa: PLC0415

    algorithm = hash_object(digest, "DSA")
    return algorithm, utils.Prehashed(algorithm)


def verify_rsa(
    key: PublicKey, scheme: SignatureScheme, signature: bytes, message: BytesLike | None, digest: bytes | None
) -> bool:
    """RSASSA-PKCS1-v1_5 and RSASSA-PSS (RFC 8017 §8)."""
    padding, algorithm, prehashed, _, _ = scheme.extra
    try:
        if message is not None:
            key.material.verify(signature, message, padding, algorithm)
        else:
            key.material.verify(signature, digest, padding, prehashed)
    except Exception as error:
        return _refused(error) or _without_null(key, scheme, signature, message, digest)
    return True


def _without_null(
    key: PublicKey, scheme: SignatureScheme, signature: bytes, message: BytesLike | None, digest: bytes | None
) -> bool:
    """Whether an RSASSA-PKCS1-v1_5 value is right but for the NULL in its DigestInfo.

    RFC 8017 B.1 has the NULL there; RFC 4055 §2.1 has both forms accepted as equivalent, and real signers
    leave it out. The whole block is compared, so nothing else is forgiven.
    """
    padding, _, _, mask, _ = scheme.extra
    if mask or scheme.digest is None:
        return False
    if digest is None:
        digest = scheme.digest.digest(message or b"")
    wanted = _der.sequence(_der.sequence(_der.oid(scheme.digest.oid)), _der.tlv(0x04, digest))
    try:
        recovered: bytes = key.material.recover_data_from_signature(signature, padding, None)
    except Exception as error:
        return _refused(error)
    return recovered == wanted


def verify_ecdsa(
    key: PublicKey, scheme: SignatureScheme, signature: bytes, message: BytesLike | None, digest: bytes | None
) -> bool:
    """ECDSA; the signature as DER, or r‖s where the scheme's encoding is raw (BSI TR-03111, XMLDSig, JWS)."""
    try:
        if scheme.encoding:
            signature = _rs_to_der(signature, (key.size + 7) // 8)
        if message is not None:
            key.material.verify(signature, message, scheme.extra[0])
        else:
            key.material.verify(signature, digest, scheme.extra[1])
    except Exception as error:
        return _refused(error)
    return True


def verify_dsa(
    key: PublicKey, scheme: SignatureScheme, signature: bytes, message: BytesLike | None, digest: bytes | None
) -> bool:
    """DSA; the signature as DER, or r‖s in XML."""
    try:
        if scheme.encoding:
            signature = _rs_to_der(signature, len(signature) // 2)
        if message is not None:
            key.material.verify(signature, message, scheme.extra[0])
        else:
            key.material.verify(signature, digest, scheme.extra[1])
    except Exception as error:
        return _refused(error)
    return True


def verify_whole(
    key: PublicKey, scheme: SignatureScheme, signature: bytes, message: BytesLike | None, digest: bytes | None
) -> bool:
    """EdDSA (RFC 8032) and ML-DSA (FIPS 204): the message itself, no digest of it."""
    if message is None:
        raise AlgorithmNotSupported(
            oid=scheme.oid, name=f"{scheme.name} over a digest instead of the message"
        )
    try:
        key.material.verify(signature, message)
    except Exception as error:
        return _refused(error)
    return True


def _refused(error: Exception) -> bool:
    """False for "does not verify"; anything else that OpenSSL may say of hostile numbers is no better."""
    from cryptography.exceptions import InternalError, InvalidSignature, UnsupportedAlgorithm  # noqa: PLC0415

    if isinstance(error, UnsupportedAlgorithm):
        raise AlgorithmNotSupported(name=str(error)) from error
    if isinstance(error, InvalidSignature | ValueError | OverflowError | InternalError):
        return False
    raise error


def _rs_to_der(signature: bytes, octets: int) -> bytes:
    if len(signature) != 2 * octets or not octets:
        raise ValueError("r and s of the wrong length")
    r, s = signature[:octets], signature[octets:]
    return _der.sequence(_der.integer(int.from_bytes(r, "big")), _der.integer(int.from_bytes(s, "big")))


def der_to_rs(signature: bytes, octets: int) -> bytes:
    """r‖s of a DER signature that we made ourselves."""
    reader = _der.Reader(signature).enter()
    return reader.integer().to_bytes(octets, "big") + reader.integer().to_bytes(octets, "big")


def sign(secret: Any, scheme: SignatureScheme, message: BytesLike, entropy: bytes) -> bytes:
    """Signs a message; OpenSSL draws its own nonces, so ``entropy`` is not used."""
    if scheme.key_family == "RSA":
        padding, algorithm, *_ = scheme.extra
        signature: bytes = secret.sign(message, padding, algorithm)
        return signature
    if scheme.key_family in ("EC", "DSA"):
        signature = secret.sign(message, scheme.extra[0])
        return der_to_rs(signature, (secret.key_size + 7) // 8) if scheme.encoding else signature
    whole: bytes = secret.sign(message)
    return whole
