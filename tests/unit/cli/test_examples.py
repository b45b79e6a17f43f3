"""Every example is run: on the simulated switch, on a scripted one, or as a program on a real socket."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from twisted.internet.defer import Deferred

from csta.messages.base import Request, Response
from csta.messages.call_control import AnswerCallResponse
from csta.messages.call_control_events import ConnectionClearedEvent, DeliveredEvent
from csta.messages.call_data import EventCause
from csta.messages.common import ConnectionID, DeviceID
from csta.messages.identifiers import CalledDeviceID, CallingDeviceID, RedirectionDeviceID, SubjectDeviceID
from csta.messages.logical_device import PendingAgentState, SetAgentStateResponse
from csta.messages.monitoring import MonitorStartResponse
from csta.messages.routeing import ReRoute, RouteEnd, RouteRegisterResponse, RouteRequest, RouteSelect, RouteUsed
from examples import agent_desktop, record_calls, route_calls
from tests.unit.cli.conftest import run
from tests.unit.cli.test_links import Running
from tests.unit.client.conftest import Scripted
from tests.unit.provider.conftest import Network

ROOT = Path(__file__).parents[3]
EXAMPLES = sorted(path.name for path in (ROOT / "examples").glob("*.py"))
SWITCH = "tcp:pbx:8800"
WIRES = ["xml", "asn1"]
REF = "0001"


def device(number: str) -> DeviceID:
    return DeviceID(number=number)


def answer(reactor: Scripted, response: Response) -> Request[Any]:
    """Answer the oldest request that waits; gives it."""
    invoke_id, request = reactor.switch.requests.pop(0)
    reactor.switch.link.respond(invoke_id, response)
    reactor.settle()
    return request


def start(reactor: Scripted, example: ModuleType, *arguments: str) -> list[object]:
    """Begin an example; gives what it comes to."""
    ended: list[object] = []
    Deferred.fromCoroutine(example.main(reactor, SWITCH, *arguments, protocol=reactor.wire)).addBoth(ended.append)
    reactor.settle()
    return ended


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_is_short(name: str) -> None:
    assert len((ROOT / "examples" / name).read_text("utf-8").splitlines()) < 60


def test_every_example_is_run() -> None:
    tests = "".join(path.read_text("utf-8") for path in (ROOT / "tests").rglob("*.py"))
    assert [name for name in EXAMPLES if name.removesuffix(".py") not in tests] == []


@pytest.mark.parametrize("wire", WIRES)
def test_the_routeing_example(wire: str, capsys: pytest.CaptureFixture[str]) -> None:
    reactor = Scripted(wire)
    ended = start(reactor, route_calls, "2900", "+4989=2001", "+49891=2003", "+44=2002")
    answer(reactor, RouteRegisterResponse(route_register_req_id="01"))
    link = reactor.switch.link
    for number, caller in enumerate(["N<+4989555>Maier", "+49891234", "+1"]):
        link.report(
            RouteRequest(
                cross_ref_identifier=f"000{number}",
                route_register_req_id="01",
                current_route=CalledDeviceID(device_identifier=device("2900")),
                calling_device=CallingDeviceID(device_identifier=device(caller)),
            )
        )
    link.report(ReRoute(cross_ref_identifier="0001"))
    link.report(RouteUsed(cross_ref_identifier="0000", route_used=CalledDeviceID(device_identifier=device("2001"))))
    link.report(RouteEnd(cross_ref_identifier="0000"))
    reactor.settle()
    said = [
        (request.cross_ref_identifier, request.route_selected.number if isinstance(request, RouteSelect) else "end")
        for _, request in reactor.switch.requests
        if isinstance(request, RouteSelect | RouteEnd)
    ]
    assert said == [("0000", "2001"), ("0001", "2003"), ("0002", "end"), ("0001", "end")]
    assert capsys.readouterr().out == "0000 went to 2001\n"
    link.close()
    reactor.settle()
    assert len(ended) == 1


def ringing(connection: ConnectionID, caller: str) -> DeliveredEvent:
    return DeliveredEvent(
        monitor_cross_ref_id=REF,
        connection=connection,
        alerting_device=SubjectDeviceID(device_identifier=device("2001")),
        calling_device=CallingDeviceID(device_identifier=device(caller)),
        called_device=CalledDeviceID(device_identifier=device("2900")),
        last_redirection_device=RedirectionDeviceID(not_required=True),
        cause=EventCause.NEW_CALL,
    )


@pytest.mark.parametrize("wire", WIRES)
def test_the_agents_desktop(wire: str, capsys: pytest.CaptureFixture[str]) -> None:
    reactor = Scripted(wire)
    start(reactor, agent_desktop, "2001", "4711")
    answer(reactor, MonitorStartResponse(monitor_cross_ref_id=REF))
    states = [answer(reactor, SetAgentStateResponse()) for _ in range(2)]
    call = ConnectionID(call_id="0a01", device_id=device("2001"))
    reactor.switch.link.report(ringing(call, "N<+49891234567>Maier"))
    reactor.settle()
    answered: Any = answer(reactor, AnswerCallResponse())
    assert answered.call_to_be_answered == call
    reactor.switch.link.report(
        ConnectionClearedEvent(
            monitor_cross_ref_id=REF,
            dropped_connection=call,
            releasing_device=SubjectDeviceID(device_identifier=device("2001")),
            cause=EventCause.NORMAL_CLEARING,
        )
    )
    reactor.settle()
    states.append(
        answer(reactor, SetAgentStateResponse(pending_agent_state=PendingAgentState.AGENT_WORKING_AFTER_CALL))
    )
    reactor.settle(19)
    assert reactor.switch.requests == []
    reactor.settle(2)
    states.append(answer(reactor, SetAgentStateResponse()))
    asked: list[Any] = states
    assert [each.requested_agent_state for each in asked] == ["loggedOn", "ready", "workingAfterCall", "ready"]
    assert {each.agent_id for each in asked} == {b"4711"}
    assert capsys.readouterr().out.splitlines() == [
        "loggedOn now",
        "ready now",
        "call from +49891234567",
        "workingAfterCall later",
        "ready now",
    ]


def test_the_agents_desktop_tells_what_goes_wrong(capsys: pytest.CaptureFixture[str]) -> None:
    reactor = Scripted("xml")
    start(reactor, agent_desktop, "2001", "4711")
    answer(reactor, MonitorStartResponse(monitor_cross_ref_id=REF))
    reactor.switch.link.report(ringing(ConnectionID(call_id="0a01", device_id=device("2001")), "+1"))
    reactor.settle(11)
    assert "AnswerCall: no answer within 10 s" in capsys.readouterr().out


@pytest.mark.parametrize("wire", WIRES)
def test_the_recording_example(wire: str, capsys: pytest.CaptureFixture[str]) -> None:
    network = Network(wire, "none")
    Running(network, record_calls.main(network, SWITCH, "2001", "2002", protocol=wire))
    switch = network.switch
    switch.ring("+49891234567", "2001", network.seconds())
    network.settle()
    assert capsys.readouterr().out == ""
    switch.lift("2001", network.seconds())
    network.settle(1)
    switch.hang_up("2001", network.seconds())
    network.settle(1)
    assert capsys.readouterr().out.splitlines() == ["start 2001 c1", "stop 2001 c1"]
    switch.ring("+49891234567", "2002", network.seconds())
    network.settle()
    switch.lift("2002", network.seconds())
    network.settle(1)
    network.server.drop_clients()
    network.settle()
    assert [line.split()[:2] for line in capsys.readouterr().out.splitlines()] == [["start", "2002"], ["stop", "2002"]]
    for close in network.at_shutdown:
        close()


ASYNCIO = """
import asyncio, sys
from twisted.internet import asyncioreactor
loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)
asyncioreactor.install(loop)
from twisted.internet import reactor
from csta.client import connect
from csta.errors import ServiceError

