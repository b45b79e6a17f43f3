"""Calls of one device, text messages, parking, coming back (ECMA-269 §17.1.19, §17.1.21, §17.1.24, §6.7.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from csta.messages.base import Octets
from csta.messages.call_control import (
    DeviceListItems,
    HoldCall,
    HoldCallResponse,
    JoinCall,
    JoinCallResponse,
    MakeCall,
    MakeCallResponse,
    MakeConnection,
    MakeConnectionResponse,
    ParkCall,
    ParkCallResponse,
    SendMessage,
    SendMessageResponse,
)
from csta.messages.call_control_events import (
    DeliveredEvent,
    EstablishedEvent,
    OriginatedEvent,
    ServiceInitiatedEvent,
)
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


def test_data_of_make_call_is_told_from_the_first_event_on(office: Office) -> None:
    case, hello = Octets(b"case 4711"), Octets(b"hello")
    request = MakeCall(
        calling_device=device("2001"), called_directory_number=device("2002"), correlator_data=case, user_data=hello
    )
    office.granted(request, MakeCallResponse)
    office.answer("2002")
    office.heard()
    assert office.last(ServiceInitiatedEvent).correlator_data == case  # no room for user data (§17.2.17)
    assert office.last(OriginatedEvent).correlator_data == case
    for event in (office.last(DeliveredEvent), office.last(EstablishedEvent)):
        assert (event.correlator_data, event.user_data) == (case, hello)


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
    office.use(Switch(extensions, timing=Timing(recall=30)))
    office.talk("2001", "2003")
    parking = office.connection("2001", CONNECTED)
    office.granted(ParkCall(parking=parking, park_to=device("2002")), ParkCallResponse)
    office.heard()
    office.wait(30)
    assert office.heard()[-1] == "2001 Delivered alerting recall"


def test_what_is_held_too_long_rings_again(office: Office) -> None:
    """Not while who holds it has another call."""
    office.use(Switch([Extension("2001"), Extension("2002"), Extension("2003"), Line("T1")], timing=Timing(hold=30)))
    caller = office.ring("2001")
    office.answer("2001")
    office.consult("2001", "2002")
    office.heard()
    office.wait(30)
    office.expect("")
    office.hang_up("2002")
    office.heard()
    office.wait(30)
    office.expect("2001 Delivered alerting recall")
    assert str(office.last(DeliveredEvent).calling_device.device) == "0891234567"
    office.answer("2001")
    office.expect("2001 Established connected normal")
    assert caller.talking


def test_two_who_both_hold_are_reminded_one_after_the_other(office: Office) -> None:
    office.use(Switch([Extension("2001"), Extension("2002")], timing=Timing(hold=30)))
    first = office.talk("2001", "2002")
    for held in (first, office.connection("2002", CONNECTED)):
        office.granted(HoldCall(call_to_be_held=held), HoldCallResponse)
    office.heard()
    office.wait(30)
    office.expect("""
        2001 Delivered alerting recall
        2002 Delivered hold recall
    """)
    office.answer("2001")
    office.heard()
    office.wait(30)
    office.expect("""
        2001 Delivered connected recall
        2002 Delivered alerting recall
    """)
