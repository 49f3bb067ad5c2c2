"""The ledger: a final receipt is issued once, serials rise, times never fall, every serial is accounted for.

On one SQLite file or on PostgreSQL, shared by threads and processes (:mod:`trustspace.store.database`).
Receipts are issued by :func:`trustspace.store.issuing.issue`, in batches of whoever asks at the same time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType

from sqlalchemy import Insert, select
from sqlalchemy.dialects import postgresql, sqlite

from trustspace.store import schema
from trustspace.store.database import Database
from trustspace.store.errors import LedgerError, LedgerNotMigrated, TransactionConflict
from trustspace.store.group_commit import LIMIT, WINDOW, GroupCommit
from trustspace.store.issuing import Clock, Signed, Step, in_turn, issue, known, no_step
from trustspace.store.migrate import migrate, require_current
from trustspace.store.model import (
    Evidence,
    Hop,
    Order,
    RequestKey,
    Reservation,
    SerialState,
    Stored,
    digest_of,
)
from trustspace.store.schema import storable
from trustspace.store.search import Search

__all__ = [
    "Evidence",
    "Hop",
    "Ledger",
    "LedgerError",
    "LedgerNotMigrated",
    "Order",
    "RequestKey",
    "Reservation",
    "SerialState",
    "Stored",
    "TransactionConflict",
    "system_clock",
]

_SIGNERS = LIMIT
"""Threads that sign a batch, one an order: a time-stamp authority that does not answer holds the lock for one
time-out, not for many. National curves release the GIL.
"""


def system_clock() -> datetime:
    """The machine's time."""
    return datetime.now(UTC)


