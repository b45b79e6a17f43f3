"""Answers that come in segments, and all that can happen to them on the way."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock

from csta.errors import LinkLost, RemoteProtocolError, RequestCancelled, RequestTimeout
from csta.messages.base import Request, Response
from csta.messages.capability_exchange import (
    DeviceListItem,
    GetSwitchingFunctionDevicesResponse,
    SwitchingFunctionDevices,
)
from csta.messages.identifiers import SubjectDeviceID
from csta.messages.location import (
    GetLocationTrackingSessionsResponse,
    GetLocationTrackingSessionsResultCrossRefIDorRegistrationData,
    LocationSessionInfo,
)
from csta.messages.monitoring import GetMonitorResultCrossRefIDorRegistrationData, GetMonitorsResponse, MonitorInfo
from csta.messages.snapshot import (
    CallState,
    SnapshotCallContents,
    SnapshotCallData,
    SnapshotCallResponse,
    SnapshotCallResponseInfo,
    SnapshotDeviceContents,
    SnapshotDeviceData,
    SnapshotDeviceResponse,
    SnapshotDeviceResponseInfo,
)
from csta.messages.system import (
    GetRegistrationsResCrossRefIDorRegistrationData,
    GetRegistrationsResponse,
    RegistrationInfo,
)
from csta.services import segments
from csta.services.segments import Segments
from tests.unit.client.rows import ACTIVE, device
from tests.unit.client.test_client import outcome

if TYPE_CHECKING:
    from csta.client import Client
    from tests.unit.client.conftest import Pair

REF = "00000005"


def item(number: str) -> DeviceListItem:
    return DeviceListItem(device_id=device(number))


def devices(*numbers: str, segment: int | None = None, last: bool = False) -> SwitchingFunctionDevices:
    found = tuple(item(number) for number in numbers)
    return SwitchingFunctionDevices(service_cross_ref_id=REF, segment_id=segment, last_segment=last, device_list=found)


def ask_for_devices(pair: Pair) -> list[object]:
    """The question for devices, answered by a cross reference."""
    answer = outcome(pair.client.capability_exchange.get_switching_function_devices())
    pair.flush()
    respond(pair, GetSwitchingFunctionDevicesResponse(service_cross_ref_id=REF))
    assert answer == []
    return answer


def respond(pair: Pair, response: Response, *following: Request[None]) -> None:
    """Answer what was asked, and send what follows in the same octets."""
    pair.switch.link.respond(pair.switch.requests.pop()[0], response)
    for each in following:
        pair.switch.link.report(each)
    pair.flush()


def test_the_list_is_given_when_it_is_complete(pair: Pair) -> None:
    answer = ask_for_devices(pair)
    pair.switch.link.report(devices("2001", "2002", segment=1))
    pair.flush()
    assert answer == []
    pair.switch.link.report(devices("2003", segment=2, last=True))
    pair.flush()
    assert answer == [(item("2001"), item("2002"), item("2003"))]


def test_an_empty_list(pair: Pair) -> None:
    answer = ask_for_devices(pair)
    pair.switch.link.report(devices(last=True))
    pair.flush()
    assert answer == [()]


CALL = SnapshotDeviceResponseInfo(connection_identifier=ACTIVE, local_call_state=CallState(unknown=True))
PARTY = SnapshotCallResponseInfo(device_on_call=SubjectDeviceID(device_identifier=device("2001")))
CALLS = SnapshotDeviceResponse(cross_ref_id_or_snapshot_data=SnapshotDeviceContents(snapshot_data=(CALL,)))
PARTIES = SnapshotCallResponse(cross_ref_id_or_snapshot_data=SnapshotCallContents(snapshot_data=(PARTY,)))
Asked = tuple[Callable[["Client"], Deferred[Any]], Response, Request[None], object]
ANSWERED_SO: dict[str, Asked] = {
    "snapshot of a device": (
        lambda c: c.snapshot.snapshot_device("2001"),
        SnapshotDeviceResponse(cross_ref_id_or_snapshot_data=SnapshotDeviceContents(service_cross_ref_id=REF)),
        SnapshotDeviceData(service_cross_ref_id=REF, last_segment=True, snapshot_data=(CALL,)),
        CALLS,
    ),
    "snapshot of a call": (
        lambda c: c.snapshot.snapshot_call(ACTIVE),
        SnapshotCallResponse(cross_ref_id_or_snapshot_data=SnapshotCallContents(service_cross_ref_id=REF)),
        SnapshotCallData(service_cross_ref_id=REF, last_segment=True, snapshot_data=(PARTY,)),
        PARTIES,
    ),
    "monitors": (
        lambda c: c.monitoring.get_monitors(),
        GetMonitorsResponse(
            cross_ref_id_or_registration_data=GetMonitorResultCrossRefIDorRegistrationData(service_cross_ref_id=REF)
        ),
        MonitorInfo(service_cross_ref_id=REF, last_segment=True, monitor_list=()),
        (),
    ),
    "registrations": (
        lambda c: c.system.get_registrations(),
        GetRegistrationsResponse(
            cross_ref_id_or_registration_data=GetRegistrationsResCrossRefIDorRegistrationData(service_cross_ref_id=REF)
        ),
        RegistrationInfo(service_cross_ref_id=REF, last_segment=True, registration_list=()),
        (),
    ),
    "location sessions": (
        lambda c: c.location.get_location_tracking_sessions(),
        GetLocationTrackingSessionsResponse(
            cross_ref_id_or_registration_data=GetLocationTrackingSessionsResultCrossRefIDorRegistrationData(
                service_cross_ref_id=REF
            )
        ),
        LocationSessionInfo(service_cross_ref_id=REF, last_segment=True, location_session_info_list=()),
        (),
    ),
}


@pytest.mark.parametrize(("ask", "answer", "segment", "whole"), ANSWERED_SO.values(), ids=ANSWERED_SO)
def test_segments_right_behind_the_answer(
    ask: Callable[[Client], Deferred[Any]], answer: Response, segment: Request[None], whole: object, pair: Pair
) -> None:
    found = outcome(ask(pair.client))
    pair.flush()
    respond(pair, answer, segment)
    assert found == [whole]


AT_ONCE: dict[str, tuple[Callable[[Client], Deferred[Any]], Response, object]] = {
    "snapshot of a device": (lambda c: c.snapshot.snapshot_device("2001"), CALLS, CALLS),
    "snapshot of a call": (lambda c: c.snapshot.snapshot_call(ACTIVE), PARTIES, PARTIES),
    "monitors": (
        lambda c: c.monitoring.get_monitors(),
        GetMonitorsResponse(
            cross_ref_id_or_registration_data=GetMonitorResultCrossRefIDorRegistrationData(monitor_list=())
        ),
        (),
    ),
    "registrations": (
        lambda c: c.system.get_registrations(),
        GetRegistrationsResponse(
            cross_ref_id_or_registration_data=GetRegistrationsResCrossRefIDorRegistrationData(registration_list=())
        ),
        (),
    ),
    "location sessions": (
        lambda c: c.location.get_location_tracking_sessions(),
        GetLocationTrackingSessionsResponse(
            cross_ref_id_or_registration_data=GetLocationTrackingSessionsResultCrossRefIDorRegistrationData(
                location_session_info_list=()
            )
        ),
        (),
    ),
}


@pytest.mark.parametrize(("ask", "answer", "whole"), AT_ONCE.values(), ids=AT_ONCE)
def test_the_same_in_one_piece(
    ask: Callable[[Client], Deferred[Any]], answer: Response, whole: object, pair: Pair
) -> None:
    found = outcome(ask(pair.client))
    pair.flush()
    respond(pair, answer)
    assert found == [whole]


def test_a_segment_that_comes_twice_counts_once(pair: Pair) -> None:
    answer = ask_for_devices(pair)
    for segment in (devices("2001", segment=7), devices("2001", segment=7), devices("2002", segment=8, last=True)):
        pair.switch.link.report(segment)
    pair.flush()
    assert answer == [(item("2001"), item("2002"))]


def test_a_segment_that_is_missing(pair: Pair) -> None:
    answer = ask_for_devices(pair)
    pair.switch.link.report(devices("2001", segment=1))
    pair.switch.link.report(devices("2002", segment=3))
    pair.flush()
    [error] = answer
    assert isinstance(error, RemoteProtocolError)
    assert str(error) == "segment 3 came after segment 1 (SwitchingFunctionDevices.segmentID)"


def test_each_segment_has_its_time(pair: Pair) -> None:
    answer = ask_for_devices(pair)
    for segment in (1, 2, 3):
        pair.advance(9)
        pair.switch.link.report(devices("2001", segment=segment))
        pair.flush()
    assert answer == []
    pair.advance(10)
    [error] = answer
    assert isinstance(error, RequestTimeout)
    assert str(error) == "SwitchingFunctionDevices: no answer within 10 s"
    late = outcome(pair.switch.link.request(devices(segment=4, last=True)))
    pair.flush()
    assert "invalidCrossRefID" in str(late[0])


def test_a_list_given_up(pair: Pair) -> None:
    waiting = pair.client.capability_exchange.get_switching_function_devices()
    answer = outcome(waiting)
    pair.flush()
    respond(pair, GetSwitchingFunctionDevicesResponse(service_cross_ref_id=REF))
    waiting.cancel()
    assert isinstance(answer[0], RequestCancelled)
    late = outcome(pair.switch.link.request(devices("2001", last=True)))
    pair.flush()
    pair.client.close()
    pair.flush()
    assert "invalidCrossRefID" in str(late[0])
    assert not pair.clock.getDelayedCalls()


def test_a_lost_link(pair: Pair) -> None:
    answer = ask_for_devices(pair)
    pair.switch.link.drop()
    pair.flush()
    [error] = answer
    assert isinstance(error, LinkLost)
    assert error.request == "SwitchingFunctionDevices"
    assert not pair.clock.getDelayedCalls()


def test_a_cross_reference_used_again(pair: Pair) -> None:
    first = ask_for_devices(pair)
    second = ask_for_devices(pair)
    assert isinstance(first[0], RemoteProtocolError)
    pair.switch.link.report(devices("2001", last=True))
    pair.flush()
    assert second == [(item("2001"),)]


def test_a_list_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(segments, "MOST_SEGMENTS", 3)
    gathering = Segments(Clock(), 10)
    answer = outcome(gathering.expect(SwitchingFunctionDevices, REF))
    taken = [gathering.take(devices("2001")) for _ in range(4)]
    assert taken == [True, True, True, False]
    assert "more than 3 segments" in str(answer[0])


@settings(max_examples=50, deadline=None)
@given(st.lists(st.sampled_from(["a", "b", "c"]), max_size=30))
def test_lists_under_way_together_do_not_mix(order: list[str]) -> None:
    gathering = Segments(Clock(), 10)
    answers = {ref: outcome(gathering.expect(SwitchingFunctionDevices, ref)) for ref in "abc"}
    sent: dict[str, list[int]] = {"a": [], "b": [], "c": []}
    for number, ref in enumerate(order):
        sent[ref].append(number)
        part = (item(str(number)),)
        assert gathering.take(
            SwitchingFunctionDevices(
                service_cross_ref_id=ref, segment_id=len(sent[ref]), last_segment=False, device_list=part
            )
        )
    for ref, numbers in sent.items():
        gathering.take(SwitchingFunctionDevices(service_cross_ref_id=ref, last_segment=True, device_list=()))
        [found] = answers[ref]
        assert isinstance(found, list)
        assert [each.device_id.number for part in found for each in part.device_list] == [str(n) for n in numbers]
