"""Distinguished names (RFC 5280 §4.1.2.4), also the malformed but real ones."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from trustspace._native import Element
from trustspace.encoding import der
from trustspace.encoding.lazy import lazy
from trustspace.encoding.model import Encoded, malformed
from trustspace.errors import MalformedEncoding

COMMON_NAME = "2.5.4.3"
SURNAME = "2.5.4.4"
SERIAL_NUMBER = "2.5.4.5"
COUNTRY = "2.5.4.6"
LOCALITY = "2.5.4.7"
STATE = "2.5.4.8"
STREET = "2.5.4.9"
ORGANIZATION = "2.5.4.10"
ORGANIZATIONAL_UNIT = "2.5.4.11"
TITLE = "2.5.4.12"
GIVEN_NAME = "2.5.4.42"
ORGANIZATION_IDENTIFIER = "2.5.4.97"
EMAIL_ADDRESS = "1.2.840.113549.1.9.1"
DOMAIN_COMPONENT = "0.9.2342.19200300.100.1.25"

SHORT_NAMES = {
    COMMON_NAME: "CN",
    SURNAME: "SN",
    SERIAL_NUMBER: "serialNumber",
    COUNTRY: "C",
    LOCALITY: "L",
    STATE: "ST",
    STREET: "STREET",
    ORGANIZATION: "O",
    ORGANIZATIONAL_UNIT: "OU",
    TITLE: "title",
    GIVEN_NAME: "GN",
    ORGANIZATION_IDENTIFIER: "organizationIdentifier",
    EMAIL_ADDRESS: "emailAddress",
    DOMAIN_COMPONENT: "DC",
    "2.5.4.13": "description",
    "2.5.4.16": "postalAddress",
    "2.5.4.17": "postalCode",
    "2.5.4.20": "telephoneNumber",
    "2.5.4.41": "name",
    "2.5.4.43": "initials",
    "2.5.4.44": "generationQualifier",
    "2.5.4.46": "dnQualifier",
    "2.5.4.65": "pseudonym",
    "2.5.4.15": "businessCategory",
    "0.9.2342.19200300.100.1.1": "UID",
    "1.2.643.3.131.1.1": "INN",
    "1.2.643.100.1": "OGRN",
    "1.2.643.100.3": "SNILS",
    "1.2.643.100.4": "INNLE",
    "1.2.643.100.5": "OGRNIP",
    # Uzbekistan: two states call a number INN, so the state stands in the name.
    "1.2.860.3.16.1.1": "UZ-INN",
    "1.2.860.3.16.1.2": "PINFL",
}
"""Attribute types with a keyword in :meth:`Name.rfc4514`; all others are written as OIDs."""

_STRING_TAGS = frozenset({0x0C, 0x12, 0x13, 0x14, 0x16, 0x1A, 0x1B, 0x1C, 0x1E})
# X.690 §8.14: constructed strings have the same tag with bit 6 set.
_ALL_STRING_TAGS = _STRING_TAGS | {tag | 0x20 for tag in _STRING_TAGS}
_MAX_ATTRIBUTES = 1000
_ESCAPED = re.compile(r'["+,;<>\\]')
# RFC 4518 §2.2: mapped to nothing.
_NOTHING = re.compile(
    "[\u00ad\u1806\u034f\u180b-\u180d\ufe00-\ufe0f\ufffc\u0000-\u0008\u000e-\u001f\u007f-\u0084"
    "\u0086-\u009f\u06dd\u070f\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2063\u206a-\u206f\ufeff\ufff9-\ufffb]"
)

NameKey = tuple[frozenset[tuple[str, str]], ...]
"""What names are compared by: a set of (type, prepared value) for each RDN."""


@dataclass(frozen=True, slots=True)
class NameAttribute:
    """One attribute of a name."""

    oid: str
    value: str
    """The text; of a value that is no string, ``#`` and the hexadecimal element (RFC 4514 §2.4)."""
    rdn_index: int
    """Which RDN it stands in, counted as encoded (not as written in RFC 4514)."""
    tag: int
    """Identifier octet of the value: its string type."""
    raw_value: bytes
    """The value's whole element."""


def prepare(text: str) -> str:
    """Prepare a string for comparison (RFC 4518 as RFC 5280 §7.1 uses it).

    Case is folded, compatibility characters are composed, inner whitespace collapses, outer goes.
    """
    # Real values are short and come again; what is long is not worth keeping.
    return _prepare_short(text) if len(text) <= 256 else _prepare(text)


def _prepare(text: str) -> str:
    if not (text.isascii() and text.isprintable()):
        text = unicodedata.normalize("NFKC", _NOTHING.sub("", text).casefold())
    return " ".join(text.casefold().split())


_prepare_short = lru_cache(maxsize=4096)(_prepare)


def escape(value: str) -> str:
    """Escape an attribute value (RFC 4514 §2.4)."""
    if value.startswith("#") and len(value) > 1 and not value[1:].strip("0123456789abcdef"):
        return value
    text = _ESCAPED.sub(lambda found: "\\" + found[0], value).replace("\0", "\\00")
    if text[:1] in ("#", " "):
        text = "\\" + text
    if text.endswith(" ") and len(text) > 1 and not text.endswith("\\ "):
        text = text[:-1] + "\\ "
    return text


