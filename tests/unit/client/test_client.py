from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from twisted.internet.defer import Deferred
from twisted.internet.error import ConnectError, ConnectionDone
from twisted.internet.testing import MemoryReactorClock, StringTransport
from twisted.logger import capturedLogs
from twisted.python.failure import Failure

from csta import asn1
from csta.apdu import AssociateResponse, Frame
from csta.client import connect
from csta.errors import (
    AssociationRefused,
    LinkLost,
    LocalProtocolError,
    RequestCancelled,
    RequestTimeout,
    ServiceError,
)
from csta.framing import LengthFraming
from csta.messages.base import Event
from csta.messages.call_control import HoldCall, HoldCallResponse, MakeCall, MakeCallResponse
from csta.messages.call_control_events import HeldEvent
from csta.messages.call_data import EventCause
from csta.messages.common import ConnectionID, DeviceID
from csta.messages.errors import StateIncompatibilityErrors, UniversalFailure
from csta.messages.identifiers import SubjectDeviceID
from csta.messages.monitoring import MonitorStop, MonitorStopResponse
from csta.messages.system import SystemStatusValue
from csta.opening import open_session
from csta.session import Role

if TYPE_CHECKING:
    from tests.unit.client.conftest import Pair

DEVICE = DeviceID(number="2001")
CONNECTION = ConnectionID(call_id="0a01", device_id=DEVICE)
HELD = HeldEvent(
    monitor_cross_ref_id="0007",
    held_connection=CONNECTION,
    holding_device=SubjectDeviceID(device_identifier=DEVICE),
    cause=EventCause.NORMAL,
)


def outcome(deferred: Deferred[Any]) -> list[object]:
    """What a Deferred has come to; empty while it waits."""
    found: list[object] = []
    deferred.addBoth(lambda result: found.append(getattr(result, "value", result)))
    return found


def test_a_request_gives_its_answer(pair: Pair) -> None:
    answer = outcome(pair.client.call_control.make_call("2001", "0891234567"))
    pair.flush()
    [(invoke_id, request)] = pair.switch.requests
    assert isinstance(request, MakeCall)
    assert (str(request.calling_device), str(request.called_directory_number)) == ("2001", "0891234567")
    assert answer == []
    pair.switch.link.respond(invoke_id, MakeCallResponse(calling_device=CONNECTION))
    pair.flush()
    assert answer == [MakeCallResponse(calling_device=CONNECTION)]


def test_answers_find_their_requests_in_any_order(pair: Pair) -> None:
    answers = [outcome(pair.client.call_control.hold_call(CONNECTION)) for _ in range(3)]
    refused = outcome(pair.client.call_control.retrieve_call(CONNECTION))
    pair.flush()
    first, second, third, fourth = (invoke_id for invoke_id, _ in pair.switch.requests)
    pair.switch.link.fail(fourth, UniversalFailure(state_incompatibility=StateIncompatibilityErrors.NO_HELD_CALL))
    for invoke_id in (third, first):
        pair.switch.link.respond(invoke_id, HoldCallResponse())
    pair.flush()
    assert [len(each) for each in answers] == [1, 0, 1]
    [error] = refused
    assert isinstance(error, ServiceError)
    assert (error.request, error.category, error.code) == ("RetrieveCall", "stateIncompatibility", "noHeldCall")
    pair.switch.link.respond(second, HoldCallResponse())
    pair.flush()
    assert answers[1] == [HoldCallResponse()]


def test_an_asn1_answer_without_value_is_the_empty_answer(make_pair: Callable[..., Pair]) -> None:
    pair = make_pair("asn1", "none")
    held = outcome(pair.client.call_control.hold_call(CONNECTION))
    made = outcome(pair.client.call_control.make_call("1", "2"))
    pair.flush()
    for invoke_id, _ in pair.switch.requests:
        pair.switch.link.respond(invoke_id)
    pair.flush()
    assert held == [HoldCallResponse()]
    assert "answered without a value" in str(made[0])


def test_events_come_in_order_to_every_listener(pair: Pair) -> None:
    heard: list[Event] = []
    also: list[Event] = []
    pair.client.subscribe(heard.append)
    end = pair.client.subscribe(also.append)
    pair.switch.link.report(HELD)
    pair.flush()
    end()
    end()
    pair.switch.link.report(HELD)
    pair.flush()
    assert heard == [HELD, HELD]
    assert also == [HELD]


def test_a_listener_that_fails_harms_nobody_else(pair: Pair) -> None:
    heard: list[Event] = []

    def broken(event: Event) -> None:
        raise KeyError("mine")

    with capturedLogs() as logged:
        pair.client.subscribe(broken)
        pair.client.subscribe(heard.append)
        pair.switch.link.report(HELD)
        pair.flush()
    assert heard == [HELD]
    assert [str(each["log_failure"].value) for each in logged if "log_failure" in each] == ["'mine'"]


def test_a_request_unanswered_ends_and_its_late_answer_goes_nowhere(pair: Pair) -> None:
    answer = outcome(pair.client.request(HoldCall(call_to_be_held=CONNECTION), timeout=2))
    pair.advance(1.9)
    assert answer == []
    pair.advance(0.2)
    assert str(answer[0]) == "HoldCall: no answer within 2 s"
    assert isinstance(answer[0], RequestTimeout)
    pair.switch.link.respond(pair.switch.requests[0][0], HoldCallResponse())
    pair.flush()
    assert len(answer) == 1
    again = outcome(pair.client.call_control.hold_call(CONNECTION))
    pair.flush()
    pair.switch.link.respond(pair.switch.requests[-1][0], HoldCallResponse())
    pair.flush()
    assert again == [HoldCallResponse()]


