"""The ledger: a final receipt is issued once, serials rise, times never fall.

One SQLite file (WAL, ``synchronous=FULL``, ``BEGIN IMMEDIATE``). Issuing has two commits::

    reserve   serial and time, under the write lock: serial order implies time order (RFC 3029 §9.1)
      …       sign and time-stamp, outside of the lock
    commit    receipt, evidence and a pending log row together, or an answer that was there first

A crash between the two leaves a reserved serial without receipt: a gap, which is allowed and accounted for
(:meth:`Ledger.gaps`), while no receipt is ever answered that is not on disk. Where two equal requests race,
the first commit wins and both get its bytes.
"""

from __future__ import annotations

import hashlib
import sqlite3
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType

from trustspace.errors import TrustspaceError

_SCHEMA_VERSION = 1
_SCHEMA = """
CREATE TABLE serials (
    serial INTEGER PRIMARY KEY AUTOINCREMENT,
    time INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('reserved', 'receipt', 'deferred', 'void'))
) STRICT;
CREATE TABLE receipts (
    serial INTEGER PRIMARY KEY REFERENCES serials (serial),
    requester TEXT NOT NULL,
    transaction_id TEXT NOT NULL,
    digest TEXT NOT NULL,
    receipt BLOB NOT NULL,
    sha256 TEXT NOT NULL UNIQUE,
    UNIQUE (requester, transaction_id)
) STRICT;
CREATE TABLE requests (
    requester TEXT NOT NULL,
    transaction_id TEXT NOT NULL,
    digest TEXT NOT NULL,
    PRIMARY KEY (requester, transaction_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE evidence (
    serial INTEGER NOT NULL REFERENCES receipts (serial),
    kind TEXT NOT NULL,
    data BLOB NOT NULL,
    PRIMARY KEY (serial, kind)
) STRICT, WITHOUT ROWID;
CREATE TABLE log_pending (
    serial INTEGER PRIMARY KEY REFERENCES receipts (serial),
    leaf TEXT NOT NULL
) STRICT;
"""


class LedgerError(TrustspaceError):
    """The ledger cannot be read or written. Parameters: ``path``, ``reason``."""

    code = "LEDGER_UNUSABLE"


class TransactionConflict(TrustspaceError):
    """The same transaction was used for another document before. Parameters: ``transaction``."""

    code = "TRANSACTION_CONFLICT"


@dataclass(frozen=True, slots=True)
class RequestKey:
    """What makes two requests the same one.

    ``transaction`` is the transaction identifier, else the nonce, else a key made of the digest;
    ``digest`` is the SHA-256 (hexadecimal) of what is to be judged.
    """

    requester: str
    transaction: str
    digest: str


@dataclass(frozen=True, slots=True)
class Reservation:
    """A serial and its time, ours alone."""

    serial: int
    time: datetime


@dataclass(frozen=True, slots=True)
class Stored:
    """A receipt as it was issued."""

    serial: int
    time: datetime
    receipt: bytes
    evidence: Mapping[str, bytes] = field(default_factory=dict)