class Name(Encoded):
    """A distinguished name, read when asked for.

    Comparison for identity is by octets (``==``); comparison as names is by :meth:`matches`.
    """

    what = "Name"

    def __init__(self, element: Element) -> None:
        self._element = element
        self.raw = element.raw

    @classmethod
    def parse_element(cls, element: Element) -> Name:
        """Read it from an element of another structure. Raises MalformedEncoding."""
        return cls(element.expect(0x30))

    @classmethod
    def build(cls, attributes: Iterable[tuple[str, str]]) -> Name:
        """A name of single-valued RDNs in the given (encoded) order.

        Country, serial number, DN qualifier: PrintableString; e-mail and domain component: IA5String; the
        rest UTF8String (RFC 5280 §4.1.2.4 and appendix A).
        """
        return cls.parse(
            der.sequence_of(
                der.set_of([der.sequence(der.oid(oid), _write(oid, value))]) for oid, value in attributes
            )
        )

    @lazy
    def _read(self) -> tuple[tuple[NameAttribute, ...], tuple[str, ...]]:
        attributes: list[NameAttribute] = []
        deviations: list[str] = []
        for index, rdn in enumerate(self._element.children):
            for pair in rdn.fields(0x31):
                fields = pair.fields()
                if len(fields) != 2:
                    malformed("Name", pair, "an attribute has a type and a value")
                if len(attributes) >= _MAX_ATTRIBUTES:
                    malformed("Name", pair, "too many attributes")
                oid = fields[0].oid()
                value = fields[1]
                if value.tag in _ALL_STRING_TAGS:
                    text, deviation = value.text_checked()
                    if deviation is not None:
                        deviations.append(f"{deviation}:{oid}")
                else:
                    text = "#" + value.raw.hex()
                    deviations.append(f"NOT_A_STRING:{oid}")
                attributes.append(NameAttribute(oid, text, index, value.tag, value.raw))
        return tuple(attributes), tuple(deviations)

    @property
    def attributes(self) -> tuple[NameAttribute, ...]:
        """All attributes in encoded order. Raises MalformedEncoding."""
        return self._read[0]

    @property
    def deviations(self) -> tuple[str, ...]:
        """What real names do against their string types, as ``CODE:attribute type``."""
        return self._read[1]

    @property
    def empty(self) -> bool:
        """Whether it has no RDN at all."""
        return len(self._element) == 0

    def get(self, oid: str) -> str | None:
        """The first value of an attribute type."""
        return next((a.value for a in self._read[0] if a.oid == oid), None)

    def get_all(self, oid: str) -> tuple[str, ...]:
        """All values of an attribute type."""
        return tuple(a.value for a in self._read[0] if a.oid == oid)

    @lazy
    def normalized(self) -> NameKey:
        """The key by which names are compared (RFC 5280 §7.1)."""
        return _shared_key(self.raw) if len(self.raw) <= _SHARED_OCTETS else self._key()

    def _key(self) -> NameKey:
        rdns: dict[int, set[tuple[str, str]]] = {}
        for attribute in self._read[0]:
            rdns.setdefault(attribute.rdn_index, set()).add((attribute.oid, prepare(attribute.value)))
        return tuple(frozenset(rdn) for rdn in rdns.values())

    def matches(self, other: Name) -> bool:
        """Whether both are the same name (RFC 5280 §7.1); equal octets need no reading."""
        return self.raw == other.raw or self.normalized == other.normalized

    def rfc4514(self) -> str:
        """The string form, last RDN first. Unknown types are written as OID and ``#`` hexadecimal."""
        rdns: dict[int, list[str]] = {}
        for attribute in self._read[0]:
            keyword = SHORT_NAMES.get(attribute.oid)
            if keyword is None:
                text = f"{attribute.oid}=#{attribute.raw_value.hex()}"
            else:
                text = f"{keyword}={escape(attribute.value)}"
            rdns.setdefault(attribute.rdn_index, []).append(text)
        return ",".join("+".join(rdn) for rdn in reversed(rdns.values()))

    def __str__(self) -> str:
        """For people: RFC 4514, or the beginning of the octets in hex where the name cannot be read."""
        try:
            return self.rfc4514()
        except MalformedEncoding:
            return "#" + self.raw[:32].hex()

    def with_rdn(self, rdn: bytes) -> Name:
        """This name with one more RDN (RFC 5280 §4.2.1.13, nameRelativeToCRLIssuer)."""
        return Name.parse(der.tlv(0x30, self._element.content + rdn))


_SHARED_OCTETS = 512


@lru_cache(maxsize=4096)
def _shared_key(raw: bytes) -> NameKey:
    """The key of a name of usual length: issuers come again with every certificate of theirs."""
    return Name.parse(raw)._key()


_PRINTABLE_TYPES = frozenset({COUNTRY, SERIAL_NUMBER, "2.5.4.46"})
_IA5_TYPES = frozenset({EMAIL_ADDRESS, DOMAIN_COMPONENT})
_NUMERIC_TYPES = frozenset(
    {"1.2.643.3.131.1.1", "1.2.643.100.1", "1.2.643.100.3", "1.2.643.100.4", "1.2.643.100.5"}
)


def _write(oid: str, value: str) -> bytes:
    if oid in _PRINTABLE_TYPES:
        return der.printable(value)
    if oid in _IA5_TYPES:
        return der.ia5(value)
    if oid in _NUMERIC_TYPES and value.isascii() and value.isdigit():
        return der.numeric(value)
    return der.utf8(value)
