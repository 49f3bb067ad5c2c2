"""Failures at the edge: one message (what, where, what to do), one exit code, no traceback."""

from __future__ import annotations

import hashlib
import os
import traceback

from trustspace.cli.console import Console
from trustspace.cli.errors import CommandError
from trustspace.cli.exit_codes import ExitCode
from trustspace.cli.plain_text import json_text, visible
from trustspace.cli.words import describe
from trustspace.errors import TrustspaceError

DEBUG_VARIABLE = "TRUSTSPACE_DEBUG"
_LONGEST_LINE = 4000


def report(error: Exception, console: Console, *, as_json: bool = False) -> ExitCode:
    """Tell the reader and return the exit code; with TRUSTSPACE_DEBUG=1 the traceback comes first.

    ``as_json`` puts the same into standard output for programs: an ``error``, and no indication.
    """
    if os.environ.get(DEBUG_VARIABLE, "") not in ("", "0"):
        lines = "".join(traceback.format_exception(error)).rstrip().splitlines()
        console.note("\n".join(visible(line, limit=_LONGEST_LINE) for line in lines))
    if isinstance(error, BrokenPipeError):
        return ExitCode.UNUSABLE
    known = error if isinstance(error, TrustspaceError) else _internal(error)
    cause, remedy = describe(known, console.language)
    console.note(f"trustspace: {cause}\n{remedy}".rstrip())
    if as_json:
        details = {"code": known.code, "parameters": known.parameters, "message": cause, "remedy": remedy}
        console.print(json_text({"error": details}))
    return ExitCode.UNUSABLE


def _internal(error: Exception) -> TrustspaceError:
    """A defect, named by where it happened: the same defect gets the same incident code everywhere."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{frames[-1].name}:{frames[-1].lineno}" if frames else "?"
    kind = type(error).__name__
    incident = hashlib.sha256(f"{kind}:{place}".encode()).hexdigest()[:8]
    return CommandError("INTERNAL_ERROR", detail=f"{kind} in {place}", incident=incident)
