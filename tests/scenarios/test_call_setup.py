"""Calls of one device, text messages, parking, coming back (ECMA-269 §17.1.19, §17.1.21, §17.1.24, §6.7.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from csta.messages.call_control import (
    DeviceListItems,
    JoinCall,
    JoinCallResponse,
    MakeConnection,
    MakeConnectionResponse,
    ParkCall,
    ParkCallResponse,
    SendMessage,
    SendMessageResponse,
)
from csta.messages.call_control_events import DeliveredEvent
from csta.messages.call_data import LocalConnectionState, MessageInfo
from csta.messages.common import DeviceID
from csta.messages.logical_device import (
    ForwardingType,
    SetDoNotDisturb,
    SetDoNotDisturbResponse,
    SetForwarding,
    SetForwardingResponse,
)
from csta.simulator.calls import Extension, Line
from csta.simulator.dialplan import Timing
from csta.simulator.switch import Switch

if TYPE_CHECKING:
    from tests.scenarios.conftest import Office

CONNECTED = LocalConnectionState.CONNECTED


def device(number: str) -> DeviceID:
    return DeviceID(number=number)


def test_a_connection_waits_for_others_until_its_time_is_over(office: Office) -> None:
    made = office.granted(MakeConnection(initiating_device=device("2001"), duration=60), MakeConnectionResponse)
    office.expect("""
        2001 ServiceInitiated initiated makeConnection
        2001 Originated connected makeConnection
    """)
    join = JoinCall(active_call=made.initiating_device, joining_device=device("2002"))
    office.granted(join, JoinCallResponse)
    office.heard()
    office.wait(60)
    assert office.heard()[0] == "2001 ConnectionCleared null durationExceeded"
    assert office.calls("2002") == ()


def test_a_text_is_delivered_and_over(office: Office) -> None:
    text = MessageInfo(contents="lunch?")
    to = DeviceListItems(device=device("2002"))
    send = SendMessage(calling_device=device("2001"), destination_devices=to, message_info=text)
    office.granted(send, SendMessageResponse)
    heard = office.heard()
    assert heard[:3] == [
        "2001 Originated connected newCall",
        "2001 Delivered connected newCall",
        "2002 Delivered alerting newCall",
    ]
    assert heard[-1] == "2002 ConnectionCleared null normalClearing"
    assert office.last(DeliveredEvent).message_info == text
    office.granted(SetDoNotDisturb(device=device("2002"), do_not_disturb_on=True), SetDoNotDisturbResponse)
    office.granted(send, SendMessageResponse)
    assert office.heard()[-2:] == ["2001 Failed connected doNotDisturb", "2001 ConnectionCleared null doNotDisturb"]


def test_parking_honours_forwarding_and_do_not_disturb(office: Office) -> None:
    office.talk("2001", "2003")
    parking = office.connection("2001", CONNECTED)
    quiet = SetDoNotDisturb(device=device("2002"), do_not_disturb_on=True)
    office.granted(quiet, SetDoNotDisturbResponse)
    park = ParkCall(parking=parking, park_to=device("2002"))
    assert office.refused(park) == "stateIncompatibility/invalidParkToDeviceState"
    forward = SetForwarding(
        device=device("2002"),
        forwarding_type=ForwardingType.FORWARD_DND,
        activate_forward=True,
        forward_dn=device("2004"),
    )
    office.granted(forward, SetForwardingResponse)
    parked = office.granted(park, ParkCallResponse).parked_to
    assert parked is not None
    assert parked.device_id == device("2004")


def test_what_nobody_fetches_comes_back(office: Office) -> None:
    extensions = [Extension("2001"), Extension("2002"), Extension("2003"), Extension("2004"), Line("T1")]
    office.switch = Switch(extensions, timing=Timing(recall=30))
    office.watch("2001")
    office.talk("2001", "2003")
    parking = office.connection("2001", CONNECTED)
    office.granted(ParkCall(parking=parking, park_to=device("2002")), ParkCallResponse)
    office.heard()
    office.wait(30)
    assert office.heard()[-1] == "2001 Delivered alerting recall"
