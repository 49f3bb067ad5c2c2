"""Where a password or PIN comes from: named in a configuration, never written into one.

::

    env:TTP_KEY_PASSWORD        a variable of the environment
    file:/run/secrets/pin       the first line of a file that nobody else may read
    prompt                      whoever starts the program is asked

``|command`` (RFC 7512 §2.4 allows it as a pin-source) is refused: a configuration file must not run programs.
"""

from __future__ import annotations

import getpass
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias
from urllib.parse import unquote

from trustspace.keys.errors import SecretUnavailable
from trustspace.keys.private_files import read_private_file

Ask: TypeAlias = Callable[[str], str]
"""Shows a text, answers with what the person typed."""

_MOST = 4096


def ask_on_terminal(text: str) -> str:
    """Asks on the terminal, without echo. ``OSError`` where there is none."""
    if not sys.stdin.isatty():
        raise OSError("there is no terminal")
    return getpass.getpass(text)


@dataclass(frozen=True, slots=True)
class SecretSource:
    """Where a secret comes from; it is read when it is needed, so that a changed one takes effect."""

    text: str
    base: Path = field(default_factory=Path)
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ, repr=False, compare=False)
    ask: Ask = field(default=ask_on_terminal, repr=False, compare=False)

    def __post_init__(self) -> None:
        scheme, _, rest = self.text.partition(":")
        known = self.text == "prompt" or (scheme in ("env", "file") and rest) or self.text.startswith("/")
        if not known:
            shown = "…" if scheme not in ("env", "file", "prompt") else self.text
            raise SecretUnavailable(source=shown, reason="neither env:NAME, file:PATH nor prompt")

    def read(self, purpose: str) -> str:
        """The secret; ``purpose`` is what a person who is asked reads.

        Raises :class:`SecretUnavailable`, and ``KeyFileError`` for a file that others may read.
        """
        scheme, _, rest = self.text.partition(":")
        if self.text == "prompt":
            try:
                secret = self.ask(f"{purpose}: ")
            except (OSError, EOFError) as error:
                raise SecretUnavailable(source="prompt", reason=str(error) or "nothing was typed") from error
        elif scheme == "env":
            if rest not in self.environment:
                raise SecretUnavailable(source=self.text, reason="the variable is not set")
            secret = self.environment[rest]
        else:
            lines = read_private_file(self._path(), most=_MOST).splitlines() or [b""]
            try:
                secret = lines[0].decode()
            except UnicodeDecodeError as error:
                raise SecretUnavailable(source=self.text, reason="not UTF-8") from error
        if not secret or "\0" in secret:
            raise SecretUnavailable(source=self.text, reason="it is empty" if not secret else "it has a NUL")
        return secret

    def _path(self) -> Path:
        """RFC 8089 of a local file (``file:/x``, ``file:///x``), or a path relative to ``base``."""
        rest = self.text.removeprefix("file:")
        if rest.startswith("//"):
            host, slash, path = rest[2:].partition("/")
            if host not in ("", "localhost"):
                raise SecretUnavailable(source=self.text, reason="the file is on another machine")
            return Path(unquote(slash + path))
        return self.base / rest
