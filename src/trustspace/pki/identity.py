"""National identities and powers in certificates, as typed values.

States put identifiers into subject attributes of their own (Russia, Uzbekistan), into prefixed serial numbers
and units (Kazakhstan), into certificate extensions (Belarus), or into the semantic identifiers of ETSI EN 319
412-1 §5.1.3 and §5.1.4. Here each comes out under one kind, with its check digits tested where the state
defines a rule.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from trustspace._native import Element, ber_parse
from trustspace.encoding import name as attribute
from trustspace.encoding.certificate import Certificate
from trustspace.encoding.extensions import Extension
from trustspace.encoding.name import NameAttribute
from trustspace.errors import MalformedEncoding
from trustspace.pki.check_digits import (
    digits_of,
    inn_is_right,
    kz_is_right,
    ogrn_is_right,
    ogrnip_is_right,
    seven_three_one_is_right,
    snils_is_right,
    unp_is_right,
)


class IdentityKind(StrEnum):
    """What an identifier is."""

    INN = "INN"
    """Taxpayer, a person in Russia (12 digits)."""
    INNLE = "INNLE"
    """Taxpayer, an organisation in Russia (10 digits)."""
    OGRN = "OGRN"
    OGRNIP = "OGRNIP"
    SNILS = "SNILS"
    UNP = "UNP"
    """Payer in Belarus, organisation or sole trader."""
    BY_PERSONAL_NUMBER = "BY_PERSONAL_NUMBER"
    BY_FSZN = "BY_FSZN"
    """Payer to the social protection fund of Belarus."""
    IIN = "IIN"
    BIN = "BIN"
    PINFL = "PINFL"
    UZ_INN = "UZ_INN"
    IDNP = "IDNP"
    IDNO = "IDNO"
    KG_PIN = "KG_PIN"
    KG_INN = "KG_INN"
    AM_PSN = "AM_PSN"
    AM_TIN = "AM_TIN"
    AZ_FIN = "AZ_FIN"
    AZ_VOEN = "AZ_VOEN"
    PASSPORT = "PASSPORT"
    IDENTITY_CARD = "IDENTITY_CARD"
    PERSONAL_NUMBER = "PERSONAL_NUMBER"
    TAX_NUMBER = "TAX_NUMBER"
    VAT_NUMBER = "VAT_NUMBER"
    TRADE_REGISTER = "TRADE_REGISTER"
    LEI = "LEI"
    PAYMENT_PROVIDER = "PAYMENT_PROVIDER"
    NATIONAL_SCHEME = "NATIONAL_SCHEME"
    """A scheme that only its state knows (two letters and a colon)."""


@dataclass(frozen=True, slots=True)
class NationalIdentity:
    """One identifier.

    ``state`` is ISO 3166-1 alpha-2, None where the identifier does not say. ``value`` is without prefix and
    padding. ``check``: whether its check digits are right, None where no rule is known. ``source``: where it
    stood, an attribute's or extension's OID.
    """

    kind: IdentityKind
    state: str | None
    value: str
    check: bool | None
    source: str


class PowerKind(StrEnum):
    """In what role a person signs."""

    INDIVIDUAL = "individual"
    ORGANISATION = "organisation"
    CHIEF_EXECUTIVE = "chief_executive"
    SIGNATORY = "signatory"
    FINANCE = "finance"
    PERSONNEL = "personnel"
    EMPLOYEE = "employee"
    POSITION = "position"
    UNIT = "unit"


@dataclass(frozen=True, slots=True)
class Power:
    """A role that the certificate states; ``value`` is its text where it is one, ``source`` the OID."""

    kind: PowerKind
    state: str
    value: str | None
    source: str


Check: TypeAlias = Callable[[str], bool | None]


def _unchecked(_: str) -> None:
    return None


def _idn_is_right(value: str) -> bool:
    return seven_three_one_is_right(value, 13)


def _pinfl_is_right(value: str) -> bool:
    return seven_three_one_is_right(value, 14)


_CHECKS: dict[IdentityKind, Check] = {
    IdentityKind.INN: inn_is_right,
    IdentityKind.INNLE: inn_is_right,
    IdentityKind.OGRN: ogrn_is_right,
    IdentityKind.OGRNIP: ogrnip_is_right,
    IdentityKind.SNILS: snils_is_right,
    IdentityKind.UNP: unp_is_right,
    IdentityKind.IIN: kz_is_right,
    IdentityKind.BIN: kz_is_right,
    IdentityKind.PINFL: _pinfl_is_right,
    IdentityKind.IDNP: _idn_is_right,
    IdentityKind.IDNO: _idn_is_right,
}

_K = IdentityKind
# Attributes and extensions with an OID of their own.
_BY_OID: dict[str, tuple[IdentityKind, str]] = {
    "1.2.643.3.131.1.1": (_K.INN, "RU"),
    "1.2.643.100.1": (_K.OGRN, "RU"),
    "1.2.643.100.3": (_K.SNILS, "RU"),
    "1.2.643.100.4": (_K.INNLE, "RU"),
    "1.2.643.100.5": (_K.OGRNIP, "RU"),
    "1.2.112.1.2.1.1.1.1.1": (_K.BY_PERSONAL_NUMBER, "BY"),
    "1.2.112.1.2.1.1.1.1.2": (_K.UNP, "BY"),
    "1.2.112.1.2.1.1.1.4.1": (_K.BY_FSZN, "BY"),
    "1.2.860.3.16.1.1": (_K.UZ_INN, "UZ"),
    "1.2.860.3.16.1.2": (_K.PINFL, "UZ"),
}
_BY_POSITION = {"1.2.112.1.2.1.1.5.1": PowerKind.POSITION, "1.2.112.1.2.1.1.5.2": PowerKind.UNIT}
_KZ_ROLES = {
    "1.2.398.3.3.4.1.1": PowerKind.INDIVIDUAL,
    "1.2.398.3.3.4.1.2": PowerKind.ORGANISATION,
    "1.2.398.3.3.4.1.2.1": PowerKind.CHIEF_EXECUTIVE,
    "1.2.398.3.3.4.1.2.2": PowerKind.SIGNATORY,
    "1.2.398.3.3.4.1.2.3": PowerKind.FINANCE,
    "1.2.398.3.3.4.1.2.4": PowerKind.PERSONNEL,
    "1.2.398.3.3.4.1.2.5": PowerKind.EMPLOYEE,
}
_SUBJECT_DIRECTORY_ATTRIBUTES = "2.5.29.9"

# ETSI EN 319 412-1 §5.1.3 (natural persons) and §5.1.4 (legal persons).
_SEMANTIC = re.compile(r"(PAS|IDC|PNO|TAX|TIN|VAT|NTR|PSD|LEI|[A-Z]{2}:)([A-Z]{2})-(.+)", re.DOTALL)
_SEMANTIC_KINDS: dict[str, IdentityKind] = {
    "PAS": _K.PASSPORT,
    "IDC": _K.IDENTITY_CARD,
    "PNO": _K.PERSONAL_NUMBER,
    "TAX": _K.TAX_NUMBER,
    "TIN": _K.TAX_NUMBER,
    "VAT": _K.VAT_NUMBER,
    "NTR": _K.TRADE_REGISTER,
    "PSD": _K.PAYMENT_PROVIDER,
    "LEI": _K.LEI,
}
# What a state's number is under a general scheme, by its length in digits (0: any value).
_NATIONAL: dict[tuple[str, IdentityKind], dict[int, IdentityKind]] = {
    ("RU", _K.TAX_NUMBER): {10: _K.INNLE, 12: _K.INN},
    ("RU", _K.VAT_NUMBER): {10: _K.INNLE, 12: _K.INN},
    ("RU", _K.TRADE_REGISTER): {13: _K.OGRN, 15: _K.OGRNIP},
    ("RU", _K.PERSONAL_NUMBER): {11: _K.SNILS},
    ("BY", _K.TAX_NUMBER): {0: _K.UNP},
    ("BY", _K.VAT_NUMBER): {0: _K.UNP},
    ("BY", _K.PERSONAL_NUMBER): {0: _K.BY_PERSONAL_NUMBER},
    ("KZ", _K.PERSONAL_NUMBER): {12: _K.IIN},
    ("KZ", _K.TAX_NUMBER): {12: _K.IIN},
    ("KZ", _K.TRADE_REGISTER): {12: _K.BIN},
    ("KZ", _K.VAT_NUMBER): {12: _K.BIN},
    ("UZ", _K.PERSONAL_NUMBER): {14: _K.PINFL},
    ("UZ", _K.TAX_NUMBER): {9: _K.UZ_INN, 14: _K.PINFL},
    ("UZ", _K.VAT_NUMBER): {9: _K.UZ_INN},
    ("MD", _K.PERSONAL_NUMBER): {13: _K.IDNP},
    ("MD", _K.TAX_NUMBER): {13: _K.IDNO},
    ("MD", _K.VAT_NUMBER): {13: _K.IDNO},
    ("MD", _K.TRADE_REGISTER): {13: _K.IDNO},
    ("KG", _K.PERSONAL_NUMBER): {14: _K.KG_PIN},
    ("KG", _K.TAX_NUMBER): {14: _K.KG_INN},
    ("KG", _K.VAT_NUMBER): {14: _K.KG_INN},
    ("AM", _K.PERSONAL_NUMBER): {10: _K.AM_PSN},
    ("AM", _K.TAX_NUMBER): {8: _K.AM_TIN},
    ("AM", _K.VAT_NUMBER): {8: _K.AM_TIN},
    ("AZ", _K.PERSONAL_NUMBER): {0: _K.AZ_FIN},
    ("AZ", _K.TAX_NUMBER): {10: _K.AZ_VOEN},
    ("AZ", _K.VAT_NUMBER): {10: _K.AZ_VOEN},
}
# Bare numbers in serialNumber, where the subject's country settles what they are.
_BARE: dict[tuple[str, int], IdentityKind] = {
    ("KZ", 12): _K.IIN,
    ("MD", 13): _K.IDNP,
    ("UZ", 14): _K.PINFL,
    ("KG", 14): _K.KG_PIN,
    ("AM", 10): _K.AM_PSN,
    ("RU", 11): _K.SNILS,
}
# Attributes of general use that states put their identifiers into.
_CARRIERS = frozenset(
    (attribute.SERIAL_NUMBER, attribute.ORGANIZATION_IDENTIFIER, attribute.ORGANIZATIONAL_UNIT)
)
_PREFIXED = re.compile(r"(IIN|BIN) ?([0-9]{12})")
_MAX_VALUE = 128


def identities(certificate: Certificate) -> tuple[NationalIdentity, ...]:
    """All national identifiers of the subject, in the order in which they stand, without doubles.

    Never raises: what cannot be read is left out.
    """
    found: dict[tuple[IdentityKind, str], NationalIdentity] = {}
    try:
        attributes = certificate.subject.attributes
        country = (certificate.subject.get(attribute.COUNTRY) or "").strip().upper()[:2]
    except MalformedEncoding:
        attributes, country = (), ""
    for item in attributes:
        if item.oid not in _BY_OID and item.oid not in _CARRIERS:
            continue
        for identity in _of_attribute(item, country):
            found.setdefault((identity.kind, identity.value), identity)
    for oid, value in _extension_values(certificate):
        if oid in _BY_OID:
            kind, state = _BY_OID[oid]
            identity = _identity(kind, state, value, oid)
            found.setdefault((identity.kind, identity.value), identity)
    return tuple(found.values())


def powers(certificate: Certificate) -> tuple[Power, ...]:
    """In which roles the subject signs: Kazakhstan's key purposes, Belarus's position and unit."""
    found: list[Power] = []
    try:
        purposes = certificate.extended_key_usage or ()
    except MalformedEncoding:
        purposes = ()
    found += (Power(_KZ_ROLES[oid], "KZ", None, oid) for oid in purposes if oid in _KZ_ROLES)
    found += (
        Power(_BY_POSITION[oid], "BY", value, oid)
        for oid, value in _extension_values(certificate)
        if oid in _BY_POSITION
    )
    return tuple(found)


def _of_attribute(item: NameAttribute, country: str) -> Iterator[NationalIdentity]:
    value = item.value.strip()
    if not value or len(value) > _MAX_VALUE or value.startswith("#"):
        return
    if item.oid in _BY_OID:
        kind, state = _BY_OID[item.oid]
        yield _identity(kind, state, value, item.oid)
    elif item.oid in _CARRIERS:
        prefixed = _PREFIXED.fullmatch(value)
        if prefixed is not None:
            yield _identity(IdentityKind(prefixed[1]), "KZ", prefixed[2], item.oid)
        elif item.oid != attribute.ORGANIZATIONAL_UNIT:
            yield from _semantic(value, item.oid)
            if item.oid == attribute.SERIAL_NUMBER and digits_of(value, len(value)):
                bare = _BARE.get((country, len(value)))
                if bare is not None:
                    yield _identity(bare, country, value, item.oid)


def _semantic(value: str, source: str) -> Iterator[NationalIdentity]:
    match = _SEMANTIC.fullmatch(value)
    if match is None:
        return
    scheme, state, number = match[1], match[2], match[3].strip()
    general = _SEMANTIC_KINDS.get(scheme, IdentityKind.NATIONAL_SCHEME)
    by_length = _NATIONAL.get((state, general), {})
    kind = by_length.get(0) or (by_length.get(len(number)) if digits_of(number, len(number)) else None)
    # LEI stands under the pseudo-state XG (§5.1.4), which is no state.
    yield _identity(kind or general, None if general is IdentityKind.LEI else state, number, source)


def _identity(kind: IdentityKind, state: str | None, value: str, source: str) -> NationalIdentity:
    if kind is IdentityKind.SNILS:
        value = value.replace("-", "").replace(" ", "")
    elif kind in (IdentityKind.INN, IdentityKind.INNLE) and digits_of(value, 12) and value.startswith("00"):
        # An organisation's ten digits padded to twelve; no person's number begins with 00.
        kind, value = IdentityKind.INNLE, value[2:]
    elif kind is IdentityKind.INN and digits_of(value, 10):
        kind = IdentityKind.INNLE
    return NationalIdentity(kind, state, value, _CHECKS.get(kind, _unchecked)(value), source)


def _extension_values(certificate: Certificate) -> Iterator[tuple[str, str]]:
    """Texts of national extensions, and of national attributes among the subject directory attributes."""
    try:
        extensions = certificate.extensions
    except MalformedEncoding:
        return
    for oid, extension in extensions.items():
        if oid in _BY_OID or oid in _BY_POSITION:
            text = _text_of(extension)
            if text:
                yield oid, text
    directory = extensions.get(_SUBJECT_DIRECTORY_ATTRIBUTES)
    if directory is not None:
        yield from _directory_attributes(directory)


def _directory_attributes(extension: Extension) -> Iterator[tuple[str, str]]:
    try:
        for item in extension.element().fields():
            parts = item.fields()
            if len(parts) == 2 and parts[0].oid() in {*_BY_OID, *_BY_POSITION}:
                for value in parts[1].children:
                    yield parts[0].oid(), _string(value)
    except MalformedEncoding:
        return


def _text_of(extension: Extension) -> str:
    """The text of an extension: a string type, alone or within one SEQUENCE or SET, or bare characters."""
    try:
        element = ber_parse(extension.value, what="extension")
        while element.constructed and len(element) == 1:
            element = element.children[0]
        return _string(element)
    except MalformedEncoding:
        text = extension.value[:_MAX_VALUE].decode("utf-8", "ignore")
        return text.strip() if text.isprintable() else ""


def _string(element: Element) -> str:
    return element.text().strip()[:_MAX_VALUE]
