"""A node's JSON API as one asynchronous class::

async with Client("https://ttp.example", trust=ReceiptVerifier(snapshot, evidence)) as node:
    answer = await node.validate(signature, content=Path("contract.pdf"))
    if answer.outcome is Outcome.VALID: ...
"""

from __future__ import annotations

import asyncio
import json
import re
import uuid
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self

import httpx

from trustspace.client.errors import AnswerUnusable, NodeUnreachable, ReceiptNotBelieved, Refused
from trustspace.client.results import Receipt, Validation, read_validation, receipt_of
from trustspace.documents.content import Content
from trustspace.receipts.parsing import ReceiptUnreadable
from trustspace.receipts.report import Standing
from trustspace.receipts.verify import ReceiptVerifier
from trustspace.validation.times import Times

ANSWER_LIMIT = 64 << 20
"""Octets of an answer that are read."""

_ID = re.compile(r"[0-9a-f]{64}")
_FINAL, _DEFERRED = 200, 202


def _now() -> datetime:
    return datetime.now(UTC)


class Client:
    """Asks one node; close it, or use it in ``async with``."""

    def __init__(
        self,
        base_url: str,
        *,
        trust: ReceiptVerifier | None = None,
        language: str = "en",
        timeout: float = 90.0,
        clock: Callable[[], datetime] = _now,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        """``trust`` verifies every answer before it is handed out; without it none is verified.

        ``language`` ("en", "ru") is that of the node's words. ``timeout`` (seconds) bounds each step of an
        exchange: connecting, and each wait for the node to take or give octets. ``transport`` is httpx's,
        for mutual TLS or a proxy.
        """
        self._trust = trust
        self._clock = clock
        self._http = httpx.AsyncClient(
            base_url=base_url,
            timeout=timeout,
            headers={"Accept-Language": language},
            follow_redirects=False,
            transport=transport,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def validate(
        self,
        document: bytes,
        *,
        content: bytes | Path | None = None,
        digests: Mapping[str, bytes] | None = None,
        transaction: str | None = None,
        kind: str | None = None,
        patience: float = 0.0,
    ) -> Validation:
        """Have a document validated.

        ``document`` is the signature, or the document with its signature. For a detached signature give the
        ``content`` (a file is streamed) or only its ``digests`` by algorithm name. ``transaction`` is an
        absolute URI; the same one with the same document gets the identical receipt. For up to ``patience``
        seconds a deferred or busy answer is asked for again.

        Raises:
            Refused: the node said no.
            NodeUnreachable: no answer in time.
            AnswerUnusable: its answer is none, or contradicts itself.
            ReceiptNotBelieved: its answer does not verify under ``trust``.
        """
        if content is not None and digests is not None:
            raise ValueError("content and digests exclude one another")
        fields = {"transaction": transaction or f"urn:uuid:{uuid.uuid4()}"}
        if digests is not None:
            fields["digests"] = json.dumps({name: value.hex() for name, value in digests.items()})
        if kind is not None:
            fields["kind"] = kind
        loop = asyncio.get_running_loop()
        until = loop.time() + patience
        while True:
            wait: float | None
            try:
                found = await self._ask(document, content, fields)
                if found.final:
                    break
                wait = found.retry_after
            except Refused as error:
                wait = error.retry_after
                if wait is None or loop.time() + wait > until:
                    raise
            else:
                if wait is None or loop.time() + wait > until:
                    break
            await asyncio.sleep(wait)
        return replace(found, receipt=self._verified(found.receipt, document, content))

    async def validation(self, name: str) -> Validation:
        """A final validation, read again by its id; its receipt is verified, without the document.

        Raises: as :meth:`validate`; Refused with status 404 where there is none.
        """
        found = read_validation(_json(await self._get("/v1/validations/", name, "application/json")))
        if found.id != name:
            raise AnswerUnusable(reason="another validation")
        return replace(found, receipt=self._verified(found.receipt, None, None))

    async def receipt(self, name: str) -> Receipt:
        """A receipt by its id; it is verified, without the document. Raises: as :meth:`validation`."""
        dvc = await self._get("/v1/receipts/", name, "application/dvcs")
        return self._verified(receipt_of(name, dvc), None, None)

    async def _ask(
        self, document: bytes, content: bytes | Path | None, fields: Mapping[str, str]
    ) -> Validation:
        with ExitStack() as opened:
            # The document goes first: it says how the content is hashed while that arrives.
            files: list[tuple[str, tuple[str | None, bytes | BinaryIO]]] = [
                ("document", ("document", document))
            ]
            files += [(name, (None, value.encode())) for name, value in fields.items()]
            if isinstance(content, Path):
                files.append(("content", ("content", opened.enter_context(content.open("rb")))))
            elif content is not None:
                files.append(("content", ("content", content)))
            status, headers, body = await self._exchange("POST", "/v1/validations", files=files)
        found = read_validation(_json(body), _seconds(headers.get("retry-after")))
        if (status == _FINAL) is not found.final:
            raise AnswerUnusable(reason=f"status {status} of an answer that is not one of it")
        if found.transaction != fields["transaction"]:
            raise AnswerUnusable(reason="another transaction")
        return found

    async def _get(self, path: str, name: str, accept: str) -> bytes:
        if not _ID.fullmatch(name):
            raise ValueError("an id is 64 hexadecimal digits")
        _, _, body = await self._exchange("GET", path + name, headers={"Accept": accept})
        return body

    async def _exchange(self, method: str, path: str, **more: Any) -> tuple[int, httpx.Headers, bytes]:
        body = bytearray()
        try:
            async with self._http.stream(method, path, **more) as answer:
                async for chunk in answer.aiter_bytes():
                    body += chunk
                    if len(body) > ANSWER_LIMIT:
                        raise AnswerUnusable(reason=f"more than {ANSWER_LIMIT} octets")
        except httpx.HTTPError as error:
            reason = str(error) or type(error).__name__
            raise NodeUnreachable(url=str(self._http.base_url), reason=reason) from error
        if answer.status_code not in (_FINAL, _DEFERRED):
            raise _refused(answer.status_code, answer.headers, bytes(body))
        return answer.status_code, answer.headers, bytes(body)

    def _verified(self, receipt: Receipt, document: bytes | None, content: bytes | Path | None) -> Receipt:
        if self._trust is None:
            return receipt
        try:
            report = self._trust.verify(
                receipt.dvc,
                Times.at(self._clock()),
                document=None if document is None else Content.of_bytes(document),
                content=_content(content),
            )
        except ReceiptUnreadable as error:
            raise AnswerUnusable(reason=str(error)) from error
        if report.standing is not Standing.HOLDS:
            raise ReceiptNotBelieved(causes=", ".join(dict.fromkeys(each.code for each in report.causes)))
        if document is not None and not any(check.matches for check in report.imprints):
            raise ReceiptNotBelieved(causes="RECEIPT_DOCUMENT_MISMATCH")
        return replace(receipt, verified=report)


def _content(content: bytes | Path | None) -> Content | None:
    if isinstance(content, Path):
        return Content.of_stream(lambda: content.open("rb"), content.name)
    return None if content is None else Content.of_bytes(content)


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise AnswerUnusable(reason="not JSON") from error


def _seconds(value: str | None) -> float | None:
    """``Retry-After`` in seconds; its other form, a date, is no node's."""
    return float(value) if value is not None and value.isascii() and value.isdigit() else None


def _refused(status: int, headers: httpx.Headers, body: bytes) -> Refused:
    try:
        said = json.loads(body)
        code, message, remedy = str(said["code"]), str(said["message"]), str(said["remedy"])
        given = said["parameters"]
    except (ValueError, RecursionError, KeyError, TypeError):
        raise AnswerUnusable(reason=f"status {status}, and no problem document") from None
    refused = Refused(status, code, message, remedy, _seconds(headers.get("retry-after")))
    if isinstance(given, dict):
        refused.parameters = {str(k): v for k, v in given.items() if v is None or isinstance(v, str | int)}
    return refused
