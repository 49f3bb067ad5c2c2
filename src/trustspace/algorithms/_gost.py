"""GOST R 34.10-2001 and -2012 as Russia writes them, and the same mathematics as Kazakhstan writes it.

The native crate knows curves and numbers; OIDs, encodings and byte orders are here. What differs between the
states is data, one ``GostProfile`` a family:

* Russia (RFC 4491, RFC 7836, RFC 9215): key x‖y little-endian in an OCTET STRING inside the BIT STRING, the
  hash value read little-endian, signature s‖r, both big-endian.
* Kazakhstan: the same key and hash, signature r‖s, both little-endian: the Russian octets reversed. Its
  parameter sets have OIDs of their own for the Russian curves (proven on the NCA's certificates and CRLs).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from trustspace.algorithms import _der
from trustspace.algorithms.errors import AlgorithmNotSupported, KeyInvalid
from trustspace.algorithms.model import BytesLike, PublicKey, SignatureScheme

# Parameter sets of 256 bits: OID → (name, the native crate's curve). CryptoPro's A, B, C are TC26's B, C, D,
# and the key-exchange sets XchA and XchB are CryptoPro's A and C (RFC 4357 §11.4, RFC 7836 §A.2).
_CURVES_256: dict[str, tuple[str, str]] = {
    "1.2.643.2.2.35.0": ("CryptoPro-test", "256-test"),
    "1.2.643.2.2.35.1": ("CryptoPro-A", "256-B"),
    "1.2.643.2.2.35.2": ("CryptoPro-B", "256-C"),
    "1.2.643.2.2.35.3": ("CryptoPro-C", "256-D"),
    "1.2.643.2.2.36.0": ("CryptoPro-XchA", "256-B"),
    "1.2.643.2.2.36.1": ("CryptoPro-XchB", "256-D"),
    "1.2.643.7.1.2.1.1.1": ("TC26-256-A", "256-A"),
    "1.2.643.7.1.2.1.1.2": ("TC26-256-B", "256-B"),
    "1.2.643.7.1.2.1.1.3": ("TC26-256-C", "256-C"),
    "1.2.643.7.1.2.1.1.4": ("TC26-256-D", "256-D"),
}
_CURVES_512: dict[str, tuple[str, str]] = {
    "1.2.643.7.1.2.1.2.0": ("TC26-512-test", "512-test"),
    "1.2.643.7.1.2.1.2.1": ("TC26-512-A", "512-A"),
    "1.2.643.7.1.2.1.2.2": ("TC26-512-B", "512-B"),
    "1.2.643.7.1.2.1.2.3": ("TC26-512-C", "512-C"),
}


@dataclass(frozen=True, slots=True)
class GostProfile:
    """One state's way of writing a GOST key and signature.

    ``digest_parameters``: the digestParamSet that goes with a parameter set in a new key, by its OID;
    the RFCs want it for the CryptoPro sets and omit it for TC26's, but 512-A and 512-B are met with it.
    """

    family: str
    key_oid: str
    bits: int
    parameter_sets: Mapping[str, tuple[str, str]] = field(repr=False)
    digest_parameters: Mapping[str, str] = field(repr=False)
    reversed_signature: bool = False

    @property
    def octets(self) -> int:
        return self.bits // 8


_STREEBOG_256, _STREEBOG_512, _GOST94_PARAMETERS = (
    "1.2.643.7.1.1.2.2",
    "1.2.643.7.1.1.2.3",
    "1.2.643.2.2.30.1",
)

RU_2012_256 = GostProfile(
    "GOST R 34.10-2012-256",
    "1.2.643.7.1.1.1.1",
    256,
    _CURVES_256,
    {oid: _STREEBOG_256 for oid in _CURVES_256 if oid.startswith("1.2.643.2.2.")},
)
RU_2012_512 = GostProfile(
    "GOST R 34.10-2012-512",
    "1.2.643.7.1.1.1.2",
    512,
    _CURVES_512,
    dict.fromkeys(("1.2.643.7.1.2.1.2.0", "1.2.643.7.1.2.1.2.1", "1.2.643.7.1.2.1.2.2"), _STREEBOG_512),
)
RU_2001 = GostProfile(
    "GOST R 34.10-2001",
    "1.2.643.2.2.19",
    256,
    _CURVES_256,
    dict.fromkeys(_CURVES_256, _GOST94_PARAMETERS),
)
KZ_2015 = GostProfile(
    "KZ GOST 34.10-2015",
    "1.2.398.3.10.1.1.2.2",
    512,
    {"1.2.398.3.10.1.1.2.2.1": ("TC26-512-A", "512-A")},
    {"1.2.398.3.10.1.1.2.2.1": "1.2.398.3.10.1.3.3"},
    reversed_signature=True,
)
KZ_2004 = GostProfile(
    "KZ GOST 34.310-2004",
    "1.2.398.3.10.1.1.1.1",
    256,
    {"1.2.398.3.10.1.1.1.1.1": ("CryptoPro-A", "256-B")},
    {"1.2.398.3.10.1.1.1.1.1": "1.2.398.3.10.1.3.1.1.0"},
    reversed_signature=True,
)

PROFILES = (RU_2012_256, RU_2012_512, RU_2001, KZ_2015, KZ_2004)


@dataclass(frozen=True, slots=True)
class GostKey:
    """What a verification needs: the profile, the native curve, and x‖y."""

    profile: GostProfile
    curve: str
    point: bytes


def _parameter_set(profile: GostProfile, parameters: bytes | None) -> str:
    if parameters is None:
        raise KeyInvalid(algorithm=profile.family, reason="no parameters")
    reader = _der.Reader(parameters).enter()
    return reader.oid()  # digestParamSet and encryptionParamSet may follow; they do not change the curve


def curve_of(profile: GostProfile, parameters: bytes | None) -> tuple[str, str]:
    """The parameter set's name and the native curve's, from GostR3410-PublicKeyParameters."""
    oid = _parameter_set(profile, parameters)
    try:
        return profile.parameter_sets[oid]
    except KeyError:
        raise AlgorithmNotSupported(oid=oid, name=f"{profile.family} parameter set {oid}") from None


def load_public_key(profile: GostProfile, parameters: bytes | None, key: bytes, spki: bytes) -> PublicKey:
    """The public key in a SubjectPublicKeyInfo, checked: on the curve, in its subgroup, not zero."""
    from trustspace import _native as native  # noqa: PLC0415

    name, curve = curve_of(profile, parameters)
    reader = _der.Reader(key)
    point = reader.value(_der.OCTET_STRING)
    reader.finish()
    if len(point) != 2 * profile.octets:
        raise KeyInvalid(algorithm=profile.family, reason=f"{len(point)} octets of key")
    native.gost_check_public_key(curve, point)
    return PublicKey(
        profile.family,
        name,
        profile.bits,
        spki,
        profile.key_oid,
        parameters,
        GostKey(profile, curve, point),
    )


def encode_public_key(profile: GostProfile, parameters: bytes, point: bytes) -> bytes:
    """A SubjectPublicKeyInfo for x‖y."""
    return _der.subject_public_key_info(profile.key_oid, parameters, _der.octet_string(point))


def encode_parameters(profile: GostProfile, parameter_set: str) -> bytes:
    """GostR3410-PublicKeyParameters for a parameter set's OID (RFC 9215 §4.2)."""
    digest = profile.digest_parameters.get(parameter_set)
    return _der.sequence(_der.oid(parameter_set), _der.oid(digest) if digest else b"")


