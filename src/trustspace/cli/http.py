"""The little HTTP that the command needs of its own: addresses checked, failures told apart."""

from __future__ import annotations

import os
from urllib.parse import urlsplit

from trustspace.algorithms.model import DigestAlgorithm
from trustspace.cli.errors import CommandError
from trustspace.documents.cades_signing import Stamper
from trustspace.node.outgoing import Outgoing, TimestampUnavailable

TIMEOUT_SECONDS = 30.0
ANSWER_LIMIT = 64 << 20
"""Octets of an answer that are read."""


def check_url(value: str, option: str) -> str:
    """An http or https address. Raises ``CommandError`` URL_ARGUMENT."""
    try:
        parts = urlsplit(value)
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        good = False
    if not good:
        raise CommandError("URL_ARGUMENT", value=value, option=option)
    return value


def timestamps_from(url: str) -> Stamper:
    """Time-stamps from an RFC 3161 service (§3.4).

    Raises ``CommandError``: URL_ARGUMENT at once, TSA_FAILED when a time-stamp is asked for.
    """
    check_url(url, "--tsa")
    ask = Outgoing(TIMEOUT_SECONDS, ANSWER_LIMIT).stamper(url, lambda: int.from_bytes(os.urandom(8), "big"))

    def stamp(digest: DigestAlgorithm, value: bytes) -> bytes:
        try:
            return ask(digest, value)
        except TimestampUnavailable as error:
            raise CommandError("TSA_FAILED", url=url, reason=error.parameters["reason"]) from None

    return stamp
