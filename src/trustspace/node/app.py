"""The HTTP edge (Starlette): bounded bodies, content types, time-outs, honest health.

``POST /dvcs`` (application/dvcs), ``POST /tsp`` (application/timestamp-query), ``POST /ocsp``
(application/ocsp-request), ``GET /crl/{ca}``, ``GET /health/live``, ``GET /health/ready``. Errors of HTTP are
JSON with a catalogue code; answers of DVCS are always signed, refusals too.

Work runs in threads, off the event loop. Requests that may wait for another TTP have threads of their own, so
that two nodes which ask one another always have some left to answer with.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Protocol, TypeVar

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp

from trustspace.errors import TrustspaceError
from trustspace.node.config import Limits
from trustspace.node.log import log
from trustspace.node.outgoing import DVCS_TYPE, TSP_QUERY_TYPE, TSP_REPLY_TYPE
from trustspace.receipts.request import Request as DvcsRequest
from trustspace.validation.catalogue import render
from trustspace.validation.causes import Cause

OCSP_QUERY_TYPE = "application/ocsp-request"
OCSP_REPLY_TYPE = "application/ocsp-response"
CRL_TYPE = "application/pkix-crl"
SMALL_BODY = 64 * 1024
"""Octets of an OCSP request or time-stamp query: real ones have hundreds."""

_WORKERS = 8
_ASKING_WORKERS = 32
_MAX_WAITING = 256
"""Requests under way at a time; beyond it the answer is 503 at once, not a long wait."""

T = TypeVar("T")


class Dvcs(Protocol):
    """What the edge needs of :class:`trustspace.node.service.Service`."""

    def read(self, body: bytes) -> DvcsRequest | bytes: ...

    def answer(self, request: DvcsRequest) -> bytes: ...

    def reasons_not_ready(self) -> tuple[Cause, ...]: ...


class Status(Protocol):
    """What the edge needs of :class:`trustspace.node.authority_status.Responder`."""

    def crl(self, name: str) -> bytes | None: ...

    def respond(self, body: bytes) -> bytes: ...


class Run(Protocol):
    """Runs work in a thread of the edge: see :meth:`_Edge.run`."""

    async def __call__(self, work: Callable[[], T], *, asks: bool = False) -> T: ...


class HttpError(Exception):
    """An error of HTTP itself: status, catalogue code, parameters."""

    def __init__(self, status: int, code: str, **parameters: str | int | None) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.parameters = parameters


class _Edge:
    def __init__(
        self, dvcs: Dvcs, time_stamps: Callable[[bytes], bytes] | None, status: Status, limits: Limits
    ) -> None:
        self._dvcs = dvcs
        self._time_stamps = time_stamps
        self._status = status
        self._limits = limits
        self._workers = ThreadPoolExecutor(_WORKERS, "work")
        self._asking = ThreadPoolExecutor(_ASKING_WORKERS, "ask")
        self._under_way = 0

    def close(self) -> None:
        self._workers.shutdown(wait=False, cancel_futures=True)
        self._asking.shutdown(wait=False, cancel_futures=True)

    async def run(self, work: Callable[[], T], *, asks: bool = False) -> T:
        """Run it in a thread; ``asks``: it may wait for another TTP. Raises :class:`HttpError` 503."""
        return await self._run(self._asking if asks else self._workers, work)

    async def _run(self, pool: ThreadPoolExecutor, work: Callable[[], T]) -> T:
        if self._under_way >= _MAX_WAITING:
            raise HttpError(503, "NODE_BUSY")
        self._under_way += 1
        try:
            async with asyncio.timeout(self._limits.request_timeout):
                return await asyncio.get_running_loop().run_in_executor(pool, work)
        except TimeoutError:
            raise HttpError(503, "NODE_BUSY") from None
        finally:
            self._under_way -= 1

    async def _body(self, request: Request, content_type: str, limit: int) -> bytes:
        given = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if given != content_type:
            raise HttpError(415, "HTTP_CONTENT_TYPE", expected=content_type, given=given or None)
        declared = request.headers.get("content-length", "")
        if declared.isascii() and declared.isdigit() and int(declared) > limit:
            raise HttpError(413, "HTTP_BODY_TOO_LARGE", limit=limit)
        received = bytearray()
        try:
            async with asyncio.timeout(self._limits.request_timeout):
                async for chunk in request.stream():
                    received += chunk
                    if len(received) > limit:
                        raise HttpError(413, "HTTP_BODY_TOO_LARGE", limit=limit)
        except TimeoutError:
            raise HttpError(408, "HTTP_BODY_TOO_SLOW") from None
        except ClientDisconnect:
            raise HttpError(400, "HTTP_BODY_CUT_OFF") from None
        return bytes(received)

    async def dvcs(self, request: Request) -> Response:
        body = await self._body(request, DVCS_TYPE, self._limits.request)
        asked = await self._run(self._workers, lambda: self._dvcs.read(body))
        if isinstance(asked, bytes):
            return Response(asked, media_type=DVCS_TYPE)
        pool = self._workers if asked.own_opinion_only else self._asking
        answer = await self._run(pool, lambda: self._dvcs.answer(asked))
        return Response(answer, media_type=DVCS_TYPE)

    async def tsp(self, request: Request) -> Response:
        time_stamps = self._time_stamps
        if time_stamps is None:
            raise HttpError(404, "HTTP_NOT_FOUND")
        body = await self._body(request, TSP_QUERY_TYPE, SMALL_BODY)
        answer = await self._run(self._workers, lambda: time_stamps(body))
        return Response(answer, media_type=TSP_REPLY_TYPE)

    async def ocsp(self, request: Request) -> Response:
        body = await self._body(request, OCSP_QUERY_TYPE, SMALL_BODY)
        answer = await self._run(self._workers, lambda: self._status.respond(body))
        return Response(answer, media_type=OCSP_REPLY_TYPE)

    async def crl(self, request: Request) -> Response:
        name = request.path_params["ca"]
        found = await self._run(self._workers, lambda: self._status.crl(name))
        if found is None:
            raise HttpError(404, "HTTP_NOT_FOUND")
        return Response(found, media_type=CRL_TYPE)

    async def live(self, request: Request) -> Response:
        del request
        return JSONResponse({"live": True})

    async def ready(self, request: Request) -> Response:
        del request
        reasons = await self._run(self._workers, self._dvcs.reasons_not_ready)
        status = 503 if reasons else 200
        words = [render(reason.code, reason.parameters)[0] for reason in reasons]
        codes = [reason.code for reason in reasons]
        return JSONResponse({"ready": not reasons, "codes": codes, "reasons": words}, status_code=status)


Handler = Callable[[Request], Awaitable[Response]]


def _guarded(handler: Handler) -> Handler:
    """Every failure is one JSON answer; nothing of the inside shows."""

    async def handle(request: Request) -> Response:
        try:
            return await handler(request)
        except HttpError as error:
            return _failure(error.status, error.code, error.parameters)
        except TrustspaceError as error:
            # What the service raises means: nothing was signed, and it may work later.
            log.warning("%s: %s", request.url.path, error)
            return _failure(503, error.code, error.parameters)
        except Exception:
            log.exception("%s failed", request.url.path)
            return _failure(500, "INTERNAL_ERROR", {"detail": "see the node's log", "incident": None})

    return handle


def _failure(status: int, code: str, parameters: dict[str, str | int | None]) -> Response:
    message, remedy = render(code, parameters)
    headers = {"Retry-After": "5"} if status == 503 else None
    body = {"code": code, "parameters": parameters, "message": message, "remedy": remedy}
    return JSONResponse(body, status_code=status, headers=headers)


def make_app(
    dvcs: Dvcs,
    *,
    time_stamps: Callable[[bytes], bytes] | None,
    status: Status,
    limits: Limits,
    more: Callable[[Run], Sequence[BaseRoute]] = lambda run: (),
    on_close: Callable[[], None] = lambda: None,
) -> ASGIApp:
    """The ASGI application. ``time_stamps`` answers a TimeStampReq's octets; None: no ``/tsp`` here.

    ``more`` are further routes, which run their work in the edge's threads.
    """
    edge = _Edge(dvcs, time_stamps, status, limits)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        del app
        try:
            yield
        finally:
            edge.close()
            on_close()

    return Starlette(
        lifespan=lifespan,
        routes=[
            Route("/dvcs", _guarded(edge.dvcs), methods=["POST"]),
            Route("/tsp", _guarded(edge.tsp), methods=["POST"]),
            Route("/ocsp", _guarded(edge.ocsp), methods=["POST"]),
            Route("/crl/{ca}", _guarded(edge.crl), methods=["GET"]),
            Route("/health/live", _guarded(edge.live), methods=["GET"]),
            Route("/health/ready", _guarded(edge.ready), methods=["GET"]),
            *more(edge.run),
        ],
    )
