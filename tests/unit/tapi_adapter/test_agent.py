"""An agent and the gateway: what becomes of lines and calls when one of them, or what is between them, is gone."""

from __future__ import annotations

from typing import Any, cast

import pytest
from msgspec import structs
from twisted.internet.defer import Deferred, succeed
from twisted.internet.testing import StringTransportWithDisconnection
from twisted.python.failure import Failure

from csta.errors import LinkLost, RequestTimeout, ServiceError
from csta.model.events import LinkDown
from csta.model.states import ConnectionState
from tapi_adapter import protocol, remote, serving
from tapi_adapter.constants import LINEERR
from tapi_adapter.errors import LineError
from tapi_adapter.messages import LineStateChanged
from tapi_adapter.requests import MakeCall
from tapi_adapter.wire import BEAT, PATIENCE, SILENCE
from tests.unit.tapi_adapter.agents import AgentBench

ANNA, BERT = "2001", "2002"


@pytest.fixture
def desk() -> AgentBench:
    return AgentBench().start(ANNA, BERT)


def failure_of(bench: AgentBench, asked: Deferred[Any]) -> BaseException | None:
    ended: list[Any] = []
    asked.addBoth(ended.append)
    bench.settle()
    assert isinstance(ended[0], Failure), ended
    return ended[0].value


def _outbox(bench: AgentBench) -> serving.Outbox:
    """What holds messages back on the agent's side."""
    listening: Any = bench.cable.wires[-1].locator
    outbox: serving.Outbox = listening._outbox
    return outbox


def down(bench: AgentBench) -> list[str]:
    return [event.reason for event in bench.told if isinstance(event, LinkDown)]


def test_until_the_agent_connects_its_lines_are_down() -> None:
    bench = AgentBench()
    bench.provider.start()
    bench.settle()
    assert not bench.provider.link_up
    assert bench.provider.link_reason == "agent desk has not connected"
    assert str(failure_of(bench, bench.remote.lines())) == "Lines: agent desk is not connected"
    bench.agent.start()
    bench.settle()
    assert bench.provider.link_up


def test_an_agent_nobody_waits_for_comes_again(logged: list[str]) -> None:
    bench = AgentBench()
    bench.cable.refused = "the gateway has no use for agent desk"
    bench.provider.start()
    bench.agent.start()
    bench.settle()
    assert "an agent at  is refused: the gateway has no use for agent desk" in logged
    assert any(line.startswith("gateway gateway: the gateway has no use for agent desk. Next") for line in logged)
    assert not bench.telephony.up
    bench.cable.refused = ""
    bench.settle(60)
    assert bench.provider.link_up


def test_two_releases_that_do_not_fit(monkeypatch: pytest.MonkeyPatch, logged: list[str]) -> None:
    monkeypatch.setattr("tapi_adapter.agent.VERSIONS", (2, 3))
    bench = AgentBench()
    bench.provider.start()
    bench.agent.start()
    bench.settle()
    assert any("the gateway speaks version 1 of the protocol, the agent" in line for line in logged)
    assert not bench.provider.link_up


def test_a_call_that_goes_on_while_the_connection_is_lost(desk: AgentBench) -> None:
    own = desk.pbx.arrive(ANNA, "0891234")
    desk.settle()
    before = desk.call(ANNA)
    desk.lose_link()
    assert down(desk) == ["agent desk: the peer closed the connection"]
    assert not desk.telephony.up
    assert desk.telephony.open == {}
    desk.pbx.answer(own)
    desk.pbx.arrive(BERT, "4711")
    desk.restore_link()
    assert desk.provider.link_up
    assert (desk.call(ANNA).id, desk.call(ANNA).state) == (before.id, ConnectionState.CONNECTED)
    assert desk.call(BERT).other.number == "4711"


def test_a_call_that_ends_while_the_connection_is_lost(desk: AgentBench) -> None:
    own = desk.pbx.arrive(ANNA, "0891234")
    desk.settle()
    desk.lose_link()
    desk.pbx.drop(own)
    desk.restore_link()
    assert desk.provider.calls(ANNA) == ()


def test_what_waits_for_an_answer_ends_with_the_connection(desk: AgentBench) -> None:
    asked = desk.remote.lines()
    desk.cable.wires[-1].end("cut")
    error = failure_of(desk, asked)
    assert isinstance(error, LinkLost)
    assert error.request == "Lines"


def test_heartbeats_keep_a_quiet_connection(desk: AgentBench) -> None:
    for _ in range(30):
        desk.settle(BEAT)
    assert desk.told == []
    assert len(desk.cable.wires) == 1


def test_a_connection_that_died_is_noticed_on_both_sides(desk: AgentBench, logged: list[str]) -> None:
    desk.cable.cut()
    for _ in range(2):
        desk.settle(SILENCE / 2)
    assert down(desk) == ["agent desk: nothing came within 30 s"]
    assert any(line.startswith("gateway gateway: nothing came within 30 s. Next try in") for line in logged)
    desk.settle(10)
    assert desk.provider.link_up


def test_a_second_connection_takes_the_place_of_the_first(desk: AgentBench, logged: list[str]) -> None:
    other = AgentBench(cable=desk.cable)
    other.agent.start()
    desk.settle()
    other.settle()
    desk.settle()
    words = "a newer connection from  took its place"
    assert f"agent desk at : {words}" in logged
    assert any(line.startswith(f"gateway gateway: {words}. Next try in") for line in logged)
    assert down(desk) == [f"agent desk: {words}"]
    assert not desk.telephony.up
    assert other.telephony.up


def test_an_agent_that_is_dismissed_hears_why(desk: AgentBench, logged: list[str]) -> None:
    desk.cable.refused = words = "the certificate of agent desk was revoked"
    desk.remote.dismiss(words)
    desk.settle()
    assert any(line.startswith(f"gateway gateway: {words}. Next try in") for line in logged)
    desk.settle(60)
    assert not desk.provider.link_up


