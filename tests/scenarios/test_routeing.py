"""The routeing dialogue: every way it can go, and that it always ends with one Route End (ECMA-269 §20)."""

from __future__ import annotations

from typing import TypeVar

import pytest

from csta.messages.base import Octets, Request
from csta.messages.common import DeviceID
from csta.messages.errors import UniversalFailure
from csta.messages.logical_device import (
    GetRouteingMode,
    GetRouteingModeResponse,
    SetRouteingMode,
    SetRouteingModeResponse,
)
from csta.messages.routeing import (
    RejectCause,
    ReRoute,
    RetryValue,
    RouteEnd,
    RouteRegister,
    RouteRegisterCancel,
    RouteRegisterCancelResponse,
    RouteRegisterResponse,
    RouteReject,
    RouteRequest,
    RouteSelect,
    RouteUsed,
)
from csta.messages.system import GetRegistrations, GetRegistrationsResponse, RegistrationType
from csta.simulator.calls import RoutePoint
from tests.scenarios.conftest import Office

R = TypeVar("R")
DELIVERED = ["700 Delivered alerting enteringDistribution"]


def device(number: str) -> DeviceID:
    return DeviceID(number=number)


class RoutedOffice(Office):
    """700 asks where its calls go, for four seconds; then they go to Anna."""

    def __init__(self) -> None:
        super().__init__()
        self.point = RoutePoint("700", default="2001", reply_timeout=4)
        self.switch.add(self.point, self.now)
        self.watch("700")
        registered = self.granted(RouteRegister(routeing_device=device("700")), RouteRegisterResponse)
        self.registration = registered.route_register_req_id

    def asked_for(self) -> RouteRequest:
        """A call comes, and the switch asks."""
        self.ring("700")
        assert self.heard() == [*DELIVERED, "RouteRequest"]
        (request,) = self.asked
        assert isinstance(request, RouteRequest)
        return request

    def say(self, request: Request[None]) -> None:
        assert self.ask(request) is None

    def route_end(self) -> RouteEnd:
        (end,) = [each for each in self.asked if isinstance(each, RouteEnd)]
        return end


@pytest.fixture
def office() -> RoutedOffice:
    return RoutedOffice()


def select(request: RouteRequest, number: str, **more: object) -> RouteSelect:
    return RouteSelect(
        cross_ref_identifier=request.cross_ref_identifier,
        route_register_req_id=request.route_register_req_id,
        route_selected=device(number),
        **more,  # type: ignore[arg-type]
    )


def test_the_question_says_what_is_known(office: RoutedOffice) -> None:
    request = office.asked_for()
    assert request.route_register_req_id == office.registration
    assert request.current_route.device_identifier == device("700")
    assert request.calling_device is not None
    assert request.calling_device.device_identifier == device("0891234567")
    assert request.reply_timeout == 4
    assert request.routed_call in [call.connection_identifier for call in office.calls("700")]


def test_the_client_chooses(office: RoutedOffice) -> None:
    request = office.asked_for()
    office.say(select(request, "2002", correlator_data=Octets(b"gold")))
    office.expect("""
        700 Diverted null redirected
        2002 Delivered alerting redirected
        RouteEnd
    """)
    assert office.route_end().error_value is None
    assert office.calls("700") == ()


def test_who_asks_is_told_the_route_used(office: RoutedOffice) -> None:
    office.switch.add(RoutePoint("701"), office.now)
    request = office.asked_for()
    office.say(select(request, "0894711", route_used_req=True))
    assert office.heard() == ["700 Diverted null redirected", "RouteUsed", "RouteEnd"]
    used = office.asked[0]
    assert isinstance(used, RouteUsed)
    assert used.route_used.device_identifier == device("0894711")
    assert used.domain is False


def test_the_first_alternate_that_can_be_reached_is_taken(office: RoutedOffice) -> None:
    office.switch.set_in_service("2003", False, office.now)
    office.heard()
    request = office.asked_for()
    office.say(select(request, "2003", alternate_routes=(device("29"), device("2002"))))
    assert "2002 Delivered alerting redirected" in office.heard()


def test_a_destination_that_cannot_be_reached_is_asked_for_again(office: RoutedOffice) -> None:
    request = office.asked_for()
    office.say(select(request, "29"))
    assert office.heard() == ["ReRoute"]
    again = office.asked[0]
    assert isinstance(again, ReRoute)
    assert again.cross_ref_identifier == request.cross_ref_identifier
    office.say(select(request, "2002"))
    assert office.heard()[-1] == "RouteEnd"


@pytest.mark.parametrize("retries", [RetryValue(retry_count=0), RetryValue(no_count_available=True)])
def test_it_is_not_asked_for_ever(office: RoutedOffice, retries: RetryValue) -> None:
    request = office.asked_for()
    heard: list[str] = []
    while "RouteEnd" not in heard:
        office.say(select(request, "29", remain_retries=retries))
        heard += office.heard()
    assert heard.count("ReRoute") == (0 if retries.retry_count == 0 else 3)
    assert heard[-1] == "2001 Delivered alerting redirected"


