"""PKIStatusInfo, which TSP and DVCS share (RFC 3161 §2.4.2, RFC 4210 §5.2.3)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum

from trustspace._native import Element, ber_parse
from trustspace.encoding import der
from trustspace.encoding.extensions import named_bits
from trustspace.encoding.model import malformed


class PKIStatus(IntEnum):
    """RFC 4210 §5.2.3."""

    GRANTED = 0
    GRANTED_WITH_MODS = 1
    REJECTION = 2
    WAITING = 3
    REVOCATION_WARNING = 4
    REVOCATION_NOTIFICATION = 5
    KEY_UPDATE_WARNING = 6


class PKIFailureInfo(IntEnum):
    """Bits of failInfo in use by RFC 3161 §2.4.2 and RFC 3029 §5."""

    BAD_ALG = 0
    BAD_REQUEST = 2
    BAD_TIME = 3
    BAD_DATA_FORMAT = 5
    WRONG_AUTHORITY = 6
    INCORRECT_DATA = 7
    TIME_NOT_AVAILABLE = 14
    UNACCEPTED_POLICY = 15
    UNACCEPTED_EXTENSION = 16
    ADD_INFO_NOT_AVAILABLE = 17
    SYSTEM_FAILURE = 25


@dataclass(frozen=True, slots=True)
class PKIStatusInfo:
    """A status, its text, and the bits of failInfo by number (also unknown ones)."""

    status: PKIStatus
    text: tuple[str, ...] = ()
    fail_info: frozenset[int] = frozenset()

    @classmethod
    def parse(cls, data: bytes) -> PKIStatusInfo:
        """Read a PKIStatusInfo that fills ``data``. Raises MalformedEncoding."""
        return cls.parse_element(ber_parse(data, what="PKIStatusInfo"))

    @classmethod
    def parse_element(cls, element: Element) -> PKIStatusInfo:
        """Read it from an element of another structure, also under an implicit tag.

        Raises MalformedEncoding.
        """
        fields = element.children
        if not 1 <= len(fields) <= 3:
            malformed("PKIStatusInfo", element, "wrong number of members")
        number = fields[0].expect(0x02).integer()
        if not 0 <= number <= 6:
            malformed("PKIStatusInfo", fields[0], "unknown status")
        text: tuple[str, ...] = ()
        fail_info: frozenset[int] = frozenset()
        rest = list(fields[1:])
        if rest and rest[0].tag == 0x30:
            text = tuple(line.text() for line in rest.pop(0))
        if rest:
            fail_info = named_bits(rest.pop(0).expect(0x03))
        if rest:
            malformed("PKIStatusInfo", rest[0], "unknown member")
        return cls(PKIStatus(number), text, fail_info)

    @classmethod
    def build(
        cls, status: PKIStatus, text: Iterable[str] = (), fail_info: Iterable[int] = ()
    ) -> PKIStatusInfo:
        """A new one."""
        return cls(status, tuple(text), frozenset(fail_info))

    def encode(self) -> bytes:
        """In DER."""
        return der.sequence(
            der.integer(self.status),
            der.sequence(*map(der.utf8, self.text)) if self.text else None,
            der.named_bits(self.fail_info) if self.fail_info else None,
        )