def test_the_gateway_stops(desk: AgentBench) -> None:
    desk.run(desk.provider.stop())
    assert not desk.telephony.up
    assert desk.telephony.open == {}
    assert not desk.remote.started


def test_the_agent_stops(desk: AgentBench) -> None:
    desk.run(desk.agent.stop())
    assert down(desk) == ["agent desk: the agent was stopped"]
    assert not desk.telephony.up
    desk.settle(3600)
    assert len(desk.cable.wires) == 1


def test_an_agent_that_waits_to_connect_again_stops() -> None:
    bench = AgentBench()
    bench.cable.there = False
    bench.agent.start()
    bench.settle()
    bench.run(bench.agent.stop())
    assert not bench.clock.getDelayedCalls()


def test_many_lines(desk: AgentBench) -> None:
    [first, *_] = desk.telephony.descriptions
    desk.telephony.descriptions = [structs.replace(first, device=each, name="Büro " * 40) for each in range(2000)]
    found: list[Any] = []
    desk.remote.lines().addCallback(found.append)
    desk.settle()
    assert found == [tuple(desk.telephony.descriptions)]


def test_too_many_questions_at_a_time(desk: AgentBench) -> None:
    ended: list[Any] = []
    for _ in range(serving.MOST_QUESTIONS + 1):
        desk.remote.call_status(1).addBoth(ended.append)
    desk.cable.pump()
    desk.cable.pump()
    assert [str(each.value).partition(" (")[0] for each in ended] == ["lineGetCallStatus: LINEERR_REQUESTOVERRUN"]
    desk.settle()
    assert len(ended) == serving.MOST_QUESTIONS + 1


def test_an_answer_that_never_comes(desk: AgentBench) -> None:
    desk.telephony.lines = Deferred  # type: ignore[method-assign]
    ended: list[Any] = []
    desk.remote.lines().addBoth(ended.append)
    for _ in range(int(remote.LONGEST_ANSWER / BEAT)):
        desk.settle(BEAT)
    assert isinstance(ended[0].value, RequestTimeout)
    assert desk.provider.link_up


def test_a_fault_of_the_agent_costs_one_question(desk: AgentBench, logged: list[str]) -> None:
    def broken() -> None:
        raise ValueError("a fault")

    desk.telephony.lines = broken  # type: ignore[method-assign,assignment]
    error = failure_of(desk, desk.remote.lines())
    assert isinstance(error, LineError)
    assert str(error) == "lineGetDevCaps: LINEERR_OPERATIONFAILED (the agent failed; its log says more)"
    assert "lineGetDevCaps: the agent failed" in logged
    assert desk.provider.link_up


def test_half_a_character_costs_one_request(desk: AgentBench) -> None:
    error = failure_of(desk, desk.remote.request(MakeCall(line=1, destination="\ud800")))
    assert isinstance(error, LineError)
    assert error.code == LINEERR.INVALADDRESS
    assert desk.provider.link_up


def test_a_refusal_of_the_driver_is_the_same_as_without_an_agent(desk: AgentBench) -> None:
    desk.telephony.refuses[MakeCall] = LINEERR.CALLUNAVAIL
    with pytest.raises(ServiceError, match="resource"):
        desk.run(desk.provider.make_call(ANNA, BERT))


def test_an_answer_that_cannot_be_understood_ends_the_connection(desk: AgentBench) -> None:
    desk.telephony.lines = lambda: succeed("not lines")  # type: ignore[method-assign,arg-type]
    error = failure_of(desk, desk.remote.lines())
    assert isinstance(error, LinkLost)
    assert error.reason.startswith("its answer to Lines cannot be understood")
    assert not desk.provider.link_up


def test_messages_wait_while_the_connection_is_full(desk: AgentBench) -> None:
    outbox = _outbox(desk)
    outbox.pauseProducing()
    own = desk.pbx.arrive(ANNA, "0891234")
    desk.settle()
    assert desk.provider.calls(ANNA) == ()
    outbox.resumeProducing()
    desk.settle()
    assert own.handle
    assert desk.call(ANNA).other.number == "0891234"


def test_a_gateway_that_takes_nothing_is_left(desk: AgentBench, logged: list[str]) -> None:
    outbox = _outbox(desk)
    outbox.pauseProducing()
    for _ in range(serving.MOST_WAITING + 1):
        outbox.put(LineStateChanged(line=1, state=1))
    desk.settle()
    assert any("the gateway does not keep up: 100000 messages wait for it. Next try in" in line for line in logged)
    desk.settle(60)
    assert desk.provider.link_up


def test_a_caller_who_never_says_hello_is_not_waited_for(desk: AgentBench) -> None:
    caller = desk.cable.reception.buildProtocol(None)
    assert caller is not None
    transport = StringTransportWithDisconnection()
    transport.protocol = cast(Any, caller)
    caller.makeConnection(transport)
    desk.clock.advance(PATIENCE)
    assert not transport.connected
    assert caller.reason == "nothing came within 10 s"


def test_no_more_connections_than_allowed(desk: AgentBench, monkeypatch: pytest.MonkeyPatch, logged: list[str]) -> None:
    monkeypatch.setattr(remote, "MOST_CONNECTIONS", 1)
    assert desk.cable.reception.buildProtocol(None) is None
    assert "more than 1 connections of agents; one more is refused" in logged


def test_hello_twice(desk: AgentBench) -> None:
    error = failure_of(desk, desk.cable.wires[-1].ask(protocol.Hello, versions=(1,), program="1"))
    assert str(error) == "it says hello twice"
    assert not desk.provider.link_up
