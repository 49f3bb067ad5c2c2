"""The journal: one canonical JSON record a line, each with the digest of the line before, each sealed.

A record is sealed by who wrote it: the officer who proposes or approves, or the service (the register's
signer) for what it makes by itself. So neither a line nor its place nor its time can change unnoticed, and
the signature inside a proposal or approval is over the act's own octets.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from trustspace.authority.errors import ActMalformed, JournalBroken
from trustspace.authority.reading import Reader, time_text
from trustspace.authority.signatures import Signature, Signer
from trustspace.trust.snapshot import canonical_json

FORMAT = "trustspace-journal/1"
BEFORE_THE_FIRST = "0" * 64
LONGEST_RECORD = 4 << 20
"""Octets of a line: the largest is a CRL or an act with many requests."""


class RecordKind(StrEnum):
    """What a record says."""

    CEREMONY = "ceremony"
    PROPOSAL = "proposal"
    APPROVAL = "approval"
    CERTIFICATE = "certificate"
    CRL = "crl"
    PUBLICATION = "publication"


@dataclass(frozen=True, slots=True)
class Record:
    """One record. ``line`` are its octets (without the line feed), ``digest`` their SHA-256."""

    number: int
    previous: str
    recorded: datetime
    kind: RecordKind
    body: Mapping[str, Any]
    seal: Signature
    line: bytes

    @property
    def digest(self) -> str:
        """What the next record repeats."""
        return hashlib.sha256(self.line).hexdigest()

    @property
    def sealed(self) -> bytes:
        """What the seal is over: the record without it."""
        return _sealed(self.number, self.previous, self.recorded, self.kind, self.body)

    @classmethod
    def make(
        cls,
        *,
        number: int,
        previous: str,
        recorded: datetime,
        kind: RecordKind,
        body: Mapping[str, Any],
        signer: Signer,
        entropy: bytes,
    ) -> Record:
        """A new record, sealed."""
        seal = signer.sign(_sealed(number, previous, recorded, kind, body), entropy)
        values = _values(number, previous, recorded, kind, body)
        line = canonical_json({**values, "seal": seal.to_json()})
        return cls.parse(line, number)

    @classmethod
    def parse(cls, line: bytes, number: int) -> Record:
        """The record of a line that should be number ``number``.

        Raises ``JournalBroken``: JOURNAL_RECORD_MALFORMED (``reason``), JOURNAL_NUMBER_WRONG (``found``).
        """
        if len(line) > LONGEST_RECORD:
            raise JournalBroken(number=number, kind="?", reason="too large")
        try:
            value = json.loads(line.decode("utf-8"))
        except (ValueError, RecursionError):
            raise JournalBroken(number=number, kind="?", reason="not JSON") from None
        try:
            reader = Reader(value, "record")
            if reader.text("format") != FORMAT:
                raise ActMalformed(where="record.format", reason="unknown")
            made = cls(
                number=reader.integer("number"),
                previous=reader.digest("previous"),
                recorded=reader.time("recorded"),
                kind=reader.choice("kind", RecordKind),
                body=reader.raw("body"),
                seal=Signature.read(reader.inner("seal")),
                line=line,
            )
            reader.finish()
        except ActMalformed as error:
            reason = f"{error.parameters['where']}: {error.parameters['reason']}"
            raise JournalBroken(number=number, kind="?", reason=reason) from error
        if made.number != number:
            raise JournalBroken(
                "JOURNAL_NUMBER_WRONG", number=number, kind=made.kind.value, found=made.number
            )
        try:
            canonical = canonical_json(value)
        except ValueError:  # a lone surrogate, which UTF-8 does not have
            canonical = b""
        if canonical != line:
            raise JournalBroken(number=number, kind=made.kind.value, reason="not canonical")
        return made


def _values(
    number: int, previous: str, recorded: datetime, kind: RecordKind, body: Mapping[str, Any]
) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "number": number,
        "previous": previous,
        "recorded": time_text(recorded),
        "kind": kind.value,
        "body": dict(body),
    }


def _sealed(
    number: int, previous: str, recorded: datetime, kind: RecordKind, body: Mapping[str, Any]
) -> bytes:
    return canonical_json(_values(number, previous, recorded, kind, body))


def read_records(data: bytes) -> Iterator[Record]:
    """The records of a journal's octets, in order.

    Raises ``JournalBroken``: also JOURNAL_RECORD_TORN for a last line that was not finished.
    """
    lines = data.split(b"\n")
    for number, line in enumerate(lines[:-1], start=1):
        yield Record.parse(line, number)
    if lines[-1]:
        raise JournalBroken("JOURNAL_RECORD_TORN", number=len(lines), kind="?")
