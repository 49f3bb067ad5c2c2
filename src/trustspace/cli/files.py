"""Reading what the command line names: every failure says which file, why, and what to do."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from trustspace.cli.errors import CommandError
from trustspace.documents.content import Content

IN_MEMORY_LIMIT = 256 << 20
"""Octets of a file that is read whole (a signature, a certificate, a list); documents are streamed."""


def read_file(path: str, *, limit: int = IN_MEMORY_LIMIT) -> bytes:
    """The octets of a file.

    Raises ``CommandError``: FILE_NOT_FOUND, FILE_IS_FOLDER, FILE_UNREADABLE, FILE_EMPTY, FILE_TOO_LARGE.
    """
    try:
        with Path(path).open("rb") as stream:
            data = stream.read(limit + 1)
            size = max(len(data), os.fstat(stream.fileno()).st_size)
    except (OSError, ValueError) as error:
        raise unreadable(path, error) from None
    if not data:
        raise CommandError("FILE_EMPTY", path=path)
    if len(data) > limit:
        raise CommandError("FILE_TOO_LARGE", path=path, size=size, limit=limit)
    return data


def unreadable(path: str, error: OSError | ValueError) -> CommandError:
    """The command's error for what the operating system said about ``path``."""
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return CommandError("FILE_NOT_FOUND", path=path, cwd=_here())
    if isinstance(error, IsADirectoryError):
        return CommandError("FILE_IS_FOLDER", path=path)
    reason = error.strerror if isinstance(error, OSError) else None  # ValueError: a NUL in the name
    return CommandError("FILE_UNREADABLE", path=path, reason=reason or str(error))


def _here() -> str:
    try:
        return str(Path.cwd())
    except OSError:
        return "?"


def content_of_file(path: str) -> Content:
    """A document, streamed from its file; that it can be read is checked here and now."""
    target = Path(path)

    def open_stream() -> BinaryIO:
        return target.open("rb")

    try:
        with open_stream() as stream:
            stream.read(1)
    except (OSError, ValueError) as error:
        raise unreadable(path, error) from None
    return Content.of_stream(open_stream, name=target.name)


def content_of_digests(arguments: list[str]) -> Content:
    """A document known by its ``--digest ALG=HEX`` only.

    Raises ``CommandError``: DIGEST_ARGUMENT, DIGEST_UNKNOWN, DIGEST_LENGTH.
    """
    from trustspace.algorithms.digests import digest_by_name  # noqa: PLC0415 - few calls need it
    from trustspace.algorithms.errors import AlgorithmNotSupported  # noqa: PLC0415

    digests: dict[str, bytes] = {}
    for argument in arguments:
        name, equals, text = argument.partition("=")
        try:
            value = bytes.fromhex(text)
        except ValueError:
            value = b""
        if not equals or not name or not value:
            raise CommandError("DIGEST_ARGUMENT", value=argument)
        try:
            algorithm = digest_by_name(name)
        except AlgorithmNotSupported:
            raise CommandError("DIGEST_UNKNOWN", name=name, known=_known_digests()) from None
        if len(value) != algorithm.size:
            raise CommandError(
                "DIGEST_LENGTH", name=algorithm.name, actual=len(value), expected=algorithm.size
            )
        digests[algorithm.name] = value
    return Content.of_digests(digests)


def _known_digests() -> str:
    from trustspace.algorithms import digests  # noqa: PLC0415

    return ", ".join(sorted({algorithm.name for algorithm in digests.all_digests()}))


def parse_time(text: str) -> datetime:
    """A moment from ISO 8601; without an offset it is taken as UTC. Raises ``CommandError`` TIME_ARGUMENT."""
    try:
        moment = datetime.fromisoformat(text.strip())
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise CommandError("TIME_ARGUMENT", value=text) from None
