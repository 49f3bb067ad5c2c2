"""The exit codes of the command, one table."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """What the command tells the shell; several signatures give the worst of them."""

    DONE = 0
    """TOTAL-PASSED, or the work is done."""
    FAILED = 1
    """TOTAL-FAILED: a signature was judged and is invalid."""
    UNUSABLE = 2
    """Usage error, or an input that cannot be read or decoded: nothing was judged."""
    UNDETERMINED = 3
    """INDETERMINATE: neither valid nor invalid can be said."""
    INTERRUPTED = 130
    """Stopped by the user (128 + SIGINT)."""


INDICATION_EXITS = {
    "TOTAL-PASSED": ExitCode.DONE,
    "TOTAL-FAILED": ExitCode.FAILED,
    "INDETERMINATE": ExitCode.UNDETERMINED,
}
"""An indication that is not here is never a success: callers fall back to ``UNDETERMINED``."""
