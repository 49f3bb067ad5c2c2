"""Processes that are killed while they issue: none lost, none doubled, serials and times in order."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import pytest

from store import issuing_process
from store.conftest import key, order
from store.issuing_process import Run
from trustspace.store.ledger import Hop, Ledger, system_clock

STEPS = ["intended", "locked", "numbered", "signed", "written", "committed"]
REQUESTS = Run.last


class Processes:
    """Starts processes that issue, each quickly: :mod:`store.issuing_process`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._started = 0
        self._program = subprocess.Popen(
            [sys.executable, issuing_process.__file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )

    def close(self) -> None:
        assert self._program.stdin is not None
        assert self._program.stdout is not None
        self._program.stdin.close()
        self._program.stdout.close()
        self._program.wait(30)

    def _ask(self, question: object) -> int:
        assert self._program.stdin is not None
        assert self._program.stdout is not None
        self._program.stdin.write(json.dumps(question).encode() + b"\n")
        self._program.stdin.flush()
        return int(self._program.stdout.readline())

    def start(self, what: Run) -> tuple[int, Path]:
        self._started += 1
        out = self._folder / str(self._started)
        return self._ask([asdict(what), str(out)]), out

    def answers(self, process: tuple[int, Path], expect: int) -> dict[int, str]:
        """What a process answered before its end, by request."""
        pid, out = process
        code = self._ask(pid)
        said = out.read_text()
        assert code == expect, said
        pairs = (line.split() for line in said.splitlines())
        return {int(number): sha256 for number, sha256 in pairs}


@pytest.fixture(scope="session")
def processes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Processes]:
    started = Processes(tmp_path_factory.mktemp("issuing"))
    yield started
    started.close()


def check(ledger: Ledger, answered: dict[int, str], requests: int) -> None:
    """Every answered request has its receipt, every request has one, every serial is accounted for."""
    for number, sha256 in answered.items():
        receipt = ledger.recall(issuing_process.key(number))
        assert receipt is not None, f"lost: request {number}"
        assert hashlib.sha256(receipt).hexdigest() == sha256, f"doubled: request {number}"
    pending = ledger.pending_leaves()
    assert len(pending) == requests
    gaps = ledger.gaps()
    serials = sorted([serial for serial, _ in pending] + [serial for serial, _ in gaps])
    assert serials == list(range(1, len(serials) + 1))
    assert {why for _, why in gaps} == {"deferred"}
    times = []
    for serial, leaf in pending:
        stored = ledger.receipt(serial)
        assert stored is not None
        assert stored.sha256 == leaf == hashlib.sha256(stored.receipt).hexdigest()
        signed_serial, signed_time, _ = stored.receipt.split()
        assert (int(signed_serial), int(signed_time)) == (serial, int(stored.time.timestamp()))
        assert set(stored.evidence) == {"report", "crl/1", "facts/0"}
        times.append(stored.time)
    assert times == sorted(times)


@pytest.mark.parametrize("step", STEPS)
def test_a_process_that_is_killed_loses_and_doubles_nothing(
    processes: Processes, where: Path | str, step: str
) -> None:
    before = processes.answers(processes.start(Run(str(where), step, count=2)), -9)
    assert len(before) < REQUESTS
    with Ledger(where) as ledger:
        present = {n: ledger.recall(issuing_process.key(n)) for n in range(REQUESTS)}
        # All ask again, those who had an answer too.
        after = {n: issuing_process.issue(ledger, n) for n in range(REQUESTS)}
        for number, receipt in present.items():
            assert receipt in (None, after[number])
        check(ledger, before, REQUESTS)


def test_after_a_crash_another_ttp_is_asked_with_the_same_transaction(
    processes: Processes, where: Path | str
) -> None:
    processes.answers(processes.start(Run(str(where), "intended", last=1)), -9)
    asked = []
    for _ in range(2):
        with Ledger(where) as ledger:
            proposed = Hop("another", 1, system_clock())
            asked.append(ledger.hop(issuing_process.key(0), "ru", "question", proposed))
    assert asked[0] == asked[1]
    assert asked[0].transaction != "another"


def test_two_processes_issue_side_by_side(processes: Processes, where: Path | str) -> None:
    """They overlap in their requests, and their clocks differ by more than the whole run takes."""
    both = [
        processes.start(Run(str(where), clock=120, last=40)),
        processes.start(Run(str(where), first=20, last=60)),
    ]
    first, second = (processes.answers(process, 0) for process in both)
    assert {n: first[n] for n in range(20, 40)} == {n: second[n] for n in range(20, 40)}
    with Ledger(where) as ledger:
        check(ledger, first | second, 60)


def test_one_of_two_processes_is_killed_under_load(processes: Processes, where: Path | str) -> None:
    killed, other = (
        processes.start(Run(str(where), "written", 5, last=40)),
        processes.start(Run(str(where), first=20, last=60)),
    )
    before, second = processes.answers(killed, -9), processes.answers(other, 0)
    retried = processes.answers(processes.start(Run(str(where), last=40)), 0)
    assert {n: retried[n] for n in before} == before
    with Ledger(where) as ledger:
        check(ledger, before | second | retried, 60)


def test_a_torn_end_of_the_write_ahead_log_takes_no_answered_receipt(tmp_path: Path) -> None:
    """What a loss of power leaves: all that was synced, and any part of what was not."""
    path = tmp_path / "ledger.db"
    taken: list[Path] = []

    def at(step: str) -> None:
        if step == "written":
            to = tmp_path / f"copy{len(taken)}"
            to.mkdir()
            for file in tmp_path.glob("ledger.db*"):
                shutil.copy(file, to)
            taken.append(to)

    answered: list[bytes] = []
    committed: list[int] = []
    with Ledger(path, at=at) as ledger:
        for number in range(12):
            committed.append((tmp_path / "ledger.db-wal").stat().st_size)
            answered.append(ledger.issue(order(key(number), f"r{number}".encode() * 5000)))
    for number, copy in enumerate(taken):
        log = copy / "ledger.db-wal"
        data = log.read_bytes()
        for torn in (
            data,
            data + b"\xff" * 5000,
            data[: committed[number] + (len(data) - committed[number]) // 2],
        ):
            log.write_bytes(torn)
            (copy / "ledger.db-shm").unlink(missing_ok=True)
            with Ledger(copy / "ledger.db") as ledger:
                assert [ledger.recall(key(n)) for n in range(12)] == [
                    *answered[:number],
                    *[None] * (12 - number),
                ]
                assert len(ledger.pending_leaves()) == number
                assert ledger.gaps() == ()
            log.unlink(missing_ok=True)
