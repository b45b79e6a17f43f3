"""Whether the peer is still there: a heartbeat in both directions, System Status nearly always (ECMA-269 §14.2.2).

The standard leaves open which side sends it and what a missing answer means. Here any octets from the peer count as
life; after a silence this side asks, and after some questions without an answer the link is dead.
"""

from __future__ import annotations

from enum import Enum


class Pulse(Enum):
    """What is due now."""

    QUIET = "nothing"
    ASK = "send the heartbeat"
    DEAD = "give the link up"


class Heartbeat:
    """The silence of one peer.

    :param interval: seconds of silence before each question; 0 for no heartbeat.
    :param limit: questions in a row that may stay without an answer.
    :param answered: whether the peer answers; without, it is told every ``interval`` that this side lives, and its own
        silence means nothing.
    """

    def __init__(self, interval: float, limit: int, *, answered: bool = True) -> None:
        self._answered = answered
        self._interval = interval
        self._limit = limit
        self._asked = 0
        self._deadline: float | None = None

    def heard(self, now: float) -> None:
        """Octets came from the peer, or the link has just been made."""
        self._asked = 0
        if self._answered or self._deadline is None:
            self._wait(now)

    def stop(self) -> None:
        """The link is over."""
        self._deadline = None

    def next_deadline(self) -> float | None:
        """When :meth:`due` is to be asked next, None for never."""
        return self._deadline

    def due(self, now: float) -> Pulse:
        """What is to be done at ``now``."""
        if self._deadline is None or now < self._deadline:
            return Pulse.QUIET
        if self._answered and self._asked >= self._limit:
            return Pulse.DEAD
        self._asked += 1
        self._wait(now)
        return Pulse.ASK

    def _wait(self, now: float) -> None:
        self._deadline = now + self._interval if self._interval else None

    @property
    def silence(self) -> float:
        """Seconds of silence after which the link is given up."""
        return self._interval * (self._limit + 1)
