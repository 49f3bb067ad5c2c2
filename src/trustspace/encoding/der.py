"""The DER writer (X.690): plain functions from values to octets.

Each returns one complete element. ``sequence`` leaves out members that are ``None``, which is how OPTIONAL
and DEFAULT members are written. A value that its type cannot hold raises
:class:`~trustspace.errors.MalformedEncoding`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import lru_cache

from trustspace.errors import MalformedEncoding

NULL = b"\x05\x00"
TRUE = b"\x01\x01\xff"
FALSE = b"\x01\x01\x00"

_OID = re.compile(r"(0|1|2)(\.(0|[1-9][0-9]{0,38}))+", re.ASCII)
_PRINTABLE = re.compile(r"[A-Za-z0-9 '()+,\-./:=?]*", re.ASCII)


def tlv(tag: int, content: bytes) -> bytes:
    """An element with the one-octet identifier ``tag`` and these content octets."""
    length = len(content)
    if length < 0x80:
        return bytes((tag, length)) + content
    octets = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(octets))) + octets + content


def sequence(*items: bytes | None) -> bytes:
    """SEQUENCE of the given members; ``None`` is left out."""
    return tlv(0x30, b"".join([item for item in items if item is not None]))


def sequence_of(items: Iterable[bytes]) -> bytes:
    """SEQUENCE OF."""
    return tlv(0x30, b"".join(items))


def set_of(items: Iterable[bytes]) -> bytes:
    """SET OF, sorted by octets (X.690 §11.6)."""
    return tlv(0x31, b"".join(sorted(items)))


def boolean(value: bool) -> bytes:
    """BOOLEAN."""
    return TRUE if value else FALSE


def _signed(value: int) -> bytes:
    return value.to_bytes((value + (value < 0)).bit_length() // 8 + 1, "big", signed=True)


def integer(value: int) -> bytes:
    """INTEGER."""
    return tlv(0x02, _signed(value))


def enumerated(value: int) -> bytes:
    """ENUMERATED."""
    return tlv(0x0A, _signed(value))


def null() -> bytes:
    """NULL."""
    return NULL


@lru_cache(maxsize=1024)
def oid(dotted: str) -> bytes:
    """OBJECT IDENTIFIER from its dotted form."""
    if len(dotted) > 512 or not _OID.fullmatch(dotted):
        raise MalformedEncoding(what="OBJECT IDENTIFIER", offset=0, reason="not a dotted identifier")
    first, second, *rest = (int(arc) for arc in dotted.split("."))
    if first < 2 and second > 39:
        raise MalformedEncoding(what="OBJECT IDENTIFIER", offset=0, reason="second arc above 39")
    content = bytearray()
    for arc in (first * 40 + second, *rest):
        groups = [arc & 0x7F]
        while arc := arc >> 7:
            groups.append(0x80 | (arc & 0x7F))
        content += bytes(reversed(groups))
    return tlv(0x06, bytes(content))


def octet_string(value: bytes) -> bytes:
    """OCTET STRING."""
    return tlv(0x04, value)


def bit_string(value: bytes, unused: int = 0) -> bytes:
    """BIT STRING of whole octets, or with ``unused`` low bits of the last one left out."""
    if not 0 <= unused <= 7 or (unused and not value):
        raise MalformedEncoding(what="BIT STRING", offset=0, reason="wrong count of unused bits")
    return tlv(0x03, bytes((unused,)) + value)


def named_bits(bits: Iterable[int]) -> bytes:
    """BIT STRING of a named bit list: set bits by number, trailing zeros cut (X.690 §11.2.2)."""
    numbers = set(bits)
    if not numbers:
        return tlv(0x03, b"\x00")
    length = max(numbers) + 1
    value = sum(1 << (length - 1 - number) for number in numbers)
    unused = -length % 8
    return bit_string((value << unused).to_bytes((length + 7) // 8, "big"), unused)


def utf8(text: str) -> bytes:
    """UTF8String. Lone surrogates cannot be written."""
    try:
        return tlv(0x0C, text.encode("utf-8"))
    except UnicodeEncodeError as error:
        raise MalformedEncoding(what="UTF8String", offset=error.start, reason="lone surrogate") from error


def printable(text: str) -> bytes:
    """PrintableString."""
    if not _PRINTABLE.fullmatch(text):
        raise MalformedEncoding(what="PrintableString", offset=0, reason="character not allowed")
    return tlv(0x13, text.encode("ascii"))


def numeric(text: str) -> bytes:
    """NumericString."""
    if not (text.isascii() and text.replace(" ", "0").isdigit()):
        raise MalformedEncoding(what="NumericString", offset=0, reason="character not allowed")
    return tlv(0x12, text.encode("ascii"))


def ia5(text: str) -> bytes:
    """IA5String."""
    if not text.isascii():
        raise MalformedEncoding(what="IA5String", offset=0, reason="character not allowed")
    return tlv(0x16, text.encode("ascii"))


def _utc(moment: datetime, what: str) -> datetime:
    if moment.tzinfo is None:
        raise MalformedEncoding(what=what, offset=0, reason="a time without a zone")
    return moment.astimezone(UTC)


def utc_time(moment: datetime) -> bytes:
    """UTCTime with seconds and Z; years 1950–2049 (RFC 5280 §4.1.2.5.1)."""
    moment = _utc(moment, "UTCTime")
    if not 1950 <= moment.year < 2050:
        raise MalformedEncoding(what="UTCTime", offset=0, reason="year out of range")
    return tlv(0x17, moment.strftime("%y%m%d%H%M%SZ").encode("ascii"))


def generalized_time(moment: datetime, *, fraction: bool = False) -> bytes:
    """GeneralizedTime with seconds and Z; fractions of a second only if asked for (X.690 §11.7)."""
    moment = _utc(moment, "GeneralizedTime")
    text = f"{moment.year:04d}{moment:%m%d%H%M%S}"
    if fraction and moment.microsecond:
        text += f".{moment.microsecond:06d}".rstrip("0")
    return tlv(0x18, (text + "Z").encode("ascii"))


def time(moment: datetime) -> bytes:
    """RFC 5280's Time: UTCTime through 2049, GeneralizedTime after (§4.1.2.5)."""
    year = _utc(moment, "Time").year
    return utc_time(moment) if 1950 <= year < 2050 else generalized_time(moment)


def explicit(number: int, item: bytes) -> bytes:
    """``[number] EXPLICIT``."""
    return tlv(0xA0 | number, item)


def implicit(number: int, item: bytes, constructed: bool | None = None) -> bytes:
    """``[number] IMPLICIT``: ``item`` with its identifier replaced (by default in the same form)."""
    form = item[0] & 0x20 if constructed is None else (0x20 if constructed else 0)
    return bytes((0x80 | form | number,)) + item[1:]
