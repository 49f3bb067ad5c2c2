"""The values that go into a ledger and come out of it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class SerialState(StrEnum):
    """What became of a serial number; every one that was given out is accounted for."""

    RECEIPT = "receipt"
    DEFERRED = "deferred"
    """It went into an answer that is no receipt (waiting): the request is judged again."""
    VOID = "void"
    """Nothing was signed with it, or nothing that left the node; the reason is on record."""


@dataclass(frozen=True, slots=True)
class RequestKey:
    """What makes two requests the same one.

    ``transaction`` is the transaction identifier, else the nonce, else a key made of the digest;
    ``digest`` is the SHA-256 (hexadecimal) of what is to be judged.
    """

    requester: str
    transaction: str
    digest: str

    @property
    def sha256(self) -> str:
        """Names requester and transaction in one fixed length: both are a stranger's text, of any size."""
        return digest_of(self.requester, self.transaction)


@dataclass(frozen=True, slots=True)
class Reservation:
    """A serial and its time, ours alone."""

    serial: int
    time: datetime


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is kept beside a receipt; never the document's content.

    ``items`` are octets by kind (``report``, ``facts/0``, ``certificate/SHA-256`` …), stored once each
    however many receipts share them. ``documents`` are (digest algorithm, hexadecimal digest), ``signers``
    (kind, value): what a receipt is found by. ``snapshot`` and ``evidence`` are hexadecimal SHA-256.
    """

    items: Mapping[str, bytes] = field(default_factory=dict)
    outcome: str = ""
    snapshot: str = ""
    evidence: str = ""
    documents: tuple[tuple[str, str], ...] = ()
    signers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Order:
    """One answer to be issued.

    ``sign`` makes its bytes for a serial and a time; what it raises makes the serial void and is handed on.
    ``final`` False: the answer is deferred, no receipt, and not kept.
    """

    key: RequestKey
    sign: Callable[[Reservation], bytes]
    evidence: Evidence = field(default_factory=Evidence)
    final: bool = True


@dataclass(frozen=True, slots=True)
class Stored:
    """A receipt as it was issued. ``sha256`` is of its bytes: its id, and its leaf in the log."""

    serial: int
    time: datetime
    sha256: str
    receipt: bytes
    snapshot: str
    evidence_digest: str
    evidence: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Found:
    """A receipt in a list of results."""

    serial: int
    time: datetime
    sha256: str
    requester: str
    outcome: str


@dataclass(frozen=True, slots=True)
class Hop:
    """A question to another TTP, as it is to be asked, also after a crash."""

    transaction: str
    nonce: int
    time: datetime


def digest_of(*parts: str) -> str:
    """SHA-256 (hexadecimal) over texts that cannot run into one another."""
    h = hashlib.sha256()
    for part in parts:
        octets = part.encode("utf-8", "surrogatepass")
        h.update(len(octets).to_bytes(8, "big") + octets)
    return h.hexdigest()
