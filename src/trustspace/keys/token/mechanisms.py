"""From a signature scheme to what a token computes: PKCS#11 mechanisms, their input, and their output.

The mechanisms of GOST R 34.10-2001 (also for 2012-256 keys: the arithmetic is the same) are PKCS#11's own;
those of GOST R 34.10-2012 are TC26's extension, numbered from 0xD4321000 in the vendors' range. There is no
standard mechanism for bign or for Kazakhstan's algorithms, and none is guessed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

from trustspace.algorithms.model import BytesLike, PublicKey, SignatureScheme
from trustspace.encoding import der
from trustspace.keys.errors import TokenAlgorithmMissing

CKM_RSA_PKCS, CKM_RSA_PKCS_PSS = 0x1, 0xD
CKM_ECDSA, CKM_EDDSA = 0x1041, 0x1057
CKM_GOSTR3410_KEY_PAIR_GEN, CKM_GOSTR3410, CKM_GOSTR3410_WITH_GOSTR3411 = 0x1200, 0x1201, 0x1202
_TC26 = 0xD4321000
CKK_GOSTR3410, CKK_GOSTR3410_512 = 0x30, _TC26 | 0x003
CKM_GOSTR3410_512_KEY_PAIR_GEN, CKM_GOSTR3410_512 = _TC26 | 0x005, _TC26 | 0x006
CKM_GOSTR3410_WITH_GOSTR3411_12_256 = _TC26 | 0x008
CKM_GOSTR3410_WITH_GOSTR3411_12_512 = _TC26 | 0x009

_HASHES = {
    "SHA-1": 0x220,
    "SHA-224": 0x255,
    "SHA-256": 0x250,
    "SHA-384": 0x260,
    "SHA-512": 0x270,
    "SHA3-224": 0x2B5,
    "SHA3-256": 0x2B0,
    "SHA3-384": 0x2C0,
    "SHA3-512": 0x2D0,
}
_MGF1 = {"SHA-1": 1, "SHA-256": 2, "SHA-384": 3, "SHA-512": 4, "SHA-224": 5} | {
    "SHA3-224": 6,
    "SHA3-256": 7,
    "SHA3-384": 8,
    "SHA3-512": 9,
}
# Mechanisms that hash and sign in one: the token then answers for the whole signature.
_RSA_WITH = {"SHA-1": 0x6, "SHA-224": 0x46, "SHA-256": 0x40, "SHA-384": 0x41, "SHA-512": 0x42}
_PSS_WITH = {"SHA-1": 0xE, "SHA-224": 0x47, "SHA-256": 0x43, "SHA-384": 0x44, "SHA-512": 0x45}
_ECDSA_WITH = {"SHA-1": 0x1042, "SHA-224": 0x1043, "SHA-256": 0x1044, "SHA-384": 0x1045, "SHA-512": 0x1046}
_GOST = {
    "GOST R 34.10-2001": (CKM_GOSTR3410, CKM_GOSTR3410_WITH_GOSTR3411),
    "GOST R 34.10-2012-256": (CKM_GOSTR3410, CKM_GOSTR3410_WITH_GOSTR3411_12_256),
    "GOST R 34.10-2012-512": (CKM_GOSTR3410_512, CKM_GOSTR3410_WITH_GOSTR3411_12_512),
}
_MOST_MESSAGE = 16 * 1024
"""Octets that go to the token as they are; of longer messages it gets the digest."""

Prepare: TypeAlias = Callable[[BytesLike], bytes]


@dataclass(frozen=True, slots=True)
class Plan:
    """How a token makes one signature.

    ``prepare`` turns the message into the mechanism's input; ``forms`` the output into the signature as
    certificates and CMS carry it: of several candidates the one that verifies is it.
    """

    mechanism: int
    parameter: Any
    prepare: Prepare
    forms: Callable[[bytes], tuple[bytes, ...]]


def plan(key: PublicKey, scheme: SignatureScheme, size: int, available: frozenset[int], token: str) -> Plan:
    """How to sign a message of ``size`` octets with what the token has.

    Raises ``TokenAlgorithmMissing`` where it has nothing for the scheme.
    """
    found = None
    if scheme.key_family == "RSA":
        found = _rsa(scheme, size, available)
    elif scheme.key_family == "EC":
        found = _ecdsa(key, scheme, size, available)
    elif scheme.key_family in ("Ed25519", "Ed448") and CKM_EDDSA in available:
        found = Plan(CKM_EDDSA, None, bytes, _as_it_is)
    elif scheme.key_family in _GOST:
        found = _gost(scheme, available)
    if found is None:
        raise TokenAlgorithmMissing(token=token, name=scheme.name, oid=scheme.oid)
    return found


def _as_it_is(output: bytes) -> tuple[bytes, ...]:
    return (output,)


def _digest(scheme: SignatureScheme) -> Prepare:
    assert scheme.digest is not None
    return scheme.digest.digest


def _rsa(scheme: SignatureScheme, size: int, available: frozenset[int]) -> Plan | None:
    assert scheme.digest is not None
    name = scheme.digest.name
    *_, mask, salt = scheme.extra
    parameter: Any = None
    whole, raw = _RSA_WITH.get(name), CKM_RSA_PKCS
    if mask:
        if name not in _HASHES or mask not in _MGF1:
            return None
        from pkcs11.mechanisms import MGF  # noqa: PLC0415

        parameter = (mechanism(_HASHES[name]), MGF(_MGF1[mask]), salt)
        whole, raw = _PSS_WITH.get(name), CKM_RSA_PKCS_PSS
    if whole in available and whole is not None and (size <= _MOST_MESSAGE or raw not in available):
        return Plan(whole, parameter, bytes, _as_it_is)
    if raw not in available:
        return None
    return Plan(raw, parameter, _digest(scheme) if mask else _digest_info(scheme), _as_it_is)


def _digest_info(scheme: SignatureScheme) -> Prepare:
    """DigestInfo (RFC 8017 §9.2), with the NULL that its B.1 wants."""
    digest = scheme.digest
    assert digest is not None
    algorithm = der.sequence(der.oid(digest.oid), der.null())
    return lambda message: der.sequence(algorithm, der.octet_string(digest.digest(message)))


def _ecdsa(key: PublicKey, scheme: SignatureScheme, size: int, available: frozenset[int]) -> Plan | None:
    assert scheme.digest is not None
    whole = _ECDSA_WITH.get(scheme.digest.name)

    def to_der(output: bytes) -> tuple[bytes, ...]:
        half = len(output) // 2
        r, s = int.from_bytes(output[:half], "big"), int.from_bytes(output[half:], "big")
        return (der.sequence(der.integer(r), der.integer(s)),)

    forms = _as_it_is if scheme.encoding else to_der
    if whole in available and whole is not None and (size <= _MOST_MESSAGE or CKM_ECDSA not in available):
        return Plan(whole, None, bytes, forms)
    if CKM_ECDSA not in available:
        return None
    return Plan(CKM_ECDSA, None, _cut(key, _digest(scheme)), forms)


def _cut(key: PublicKey, digest: Prepare) -> Prepare:
    """ECDSA takes the leftmost bits of a digest that is longer than the order (FIPS 186-5 §6.4.1).

    Tokens cut by themselves or refuse; where the order has whole octets we cut for them.
    """
    if key.size % 8:
        return digest
    return lambda message: digest(message)[: key.size // 8]


def _gost(scheme: SignatureScheme, available: frozenset[int]) -> Plan | None:
    raw, whole = _GOST[scheme.key_family]

    def either_order(output: bytes) -> tuple[bytes, ...]:
        # PKCS#11 wants s‖r as RFC 4491 §2.2.2 has it; some tokens give r‖s. Only one of them verifies.
        half = len(output) // 2
        return output, output[half:] + output[:half]

    if raw in available:
        return Plan(raw, None, _digest(scheme), either_order)
    if whole in available:
        return Plan(whole, None, bytes, either_order)
    return None


def mechanism(number: int) -> Any:
    """python-pkcs11's member for a mechanism, also for one that it has no name for."""
    from pkcs11.mechanisms import Mechanism  # noqa: PLC0415

    return _member(Mechanism, number)


def key_type(number: int) -> Any:
    """The same for a type of key."""
    from pkcs11.mechanisms import KeyType  # noqa: PLC0415

    return _member(KeyType, number)


def _member(enum: Any, number: int) -> Any:
    """A vendor's number is passed on as a member without a name: the package wants its own type."""
    try:
        return enum(number)
    except ValueError:
        member = int.__new__(enum, number)
        member._name_, member._value_ = f"VENDOR_{number:X}", number
        return member
