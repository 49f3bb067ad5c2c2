"""Commands of the contract that do not exist yet: refused by name, never half done."""

from __future__ import annotations

import argparse

from trustspace.cli.console import Console
from trustspace.cli.errors import CommandError


def run(options: argparse.Namespace, console: Console) -> int:
    """Refuse; raises ``CommandError`` NOT_YET always."""
    name = " ".join(filter(None, ["trustspace", options.command, getattr(options, "action", None)]))
    raise CommandError(
        "NOT_YET",
        what=name,
        instead=console.say("What exists: trustspace --help", "Что есть: trustspace --help"),
    )
