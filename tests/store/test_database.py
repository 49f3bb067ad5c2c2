"""What is committed is on the disk; schemas are brought up to date, or refused."""

from __future__ import annotations

import hashlib
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from store.conftest import KEY, key, order
from support.postgresql import Cluster
from trustspace.store import migrations, schema
from trustspace.store.database import Database
from trustspace.store.ledger import Ledger, LedgerError, LedgerNotMigrated, RequestKey, TransactionConflict
from trustspace.store.migrate import migrate

FIRST_LEDGER = """
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
PRAGMA user_version=1;
"""
"""The schema of the first ledgers (user_version 1), as they were released."""


def first_ledger(path: Path) -> None:
    leaf = hashlib.sha256(b"receipt").hexdigest()
    with sqlite3.connect(path) as database:
        database.executescript(FIRST_LEDGER)
        states = enumerate(["deferred", "receipt", "void", "reserved"], 1)
        database.executemany("INSERT INTO serials VALUES (?, 1700000000, ?)", states)
        for transaction in (KEY.transaction, "waiting"):
            database.execute(
                "INSERT INTO requests VALUES (?, ?, ?)", (KEY.requester, transaction, KEY.digest)
            )
        database.execute(
            "INSERT INTO receipts VALUES (2, ?, ?, ?, ?, ?)",
            (KEY.requester, KEY.transaction, KEY.digest, b"receipt", leaf),
        )
        database.executemany("INSERT INTO evidence VALUES (2, ?, ?)", [("report", b"{}"), ("facts/0", b"{}")])
        database.execute("INSERT INTO log_pending VALUES (2, ?)", (leaf,))
    database.close()


def test_what_reaches_sqlite_is_synced(tmp_path: Path) -> None:
    with Ledger(tmp_path / "ledger.db") as ledger, ledger._database.writing() as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
        # BEGIN IMMEDIATE: nobody else can begin to write now.
        other = sqlite3.connect(tmp_path / "ledger.db", timeout=0, isolation_level=None)
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("BEGIN IMMEDIATE")
        other.close()


def test_what_reaches_postgresql_is_synced(cluster: Cluster) -> None:
    url = cluster.database()
    cluster.sql("ALTER DATABASE test SET synchronous_commit TO off")
    database = Database(url)
    migrate(database)
    with database.writing() as connection:
        for setting in ("synchronous_commit", "fsync", "full_page_writes"):
            assert connection.exec_driver_sql(f"SHOW {setting}").scalar() == "on"
    database.close()


def test_a_server_that_does_not_sync_is_refused(cluster: Cluster) -> None:
    url = cluster.database()
    cluster.sql("ALTER SYSTEM SET fsync TO off")
    cluster.sql("SELECT pg_reload_conf()")
    try:
        for _ in range(100):
            if cluster.sql("SHOW fsync") == "off":
                break
        with pytest.raises(LedgerError, match="fsync is off"):
            Ledger(url)
    finally:
        cluster.sql("ALTER SYSTEM RESET fsync")
        cluster.sql("SELECT pg_reload_conf()")
        for _ in range(100):
            if cluster.sql("SHOW fsync") == "on":
                break


def test_postgresql_is_never_migrated_by_itself(cluster: Cluster) -> None:
    url = cluster.database()
    with pytest.raises(LedgerNotMigrated) as refused:
        Ledger(url)
    assert refused.value.parameters["needed"] == schema.HEAD
    database = Database(url)
    assert migrate(database) == (None, schema.HEAD)
    assert migrate(database) == (schema.HEAD, schema.HEAD)
    database.close()
    with Ledger(url) as ledger:
        assert ledger.issue(order(KEY, b"one")) == b"one"


def test_the_migrated_schema_is_the_one_that_the_code_has(empty: Path | str) -> None:
    database = Database(empty)
    migrate(database)
    with database.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, schema.metadata) == []
    database.close()


def test_the_newest_revision_is_the_one_that_the_code_needs() -> None:
    scripts = ScriptDirectory(str(Path(migrations.__file__).parent))
    assert scripts.get_heads() == [schema.HEAD]


def test_several_migrate_at_a_time(empty: Path | str) -> None:
    done: list[tuple[str | None, str]] = []

    def run() -> None:
        database = Database(empty)
        done.append(migrate(database))
        database.close()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done, key=str) == [(schema.HEAD, schema.HEAD)] * 3 + [(None, schema.HEAD)]


def test_processes_may_start_on_a_new_file_at_a_time(tmp_path: Path) -> None:
    program = (
        "import sys, pathlib; from trustspace.store.ledger import Ledger;"
        "Ledger(pathlib.Path(sys.argv[1])).close()"
    )
    line = [sys.executable, "-c", program, str(tmp_path / "ledger.db")]
    started = [subprocess.Popen(line, stderr=subprocess.PIPE) for _ in range(3)]
    for process in started:
        _, err = process.communicate(timeout=60)
        assert process.returncode == 0, err.decode()


def test_a_first_ledger_is_taken_over_with_all_it_holds(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    first_ledger(path)
    with Ledger(path) as ledger:
        assert ledger.recall(KEY) == b"receipt"
        with pytest.raises(TransactionConflict):
            ledger.recall(RequestKey(KEY.requester, "waiting", "bb" * 32))
        stored = ledger.receipt(2)
        assert stored is not None
        assert stored.evidence == {"report": b"{}", "facts/0": b"{}"}
        assert ledger.pending_leaves() == ((2, stored.sha256),)
        assert ledger.gaps() == ((1, "deferred"), (3, "void: ANSWERED_BEFORE"), (4, "void: INTERRUPTED"))
        assert int(ledger.issue(order(key(9))).split()[-1]) == 5
        found = ledger.search.by_serial(2)
        assert found is not None
        assert ledger.search.by_requester(KEY.requester)[-1] == found
    with sqlite3.connect(path) as database:
        # The first version refuses what it does not know.
        assert database.execute("PRAGMA user_version").fetchone() == (2,)
    database.close()


def test_a_migration_that_fails_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    first_ledger(path)
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA foreign_keys=OFF")
        database.execute("INSERT INTO log_pending VALUES (77, 'of no receipt')")
    database.close()
    with pytest.raises(LedgerError):
        Ledger(path)
    with sqlite3.connect(path) as database:
        assert database.execute("PRAGMA user_version").fetchone() == (1,)
        assert database.execute("SELECT receipt FROM receipts").fetchone() == (b"receipt",)
    database.close()


def test_what_is_no_ledger_is_refused_with_a_clear_error(tmp_path: Path) -> None:
    garbage = tmp_path / "garbage.db"
    garbage.write_bytes(b"not a database" * 100)
    later = tmp_path / "later.db"
    database = sqlite3.connect(later)
    database.execute("PRAGMA user_version=99")
    database.close()
    for where in (garbage, later, tmp_path / "no such folder" / "ledger.db", "mysql://x/y", "no url"):
        with pytest.raises(LedgerError):
            Ledger(where)


def test_a_later_revision_is_refused(where: Path | str) -> None:
    database = Database(where)
    with database.writing() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(LedgerError, match="later version"):
        Ledger(where)
    with pytest.raises(LedgerError, match="later version"):
        migrate(database)
    database.close()


def test_no_error_tells_a_password() -> None:
    with pytest.raises(LedgerError) as refused:
        Ledger("postgresql://node:secret@127.0.0.1:1/db")
    assert "secret" not in str(refused.value)
    with pytest.raises(LedgerError) as refused:
        Ledger("postgresql//node:secret@127.0.0.1:1/db")
    assert "secret" not in str(refused.value)
