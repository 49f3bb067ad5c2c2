"""Finding receipts again: by id, document, signer, who asked, and time; newest first, in pages.

Who looked, and on what ground, is the caller's to record.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Select, select

from trustspace.store import schema
from trustspace.store.database import Database
from trustspace.store.model import Found
from trustspace.store.schema import storable

PAGE = 100
"""Results of one call."""


class Search:
    """Searches one ledger. All methods raise LedgerError where the store fails.

    ``before`` continues a search: only receipts with a lower serial. ``limit`` is at most :data:`PAGE`.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def by_id(self, sha256: str) -> Found | None:
        """The receipt whose bytes have this SHA-256 (hexadecimal): its unguessable id."""
        found = self._page(_query().where(schema.receipts.c.sha256 == sha256.lower()), None, 1)
        return found[0] if found else None

    def by_serial(self, serial: int) -> Found | None:
        """The receipt with this serial."""
        found = self._page(_query().where(schema.receipts.c.serial == serial), None, 1)
        return found[0] if found else None

    def by_document(self, digest: str, *, before: int | None = None, limit: int = PAGE) -> tuple[Found, ...]:
        """Receipts about a document or content with this digest (hexadecimal, any algorithm)."""
        documents = schema.documents
        serials = select(documents.c.serial).where(documents.c.digest == storable(digest.lower()))
        return self._page(_query().where(schema.receipts.c.serial.in_(serials)), before, limit)

    def by_signer(
        self, value: str, *, kind: str | None = None, before: int | None = None, limit: int = PAGE
    ) -> tuple[Found, ...]:
        """Receipts about signatures of this signer: a national identity, a subject, a certificate's SHA-256.

        ``kind`` narrows it to one of them.
        """
        signers = schema.signers
        serials = select(signers.c.serial).where(signers.c.value == storable(value))
        if kind is not None:
            serials = serials.where(signers.c.kind == kind)
        return self._page(_query().where(schema.receipts.c.serial.in_(serials)), before, limit)

    def by_requester(
        self, requester: str, *, before: int | None = None, limit: int = PAGE
    ) -> tuple[Found, ...]:
        """Receipts that this requester or peer asked for."""
        return self._page(_query().where(schema.requests.c.requester == storable(requester)), before, limit)

    def by_time(
        self, since: datetime, until: datetime, *, before: int | None = None, limit: int = PAGE
    ) -> tuple[Found, ...]:
        """Receipts issued from ``since`` to before ``until``."""
        time = schema.serials.c.time
        within = (time >= _seconds(since)) & (time < _seconds(until))
        return self._page(_query().where(within), before, limit)

    def by_evidence(self, sha256: str, *, before: int | None = None, limit: int = PAGE) -> tuple[Found, ...]:
        """Receipts that rest on these octets: a certificate, CRL, OCSP response or receipt (SHA-256)."""
        evidence = schema.evidence
        serials = select(evidence.c.serial).where(evidence.c.sha256 == sha256.lower())
        return self._page(_query().where(schema.receipts.c.serial.in_(serials)), before, limit)

    def _page(self, query: Select[Any], before: int | None, limit: int) -> tuple[Found, ...]:
        serial = schema.receipts.c.serial
        if before is not None:
            query = query.where(serial < before)
        query = query.order_by(serial.desc()).limit(max(1, min(limit, PAGE)))
        with self._database.reading() as connection:
            return tuple(
                Found(
                    row.serial, datetime.fromtimestamp(row.time, UTC), row.sha256, row.requester, row.outcome
                )
                for row in connection.execute(query)
            )


def _query() -> Select[Any]:
    receipts, serials, requests = schema.receipts, schema.serials, schema.requests
    return (
        select(receipts.c.serial, serials.c.time, receipts.c.sha256, requests.c.requester, receipts.c.outcome)
        .join_from(receipts, serials)
        .join(requests, requests.c.key == receipts.c.request)
    )


def _seconds(moment: datetime) -> int:
    """Times are stored in whole seconds: the first one at or after the moment."""
    return -int(-moment.timestamp() // 1)
