"""What lies on a token: private keys, and the public side of each as a SubjectPublicKeyInfo.

A private key object shows no public key (RSA excepted). It is taken from the certificate or the public key
object that has the same CKA_ID.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from trustspace.algorithms.errors import AlgorithmNotSupported, KeyInvalid
from trustspace.algorithms.keys import gost_public_key_info, load_public_key
from trustspace.algorithms.model import PublicKey
from trustspace.encoding import der
from trustspace.encoding.certificate import Certificate
from trustspace.errors import MalformedEncoding
from trustspace.keys.matching import public_key_of, same_key
from trustspace.keys.token.mechanisms import CKK_GOSTR3410, CKK_GOSTR3410_512

if TYPE_CHECKING:
    from pkcs11.types import Session

_MOST_OBJECTS = 10_000
_CKK_RSA, _CKK_EC, _CKK_EC_EDWARDS = 0x0, 0x3, 0x40
_RSA, _EC = "1.2.840.113549.1.1.1", "1.2.840.10045.2.1"
_EDWARDS = {32: "1.3.101.112", 57: "1.3.101.113"}
_GOST_2001_HASHES = "1.2.643.2.2.30."


@dataclass(frozen=True, slots=True)
class TokenObject:
    """A private key on a token, as it can be told apart: by CKA_LABEL and CKA_ID."""

    label: str
    id: bytes

    @property
    def name(self) -> str:
        """The label, or the id where it has none."""
        return self.label or f"id={self.id.hex()}"


def private_keys(session: Session, label: str | None = None, id_: bytes | None = None) -> Iterator[Any]:
    """The private key objects of these attributes."""
    yield from _objects(session, 3, label, id_)


def _objects(session: Session, kind: int, label: str | None = None, id_: bytes | None = None) -> list[Any]:
    from pkcs11.constants import Attribute, ObjectClass  # noqa: PLC0415

    wanted: dict[Attribute, Any] = {Attribute.CLASS: ObjectClass(kind)}
    if label is not None:
        wanted[Attribute.LABEL] = label
    if id_ is not None:
        wanted[Attribute.ID] = id_
    found = []
    for count, each in enumerate(session.get_objects(wanted)):
        if count >= _MOST_OBJECTS:
            break
        found.append(each)
    return found


def attribute(each: Any, name: str) -> Any:
    """An attribute of an object by its name; None where it has none, shows none, or nobody can read it."""
    from pkcs11.constants import Attribute  # noqa: PLC0415
    from pkcs11.exceptions import (  # noqa: PLC0415
        AttributeSensitive,
        AttributeTypeInvalid,
        FunctionFailed,
    )

    try:
        return each[Attribute[name]]
    except (AttributeTypeInvalid, AttributeSensitive, FunctionFailed, ValueError, NotImplementedError):
        return None


def object_of(each: Any) -> TokenObject:
    """How an object is told apart."""
    return TokenObject(attribute(each, "LABEL") or "", attribute(each, "ID") or b"")


def certificates(session: Session, private: Any) -> list[Certificate]:
    """The certificates that share a private key's CKA_ID, newest first."""
    id_ = attribute(private, "ID")
    found = []
    for each in _objects(session, 1, None, id_) if id_ else ():
        try:
            found.append(Certificate.parse(attribute(each, "VALUE") or b""))
        except MalformedEncoding:
            continue  # what lies there is no X.509 certificate; it helps nobody
    return sorted(found, key=lambda certificate: certificate.not_before, reverse=True)


def public_key(session: Session, private: Any) -> PublicKey | None:
    """The public side of a private key; None where the token does not show it.

    The certificate's encoding goes before the one that we would give to the token's numbers.
    """
    shown = _public_object(session, private)
    for certificate in certificates(session, private):
        key = public_key_of(certificate)
        if key is not None and (shown is None or same_key(key, shown)):
            return key
    return shown


def _public_object(session: Session, private: Any) -> PublicKey | None:
    id_ = attribute(private, "ID")
    candidates = _objects(session, 2, None, id_) if id_ else []
    for each in (*candidates, private):
        spki = _public_key_info(each)
        if spki is None:
            continue
        try:
            return load_public_key(spki)
        except (AlgorithmNotSupported, KeyInvalid):
            continue
    return None


def key_type_of(each: Any) -> int | None:
    """CKA_KEY_TYPE as a number, also a vendor's."""
    kind = attribute(each, "KEY_TYPE")
    return None if kind is None else int(kind)


def _public_key_info(each: Any) -> bytes | None:
    kind = key_type_of(each)
    if kind == _CKK_RSA:
        modulus, exponent = attribute(each, "MODULUS"), attribute(each, "PUBLIC_EXPONENT")
        if not modulus or not exponent:
            return None
        numbers = (der.integer(int.from_bytes(number, "big")) for number in (modulus, exponent))
        return _info(_RSA, der.null(), der.sequence(*numbers))
    if kind in (_CKK_EC, _CKK_EC_EDWARDS):
        point, parameters = attribute(each, "EC_POINT"), attribute(each, "EC_PARAMS")
        if not point:
            return None
        point = _unwrapped(point)
        if kind == _CKK_EC:
            return _info(_EC, parameters, point) if parameters else None
        return _info(_EDWARDS[len(point)], b"", point) if len(point) in _EDWARDS else None
    if kind in (CKK_GOSTR3410, CKK_GOSTR3410_512):
        return _gost_info(each, 256 if kind == CKK_GOSTR3410 else 512)
    return None


def _gost_info(each: Any, bits: int) -> bytes | None:
    point, parameters = attribute(each, "VALUE"), attribute(each, "GOSTR3410_PARAMS")
    if not point or not parameters:
        return None
    family = f"GOST R 34.10-2012-{bits}"
    if _oid(attribute(each, "GOSTR3411_PARAMS")).startswith(_GOST_2001_HASHES):
        family = "GOST R 34.10-2001"
    point = _unwrapped(point)
    if len(point) != bits // 4:
        return None
    try:
        return gost_public_key_info(family, _oid(parameters), point)
    except AlgorithmNotSupported:
        return None


def _info(oid: str, parameters: bytes, key: bytes) -> bytes:
    return der.sequence(der.sequence(der.oid(oid), parameters), der.bit_string(key))


def _unwrapped(value: bytes) -> bytes:
    """A point inside the OCTET STRING that PKCS#11 §6.3.3 wants around it, or bare as some tokens give it."""
    from trustspace._native import ber_parse  # noqa: PLC0415

    if value[:1] != b"\x04":
        return value
    try:
        element = ber_parse(value, what="point")
        return element.octets() if len(element.raw) == len(value) else value
    except MalformedEncoding:
        return value  # an uncompressed EC point begins with 04 too


def _oid(encoded: bytes | None) -> str:
    from trustspace._native import ber_parse  # noqa: PLC0415

    try:
        return ber_parse(encoded or b"", what="OBJECT IDENTIFIER").oid()
    except MalformedEncoding:
        return ""
