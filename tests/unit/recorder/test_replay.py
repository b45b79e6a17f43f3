"""A trace answers a client as its switch did, and asks a switch what its application asked."""

from __future__ import annotations

from pathlib import Path

import pytest
from twisted.internet.defer import Deferred

from csta.errors import ServiceError
from csta.model.events import CallAnswered, CallEnded, CallEvent, CallOffered, LinkDown
from csta.provider import CstaProvider
from csta.recorder import files
from csta.recorder.applying import RecordedApplication
from csta.recorder.computing import Difference
from csta.recorder.dialogue import follow, steps
from csta.recorder.live import Recording
from csta.recorder.story import line, story
from csta.simulator.calls import Extension, Group, Line
from csta.testing import MemoryReplay, MemorySwitch
from csta.testing.network import MemoryLink
from tests.traces.scenarios import GROUP, NAMES, TRACES, wire

WATCHED = (*NAMES, GROUP)


def stop(here: MemoryLink, provider: CstaProvider) -> None:
    """The switch of a trace answers when it is its turn."""
    stopped = Deferred.fromCoroutine(provider.stop())
    here.settle(5)
    assert stopped.called


# As a switch


@pytest.mark.parametrize("name", ["incoming", "diversion", "agent"])
@pytest.mark.parametrize("speed", [None, 1.0, 50.0])
def test_a_provider_that_only_watches_hears_the_recorded_calls(name: str, speed: float | None) -> None:
    path = TRACES / f"{name}.jsonl"
    here = MemoryReplay(path, speed, patience=2.0)
    provider = here.provider()
    heard: list[str] = []
    provider.subscribe(lambda event: heard.append(line(event)))
    for device in WATCHED:
        here.run(provider.monitor(device))
    here.settle(200)
    expected = [each for each in story(follow(files.read(path))) if not each.startswith("link")]
    assert [each for each in heard if not each.startswith("link")] == expected
    assert here.server.unknown == []
    stop(here, provider)


def test_answers_come_to_what_is_asked_and_events_wait_for_it() -> None:
    here = MemoryReplay(TRACES / "incoming.jsonl", 1.0, patience=60.0)
    provider = here.provider(*WATCHED)
    heard: list[CallEvent] = []
    provider.subscribe(lambda event: heard.append(event) if isinstance(event, CallEvent) else None)
    here.settle(30)
    assert [type(event) for event in heard] == [CallOffered]  # the next thing in the trace is that it is answered
    here.run(provider.answer("2001", heard[0].call.id))
    here.settle(0.1)
    assert [type(event) for event in heard] == [CallOffered, CallAnswered]
    here.settle(30)
    here.run(provider.clear_connection("2001", heard[0].call.id))
    here.settle(0.1)
    assert [type(event) for event in heard][:3] == [CallOffered, CallAnswered, CallEnded]
    stop(here, provider)


@pytest.mark.parametrize(("speed", "seconds"), [(1.0, 2.0), (2.0, 1.0), (0.5, 4.0)])
def test_time_passes_as_fast_as_asked_for(speed: float, seconds: float) -> None:
    here = MemoryReplay(TRACES / "incoming.jsonl", speed)
    provider = here.provider(*WATCHED)
    here.settle(seconds - 0.1)
    assert provider.calls("2001") == ()
    here.settle(0.2)
    assert len(provider.calls("2001")) == 1
    stop(here, provider)


def test_what_was_never_asked_is_refused_and_noted() -> None:
    here = MemoryReplay(TRACES / "incoming.jsonl")
    client = here.client()
    with pytest.raises(ServiceError):
        here.run(client.call_control.make_call("2003", "110"))
    assert [type(request).__name__ for request in here.server.unknown] == ["MakeCall"]
    assert "AnswerCall" in [type(request).__name__ for request in here.server.missing]


