"""The callers outside, on a clock that stands still until told."""

from __future__ import annotations

import pytest
from twisted.internet.task import Clock

from csta.messages.base import Event
from csta.messages.call_control_events import DeliveredEvent
from csta.messages.call_data import CSTAObject
from csta.messages.monitoring import MonitorStart
from csta.simulator.callers import Caller, ExternalCallers, Habits
from csta.simulator.calls import Extension, Line
from csta.simulator.switch import Switch

HABITS = Habits(first=5, pause=10, patience=20, talk=30)
CALLERS = [Caller("0891111"), Caller(None), Caller("0893333", "Ruth")]


class Office:
    def __init__(self, lines: int = 2) -> None:
        self.clock = Clock()
        extensions = [Extension("2001"), Extension("2002")]
        self.switch = Switch([*extensions, *(Line(f"T{line}") for line in range(lines))])
        self.callers = ExternalCallers(self.switch, self.clock, CALLERS, ["2001", "2002"], HABITS)
        for extension in extensions:
            watch = MonitorStart(monitor_object=CSTAObject(device_object=extension.id))
            self.switch.handle("client", watch, 0.0)

    def pass_time(self, seconds: int) -> list[tuple[int, str]]:
        """(time, event) of what the monitors tell; a ringing call with device and caller."""
        told = []
        for _ in range(seconds):
            self.clock.advance(1)
            while (message := self.switch.next_event()) is not None:
                assert isinstance(message[1], Event)
                told.append((int(self.clock.seconds()), words(message[1])))
        return told


def words(event: Event) -> str:
    if not isinstance(event, DeliveredEvent):
        return type(event).__name__.removesuffix("Event")
    caller = event.calling_device
    who = "withheld" if caller.restricted else str(caller.device)
    return f"{event.alerting_device.device} rings: {who}"


@pytest.fixture
def office() -> Office:
    return Office()


def test_nobody_answers_so_they_give_up_and_the_next_one_calls(office: Office) -> None:
    office.callers.start()
    assert office.pass_time(100) == [
        (5, "2001 rings: 0891111"),
        (25, "ConnectionCleared"),
        (25, "ConnectionCleared"),
        (35, "2002 rings: withheld"),
        (55, "ConnectionCleared"),
        (55, "ConnectionCleared"),
        (65, "2001 rings: N<0893333>Ruth"),
        (85, "ConnectionCleared"),
        (85, "ConnectionCleared"),
        (95, "2002 rings: 0891111"),
    ]


def test_they_talk_for_a_while_once_answered(office: Office) -> None:
    office.callers.start()
    office.pass_time(10)
    office.switch.lift("2001", office.clock.seconds())
    told = office.pass_time(45)
    assert told[0] == (11, "Established")
    assert told[1:] == [(41, "ConnectionCleared"), (41, "ConnectionCleared"), (51, "2002 rings: withheld")]


def test_a_refused_caller_is_gone_and_the_next_one_follows(office: Office) -> None:
    office.callers.start()
    office.pass_time(10)
    office.switch.hang_up("2001", office.clock.seconds())
    assert office.pass_time(12)[-1] == (21, "2002 rings: withheld")


def test_they_wait_while_all_lines_are_in_use() -> None:
    office = Office(lines=1)
    caller = office.switch.ring("0890", "2002", 0.0)
    assert caller is not None
    office.callers.start()
    assert office.pass_time(7) == [(1, "2002 rings: 0890")]
    caller.hang_up(7.0)
    assert office.pass_time(8)[-1] == (15, "2002 rings: withheld")


def test_stopped_callers_call_no_more(office: Office) -> None:
    office.callers.start()
    office.callers.stop()
    assert office.pass_time(100) == []
