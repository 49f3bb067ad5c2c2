"""The member's own time-stamp authority in the node's process: for its receipts, and over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from trustspace.algorithms.model import DigestAlgorithm
from trustspace.timestamps.issue import TimestampAuthority


class OwnTimeStamps:
    """A time-stamp authority with a clock; its serial numbers are 128 random bits, unique without a store."""

    def __init__(
        self, authority: TimestampAuthority, clock: Callable[[], datetime], random: Callable[[int], bytes]
    ) -> None:
        self._authority = authority
        self._clock = clock
        self._random = random

    def stamp(self, digest: DigestAlgorithm, value: bytes) -> bytes:
        """A token over a digest, now: a :data:`~trustspace.documents.cades_signing.Stamper`."""
        return self._authority.issue(
            digest, value, serial=self._serial(), now=self._clock(), entropy=self._random(64)
        )

    def respond(self, request: bytes) -> bytes:
        """A TimeStampResp to a TimeStampReq's octets."""
        return self._authority.respond(
            request, serial=self._serial, now=self._clock(), entropy=self._random(64)
        )

    def _serial(self) -> int:
        return int.from_bytes(b"\x01" + self._random(16), "big")
