"""Every test of the ledger runs on both databases."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from support.postgresql import Cluster
from trustspace.store.database import Database
from trustspace.store.ledger import Evidence, Ledger, Order, RequestKey, Reservation
from trustspace.store.migrate import migrate

NOW = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)
KEY = RequestKey("by", "urn:tx:1", "aa" * 32)


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    started = Cluster.start()
    yield started
    started.stop()


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Path | str:
    """A database in which nothing is yet."""
    if request.param == "sqlite":
        return tmp_path / "ledger.db"
    started: Cluster = request.getfixturevalue("cluster")
    return started.database()


@pytest.fixture
def where(empty: Path | str) -> Path | str:
    """A database that is up to date."""
    database = Database(empty)
    migrate(database)
    database.close()
    return empty


@pytest.fixture
def ledger(where: Path | str) -> Iterator[Ledger]:
    with Ledger(where, clock=lambda: NOW) as opened:
        yield opened


def key(number: int, digest: str = "aa", requester: str = "by") -> RequestKey:
    return RequestKey(requester, f"urn:tx:{number}", digest * 32)


def order(
    what: RequestKey = KEY,
    receipt: bytes | None = None,
    *,
    evidence: Evidence | None = None,
    final: bool = True,
    sign: Callable[[Reservation], bytes] | None = None,
) -> Order:
    def signed(reservation: Reservation) -> bytes:
        return receipt if receipt is not None else f"{what.transaction} {reservation.serial}".encode()

    return Order(what, sign or signed, evidence or Evidence(), final)