def test_silence_means_the_default(office: RoutedOffice) -> None:
    request = office.asked_for()
    office.wait(4)
    office.expect("""
        RouteEnd
        700 Diverted null redirected
        2001 Delivered alerting redirected
    """)
    error = office.route_end().error_value
    assert error is not None
    assert error.operation == "routeingTimerExpired"
    assert office.refused(select(request, "2002")) == "operation/invalidRouteingCrossRefID"


def test_a_client_without_an_idea_ends_it(office: RoutedOffice) -> None:
    request = office.asked_for()
    office.say(RouteEnd(cross_ref_identifier=request.cross_ref_identifier, correlator_data=Octets(b"?")))
    office.expect("""
        700 Diverted null redirected
        2001 Delivered alerting redirected
    """)


@pytest.mark.parametrize("cause", [None, *RejectCause])
def test_a_rejected_call_goes_back(office: RoutedOffice, cause: RejectCause | None) -> None:
    request = office.asked_for()
    office.say(RouteReject(cross_ref_identifier=request.cross_ref_identifier, reject_cause=cause))
    heard = office.heard()
    assert heard[0] == "RouteEnd"
    assert heard[1] == f"700 ConnectionCleared null {(cause or RejectCause.UNKNOWN_OVERFLOW).value}"
    assert office.calls("700") == ()


def test_a_caller_who_gives_up_ends_it(office: RoutedOffice) -> None:
    caller = office.ring("700")
    office.heard()
    caller.hang_up(office.now)
    assert "RouteEnd" in office.heard()
    office.wait(10)
    assert office.heard() == []


def test_a_client_that_is_lost_leaves_the_default(office: RoutedOffice) -> None:
    office.asked_for()
    office.switch.disconnect("client", office.now)
    assert [call.local_call_state for call in office.calls("2001")]
    assert office.calls("700") == ()


def test_the_mode_is_independent_of_the_registration(office: RoutedOffice) -> None:
    request = SetRouteingMode(device=device("700"), routeing_mode=False)
    office.granted(request, SetRouteingModeResponse)
    office.granted(request, SetRouteingModeResponse)  # nothing changes, so there is no event
    assert office.heard() == ["700 Routeing"]
    assert not office.granted(GetRouteingMode(device=device("700")), GetRouteingModeResponse).routeing_mode
    office.ring("700")
    assert office.heard()[-1] == "2001 Delivered alerting redirected"


def test_after_cancelling_nobody_is_asked(office: RoutedOffice) -> None:
    cancel = RouteRegisterCancel(route_register_req_id=office.registration)
    office.granted(cancel, RouteRegisterCancelResponse)
    assert office.refused(cancel) == "operation/invalidRouteRegistrationCrossRefID"
    office.ring("700")
    assert "RouteRequest" not in office.heard()


def test_without_a_default_the_call_fails(office: RoutedOffice) -> None:
    office.point.default = ""
    caller = office.ring("700")
    office.wait(4)
    assert caller.gone


def test_a_ring_of_defaults_does_not_spin(office: RoutedOffice) -> None:
    office.switch.add(RoutePoint("701", default="700"), office.now)
    office.point.default, office.point.mode = "701", False
    caller = office.ring("700")
    assert caller.gone
    assert office.heard()[-1].endswith("overflow")


def test_one_client_a_device(office: RoutedOffice) -> None:
    other = office.switch.handle("other", RouteRegister(routeing_device=device("700")), office.now)
    assert isinstance(other, UniversalFailure)
    assert isinstance(office.switch.handle("other", RouteRegister(), office.now), RouteRegisterResponse)
    assert office.refused(RouteRegister(routeing_device=device("2001"))) == "operation/invalidDeviceID"


def test_a_dialogue_is_nobody_elses_business(office: RoutedOffice) -> None:
    request = office.asked_for()
    assert isinstance(office.switch.handle("other", select(request, "2002"), office.now), UniversalFailure)
    wrong = RouteEnd(cross_ref_identifier=request.cross_ref_identifier, route_register_req_id="ff")
    assert office.refused(wrong) == "operation/invalidRouteRegistrationCrossRefID"


def test_registrations_are_listed_and_can_be_aborted(office: RoutedOffice) -> None:
    listed = office.granted(GetRegistrations(), GetRegistrationsResponse).cross_ref_id_or_registration_data
    assert listed.registration_list is not None
    (entry,) = listed.registration_list
    assert entry.registration_type == RegistrationType.ROUTE_REGISTER
    assert entry.registration_object == device("700")
    office.switch.abort_registrations()
    assert office.heard() == ["RouteRegisterAbort"]
    office.ring("700")
    assert "RouteRequest" not in office.heard()
