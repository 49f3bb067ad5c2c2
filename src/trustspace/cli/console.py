"""Where output goes: standard output, standard error or a file, whatever becomes of them."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from trustspace.cli.errors import CommandError
from trustspace.cli.language import Language
from trustspace.cli.plain_text import visible
from trustspace.cli.words import pick


@dataclass(frozen=True, slots=True)
class Console:
    """The reader: a language, and streams that may vanish without changing the verdict."""

    language: Language

    def say(self, english: str, russian: str) -> str:
        """The one of two wordings that the reader understands."""
        return pick(self.language, english, russian)

    def print(self, text: str) -> None:
        """Text to standard output, as it is: whoever calls has made foreign parts ``visible``."""
        write_quietly(sys.stdout, text if text.endswith("\n") else text + "\n")

    def note(self, text: str) -> None:
        """A remark to standard error, so that standard output stays what was asked for."""
        write_quietly(sys.stderr, text + "\n")

    def remark(self, text: str) -> None:
        """A note that holds foreign text: made safe to show."""
        self.note(visible(text))

    def print_or_save(self, text: str, out: str | None) -> None:
        """To the file ``out`` when one was named, else to standard output."""
        if out is None:
            self.print(text)
        else:
            save(out, text.encode("utf-8"))


def write_quietly(stream: TextIO, text: str) -> None:
    """Write and flush; when the reader has gone (a broken pipe), drop the rest and go on.

    The exit code is the verdict, and ``trustspace validate … | head -1`` must not change it.
    """
    try:
        stream.write(text)
        stream.flush()
    except BrokenPipeError:
        # Python flushes once more at exit: let that go to nowhere instead of to a traceback.
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


def save(path: str, data: bytes, *, option: str = "--out") -> None:
    """Write a file whole or not at all: beside it first, then renamed into place.

    Raises ``CommandError`` OUTPUT_UNWRITABLE.
    """
    target = Path(path)
    try:
        if not target.is_file() and target.exists():
            target.write_bytes(data)  # a device or a pipe, e.g. /dev/stdout
            return
        beside = target.with_name(f".{target.name}.{os.getpid()}.part")
        try:
            beside.write_bytes(data)
            beside.replace(target)
        finally:
            beside.unlink(missing_ok=True)
    except OSError as error:
        raise CommandError(
            "OUTPUT_UNWRITABLE", path=path, reason=visible(error.strerror or error), option=option
        ) from None
