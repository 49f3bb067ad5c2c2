"""Group commit: own results, shared runs, nobody left waiting."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from trustspace.store.group_commit import GroupCommit


def test_every_caller_gets_its_own_result_and_runs_never_overlap() -> None:
    running = threading.Lock()
    sizes = []

    def run(items: Sequence[int]) -> list[int | Exception]:
        assert running.acquire(blocking=False)
        sizes.append(len(items))
        running.release()
        return [ValueError(str(item)) if item % 7 == 0 else item * 2 for item in items]

    group: GroupCommit[int, int] = GroupCommit(run, window=0.001, limit=5)

    def submit(item: int) -> int:
        try:
            return group.submit(item)
        except ValueError as error:
            return -int(str(error))

    with ThreadPoolExecutor(32) as pool:
        results = list(pool.map(submit, range(500)))
    assert results == [-item if item % 7 == 0 else item * 2 for item in range(500)]
    assert sum(sizes) == 500
    assert max(sizes) <= 5
    assert len(sizes) < 500


def test_a_run_that_fails_fails_for_all_of_its_callers_and_the_next_one_runs() -> None:
    broken = threading.Event()
    broken.set()

    def run(items: Sequence[int]) -> list[int | Exception]:
        if broken.is_set():
            raise OSError("disk")
        return list(items)

    group: GroupCommit[int, int] = GroupCommit(run, window=0.01)

    def submit(item: int) -> str:
        with pytest.raises(OSError, match="disk"):
            group.submit(item)
        return "failed"

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(submit, range(8))) == {"failed"}
    broken.clear()
    assert group.submit(3) == 3


def test_a_leader_that_is_interrupted_leaves_the_next_one_free() -> None:
    answers: list[BaseException | int] = [KeyboardInterrupt(), 5]

    def run(items: Sequence[int]) -> list[int | Exception]:
        answer = answers.pop(0)
        if isinstance(answer, BaseException):
            raise answer
        return [answer for _ in items]

    group: GroupCommit[int, int] = GroupCommit(run, window=0)
    with pytest.raises(KeyboardInterrupt):
        group.submit(1)
    assert group.submit(1) == 5
