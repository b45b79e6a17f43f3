"""Consultation and transfer as the monitors tell them (ECMA-269 §17.1.10, §17.1.26, §17.1.27, §17.2.18)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from csta.messages.call_control import (
    AlternateCall,
    AlternateCallResponse,
    MakeCall,
    ReconnectCall,
    ReconnectCallResponse,
    SingleStepTransferCall,
    SingleStepTransferCallResponse,
    TransferCall,
    TransferCallResponse,
)
from csta.messages.call_control_events import (
    DeliveredEvent,
    EstablishedEvent,
    TransferedEvent,
)
from csta.messages.call_data import ConsultOptions, LocalConnectionState
from csta.messages.common import ConnectionID, DeviceID
from csta.messages.snapshot import SnapshotCall, SnapshotCallResponse
from csta.simulator.calls import Extension, Line
from csta.simulator.dialplan import ExternalNumber, Timing
from csta.simulator.switch import Switch

if TYPE_CHECKING:
    from tests.scenarios.conftest import Office

ALERTING, CONNECTED, HOLD = LocalConnectionState.ALERTING, LocalConnectionState.CONNECTED, LocalConnectionState.HOLD
QUEUED = LocalConnectionState.QUEUED


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
    assert office.moves(event.transferred_connections) == {
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


def test_a_transferred_call_nobody_answers_comes_back(office: Office) -> None:
    """Not while who transferred it is in another call; then it rings there, and rings on as any call does."""
    office.use(Switch([*(Extension(f"200{last}") for last in range(1, 5)), Line("T1")], timing=Timing(recall=20)))
    caller = office.ring("2001")
    office.answer("2001")
    active = office.connection("2001", CONNECTED)
    request = SingleStepTransferCall(active_call=active, transferred_to=DeviceID(number="2002"))
    office.granted(request, SingleStepTransferCallResponse)
    other = office.talk("2001", "2003")
    office.wait(20)
    office.expect("")
    office.clear(other)
    office.heard()
    office.wait(20)
    office.expect("""
        2002 Diverted null recall
        2001 Delivered alerting recall
    """)
    delivered = office.last(DeliveredEvent)
    assert str(delivered.calling_device.device) == "0891234567"
    assert str(delivered.last_redirection_device.device) == "2002"
    office.answer("2001")
    assert caller.talking


def test_the_far_end_hangs_up_after_its_time() -> None:
    switch = Switch([Extension("2001"), Line("T1")], (ExternalNumber("0.*", talks_for=20),))
    request = MakeCall(calling_device=DeviceID(number="2001"), called_directory_number=DeviceID(number="089"))
    switch.handle("client", request, 0.0)
    deadlines = []
    while (at := switch.next_deadline()) is not None:
        deadlines.append(at)
        switch.on_timer(at)
    assert deadlines == [1, 6, 26]
    assert switch.ring("0890815", "2001", 30.0) is not None  # the one line is free again
