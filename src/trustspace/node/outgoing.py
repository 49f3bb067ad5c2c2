"""What a node asks of others over HTTP: time-stamps of a TSA, opinions of other members' TTPs.

Addresses come from the node's configuration and from the register only, never from what a document or a
request says. Answers are bounded in size and time; redirects are not followed, proxies of the environment are
not used.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import httpx

from trustspace.algorithms.model import DigestAlgorithm
from trustspace.documents.cades_signing import Stamper
from trustspace.errors import TrustspaceError
from trustspace.timestamps.request import build_request, read_response

DVCS_TYPE = "application/dvcs"
TSP_QUERY_TYPE = "application/timestamp-query"
TSP_REPLY_TYPE = "application/timestamp-reply"


class PeerUnreachable(TrustspaceError):
    """Another service gave no answer. Parameters: ``url``, ``reason``."""

    code = "PEER_UNAVAILABLE"
    status: int | None = None
    """The HTTP status that came instead of an answer; None where none came."""


class TimestampUnavailable(TrustspaceError):
    """The time-stamp authority gave no usable token. Parameters: ``url``, ``reason``."""

    code = "TIME_STAMP_UNAVAILABLE"


class Outgoing:
    """A bounded HTTP client; may be shared by threads."""

    def __init__(self, timeout: float, limit: int) -> None:
        self._timeout = timeout
        self._limit = limit
        self._client = httpx.Client(timeout=timeout, follow_redirects=False, trust_env=False)

    def close(self) -> None:
        self._client.close()

    def post(self, url: str, body: bytes, content_type: str, accept: str) -> bytes:
        """POST and read the whole answer.

        Raises:
            PeerUnreachable: no connection, no answer in time, another status than 200, another content
                type, or too large an answer.
        """
        headers = {"Content-Type": content_type, "Accept": accept}
        # httpx bounds each read; a peer that drips octets is bounded by the whole exchange's deadline.
        deadline = time.monotonic() + self._timeout
        received = bytearray()
        try:
            with self._client.stream("POST", url, content=body, headers=headers) as response:
                if response.status_code != 200:
                    refused = PeerUnreachable(url=url, reason=f"HTTP status {response.status_code}")
                    refused.status = response.status_code
                    raise refused
                if response.headers.get("content-type", "").partition(";")[0].strip().lower() != accept:
                    raise PeerUnreachable(url=url, reason="another content type")
                for chunk in response.iter_bytes():
                    received += chunk
                    if len(received) > self._limit:
                        raise PeerUnreachable(url=url, reason=f"more than {self._limit} octets")
                    if time.monotonic() > deadline:
                        raise PeerUnreachable(url=url, reason="too slow")
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            reason = str(error) or type(error).__name__
            raise PeerUnreachable(url=url, reason=reason) from error
        return bytes(received)

    def dvcs(self, url: str, request: bytes) -> bytes:
        """Ask a DVCS. Raises :class:`PeerUnreachable`."""
        return self.post(url, request, DVCS_TYPE, DVCS_TYPE)

    def stamper(self, url: str, nonce: Callable[[], int]) -> Stamper:
        """A source of time-stamps. It raises :class:`TimestampUnavailable`."""

        def stamp(digest: DigestAlgorithm, value: bytes) -> bytes:
            request = build_request(digest, value, nonce=nonce())
            try:
                answer = self.post(url, request, TSP_QUERY_TYPE, TSP_REPLY_TYPE)
                return read_response(answer, request).raw
            except PeerUnreachable as error:
                raise TimestampUnavailable(url=url, reason=error.parameters["reason"]) from error
            except TrustspaceError as error:
                raise TimestampUnavailable(url=url, reason=str(error)) from error

        return stamp
