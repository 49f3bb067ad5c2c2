"""One demonstration run for the whole test session, also where several workers share it."""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from trustspace.demo.layout import Space

COMMAND = [sys.executable, "-m", "trustspace.cli.main"]


def clean_environment() -> dict[str, str]:
    """This process's environment without anything that changes the command's language or behaviour."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("LC_", "LANG", "TRUSTSPACE_"))}
    return {**kept, "PYTHONUTF8": "1"}


@dataclass(frozen=True)
class Ran:
    """The demonstration as a user would have run it."""

    space: Space
    code: int
    out: str
    err: str
    seconds: float


@pytest.fixture(scope="session")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """The first worker runs it, the others wait and look at the same folder; nobody may change it."""
    base = tmp_path_factory.getbasetemp()
    shared = (base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base) / "demo-run"
    shared.mkdir(exist_ok=True)
    answer = shared / "answer.json"
    with (shared / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not answer.exists():
            began = time.monotonic()
            done = subprocess.run(
                [*COMMAND, "demo", "--dir", str(shared / "space")],
                capture_output=True,
                env=clean_environment(),
                timeout=120,
                check=False,
            )
            seconds = time.monotonic() - began
            answer.write_text(
                json.dumps([done.returncode, done.stdout.decode(), done.stderr.decode(), seconds])
            )
    code, out, err, seconds = json.loads(answer.read_text())
    return Ran(Space(shared / "space"), code, out, err, seconds)


@pytest.fixture
def space(ran: Ran) -> Space:
    return ran.space


@dataclass(frozen=True)
class Result:
    """What one run of the command gave."""

    code: int
    out: str
    err: str


@pytest.fixture(scope="session")
def fresh() -> Callable[..., Result]:
    """Run the command in a process of its own, in a folder."""

    def call(*arguments: str | Path, cwd: Path | None = None) -> Result:
        done = subprocess.run(
            [*COMMAND, *map(str, arguments)],
            capture_output=True,
            env=clean_environment(),
            cwd=cwd,
            timeout=120,
            check=False,
        )
        return Result(done.returncode, done.stdout.decode(), done.stderr.decode())

    return call
