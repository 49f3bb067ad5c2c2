"""Attributes of CMS (RFC 5652 §5.3), X.509 Attribute (RFC 5280 appendix A)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from trustspace._native import Element
from trustspace.encoding import der
from trustspace.encoding.lazy import lazy
from trustspace.encoding.model import Encoded, fields_between, malformed

MAX_ATTRIBUTES = 1000
"""Attributes of one signer; each archive time-stamp is one, so real files hold dozens."""


class Attribute(Encoded):
    """One attribute: a type and a set of values."""

    what = "Attribute"

    oid: str
    values: tuple[Element, ...]

    def __init__(self, element: Element) -> None:
        fields = fields_between(element, "Attribute", 2, 2)
        self._element = element
        self.oid = fields[0].oid()
        self.values = fields[1].fields(0x31)

    @classmethod
    def parse_element(cls, element: Element) -> Attribute:
        """Read it from an element of another structure. Raises MalformedEncoding."""
        return cls(element)

    @lazy
    def raw(self) -> bytes:
        """The octets exactly as they stood."""
        return self._element.raw

    @property
    def value(self) -> Element:
        """The value of an attribute that must have exactly one. Raises MalformedEncoding."""
        if len(self.values) != 1:
            malformed(f"attribute {self.oid}", self._element, "one value is expected")
        return self.values[0]

    def __repr__(self) -> str:
        return f"<Attribute {self.oid} values={len(self.values)}>"


class Attributes(Encoded):
    """Signed or unsigned attributes, in their order."""

    what = "Attributes"

    def __init__(self, element: Element) -> None:
        children = element.children
        if len(children) > MAX_ATTRIBUTES:
            malformed("Attributes", element, "too many attributes")
        self._element = element
        self.items = tuple(Attribute(child) for child in children)
        """All attributes as they stood."""

    @classmethod
    def parse_element(cls, element: Element) -> Attributes:
        """Read them from an element of another structure. Raises MalformedEncoding."""
        return cls(element)

    @lazy
    def raw(self) -> bytes:
        """The octets exactly as they stood, implicit tag included."""
        return self._element.raw

    @lazy
    def as_stood(self) -> bytes:
        """The octets with the tag of SET OF: the hash input if they are DER (RFC 5652 §5.4)."""
        return b"\x31" + self.raw[1:]

    @lazy
    def der(self) -> bytes:
        """Re-encoded in DER as SET OF: what RFC 5652 §5.4 says is hashed."""
        return self._element.der(tag=0x31)

    @property
    def is_der(self) -> bool:
        """Whether both are the same."""
        return self.as_stood == self.der

    @property
    def hash_inputs(self) -> tuple[bytes, ...]:
        """What the signature may be over: the DER and, if it differs, the octets as they stood."""
        return (self.der,) if self.is_der else (self.der, self.as_stood)

    @lazy
    def deviations(self) -> tuple[str, ...]:
        """``NOT_DER`` and ``ATTRIBUTE_REPEATED:oid``."""
        found = [] if self.is_der else ["NOT_DER"]
        seen: set[str] = set()
        for item in self.items:
            if item.oid in seen:
                found.append(f"ATTRIBUTE_REPEATED:{item.oid}")
            seen.add(item.oid)
        return tuple(dict.fromkeys(found))

    def get(self, oid: str) -> Attribute | None:
        """The first attribute of a type."""
        return next((item for item in self.items if item.oid == oid), None)

    def get_all(self, oid: str) -> tuple[Attribute, ...]:
        """All attributes of a type."""
        return tuple(item for item in self.items if item.oid == oid)

    def __contains__(self, oid: object) -> bool:
        return any(item.oid == oid for item in self.items)

    def __iter__(self) -> Iterator[Attribute]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)


def encode_attribute(oid: str, values: Iterable[bytes]) -> bytes:
    """An Attribute in DER, of values that are whole elements."""
    return der.sequence(der.oid(oid), der.set_of(values))


def encode_attributes(attributes: Iterable[bytes]) -> bytes:
    """SET OF Attribute in DER: the hash input of signed attributes; ``der.implicit`` gives it its tag."""
    return der.set_of(attributes)
