"""Reading multipart/form-data (RFC 7578, RFC 2046 §5.1) piece by piece; no part is ever held whole.

Strict where the RFCs let senders be sloppy: no preamble, no padding behind a boundary, no transfer encodings.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from trustspace.errors import InputError

MAX_PARTS = 16
MAX_HEADERS = 8 * 1024
"""Octets of one part's headers."""

_PARAMETER = re.compile(r';[ \t]*([A-Za-z0-9*_-]+)=(?:"((?:[^"\\]|\\.)*)"|([^;" \t]*))[ \t]*')
_BOUNDARY = re.compile(r"[0-9A-Za-z'()+_,./:=? -]{0,69}[0-9A-Za-z'()+_,./:=?-]")
_PLAIN = ("7bit", "8bit", "binary")


class MultipartMalformed(InputError):
    """The body is no multipart/form-data. Parameters: ``field`` ("body"), ``reason``."""

    code = "VALIDATION_REQUEST_INVALID"

    def __init__(self, reason: str) -> None:
        super().__init__(field="body", reason=reason)


@dataclass(frozen=True, slots=True)
class PartBegins:
    """A part's headers were read."""

    name: str


@dataclass(frozen=True, slots=True)
class PartData:
    """A piece of the part that began last."""

    data: bytes


@dataclass(frozen=True, slots=True)
class PartEnds:
    """The part that began last is complete."""


Event = PartBegins | PartData | PartEnds


class _State(Enum):
    BOUNDARY = 1
    HEADERS = 2
    DATA = 3
    END = 4


def parameters(value: str) -> tuple[str, dict[str, str]]:
    """A header's value and its parameters, by lower-case name. What does not parse is left out."""
    kind, _, rest = value.partition(";")
    found: dict[str, str] = {}
    position, rest = 0, ";" + rest
    while match := _PARAMETER.match(rest, position):
        quoted = match[2]
        text = match[3] if quoted is None else re.sub(r"\\(.)", r"\1", quoted)
        found.setdefault(match[1].lower(), text)
        position = match.end()
    return kind.strip().lower(), found


class Reader:
    """Takes octets as they arrive and gives events; memory is bounded by what is fed at a time."""

    def __init__(self, boundary: str) -> None:
        if not _BOUNDARY.fullmatch(boundary):
            raise MultipartMalformed("the boundary is missing or not one")
        self._delimiter = b"\r\n--" + boundary.encode("ascii")
        # The first boundary may stand at the very start, as if a line had ended before it.
        self._buffer = bytearray(b"\r\n")
        self._state = _State.DATA
        self._parts = 0
        self._inside = False

    def feed(self, data: bytes) -> Iterator[Event]:
        """What these octets complete. Raises :class:`MultipartMalformed`."""
        self._buffer += data
        while (events := self._step()) is not None:
            yield from events

    def close(self) -> None:
        """The body has ended. Raises :class:`MultipartMalformed` where its last boundary is missing."""
        if self._state is not _State.END:
            raise MultipartMalformed("it ends before its last boundary")

    def _step(self) -> list[Event] | None:
        """One step on; None where more octets are needed."""
        if self._state is _State.DATA:
            return self._data()
        if self._state is _State.BOUNDARY:
            return self._boundary()
        if self._state is _State.HEADERS:
            return self._headers()
        # RFC 2046 §5.1.1: an epilogue is ignored. The body's bound holds for it too.
        self._buffer.clear()
        return None

    def _data(self) -> list[Event] | None:
        buffer, delimiter = self._buffer, self._delimiter
        at = buffer.find(delimiter)
        if at >= 0:
            events = self._piece(at)
            del buffer[: at + len(delimiter)]
            if self._inside:
                events.append(PartEnds())
            self._inside = False
            self._state = _State.BOUNDARY
            return events
        # A boundary may have begun in the last octets.
        ready = len(buffer) - len(delimiter) + 1
        if ready <= 0:
            return None
        events = self._piece(ready)
        del buffer[:ready]
        return events

    def _piece(self, size: int) -> list[Event]:
        if size == 0:
            return []
        if not self._inside:
            raise MultipartMalformed("it does not begin with its boundary")
        return [PartData(bytes(self._buffer[:size]))]

    def _boundary(self) -> list[Event] | None:
        if len(self._buffer) < 2:
            return None
        mark = bytes(self._buffer[:2])
        if mark == b"--":
            self._state = _State.END
            return []
        if mark != b"\r\n":
            raise MultipartMalformed("something stands behind a boundary")
        # The line's end stays: headers may be empty, and then end at once.
        self._state = _State.HEADERS
        return []

    def _headers(self) -> list[Event] | None:
        end = self._buffer.find(b"\r\n\r\n")
        if end > MAX_HEADERS or (end < 0 and len(self._buffer) > MAX_HEADERS):
            raise MultipartMalformed("a part's headers are too long")
        if end < 0:
            return None
        lines = bytes(self._buffer[2:end]).split(b"\r\n")
        del self._buffer[: end + 4]
        self._parts += 1
        if self._parts > MAX_PARTS:
            raise MultipartMalformed(f"more than {MAX_PARTS} parts")
        name = _name(lines)
        self._inside = True
        self._state = _State.DATA
        return [PartBegins(name)]


def _name(lines: list[bytes]) -> str:
    name = None
    for line in lines:
        try:
            header, _, value = line.decode("utf-8").partition(":")
        except UnicodeDecodeError:
            raise MultipartMalformed("a part's headers are not UTF-8") from None
        header = header.strip().lower()
        if header == "content-disposition":
            kind, given = parameters(value)
            if kind != "form-data" or "name" not in given or name is not None:
                raise MultipartMalformed("a part without a name")
            name = given["name"]
        elif header == "content-transfer-encoding" and value.strip().lower() not in _PLAIN:
            raise MultipartMalformed("a transfer encoding")
    if name is None:
        raise MultipartMalformed("a part without a name")
    return name
