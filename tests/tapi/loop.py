"""A reactor for tests: its time stands still, and what threads hand over waits until it is taken."""

from __future__ import annotations

import time
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.python.failure import Failure

T = TypeVar("T")
LONGEST_WAIT = 30.0


class Loop(Clock):
    """The clock of a test, and the way in for threads."""

    def __init__(self) -> None:
        super().__init__()
        self._handed_over: SimpleQueue[tuple[Callable[..., object], tuple[object, ...]]] = SimpleQueue()

    def callFromThread(self, what: Callable[..., object], /, *args: object) -> None:
        self._handed_over.put((what, args))

    def run_until(self, true: Callable[[], bool], what: str = "what the test waits for") -> None:
        """Take what threads hand over until something is true."""
        end = time.monotonic() + LONGEST_WAIT
        while not true():
            try:
                call, arguments = self._handed_over.get(timeout=max(0.0, end - time.monotonic()))
            except Empty:
                raise AssertionError(f"{what} did not happen") from None
            call(*arguments)

    @property
    def waits(self) -> bool:
        """Whether threads have handed over what was not taken yet."""
        return not self._handed_over.empty()

    def take(self) -> bool:
        """Take what threads have handed over; says whether there was anything."""
        count = self._handed_over.qsize()
        for _ in range(count):
            call, arguments = self._handed_over.get()
            call(*arguments)
        return bool(count)

    def result(self, deferred: Deferred[T]) -> T:
        """What a Deferred comes to; raises what it fails with."""
        came: list[Any] = []
        deferred.addBoth(came.append)
        self.run_until(lambda: bool(came), "the answer")
        if isinstance(came[0], Failure):
            came[0].raiseException()
        return came[0]  # type: ignore[no-any-return]