class Ledger:
    """One node's ledger; safe to share between threads, and the database between processes."""

    def __init__(
        self,
        where: Path | str,
        *,
        clock: Clock = system_clock,
        window: float = WINDOW,
        at: Step = no_step,
    ) -> None:
        """Open: an SQLite file, made and migrated here as needed, or a database by its URL.

        ``clock`` gives receipts their times, ``window`` (seconds) is how long a batch gathers, ``at`` is told
        each step that is done.

        Raises:
            LedgerNotMigrated: on PostgreSQL; ``node migrate`` brings it up to date.
            LedgerError: unreadable, not a ledger, not durable, or of a later version.
        """
        self._database = Database(where)
        self._clock = clock
        self._at = at
        self._pool = ThreadPoolExecutor(_SIGNERS, "sign")
        self._group: GroupCommit[Order, bytes] = GroupCommit(self._issue_batch, window=window)
        try:
            try:
                require_current(self._database)
            except LedgerNotMigrated:
                if not self._database.is_sqlite:
                    raise
                migrate(self._database)
        except BaseException:
            self.close()
            raise
        self.search = Search(self._database)

    def close(self) -> None:
        self._pool.shutdown(wait=True)
        self._database.close()

    def __enter__(self) -> Ledger:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def recall(self, key: RequestKey) -> bytes | None:
        """The receipt of this very request, if it was issued; waits for no one who issues.

        Raises:
            TransactionConflict: the transaction is known with another digest.
            LedgerError: the store fails.
        """
        with self._database.reading() as connection:
            return known(connection, key)

    def issue(self, order: Order) -> bytes:
        """Issue one answer, durable when it returns, in one commit with all who ask at the same time.

        The bytes are an earlier receipt's where the request was answered before.

        Raises:
            TransactionConflict: the transaction is known with another digest.
            LedgerError: the store fails; the same order may be given again.
            Exception: what the order's ``sign`` raised.
        """
        return self._group.submit(order)

    def issue_batch(self, orders: Sequence[Order]) -> list[bytes | Exception]:
        """Many answers in one commit: bytes for each, or what :meth:`issue` would raise.

        Raises:
            LedgerError: the store fails; the same orders may be given again.
        """
        return self._issue_batch(orders)

    def _issue_batch(self, orders: Sequence[Order]) -> list[bytes | Exception]:
        return issue(self._database, orders, self._clock, sign_all=self._sign_all, at=self._at)

    def _sign_all(self, signing: Sequence[Callable[[], Signed]]) -> Sequence[Signed]:
        if len(signing) == 1:
            return in_turn(signing)
        return list(self._pool.map(lambda each: each(), signing))

    def hop(self, key: RequestKey, member: str, question: str, proposed: Hop) -> Hop:
        """How to ask another member's TTP, durable before it is asked.

        A retry, also after a crash, asks with the same transaction, nonce and time, and so gets the same
        receipt. ``question`` is the digest of what is asked of that TTP; ``proposed`` is for the first time.

        Raises:
            LedgerError: the store fails; the question must not be asked.
        """
        name = digest_of(key.requester, key.transaction, key.digest, member, question)
        hops = schema.hops
        row = {
            "key": name,
            "request": key.sha256,
            "member": storable(member),
            "transaction_id": proposed.transaction,
            "nonce": str(proposed.nonce),
            "time": int(proposed.time.timestamp()),
        }
        earlier = select(hops.c.transaction_id, hops.c.nonce, hops.c.time).where(hops.c.key == name)
        with self._database.reading() as connection:
            found = connection.execute(earlier).one_or_none()
        if found is None:
            with self._database.writing() as connection:
                connection.execute(self._insert_once(row))
                found = connection.execute(earlier).one()
            self._at("intended")
        return Hop(found[0], int(found[1]), datetime.fromtimestamp(found[2], UTC))

    def _insert_once(self, row: dict[str, object]) -> Insert:
        build = sqlite.insert if self._database.is_sqlite else postgresql.insert
        return build(schema.hops).values(row).on_conflict_do_nothing()

    def last_time(self) -> datetime | None:
        """The time of the highest serial; None in a new ledger."""
        with self._database.reading() as connection:
            serial, time = connection.execute(select(schema.counter.c.serial, schema.counter.c.time)).one()
        return datetime.fromtimestamp(time, UTC) if serial else None

    def receipt(self, serial: int) -> Stored | None:
        """A receipt with its evidence.

        Raises:
            LedgerError: the store fails.
        """
        receipts, serials, evidence = schema.receipts, schema.serials, schema.evidence
        with self._database.reading() as connection:
            row = connection.execute(
                select(receipts, serials.c.time)
                .join_from(receipts, serials)
                .where(receipts.c.serial == serial)
            ).one_or_none()
            if row is None:
                return None
            kept = connection.execute(
                select(evidence.c.kind, schema.blobs.c.data)
                .join_from(evidence, schema.blobs)
                .where(evidence.c.serial == serial)
            )
            return Stored(
                serial=serial,
                time=datetime.fromtimestamp(row.time, UTC),
                sha256=row.sha256,
                receipt=bytes(row.receipt),
                snapshot=row.snapshot,
                evidence_digest=row.evidence,
                evidence={kind: bytes(data) for kind, data in kept},
            )

    def pending_leaves(self) -> tuple[tuple[int, str], ...]:
        """Serials and leaf hashes of receipts that no log has taken in yet, in their order."""
        pending = schema.log_pending
        with self._database.reading() as connection:
            rows = connection.execute(select(pending.c.serial, pending.c.leaf).order_by(pending.c.serial))
            return tuple((serial, leaf) for serial, leaf in rows)

    def gaps(self) -> tuple[tuple[int, str], ...]:
        """Serials that no receipt has: ``deferred``, or ``void: `` and why."""
        serials = schema.serials
        query = (
            select(serials.c.serial, serials.c.state, serials.c.reason)
            .where(serials.c.state != SerialState.RECEIPT.value)
            .order_by(serials.c.serial)
        )
        with self._database.reading() as connection:
            return tuple(
                (serial, state if reason is None else f"{state}: {reason}")
                for serial, state, reason in connection.execute(query)
            )
