"""bign (STB 34.101.45) as Belarus writes it.

The key is x‖y little-endian directly in the BIT STRING, the parameters the curve's OID, the signature s0‖s1
of 3l/8 octets, and the hash function's OID enters the signature as DER (§7.1). The hash value has 2l bits.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from trustspace.algorithms import _der
from trustspace.algorithms.errors import AlgorithmNotSupported, KeyInvalid
from trustspace.algorithms.model import BytesLike, PublicKey, SignatureScheme

FAMILY = "bign"
KEY_OID = "1.2.112.0.2.0.34.101.45.2.1"

# OID → (name, native curve, bits of the field = 2l)
CURVES: dict[str, tuple[str, str, int]] = {
    "1.2.112.0.2.0.34.101.45.3.1": ("bign-curve256v1", "256v1", 256),
    "1.2.112.0.2.0.34.101.45.3.2": ("bign-curve384v1", "384v1", 384),
    "1.2.112.0.2.0.34.101.45.3.3": ("bign-curve512v1", "512v1", 512),
}


@dataclass(frozen=True, slots=True)
class BignKey:
    """What a verification needs: the native curve, and x‖y."""

    curve: str
    octets: int
    point: bytes


def curve_of(parameters: bytes | None) -> tuple[str, str, int]:
    """The curve's name, the native crate's name of it, and its bits."""
    if parameters is None:
        raise KeyInvalid(algorithm=FAMILY, reason="no parameters")
    reader = _der.Reader(parameters)
    if reader.peek() != _der.OID:
        raise AlgorithmNotSupported(oid=KEY_OID, name="bign with explicit curve parameters")
    oid = reader.oid()
    reader.finish()
    try:
        return CURVES[oid]
    except KeyError:
        raise AlgorithmNotSupported(oid=oid, name=f"bign curve {oid}") from None


def load_public_key(parameters: bytes | None, key: bytes, spki: bytes) -> PublicKey:
    """The public key in a SubjectPublicKeyInfo, checked to be on its curve."""
    from trustspace import _native as native  # noqa: PLC0415

    name, curve, bits = curve_of(parameters)
    if len(key) != bits // 4:
        raise KeyInvalid(algorithm=FAMILY, reason=f"{len(key)} octets of key")
    native.bign_check_public_key(curve, key)
    return PublicKey(FAMILY, name, bits, spki, KEY_OID, parameters, BignKey(curve, bits // 8, key))


def encode_public_key(parameters: bytes, point: bytes) -> bytes:
    """A SubjectPublicKeyInfo for x‖y."""
    return _der.subject_public_key_info(KEY_OID, parameters, point)


def verify(
    key: PublicKey, scheme: SignatureScheme, signature: bytes, message: BytesLike | None, digest: bytes | None
) -> bool:
    """Whether the signature is the key's over the message or its digest."""
    from trustspace import _native as native  # noqa: PLC0415

    material: BignKey = key.material
    if digest is None:
        assert scheme.digest is not None and message is not None
        digest = scheme.digest.digest(message)
    if len(digest) != material.octets or len(signature) != material.octets * 3 // 2:
        return False
    return native.bign_verify(material.curve, material.point, scheme.extra, digest, signature)


@dataclass(frozen=True, slots=True)
class BignSecret:
    """A private key: the number, little-endian."""

    curve: str
    octets: int
    number: bytes = field(repr=False)


def sign(secret: BignSecret, scheme: SignatureScheme, message: BytesLike, entropy: bytes) -> bytes:
    """Signs a message; the nonce is STB 34.101.45's deterministic one, hedged by ``entropy``."""
    from trustspace import _native as native  # noqa: PLC0415

    assert scheme.digest is not None
    return native.bign_sign(secret.curve, secret.number, scheme.extra, scheme.digest.digest(message), entropy)
