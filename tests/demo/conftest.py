"""One demonstration run for the whole test session, also where several workers share it."""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import time
from dataclasses import dataclass

import pytest

from support.command import COMMAND, clean_environment
from trustspace.demo.layout import Space


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
