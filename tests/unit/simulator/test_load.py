"""Busy-hour traffic on a clock that goes from one happening to the next: an hour takes no time."""

from __future__ import annotations

import math
from typing import cast

import pytest
from twisted.internet.base import DelayedCall
from twisted.internet.task import Clock

from csta.simulator.calls import Extension, Group, GroupKind, Line
from csta.simulator.load import Load, Tally
from csta.simulator.scenario import Traffic
from csta.simulator.server import SwitchServer
from csta.simulator.switch import Switch

HOUR = 3600.0


class Rush:
    """A switch under load."""

    def __init__(self, lines: int, telephones: int, traffic: Traffic) -> None:
        self.clock = Clock()
        numbers = [str(2000 + each) for each in range(1, telephones + 1)]
        extensions = [Extension(number, lines=3) for number in numbers]
        group = Group("600", kind=GroupKind.ACD, members=tuple(numbers))
        self.switch = Switch([*extensions, group, *(Line(f"T{line}") for line in range(lines))])
        self.server = SwitchServer(self.clock, self.switch)
        self.load = Load(self.switch, self.clock, traffic)
        self.load.start()

    def go_on(self, until: float) -> None:
        while (at := self.next_deadline()) <= until:
            self.clock.advance(at - self.clock.seconds())

    def next_deadline(self) -> float:
        return min((cast(DelayedCall, call).getTime() for call in self.clock.getDelayedCalls()), default=math.inf)

    def hour(self) -> Tally:
        """An hour of calls, and as long as it takes until the last one is over."""
        self.go_on(HOUR)
        self.load.stop()
        self.go_on(3 * HOUR)
        assert not self.clock.getDelayedCalls()
        return self.load.tally


def erlang_b(load: float, lines: int) -> float:
    """Share of calls that find no line free, by Erlang's formula, in its usual recursion."""
    blocked = 1.0
    for line in range(1, lines + 1):
        blocked = load * blocked / (line + load * blocked)
    return blocked


def test_every_call_is_accounted_for() -> None:
    rush = Rush(lines=6, telephones=5, traffic=Traffic(calls_per_hour=300, talk=60))
    tally = rush.hour()
    assert tally.offered == tally.blocked + tally.answered + tally.abandoned + tally.lost
    assert 250 < tally.offered < 350
    assert min(tally.blocked, tally.answered, tally.abandoned) > 0


def test_no_call_is_left_behind() -> None:
    rush = Rush(lines=2, telephones=2, traffic=Traffic(calls_per_hour=300, talk=60))
    rush.hour()
    there = [rush.switch.ring("0890", "2001", rush.clock.seconds()) for _ in range(3)]
    assert [caller is not None for caller in there] == [True, True, False]


def test_a_seed_makes_one_sequence() -> None:
    first, again, other = (Rush(lines=3, telephones=3, traffic=Traffic(seed=seed)).hour() for seed in (7, 7, 8))
    assert first == again
    assert first != other


def test_lines_are_as_scarce_as_erlang_says() -> None:
    """Three erlang on four lines: every fifth call is blocked."""
    rush = Rush(
        lines=4, telephones=80, traffic=Traffic(calls_per_hour=1800, talk=6, answer=0.001, unanswered=0, patience=600)
    )
    rush.go_on(2 * HOUR)
    tally = rush.load.tally
    assert tally.abandoned == tally.lost == 0
    assert tally.blocked / tally.offered == pytest.approx(erlang_b(3, 4), abs=0.02)


def test_unanswered_calls_are_given_up_in_time() -> None:
    tally = Rush(lines=50, telephones=9, traffic=Traffic(calls_per_hour=120, unanswered=1, patience=20)).hour()
    assert (tally.blocked, tally.answered, tally.abandoned) == (0, 0, tally.offered)


def test_who_meets_busy_telephones_is_lost() -> None:
    rush = Rush(
        lines=20, telephones=1, traffic=Traffic(calls_per_hour=600, talk=300, answer=1, unanswered=0, patience=30)
    )
    assert rush.hour().lost > 0


def test_callers_wait_in_the_queue_of_a_group() -> None:
    """Nobody is logged on: who waits gives up."""
    tally = Rush(
        lines=20, telephones=3, traffic=Traffic(to=("600",), calls_per_hour=120, unanswered=0, patience=20)
    ).hour()
    assert tally.abandoned == tally.offered > 0


def test_stopped_traffic_stays_stopped() -> None:
    rush = Rush(lines=2, telephones=2, traffic=Traffic())
    rush.load.stop()
    rush.go_on(HOUR)
    assert rush.load.tally == Tally()
