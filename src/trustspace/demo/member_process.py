"""Builds one member's domain in a process of its own: ``python -m trustspace.demo.member_process DIR CODE``.

A member with a stand-in algorithm must not teach it to the process that plays the others.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from trustspace.demo.build import build_member


def main(arguments: Sequence[str]) -> int:
    """Build; the arguments are the space's folder and the member's code."""
    folder, code = arguments
    build_member(Path(folder), code, datetime.now(UTC).replace(microsecond=0))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
