"""Typed values out of decoded JSON, or where they are not; and the texts that JSON has for them."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, TypeVar

from trustspace.authority.errors import ActMalformed
from trustspace.encoding.certificate import Certificate
from trustspace.errors import MalformedEncoding

LONGEST_TEXT = 1000
_MOST_ITEMS = 64
_DIGEST = re.compile(r"[0-9a-f]{64}\Z")

T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)


def b64(data: bytes) -> str:
    """Octets as text."""
    return base64.b64encode(data).decode("ascii")


def time_text(moment: datetime) -> str:
    """A moment in whole seconds, UTC."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def plain(text: str, where: str) -> str:
    """A text that can be shown and printed. Raises ``ActMalformed``."""
    if not 0 < len(text) <= LONGEST_TEXT or not text.isprintable() or text != text.strip():
        raise ActMalformed(where=where, reason="not a plain text")
    return text


class Reader:
    """One JSON object; every value is asked for by name, and none may be left over (:meth:`finish`)."""

    def __init__(self, value: object, where: str) -> None:
        if not isinstance(value, dict):
            raise ActMalformed(where=where, reason="not an object")
        self._value: dict[str, Any] = value
        self._where = where
        self._seen: set[str] = set()

    def _get(self, name: str, kind: type[T]) -> T:
        self._seen.add(name)
        value = self._value.get(name)
        if not isinstance(value, kind) or isinstance(value, bool):
            raise ActMalformed(where=f"{self._where}.{name}", reason=f"not {kind.__name__}")
        return value

    def text(self, name: str) -> str:
        """A plain text."""
        return plain(self._get(name, str), f"{self._where}.{name}")

    def integer(self, name: str) -> int:
        """A whole number."""
        return self._get(name, int)

    def choice(self, name: str, kind: type[E]) -> E:
        """One of an enumeration's values."""
        try:
            return kind(self.text(name))
        except ValueError:
            raise ActMalformed(where=f"{self._where}.{name}", reason="unknown value") from None

    def time(self, name: str) -> datetime:
        """A moment, ``2026-11-24T10:00:00Z``."""
        try:
            return datetime.strptime(self.text(name), "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
        except ValueError:
            raise ActMalformed(where=f"{self._where}.{name}", reason="not a UTC time") from None

    def optional(self, name: str, read: Callable[[str], T]) -> T | None:
        """What ``read`` makes of a member that may be missing."""
        return read(name) if name in self._value else None

    def digest(self, name: str) -> str:
        """SHA-256 in hexadecimal."""
        value = self.text(name)
        if not _DIGEST.match(value):
            raise ActMalformed(where=f"{self._where}.{name}", reason="not a SHA-256")
        return value

    def octets(self, name: str) -> bytes:
        """Octets in base64."""
        try:
            return base64.b64decode(self._get(name, str), validate=True)
        except (binascii.Error, ValueError):
            raise ActMalformed(where=f"{self._where}.{name}", reason="not base64") from None

    def certificate(self, name: str) -> Certificate:
        """A certificate, whole and readable."""
        try:
            found = Certificate.parse(self.octets(name))
            found.read_all()
        except MalformedEncoding as error:
            raise ActMalformed(where=f"{self._where}.{name}", reason=str(error)) from None
        return found

    def inner(self, name: str) -> Reader:
        """An object within."""
        return Reader(self._get(name, dict), f"{self._where}.{name}")

    def each(self, name: str, make: Callable[[Reader], T]) -> tuple[T, ...]:
        """A list of objects."""
        items = self._get(name, list)
        if len(items) > _MOST_ITEMS:
            raise ActMalformed(where=f"{self._where}.{name}", reason="too many")
        return tuple(make(Reader(item, f"{self._where}.{name}[{i}]")) for i, item in enumerate(items))

    def texts(self, name: str) -> dict[str, str]:
        """An object of plain texts."""
        items = self._get(name, dict)
        if len(items) > _MOST_ITEMS or not all(isinstance(text, str) for text in items.values()):
            raise ActMalformed(where=f"{self._where}.{name}", reason="not texts")
        where = f"{self._where}.{name}"
        return {plain(key, where): plain(text, where) for key, text in items.items()}

    def raw(self, name: str) -> dict[str, Any]:
        """An object as it is."""
        return self._get(name, dict)

    def finish(self) -> None:
        """Raises ``ActMalformed`` if something was not asked for: nobody knows what it would mean."""
        for name in self._value:
            if name not in self._seen:
                raise ActMalformed(where=f"{self._where}.{name}"[:200], reason="unknown member")