async def main():
    client = await connect(reactor, sys.argv[1], "xml").asFuture(loop)
    call = await client.call_control.make_call("2001", "0891234567").asFuture(loop)
    print("call", call.calling_device.call_id is not None)
    try:
        await client.call_control.retrieve_call(call.calling_device).asFuture(loop)
    except ServiceError as error:
        print(error.category)
    await asyncio.wait_for(client.close().asFuture(loop), 5)

try:
    loop.run_until_complete(main())
finally:
    reactor.fireSystemEvent("shutdown")
"""


BLOCKING = """
import sys
from examples import blocking
blocking.main(*sys.argv[1:])
assert not [name for name in sys.modules if name.startswith("twisted")]
"""


def test_a_client_under_asyncio_and_a_blocking_one_on_a_real_link(xml_link: str) -> None:
    ran = run("-c", ASYNCIO, xml_link)
    assert ran.stdout.splitlines() == ["call True", "stateIncompatibility"], ran.stderr
    _, *where = xml_link.split(":")
    ran = run("-c", BLOCKING, *where, "2001")
    assert ran.returncode == 0, ran.stderr
    assert "CallState(" in ran.stdout
    ran = run("-c", BLOCKING, *where, "7777")
    assert "ServiceError: SnapshotDevice" in ran.stderr


def test_a_trace_tells_how_long_calls_rang() -> None:
    ran = run("examples/time_to_answer.py", "tests/traces/calls/transfer.jsonl")
    assert ran.stdout.splitlines() == ["2001 answered 0891234567 after 3.0 s", "2002 answered 2001 after 3.0 s"], (
        ran.stderr
    )
