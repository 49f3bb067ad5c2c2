"""The octets that a signature or a time-stamp covers, and their digests.

A detached document may be larger than memory, or not at hand at all (only its digests are, RFC 5652 §5.4
needs no more). :class:`Content` hides the difference: it answers a digest under an algorithm, reads its
source in chunks, computes several digests in one pass, and remembers them.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import BinaryIO

from trustspace.algorithms.digests import digest_by_name
from trustspace.algorithms.model import DigestAlgorithm
from trustspace.errors import InputError

CHUNK = 1 << 20
"""Octets read at a time: large enough that hashing, not reading, sets the pace."""


class ContentUnreadable(InputError):
    """The content's source failed while it was read. Parameters: ``name``, ``reason``."""

    code = "CONTENT_UNREADABLE"


class DigestLengthWrong(InputError):
    """A digest that was handed in has not the algorithm's length.

    Parameters: ``algorithm``, ``expected`` and ``actual`` (octets).
    """

    code = "DIGEST_LENGTH_WRONG"


class ContentTooLarge(InputError):
    """The octets themselves are needed at once, and are more than allowed. Parameters: ``limit`` (octets)."""

    code = "CONTENT_TOO_LARGE"


class Content:
    """Octets known as bytes, as a stream that can be opened again, or only by digests."""

    __slots__ = ("_data", "_digests", "_open", "name")

    def __init__(
        self,
        *,
        data: bytes | None = None,
        open_stream: Callable[[], BinaryIO] | None = None,
        digests: Mapping[str, bytes] | None = None,
        name: str | None = None,
    ) -> None:
        self._data = data
        self._open = open_stream
        self._digests: dict[str, bytes] = dict(digests or {})
        self.name = name

    @classmethod
    def of_bytes(cls, data: bytes, name: str | None = None) -> Content:
        """Content that is in memory."""
        return cls(data=data, name=name)

    @classmethod
    def of_stream(cls, open_stream: Callable[[], BinaryIO], name: str | None = None) -> Content:
        """Content behind ``open_stream``, which gives a fresh binary stream from the start each time."""
        return cls(open_stream=open_stream, name=name)

    @classmethod
    def of_digests(cls, digests: Mapping[str, bytes], name: str | None = None) -> Content:
        """Content of which only digests are known, by the algorithm's name (any name that it goes by).

        Raises AlgorithmNotSupported for an unknown name and :class:`DigestLengthWrong`.
        """
        known: dict[str, bytes] = {}
        for given, value in digests.items():
            algorithm = digest_by_name(given)
            if len(value) != algorithm.size:
                raise DigestLengthWrong(algorithm=algorithm.name, expected=algorithm.size, actual=len(value))
            known[algorithm.name] = bytes(value)
        return cls(digests=known, name=name)

    @property
    def available(self) -> bool:
        """Whether the octets themselves can be read (not only digests)."""
        return self._data is not None or self._open is not None

    @property
    def known_digests(self) -> Mapping[str, bytes]:
        """The digests that are known by now, by algorithm name."""
        return dict(self._digests)

    def chunks(self, size: int = CHUNK) -> Iterator[bytes]:
        """The octets, in pieces of at most ``size``. Raises :class:`ContentUnreadable`."""
        if self._data is not None:
            if len(self._data) <= size:
                yield self._data
                return
            view = memoryview(self._data)
            for start in range(0, len(view), size):
                yield bytes(view[start : start + size])
            return
        if self._open is None:
            raise ContentUnreadable(name=self.name, reason="only digests are known")
        try:
            with self._open() as stream:
                while chunk := stream.read(size):
                    yield chunk
        except OSError as error:
            raise ContentUnreadable(name=self.name, reason=error.strerror or str(error)) from error

    def read(self, limit: int) -> bytes:
        """All octets at once. Raises :class:`ContentTooLarge` above ``limit``, :class:`ContentUnreadable`."""
        if self._data is not None and len(self._data) <= limit:
            return self._data
        buffer = io.BytesIO()
        for chunk in self.chunks():
            if buffer.tell() + len(chunk) > limit:
                raise ContentTooLarge(limit=limit)
            buffer.write(chunk)
        return buffer.getvalue()

    def prepare(self, algorithms: Iterable[DigestAlgorithm]) -> None:
        """Compute the digests that are not yet known, in one pass; nothing happens without octets."""
        missing = {a.name: a for a in algorithms if a.name not in self._digests}
        if not missing or not self.available:
            return
        if self._data is not None:
            for name, algorithm in missing.items():
                self._digests[name] = algorithm.digest(self._data)
            return
        hashers = {name: algorithm.new() for name, algorithm in missing.items()}
        for chunk in self.chunks():
            for hasher in hashers.values():
                hasher.update(chunk)
        for name, hasher in hashers.items():
            self._digests[name] = hasher.digest()

    def digest(self, algorithm: DigestAlgorithm) -> bytes | None:
        """The digest of the octets; None when it cannot be known (only other digests were handed in)."""
        if algorithm.name not in self._digests:
            self.prepare((algorithm,))
        return self._digests.get(algorithm.name)
