"""Group commit: callers that come within a few milliseconds share one transaction, and one wait for the disk.

There is no thread of its own: the first caller leads, waits for the window, runs the batch for all who came,
and hands on. While a batch runs, the next one gathers.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

T = TypeVar("T")
R = TypeVar("R")

WINDOW = 0.002
"""Seconds that the first caller waits for others: about as long as one write to the disk takes."""
LIMIT = 32
"""Items in one batch: how long the last caller waits must not depend on how many came at once."""


class _Ticket(Generic[T, R]):
    __slots__ = ("done", "item", "outcome")

    def __init__(self, item: T) -> None:
        self.item = item
        self.done = False
        self.outcome: R | BaseException | None = None


class GroupCommit(Generic[T, R]):
    """Runs items in batches; shared by threads, each of which waits for its own result."""

    def __init__(
        self,
        run: Callable[[Sequence[T]], Sequence[R | Exception]],
        *,
        window: float = WINDOW,
        limit: int = LIMIT,
    ) -> None:
        """``run`` gives a result or an error for each item; what it raises, all of its callers get."""
        self._run = run
        self._window = window
        self._limit = limit
        self._changed = threading.Condition()
        self._waiting: deque[_Ticket[T, R]] = deque()
        self._led = False

    def submit(self, item: T) -> R:
        """The item's own result; raises what stands for it, or what failed the batch."""
        ticket: _Ticket[T, R] = _Ticket(item)
        with self._changed:
            self._waiting.append(ticket)
            while self._led and not ticket.done:
                self._changed.wait()
            leading = not ticket.done
            self._led = self._led or leading
        if leading:
            self._lead(ticket)
        outcome = ticket.outcome
        if isinstance(outcome, BaseException):
            raise outcome
        return outcome  # type: ignore[return-value]

    def _lead(self, own: _Ticket[T, R]) -> None:
        try:
            time.sleep(self._window)
            while not own.done:
                with self._changed:
                    size = min(self._limit, len(self._waiting))
                    batch = [self._waiting.popleft() for _ in range(size)]
                self._finish(batch)
        finally:
            with self._changed:
                self._led = False
                self._changed.notify_all()

    def _finish(self, batch: Sequence[_Ticket[T, R]]) -> None:
        outcomes: Sequence[R | BaseException]
        try:
            outcomes = self._run([ticket.item for ticket in batch])
        except BaseException as error:
            outcomes = [error] * len(batch)
            if not isinstance(error, Exception):
                raise
        finally:
            with self._changed:
                for ticket, outcome in zip(batch, outcomes, strict=True):
                    ticket.outcome, ticket.done = outcome, True
                self._changed.notify_all()
