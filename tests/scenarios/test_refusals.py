"""Requests that must not succeed, and the failure each gets (ECMA-269 §12.2.14)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from csta.errors import LocalProtocolError
from csta.messages.base import Octets, Request
from csta.messages.call_associated import AssociateData, GenerateDigits, SendUserInformation
from csta.messages.call_control import (
    AlternateCall,
    AnswerCall,
    ClearConnection,
    ConferenceCall,
    ConsultationCall,
    DeflectCall,
    DirectedPickupCall,
    HoldCall,
    HoldCallResponse,
    MakeCall,
    MakeConnection,
    MakeConnectionResponse,
    ParkCall,
    ReconnectCall,
    RetrieveCall,
    SingleStepTransferCall,
    TransferCall,
)
from csta.messages.call_data import AutoOriginate, CSTAObject, EventCause, LocalConnectionState
from csta.messages.common import ConnectionID, DeviceID
from csta.messages.data_collection import StopDataCollection
from csta.messages.logical_device import ForwardingType, SetDoNotDisturb, SetForwarding
from csta.messages.monitoring import MonitorStart, MonitorType
from csta.messages.snapshot import SnapshotCall, SnapshotDevice
from csta.messages.system import RequestTypes, SystemRegister, SystemRegisterCancel

if TYPE_CHECKING:
    from tests.scenarios.conftest import Office


def device(number: str) -> DeviceID:
    return DeviceID(number=number)


NOWHERE = ConnectionID(call_id="ffffffff", device_id=device("2001"))
HALF = ConnectionID(call_id="00000001")
"""A call identifier without device: only Clear Call and Snapshot Call take it (§12.3.9)."""

ON_IDLE_OFFICE: list[tuple[Request[Any], str]] = [
    (AnswerCall(call_to_be_answered=NOWHERE), "stateIncompatibility/noCallToAnswer"),
    (ClearConnection(connection_to_be_cleared=NOWHERE), "stateIncompatibility/noConnectionToClear"),
    (HoldCall(call_to_be_held=NOWHERE), "operation/invalidConnectionID"),
    (RetrieveCall(call_to_be_retrieved=NOWHERE), "operation/invalidConnectionID"),
    (TransferCall(held_call=NOWHERE, active_call=NOWHERE), "operation/invalidHeldConnectionID"),
    (ConferenceCall(held_call=NOWHERE, active_call=NOWHERE), "operation/invalidHeldConnectionID"),
    (AlternateCall(held_call=NOWHERE, active_call=NOWHERE), "operation/invalidHeldConnectionID"),
    (ReconnectCall(held_call=NOWHERE, active_call=NOWHERE), "operation/invalidHeldConnectionID"),
    (
        ConsultationCall(existing_call=NOWHERE, consulted_device=device("2002")),
        "operation/invalidActiveConnectionID",
    ),
    (
        SingleStepTransferCall(active_call=NOWHERE, transferred_to=device("2002")),
        "operation/invalidActiveConnectionID",
    ),
    (DeflectCall(call_to_be_diverted=NOWHERE, new_destination=device("2002")), "operation/invalidConnectionID"),
    (
        DirectedPickupCall(call_to_be_picked_up=NOWHERE, requesting_device=device("2002")),
        "operation/invalidConnectionID",
    ),
    (ParkCall(parking=NOWHERE, park_to=device("2002")), "operation/invalidConnectionID"),
    (GenerateDigits(connection_to_send_digits=NOWHERE, characters_to_send="1"), "operation/invalidConnectionID"),
    (
        MakeCall(calling_device=device("2999"), called_directory_number=device("2002")),
        "operation/invalidCallingDeviceID",
    ),
    (MakeCall(calling_device=device("T1"), called_directory_number=device("2002")), "operation/invalidCallingDeviceID"),
    (
        MakeCall(calling_device=device("2001"), called_directory_number=device("2x;")),
        "operation/invalidCalledDeviceID",
    ),
    (
        MakeCall(
            calling_device=device("2004"),
            called_directory_number=device("2001"),
            auto_originate=AutoOriginate.DO_NOT_PROMPT,
        ),
        "operation/requestIncompatibleWithCallingDevice",
    ),
    (MonitorStart(monitor_object=CSTAObject(device_object=device("2999"))), "operation/invalidDeviceID"),
    (MonitorStart(monitor_object=CSTAObject(call_object=HALF)), "operation/invalidMonitorObject"),
    (SnapshotDevice(snapshot_object=device("2999")), "operation/invalidDeviceID"),
    (SnapshotCall(snapshot_object=NOWHERE), "operation/invalidCallID"),
    (SetDoNotDisturb(device=device("T1"), do_not_disturb_on=True), "operation/requestIncompatibleWithDevice"),
    (SetForwarding(device=device("2001"), activate_forward=True), "operation/invalidForwardingType"),
    (
        SetForwarding(
            device=device("2001"),
            forwarding_type=ForwardingType.FORWARD_BUSY,
            activate_forward=True,
            forward_dn=device("2001"),
        ),
        "operation/invalidForwardingDestination",
    ),
    (
        SetForwarding(
            device=device("2001"),
            forwarding_type=ForwardingType("forwardToTheMoon"),
            activate_forward=True,
            forward_dn=device("2002"),
        ),
        "operation/invalidForwardingType",
    ),
    (
        SystemRegister(request_types=RequestTypes(["systemStatus"])),
        "operation/atLeastOneConditionalParameterNotProvided",
    ),
    (SystemRegisterCancel(sys_stat_register_id="00"), "operation/sysStatRegIDNotSupported"),
    (SendUserInformation(existing_call=NOWHERE, user_data=Octets(b"x")), "operation/invalidConnectionID"),
    (StopDataCollection(dcoll_cross_ref_id="01"), "operation/serviceNotSupported"),
]


@pytest.mark.parametrize(("request_", "failure"), ON_IDLE_OFFICE)
def test_refused_when_nobody_telephones(office: Office, request_: Request[Any], failure: str) -> None:
    assert office.refused(request_) == failure
    assert office.heard() == []


A = ConnectionID(call_id="00000001", device_id=device("2001"))
B = ConnectionID(call_id="00000001", device_id=device("2002"))

WHILE_TALKING: list[tuple[Request[Any], str]] = [
    (AnswerCall(call_to_be_answered=B), "stateIncompatibility/invalidConnectionState"),
    (RetrieveCall(call_to_be_retrieved=A), "stateIncompatibility/noHeldCall"),
    (HoldCall(call_to_be_held=HALF), "operation/invalidConnectionID"),
    (TransferCall(held_call=A, active_call=B), "operation/notSameDevice"),
    (TransferCall(held_call=A, active_call=A), "stateIncompatibility/invalidConnectionIDForActiveCall"),
    (ReconnectCall(held_call=A, active_call=A), "stateIncompatibility/invalidHeldConnectionState"),
    (DeflectCall(call_to_be_diverted=A, new_destination=device("2003")), "stateIncompatibility/invalidConnectionState"),
    (ConsultationCall(existing_call=A, consulted_device=device("no")), "operation/invalidCalledDeviceID"),
    (
        SingleStepTransferCall(active_call=A, transferred_to=device("2999")),
        "operation/invalidDestinationDeviceID",
    ),
    (SingleStepTransferCall(active_call=A, transferred_to=device("2001")), "operation/notDifferentDevices"),
    (
        SingleStepTransferCall(active_call=A, transferred_to=device("2002")),
        "stateIncompatibility/invalidDestinationDeviceState",
    ),
    (DirectedPickupCall(call_to_be_picked_up=A, requesting_device=device("2002")), "operation/notDifferentDevices"),
    (ParkCall(parking=A, park_to=device("2002")), "operation/notDifferentDevices"),
    (ParkCall(parking=A, park_to=device("2999")), "operation/invalidParkToDeviceID"),
    (
        GenerateDigits(connection_to_send_digits=A, characters_to_send="hello"),
        "operation/charactersToSendNotSupported",
    ),
    (
        MonitorStart(monitor_object=CSTAObject(call_object=HALF), monitor_type=MonitorType.DEVICE),
        "operation/invalidMonitorObject",
    ),
    (AssociateData(existing_call=A), "operation/atLeastOneConditionalParameterNotProvided"),
    (
        MakeCall(calling_device=device("2001"), called_directory_number=device("2003")),
        "stateIncompatibility/invalidCallingDeviceState",
    ),
]


@pytest.mark.parametrize(("request_", "failure"), WHILE_TALKING)
def test_refused_while_talking(office: Office, request_: Request[Any], failure: str) -> None:
    assert office.talk("2001", "2002") == A
    assert office.refused(request_) == failure
    assert office.heard() == []
    assert office.states("2001") == {A: LocalConnectionState.CONNECTED}


def test_lines_have_no_telephone_features(office: Office) -> None:
    office.ring("2001")
    office.answer("2001")
    line = office.connection("T1", LocalConnectionState.CONNECTED)
    assert office.refused(HoldCall(call_to_be_held=line)) == "operation/requestIncompatibleWithConnection"


def test_two_calls_with_the_same_party_do_not_merge(office: Office) -> None:
    office.talk("2001", "2002")
    held, active = office.consult("2001", "2002")
    assert office.refused(TransferCall(held_call=held, active_call=active)) == "operation/notDifferentDevices"


def test_telephone_out_of_service_does_not_dial(office: Office) -> None:
    office.switch.set_in_service("2001", False, office.now)
    refused = office.refused(MakeCall(calling_device=device("2001"), called_directory_number=device("2002")))
    assert refused == "systemResourceAvailability/callingDeviceOutOfService"


def test_monitors_on_a_device_are_limited(office: Office) -> None:
    for _ in range(63):
        office.watch("2001")
    refused = office.refused(MonitorStart(monitor_object=CSTAObject(device_object=device("2001"))))
    assert refused == "subscribedResourceAvailability/objectMonitorLimitExceeded"


def test_three_calls_never_make_two_active_ones(office: Office) -> None:
    first = office.talk("2001", "2003")
    office.granted(HoldCall(call_to_be_held=first), HoldCallResponse)
    second = office.talk("2001", "2002")
    office.granted(HoldCall(call_to_be_held=second), HoldCallResponse)
    office.make_call("2001", "0894711")
    refused = office.refused(ConferenceCall(held_call=first, active_call=second))
    assert refused == "stateIncompatibility/connectedCallExists"


def test_a_reason_nobody_knows_is_refused(office: Office) -> None:
    connection = office.talk("2001", "2002")
    request = ClearConnection(connection_to_be_cleared=connection, reason=EventCause("badMood"))
    assert office.refused(request) == "operation/invalidParameterValue"
    assert office.heard() == []


def test_a_line_is_not_picked_up(office: Office) -> None:
    office.ring("2001")
    line = office.connection("T1", LocalConnectionState.CONNECTED)
    refused = office.refused(DirectedPickupCall(call_to_be_picked_up=line, requesting_device=device("2002")))
    assert refused == "operation/invalidPickUpDeviceID"


def test_pickup_wants_a_free_telephone(office: Office) -> None:
    office.talk("2001", "2002")
    office.ring("2003")
    ringing = office.connection("2003", LocalConnectionState.ALERTING)
    refused = office.refused(DirectedPickupCall(call_to_be_picked_up=ringing, requesting_device=device("2001")))
    assert refused == "stateIncompatibility/connectedCallExists"


@pytest.mark.parametrize(
    ("further", "failure"),
    [
        ("0894711", "operation/parameterNotSupported"),
        ("2002", "operation/notDifferentDevices"),
        ("2001", "operation/notDifferentDevices"),
        ("2999", "operation/invalidDestinationDeviceID"),
        ("2004", "stateIncompatibility/invalidDestinationDeviceState"),
    ],
)
def test_of_several_destinations_each_has_to_be_a_free_telephone(office: Office, further: str, failure: str) -> None:
    office.ring("2001")
    office.lift("2004")
    office.heard()
    request = DeflectCall(
        call_to_be_diverted=office.connection("2001", LocalConnectionState.ALERTING),
        new_destination=device("2002"),
        add_new_destinations_list=(device("2003"), device(further)),
    )
    assert office.refused(request) == failure
    assert office.heard() == []


def test_nobody_waits_alone_for_a_single_step_transfer(office: Office) -> None:
    ringing = office.make_call("2001", "2002")
    refused = office.refused(SingleStepTransferCall(active_call=ringing, transferred_to=device("2003")))
    assert refused == "stateIncompatibility/invalidActiveConnectionState"


def test_two_unanswered_calls_are_not_transferred_to_each_other(office: Office) -> None:
    first = office.make_call("2001", "2002")
    held, active = office.consult("2001", "2003")
    assert held == first
    refused = office.refused(TransferCall(held_call=held, active_call=active))
    assert refused == "stateIncompatibility/invalidHeldConnectionState"


ALONE: list[Callable[[ConnectionID], Request[Any]]] = [
    lambda alone: HoldCall(call_to_be_held=alone),
    lambda alone: ParkCall(parking=alone, park_to=device("2003")),
    lambda alone: ConsultationCall(existing_call=alone, consulted_device=device("2003")),
    lambda alone: SingleStepTransferCall(active_call=alone, transferred_to=device("2003")),
]
"""What takes two; who is alone waits for others, or hears the tone of a call that failed."""


@pytest.mark.parametrize("ask", ALONE)
@pytest.mark.parametrize("called", ["", "2001"])
def test_a_call_of_one_is_not_held_parked_or_passed_on(
    office: Office, ask: Callable[[ConnectionID], Request[Any]], called: str
) -> None:
    if called:
        office.ring(called)
        alone = office.make_call("2002", called)
    else:
        alone = office.granted(
            MakeConnection(initiating_device=device("2002")), MakeConnectionResponse
        ).initiating_device
    office.heard()
    assert office.refused(ask(alone)) == "stateIncompatibility/invalidActiveConnectionState"
    assert office.heard() == []


def test_a_call_of_one_is_not_merged(office: Office) -> None:
    office.talk("2001", "2002")
    held, active = office.consult("2001", "2999")
    office.heard()
    for merge in (TransferCall, ConferenceCall):
        refused = office.refused(merge(held_call=held, active_call=active))
        assert refused == "stateIncompatibility/invalidActiveConnectionState"
    assert office.heard() == []


def test_dial_tone_cannot_be_answered(office: Office) -> None:
    office.lift("2001")
    tone = office.connection("2001", LocalConnectionState.INITIATED)
    assert office.refused(AnswerCall(call_to_be_answered=tone)) == "stateIncompatibility/noCallToAnswer"


def test_unknown_hands_are_refused(office: Office) -> None:
    with pytest.raises(LocalProtocolError, match="no device '2999'"):
        office.lift("2999")
    with pytest.raises(LocalProtocolError, match="2001 cannot dial"):
        office.switch.dial("2001", "2002", office.now)
