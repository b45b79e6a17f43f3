"""Every service of the standard, from its method to the switch and back, on both wires."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from twisted.internet.defer import Deferred

from csta.errors import LinkLost, LocalProtocolError, ServiceError
from csta.messages import response_class
from csta.messages._index import OPERATIONS
from csta.messages.errors import StateIncompatibilityErrors, UniversalFailure
from csta.messages.logical_device import ForwardingType, ReqAgentState
from csta.messages.system import RequestTypes, StatusFilter, SystemStatusResponse
from csta.services.cdr import CDRHandler
from csta.services.data_collection import DataCollectionHandler
from csta.services.io_services import IOHandler
from csta.services.location import LocationHandler
from csta.services.monitoring import MonitoringHandler
from csta.services.routeing import RouteingHandler
from csta.services.serving import Handler
from csta.services.system import SystemHandler
from csta.services.vendor_specific import EscapeHandler
from tests.unit.client import rows_of_calls, rows_of_devices, rows_of_the_switch, rows_of_watching
from tests.unit.client.rows import ACTIVE, Row
from tests.unit.client.test_client import outcome

if TYPE_CHECKING:
    from csta.client import Client
    from tests.unit.client.conftest import Pair

ROWS = (*rows_of_calls.ROWS, *rows_of_watching.ROWS, *rows_of_devices.ROWS, *rows_of_the_switch.ROWS)
HANDLERS: tuple[type[Handler], ...] = (
    CDRHandler,
    DataCollectionHandler,
    EscapeHandler,
    IOHandler,
    LocationHandler,
    MonitoringHandler,
    RouteingHandler,
    SystemHandler,
)
GATHERED = {
    "SwitchingFunctionDevices": "capability_exchange.get_switching_function_devices",
    "LocationSessionInfo": "location.get_location_tracking_sessions",
    "MonitorInfo": "monitoring.get_monitors",
    "RegistrationInfo": "system.get_registrations",
    "SnapshotCallData": "snapshot.snapshot_call",
    "SnapshotDeviceData": "snapshot.snapshot_device",
}
"""Segments of an answer: they come out of the method that asks."""
WIRES = ["xml", "asn1"]
BUSY = UniversalFailure(state_incompatibility=StateIncompatibilityErrors.INVALID_OBJECT_STATE)


def name(row: Row) -> str:
    return type(row[1]).__name__


def method_of(service: str) -> str:
    """The rule that all methods follow: the name of the service, in the manner of Python."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", service).lower()


def test_every_operation_is_accounted_for() -> None:
    served = {kind.__name__ for handler in HANDLERS for kind in handler().requests()}
    asked = [name(row) for row in ROWS]
    assert len(asked) == len(set(asked))
    assert {service for _, service in OPERATIONS.values()} == {*asked, *served, *GATHERED}
    assert not set(GATHERED) & {*asked, *served}


@pytest.mark.parametrize("row", ROWS, ids=name)
def test_a_method_has_the_name_of_its_service(row: Row) -> None:
    chapter, method = row[0].__code__.co_names[:2]
    assert method == method_of(name(row))
    assert OPERATIONS[row[1].operation] == (chapter, name(row))


@pytest.mark.parametrize("handler", HANDLERS)
def test_a_handlers_method_has_the_name_of_its_service(handler: type[Handler]) -> None:
    for kind, method in handler().requests().items():
        assert getattr(method, "__name__", "") == method_of(kind.__name__)
        assert kind.__module__.rpartition(".")[2] == handler.__module__.rpartition(".")[2]


@pytest.mark.parametrize("wire", WIRES)
def test_every_service_reaches_the_switch_and_is_refused_in_words(wire: str, make_pair: Callable[..., Pair]) -> None:
    pair = make_pair(wire, "none")
    pair.flush()
    for ask, expected in ROWS:
        service = type(expected).__name__
        answer = outcome(ask(pair.client))
        pair.flush()
        if service == "SystemStatus":  # the session answers it
            assert answer == [SystemStatusResponse()]
            continue
        invoke_id, request = pair.switch.requests.pop()
        assert request == expected
        if response_class(type(expected)) is None:
            assert answer == [None]
            continue
        assert answer == []
        pair.switch.link.fail(invoke_id, BUSY)
        pair.flush()
        [error] = answer
        assert isinstance(error, ServiceError)
        assert (error.request, error.category, error.code) == (service, "stateIncompatibility", "invalidObjectState")


def test_a_service_whose_answer_has_no_data_gives_it(pair: Pair) -> None:
    answer = outcome(pair.client.physical_device.button_press("2001", "01"))
    pair.flush()
    invoke_id, request = pair.switch.requests.pop()
    empty: Any = response_class(type(request))
    pair.switch.link.respond(invoke_id, empty())
    pair.flush()
    assert answer == [empty()]


FORBIDDEN: dict[str, tuple[Callable[[Client], Deferred[Any]], str]] = {
    "empty destination": (lambda c: c.call_control.deflect_call(ACTIVE, ""), "DeflectCall.newDestination"),
    "digits to follow": (lambda c: c.call_control.park_call(ACTIVE, "20;"), "ParkCall.parkTo"),
    "one's own call": (lambda c: c.call_control.directed_pickup_call(ACTIVE, "2001"), "requestingDevice"),
    "filter of nothing": (
        lambda c: c.system.system_register(RequestTypes(["requestSystemStatus"]), StatusFilter()),
        "SystemRegister",
    ),
    "password to be ready": (
        lambda c: c.logical_device.set_agent_state("2001", ReqAgentState.READY, password=b"1"),
        "SetAgentState.password",
    ),
    "rings and seconds": (
        lambda c: c.logical_device.set_forwarding("2001", None, "2002", ring_count=1, ring_duration=1),
        "SetForwarding",
    ),
    "too many rings": (
        lambda c: c.logical_device.set_forwarding("1", ForwardingType.FORWARD_NO_ANS, "2", ring_count=101),
        "SetForwarding.ringCount",
    ),
    "too long a pause": (
        lambda c: c.logical_device.set_auto_work_mode("2001", True, interval=6001),
        "SetAutoWorkMode.autoWorkInterval",
    ),
}


@pytest.mark.parametrize(("ask", "where"), FORBIDDEN.values(), ids=FORBIDDEN)
def test_what_the_standard_forbids_is_not_sent(
    ask: Callable[[Client], Deferred[Any]], where: str, make_pair: Callable[..., Pair]
) -> None:
    pair = make_pair("xml", "none")
    pair.flush()
    with pytest.raises(LocalProtocolError, match=where):
        ask(pair.client)
    pair.flush()
    assert pair.switch.requests == []


def test_a_request_without_answer_on_a_lost_link(pair: Pair) -> None:
    pair.switch.link.drop()
    pair.flush()
    ask = next(ask for ask, expected in ROWS if type(expected).__name__ == "RouteSelect")
    [error] = outcome(ask(pair.client))
    assert isinstance(error, LinkLost)
    assert error.request == "RouteSelect"
