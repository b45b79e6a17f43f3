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
        there = self._switch.ring(caller.number, device, self._clock.seconds(), caller.name)
        if there is None:
            self._clock.callLater(self._habits.pause, self._ring)
        else:
            self._wait(there, self._habits.patience)

    def _wait(self, caller: OutsideCaller, patience: float) -> None:
        """Look every second whether somebody answered."""
        if caller.talking:
            self._clock.callLater(self._habits.talk, lambda: self._hang_up(caller))
        elif patience > 0 and not caller.gone:
            self._clock.callLater(1.0, lambda: self._wait(caller, patience - 1.0))
        else:
            self._hang_up(caller)

    def _hang_up(self, caller: OutsideCaller) -> None:
        caller.hang_up(self._clock.seconds())
        self._clock.callLater(self._habits.pause, self._ring)