def test_a_recorded_refusal_is_refused_again(tmp_path: Path) -> None:
    path = tmp_path / "refused.jsonl"
    recording = Recording(path)
    live = MemorySwitch("asn1", record=recording)
    client = live.client()
    with pytest.raises(ServiceError) as before:
        live.run(client.monitoring.monitor_start("4711"))
    live.run(client.close())
    recording.close()
    here = MemoryReplay(path)
    with pytest.raises(ServiceError) as again:
        here.run(here.client().monitoring.monitor_start("4711"))
    assert str(again.value) == str(before.value)


def test_a_lost_link_is_lost_again_and_the_next_connection_meets_the_next_link() -> None:
    here = MemoryReplay(TRACES / "link-loss.jsonl", patience=1.0)
    provider = here.provider()
    heard: list[str] = []
    provider.subscribe(lambda event: heard.append(type(event).__name__))
    for device in WATCHED:
        here.run(provider.monitor(device))
    here.settle(60)
    assert heard.count(LinkDown.__name__) == 1
    assert len(here.server.switches) == 2
    assert all(switch.finished for switch in here.server.switches)
    stop(here, provider)


# As an application


def office(kind: str) -> MemorySwitch:
    """The switch the example traces were recorded of."""
    telephones = [Extension(number, name=name) for number, name in NAMES.items()]
    group = Group(GROUP, members=("2001", "2002"))
    return MemorySwitch(kind, devices=[*telephones, group, Line("T1"), Line("T2")])


def apply(name: str, live: MemorySwitch) -> RecordedApplication:
    """Ask everything of an example trace again."""
    application = RecordedApplication(live.network, live.client(), patience=1.0)
    finished: Deferred[list[Difference]] = Deferred.fromCoroutine(
        application.run(steps(files.read(TRACES / f"{name}.jsonl")))
    )
    live.settle(120)
    failures: list[object] = []
    finished.addErrback(failures.append)
    assert not failures
    assert finished.called
    return application


@pytest.mark.parametrize("name", ["outgoing", "busy", "conference"])
def test_the_same_switch_does_the_same(name: str) -> None:
    """Nobody outside has to do anything in these."""
    application = apply(name, office(wire(name)))
    assert [str(each) for each in application.differences] == []
    assert application.asked >= 10
    assert application.heard >= 6


def test_another_switch_is_told_apart_message_by_message() -> None:
    live = office(wire("outgoing"))
    live.switch.set_in_service("2001", False, live.now)
    differences = [str(each) for each in apply("outgoing", live).differences]
    refused = "refused: systemResourceAvailability/callingDeviceOutOfService"
    assert f"message 19: MakeCall: recorded granted, now {refused}" in differences
    assert any(each.endswith("DeliveredEvent: recorded came, now did not come") for each in differences)
    assert any("ClearConnection: recorded asked, now not asked, for call_id" in each for each in differences)


def test_a_field_that_differs_is_told_with_its_path() -> None:
    live = office(wire("incoming"))
    application = RecordedApplication(live.network, live.client(), patience=1.0)
    finished = Deferred.fromCoroutine(application.run(steps(files.read(TRACES / "incoming.jsonl"))))
    live.settle(1)
    live.switch.ring("0891234567", "2001", live.now, "Huber")  # the recorded one was Maier
    live.settle(1)
    live.settle(60)
    assert finished.called
    told = [str(each) for each in application.differences]
    assert any(each.endswith("recorded N<0891234567>Maier, now N<0891234567>Huber") for each in told), told
    assert any("DeliveredEvent.calling_device.device_identifier.number" in each for each in told)


def test_what_came_besides_is_told() -> None:
    live = office(wire("outgoing"))
    application = RecordedApplication(live.network, live.client(), patience=1.0)
    finished = Deferred.fromCoroutine(application.run(steps(files.read(TRACES / "outgoing.jsonl"))))
    live.settle(1)
    live.switch.ring("0305550123", "2002", live.now)
    live.settle(120)
    assert finished.called
    assert "DeliveredEvent: recorded nothing, now it came" in map(str, application.differences)
