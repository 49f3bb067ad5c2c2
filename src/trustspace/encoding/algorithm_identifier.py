"""AlgorithmIdentifier (X.509, RFC 5280 §4.1.1.2)."""

from __future__ import annotations

from dataclasses import dataclass

from trustspace._native import Element, ber_parse
from trustspace.encoding import der
from trustspace.encoding.model import fields_between


@dataclass(frozen=True, slots=True)
class AlgorithmIdentifier:
    """An algorithm's OID with its parameters, as they stood."""

    oid: str
    """Dotted form."""
    parameters: bytes | None
    """The whole element of the parameters; ``None`` where they are absent (NULL is not absent)."""
    raw: bytes

    @classmethod
    def parse(cls, data: bytes) -> AlgorithmIdentifier:
        """Read an AlgorithmIdentifier that fills ``data``. Raises MalformedEncoding."""
        return cls.parse_element(ber_parse(data, what="AlgorithmIdentifier"))

    @classmethod
    def parse_element(cls, element: Element) -> AlgorithmIdentifier:
        """Read it from an element of another structure. Raises MalformedEncoding."""
        fields = fields_between(element, "AlgorithmIdentifier", 1, 2)
        return cls(fields[0].expect(0x06).oid(), fields[1].raw if len(fields) == 2 else None, element.raw)

    @classmethod
    def build(cls, oid: str, parameters: bytes | None = None) -> AlgorithmIdentifier:
        """A new one; ``parameters`` is a complete element (``der.NULL``), or ``None`` for none."""
        return cls(oid, parameters, der.sequence(der.oid(oid), parameters))
