"""Cold starts: what one command costs beside the interpreter itself, in processor time.

Processor time and the best of several runs: a busy machine must not decide.
"""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from support.command import COMMAND, clean_environment

RUNS = 5


def cost(words: list[str]) -> float:
    """The least processor time that these words take, in seconds."""
    times = []
    for _ in range(RUNS):
        process = subprocess.Popen(words, stdout=subprocess.DEVNULL, env=clean_environment())
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        assert process.returncode == 0, words
        times.append(usage.ru_utime + usage.ru_stime)
    return min(times)


@pytest.fixture(scope="module")
def interpreter() -> float:
    return cost([sys.executable, "-c", "pass"])


def test_version(interpreter):
    assert cost([*COMMAND, "--version"]) - interpreter < 0.15


def test_validating_a_small_file(interpreter, ru, trusted):
    assert cost([*COMMAND, "validate", str(ru.document), *trusted]) - interpreter < 0.4


def test_version_loads_nothing_heavy():
    program = (
        "import sys; from trustspace.cli.main import main; main(['--version']);"
        "print(sorted({name.split('.')[0] for name in sys.modules} & {'argparse', 'cryptography', 'httpx'}))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
