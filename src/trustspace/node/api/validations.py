"""Validations as resources: asked for once, read again as often as wanted. Ids are the SHA-256 of the
receipt, which holds a random nonce: nobody guesses one from a serial.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol

from trustspace.encoding.dvcs import ServiceType
from trustspace.encoding.general_name import GeneralName
from trustspace.node.api.requests import Asked, RequestInvalid
from trustspace.receipts.content_checks import read_answer
from trustspace.receipts.issue import sha256_of
from trustspace.receipts.outcome import Outcome
from trustspace.receipts.parsing import Parsed, parse_receipt
from trustspace.receipts.request import (
    DetachedContent,
    Request,
    RequestMalformed,
    build_request,
    parse_request,
)
from trustspace.store.ledger import Ledger, TransactionConflict


class Answered(Protocol):
    """A signed answer, as :class:`trustspace.node.service.Settled`."""

    @property
    def answer(self) -> bytes: ...

    @property
    def deferred_report(self) -> bytes | None: ...


class Settles(Protocol):
    """What validations need of :class:`trustspace.node.service.Service`."""

    def settle(self, request: Request) -> Answered: ...


@dataclass(frozen=True, slots=True)
class Validation:
    """An answer with its report. ``id`` is None where it is deferred: that is no receipt, and not kept."""

    id: str | None
    outcome: Outcome
    answer: bytes
    parsed: Parsed
    report: dict[str, Any]
    transaction: str | None = None
    """Under which it was asked for; None where it is read again."""


class Validations:
    """Asks the service and reads the ledger; may be shared by threads."""

    def __init__(
        self,
        service: Settles,
        ledger: Ledger,
        clock: Callable[[], datetime],
        random: Callable[[int], bytes],
    ) -> None:
        self._service = service
        self._ledger = ledger
        self._clock = clock
        self._random = random

    def ask(self, asked: Asked) -> Validation:
        """The answer to what is asked; the same transaction gets the same receipt.

        Raises:
            RequestInvalid: the document cannot be read.
            TransactionConflict: the transaction stands for another document.
            NotReady, LedgerError, TimestampUnavailable: nothing was judged or issued; it may work later.
        """
        transaction = asked.transaction or f"urn:uuid:{uuid.UUID(bytes=self._random(16), version=4)}"
        request = parse_request(
            build_request(
                ServiceType.VSD,
                message=asked.document,
                nonce=int.from_bytes(b"\x01" + self._random(16), "big"),
                request_time=self._clock(),
                transaction=GeneralName.of_uri(transaction),
                detached=DetachedContent(asked.digests) if asked.digests else None,
            )
        )
        try:
            settled = self._service.settle(request)
        except RequestMalformed as error:
            raise RequestInvalid("document", str(error.parameters.get("reason"))) from error
        except TransactionConflict as error:
            raise TransactionConflict(transaction=transaction) from error
        if settled.deferred_report is None:
            found = self.find(sha256_of(settled.answer).hex())
            assert found is not None, "a final answer is in the ledger"
            return replace(found, transaction=transaction)
        deferred = _validation(None, settled.answer, settled.deferred_report)
        return replace(deferred, transaction=transaction)

    def find(self, sha256: str) -> Validation | None:
        """A validation of a document by its id. Raises LedgerError."""
        found = self._ledger.search.by_id(sha256)
        stored = None if found is None else self._ledger.receipt(found.serial)
        if stored is None:
            return None
        return _validation(stored.sha256, stored.receipt, stored.evidence.get("report", b"{}"))


def _validation(sha256: str | None, answer: bytes, report: bytes) -> Validation:
    parsed = parse_receipt(answer)
    outcome = read_answer(parsed.response, parsed.details).outcome
    return Validation(sha256, outcome, answer, parsed, json.loads(report))
