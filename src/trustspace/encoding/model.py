"""What all models have in common: their octets as they stood, and how they are read."""

from __future__ import annotations

from typing import ClassVar, NoReturn, Self

from trustspace._native import Element, ber_parse
from trustspace.errors import MalformedEncoding


class Encoded:
    """Base of the models. Equal octets are equal values; a model is never changed after it is made."""

    what: ClassVar[str] = "ASN.1"
    """The standard's name of the structure, given in errors."""

    max_elements: ClassVar[int] = 200_000
    """Bound on the elements that are read of one input (X.690 TLVs, at any depth)."""

    raw: bytes
    """The octets exactly as they stood, BER or DER."""

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Read one structure that fills ``data``, BER or DER. Raises :class:`MalformedEncoding`."""
        return cls.parse_element(ber_parse(data, max_elements=cls.max_elements, what=cls.what))

    @classmethod
    def parse_element(cls, element: Element) -> Self:
        """Read the structure from an element that was found within another."""
        raise NotImplementedError

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return self.raw == other.raw

    def __hash__(self) -> int:
        return hash(self.raw)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {len(self.raw)} octets>"


def malformed(what: str, element: Element, reason: str) -> NoReturn:
    """Raise :class:`MalformedEncoding` about ``element`` of the structure ``what``."""
    raise MalformedEncoding(what=what, offset=element.offset, reason=reason)


def fields_between(element: Element, what: str, least: int, most: int) -> tuple[Element, ...]:
    """The members of a SEQUENCE that must have between ``least`` and ``most`` of them."""
    fields = element.fields()
    if not least <= len(fields) <= most:
        malformed(what, element, "wrong number of members")
    return fields


def whole_octets(element: Element, what: str) -> bytes:
    """The octets of a BIT STRING that has no unused bits, as every signature's (RFC 5280 §4.1.1.3).

    The count of unused bits is covered by no signature: another value than 0 would be a change unnoticed.
    """
    octets, unused = element.expect(0x03).bits()
    if unused:
        malformed(what, element, "unused bits in a signature")
    return octets


def explicit(element: Element, what: str) -> Element:
    """The one element inside an EXPLICIT tag."""
    children = element.children
    if len(children) != 1:
        malformed(what, element, "an explicit tag holds one element")
    return children[0]
