"""Text envelopes around DER: PEM (RFC 7468), bare base64, or none."""

from __future__ import annotations

import base64
import binascii
import re

from trustspace.errors import MalformedEncoding

MAX_BLOCKS = 10_000
"""PEM blocks of one file: more than any certificate bundle holds."""

_BEGIN = re.compile(rb"-----BEGIN ([A-Z0-9][A-Z0-9 ]{0,62})-----")
_BASE64 = re.compile(rb"[A-Za-z0-9+/\s]+={0,2}\s*")


def _decode(text: bytes, offset: int) -> bytes:
    try:
        return base64.b64decode(b"".join(text.split()), validate=True)
    except binascii.Error as error:
        raise MalformedEncoding(what="PEM", offset=offset, reason="not base64") from error


def find_pem(data: bytes) -> list[tuple[str, bytes]]:
    """All PEM blocks as (label, decoded octets); text around them is skipped.

    Headers inside a block (RFC 1421, as in encrypted keys of old) are skipped too. Raises MalformedEncoding
    of a block that does not end, of one that is not base64, and of too many.
    """
    found: list[tuple[str, bytes]] = []
    position = 0
    while (begin := _BEGIN.search(data, position)) is not None:
        if len(found) >= MAX_BLOCKS:
            raise MalformedEncoding(what="PEM", offset=begin.start(), reason="too many blocks")
        end_line = b"-----END " + begin[1] + b"-----"
        end = data.find(end_line, begin.end())
        if end < 0:
            raise MalformedEncoding(what="PEM", offset=begin.start(), reason="no end line")
        body = data[begin.end() : end]
        if b":" in body:
            lines = body.replace(b"\r\n", b"\n").split(b"\n\n", 1)
            body = lines[-1]
        found.append((begin[1].decode("ascii"), _decode(body, begin.start())))
        position = end + len(end_line)
    return found


def looks_like_ber(data: bytes) -> bool:
    """Whether it begins like a BER SEQUENCE whose length can be."""
    if len(data) < 2 or data[0] != 0x30:
        return False
    first = data[1]
    if first < 0x80:
        return len(data) >= 2 + first
    return first == 0x80 or (first <= 0x88 and len(data) > 2 + (first & 0x7F))


def decode_any(data: bytes) -> list[tuple[str | None, bytes]]:
    """What the octets hold: [(label, octets)] of PEM blocks, or one unlabelled item of base64 or BER.

    A byte-order mark and blanks before text are skipped. Raises MalformedEncoding if it is none of these.
    """
    if looks_like_ber(data):
        return [(None, data)]
    text = data.removeprefix(b"\xef\xbb\xbf").lstrip()
    if b"-----BEGIN " in text:
        blocks = find_pem(text)
        if blocks:
            return list(blocks)
    elif text[:1] == b"M" and _BASE64.fullmatch(text):
        # Base64 of a SEQUENCE longer than 127 octets begins with M.
        decoded = _decode(text, 0)
        if looks_like_ber(decoded):
            return [(None, decoded)]
    raise MalformedEncoding(what="PEM or BER", offset=0, reason="neither PEM, base64 nor BER")
