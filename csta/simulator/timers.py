"""One timer per connection, on a clock that is handed in."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Hashable
from itertools import count

Action = Callable[[float], None]
"""What to do when a timer runs out; takes the time."""


class Timers:
    """Deadlines by owner; a new one replaces the old."""

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, Hashable]] = []
        self._set: dict[Hashable, tuple[int, Action]] = {}
        self._order = count()

    def set(self, owner: Hashable, at: float, action: Action) -> None:
        """Do ``action`` at the time ``at``, unless the owner's timer is set anew or cancelled before."""
        order = next(self._order)
        self._set[owner] = (order, action)
        heapq.heappush(self._heap, (at, order, owner))

    def cancel(self, owner: Hashable) -> None:
        """Forget the owner's timer, if it has one."""
        self._set.pop(owner, None)

    def clear(self) -> None:
        """Forget all timers."""
        self._set.clear()
        self._heap.clear()

    def next_deadline(self) -> float | None:
        """When the next timer runs out."""
        while self._heap and not self._live():
            heapq.heappop(self._heap)
        return self._heap[0][0] if self._heap else None

    def run(self, now: float) -> None:
        """Do what is due, in the order of the deadlines; each action sees its own deadline as the time."""
        while self.run_next(now):
            pass

    def run_next(self, now: float) -> bool:
        """Do the first thing that is due; whether there was one."""
        at = self.next_deadline()
        if at is None or at > now:
            return False
        owner = heapq.heappop(self._heap)[2]
        self._set.pop(owner)[1](at)
        return True

    def _live(self) -> bool:
        _, order, owner = self._heap[0]
        return owner in self._set and self._set[owner][0] == order