class Ledger:
    """One node's ledger. Safe to share between threads, and the file between processes."""

    def __init__(self, path: Path) -> None:
        """Open or create.

        Raises:
            LedgerError: unreadable, not a ledger, or of a later version.
        """
        self._path = path
        self._lock = threading.Lock()
        try:
            self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=10)
        except sqlite3.Error as error:
            raise self._failed(error) from error
        try:
            for setting in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
                self._db.execute(f"PRAGMA {setting}")
            with self._transaction():
                self._migrate()
        except LedgerError:
            self._db.close()
            raise
        except sqlite3.Error as error:
            self._db.close()
            raise self._failed(error) from error

    def _migrate(self) -> None:
        version = int(self._db.execute("PRAGMA user_version").fetchone()[0])
        if version == 0:
            for statement in _SCHEMA.split(";"):
                if statement.strip():
                    self._db.execute(statement)
            self._db.execute(f"PRAGMA user_version={_SCHEMA_VERSION}")
        elif version != _SCHEMA_VERSION:
            raise LedgerError(path=str(self._path), reason=f"schema version {version}")

    def close(self) -> None:
        with self._lock:
            self._db.close()

    def __enter__(self) -> Ledger:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def recall(self, key: RequestKey) -> bytes | None:
        """The receipt of this very request, if it was issued.

        Raises:
            TransactionConflict: the transaction is known with another digest.
            LedgerError: the store fails.
        """
        with self._transaction():
            self._check(key)
            return self._receipt(key)

    def reserve(self, key: RequestKey, now: datetime) -> Reservation:
        """The next serial, with a time that is not before any earlier serial's.

        From here on the transaction stands for this digest, also if the answer is deferred.

        Raises:
            TransactionConflict: the transaction is known with another digest.
            LedgerError: the store fails.
        """
        with self._transaction():
            self._check(key)
            self._db.execute(
                "INSERT OR IGNORE INTO requests VALUES (?, ?, ?)",
                (key.requester, key.transaction, key.digest),
            )
            last = self._db.execute("SELECT time FROM serials ORDER BY serial DESC LIMIT 1").fetchone()
            seconds = max(int(now.timestamp()), int(last[0]) if last else 0)
            cursor = self._db.execute("INSERT INTO serials (time, state) VALUES (?, 'reserved')", (seconds,))
            return Reservation(int(cursor.lastrowid or 0), datetime.fromtimestamp(seconds, UTC))

    def commit(
        self, key: RequestKey, reservation: Reservation, receipt: bytes, evidence: Mapping[str, bytes]
    ) -> bytes:
        """Make a final receipt durable with its evidence; the bytes that may be answered.

        They are another's where an equal request came first; this reservation is void then.

        Raises:
            TransactionConflict: the transaction is known with another digest.
            LedgerError: the store fails; nothing was issued.
        """
        with self._transaction():
            self._check(key)
            earlier = self._receipt(key)
            if earlier is not None:
                self._state(reservation, "void")
                return earlier
            leaf = hashlib.sha256(receipt).hexdigest()
            self._state(reservation, "receipt")
            self._db.execute(
                "INSERT INTO receipts VALUES (?, ?, ?, ?, ?, ?)",
                (reservation.serial, key.requester, key.transaction, key.digest, receipt, leaf),
            )
            self._db.executemany(
                "INSERT INTO evidence VALUES (?, ?, ?)",
                [(reservation.serial, kind, data) for kind, data in sorted(evidence.items())],
            )
            self._db.execute("INSERT INTO log_pending VALUES (?, ?)", (reservation.serial, leaf))
        return receipt

    def defer(self, reservation: Reservation) -> None:
        """Account for a serial that went into an answer which is no receipt (waiting, an error)."""
        with self._transaction():
            self._state(reservation, "deferred")

    def last_time(self) -> datetime | None:
        """The time of the highest serial; None in a new ledger."""
        with self._transaction():
            last = self._db.execute("SELECT time FROM serials ORDER BY serial DESC LIMIT 1").fetchone()
            return None if last is None else datetime.fromtimestamp(last[0], UTC)

    def receipt(self, serial: int) -> Stored | None:
        """A receipt with its evidence.

        Raises:
            LedgerError: the store fails.
        """
        with self._transaction():
            row = self._db.execute(
                "SELECT s.time, r.receipt FROM receipts r JOIN serials s USING (serial) WHERE serial = ?",
                (serial,),
            ).fetchone()
            if row is None:
                return None
            evidence = self._db.execute("SELECT kind, data FROM evidence WHERE serial = ?", (serial,))
            return Stored(
                serial, datetime.fromtimestamp(row[0], UTC), bytes(row[1]), dict(evidence.fetchall())
            )

    def pending_leaves(self) -> tuple[tuple[int, str], ...]:
        """Serials and leaf hashes of receipts that no log has taken in yet."""
        with self._transaction():
            return tuple(self._db.execute("SELECT serial, leaf FROM log_pending ORDER BY serial").fetchall())

    def gaps(self) -> tuple[tuple[int, str], ...]:
        """Serials that no receipt has: ``reserved`` (a crash, or under way), ``deferred`` or ``void``."""
        with self._transaction():
            return tuple(
                self._db.execute(
                    "SELECT serial, state FROM serials WHERE state <> 'receipt' ORDER BY serial"
                ).fetchall()
            )

    def _check(self, key: RequestKey) -> None:
        row = self._db.execute(
            "SELECT digest FROM requests WHERE requester = ? AND transaction_id = ?",
            (key.requester, key.transaction),
        ).fetchone()
        if row is not None and row[0] != key.digest:
            raise TransactionConflict(transaction=key.transaction)

    def _receipt(self, key: RequestKey) -> bytes | None:
        row = self._db.execute(
            "SELECT receipt FROM receipts WHERE requester = ? AND transaction_id = ?",
            (key.requester, key.transaction),
        ).fetchone()
        return None if row is None else bytes(row[0])

    def _state(self, reservation: Reservation, state: str) -> None:
        changed = self._db.execute(
            "UPDATE serials SET state = ? WHERE serial = ? AND state = 'reserved'",
            (state, reservation.serial),
        )
        if changed.rowcount != 1:
            raise LedgerError(path=str(self._path), reason=f"serial {reservation.serial} was not reserved")

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        """One write transaction; whatever fails inside leaves nothing behind."""
        with self._lock:
            try:
                self._db.execute("BEGIN IMMEDIATE")
                try:
                    yield
                    self._db.execute("COMMIT")
                except BaseException:
                    if self._db.in_transaction:
                        self._db.execute("ROLLBACK")
                    raise
            except sqlite3.Error as error:
                raise self._failed(error) from error

    def _failed(self, error: sqlite3.Error) -> LedgerError:
        return LedgerError(path=str(self._path), reason=str(error))
