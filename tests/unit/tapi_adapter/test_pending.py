"""Requests and their replies in whatever order threads bring them: each request ends once, and no memory goes early."""

from __future__ import annotations

import gc
import weakref

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.python.failure import Failure

from csta.errors import LinkLost, RequestTimeout
from tapi_adapter.constants import LINEERR
from tapi_adapter.errors import LineError
from tapi_adapter.issuing import Issued
from tapi_adapter.pending import Late, Pending
from tapi_adapter.requests import Hold, Reply

PATIENCE = 10.0
DONE = Reply(call=7)
ASKED = Hold(call=1)


class Memory:
    """What the library may still write to."""


class Desk:
    """Pending requests, and what they came to."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.pending = Pending(self.clock, PATIENCE)
        self.ended: dict[int, list[object]] = {}

    def send(self) -> None:
        self.pending.sent()

    def take(self, number: int, memory: Memory | None = None, fault: LineError | None = None) -> None:
        answer: Deferred[Reply] = Deferred()
        self.ended[number] = []
        answer.addBoth(self.ended[number].append)

        def result() -> Reply:
            if fault:
                raise fault
            return DONE

        self.pending.taken(ASKED, Issued("lineHold", number, result, (memory,)), answer)

    def error(self, number: int) -> BaseException:
        [failure] = self.ended[number]
        assert isinstance(failure, Failure)
        assert failure.value is not None
        return failure.value


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_a_reply(desk: Desk) -> None:
    desk.send()
    desk.take(5)
    assert desk.pending.replied(5, 0) is None
    assert desk.ended[5] == [DONE]
    assert not desk.clock.getDelayedCalls()


def test_a_reply_before_its_number(desk: Desk) -> None:
    desk.send()
    desk.pending.replied(5, 0)
    desk.take(5)
    assert desk.ended[5] == [DONE]


def test_an_early_refusal(desk: Desk) -> None:
    desk.send()
    desk.pending.replied(5, LINEERR.NOTOWNER)
    desk.take(5)
    assert str(desk.error(5)) == "lineHold: LINEERR_NOTOWNER (this application may only watch the call)"


def test_a_reply_that_nobody_can_claim_is_forgotten(desk: Desk) -> None:
    desk.send()
    desk.pending.replied(5, 0)
    desk.pending.refused()
    desk.send()
    desk.take(5)
    assert desk.ended[5] == []


def test_done_at_once(desk: Desk) -> None:
    desk.send()
    desk.take(0)
    assert desk.ended[0] == [DONE]


def test_a_good_reply_without_a_handle(desk: Desk) -> None:
    desk.send()
    desk.take(5, fault=LineError("lineHold", LINEERR.OPERATIONFAILED, "no handle"))
    desk.pending.replied(5, 0)
    assert isinstance(desk.error(5), LineError)


@pytest.mark.parametrize(("result", "late"), [(0, Late(ASKED, DONE)), (LINEERR.OPERATIONFAILED, None)])
def test_a_late_reply(desk: Desk, result: int, late: Late | None) -> None:
    desk.send()
    desk.take(5)
    desk.clock.advance(PATIENCE)
    assert isinstance(desk.error(5), RequestTimeout)
    assert desk.pending.replied(5, result) == late
    assert desk.pending.replied(5, result) is None


def test_a_late_reply_without_a_handle(desk: Desk) -> None:
    desk.send()
    desk.take(5, fault=LineError("lineHold", LINEERR.OPERATIONFAILED))
    desk.clock.advance(PATIENCE)
    assert desk.pending.replied(5, 0) is None


def test_a_request_that_was_taken_when_nobody_waited_any_more(desk: Desk) -> None:
    desk.send()
    desk.pending.refused()
    desk.pending.abandoned(ASKED, Issued("lineHold", 5, lambda: DONE))
    assert desk.pending.replied(5, 0) == Late(ASKED, DONE)


def test_the_service_goes_down(desk: Desk) -> None:
    desk.send()
    desk.take(5)
    desk.send()
    desk.pending.fail_all("REINIT")
    desk.take(6)
    for number in (5, 6):
        assert isinstance(desk.error(number), LinkLost)
    assert not desk.clock.getDelayedCalls()


class Orders(RuleBasedStateMachine):
    """Any order of what the threads bring."""

    def __init__(self) -> None:
        super().__init__()
        self.desk = Desk()
        self.down = False
        self.sent = 0
        self.taken: set[int] = set()
        self.replied: set[int] = set()
        self.memory: dict[int, weakref.ref[Memory]] = {}

    @rule()
    def send(self) -> None:
        self.sent += 1
        self.desk.send()

    @rule(data=st.data())
    def take(self, data: st.DataObject) -> None:
        waiting = [each for each in range(1, self.sent + 1) if each not in self.taken]
        if waiting:
            number = data.draw(st.sampled_from(waiting))
            memory = Memory()
            self.taken.add(number)
            self.memory[number] = weakref.ref(memory)
            self.desk.take(number, memory)

    @rule(data=st.data(), result=st.sampled_from([0, LINEERR.OPERATIONFAILED]))
    def reply(self, data: st.DataObject, result: int) -> None:
        waiting = [each for each in range(1, self.sent + 1) if each not in self.replied]
        if waiting:
            number = data.draw(st.sampled_from(waiting))
            self.replied.add(number)
            self.desk.pending.replied(number, int(result))

    @rule(seconds=st.sampled_from([1.0, PATIENCE]))
    def time_passes(self, seconds: float) -> None:
        self.desk.clock.advance(seconds)

    @rule()
    def go_down(self) -> None:
        self.down = True
        self.desk.pending.fail_all("stopped")

    @invariant()
    def ends_once(self) -> None:
        for number, ended in self.desk.ended.items():
            assert len(ended) <= 1
            assert ended or not (self.down or number in self.replied)

    @invariant()
    def memory_stays_until_the_reply(self) -> None:
        gc.collect(0)
        for number in self.taken - self.replied:
            assert self.memory[number]() is not None

    def teardown(self) -> None:
        self.desk.clock.advance(PATIENCE)
        assert all(len(ended) == 1 for ended in self.desk.ended.values())


Orders.TestCase.settings = settings(max_examples=100, deadline=None)
test_any_order = Orders.TestCase
