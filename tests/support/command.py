"""Running the command in processes of its own, and reading the commands that a document shows."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

COMMAND = [sys.executable, "-m", "trustspace.cli.main"]
_CONSOLE = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Result:
    """What one run gave."""

    code: int
    out: str
    err: str


def clean_environment() -> dict[str, str]:
    """This process's environment without anything that changes the command's language or behaviour."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("LC_", "LANG", "TRUSTSPACE_"))}
    return {**kept, "PYTHONUTF8": "1"}


def run_command(*arguments: str | Path, cwd: Path | None = None) -> Result:
    """Run ``trustspace`` with these arguments."""
    done = subprocess.run(
        [*COMMAND, *map(str, arguments)],
        capture_output=True,
        env=clean_environment(),
        cwd=cwd,
        timeout=120,
        check=False,
    )
    return Result(done.returncode, done.stdout.decode(), done.stderr.decode())


def shown_commands(document: Path) -> Iterator[str]:
    """The command lines of a document's ``console`` blocks, continued lines joined."""
    for block in _CONSOLE.findall(document.read_text(encoding="utf-8")):
        for line in block.replace("\\\n", " ").splitlines():
            if line.startswith("$ "):
                yield " ".join(line[2:].split())


def run_shown(line: str, cwd: Path) -> Result:
    """Run a command line that a document shows: ``trustspace …`` or a plain ``echo … > file``."""
    words = shlex.split(line)
    if words[0] == "echo" and words[-2] == ">":
        (cwd / words[-1]).write_text(" ".join(words[1:-2]) + "\n")
        return Result(0, "", "")
    assert words[0] == "trustspace", line
    return run_command(*words[1:], cwd=cwd)
