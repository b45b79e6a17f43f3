"""Calls that did not get through: call back, camp on, intrude (ECMA-269 §17.1.4 to §17.1.6, §17.1.16, §22.1.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from csta.messages.base import Request
from csta.messages.call_control import (
    CallBack,
    CallBackMessage,
    CallBackMessageResponse,
    CallBackResponse,
    CamponCall,
    CamponCallResponse,
    IntrudeCall,
    IntrudeCallResponse,
    ParticipationType,
)
from csta.messages.call_control_events import ConferencedEvent
from csta.messages.call_data import LocalConnectionState
from csta.messages.common import ConnectionID, DeviceID
from csta.messages.logical_device import (
    CallBackEvent,
    CallBackMessageNonCallRelated,
    CallBackMessageNonCallRelatedResponse,
    CallBackNonCallRelated,
    CallBackNonCallRelatedResponse,
    CancelCallBack,
    CancelCallBackMessage,
    CancelCallBackMessageResponse,
    CancelCallBackResponse,
    GetCallBack,
    GetCallBackResponse,
)

if TYPE_CHECKING:
    from tests.scenarios.conftest import Office


def device(number: str) -> DeviceID:
    return DeviceID(number=number)


def meet_busy(office: Office) -> ConnectionID:
    """Anna calls Carla, who talks to Bert."""
    office.talk("2002", "2003")
    connection = office.make_call("2001", "2003")
    office.heard()
    return connection


def promises(office: Office, number: str) -> list[tuple[str, str, bool | None]]:
    answer = office.granted(GetCallBack(device=device(number)), GetCallBackResponse)
    return [
        (each.originating_device.number, each.target_device.number, each.call_back_message_indicator)
        for each in answer.call_back_list
    ]


def test_the_switch_calls_back_when_the_target_is_free(office: Office) -> None:
    connection = meet_busy(office)
    answer = office.granted(CallBack(callback_connection=connection), CallBackResponse)
    assert answer.target_device == device("2003")
    office.expect("""
        2001 CallBack
        2003 CallBack
        2001 ConnectionCleared null callBack
    """)
    assert promises(office, "2001") == promises(office, "2003") == [("2001", "2003", False)]
    office.hang_up("2003")
    assert office.heard()[3:] == [
        "2001 CallBack",
        "2003 CallBack",
        "2001 ServiceInitiated initiated callBack",
        "2001 Originated connected callBack",
        "2001 Delivered connected newCall",
        "2003 Delivered alerting newCall",
    ]
    assert not office.last(CallBackEvent).call_back_set_canceled
    assert promises(office, "2001") == []


def test_who_did_not_answer_is_called_back_after_using_the_telephone(office: Office) -> None:
    connection = office.make_call("2001", "2003")
    office.granted(CallBack(callback_connection=connection), CallBackResponse)
    office.heard()
    office.wait(60)
    assert office.heard() == []
    office.lift("2003")
    office.hang_up("2003")
    assert "2001 Originated connected callBack" in office.heard()


def test_a_telephone_that_has_to_be_lifted_is_prompted(office: Office) -> None:
    request = CallBackNonCallRelated(originating_device=device("2004"), target_device=device("2003"))
    office.granted(request, CallBackNonCallRelatedResponse)
    assert office.heard()[-1] == "2004 ServiceInitiated initiated callBack"
    office.lift("2004")
    assert office.heard()[-1] == "2003 Delivered alerting newCall"


def test_a_message_calls_nobody(office: Office) -> None:
    connection = meet_busy(office)
    office.granted(CallBackMessage(callback_message_connection=connection), CallBackMessageResponse)
    assert office.heard()[:2] == ["2001 CallBackMessage", "2003 CallBackMessage"]
    office.hang_up("2003")
    assert not any("Originated" in line for line in office.heard())
    cancel = CancelCallBackMessage(originating_device=device("2001"), target_device=device(""))
    office.granted(cancel, CancelCallBackMessageResponse)
    assert promises(office, "2003") == []


def test_promises_are_cancelled(office: Office) -> None:
    office.talk("2002", "2003")
    request = CallBackNonCallRelated(originating_device=device("2001"), target_device=device("2003"))
    office.granted(request, CallBackNonCallRelatedResponse)
    assert office.refused(request) == "operation/featureAlreadySet"
    message = CallBackMessageNonCallRelated(originating_device=device("2001"), target_device=device("2003"))
    office.granted(message, CallBackMessageNonCallRelatedResponse)
    cancel = CancelCallBack(originating_device=device("2001"), target_device=device("2003"))
    office.granted(cancel, CancelCallBackResponse)
    assert office.refused(cancel) == "operation/objectNotKnown"
    assert promises(office, "2001") == [("2001", "2003", True)]


def test_who_camps_on_waits_in_line(office: Office) -> None:
    connection = meet_busy(office)
    office.granted(CamponCall(campon_connection=connection), CamponCallResponse)
    office.expect("""
        2001 Queued connected campOn
        2003 Queued queued campOn
    """)
    office.wait(60)  # the busy tone is over, and nothing ends
    office.hang_up("2003")
    assert office.heard()[-2:] == ["2001 Delivered connected campOn", "2003 Delivered alerting campOn"]
    office.answer("2003")
    assert office.states("2001") == {connection: LocalConnectionState.CONNECTED}


def test_who_camps_on_may_give_up(office: Office) -> None:
    connection = meet_busy(office)
    office.granted(CamponCall(campon_connection=connection), CamponCallResponse)
    office.hang_up("2001")
    office.heard()
    office.hang_up("2003")
    assert not any("campOn" in line for line in office.heard())


@pytest.mark.parametrize("kind", [ParticipationType.ACTIVE, ParticipationType.SILENT])
def test_an_intruder_comes_into_the_call(office: Office, kind: ParticipationType) -> None:
    connection = meet_busy(office)
    answer = office.granted(IntrudeCall(intrude=connection, participation_type=kind), IntrudeCallResponse)
    office.expect("""
        2002 Conferenced connected intrude
        2003 Conferenced connected intrude
        2001 Conferenced connected intrude
    """)
    told = office.last(ConferencedEvent)
    assert told.primary_old_call == connection
    flows = [item.resulting_connection_info is not None for item in told.conference_connections]
    assert flows == [False, False, kind == ParticipationType.SILENT]
    assert answer.conferenced_call in office.states("2001")
    office.hang_up("2001")
    assert len(office.states("2003")) == 1


REFUSED: list[tuple[str, str]] = [
    ("CallBack", "stateIncompatibility/noCallToComplete"),
    ("CallBackMessage", "stateIncompatibility/noCallToComplete"),
    ("CamponCall", "stateIncompatibility/noCallToComplete"),
    ("IntrudeCall", "stateIncompatibility/noCallToComplete"),
]


@pytest.mark.parametrize(("service", "failure"), REFUSED)
def test_a_call_that_got_through_is_not_completed(office: Office, service: str, failure: str) -> None:
    talking = office.talk("2001", "2002")
    requests: dict[str, Request[Any]] = {
        "CallBack": CallBack(callback_connection=talking),
        "CallBackMessage": CallBackMessage(callback_message_connection=talking),
        "CamponCall": CamponCall(campon_connection=talking),
        "IntrudeCall": IntrudeCall(intrude=talking),
    }
    assert office.refused(requests[service]) == failure


def test_outside_nobody_is_called_back(office: Office) -> None:
    connection = office.make_call("2001", "0890000")
    office.wait(2)
    refused = office.refused(CallBack(callback_connection=connection))
    assert refused == "operation/requestIncompatibleWithCalledDevice"
