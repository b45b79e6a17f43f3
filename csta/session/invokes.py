"""The requests of one side that wait for their answers, and their invoke ids.

An id is used again only when nothing can be confused: not while its request waits, and not soon after the request
ended without an answer, because the answer may still come.
"""

from __future__ import annotations

import heapq
from typing import Any, NamedTuple

from csta.errors import LocalProtocolError
from csta.messages.base import Request
from csta.session.irregularities import Irregularity

MAX_PARKED = 1_000
"""Ids of ended requests kept apart until their late answers come; the oldest are let go first."""


class Invocation(NamedTuple):
    """A request under way.

    :param timeout: seconds its answer may take.
    :param deadline: when it ends unanswered, on the session's clock.
    :param internal: made by the session itself (heartbeat); its end is nobody else's business.
    """

    invoke_id: int
    request: Request[Any]
    timeout: float
    deadline: float
    internal: bool = False


class Invocations:
    """The pending table of a session."""

    def __init__(self, last_id: int) -> None:
        self._last_id = last_id
        self._previous = 0
        self._pending: dict[int, Invocation] = {}
        self._deadlines: list[tuple[float, int]] = []
        self._parked: dict[int, str] = {}
        self._answered: dict[int, None] = {}

    def __len__(self) -> int:
        return len(self._pending)

    def next_id(self) -> int:
        """An invoke id that is free; raises LocalProtocolError when all are taken."""
        for _ in range(self._last_id):
            self._previous = self._previous % self._last_id + 1
            if self._previous not in self._pending and self._previous not in self._parked:
                return self._previous
        raise LocalProtocolError(f"all {self._last_id} invoke ids wait for an answer", "invokeId")

    def begin(self, invocation: Invocation) -> None:
        """Put a request that was sent into the table."""
        self._answered.pop(invocation.invoke_id, None)
        self._pending[invocation.invoke_id] = invocation
        heapq.heappush(self._deadlines, (invocation.deadline, invocation.invoke_id))

    def end(self, invoke_id: int | None) -> Invocation | None:
        """Take a request whose answer came out of the table, None when no such request waits."""
        invocation = None if invoke_id is None else self._pending.pop(invoke_id, None)
        if invocation is not None:
            self._answered[invocation.invoke_id] = None
            if len(self._answered) > MAX_PARKED:
                del self._answered[next(iter(self._answered))]
        return invocation

    def abandon(self, invoke_id: int) -> Invocation | None:
        """Take a request out that nobody waits for any more; its id is parked for the late answer."""
        invocation = self._pending.pop(invoke_id, None)
        if invocation is not None:
            self.park(invoke_id, invocation.request)
        return invocation

    def park(self, invoke_id: int, request: Request[Any]) -> None:
        """Keep an id apart from whose request nothing, or nothing but a refusal, is to come any more."""
        self._parked[invoke_id] = type(request).__name__
        if len(self._parked) > min(MAX_PARKED, self._last_id // 2):
            del self._parked[next(iter(self._parked))]

    def unpark(self, invoke_id: int | None) -> str:
        """Name of the request of a late answer, empty when there is none; it is forgotten by asking."""
        return "" if invoke_id is None else self._parked.pop(invoke_id, "")

    def stray(self, invoke_id: int | None) -> tuple[Irregularity, str]:
        """What is wrong with an answer no request waits for, and the request it is late to."""
        late_to = self.unpark(invoke_id)
        if late_to:
            return Irregularity.LATE_ANSWER, late_to
        return Irregularity.SECOND_ANSWER if invoke_id in self._answered else Irregularity.UNKNOWN_ANSWER, ""

    def expired(self, now: float) -> list[Invocation]:
        """Take out the requests whose time is up, in the order of their deadlines."""
        ended = []
        while (deadline := self.next_deadline()) is not None and deadline <= now:
            _, invoke_id = heapq.heappop(self._deadlines)
            invocation = self.abandon(invoke_id)
            if invocation is not None:
                ended.append(invocation)
        return ended

    def next_deadline(self) -> float | None:
        """When the next request ends unanswered, None when none waits."""
        while self._deadlines:
            deadline, invoke_id = self._deadlines[0]
            invocation = self._pending.get(invoke_id)
            if invocation is not None and invocation.deadline == deadline:
                return deadline
            heapq.heappop(self._deadlines)  # answered meanwhile
        return None

    def drain(self) -> list[Invocation]:
        """Take out everything, oldest first: the link is gone."""
        waiting = list(self._pending.values())
        self._pending.clear()
        self._deadlines.clear()
        return waiting
