"""A ledger's schema brought up to date: on SQLite at the start, on PostgreSQL when an operator says so."""

from __future__ import annotations

import threading
from pathlib import Path

from sqlalchemy import Connection, inspect, text

from trustspace.store.database import Database
from trustspace.store.errors import LedgerError, LedgerNotMigrated
from trustspace.store.schema import HEAD

_SCRIPTS = Path(__file__).parent / "migrations"
_FIRST = "0001"
# Any number, the same for all nodes of a database: two migrations at a time would meet.
_ADVISORY_LOCK = 0x7472757374
_ALONE = threading.Lock()


def revision(connection: Connection) -> str | None:
    """The schema's revision; None in an empty database."""
    if inspect(connection).has_table("alembic_version"):
        found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
        return None if found is None else str(found)
    # The first ledgers were SQLite files with a version of their own.
    if connection.dialect.name == "sqlite":
        version = int(connection.exec_driver_sql("PRAGMA user_version").scalar_one())
        if version:
            return _FIRST if version == 1 else str(version)
    return None


def require_current(database: Database) -> None:
    """Let only a ledger of this version through.

    Raises:
        LedgerNotMigrated: ``node migrate`` is needed first.
        LedgerError: it cannot be read, or is of a later version.
    """
    with database.reading() as connection:
        found = revision(connection)
    if found == HEAD:
        return
    if found is None or found < HEAD:
        raise LedgerNotMigrated(path=database.name, found=found or "empty", needed=HEAD)
    raise LedgerError(path=database.name, reason=f"schema revision {found} is of a later version")


def migrate(database: Database) -> tuple[str | None, str]:
    """Bring the schema to this version's, all or nothing; the revisions before and after.

    Raises:
        LedgerError: it cannot be written, or is of a later version.
    """
    # alembic keeps its context in globals.
    with _ALONE, database.writing() as connection:
        if not database.is_sqlite:
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})
        found = revision(connection)
        if found is not None and found > HEAD:
            raise LedgerError(path=database.name, reason=f"schema revision {found} is of a later version")
        if found != HEAD:
            _upgrade(connection, found)
    return found, HEAD


def _upgrade(connection: Connection, found: str | None) -> None:
    # Only a ledger that is not up to date needs alembic: a node starts without it.
    from alembic.config import Config  # noqa: PLC0415
    from alembic.runtime.environment import EnvironmentContext  # noqa: PLC0415
    from alembic.runtime.migration import MigrationContext, RevisionStep  # noqa: PLC0415
    from alembic.script import ScriptDirectory  # noqa: PLC0415

    scripts = ScriptDirectory(str(_SCRIPTS))
    if found == _FIRST and not inspect(connection).has_table("alembic_version"):
        MigrationContext.configure(connection).stamp(scripts, _FIRST)

    def steps(current: tuple[str, ...] | str, context: MigrationContext) -> list[RevisionStep]:
        del context
        return scripts._upgrade_revs(HEAD, current)  # type: ignore[arg-type]

    with EnvironmentContext(Config(), scripts, fn=steps) as environment:
        environment.configure(connection=connection)
        environment.run_migrations()
