"""Deflection, pickup, park, and data that stays with a call (ECMA-269 §17.1.11, §17.1.13, §17.1.21, §18.1.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from csta.messages.base import Octets
from csta.messages.call_associated import AssociateData, AssociateDataResponse, CallInformationEvent
from csta.messages.call_control import (
    AnswerCall,
    AnswerCallResponse,
    DeflectCall,
    DeflectCallResponse,
    DirectedPickupCall,
    DirectedPickupCallResponse,
    ParkCall,
    ParkCallResponse,
    SingleStepTransferCall,
    SingleStepTransferCallResponse,
)
from csta.messages.call_control_events import (
    DeliveredEvent,
    DivertedEvent,
    EstablishedEvent,
)
from csta.messages.call_data import LocalConnectionState
from csta.messages.common import ConnectionID, DeviceID
from csta.messages.logical_device import (
    ForwardingType,
    SetDoNotDisturb,
    SetDoNotDisturbResponse,
    SetForwarding,
    SetForwardingResponse,
)

if TYPE_CHECKING:
    from csta.simulator.switch import OutsideCaller
    from tests.scenarios.conftest import Office

ALERTING, CONNECTED, HOLD = LocalConnectionState.ALERTING, LocalConnectionState.CONNECTED, LocalConnectionState.HOLD
QUEUED = LocalConnectionState.QUEUED


def test_deflect(office: Office) -> None:
    office.ring("2001")
    office.heard()
    ringing = office.connection("2001", ALERTING)
    request = DeflectCall(call_to_be_diverted=ringing, new_destination=DeviceID(number="2003"))
    office.granted(request, DeflectCallResponse)
    office.expect("""
        2001 Diverted null redirected
        2003 Delivered alerting redirected
    """)
    delivered = office.last(DeliveredEvent)
    assert str(delivered.last_redirection_device.device) == "2001"
    assert str(delivered.called_device.device) == "2001"
    assert delivered.connection.call_id == ringing.call_id


def deflect_to_two(office: Office) -> OutsideCaller:
    """Bert's and Carla's telephones ring together."""
    caller = office.ring("2001")
    office.heard()
    request = DeflectCall(
        call_to_be_diverted=office.connection("2001", ALERTING),
        new_destination=DeviceID(number="2002"),
        add_new_destinations_list=(DeviceID(number="2003"),),
        correlator_data=Octets(b"case"),
    )
    office.granted(request, DeflectCallResponse)
    office.expect("""
        2001 Diverted null redirected
        2002 Delivered alerting redirected
        2002 Delivered alerting redirected
        2003 Delivered alerting redirected
    """)
    assert office.last(DeliveredEvent).correlator_data == Octets(b"case")
    return caller


def test_of_several_who_ring_the_first_who_answers_has_the_call(office: Office) -> None:
    deflect_to_two(office)
    office.answer("2003")
    office.expect("""
        2002 Established alerting normal
        2003 Established connected normal
        2002 ConnectionCleared null multipleAlerting
        2003 ConnectionCleared connected multipleAlerting
    """)


def test_of_several_who_ring_one_may_refuse_and_one_be_picked_up(office: Office) -> None:
    caller = deflect_to_two(office)
    office.hang_up("2002")
    assert caller.ringing == ["2003"]
    ringing = office.connection("2003", ALERTING)
    pickup = DirectedPickupCall(call_to_be_picked_up=ringing, requesting_device=DeviceID(number="2001"))
    office.granted(pickup, DirectedPickupCallResponse)
    assert caller.talking
    assert office.calls("2003") == ()


def test_a_pickup_silences_the_others_too(office: Office) -> None:
    caller = deflect_to_two(office)
    ringing = office.connection("2003", ALERTING)
    pickup = DirectedPickupCall(call_to_be_picked_up=ringing, requesting_device=DeviceID(number="2001"))
    office.granted(pickup, DirectedPickupCallResponse)
    assert caller.ringing == []
    assert office.heard()[-2:] == [
        "2002 ConnectionCleared null multipleAlerting",
        "2001 ConnectionCleared connected multipleAlerting",
    ]


def test_when_none_of_several_answers_the_call_is_over(office: Office) -> None:
    caller = deflect_to_two(office)
    office.wait(120)
    assert caller.gone


def test_pickup(office: Office) -> None:
    office.make_call("2003", "2001")
    office.heard()
    ringing = office.connection("2001", ALERTING)
    request = DirectedPickupCall(call_to_be_picked_up=ringing, requesting_device=DeviceID(number="2002"))
    answer = office.granted(request, DirectedPickupCallResponse)
    office.expect("""
        2001 Diverted null callPickup
        2003 Diverted connected callPickup
        2003 Established connected callPickup
        2002 Established connected callPickup
    """)
    assert str(office.last(DivertedEvent).new_destination.device) == "2002"
    assert answer.picked_call == ConnectionID(call_id=ringing.call_id, device_id=DeviceID(number="2002"))


def test_park_and_fetch(office: Office) -> None:
    office.talk("2001", "2003")
    parking = office.connection("2001", CONNECTED)
    answer = office.granted(ParkCall(parking=parking, park_to=DeviceID(number="2002")), ParkCallResponse)
    office.expect("""
        2001 ConnectionCleared null park
        2003 ConnectionCleared connected park
        2002 ConnectionCleared queued park
        2003 Queued connected park
        2002 Queued queued park
    """)
    assert answer.parked_to is not None
    assert office.states("2002") == {answer.parked_to: QUEUED}
    office.granted(AnswerCall(call_to_be_answered=answer.parked_to), AnswerCallResponse)
    office.expect("""
        2003 Established connected newCall
        2002 Established connected newCall
    """)


def test_park_at_the_own_telephone(office: Office) -> None:
    office.talk("2001", "2003")
    parking = office.connection("2001", CONNECTED)
    office.granted(ParkCall(parking=parking, park_to=DeviceID(number="2001")), ParkCallResponse)
    office.expect("""
        2001 Queued queued park
        2003 Queued connected park
    """)


def test_associated_data_is_told_and_stays_with_the_call(office: Office) -> None:
    office.ring("2001")
    office.heard()
    ringing = office.connection("2001", ALERTING)
    data = Octets(b"case 4711")
    office.granted(AssociateData(existing_call=ringing, correlator_data=data), AssociateDataResponse)
    office.expect("2001 CallInformation")
    assert office.last(CallInformationEvent).correlator_data == data
    office.answer("2001")
    office.heard()
    assert office.last(EstablishedEvent).correlator_data == data


def test_transferred_call_outlives_a_forwarding_that_fails(office: Office) -> None:
    office.ring("2003")
    office.answer("2003")
    forwarding = SetForwarding(
        device=DeviceID(number="2001"),
        forwarding_type=ForwardingType.FORWARD_NO_ANS,
        activate_forward=True,
        forward_dn=DeviceID(number="2002"),
        ring_count=2,
    )
    office.granted(forwarding, SetForwardingResponse)
    busy = SetDoNotDisturb(device=DeviceID(number="2002"), do_not_disturb_on=True)
    office.granted(busy, SetDoNotDisturbResponse)
    active = office.connection("2003", CONNECTED)
    request = SingleStepTransferCall(active_call=active, transferred_to=DeviceID(number="2001"))
    office.granted(request, SingleStepTransferCallResponse)
    office.heard()
    office.wait(10)
    office.expect("2001 Diverted null callForwardNoAnswer")
    assert office.states("T1") == {}
