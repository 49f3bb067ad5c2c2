"""``trustspace demo``: a whole trust space on this machine, its progress, its matrix, its failing cases."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from trustspace.cli.console import Console
from trustspace.cli.demo_text import DemoText
from trustspace.cli.errors import CommandError
from trustspace.cli.exit_codes import ExitCode
from trustspace.cli.plain_text import json_text
from trustspace.demo.expected import chosen
from trustspace.demo.layout import prepare
from trustspace.demo.members import CODES, Member
from trustspace.demo.run import Results, Step, utc_now
from trustspace.demo.run import run as run_demo


def run(options: argparse.Namespace, console: Console) -> int:
    """Run it; exit 0 only when every crossing and case came out as expected, else 1.

    Raises ``CommandError`` DEMO_MEMBERS; DemoDirectoryUnusable, NodeNotStarted.
    """
    members = _members(options.members)
    space = prepare(Path(options.dir), tuple(member.code for member in members))
    signal.signal(signal.SIGTERM, _as_interruption)
    show = _Show(console, quiet=options.json, members=members)
    results = run_demo(
        space,
        members,
        clock=utc_now,
        random=os.urandom,
        progress=show.progress,
        serve=_serving(options, show),
    )
    if options.json:
        console.print(json_text(results.to_dict()))
    elif not options.serve:
        show.results(results, space.root)
    return ExitCode.DONE if results.as_expected else ExitCode.FAILED


def _members(value: str | None) -> tuple[Member, ...]:
    codes = tuple(code.strip().lower() for code in value.split(",") if code.strip()) if value else CODES
    unknown = [code for code in codes if code not in CODES]
    if unknown or len(set(codes)) < 2:
        raise CommandError("DEMO_MEMBERS", value=", ".join(unknown or codes), known=", ".join(CODES))
    return chosen(codes)


def _as_interruption(*_: object) -> None:
    """SIGTERM ends the demonstration like Ctrl-C: every node is stopped on the way out."""
    raise KeyboardInterrupt


def _serving(options: argparse.Namespace, show: _Show) -> Callable[[Results], None] | None:
    if not options.serve:
        return None

    def wait(results: Results) -> None:
        if not options.json:
            show.results(results, Path(options.dir))
        show.serving()
        try:
            while True:
                time.sleep(3600)
        except KeyboardInterrupt:
            return

    return wait


class _Show:
    """Progress as it happens, then the matrix and the cases."""

    def __init__(self, console: Console, *, quiet: bool, members: tuple[Member, ...]) -> None:
        self._console = console
        self._quiet = quiet
        self._text = DemoText(console.language, members, unicode=_speaks_unicode())
        self._began = time.monotonic()

    def progress(self, step: Step, parameters: Mapping[str, Any]) -> None:
        """One line an event; to standard error when standard output is for a program."""
        line = self._text.progress(step, parameters)
        if line is None:
            return
        stamped = f"[{time.monotonic() - self._began:5.1f} s] {line}"
        (self._console.note if self._quiet else self._console.print)(stamped)

    def results(self, results: Results, folder: Path) -> None:
        """The matrix, the cases, and one sentence about both."""
        seconds = time.monotonic() - self._began
        self._console.print(self._text.results(results, str(folder), seconds))

    def serving(self) -> None:
        """What to do while the nodes run."""
        self._console.note(self._text.serving())


def _speaks_unicode() -> bool:
    return (getattr(sys.stdout, "encoding", None) or "").lower().replace("-", "") == "utf8"
