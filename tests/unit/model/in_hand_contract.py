"""What devices and calls in hand keep, over every provider; see :mod:`tests.unit.model.provider_contract`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from csta.errors import LocalProtocolError
from csta.model.device import Device, LiveCall
from csta.model.events import CallEvent, ModelEvent
from csta.model.states import ConnectionState, Service
from tests.unit.model.provider_contract import ANNA, BERT, CARL, Stage, ringing, talking, the_call


def test_a_call_in_hand_from_beginning_to_end(stage: Stage) -> None:
    anna, bert = Device(stage.provider, ANNA), Device(stage.provider, BERT)
    heard: list[ModelEvent] = []
    bert.subscribe(heard.append)
    call = stage.run(anna.make_call(BERT))
    [ringing_there] = bert.calls
    assert Service.ANSWER_CALL in ringing_there.allowed
    stage.run(ringing_there.answer())
    stage.run(call.hold())
    assert (call.state, Service.RETRIEVE_CALL in call.allowed) == (ConnectionState.HOLD, True)
    stage.run(call.retrieve())
    stage.run(call.generate_digits("1#"))
    stage.run(call.clear())
    assert (call.now, call.state, call.allowed) == (None, ConnectionState.NULL, frozenset())
    assert heard
    assert heard == [event for event in stage.told if isinstance(event, CallEvent) and event.call.device == BERT]


@pytest.mark.parametrize("from_the_held_one", [True, False])
def test_two_calls_in_hand(stage: Stage, from_the_held_one: bool) -> None:
    anna = Device(stage.provider, ANNA)
    first = LiveCall(anna, talking(stage))
    second = stage.run(first.consult(CARL))
    stage.run(Device(stage.provider, CARL).calls[0].answer())
    call = first if from_the_held_one else second
    stage.run(call.alternate())
    assert (first.state, second.state) == (ConnectionState.CONNECTED, ConnectionState.HOLD)
    stage.run(call.alternate())
    assert Service.CONFERENCE_CALL in call.allowed
    stage.run(call.transfer())
    assert anna.calls == ()
    assert the_call(stage, BERT).other.number == CARL


def test_a_consultation_given_up_and_one_joined_in(stage: Stage) -> None:
    anna = Device(stage.provider, ANNA)
    first = LiveCall(anna, talking(stage))
    stage.run(stage.run(first.consult(CARL)).reconnect())
    assert (anna.calls, first.state) == ((first,), ConnectionState.CONNECTED)
    second = stage.run(first.consult(CARL))
    stage.run(Device(stage.provider, CARL).calls[0].answer())
    stage.run(second.conference())
    assert len(the_call(stage, ANNA).parties) == 2


def test_a_call_in_hand_passed_on(stage: Stage) -> None:
    carl, bert = Device(stage.provider, CARL), Device(stage.provider, BERT)
    ringing(stage)
    stage.run(carl.pick_up(bert.calls[0]))
    [picked] = carl.calls
    stage.run(picked.single_step_transfer(BERT))
    stage.run(bert.calls[0].deflect(CARL))
    stage.run(carl.calls[0].answer())
    stage.run(carl.calls[0].park(BERT))
    assert (carl.calls, bert.calls[0].state) == ((), ConnectionState.QUEUED)


IN_HAND: list[Callable[[LiveCall], Awaitable[object]]] = [
    LiveCall.hold,
    LiveCall.retrieve,
    LiveCall.transfer,
    LiveCall.conference,
    LiveCall.alternate,
    LiveCall.reconnect,
    lambda call: call.consult(CARL),
    lambda call: call.park(CARL),
    lambda call: Device(call.device.provider, CARL).pick_up(LiveCall(Device(call.device.provider, ANNA), "c99")),
]


@pytest.mark.parametrize("command", IN_HAND)
def test_what_cannot_be_done_with_a_ringing_call(
    stage: Stage, command: Callable[[LiveCall], Awaitable[object]]
) -> None:
    ringing(stage)
    stage.told.clear()
    [call] = Device(stage.provider, BERT).calls
    with pytest.raises(LocalProtocolError):
        stage.run(command(call))
    assert stage.told == []


def test_which_of_two_other_calls_is_not_guessed(stage: Stage) -> None:
    anna = Device(stage.provider, ANNA)
    first = LiveCall(anna, talking(stage))
    stage.run(first.hold())
    second = stage.run(anna.make_call(CARL))
    stage.run(second.hold())
    third = stage.run(anna.make_call("2004"))
    with pytest.raises(LocalProtocolError, match="several other calls"):
        stage.run(third.alternate())
    assert anna.calls == (first, second, third)


def test_the_settings_of_a_device_in_hand(stage: Stage) -> None:
    anna = Device(stage.provider, ANNA)
    stage.run(anna.set_do_not_disturb(True))
    stage.run(anna.set_forwarding("forwardImmediate", CARL))
    assert stage.run(anna.do_not_disturb()) is True
    assert stage.run(anna.forwarding()) == {"forwardImmediate": CARL}
    stage.run(anna.unwatch())
    stage.run(anna.watch())
    assert anna == Device(stage.provider, ANNA)
    assert {anna, Device(stage.provider, ANNA)} == {anna}
