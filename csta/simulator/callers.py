"""People outside who call all day, so that a newcomer sees something happen. The same sequence every time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import cycle
from typing import Protocol

from csta.simulator.switch import OutsideCaller, Switch


class Clock(Protocol):
    """What is needed of a reactor: its time, and to be called later."""

    def seconds(self) -> float:
        """The time in seconds."""

    def callLater(self, delay: float, what: Callable[..., object], /, *args: object) -> object:
        """Call after ``delay`` seconds."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody outside; ``number`` None withholds it."""

    number: str | None
    name: str = ""


@dataclass(frozen=True, slots=True)
class Habits:
    """How they call, in seconds.

    :param first: until the first call.
    :param pause: from the end of a call to the next one.
    :param patience: how long they let it ring.
    :param talk: how long they talk once answered.
    """

    first: float = 5.0
    pause: float = 25.0
    patience: float = 20.0
    talk: float = 60.0


OFTEN = 1.0
"""Seconds between two looks of an outside caller whether somebody answered."""


class Visit:
    """A call of somebody outside who waits, then talks, then hangs up.

    :param patience: seconds after which the caller gives up.
    :param talk: seconds from the answer until the caller hangs up.
    """

    def __init__(self, caller: OutsideCaller, patience: float, talk: float, now: float) -> None:
        self._caller = caller
        self._until = now + patience
        self._talk = talk
        self._talking = False

    def look(self, now: float) -> float | None:
        """Look whether somebody answered, or hang up; when to look again, None when the caller is gone."""
        if self._caller.talking and not self._talking:
            self._talking = True
            return now + self._talk
        if now < self._until and not self._talking and not self._caller.gone:
            return min(now + OFTEN, self._until)
        self._caller.hang_up(now)
        return None


class ExternalCallers:
    """One call after the other: the callers in turn ring the devices in turn.

    :param callers: who calls; with several devices the two turns run side by side.
    """

    def __init__(
        self,
        switch: Switch,
        clock: Clock,
        callers: Sequence[Caller],
        devices: Sequence[str],
        habits: Habits | None = None,
    ) -> None:
        self._switch = switch
        self._clock = clock
        self._callers = cycle(callers)
        self._devices = cycle(devices)
        self._habits = habits or Habits()
        self._running = False

    def start(self) -> None:
        """Begin to call."""
        self._running = True
        self._clock.callLater(self._habits.first, self._ring)

    def stop(self) -> None:
        """Call no more; a call that is up goes on until its caller hangs up."""
        self._running = False

    def _ring(self) -> None:
        if not self._running:
            return
        caller, device = next(self._callers), next(self._devices)
        now = self._clock.seconds()
        there = self._switch.ring(caller.number, device, now, caller.name)
        if there is None:
            self._clock.callLater(self._habits.pause, self._ring)
        else:
            self._look(Visit(there, self._habits.patience, self._habits.talk, now))

    def _look(self, visit: Visit) -> None:
        now = self._clock.seconds()
        again = visit.look(now)
        if again is None:
            self._clock.callLater(self._habits.pause, self._ring)
        else:
            self._clock.callLater(again - now, self._look, visit)
