"""What a node answered, as frozen values."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from trustspace.client.errors import AnswerUnusable
from trustspace.receipts.content_checks import read_answer
from trustspace.receipts.outcome import Outcome
from trustspace.receipts.parsing import ReceiptUnreadable, parse_receipt
from trustspace.receipts.report import ReceiptReport


@dataclass(frozen=True, slots=True)
class Receipt:
    """A signed answer. ``id`` is None where it is deferred, and no receipt.

    ``dvc`` is its DER (RFC 3029), ``outcome`` what that says. ``verified`` is what verification found; None
    where the client was given no trust to verify with.
    """

    id: str | None
    outcome: Outcome
    dvc: bytes
    verified: ReceiptReport | None = None


@dataclass(frozen=True, slots=True)
class Validation:
    """A node's answer about one document.

    ``report`` is the node's own validation as ``trustspace validate --json`` shows it.
    ``transaction`` is None where the validation was read again.
    """

    id: str | None
    outcome: Outcome
    transaction: str | None
    ground: str | None
    alarm: bool
    report: Mapping[str, Any]
    receipt: Receipt
    retry_after: float | None = None
    """Seconds after which a deferred answer may be asked for again."""

    @property
    def final(self) -> bool:
        """Whether there is a receipt; where not, the same transaction is to be asked again."""
        return self.id is not None


def read_receipt(values: Any) -> Receipt:
    """A receipt from the API's JSON; what it says must be what its signed octets say.

    Raises:
        AnswerUnusable: it is none, or contradicts itself.
    """
    try:
        name, said = values["id"], Outcome(values["outcome"])
        dvc = base64.b64decode(values["dvc"], validate=True)
    except (KeyError, TypeError, ValueError, binascii.Error) as error:
        raise AnswerUnusable(reason=f"no receipt ({type(error).__name__})") from error
    return receipt_of(name, dvc, said)


def receipt_of(name: str | None, dvc: bytes, said: Outcome | None = None) -> Receipt:
    """A receipt from its octets. Raises AnswerUnusable."""
    try:
        parsed = parse_receipt(dvc)
        outcome = read_answer(parsed.response, parsed.details).outcome
    except ReceiptUnreadable as error:
        raise AnswerUnusable(reason=str(error)) from error
    if said is not None and said is not outcome:
        raise AnswerUnusable(reason=f"it says {said.value}, and its receipt says {outcome.value}")
    if name is not None and name != hashlib.sha256(dvc).hexdigest():
        raise AnswerUnusable(reason="the receipt's id is not of its octets")
    if (name is None) is outcome.final:
        raise AnswerUnusable(reason="a final answer has an id, a deferred one none")
    return Receipt(name, outcome, dvc)


def read_validation(values: Any, retry_after: float | None = None) -> Validation:
    """A validation from the API's JSON. Raises AnswerUnusable."""
    try:
        receipt = read_receipt(values["receipt"])
        found = Validation(
            id=values["id"],
            outcome=Outcome(values["outcome"]),
            transaction=values["transaction"],
            ground=values["ground"],
            alarm=values["alarm"] is not False,
            report=dict(values["report"]),
            receipt=receipt,
            retry_after=retry_after,
        )
    except (KeyError, TypeError, ValueError) as error:
        raise AnswerUnusable(reason=f"no validation ({type(error).__name__})") from error
    if found.outcome is not receipt.outcome or found.id != receipt.id:
        raise AnswerUnusable(reason="validation and receipt disagree")
    return found
