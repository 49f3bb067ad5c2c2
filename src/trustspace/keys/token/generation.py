"""Making key pairs on a token."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from trustspace.encoding import der
from trustspace.keys.errors import TokenAlgorithmMissing
from trustspace.keys.token.mechanisms import (
    CKK_GOSTR3410,
    CKK_GOSTR3410_512,
    CKM_GOSTR3410_512_KEY_PAIR_GEN,
    CKM_GOSTR3410_KEY_PAIR_GEN,
    key_type,
    mechanism,
)

if TYPE_CHECKING:
    from pkcs11.types import Session

_CKK_RSA, _CKK_EC, _CKK_EC_EDWARDS = 0x0, 0x3, 0x40
_CKM_RSA, _CKM_EC, _CKM_EDWARDS = 0x0, 0x1040, 0x1055
_STREEBOG_256, _STREEBOG_512, _GOST94 = "1.2.643.7.1.1.2.2", "1.2.643.7.1.1.2.3", "1.2.643.2.2.30.1"
_CRYPTOPRO = {
    "a": "1.2.643.2.2.35.1",
    "b": "1.2.643.2.2.35.2",
    "c": "1.2.643.2.2.35.3",
    "xch-a": "1.2.643.2.2.36.0",
    "xch-b": "1.2.643.2.2.36.1",
}


@dataclass(frozen=True, slots=True)
class Recipe:
    """A kind of key in PKCS#11's terms: type, mechanism, and the attributes that fix the parameters."""

    key_type: int
    mechanism: int
    bits: int | None = None
    parameters: tuple[tuple[str, bytes], ...] = ()


def _gost(type_: int, make: int, parameter_set: str, hash_: str) -> Recipe:
    parameters = (("GOSTR3410_PARAMS", der.oid(parameter_set)), ("GOSTR3411_PARAMS", der.oid(hash_)))
    return Recipe(type_, make, parameters=parameters)


def _gost_256(parameter_set: str, hash_: str = _STREEBOG_256) -> Recipe:
    return _gost(CKK_GOSTR3410, CKM_GOSTR3410_KEY_PAIR_GEN, parameter_set, hash_)


_RECIPES = {
    **{f"rsa-{bits}": Recipe(_CKK_RSA, _CKM_RSA, bits) for bits in (2048, 3072, 4096)},
    **{
        kind: Recipe(_CKK_EC, _CKM_EC, parameters=(("EC_PARAMS", der.oid(curve)),))
        for kind, curve in (
            ("p-256", "1.2.840.10045.3.1.7"),
            ("p-384", "1.3.132.0.34"),
            ("p-521", "1.3.132.0.35"),
        )
    },
    # PKCS#11 3.0 §2.3.10 names these curves by a PrintableString.
    **{
        kind: Recipe(_CKK_EC_EDWARDS, _CKM_EDWARDS, parameters=(("EC_PARAMS", der.printable(curve)),))
        for kind, curve in (("ed25519", "edwards25519"), ("ed448", "edwards448"))
    },
    **{f"gost2001-{name}": _gost_256(oid, _GOST94) for name, oid in _CRYPTOPRO.items()},
    **{f"gost2012-256-cp-{name}": _gost_256(oid) for name, oid in _CRYPTOPRO.items()},
    **{
        f"gost2012-256-{name}": _gost_256(f"1.2.643.7.1.2.1.1.{arc}")
        for name, arc in (("a", 1), ("b", 2), ("c", 3), ("d", 4))
    },
    **{
        f"gost2012-512-{name}": _gost(
            CKK_GOSTR3410_512,
            CKM_GOSTR3410_512_KEY_PAIR_GEN,
            f"1.2.643.7.1.2.1.2.{arc}",
            _STREEBOG_512,
        )
        for name, arc in (("a", 1), ("b", 2), ("c", 3))
    },
}


def recipe(kind: str, available: frozenset[int], token: str) -> Recipe:
    """How the token makes a kind of key. Raises ``TokenAlgorithmMissing``."""
    found = _RECIPES.get(kind)
    if found is None or found.mechanism not in available:
        raise TokenAlgorithmMissing(token=token, name=f"keys of kind {kind}")
    return found


def make(session: Session, wanted: Recipe, label: str, id_: bytes) -> None:
    """Makes the pair: the private half sensitive and never extractable, for signing only."""
    from pkcs11.constants import Attribute, MechanismFlag  # noqa: PLC0415

    parameters: dict[Any, Any] = {Attribute[name]: value for name, value in wanted.parameters}
    private = {Attribute.SENSITIVE: True, Attribute.EXTRACTABLE: False}
    options: dict[str, Any] = {
        "id": id_,
        "label": label,
        "store": True,
        "capabilities": MechanismFlag.SIGN | MechanismFlag.VERIFY,
        "mechanism": mechanism(wanted.mechanism),
    }
    kind = key_type(wanted.key_type)
    if wanted.bits is not None:
        session.generate_keypair(kind, wanted.bits, private_template=private, **options)
    elif "GOSTR3410_PARAMS" in dict(wanted.parameters):
        _make_gost(session, kind, parameters, private, options)
    else:
        domain = session.create_domain_parameters(kind, parameters, local=True)
        domain.generate_keypair(private_template=private, **options)


def _make_gost(
    session: Session, kind: Any, parameters: dict[Any, Any], private: dict[Any, Any], options: dict[str, Any]
) -> None:
    """PKCS#11's GOST mechanism takes the parameters from the public template; some tokens want both."""
    from pkcs11.constants import Attribute  # noqa: PLC0415
    from pkcs11.exceptions import TemplateIncomplete, TemplateInconsistent  # noqa: PLC0415

    public = {Attribute.KEY_TYPE: kind, **parameters}
    try:
        session.generate_keypair(kind, public_template=public, private_template=private, **options)
    except (TemplateIncomplete, TemplateInconsistent):
        both = {**public, **private}
        session.generate_keypair(kind, public_template=public, private_template=both, **options)
