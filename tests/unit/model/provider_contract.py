"""What every provider keeps, whatever is behind it.

A test module runs these tests by importing all of them and giving a fixture ``stage``: a started provider with
:data:`DEVICES` monitored, free telephones of one switch, and nothing told yet.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Protocol, TypeVar

import pytest

from csta.errors import CSTAError, LinkLost, LocalProtocolError, ServiceError
from csta.model.call import Call, Direction
from csta.model.events import (
    CallAnswered,
    CallConferenced,
    CallDelivered,
    CallEnded,
    CallEvent,
    CallHeld,
    CallOffered,
    CallRetrieved,
    CallTransferred,
    DeviceChanged,
    LinkDown,
    LinkUp,
    ModelEvent,
)
from csta.model.provider import Provider
from csta.model.states import ConnectionState, Service

R = TypeVar("R")
DEVICES = ("2001", "2002", "2003")
ANNA, BERT, CARL = DEVICES


class Stage(Protocol):
    """A provider and what moves it."""

    @property
    def provider(self) -> Provider:
        """The provider."""

    @property
    def told(self) -> list[ModelEvent]:
        """What it told its listeners."""

    def run(self, awaitable: Awaitable[R]) -> R:
        """Wait for a command and for all that follows from it."""

    def lose_link(self) -> None:
        """Cut the link to the switch."""

    def restore_link(self) -> None:
        """Let the link come back."""


def the_call(stage: Stage, device: str) -> Call:
    [call] = stage.provider.calls(device)
    return call


def ringing(stage: Stage, caller: str = ANNA, called: str = BERT) -> str:
    return stage.run(stage.provider.make_call(caller, called))


def talking(stage: Stage, caller: str = ANNA, called: str = BERT) -> str:
    call = ringing(stage, caller, called)
    stage.run(stage.provider.answer(called, the_call(stage, called).id))
    return call


def consulting(stage: Stage) -> tuple[str, str]:
    held = talking(stage)
    active = stage.run(stage.provider.consult(ANNA, held, CARL))
    stage.run(stage.provider.answer(CARL, the_call(stage, CARL).id))
    stage.told.clear()
    return held, active


def told_at(stage: Stage, device: str) -> list[type[CallEvent]]:
    return [type(event) for event in stage.told if isinstance(event, CallEvent) and event.call.device == device]


def states(stage: Stage) -> dict[str, list[ConnectionState]]:
    return {device: [call.state for call in stage.provider.calls(device)] for device in DEVICES}


def test_a_call_rings_at_the_other_end(stage: Stage) -> None:
    made = ringing(stage)
    here, there = the_call(stage, ANNA), the_call(stage, BERT)
    assert (here.id, here.direction, here.state) == (made, Direction.OUTGOING, ConnectionState.CONNECTED)
    assert (here.other.number, here.far_state, here.answered) == (BERT, ConnectionState.ALERTING, None)
    assert (there.direction, there.state, there.other.number) == (Direction.INCOMING, ConnectionState.ALERTING, ANNA)
    assert there.id != here.id
    assert told_at(stage, ANNA)[-1] is CallDelivered
    assert told_at(stage, BERT) == [CallOffered]


def test_answered_at_both_ends(stage: Stage) -> None:
    made = talking(stage)
    assert the_call(stage, ANNA).id == made
    for device in (ANNA, BERT):
        assert the_call(stage, device).state is ConnectionState.CONNECTED
        assert the_call(stage, device).answered is not None
        assert told_at(stage, device)[-1] is CallAnswered


@pytest.mark.parametrize("clearing", [ANNA, BERT])
@pytest.mark.parametrize("begin", [ringing, talking])
def test_over_at_both_ends(stage: Stage, begin: Callable[[Stage], str], clearing: str) -> None:
    begin(stage)
    stage.run(stage.provider.clear_connection(clearing, the_call(stage, clearing).id))
    assert states(stage) == {ANNA: [], BERT: [], CARL: []}
    for device in (ANNA, BERT):
        assert told_at(stage, device).count(CallEnded) == 1
        assert told_at(stage, device)[-1] is CallEnded


def test_hold_and_retrieve(stage: Stage) -> None:
    call = talking(stage)
    stage.told.clear()
    stage.run(stage.provider.hold(ANNA, call))
    assert the_call(stage, ANNA).state is ConnectionState.HOLD
    assert the_call(stage, BERT).far_state is ConnectionState.HOLD
    stage.run(stage.provider.retrieve(ANNA, call))
    assert the_call(stage, ANNA).state is the_call(stage, BERT).far_state is ConnectionState.CONNECTED
    assert told_at(stage, ANNA) == [CallHeld, CallRetrieved]


def test_a_consultation_knows_what_it_is_for(stage: Stage) -> None:
    held, active = consulting(stage)
    first, second = stage.provider.calls(ANNA)
    assert (first.id, first.state) == (held, ConnectionState.HOLD)
    assert (second.id, second.state, second.consultation_of) == (active, ConnectionState.CONNECTED, held)


def test_alternate(stage: Stage) -> None:
    held, active = consulting(stage)
    stage.run(stage.provider.alternate(ANNA, held, active))
    assert {call.id: call.state for call in stage.provider.calls(ANNA)} == {
        held: ConnectionState.CONNECTED,
        active: ConnectionState.HOLD,
    }


def test_reconnect(stage: Stage) -> None:
    held, active = consulting(stage)
    stage.run(stage.provider.reconnect(ANNA, active, held))
    assert (the_call(stage, ANNA).id, the_call(stage, ANNA).state) == (held, ConnectionState.CONNECTED)
    assert stage.provider.calls(CARL) == ()


def test_a_consultation_stands_alone_when_the_held_party_hangs_up(stage: Stage) -> None:
    _, active = consulting(stage)
    stage.run(stage.provider.clear_connection(BERT, the_call(stage, BERT).id))
    assert (the_call(stage, ANNA).id, the_call(stage, ANNA).consultation_of) == (active, None)


def test_transfer(stage: Stage) -> None:
    held, active = consulting(stage)
    before = {device: the_call(stage, device) for device in (BERT, CARL)}
    stage.run(stage.provider.transfer(ANNA, held, active))
    assert stage.provider.calls(ANNA) == ()
    assert sorted(told_at(stage, ANNA), key=str) == [CallEnded, CallEnded]
    for device, other in ((BERT, CARL), (CARL, BERT)):
        after = the_call(stage, device)
        assert (after.id, after.state) == (before[device].id, ConnectionState.CONNECTED)
        assert after.other.number == other
        assert CallTransferred in told_at(stage, device)
    assert the_call(stage, BERT).call_id == the_call(stage, CARL).call_id


def test_conference(stage: Stage) -> None:
    held, active = consulting(stage)
    stage.run(stage.provider.conference(ANNA, held, active))
    for device in DEVICES:
        call = the_call(stage, device)
        assert call.state is ConnectionState.CONNECTED
        assert {party.number for party in call.parties} == set(DEVICES) - {device}
        assert CallConferenced in told_at(stage, device)
    assert the_call(stage, ANNA).id == held
    stage.run(stage.provider.clear_connection(ANNA, held))
    assert states(stage) == {ANNA: [], BERT: [ConnectionState.CONNECTED], CARL: [ConnectionState.CONNECTED]}
    assert [party.number for party in the_call(stage, BERT).parties] == [CARL]


def test_single_step_transfer(stage: Stage) -> None:
    call = talking(stage)
    before = the_call(stage, BERT)
    stage.run(stage.provider.single_step_transfer(ANNA, call, CARL))
    assert states(stage) == {ANNA: [], BERT: [ConnectionState.CONNECTED], CARL: [ConnectionState.ALERTING]}
    assert the_call(stage, BERT).id == before.id
    assert the_call(stage, BERT).other.number == CARL


def test_deflect(stage: Stage) -> None:
    ringing(stage)
    stage.run(stage.provider.deflect(BERT, the_call(stage, BERT).id, CARL))
    assert states(stage) == {ANNA: [ConnectionState.CONNECTED], BERT: [], CARL: [ConnectionState.ALERTING]}
    [ended] = [event for event in stage.told if isinstance(event, CallEnded)]
    assert (ended.call.device, ended.answered_by) == (BERT, CARL)
    redirected = the_call(stage, CARL)
    assert redirected.last_redirection is not None
    assert (redirected.last_redirection.number, redirected.called.number, redirected.other.number) == (BERT, BERT, ANNA)


def test_pickup(stage: Stage) -> None:
    ringing(stage)
    stage.run(stage.provider.pickup(CARL, BERT, the_call(stage, BERT).call_id))
    assert states(stage) == {ANNA: [ConnectionState.CONNECTED], BERT: [], CARL: [ConnectionState.CONNECTED]}
    [ended] = [event for event in stage.told if isinstance(event, CallEnded)]
    assert (ended.call.device, ended.answered_by) == (BERT, CARL)
    assert the_call(stage, ANNA).answered is not None


def test_park(stage: Stage) -> None:
    call = talking(stage)
    stage.run(stage.provider.park(ANNA, call, CARL))
    assert states(stage) == {ANNA: [], BERT: [ConnectionState.CONNECTED], CARL: [ConnectionState.QUEUED]}


def test_digits_change_nothing(stage: Stage) -> None:
    call = talking(stage)
    stage.told.clear()
    stage.run(stage.provider.generate_digits(ANNA, call, "12#"))
    assert stage.told == []


def test_do_not_disturb(stage: Stage) -> None:
    assert stage.run(stage.provider.get_do_not_disturb(ANNA)) is False
    stage.run(stage.provider.set_do_not_disturb(ANNA, True))
    assert stage.run(stage.provider.get_do_not_disturb(ANNA)) is True
    changes = [event for event in stage.told if isinstance(event, DeviceChanged)]
    assert [(change.device, change.do_not_disturb) for change in changes] == [(ANNA, True)]


def test_forwarding(stage: Stage) -> None:
    stage.run(stage.provider.set_forwarding(ANNA, "forwardImmediate", CARL))
    assert stage.run(stage.provider.get_forwarding(ANNA)) == {"forwardImmediate": CARL}
    stage.run(stage.provider.set_forwarding(ANNA, "forwardImmediate", None))
    assert stage.run(stage.provider.get_forwarding(ANNA)) == {}
    changes = [event.forwarding for event in stage.told if isinstance(event, DeviceChanged)]
    assert changes == [{"forwardImmediate": CARL}, {}]


ON_A_RINGING_CALL: list[Callable[[Provider, str], Awaitable[object]]] = [
    lambda provider, call: provider.hold(BERT, call),
    lambda provider, call: provider.retrieve(BERT, call),
    lambda provider, call: provider.consult(BERT, call, CARL),
    lambda provider, call: provider.generate_digits(BERT, call, "1"),
    lambda provider, call: provider.park(BERT, call, CARL),
    lambda provider, call: provider.transfer(BERT, call, call),
    lambda provider, call: provider.answer(ANNA, call),
    lambda provider, call: provider.clear_connection(BERT, "no such call"),
]


@pytest.mark.parametrize("command", ON_A_RINGING_CALL)
def test_what_the_state_of_a_call_forbids(stage: Stage, command: Callable[[Provider, str], Awaitable[object]]) -> None:
    ringing(stage)
    stage.told.clear()
    call = the_call(stage, BERT).id
    with pytest.raises(LocalProtocolError):
        stage.run(command(stage.provider, call))
    assert stage.told == []


def test_nothing_to_pick_up(stage: Stage) -> None:
    with pytest.raises(ServiceError):
        stage.run(stage.provider.pickup(CARL, BERT, "ffff"))


def test_without_a_link(stage: Stage) -> None:
    call = talking(stage)
    stage.told.clear()
    stage.lose_link()
    assert not stage.provider.link_up
    assert stage.provider.link_reason
    assert [event.reason for event in stage.told if isinstance(event, LinkDown)] == [stage.provider.link_reason]
    assert stage.provider.capabilities(ANNA) == frozenset()
    assert the_call(stage, ANNA).id == call
    for command in (stage.provider.make_call(CARL, ANNA), stage.provider.hold(ANNA, call)):
        with pytest.raises(LinkLost):
            stage.run(command)


def test_calls_go_on_after_the_link_was_lost(stage: Stage) -> None:
    talking(stage)
    before = {device: stage.provider.calls(device) for device in DEVICES}
    stage.told.clear()
    stage.lose_link()
    stage.restore_link()
    assert stage.provider.link_up
    assert stage.provider.link_reason == ""
    assert {device: stage.provider.calls(device) for device in DEVICES} == before
    assert [event for event in stage.told if isinstance(event, CallEvent)] == []
    assert isinstance(stage.told[-1], LinkUp)
    stage.run(stage.provider.clear_connection(ANNA, before[ANNA][0].id))
    assert states(stage) == {ANNA: [], BERT: [], CARL: []}


def test_a_snapshot_tells_nothing_new(stage: Stage) -> None:
    talking(stage)
    stage.told.clear()
    assert stage.run(stage.provider.snapshot(ANNA)) == stage.provider.calls(ANNA)
    assert stage.told == []


def test_a_device_watched_no_longer(stage: Stage) -> None:
    talking(stage)
    stage.run(stage.provider.unmonitor(BERT))
    stage.told.clear()
    assert stage.provider.calls(BERT) == ()
    stage.run(stage.provider.clear_connection(ANNA, the_call(stage, ANNA).id))
    assert told_at(stage, BERT) == []


def test_a_device_watched_in_the_middle_of_a_call(stage: Stage) -> None:
    stage.run(stage.provider.unmonitor(BERT))
    talking_to = ringing(stage)
    stage.told.clear()
    stage.run(stage.provider.monitor(BERT))
    stage.run(stage.provider.monitor(BERT))
    assert told_at(stage, BERT) == [CallOffered]
    assert the_call(stage, BERT).other.number == ANNA
    assert the_call(stage, ANNA).id == talking_to


def test_capabilities(stage: Stage) -> None:
    assert {Service.MAKE_CALL, Service.ANSWER_CALL, Service.CLEAR_CONNECTION} <= stage.provider.capabilities(ANNA)


def test_a_listener_that_left(stage: Stage) -> None:
    heard: list[ModelEvent] = []
    leave = stage.provider.subscribe(heard.append)
    leave()
    ringing(stage)
    assert heard == []


def test_after_the_end(stage: Stage) -> None:
    stage.run(stage.provider.stop())
    assert not stage.provider.link_up
    with pytest.raises(CSTAError):
        stage.run(stage.provider.make_call(ANNA, BERT))
