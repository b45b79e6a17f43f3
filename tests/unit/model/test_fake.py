from __future__ import annotations

from collections.abc import Awaitable, Coroutine
from typing import Any, TypeVar

import pytest
from twisted.internet.task import Clock

from csta.errors import LocalProtocolError, RequestTimeout, ServiceError
from csta.model.call import Presentation
from csta.model.events import CallAnswered, CallEnded, CallEvent, CallFailed, CallHeld, CallOffered, LinkUp, ModelEvent
from csta.model.fake import FakeProvider
from csta.model.states import ConnectionState, Service
from tests.unit.model.in_hand_contract import *  # noqa: F403 - all of its tests are tests of this module
from tests.unit.model.provider_contract import *  # noqa: F403 - all of its tests are tests of this module
from tests.unit.model.provider_contract import ANNA, BERT, CARL, DEVICES, the_call

T = TypeVar("T")


class FakeStage:
    """A fake provider, started."""

    def __init__(self, local_states: bool) -> None:
        self.clock = Clock()
        self.provider = FakeProvider(self.clock, local_states=local_states)
        self.told: list[ModelEvent] = []
        self.provider.start()
        for device in DEVICES:
            self.run(self.provider.monitor(device))
        self.provider.subscribe(self.told.append)

    def run(self, awaitable: Awaitable[T]) -> T:
        """A command of the fake ends without waiting for anything."""
        assert isinstance(awaitable, Coroutine)
        running: Coroutine[Any, Any, T] = awaitable
        try:
            running.send(None)
        except StopIteration as ended:
            result: T = ended.value
            return result
        raise AssertionError("it waits")

    def lose_link(self) -> None:
        """The cable is pulled."""
        self.provider.lose_link("the cable is out", retry_in=5)

    def restore_link(self) -> None:
        """The cable is back."""
        self.provider.restore_link()


@pytest.fixture(params=[True, False], ids=["local states told", "no local states"])
def stage(request: pytest.FixtureRequest) -> FakeStage:
    return FakeStage(request.param)


def names(events: list[ModelEvent]) -> list[str]:
    return [type(event).__name__ for event in events]


def test_a_caller_from_outside(stage: FakeStage) -> None:
    call = stage.provider.ring(ANNA, "+4991112345", "Dr. Anna Groß", called="2900")
    there = the_call(stage, ANNA)
    assert there.id == call
    assert (there.other.number, there.other.name, there.called.number) == ("+4991112345", "Dr. Anna Groß", "2900")
    stage.provider.far_clears(ANNA, call)
    assert names(stage.told) == ["CallOffered", "CallUpdated", "CallEnded"]


def test_two_withheld_callers(stage: FakeStage) -> None:
    calls = [stage.provider.ring(ANNA, None), stage.provider.ring(ANNA, None)]
    assert [call.other.presentation for call in stage.provider.calls(ANNA)] == [Presentation.RESTRICTED] * 2
    stage.provider.far_clears(ANNA, calls[0])
    assert the_call(stage, ANNA).id == calls[1]


def test_the_far_end_of_a_dialled_call(stage: FakeStage) -> None:
    call = stage.run(stage.provider.make_call(ANNA, "0911123"))
    stage.clock.advance(7)
    stage.provider.far_answers(ANNA, call)
    assert the_call(stage, ANNA).answered == 7
    stage.provider.far_holds(ANNA, call)
    assert the_call(stage, ANNA).far_state is ConnectionState.HOLD
    stage.provider.far_retrieves(ANNA, call)
    assert the_call(stage, ANNA).far_state is ConnectionState.CONNECTED
    stage.provider.far_clears(ANNA, call)
    assert stage.provider.calls(ANNA) == ()


def test_a_busy_number(stage: FakeStage) -> None:
    stage.provider.busy.add("0911123")
    stage.run(stage.provider.make_call(ANNA, "0911123"))
    assert (the_call(stage, ANNA).far_state, the_call(stage, ANNA).cause) == (ConnectionState.FAIL, "busy")
    assert isinstance(stage.told[-1], CallFailed)


def test_answered_elsewhere(stage: FakeStage) -> None:
    call = stage.provider.ring(ANNA, "123")
    stage.provider.answered_elsewhere(ANNA, call, BERT)
    ended = stage.told[1]
    assert isinstance(ended, CallEnded)
    assert (ended.call.id, ended.answered_by) == (call, BERT)
    assert the_call(stage, BERT).answered is not None


def test_what_happened_while_the_link_was_down_is_told_once(stage: FakeStage) -> None:
    ends = stage.provider.ring(ANNA, "1")
    changes = stage.provider.ring(BERT, "2")
    stays = stage.provider.ring(CARL, "3")
    stage.run(stage.provider.answer(BERT, changes))
    stage.lose_link()
    stage.told.clear()
    stage.provider.far_clears(ANNA, ends)
    begins = stage.provider.ring(ANNA, "4")
    passes = stage.provider.ring(ANNA, "5")
    assert stage.told == []
    with pytest.raises(LocalProtocolError):
        stage.provider.far_clears(ANNA, passes)
    stage.restore_link()
    told = [(type(event), event.call.id) for event in stage.told if isinstance(event, CallEvent)]
    assert told == [(CallEnded, ends), (CallOffered, begins), (CallOffered, passes)]
    assert isinstance(stage.told[-1], LinkUp)
    assert the_call(stage, CARL).id == stays
    assert the_call(stage, BERT).id == changes


def test_alternate_answers_a_ringing_call(stage: FakeStage) -> None:
    active = stage.provider.ring(ANNA, "1")
    stage.run(stage.provider.answer(ANNA, active))
    waiting = stage.provider.ring(ANNA, "2")
    stage.told.clear()
    stage.run(stage.provider.alternate(ANNA, waiting, active))
    assert [type(event) for event in stage.told] == [CallHeld, CallAnswered]


def test_a_switch_that_refuses(stage: FakeStage) -> None:
    stage.provider.failures[Service.MAKE_CALL] = RequestTimeout("MakeCall", 5)
    with pytest.raises(RequestTimeout):
        stage.run(stage.provider.make_call(ANNA, BERT))
    del stage.provider.failures[Service.MAKE_CALL]
    assert stage.run(stage.provider.make_call(ANNA, BERT))


def test_a_switch_that_can_do_little() -> None:
    provider = FakeProvider(Clock(), services=[Service.MAKE_CALL])
    provider.start()
    assert provider.capabilities(ANNA) == {Service.MAKE_CALL}
    with pytest.raises(ServiceError):
        provider.set_do_not_disturb(ANNA, True).send(None)


def test_digits(stage: FakeStage) -> None:
    call = stage.provider.ring(ANNA, "1")
    stage.run(stage.provider.answer(ANNA, call))
    stage.run(stage.provider.generate_digits(ANNA, call, "12#"))
    assert stage.provider.digits == [(ANNA, call, "12#")]


def test_the_far_end_of_no_call(stage: FakeStage) -> None:
    with pytest.raises(LocalProtocolError):
        stage.provider.far_answers(ANNA, "c99")
