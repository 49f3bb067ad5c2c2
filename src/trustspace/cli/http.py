"""The little HTTP that the command speaks itself: time-stamps and receipts, bounded and timed."""

from __future__ import annotations

import os
from urllib.parse import urlsplit

import httpx

from trustspace.algorithms.model import DigestAlgorithm
from trustspace.cli.errors import CommandError
from trustspace.documents.cades_signing import Stamper
from trustspace.errors import TrustspaceError
from trustspace.timestamps.request import build_request, read_response

TIMEOUT_SECONDS = 30.0
ANSWER_LIMIT = 64 << 20
"""Octets of an answer that are read."""


def check_url(value: str, option: str) -> str:
    """An http or https address. Raises ``CommandError`` URL_ARGUMENT."""
    try:
        parts = urlsplit(value)
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        good = False
    if not good:
        raise CommandError("URL_ARGUMENT", value=value, option=option)
    return value


class AnswerUnusable(Exception):
    """No usable answer came back; the text says why, for people."""


def post(url: str, data: bytes, content_type: str, answer_type: str) -> bytes:
    """POST ``data``; the body of a 200 of the expected type.

    Raises :class:`AnswerUnusable`.
    """
    headers = {"Content-Type": content_type, "Accept": answer_type}
    try:
        with (
            httpx.Client(timeout=TIMEOUT_SECONDS, trust_env=False) as client,
            client.stream("POST", url, content=data, headers=headers) as response,
        ):
            body = bytearray()
            for chunk in response.iter_bytes():
                body += chunk
                if len(body) > ANSWER_LIMIT:
                    raise AnswerUnusable(f"more than {ANSWER_LIMIT} bytes")
            received = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
            if response.status_code != 200:
                raise AnswerUnusable(f"HTTP {response.status_code}")
    except httpx.HTTPError as error:
        raise AnswerUnusable(str(error) or type(error).__name__) from None
    if received != answer_type:
        raise AnswerUnusable(f"an answer of type {received or '?'} instead of {answer_type}")
    return bytes(body)


def timestamps_from(url: str) -> Stamper:
    """Time-stamps from an RFC 3161 service (§3.4). Raises ``CommandError`` TSA_FAILED when it is used."""
    check_url(url, "--tsa")

    def stamp(digest: DigestAlgorithm, value: bytes) -> bytes:
        request = build_request(digest, value, nonce=int.from_bytes(os.urandom(8), "big"))
        try:
            answer = post(url, request, "application/timestamp-query", "application/timestamp-reply")
            return read_response(answer, request).raw
        except AnswerUnusable as error:
            raise CommandError("TSA_FAILED", url=url, reason=str(error)) from None
        except TrustspaceError as error:
            raise CommandError("TSA_FAILED", url=url, reason=str(error)) from None

    return stamp
