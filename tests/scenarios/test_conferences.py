"""Conferences as the monitors tell them (ECMA-269 §17.1.9, §17.2.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from csta.messages.call_control import (
    ConferenceCall,
    ConferenceCallResponse,
    ConsultationCall,
    ConsultationCallResponse,
    MakeCall,
    SingleStepConferenceCall,
    SingleStepConferenceCallResponse,
    SingleStepTransferCall,
    SingleStepTransferCallResponse,
)
from csta.messages.call_control_events import (
    ConferencedEvent,
    DivertedEvent,
)
from csta.messages.call_data import LocalConnectionState
from csta.messages.common import ConnectionID, DeviceID
from csta.messages.errors import SystemResourceAvailabilityErrors, UniversalFailure
from csta.messages.logical_device import ForwardingType, SetForwarding, SetForwardingResponse
from csta.messages.snapshot import SnapshotDevice, SnapshotDeviceResponse
from csta.simulator.calls import Extension
from csta.simulator.profile import Profile
from csta.simulator.switch import Switch

if TYPE_CHECKING:
    from tests.scenarios.conftest import Office

ALERTING, CONNECTED, HOLD = LocalConnectionState.ALERTING, LocalConnectionState.CONNECTED, LocalConnectionState.HOLD
QUEUED = LocalConnectionState.QUEUED


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
    assert office.moves(event.conference_connections) == {
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


def test_who_is_brought_in_may_have_forwarded(office: Office) -> None:
    forwarding = SetForwarding(
        device=DeviceID(number="2002"),
        forwarding_type=ForwardingType.FORWARD_IMMEDIATE,
        activate_forward=True,
        forward_dn=DeviceID(number="2004"),
    )
    office.granted(forwarding, SetForwardingResponse)
    active = office.talk("2001", "2003")
    request = SingleStepConferenceCall(active_call=active, device_to_join=DeviceID(number="2002"))
    answer = office.granted(request, SingleStepConferenceCallResponse)
    assert answer.conferenced_call == ConnectionID(call_id=active.call_id, device_id=DeviceID(number="2004"))
    office.expect("""
        2002 Diverted null callForwardImmediate
        2001 Diverted connected callForwardImmediate
        2003 Diverted connected callForwardImmediate
        2001 Conferenced connected singleStepConference
        2003 Conferenced connected singleStepConference
        2004 Conferenced alerting singleStepConference
        2001 Delivered connected singleStepConference
        2003 Delivered connected singleStepConference
        2004 Delivered alerting singleStepConference
    """)
    assert str(office.last(DivertedEvent).new_destination.device) == "2004"
    assert str(office.last(ConferencedEvent).added_party.device) == "2004"


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
    numbers = [f"2{number:03}" for number in range(1, Profile().conference_members + 2)]
    switch = Switch([Extension(number) for number in numbers])
    request = MakeCall(calling_device=DeviceID(number=numbers[0]), called_directory_number=DeviceID(number=numbers[1]))
    switch.handle("client", request, 0.0)
    switch.lift(numbers[1], 0.0)
    refusals = [conference_with(switch, number) for number in numbers[2:]]
    limit = SystemResourceAvailabilityErrors.CONFERENCE_MEMBER_LIMIT_EXCEEDED
    assert refusals == [None] * (Profile().conference_members - 2) + [
        UniversalFailure(system_resource_availability=limit)
    ]
