"""What the log says of a call from the first ring to its end, and that every line says of which."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, cast

import pytest
from twisted.logger import ILogObserver, globalLogPublisher

from csta.errors import RequestTimeout, ServiceError
from csta.model.events import CallAnswered, CallEnded
from csta.model.states import ConnectionState
from csta_gateway.config import Log
from csta_gateway.log import Lines

if TYPE_CHECKING:
    from tests.unit.csta_gateway.conftest import World

ABOUT = {"call": "c1", "link": "HQ", "device": "2001"}


class Written:
    """What has been logged so far."""

    def __init__(self, settings: Log) -> None:
        self._output = io.StringIO()
        self.observer = cast(ILogObserver, Lines(settings, self._output))

    @property
    def lines(self) -> list[str]:
        return self._output.getvalue().splitlines()

    def about_calls(self) -> list[dict[str, Any]]:
        """The JSON lines that name a call."""
        return [line for line in map(json.loads, self.lines) if "call" in line]


@pytest.fixture
def written(request: pytest.FixtureRequest) -> Iterator[Written]:
    log = Written(request.param)
    globalLogPublisher.addObserver(log.observer)
    yield log
    globalLogPublisher.removeObserver(log.observer)


json_log = pytest.mark.parametrize("written", [Log(format="json", level="debug")], indirect=True)


@json_log
def test_each_step_of_a_call_is_a_line_that_names_it(written: Written, world: World) -> None:
    call = world.switch.ring()
    anna = world.browser("anna")
    (shown,) = anna.get("/api/calls").json["calls"]
    anna.post(f"/api/calls/{shown['id']}/answer")
    world.switch.change(call, CallAnswered, state=ConnectionState.CONNECTED, answered=1002.0)
    world.switch.outcome = ServiceError("holdCall", "stateIncompatibility", "invalidConnectionState")
    anna.post(f"/api/calls/{shown['id']}/hold")
    world.switch.change(call, CallEnded, state=ConnectionState.NULL, answered=1002.0)
    told = written.about_calls()
    assert [{name: line.get(name) for name in ABOUT} for line in told] == [{**ABOUT, "call": shown["id"]}] * len(told)
    assert [(line["level"], line["event"]) for line in told] == [
        ("debug", "CallOffered: incoming, alerting, 0899****; callID:xc1"),
        ("debug", "looked up in 0.000 s: 1 matches, 0 sources failed"),
        ("debug", "shown: ringing, page for incoming"),
        ("debug", "anna: answer done"),
        ("debug", "CallAnswered: incoming, connected, 0899****; callID:xc1"),
        ("debug", "shown: connected, page for incoming"),
        ("info", "anna: hold failed: holdCall: stateIncompatibility/invalidConnectionState"),
        ("debug", "CallEnded: incoming, null, 0899****; callID:xc1"),
        ("debug", "shown: answered, page for incoming"),
        ("debug", "in the journal of anna as 1: answered"),
        ("debug", "told the CRM: written"),
    ]
    assert {line["user"] for line in told if line["logger"] == "csta_gateway.commands"} == {"anna"}


@json_log
@pytest.mark.parametrize(
    ("trouble", "level"),
    [(RequestTimeout("makeCall", 10.0), "warn"), (ServiceError("makeCall", "operation", "generic"), "info")],
    ids=["no-answer", "refused"],
)
def test_a_call_that_cannot_be_made_is_told_with_its_telephone(
    written: Written, world: World, trouble: Exception, level: str
) -> None:
    world.switch.outcome = trouble
    world.browser("anna").post("/api/calls", {"number": "089 99123"})
    (line,) = (line for line in map(json.loads, written.lines) if "dial failed" in line["event"])
    assert (line["level"], line["link"], line["device"], line["user"]) == (level, "HQ", "2001", "anna")


@json_log
def test_a_new_call_is_named_once_the_switch_has_said_which(written: Written, world: World) -> None:
    made = world.browser("anna").post("/api/calls", {"number": "089 99123"}).json["call"]
    assert [line["call"] for line in written.about_calls() if line["event"] == "anna: dial done"] == [made]


@json_log
def test_a_fault_of_ours_is_told_with_what_it_was_about(written: Written, world: World) -> None:
    world.switch.ring()
    world.switch.outcome = ZeroDivisionError()
    assert world.browser("anna").post("/api/calls/c1/answer").status == 500
    (line,) = (line for line in written.about_calls() if line["level"] == "critical")
    assert line.items() >= {**ABOUT, "user": "anna"}.items()


@json_log
def test_a_call_the_crm_does_not_take_is_told_with_its_id(written: Written, world: World) -> None:
    world.crm.broken = True
    world.switch.change(world.switch.ring(), CallEnded, state=ConnectionState.NULL)
    for pause in (10.0, 60.0, 300.0, 1800.0):
        world.clock.advance(pause)
    *_, last = (line for line in written.about_calls() if line["level"] == "error")
    assert last.items() >= {**ABOUT, "user": "anna", "source": "crm"}.items()


@pytest.mark.parametrize("written", [Log(level="debug")], indirect=True)
def test_people_find_in_brackets_what_the_sentence_does_not_say(written: Written, world: World) -> None:
    world.switch.ring()
    assert any(
        line.endswith("shown: ringing, page for incoming [link HQ, call c1, device 2001, user anna]")
        for line in written.lines
    )
