"""Busy-hour traffic: calls from outside at random moments, answered and held as people do.

Random, but the same every time for the same seed. Arrivals are a Poisson process, talks last exponentially long, as
traffic theory has it; the offered load in erlang is calls an hour times seconds of talk by 3600.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from csta.simulator.callers import Clock
from csta.simulator.scenario import Traffic
from csta.simulator.switch import OutsideCaller, Switch

SECONDS_PER_HOUR = 3600.0


@dataclass(slots=True)
class Tally:
    """What became of the calls so far.

    :ivar offered: all that were tried.
    :ivar blocked: all lines were in use.
    :ivar answered: somebody lifted the handset.
    :ivar abandoned: the caller lost patience.
    :ivar lost: the switch ended them before that, for want of a free telephone for instance.
    """

    offered: int = 0
    blocked: int = 0
    answered: int = 0
    abandoned: int = 0
    lost: int = 0


class Load:
    """Traffic on a switch, as long as it is started.

    :ivar tally: what became of the calls.
    """

    def __init__(self, switch: Switch, clock: Clock, traffic: Traffic) -> None:
        self.tally = Tally()
        self._switch = switch
        self._clock = clock
        self._devices = traffic.to or switch.devices
        self._traffic = traffic
        self._random = Random(traffic.seed)  # noqa: S311 -- traffic, not secrets
        self._running = False

    def start(self) -> None:
        """Let calls come."""
        self._running = True
        self._next()

    def stop(self) -> None:
        """Let no more calls come; those there are go on to their end."""
        self._running = False

    def _next(self) -> None:
        pause = self._random.expovariate(self._traffic.calls_per_hour / SECONDS_PER_HOUR)
        self._clock.callLater(pause, self._arrive)

    def _arrive(self) -> None:
        if not self._running:
            return
        self._next()
        called = self._random.choice(self._devices)
        caller = f"+4989{self._random.randrange(1_000_000, 10_000_000)}"
        there = self._switch.ring(caller, called, self._clock.seconds())
        self.tally.offered += 1
        if there is None:
            self.tally.blocked += 1
        elif self._random.random() < self._traffic.unanswered:
            self._clock.callLater(self._traffic.patience, self._give_up, there)
        else:
            self._clock.callLater(self._random.expovariate(1 / self._traffic.answer), self._answer, there, 0)

    def _answer(self, there: OutsideCaller, tries: int) -> None:
        """Whoever it rings at lifts the handset; in a queue it rings later."""
        if not there.talking:
            self._switch.answer(there, self._clock.seconds())
        if there.talking:
            self.tally.answered += 1
            self._clock.callLater(self._random.expovariate(1 / self._traffic.talk), self._hang_up, there)
        elif there.gone or tries >= self._traffic.patience:
            self._give_up(there)
        else:
            self._clock.callLater(1.0, self._answer, there, tries + 1)

    def _give_up(self, there: OutsideCaller) -> None:
        if there.talking:
            self.tally.answered += 1
        elif there.gone:
            self.tally.lost += 1
        else:
            self.tally.abandoned += 1
        self._hang_up(there)

    def _hang_up(self, there: OutsideCaller) -> None:
        there.hang_up(self._clock.seconds())
