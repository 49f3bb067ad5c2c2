"""``POST /v1/validations``, ``GET /v1/validations/{id}``, ``GET /v1/receipts/{id}`` and
``GET /openapi.json``.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from functools import partial

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from trustspace.documents.open import NotASignature
from trustspace.errors import TrustspaceError
from trustspace.node.api.answers import (
    DER_TYPE,
    RETRY_AFTER,
    answer,
    language_of,
    preferred,
    problem,
    receipt_dict,
    validation_dict,
)
from trustspace.node.api.multipart import (
    MultipartMalformed,
    PartBegins,
    PartData,
    PartEnds,
    Reader,
    parameters,
)
from trustspace.node.api.openapi import describe
from trustspace.node.api.requests import (
    Asked,
    ContentDigests,
    Draft,
    RequestInvalid,
    check_kind,
    digests_of,
    read_json,
    read_json_value,
    transaction_of,
)
from trustspace.node.api.validations import Validation, Validations
from trustspace.node.app import HttpError, Run
from trustspace.node.config import Limits
from trustspace.node.log import log
from trustspace.store.ledger import TransactionConflict

CONTENT_LIMIT = 4 << 30
"""Octets of detached content that is hashed while it streams."""
JSON_TYPE = "application/json"
MULTIPART_TYPE = "multipart/form-data"

_TEXT_LIMIT = 16 * 1024
_OVERHEAD = 64 * 1024
_PIECE = 1 << 20
"""Octets that are hashed at a time, off the event loop."""
_SLOWEST = 64 * 1024
"""Octets a second that an upload must keep up, beside the time-out that any request has."""
_MAX_UPLOADS = 64
_ID = re.compile(r"[0-9a-f]{64}")

Handler = Callable[[Request], Awaitable[Response]]


class Api:
    """The routes of the JSON API over one node's validations."""

    def __init__(
        self, validations: Validations, limits: Limits, *, content_limit: int = CONTENT_LIMIT
    ) -> None:
        self._validations = validations
        self._limits = limits
        self._content_limit = content_limit
        self._uploads = 0

    def routes(self, run: Run) -> Sequence[BaseRoute]:
        """What is served; ``run`` runs work in a thread."""

        async def post(request: Request) -> Response:
            return await self._post(request, run)

        async def validation(request: Request) -> Response:
            found = await self._found(request, run)
            language = language_of(request.headers.get("accept-language"))
            return answer(validation_dict(found, language), language)

        async def receipt(request: Request) -> Response:
            found = await self._found(request, run)
            language = language_of(request.headers.get("accept-language"))
            wanted = preferred(request.headers.get("accept"), (JSON_TYPE, DER_TYPE))
            if wanted == DER_TYPE:
                headers = {"Vary": "Accept", "Cache-Control": "private"}
                return Response(found.answer, media_type=DER_TYPE, headers=headers)
            if wanted is None:
                raise HttpError(406, "HTTP_NOT_ACCEPTABLE", offered=f"{JSON_TYPE}, {DER_TYPE}")
            return answer(receipt_dict(found), language)

        async def openapi(request: Request) -> Response:
            del request
            return JSONResponse(describe())

        return (
            Route("/v1/validations", _guarded(post), methods=["POST"]),
            Route("/v1/validations/{id}", _guarded(validation), methods=["GET"]),
            Route("/v1/receipts/{id}", _guarded(receipt), methods=["GET"]),
            Route("/openapi.json", _guarded(openapi), methods=["GET"]),
        )

    async def _post(self, request: Request, run: Run) -> Response:
        if self._uploads >= _MAX_UPLOADS:
            raise HttpError(503, "NODE_BUSY")
        self._uploads += 1
        try:
            asked = await self._read(request, run)
        finally:
            self._uploads -= 1
        language = language_of(request.headers.get("accept-language"))
        found = await run(lambda: self._validations.ask(asked), asks=True)
        said = validation_dict(found, language)
        if found.id is None:
            return answer(said, language, 202, {"Retry-After": str(RETRY_AFTER)})
        return answer(said, language, 200, {"Content-Location": f"/v1/validations/{found.id}"})

    async def _read(self, request: Request, run: Run) -> Asked:
        given, more = parameters(request.headers.get("content-type", ""))
        if given == JSON_TYPE:
            body = bytearray()
            async for chunk in self._stream(request, self._limits.request * 4 // 3 + _OVERHEAD):
                body += chunk
            return await run(lambda: read_json(bytes(body)))
        if given == MULTIPART_TYPE:
            return await self._read_parts(request, Reader(more.get("boundary", "")), run)
        expected = f"{JSON_TYPE}, {MULTIPART_TYPE}"
        raise HttpError(415, "HTTP_CONTENT_TYPE", expected=expected, given=given[:100] or None)

    async def _read_parts(self, request: Request, reader: Reader, run: Run) -> Asked:
        parts = _Parts(self._limits.request)
        limit = self._limits.request + self._content_limit + _OVERHEAD
        async for chunk in self._stream(request, limit):
            for event in reader.feed(chunk):
                match event:
                    case PartBegins(name):
                        parts.begin(name)
                        if name == "content":
                            document = parts.content_begins()
                            parts.hashers = await run(partial(ContentDigests, document))
                    case PartData(data):
                        if parts.take(data):
                            await asyncio.to_thread(parts.hash)
                    case PartEnds():
                        await asyncio.to_thread(parts.end)
        reader.close()
        return parts.draft.asked()

    async def _stream(self, request: Request, limit: int) -> AsyncIterator[bytes]:
        """The body as it arrives: bounded in size, in silence and in slowness."""
        declared = request.headers.get("content-length", "")
        if declared.isascii() and declared.isdigit() and int(declared[:20]) > limit:
            raise HttpError(413, "HTTP_BODY_TOO_LARGE", limit=limit)
        clock = asyncio.get_running_loop().time
        started, received = clock(), 0
        chunks = request.stream().__aiter__()
        while True:
            allowed = started + self._limits.request_timeout + received / _SLOWEST
            try:
                async with asyncio.timeout_at(min(allowed, clock() + self._limits.request_timeout)):
                    chunk = await anext(chunks)
            except StopAsyncIteration:
                return
            except TimeoutError:
                raise HttpError(408, "HTTP_BODY_TOO_SLOW") from None
            except ClientDisconnect:
                raise HttpError(400, "HTTP_BODY_CUT_OFF") from None
            received += len(chunk)
            if received > limit:
                raise HttpError(413, "HTTP_BODY_TOO_LARGE", limit=limit)
            yield chunk

    async def _found(self, request: Request, run: Run) -> Validation:
        name = str(request.path_params["id"])
        found = None
        if _ID.fullmatch(name):
            found = await run(lambda: self._validations.find(name))
        if found is None:
            raise HttpError(404, "HTTP_NOT_FOUND")
        return found


class _Parts:
    """A form while it arrives; of the content only what is not hashed yet is held."""

    def __init__(self, document_limit: int) -> None:
        self.draft = Draft()
        self.hashers: ContentDigests | None = None
        self._document_limit = document_limit
        self._name = ""
        self._held = bytearray()

    def begin(self, name: str) -> None:
        self.draft.enter(name)
        self._name = name
        self._held = bytearray()

    def content_begins(self) -> bytes:
        """The document, which says how the content is hashed. Raises RequestInvalid."""
        document = self.draft.document
        if not document:
            raise RequestInvalid("content", "the document must come before it")
        return document

    def take(self, data: bytes) -> bool:
        """Keep a piece; True where enough is held to be hashed. Raises HttpError 413."""
        self._held += data
        if self._name == "content":
            return len(self._held) >= _PIECE
        limit = self._document_limit if self._name == "document" else _TEXT_LIMIT
        if len(self._held) > limit:
            raise HttpError(413, "HTTP_BODY_TOO_LARGE", limit=limit)
        return False

    def hash(self) -> None:
        assert self.hashers is not None
        self.hashers.update(bytes(self._held))
        self._held.clear()

    def end(self) -> None:
        """The field is complete. Raises RequestInvalid."""
        if self._name == "content":
            self.hash()
            assert self.hashers is not None
            self.draft.digests = self.hashers.digests()
            return
        octets = bytes(self._held)
        self._held.clear()
        if self._name == "document":
            self.draft.document = octets
            return
        try:
            text = octets.decode("utf-8")
        except UnicodeDecodeError:
            raise RequestInvalid(self._name, "not UTF-8") from None
        if self._name == "transaction":
            self.draft.transaction = transaction_of(text)
        elif self._name == "digests":
            self.draft.digests = digests_of(read_json_value(octets, "digests"))
        else:
            check_kind(text)


def _guarded(handler: Handler) -> Handler:
    """Every failure is one problem document; nothing of the inside shows."""

    async def handle(request: Request) -> Response:
        language = language_of(request.headers.get("accept-language"))
        try:
            return await handler(request)
        except HttpError as error:
            return problem(error.status, error.code, error.parameters, language)
        except TransactionConflict as error:
            return problem(409, error.code, error.parameters, language)
        except (RequestInvalid, MultipartMalformed, NotASignature) as error:
            return problem(400, error.code, error.parameters, language)
        except TrustspaceError as error:
            log.warning("%s: %s", request.url.path, error)
            return problem(503, error.code, error.parameters, language)
        except Exception:
            log.exception("%s failed", request.url.path)
            return problem(
                500, "INTERNAL_ERROR", {"detail": "see the node's log", "incident": None}, language
            )

    return handle
