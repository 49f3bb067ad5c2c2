"""Processes that issue, for tests that end them.

This program loads the code once and forks one for each line that it reads: a :class:`Run` in JSON, and a
file for its output. It answers with the process's id; a line that is a number waits for that process, and is
answered with its exit code.

A process issues its requests with several threads and says each answer once it has it: ``number SHA-256``.
Each third request is deferred at first.
"""

from __future__ import annotations

import hashlib
import json
import os
import signal
import sys
import threading
import traceback
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from trustspace.store.ledger import (
    Evidence,
    Hop,
    Ledger,
    Order,
    RequestKey,
    Reservation,
    system_clock,
)

THREADS = 6


def key(number: int) -> RequestKey:
    return RequestKey("by", f"urn:tx:{number}", f"{number:064x}")


def evidence(number: int) -> Evidence:
    """Some of it is shared by several receipts."""
    return Evidence(
        {"report": str(number).encode(), "crl/1": b"shared" * 100, "facts/0": str(number % 5).encode()},
        documents=(("SHA-256", f"{number:064x}"),),
    )


def sign(reservation: Reservation) -> bytes:
    """A receipt: serial and time, and something random, so that one made anew is another."""
    return f"{reservation.serial} {int(reservation.time.timestamp())} {os.urandom(8).hex()}".encode()


def issue(ledger: Ledger, number: int) -> bytes:
    """One request as a node handles it: recall, ask another TTP, issue."""
    known = ledger.recall(key(number))
    if known is not None:
        return known
    ledger.hop(key(number), "ru", "question", Hop(os.urandom(8).hex(), number, system_clock()))
    if number % 3 == 0:
        ledger.issue(Order(key(number), sign, final=False))
    return ledger.issue(Order(key(number), sign, evidence(number)))


@dataclass(frozen=True)
class Run:
    """What a process does."""

    where: str
    fatal: str = ""
    """The step at which it kills itself, when that is done for the ``count``-th time."""
    count: int = 1
    clock: float = 0
    """By how many seconds its clock is off."""
    first: int = 0
    last: int = 30
    """Its requests, the last one not included."""


def run(what: Run) -> None:
    """Issue; see the module."""
    guard = threading.Lock()
    left = what.count

    def at(step: str) -> None:
        nonlocal left
        with guard:
            left -= step == what.fatal
            if left == 0 and step == what.fatal:
                os.kill(os.getpid(), signal.SIGKILL)

    def answer(number: int) -> None:
        receipt = issue(ledger, number)
        with guard:
            print(number, hashlib.sha256(receipt).hexdigest(), flush=True)

    ledger = Ledger(
        what.where if "://" in what.where else Path(what.where),
        clock=lambda: system_clock() + timedelta(seconds=what.clock),
        at=at,
    )
    with ledger, ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(answer, range(what.first, what.last)))


def fork(what: Run, out: str) -> int:
    """A process that runs; its output goes to a file."""
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        target = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.dup2(target, 1)
        os.dup2(target, 2)
        run(what)
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        os._exit(code)


def main() -> None:
    for line in sys.stdin:
        asked = json.loads(line)
        if isinstance(asked, int):
            print(os.waitstatus_to_exitcode(os.waitpid(asked, 0)[1]), flush=True)
        else:
            print(fork(Run(**asked[0]), asked[1]), flush=True)


if __name__ == "__main__":
    main()
