"""GeneralName and GeneralNames (RFC 5280 §4.2.1.6)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum

from trustspace._native import Element, ber_parse
from trustspace.encoding import der
from trustspace.encoding.model import explicit, malformed
from trustspace.encoding.name import Name


class GeneralNameKind(IntEnum):
    """The alternatives, by their tag number."""

    OTHER_NAME = 0
    RFC822_NAME = 1
    DNS_NAME = 2
    X400_ADDRESS = 3
    DIRECTORY_NAME = 4
    EDI_PARTY_NAME = 5
    UNIFORM_RESOURCE_IDENTIFIER = 6
    IP_ADDRESS = 7
    REGISTERED_ID = 8


_TEXT = frozenset(
    {
        GeneralNameKind.RFC822_NAME,
        GeneralNameKind.DNS_NAME,
        GeneralNameKind.UNIFORM_RESOURCE_IDENTIFIER,
    }
)


@dataclass(frozen=True, slots=True)
class GeneralName:
    """One general name.

    ``value`` is text for e-mail, DNS, URI and registered id (dotted), a :class:`Name` for a directory
    name, octets for an IP address (4, 16; twice that in name constraints), and the content of the rest.
    """

    kind: GeneralNameKind
    value: str | Name | bytes
    raw: bytes

    @classmethod
    def parse(cls, data: bytes) -> GeneralName:
        """Read a GeneralName that fills ``data``. Raises MalformedEncoding."""
        return cls.parse_element(ber_parse(data, what="GeneralName"))

    @classmethod
    def parse_element(cls, element: Element) -> GeneralName:
        """Read it from an element of another structure. Raises MalformedEncoding."""
        number = element.number
        if element.tag & 0xC0 != 0x80 or number > 8:
            malformed("GeneralName", element, "unknown alternative")
        kind = GeneralNameKind(number)
        value: str | Name | bytes
        if kind in _TEXT:
            value = element.text()
        elif kind is GeneralNameKind.DIRECTORY_NAME:
            value = Name.parse_element(explicit(element, "GeneralName"))
        elif kind is GeneralNameKind.REGISTERED_ID:
            value = element.oid()
        elif kind is GeneralNameKind.IP_ADDRESS:
            value = element.octets()
        else:
            value = element.content
        return cls(kind, value, element.raw)

    @property
    def name(self) -> Name | None:
        """The directory name, if it is one."""
        return self.value if isinstance(self.value, Name) else None

    @property
    def text(self) -> str | None:
        """The text of an e-mail address, DNS name, URI or registered id."""
        return self.value if isinstance(self.value, str) else None

    @property
    def uri(self) -> str | None:
        """The URI, if it is one."""
        return self.text if self.kind is GeneralNameKind.UNIFORM_RESOURCE_IDENTIFIER else None

    def other_name(self) -> tuple[str, bytes] | None:
        """Type and value (whole element) of an other name. Raises MalformedEncoding."""
        if self.kind is not GeneralNameKind.OTHER_NAME:
            return None
        children = ber_parse(self.raw, what="OtherName").children
        if len(children) != 2:
            malformed("OtherName", ber_parse(self.raw), "wrong number of members")
        return children[0].oid(), explicit(children[1], "OtherName").raw

    def __str__(self) -> str:
        text = self.value.hex() if isinstance(self.value, bytes) else str(self.value)
        return f"{self.kind.name.lower()}:{text}"

    @classmethod
    def directory(cls, name: Name) -> GeneralName:
        """A directory name."""
        return cls(GeneralNameKind.DIRECTORY_NAME, name, der.explicit(4, name.raw))

    @classmethod
    def of_text(cls, kind: GeneralNameKind, value: str) -> GeneralName:
        """An e-mail address, DNS name or URI (IA5)."""
        return cls(kind, value, der.implicit(kind, der.ia5(value)))

    @classmethod
    def of_uri(cls, value: str) -> GeneralName:
        """A URI."""
        return cls.of_text(GeneralNameKind.UNIFORM_RESOURCE_IDENTIFIER, value)


def parse_general_names(element: Element) -> tuple[GeneralName, ...]:
    """GeneralNames, also under an implicit tag. Raises MalformedEncoding."""
    return tuple(GeneralName.parse_element(child) for child in element.children)


def encode_general_names(names: Iterable[GeneralName]) -> bytes:
    """GeneralNames."""
    return der.sequence_of(name.raw for name in names)