def verify(
    key: PublicKey, scheme: SignatureScheme, signature: bytes, message: BytesLike | None, digest: bytes | None
) -> bool:
    """Whether the signature is the key's over the message or its digest."""
    from trustspace import _native as native  # noqa: PLC0415

    material: GostKey = key.material
    if digest is None:
        assert scheme.digest is not None and message is not None
        digest = scheme.digest.digest(message)
    if len(signature) != 2 * material.profile.octets or len(digest) != material.profile.octets:
        return False
    if material.profile.reversed_signature:
        signature = signature[::-1]
    return native.gost_verify(material.curve, material.point, digest, signature)


@dataclass(frozen=True, slots=True)
class GostSecret:
    """A private key: the number, little-endian."""

    profile: GostProfile
    curve: str
    number: bytes = field(repr=False)


def sign(secret: GostSecret, scheme: SignatureScheme, message: BytesLike, entropy: bytes) -> bytes:
    """Signs a message; ``entropy`` hedges the nonce."""
    from trustspace import _native as native  # noqa: PLC0415

    assert scheme.digest is not None
    signature = native.gost_sign(secret.curve, secret.number, scheme.digest.digest(message), entropy)
    return signature[::-1] if secret.profile.reversed_signature else signature


def secret_number(profile: GostProfile, content: bytes) -> bytes:
    """The private number, little-endian, from PrivateKeyInfo's privateKey octets.

    Met in the field: the octets themselves, little-endian (gost-engine); an OCTET STRING of them
    (GostR3410-2012-PrivateKey, RFC 9215 §6); an INTEGER (older engines).
    """
    if len(content) != profile.octets:
        reader = _der.Reader(content)
        if reader.peek() == _der.INTEGER:
            number = reader.integer()
            reader.finish()
            if number <= 0 or number.bit_length() > profile.bits:
                raise KeyInvalid(algorithm=profile.family, reason="private number out of range")
            return number.to_bytes(profile.octets, "little")
        content = reader.value(_der.OCTET_STRING)
        reader.finish()
    if len(content) != profile.octets:
        raise KeyInvalid(algorithm=profile.family, reason=f"{len(content)} octets of private key")
    return content
