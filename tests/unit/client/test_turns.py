"""Requests under way: so many at a time, every service in its turn, and each of them comes to an end."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from twisted.internet.defer import Deferred

from csta.errors import LinkLost, LocalProtocolError, RequestCancelled, RequestTimeout
from csta.messages.call_control import AnswerCall, AnswerCallResponse
from csta.messages.monitoring import MonitorStart, MonitorStop, MonitorStopResponse
from csta.messages.routeing import RouteEnd
from csta.session import Settings
from csta.session.invokes import Invocation, Invocations
from csta.session.turns import Turns
from tests.unit.client.conftest import Pair
from tests.unit.client.rows import ACTIVE
from tests.unit.client.test_client import outcome

if TYPE_CHECKING:
    from csta.client import Client

TWO = Settings(most_outstanding=2, heartbeat_interval=0)
STOP = MonitorStop(monitor_cross_ref_id="0001")


def two(wire: str = "xml") -> Pair:
    """A client that lets two requests wait for an answer."""
    pair = Pair(wire, "none", TWO)
    pair.flush()
    return pair


def asked(pair: Pair) -> list[str]:
    """What has reached the switch."""
    pair.flush()
    return [type(request).__name__ for _, request in pair.switch.requests]


def answer_all(pair: Pair) -> None:
    """Answer what has reached the switch, each with the answer that belongs to it."""
    waiting, pair.switch.requests = pair.switch.requests, []
    for invoke_id, request in waiting:
        pair.switch.link.respond(invoke_id, MonitorStopResponse() if request == STOP else AnswerCallResponse())
    pair.flush()


def stop(client: Client) -> Deferred[MonitorStopResponse]:
    return client.monitoring.monitor_stop("0001")


def test_a_call_is_not_kept_waiting_by_a_crowd() -> None:
    pair = two()
    crowd = [outcome(stop(pair.client)) for _ in range(1_000)]
    call = outcome(pair.client.call_control.answer_call(ACTIVE))
    assert asked(pair) == ["MonitorStop", "MonitorStop"]
    answer_all(pair)
    assert asked(pair) == ["MonitorStop", "AnswerCall"]
    answer_all(pair)
    assert call == [AnswerCallResponse()]
    for _ in range(500):
        answer_all(pair)
    assert crowd == [[MonitorStopResponse()]] * 1_000


def test_one_given_up_before_its_turn_is_not_sent() -> None:
    pair = two()
    for _ in range(2):
        outcome(stop(pair.client))
    waiting = [pair.client.call_control.answer_call(ACTIVE) for _ in range(2)]
    answers = [outcome(each) for each in waiting]
    waiting[0].cancel()
    assert isinstance(answers[0][0], RequestCancelled)
    assert asked(pair) == ["MonitorStop", "MonitorStop"]
    answer_all(pair)
    assert asked(pair) == ["AnswerCall"]
    waiting[1].cancel()
    assert str(answers[1][0]) == "AnswerCall: given up by its caller"
    answer_all(pair)  # late: nobody waits for it
    assert len(answers[1]) == 1


def test_time_counts_from_when_a_request_is_sent() -> None:
    pair = two()
    answers = [outcome(pair.client.request(STOP, timeout=3)) for _ in range(5)]
    assert len(asked(pair)) == 2
    pair.advance(3)
    assert [len(each) for each in answers] == [1, 1, 0, 0, 0]
    assert len(asked(pair)) == 4
    pair.advance(3)
    pair.advance(3)
    assert all(isinstance(each[0], RequestTimeout) for each in answers)


def test_a_lost_link_ends_the_waiting_too() -> None:
    pair = two()
    answers = [outcome(stop(pair.client)) for _ in range(5_000)]
    pair.flush()
    pair.switch.link.drop()
    pair.flush()
    errors = {str(answer[0]) for answer in answers}
    assert errors == {"MonitorStop: the peer closed the connection"}
    assert {type(answer[0]) for answer in answers} == {LinkLost}


def test_one_that_cannot_be_sent_does_not_stop_the_others() -> None:
    pair = two()
    for _ in range(2):
        outcome(stop(pair.client))
    too_long = outcome(pair.client.call_control.make_call("2001", "1" * 70_000))
    last = outcome(pair.client.call_control.answer_call(ACTIVE))
    pair.flush()
    answer_all(pair)
    assert isinstance(too_long[0], LocalProtocolError)
    answer_all(pair)
    assert last == [AnswerCallResponse()]


def test_an_answer_may_ask_for_more() -> None:
    pair = two()
    order: list[int] = []

    def again(_: object, left: int) -> None:
        order.append(left)
        if left:
            stop(pair.client).addCallback(again, left - 1)

    for _ in range(3):
        stop(pair.client).addCallback(again, 20)
    for _ in range(100):
        pair.flush()
        answer_all(pair)
    assert sorted(order) == sorted(list(range(21)) * 3)


def test_without_limit_all_are_sent(make_pair: Callable[..., Pair]) -> None:
    pair = make_pair("asn1", "none", Settings(most_outstanding=0))
    pair.flush()
    for _ in range(300):
        outcome(stop(pair.client))
    assert len(asked(pair)) == 300


def test_a_request_without_answer_takes_no_room() -> None:
    pair = two()
    for number in range(5):
        assert outcome(pair.client.request(RouteEnd(cross_ref_identifier=f"{number:04}"))) == [None]
    assert asked(pair) == ["RouteEnd"] * 5
    too_long = outcome(pair.client.request(RouteEnd(cross_ref_identifier="1" * 70_000)))
    assert isinstance(too_long[0], LocalProtocolError)


class InvokeIds(RuleBasedStateMachine):
    """No id is given to two requests whose answers could be confused."""

    LAST = 12

    def __init__(self) -> None:
        super().__init__()
        self.invocations = Invocations(self.LAST)
        self.pending: dict[int, MonitorStart | MonitorStop | AnswerCall] = {}
        self.abandoned: list[int] = []
        self.now = 0.0

    @precondition(lambda self: len(self.pending) + len(self.abandoned) < self.LAST)
    @rule(timeout=st.integers(1, 9))
    def ask(self, timeout: int) -> None:
        invoke_id = self.invocations.next_id()
        assert 1 <= invoke_id <= self.LAST
        assert invoke_id not in self.pending
        assert invoke_id not in self.abandoned
        self.invocations.begin(Invocation(invoke_id, STOP, timeout, self.now + timeout))
        self.pending[invoke_id] = STOP

    @precondition(lambda self: self.pending)
    @rule(data=st.data())
    def answer(self, data: st.DataObject) -> None:
        invoke_id = data.draw(st.sampled_from(sorted(self.pending)))
        ended = self.invocations.end(invoke_id)
        assert ended is not None
        del self.pending[invoke_id]
        assert self.invocations.end(invoke_id) is None, "answered twice"

    @precondition(lambda self: self.pending)
    @rule(data=st.data())
    def give_up(self, data: st.DataObject) -> None:
        invoke_id = data.draw(st.sampled_from(sorted(self.pending)))
        assert self.invocations.abandon(invoke_id) is not None
        self._park(invoke_id)

    @rule(seconds=st.integers(1, 5))
    def wait(self, seconds: int) -> None:
        self.now += seconds
        for ended in self.invocations.expired(self.now):
            assert ended.deadline <= self.now
            self._park(ended.invoke_id)

    @precondition(lambda self: self.abandoned)
    @rule(data=st.data())
    def answer_late(self, data: st.DataObject) -> None:
        invoke_id = data.draw(st.sampled_from(self.abandoned))
        assert self.invocations.end(invoke_id) is None
        assert self.invocations.unpark(invoke_id) == "MonitorStop"
        self.abandoned.remove(invoke_id)
        assert self.invocations.unpark(invoke_id) == ""

    @invariant()
    def deadlines_are_ahead(self) -> None:
        deadline = self.invocations.next_deadline()
        assert (deadline is None) == (not self.pending)
        assert deadline is None or deadline > self.now
        assert len(self.invocations) == len(self.pending)

    def _park(self, invoke_id: int) -> None:
        del self.pending[invoke_id]
        self.abandoned.append(invoke_id)
        if len(self.abandoned) > self.LAST // 2:
            self.abandoned.pop(0)


TestInvokeIds: Any = InvokeIds.TestCase
TestInvokeIds.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)


class Lines(RuleBasedStateMachine):
    """Turns against what they are said to do, on plain lists."""

    def __init__(self) -> None:
        super().__init__()
        self.turns: Turns[int] = Turns()
        self.lines: list[tuple[str, list[int]]] = []
        self.last = 0

    @rule(service=st.sampled_from("abc"))
    def wait(self, service: str) -> None:
        self.last += 1
        self.turns.wait(service, self.last)
        for name, line in self.lines:
            if name == service:
                line.append(self.last)
                return
        self.lines.append((service, [self.last]))

    @rule()
    def take(self) -> None:
        if not self.lines:
            assert self.turns.take() is None
            return
        service, line = self.lines.pop(0)
        assert self.turns.take() == line.pop(0)
        if line:
            self.lines.append((service, line))

    @rule(service=st.sampled_from("abc"), data=st.data())
    def leave(self, service: str, data: st.DataObject) -> None:
        found = next((line for name, line in self.lines if name == service), [])
        request = data.draw(st.sampled_from([0, *found]))
        assert self.turns.leave(service, request) == (request in found)
        if request in found:
            found.remove(request)
            self.lines = [(name, line) for name, line in self.lines if line]

    @invariant()
    def counted(self) -> None:
        assert len(self.turns) == sum(len(line) for _, line in self.lines)


TestLines: Any = Lines.TestCase
TestLines.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