def test_a_request_given_up_by_its_caller(pair: Pair) -> None:
    waiting = pair.client.call_control.hold_call(CONNECTION)
    answer = outcome(waiting)
    waiting.cancel()
    assert isinstance(answer[0], RequestCancelled)


def test_a_lost_link_ends_what_waits_and_what_comes_later(pair: Pair) -> None:
    answer = outcome(pair.client.call_control.hold_call(CONNECTION))
    closed = outcome(pair.client.when_closed())
    pair.switch.link.drop()
    pair.flush()
    later = outcome(pair.client.call_control.hold_call(CONNECTION))
    for error in (*answer, *later):
        assert isinstance(error, LinkLost)
        assert error.request == "HoldCall"
    assert isinstance(closed[0], LinkLost)
    assert outcome(pair.client.when_closed()) == closed
    assert not pair.clock.getDelayedCalls()


def test_closing_in_order(pair: Pair) -> None:
    closed = outcome(pair.client.close())
    pair.flush()
    assert closed == [None]
    assert pair.switch.closed[0] is None or isinstance(pair.switch.closed[0], LinkLost)
    assert not pair.clock.getDelayedCalls()


def test_a_switch_that_falls_silent_is_given_up(make_pair: Callable[..., Pair]) -> None:
    pair = make_pair("xml", "none")
    pair.flush()
    closed = outcome(pair.client.when_closed())
    for _ in range(3):
        pair.clock.advance(30)  # nothing is pumped: the switch does not hear
    assert "silent for 90 s" in str(closed[0])


def test_heartbeats_keep_a_quiet_link_up(pair: Pair) -> None:
    statuses: list[SystemStatusValue] = []
    pair.client.subscribe_status(statuses.append)
    for _ in range(100):
        pair.advance(10)
    assert not outcome(pair.client.when_closed())
    assert pair.switch.statuses or statuses


def test_requests_of_the_switch(pair: Pair) -> None:
    stopped: list[MonitorStop] = []

    def stop(request: MonitorStop) -> MonitorStopResponse:
        stopped.append(request)
        return MonitorStopResponse()

    refused = outcome(pair.switch.link.request(MonitorStop(monitor_cross_ref_id="0007")))
    pair.flush()
    pair.client.serve(MonitorStop, stop)
    served = outcome(pair.switch.link.request(MonitorStop(monitor_cross_ref_id="0007")))
    pair.flush()
    assert "serviceNotSupported" in str(refused[0])
    assert served == [MonitorStopResponse()]
    assert [each.monitor_cross_ref_id for each in stopped] == ["0007"]


def test_a_message_that_does_not_fit_the_wire_fails_alone(pair: Pair) -> None:
    answer = outcome(pair.client.call_control.make_call("2001", "1" * 70_000))
    assert isinstance(answer[0], LocalProtocolError)
    assert not outcome(pair.client.when_closed())


class Associating:
    """A client that has asked for an association and hears nothing."""

    def __init__(self) -> None:
        self.reactor = MemoryReactorClock()
        self.opened = outcome(connect(self.reactor, "tcp:pbx.example.org:33333", "asn1", "acse"))
        host, port, factory, *_ = self.reactor.tcpClients[0]
        assert (host, port) == ("pbx.example.org", 33333)
        built: Any = factory.buildProtocol(None)
        self.link = built
        self.transport = StringTransport()
        self.link.makeConnection(self.transport)


@pytest.mark.parametrize(("result", "how"), [(1, "for good"), (2, "for now")])
def test_an_association_refused(result: int, how: str) -> None:
    asking = Associating()
    refusal = asn1.encode(AssociateResponse("1.3.12.0.218", result, diagnostic=1))
    asking.link.dataReceived(LengthFraming().encode(Frame(refusal)))
    assert isinstance(asking.opened[0], AssociationRefused)
    assert how in str(asking.opened[0])


def test_the_association_has_its_time() -> None:
    asking = Associating()
    asking.reactor.advance(9)
    assert asking.opened == []
    asking.reactor.advance(1)
    assert isinstance(asking.opened[0], AssociationRefused)
    asking.link.connectionLost(Failure(ConnectionDone()))
    assert not asking.reactor.getDelayedCalls()


def test_a_closed_connection_does_not_linger() -> None:
    asking = Associating()
    asking.reactor.advance(10)
    assert asking.transport.disconnecting
    assert not asking.transport.disconnected
    asking.reactor.advance(5)
    assert asking.transport.disconnected


@pytest.mark.parametrize(
    ("parameters", "reason"),
    [
        (("soap", "none"), "protocol 'soap'"),
        (("xml", "acse"), "'acse' does not go with dialect 'generic-xml'"),
        (("asn1", "login"), "association 'login'"),
        (("asn1", "none", "morse"), "framing 'morse'"),
        (("asn1", "none", "xml-tcp"), "does not go with"),
    ],
)
def test_a_kind_of_link_that_there_is_not(parameters: tuple[str, str, str | None], reason: str) -> None:
    wire, association, *framing = parameters
    with pytest.raises(ValueError, match=reason):
        open_session(Role.COMPUTING, wire, association, framing=framing[0] if framing else None)


def test_a_switch_that_cannot_be_reached() -> None:
    reactor = MemoryReactorClock()
    failed = outcome(connect(reactor, "tcp:pbx.example.org:8882"))
    connector: Any = None
    reactor.tcpClients[0][2].clientConnectionFailed(connector, Failure(ConnectError()))
    assert isinstance(failed[0], LinkLost)
    assert "tcp:pbx.example.org:8882: An error occurred while connecting" in str(failed[0])
