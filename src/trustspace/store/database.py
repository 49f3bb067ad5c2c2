"""One database behind an engine: SQLite by default, PostgreSQL for real load; durable or refused.

What is committed must survive a loss of power, since it is answered right after. SQLite: WAL,
``synchronous=FULL``, writers begin with ``BEGIN IMMEDIATE``. PostgreSQL: ``synchronous_commit=on`` for every
session, and a server that runs with ``fsync=off`` or ``full_page_writes=off`` is not used.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry

from trustspace.store.errors import LedgerError

LOCK_TIMEOUT = 30
"""Seconds that a writer waits for others: longer than a time-stamp authority may take for one batch."""
_WRITING = "trustspace_writing"
_POOL = 8


class Database:
    """An engine with its rules; may be shared by threads, the database by processes."""

    def __init__(self, where: Path | str) -> None:
        """``where`` is an SQLite file, or an SQLAlchemy URL (``postgresql://…``); nothing is opened yet.

        Raises:
            LedgerError: the URL is none, or of another database.
        """
        url = _url(where)
        self.name = url.database or "" if url.get_backend_name() == "sqlite" else url.render_as_string()
        kind = url.get_backend_name()
        if kind == "sqlite":
            self.engine = create_engine(url, pool_size=_POOL, connect_args={"timeout": LOCK_TIMEOUT})
            event.listen(self.engine, "connect", _set_up_sqlite)
            event.listen(self.engine, "begin", _begin_sqlite)
        elif kind == "postgresql":
            options = f"-c lock_timeout={LOCK_TIMEOUT}s -c idle_in_transaction_session_timeout=120s"
            self.engine = create_engine(
                url, pool_size=_POOL, pool_pre_ping=True, connect_args={"options": options}
            )
            event.listen(self.engine, "connect", _set_up_postgresql)
        else:
            raise LedgerError(path=self.name, reason=f"no such kind of database: {kind}")
        # Without a transaction a query is one exchange with the server instead of three.
        self._readers = (
            self.engine if kind == "sqlite" else self.engine.execution_options(isolation_level="AUTOCOMMIT")
        )
        self._errors: tuple[type[Exception], ...] = (SQLAlchemyError, _driver_error(self.engine))

    @property
    def is_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    def close(self) -> None:
        self.engine.dispose()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """For queries; waits for no writer. Raises :class:`LedgerError`.

        On SQLite they see one state of the database; on PostgreSQL each sees what was committed before it.
        """
        try:
            with self._readers.connect() as connection:
                yield connection
        except self._errors as error:
            raise self.failed(error) from error

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One write transaction; whatever fails inside leaves nothing behind. Raises :class:`LedgerError`."""
        try:
            with self.engine.connect() as connection:
                writer = connection.execution_options(**{_WRITING: True})
                with writer.begin():
                    yield writer
        except self._errors as error:
            raise self.failed(error) from error

    def failed(self, error: Exception) -> LedgerError:
        """The database's own words, its first line: no statement, no parameters, no password."""
        cause = getattr(error, "orig", None) or error
        lines = str(cause).strip().splitlines() or [type(cause).__name__]
        return LedgerError(path=self.name, reason=lines[0])


def _url(where: Path | str) -> URL:
    if isinstance(where, Path):
        return URL.create("sqlite", database=str(where))
    try:
        url = make_url(where)
    except ArgumentError as error:
        # What is written there may hold a password: it is not repeated.
        raise LedgerError(path="database", reason="not the URL of a database") from error
    if url.drivername in ("postgresql", "postgres"):
        url = url.set(drivername="postgresql+psycopg")
    return url


def _driver_error(engine: Engine) -> type[Exception]:
    driver: Any = engine.dialect.loaded_dbapi
    error: type[Exception] = driver.Error
    return error


def _set_up_sqlite(connection: Any, record: ConnectionPoolEntry) -> None:
    del record
    # The driver is to begin nothing by itself: _begin_sqlite does.
    connection.isolation_level = None
    for setting in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {setting}").close()


def _begin_sqlite(connection: Connection) -> None:
    writing = connection.get_execution_options().get(_WRITING, False)
    # A transaction that begins by reading and writes later may fail where another wrote in between.
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def _set_up_postgresql(connection: Any, record: ConnectionPoolEntry) -> None:
    del record
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit TO on")
        for setting in ("fsync", "full_page_writes"):
            cursor.execute(f"SHOW {setting}")
            if cursor.fetchone()[0] != "on":
                connection.rollback()
                raise LedgerError(
                    path=connection.info.dbname, reason=f"{setting} is off: what is committed could be lost"
                )
    connection.commit()
