"""The ledger: once, in order, durable."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from trustspace.store.ledger import Ledger, LedgerError, RequestKey, TransactionConflict

NOW = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)
KEY = RequestKey("by", "urn:tx:1", "aa" * 32)


def test_equal_request_gets_the_identical_bytes(tmp_path: Path) -> None:
    with Ledger(tmp_path / "ledger.db") as ledger:
        assert ledger.recall(KEY) is None
        assert (
            ledger.commit(KEY, ledger.reserve(KEY, NOW), b"receipt one", {"report": b"{}"}) == b"receipt one"
        )
        assert ledger.recall(KEY) == b"receipt one"
        # A second one that was under way at the same time loses, and answers with the first's bytes.
        late = ledger.reserve(KEY, NOW)
        assert ledger.commit(KEY, late, b"receipt two", {}) == b"receipt one"
        assert ledger.gaps() == ((late.serial, "void"),)


def test_same_transaction_for_another_document_is_a_conflict(tmp_path: Path) -> None:
    other = RequestKey(KEY.requester, KEY.transaction, "bb" * 32)
    with Ledger(tmp_path / "ledger.db") as ledger:
        # Asking alone binds nothing: a request that could not be read may be corrected.
        ledger.recall(other)
        reservation = ledger.reserve(KEY, NOW)
        with pytest.raises(TransactionConflict):
            ledger.recall(other)
        with pytest.raises(TransactionConflict):
            ledger.reserve(other, NOW)
        with pytest.raises(TransactionConflict):
            ledger.commit(other, reservation, b"x", {})
        # Another requester's transaction identifiers are a space of their own.
        assert ledger.recall(RequestKey("kz", KEY.transaction, "bb" * 32)) is None


def test_serials_rise_and_times_never_fall_even_when_the_clock_does(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    with Ledger(path) as ledger:
        first = ledger.reserve(KEY, NOW)
        second = ledger.reserve(KEY, NOW - timedelta(hours=1))
    with Ledger(path) as ledger:  # a restart
        third = ledger.reserve(KEY, NOW - timedelta(days=1))
    assert first.serial < second.serial < third.serial
    assert first.time == second.time == third.time == NOW


def test_a_deferred_answer_is_no_receipt_and_is_judged_again(tmp_path: Path) -> None:
    with Ledger(tmp_path / "ledger.db") as ledger:
        waiting = ledger.reserve(KEY, NOW)
        ledger.defer(waiting)
        assert ledger.recall(KEY) is None
        final = ledger.reserve(KEY, NOW)
        ledger.commit(KEY, final, b"final", {})
        assert ledger.recall(KEY) == b"final"
        assert ledger.gaps() == ((waiting.serial, "deferred"),)


def test_receipt_evidence_and_log_row_commit_together(tmp_path: Path) -> None:
    with Ledger(tmp_path / "ledger.db") as ledger:
        reservation = ledger.reserve(KEY, NOW)
        ledger.commit(KEY, reservation, b"final", {"report": b"{}", "facts": b"[]"})
        stored = ledger.receipt(reservation.serial)
        assert stored is not None
        assert stored.time == NOW
        assert stored.evidence == {"report": b"{}", "facts": b"[]"}
        assert [serial for serial, _ in ledger.pending_leaves()] == [reservation.serial]


def test_a_serial_that_was_not_reserved_issues_nothing(tmp_path: Path) -> None:
    with Ledger(tmp_path / "ledger.db") as ledger:
        reservation = ledger.reserve(KEY, NOW)
        ledger.defer(reservation)
        with pytest.raises(LedgerError):
            ledger.commit(KEY, reservation, b"x", {"report": b"{}"})
        assert ledger.recall(KEY) is None
        assert ledger.receipt(reservation.serial) is None


def test_a_killed_process_leaves_a_gap_and_no_second_use_of_its_serial(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    script = (
        "import os, sys; from pathlib import Path; from datetime import datetime, UTC;"
        "from trustspace.store.ledger import Ledger, RequestKey;"
        "ledger = Ledger(Path(sys.argv[1]));"
        "key = RequestKey('a', 'b', 'c');"
        "print(ledger.reserve(key, datetime(2026, 3, 1, tzinfo=UTC)).serial, flush=True);"
        "os.kill(os.getpid(), 9)"
    )
    killed = subprocess.run([sys.executable, "-c", script, str(path)], capture_output=True, check=False)
    assert killed.returncode == -9
    with Ledger(path) as ledger:
        assert ledger.gaps() == ((int(killed.stdout), "reserved"),)
        assert ledger.reserve(KEY, NOW).serial > int(killed.stdout)


def test_threads_get_distinct_serials_in_time_order(tmp_path: Path) -> None:
    with Ledger(tmp_path / "ledger.db") as ledger, ThreadPoolExecutor(8) as pool:
        reserved = list(pool.map(lambda n: ledger.reserve(KEY, NOW + timedelta(seconds=n % 3)), range(40)))
    ordered = sorted(reserved, key=lambda r: r.serial)
    assert len({r.serial for r in reserved}) == 40
    assert [r.time for r in ordered] == sorted(r.time for r in ordered)


def test_what_reaches_the_disk_is_synced(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    with Ledger(path) as ledger:
        ledger.reserve(KEY, NOW)
        assert ledger._db.execute("PRAGMA synchronous").fetchone()[0] == 2
        assert ledger._db.execute("PRAGMA journal_mode").fetchone()[0] == "wal"


def test_a_file_that_is_no_ledger_is_refused_with_a_clear_error(tmp_path: Path) -> None:
    garbage = tmp_path / "garbage.db"
    garbage.write_bytes(b"not a database" * 100)
    with pytest.raises(LedgerError):
        Ledger(garbage)
    later = tmp_path / "later.db"
    database = sqlite3.connect(later)
    database.execute("PRAGMA user_version=99")
    database.close()
    with pytest.raises(LedgerError):
        Ledger(later)
    with pytest.raises(LedgerError):
        Ledger(tmp_path / "no such folder" / "ledger.db")
