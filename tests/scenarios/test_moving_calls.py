"""Consultation, transfer, conference, diversion, pickup and park as the monitors tell them (ECMA-269 §17.1, §17.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from csta.messages.base import Octets
from csta.messages.call_associated import AssociateData, AssociateDataResponse, CallInformationEvent
from csta.messages.call_control import (
    AlternateCall,
    AlternateCallResponse,
    AnswerCall,
    AnswerCallResponse,
    ConferenceCall,
    ConferenceCallResponse,
    ConsultationCall,
    ConsultationCallResponse,
    DeflectCall,
    DeflectCallResponse,
    DirectedPickupCall,
    DirectedPickupCallResponse,
    MakeCall,
    ParkCall,
    ParkCallResponse,
    ReconnectCall,
    ReconnectCallResponse,
    SingleStepTransferCall,
    SingleStepTransferCallResponse,
    TransferCall,
    TransferCallResponse,
)
from csta.messages.call_control_events import (
    ConferencedEvent,
    DeliveredEvent,
    DivertedEvent,
    EstablishedEvent,
    TransferedEvent,
)
from csta.messages.call_data import ConnectionListItem, ConsultOptions, LocalConnectionState
from csta.messages.common import ConnectionID, DeviceID
from csta.messages.errors import SystemResourceAvailabilityErrors, UniversalFailure
from csta.messages.logical_device import (
    ForwardingType,
    SetDoNotDisturb,
    SetDoNotDisturbResponse,
    SetForwarding,
    SetForwardingResponse,
)
from csta.messages.snapshot import SnapshotCall, SnapshotCallResponse, SnapshotDevice, SnapshotDeviceResponse
from csta.simulator.call_control import CONFERENCE_MEMBERS
from csta.simulator.calls import Extension, Line
from csta.simulator.dialplan import ExternalNumber
from csta.simulator.switch import Switch

if TYPE_CHECKING:
    from tests.scenarios.conftest import Office

ALERTING, CONNECTED, HOLD = LocalConnectionState.ALERTING, LocalConnectionState.CONNECTED, LocalConnectionState.HOLD
QUEUED = LocalConnectionState.QUEUED


def moves(items: tuple[ConnectionListItem, ...]) -> dict[str, tuple[str | None, str | None]]:
    """Endpoint → (old, new) call identifier."""
    told = {}
    for item in items:
        assert item.endpoint is not None
        assert item.old_connection is not None
        assert item.new_connection is not None
        assert item.old_connection.device_id == item.new_connection.device_id
        told[str(item.endpoint.device_id)] = (item.old_connection.call_id, item.new_connection.call_id)
    return told


def test_consultation_then_transfer(office: Office) -> None:
    caller = office.ring("2001")
    office.answer("2001")
    office.heard()
    held, active = office.consult("2001", "2002")
    office.expect("""
        2001 Held hold consultation
        2001 ServiceInitiated initiated consultation
        2001 Originated connected consultation
        2001 Delivered connected newCall
        2002 Delivered alerting newCall
    """)
    office.answer("2002")
    office.heard()
    answer = office.granted(TransferCall(held_call=held, active_call=active), TransferCallResponse)
    office.expect("""
        2001 Transfered null transfer
        2002 Transfered connected transfer
    """)
    event = office.last(TransferedEvent)
    new = answer.transferred_call.call_id
    assert moves(event.transferred_connections) == {
        "0891234567": (held.call_id, new),
        "2002": (active.call_id, new),
    }
    assert event.primary_old_call == held
    assert event.secondary_old_call == active
    assert str(event.transferred_to_device.device) == "2002"
    assert office.states("2002") == {answer.transferred_call: CONNECTED}
    caller.hang_up(office.now)
    office.expect("""
        2002 ConnectionCleared connected normalClearing
        2002 ConnectionCleared null normalClearing
    """)


def test_transfer_while_the_consulted_party_rings(office: Office) -> None:
    office.ring("2001")
    office.answer("2001")
    held, active = office.consult("2001", "2002")
    office.heard()
    office.granted(TransferCall(held_call=held, active_call=active), TransferCallResponse)
    office.expect("""
        2001 Transfered null transfer
        2002 Transfered alerting transfer
    """)
    office.answer("2002")
    office.expect("2002 Established connected newCall")
    established = office.last(EstablishedEvent)
    assert str(established.calling_device.device) == "0891234567"
    assert str(established.called_device.device) == "2002"


def test_transfer_of_a_call_to_the_outside_names_that_party_as_caller(office: Office) -> None:
    office.make_call("2001", "0894711")
    office.wait(6)
    held, active = office.consult("2001", "2002")
    office.granted(TransferCall(held_call=held, active_call=active), TransferCallResponse)
    office.answer("2002")
    office.heard()
    established = office.last(EstablishedEvent)
    assert str(established.calling_device.device) == "0894711"
    assert established.associated_calling_device is not None
    assert str(established.associated_calling_device.device) == "T1"


def test_consultation_given_up(office: Office) -> None:
    office.talk("2001", "2003")
    held, active = office.consult("2001", "2002")
    office.heard()
    office.granted(ReconnectCall(active_call=active, held_call=held), ReconnectCallResponse)
    office.expect("""
        2001 ConnectionCleared null normalClearing
        2002 ConnectionCleared alerting normalClearing
        2002 ConnectionCleared null normalClearing
        2001 Retrieved connected normal
        2003 Retrieved connected normal
    """)


@pytest.mark.parametrize("options", [ConsultOptions.CONFERENCE_ONLY, ConsultOptions.CONSULT_ONLY])
def test_consultation_not_meant_for_transfer(office: Office, options: ConsultOptions) -> None:
    office.talk("2001", "2003")
    held, active = office.consult("2001", "2002", options)
    refused = office.refused(TransferCall(held_call=held, active_call=active))
    assert refused == "operation/requestIncompatibleWithActiveConnection"


def test_consultation_meets_busy(office: Office) -> None:
    office.talk("2001", "2003")
    office.ring("2002")
    office.ring("2002")
    office.heard()
    held, active = office.consult("2001", "2002")
    assert office.heard()[-1] == "2001 Failed connected busy"
    assert office.refused(TransferCall(held_call=held, active_call=active)).startswith("stateIncompatibility/")
    office.granted(ReconnectCall(active_call=active, held_call=held), ReconnectCallResponse)
    office.expect("""
        2001 ConnectionCleared null normalClearing
        2001 Retrieved connected normal
        2003 Retrieved connected normal
    """)


def test_conference(office: Office) -> None:
    office.talk("2001", "2003")
    held, active = office.consult("2001", "2002")
    office.answer("2002")
    office.heard()
    answer = office.granted(ConferenceCall(held_call=held, active_call=active), ConferenceCallResponse)
    office.expect("""
        2003 Conferenced connected conference
        2002 Conferenced connected conference
        2001 Conferenced connected conference
    """)
    event = office.last(ConferencedEvent)
    new = answer.conference_call.call_id
    assert moves(event.conference_connections) == {
        "2003": (held.call_id, new),
        "2002": (active.call_id, new),
        "2001": (held.call_id, new),
    }
    assert str(event.added_party.device) == "2002"
    office.hang_up("2003")
    office.expect("""
        2003 ConnectionCleared null normalClearing
        2002 ConnectionCleared connected normalClearing
        2001 ConnectionCleared connected normalClearing
    """)
    assert office.states("2001") == {answer.conference_call: CONNECTED}


def test_single_step_transfer(office: Office) -> None:
    office.ring("2001")
    office.answer("2001")
    office.heard()
    active = office.connection("2001", CONNECTED)
    request = SingleStepTransferCall(active_call=active, transferred_to=DeviceID(number="2003"))
    answer = office.granted(request, SingleStepTransferCallResponse)
    office.expect("""
        2001 Transfered null singleStepTransfer
        2003 Delivered alerting singleStepTransfer
    """)
    assert office.last(TransferedEvent).secondary_old_call is None
    assert answer.transferred_call.call_id != active.call_id
    assert office.states("2003") == {answer.transferred_call: ALERTING}
    assert str(office.last(DeliveredEvent).calling_device.device) == "0891234567"


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


def test_transfer_of_the_held_call_to_the_one_who_called_in(office: Office) -> None:
    """Bert talks to Anna, takes a call from outside, and joins the two."""
    office.talk("2001", "2002")
    office.ring("2002")
    held, ringing = office.connection("2002", CONNECTED), office.connection("2002", ALERTING)
    office.granted(AlternateCall(held_call=ringing, active_call=held), AlternateCallResponse)
    office.heard()
    office.granted(TransferCall(held_call=held, active_call=ringing), TransferCallResponse)
    office.expect("""
        2002 Transfered null transfer
        2001 Transfered connected transfer
    """)
    (call,) = office.calls("2001")
    request = SnapshotCall(snapshot_object=ConnectionID(call_id=call.connection_identifier.call_id))
    snapshot = office.granted(request, SnapshotCallResponse)
    assert snapshot.calling_device is not None
    assert snapshot.called_device is not None
    assert str(snapshot.calling_device.device) == "2001"
    assert str(snapshot.called_device.device) == "0891234567"


def conference_of_three(office: Office) -> None:
    """Carla, Bert and Anna, who made it."""
    office.talk("2001", "2003")
    held, active = office.consult("2001", "2002")
    office.answer("2002")
    office.granted(ConferenceCall(held_call=held, active_call=active), ConferenceCallResponse)
    office.heard()


def test_conference_goes_on_when_a_further_party_cannot_be_reached(office: Office) -> None:
    conference_of_three(office)
    active = office.connection("2002", CONNECTED)
    request = SingleStepTransferCall(active_call=active, transferred_to=DeviceID(number="0890000"))
    office.granted(request, SingleStepTransferCallResponse)
    office.heard()
    office.wait(1)
    office.expect("""
        2003 Failed connected busy
        2001 Failed connected busy
        2003 ConnectionCleared connected busy
        2001 ConnectionCleared connected busy
    """)
    office.wait(60)
    office.expect("")


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


def conference_with(switch: Switch, number: str) -> UniversalFailure | None:
    """Take another party into the only call of 2001; the failure if that is refused."""
    held = connections(switch, "2001")[0]
    request = ConsultationCall(existing_call=held, consulted_device=DeviceID(number=number))
    consultation = switch.handle("client", request, 0.0)
    assert isinstance(consultation, ConsultationCallResponse)
    switch.lift(number, 0.0)
    answer = switch.handle("client", ConferenceCall(held_call=held, active_call=consultation.initiated_call), 0.0)
    return answer if isinstance(answer, UniversalFailure) else None


def connections(switch: Switch, number: str) -> list[ConnectionID]:
    answer = switch.handle("client", SnapshotDevice(snapshot_object=DeviceID(number=number)), 0.0)
    assert isinstance(answer, SnapshotDeviceResponse)
    calls = answer.cross_ref_id_or_snapshot_data.snapshot_data or ()
    return [call.connection_identifier for call in calls]


def test_conference_members_are_limited() -> None:
    numbers = [f"2{number:03}" for number in range(1, CONFERENCE_MEMBERS + 2)]
    switch = Switch([Extension(number) for number in numbers])
    request = MakeCall(calling_device=DeviceID(number=numbers[0]), called_directory_number=DeviceID(number=numbers[1]))
    switch.handle("client", request, 0.0)
    switch.lift(numbers[1], 0.0)
    refusals = [conference_with(switch, number) for number in numbers[2:]]
    limit = SystemResourceAvailabilityErrors.CONFERENCE_MEMBER_LIMIT_EXCEEDED
    assert refusals == [None] * (CONFERENCE_MEMBERS - 2) + [UniversalFailure(system_resource_availability=limit)]


def test_the_far_end_hangs_up_after_its_time() -> None:
    switch = Switch([Extension("2001"), Line("T1")], (ExternalNumber("0.*", talks_for=20),))
    request = MakeCall(calling_device=DeviceID(number="2001"), called_directory_number=DeviceID(number="089"))
    switch.handle("client", request, 0.0)
    deadlines = []
    while (at := switch.next_deadline()) is not None:
        deadlines.append(at)
        switch.on_timer(at)
    assert deadlines == [1, 6, 26]
    assert connections(switch, "2001") == []
