"""The primitive by which receipts are issued, once each: many orders, one transaction.

::

    lock the counter → serials and times → sign → evidence, receipts, pending log rows → commit

Everything before the commit leaves nothing behind if it fails, and nothing is answered before it: a crash
loses no answered receipt and doubles none. The lock is held while signing, so that serials are committed in
their order: whoever has read the pending leaves up to a serial misses none before it. It is held once for a
whole batch, whose orders are signed side by side.

``at`` is called with the name of each step that is done; a test ends the process there.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import Connection, insert, select, update

from trustspace.errors import TrustspaceError
from trustspace.store import schema
from trustspace.store.database import Database
from trustspace.store.errors import LedgerError, TransactionConflict
from trustspace.store.model import Order, RequestKey, Reservation, SerialState
from trustspace.store.schema import storable

Clock = Callable[[], datetime]
Signed = bytes | Exception
SignAll = Callable[[Sequence[Callable[[], Signed]]], Sequence[Signed]]
"""Runs what is to be signed, one after another or side by side, and keeps the order."""
Step = Callable[[str], None]

_CHUNK = 500
"""Values in one IN (…): SQLite has a limit."""
T = TypeVar("T")


def no_step(name: str) -> None:
    """Nothing happens between the steps."""
    del name


def in_turn(signing: Sequence[Callable[[], Signed]]) -> Sequence[Signed]:
    """One after another."""
    return [each() for each in signing]


def issue(
    database: Database,
    orders: Sequence[Order],
    clock: Clock,
    *,
    sign_all: SignAll = in_turn,
    at: Step = no_step,
) -> list[bytes | Exception]:
    """Issue a batch; for each order its answer's bytes, or what stands against it.

    An order whose request was answered for good before, or earlier in the batch, gets those bytes; one whose
    transaction stands for another digest gets a :class:`TransactionConflict`; one that could not be signed
    gets what ``sign`` raised, and its serial is void.

    Raises:
        LedgerError: the store fails, and nothing was issued. Where the connection was cut during the commit
            it may have been: the same order gets its bytes then.
    """
    with database.writing() as connection:
        last = _lock(connection, database)
        at("locked")
        batch = _Batch(orders)
        batch.recall(connection)
        if not batch.open:
            return batch.results()
        batch.number(last, clock())
        at("numbered")
        batch.sign(sign_all)
        at("signed")
        batch.write(connection)
        at("written")
    at("committed")
    return batch.results()


def _lock(connection: Connection, database: Database) -> Reservation:
    """The last serial and its time; no one else issues until the transaction ends.

    SQLite has locked the file already (``BEGIN IMMEDIATE``), and ignores ``FOR UPDATE``.
    """
    row = connection.execute(
        select(schema.counter.c.serial, schema.counter.c.time).with_for_update()
    ).one_or_none()
    if row is None:
        raise LedgerError(path=database.name, reason="the counter is missing")
    return Reservation(int(row[0]), datetime.fromtimestamp(row[1], UTC))


@dataclass(slots=True)
class _Work:
    """One order while it is issued."""

    order: Order
    answer: bytes | Exception | None = None
    bound: bool = False
    """Whether the ledger knows the transaction already."""
    reservation: Reservation | None = None
    same_as: _Work | None = None
    """An order for the same request that comes first in the batch."""

    @property
    def state(self) -> SerialState:
        if isinstance(self.answer, Exception):
            return SerialState.VOID
        return SerialState.RECEIPT if self.order.final else SerialState.DEFERRED

    @property
    def reason(self) -> str | None:
        error = self.answer
        if not isinstance(error, Exception):
            return None
        return error.code if isinstance(error, TrustspaceError) else type(error).__name__


@dataclass(slots=True)
class _Batch:
    orders: Sequence[Order]
    all: list[_Work] = field(init=False)
    open: list[_Work] = field(init=False)
    """Those that need a serial."""

    def __post_init__(self) -> None:
        self.all = [_Work(order) for order in self.orders]
        self.open = []

    def recall(self, connection: Connection) -> None:
        """Find out which requests are answered, and which transactions stand for something else."""
        known = _known(connection, {work.order.key.sha256 for work in self.all})
        first: dict[str, _Work] = {}
        for work in self.all:
            key = work.order.key
            digest, receipt = known.get(key.sha256, (None, None))
            earlier = first.get(key.sha256)
            bound_to = earlier.order.key.digest if earlier is not None else digest
            if bound_to is not None and bound_to != key.digest:
                work.answer = TransactionConflict(transaction=key.transaction)
            elif receipt is not None:
                work.answer = receipt
            elif earlier is not None:
                work.same_as = earlier
            else:
                work.bound = digest is not None
                first[key.sha256] = work
                self.open.append(work)

    def number(self, last: Reservation, now: datetime) -> None:
        time = max(now.replace(microsecond=0), last.time)
        for serial, work in enumerate(self.open, last.serial + 1):
            work.reservation = Reservation(serial, time)

    def sign(self, sign_all: SignAll) -> None:
        answers = sign_all([_signing(work) for work in self.open])
        for work, answer in zip(self.open, answers, strict=True):
            work.answer = answer

    def write(self, connection: Connection) -> None:
        rows = [(work, work.reservation) for work in self.open if work.reservation is not None]
        _, highest = rows[-1]
        connection.execute(
            update(schema.counter).values(serial=highest.serial, time=int(highest.time.timestamp()))
        )
        _insert(
            connection,
            schema.serials,
            (
                {
                    "serial": reservation.serial,
                    "time": int(reservation.time.timestamp()),
                    "state": work.state.value,
                    "reason": work.reason,
                }
                for work, reservation in rows
            ),
        )
        _insert(connection, schema.requests, (_request(w.order.key) for w, _ in rows if not w.bound))
        receipts = [
            (reservation.serial, work.order, work.answer)
            for work, reservation in rows
            if work.order.final and isinstance(work.answer, bytes)
        ]
        _write_receipts(connection, receipts)

    def results(self) -> list[bytes | Exception]:
        found = []
        for work in self.all:
            answer = work.answer if work.same_as is None else work.same_as.answer
            assert answer is not None
            found.append(answer)
        return found


def _signing(work: _Work) -> Callable[[], Signed]:
    reservation = work.reservation
    assert reservation is not None

    def sign() -> Signed:
        try:
            return work.order.sign(reservation)
        except Exception as error:
            # Whatever it is, it stops this answer and not the others of the batch.
            return error

    return sign


def _request(key: RequestKey) -> dict[str, str]:
    return {
        "key": key.sha256,
        "requester": storable(key.requester),
        "transaction_id": storable(key.transaction),
        "digest": key.digest,
    }


def _known(connection: Connection, keys: Iterable[str]) -> dict[str, tuple[str, bytes | None]]:
    """By request: its digest, and the receipt where there is one."""
    found: dict[str, tuple[str, bytes | None]] = {}
    query = select(schema.requests.c.key, schema.requests.c.digest, schema.receipts.c.receipt).outerjoin_from(
        schema.requests, schema.receipts, schema.receipts.c.request == schema.requests.c.key
    )
    for some in _chunks(keys):
        for key, digest, receipt in connection.execute(query.where(schema.requests.c.key.in_(some))):
            found[key] = (digest, None if receipt is None else bytes(receipt))
    return found


def known(connection: Connection, key: RequestKey) -> bytes | None:
    """The receipt of this very request. Raises :class:`TransactionConflict`."""
    digest, receipt = _known(connection, [key.sha256]).get(key.sha256, (key.digest, None))
    if digest != key.digest:
        raise TransactionConflict(transaction=key.transaction)
    return receipt


def _write_receipts(connection: Connection, receipts: Sequence[tuple[int, Order, bytes]]) -> None:
    rows = []
    blobs: dict[str, bytes] = {}
    evidence = []
    documents = []
    signers = []
    pending = []
    for serial, order, receipt in receipts:
        kept = order.evidence
        leaf = hashlib.sha256(receipt).hexdigest()
        rows.append(
            {
                "serial": serial,
                "request": order.key.sha256,
                "sha256": leaf,
                "outcome": kept.outcome,
                "snapshot": kept.snapshot,
                "evidence": kept.evidence,
                "receipt": receipt,
            }
        )
        for kind, data in sorted(kept.items.items()):
            sha256 = hashlib.sha256(data).hexdigest()
            blobs[sha256] = data
            evidence.append({"serial": serial, "kind": kind, "sha256": sha256})
        for algorithm, digest in dict.fromkeys((storable(a), storable(d)) for a, d in kept.documents):
            documents.append({"serial": serial, "algorithm": algorithm, "digest": digest})
        for kind, value in dict.fromkeys((k, storable(v)) for k, v in kept.signers):
            signers.append({"serial": serial, "kind": kind, "value": value})
        pending.append({"serial": serial, "leaf": leaf})
    _insert(connection, schema.receipts, rows)
    for some in _chunks(blobs):
        stored = set(
            connection.execute(select(schema.blobs.c.sha256).where(schema.blobs.c.sha256.in_(some))).scalars()
        )
        _insert(connection, schema.blobs, ({"sha256": s, "data": blobs[s]} for s in some if s not in stored))
    _insert(connection, schema.evidence, evidence)
    _insert(connection, schema.documents, documents)
    _insert(connection, schema.signers, signers)
    _insert(connection, schema.log_pending, pending)


def _insert(connection: Connection, table: Any, rows: Iterable[dict[str, Any]]) -> None:
    values = list(rows)
    if values:
        connection.execute(insert(table), values)


def _chunks(values: Iterable[T]) -> Iterator[list[T]]:
    rest = iter(values)
    while some := list(islice(rest, _CHUNK)):
        yield some
