"""Requests of the switch: who serves them, and what it hears when nobody does, or nobody well."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from twisted.internet.defer import CancelledError, Deferred
from twisted.logger import capturedLogs

from csta.errors import LinkLost, ServiceError
from csta.messages import response_class
from csta.messages.base import Octets, Request, Response
from csta.messages.call_data import CSTAObject
from csta.messages.cdr import (
    CDRNotification,
    CDRNotificationResponse,
    CDRReport,
    StopCDRTransmission,
    StopCDRTransmissionResponse,
)
from csta.messages.common import PrivateData
from csta.messages.data_collection import DataCollected, DataCollectionResumed, DataCollectionSuspended
from csta.messages.errors import OperationErrors, UniversalFailure
from csta.messages.identifiers import CalledDeviceID
from csta.messages.io_services import (
    DataPathResumed,
    DataPathSuspended,
    FastData,
    IOCrossRefID,
    IORegisterAbort,
    ResumeDataPath,
    SendData,
    StartDataPath,
    StartDataPathResponse,
    StopDataPath,
    SuspendDataPath,
)
from csta.messages.location import (
    LocationInformationReport,
    LocationTrackingSessionResumed,
    LocationTrackingSessionSuspended,
    StopLocationTrackingSession,
)
from csta.messages.monitoring import MonitorStop
from csta.messages.routeing import ReRoute, RouteEnd, RouteRegisterAbort, RouteRequest, RouteSelect, RouteUsed
from csta.messages.snapshot import SnapshotDeviceData
from csta.messages.system import SwFunctionCapsChanged, SwFunctionDevicesChanged, SystemRegisterAbort
from csta.messages.vendor_specific import Escape, EscapeRegisterAbort
from csta.services import serving
from csta.services.cdr import CDRHandler
from csta.services.io_services import IOHandler
from csta.services.routeing import RouteingHandler
from csta.services.serving import Answer
from tests.unit.client.rows import device
from tests.unit.client.test_client import outcome
from tests.unit.client.test_services import HANDLERS

if TYPE_CHECKING:
    from tests.unit.client.conftest import Pair

PATH = IOCrossRefID(switch_provided="01")
ROUTE = RouteRequest(
    cross_ref_identifier="0007",
    route_register_req_id="0001",
    current_route=CalledDeviceID(device_identifier=device("2900")),
)
NOTE = CDRNotification(cdr_cross_ref_id="0001")

FROM_THE_SWITCH: tuple[Request[Any], ...] = (
    CDRReport(cdr_cross_ref_id="0001", number_of_records_sent=0, cdr_info=()),
    NOTE,
    StopCDRTransmission(cdr_cross_ref_id="0001"),
    DataCollected(dcoll_cross_ref_id="0001"),
    DataCollectionResumed(dcoll_cross_ref_id="0001"),
    DataCollectionSuspended(dcoll_cross_ref_id="0001"),
    Escape(private_data=PrivateData(string=Octets(b"\x01"))),
    EscapeRegisterAbort(escape_register_id="0001"),
    DataPathResumed(io_cross_ref_id=PATH),
    DataPathSuspended(io_cross_ref_id=PATH),
    FastData(object=CSTAObject(device_object=device("2001")), io_data=Octets(b"\x01")),
    IORegisterAbort(io_register_request_id="0001"),
    ResumeDataPath(io_cross_ref_id=PATH),
    SendData(io_cross_ref_id=PATH, io_data=Octets(b"\x01")),
    StartDataPath(object=CSTAObject(device_object=device("2001"))),
    StopDataPath(io_cross_ref_id=PATH),
    SuspendDataPath(io_cross_ref_id=PATH),
    LocationInformationReport(loc_cross_ref_id="0001", device=device("2001")),
    LocationTrackingSessionResumed(loc_cross_ref_id="0001"),
    LocationTrackingSessionSuspended(loc_cross_ref_id="0001"),
    StopLocationTrackingSession(loc_cross_ref_id="0001"),
    MonitorStop(monitor_cross_ref_id="0001"),
    ReRoute(cross_ref_identifier="0007"),
    RouteEnd(cross_ref_identifier="0007"),
    ROUTE,
    RouteRegisterAbort(route_register_req_id="0001"),
    RouteUsed(cross_ref_identifier="0007", route_used=CalledDeviceID(device_identifier=device("2001"))),
    SwFunctionCapsChanged(),
    SwFunctionDevicesChanged(),
    SystemRegisterAbort(sys_stat_register_id="0001"),
)
"""A request of every kind that a handler serves."""


def name(request: Request[Any]) -> str:
    return type(request).__name__


def refusal(answer: list[object]) -> tuple[str, str]:
    [error] = answer
    assert isinstance(error, ServiceError)
    return error.category, error.code


def test_the_table_has_every_request_a_handler_serves() -> None:
    served = {kind for handler in HANDLERS for kind in handler().requests()}
    assert {type(request) for request in FROM_THE_SWITCH} == served


@pytest.mark.parametrize("handled", [False, True], ids=["nobody", "a handler without methods"])
def test_what_nobody_serves_is_refused(handled: bool, pair: Pair) -> None:
    if handled:
        for handler in HANDLERS:
            pair.client.handle(handler())
    for request in FROM_THE_SWITCH:
        answer = outcome(pair.switch.link.request(request))
        pair.flush()
        assert refusal(answer) == ("operation", "serviceNotSupported"), name(request)


def test_agreeing_without_data_is_the_positive_answer_where_there_is_one(pair: Pair) -> None:
    heard: list[Request[Any]] = []
    for request in FROM_THE_SWITCH:
        pair.client.serve(type(request), heard.append)
    for request in FROM_THE_SWITCH:
        if isinstance(request, StartDataPath):  # its answer has data
            continue
        answer = outcome(pair.switch.link.request(request, timeout=1))
        pair.flush()
        positive: Callable[[], Response] | None = response_class(type(request))
        assert answer == ([] if positive is None else [positive()]), name(request)
        assert heard.pop() == request
        pair.advance(2)


class Records(CDRHandler):
    """Each of its methods in another way."""

    def __init__(self) -> None:
        self.waiting: Deferred[CDRNotificationResponse] = Deferred()

    def cdr_report(self, request: CDRReport) -> UniversalFailure:
        return UniversalFailure(operation=OperationErrors.INVALID_CROSS_REF_ID)

    def cdr_notification(self, request: CDRNotification) -> Deferred[CDRNotificationResponse]:
        return self.waiting

    async def stop_cdr_transmission(self, request: StopCDRTransmission) -> StopCDRTransmissionResponse:
        await self.waiting
        return StopCDRTransmissionResponse()


def test_answers_now_and_later(pair: Pair) -> None:
    records = Records()
    pair.client.handle(records)
    refused = outcome(pair.switch.link.request(FROM_THE_SWITCH[0]))
    stopped = outcome(pair.switch.link.request(StopCDRTransmission(cdr_cross_ref_id="0001")))
    noted = outcome(pair.switch.link.request(NOTE))
    pair.flush()
    assert refusal(refused) == ("operation", "invalidCrossRefID")
    assert stopped == noted == []
    records.waiting.callback(CDRNotificationResponse())
    pair.flush()
    assert stopped == [StopCDRTransmissionResponse()]
    assert len(noted) == 1
    pair.client.close()
    pair.flush()
    assert not pair.clock.getDelayedCalls()


def raising(_: CDRNotification) -> Answer[CDRNotificationResponse]:
    raise KeyError("mine")


async def raising_later(_: CDRNotification) -> None:
    raise KeyError("mine")


@pytest.mark.parametrize("handler", [raising, raising_later])
def test_a_handler_that_raises_is_logged_and_its_request_refused(
    handler: Callable[[CDRNotification], Answer[CDRNotificationResponse]], pair: Pair
) -> None:
    pair.client.serve(CDRNotification, handler)
    with capturedLogs() as logged:
        answer = outcome(pair.switch.link.request(NOTE))
        pair.flush()
    assert refusal(answer) == ("operation", "generic")
    assert [str(each["log_failure"].value) for each in logged if "log_failure" in each] == ["'mine'"]


def test_a_slow_handler_is_cancelled_and_its_request_refused(pair: Pair) -> None:
    cancelled: list[object] = []
    waiting: Deferred[CDRNotificationResponse] = Deferred(cancelled.append)
    pair.client.serve(CDRNotification, lambda _: waiting)
    answer = outcome(pair.switch.link.request(NOTE, timeout=60))
    pair.flush()
    pair.advance(9.9)
    assert answer == []
    pair.advance(0.2)
    assert refusal(answer) == ("systemResourceAvailability", "resourceBusy")
    assert cancelled == [waiting]


def test_a_handler_that_does_not_let_itself_be_cancelled_answers_when_it_is_done(pair: Pair) -> None:
    done: Deferred[None] = Deferred()

    async def stubborn(_: CDRNotification) -> None:
        try:
            await Deferred()
        except CancelledError:
            await done

    pair.client.serve(CDRNotification, stubborn)
    answer = outcome(pair.switch.link.request(NOTE, timeout=60))
    pair.flush()
    pair.advance(10)
    assert answer == []
    done.callback(None)
    pair.flush()
    assert len(answer) == 1


def test_an_answer_that_lacks_something_is_told_to_both_sides(pair: Pair) -> None:
    def nothing(_: StartDataPath) -> None:
        return None

    pair.client.serve(StartDataPath, nothing)
    with capturedLogs() as logged:
        answer = outcome(pair.switch.link.request(StartDataPath(object=CSTAObject(device_object=device("2001")))))
        pair.flush()
    assert refusal(answer) == ("operation", "generic")
    assert any("io_cross_ref_id" in str(each.get("log_failure", "")) for each in logged)


def test_so_many_at_a_time(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "MOST_RUNNING", 2)
    pair.client.serve(CDRNotification, lambda _: Deferred())
    answers = [outcome(pair.switch.link.request(NOTE)) for _ in range(3)]
    pair.flush()
    assert answers[:2] == [[], []]
    assert refusal(answers[2]) == ("performanceManagement", "performanceLimitExceeded")


def test_a_lost_link_cancels_what_is_at_work(pair: Pair) -> None:
    ended: list[str] = []

    async def record(_: CDRNotification) -> None:
        try:
            await Deferred()
        finally:
            ended.append("cancelled")

    pair.client.serve(CDRNotification, record)
    answer = outcome(pair.switch.link.request(NOTE))
    pair.flush()
    pair.switch.link.drop()
    with capturedLogs() as logged:
        pair.flush()
    assert ended == ["cancelled"]
    assert isinstance(answer[0], LinkLost)
    assert not [each for each in logged if "log_failure" in each]
    assert not pair.clock.getDelayedCalls()


def test_a_link_that_ends_before_the_answer(pair: Pair) -> None:
    pair.client.serve(CDRNotification, lambda _: pair.client.close().addCallback(lambda _: None))
    outcome(pair.switch.link.request(NOTE))
    with capturedLogs() as logged:
        pair.flush()
    assert not [each for each in logged if "log_failure" in each]


class Router(RouteingHandler):
    """Lets every call go to 2001, and then to 2002."""

    def __init__(self, pair: Pair) -> None:
        self.client = pair.client
        self.ended: list[RouteEnd] = []

    async def route_request(self, request: RouteRequest) -> None:
        await self.client.routeing.route_select(request, "2001", report_used=True)

    async def re_route(self, request: ReRoute) -> None:
        await self.client.routeing.route_select(request, "2002")

    def route_end(self, request: RouteEnd) -> None:
        self.ended.append(request)


def test_a_routeing_dialogue(pair: Pair) -> None:
    router = Router(pair)
    pair.client.handle(router)
    pair.switch.link.report(ROUTE)
    pair.flush()
    pair.switch.link.report(ReRoute(cross_ref_identifier="0007", route_register_req_id="0001"))
    pair.flush()
    pair.switch.link.report(RouteEnd(cross_ref_identifier="0007"))
    pair.flush()
    assert [request for _, request in pair.switch.requests] == [
        RouteSelect(
            cross_ref_identifier="0007",
            route_register_req_id="0001",
            route_selected=device("2001"),
            route_used_req=True,
        ),
        RouteSelect(cross_ref_identifier="0007", route_register_req_id="0001", route_selected=device("2002")),
    ]
    assert [each.cross_ref_identifier for each in router.ended] == ["0007"]


def test_a_route_the_switch_refuses_is_logged_by_name(pair: Pair) -> None:
    pair.client.handle(Router(pair))
    pair.switch.link.report(ROUTE)
    pair.flush()
    pair.switch.link.fail(pair.switch.requests[0][0], UniversalFailure(operation=OperationErrors.INVALID_DESTINATION))
    with capturedLogs() as logged:
        pair.flush()
    assert [each["words"] for each in logged if "words" in each] == ["RouteSelect: operation/invalidDestination"]


class Paths(IOHandler):
    """Opens what it is asked to."""

    def start_data_path(self, request: StartDataPath) -> StartDataPathResponse:
        return StartDataPathResponse(io_cross_ref_id=PATH)


def test_an_answer_with_data(pair: Pair) -> None:
    pair.client.handle(Paths())
    answer = outcome(pair.switch.link.request(StartDataPath(object=CSTAObject(device_object=device("2001")))))
    pair.flush()
    assert answer == [StartDataPathResponse(io_cross_ref_id=PATH)]


def test_a_segment_that_nobody_asked_for(pair: Pair) -> None:
    segment = SnapshotDeviceData(service_cross_ref_id="0009", last_segment=True, snapshot_data=())
    answer = outcome(pair.switch.link.request(segment))
    pair.flush()
    assert refusal(answer) == ("operation", "invalidCrossRefID")
