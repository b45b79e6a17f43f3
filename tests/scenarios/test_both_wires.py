"""Everything the switch says in a busy hour means the same after a trip over either wire."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from csta.apdu import Invoke, Result
from csta.asn1 import Codec as Asn1Codec
from csta.messages.base import Octets, Request, Response
from csta.messages.call_associated import AssociateData, AssociateDataResponse
from csta.messages.call_control import (
    ConferenceCall,
    ConferenceCallResponse,
    HoldCall,
    HoldCallResponse,
    ParkCall,
    ParkCallResponse,
    RetrieveCall,
    RetrieveCallResponse,
    SingleStepTransferCall,
    SingleStepTransferCallResponse,
    TransferCall,
    TransferCallResponse,
)
from csta.messages.call_data import LocalConnectionState
from csta.messages.common import ConnectionID, DeviceID
from csta.messages.logical_device import (
    ForwardingType,
    GetForwarding,
    SetDoNotDisturb,
    SetDoNotDisturbResponse,
    SetForwarding,
    SetForwardingResponse,
)
from csta.messages.monitoring import CallControlEventFilter, ChangeMonitorFilter, MonitorFilter
from csta.messages.snapshot import SnapshotCall, SnapshotDevice
from csta.session import Codec
from csta.xml import Codec as XmlCodec

if TYPE_CHECKING:
    from tests.scenarios.conftest import Office

CODECS = [pytest.param(XmlCodec(), id="xml"), pytest.param(Asn1Codec(), id="asn1")]
HELD, TALKING = LocalConnectionState.HOLD, LocalConnectionState.CONNECTED
EVENT_INVOKE_ID = 9999


def device(number: str) -> DeviceID:
    return DeviceID(number=number)


def busy_hour(office: Office) -> None:
    """Makes most kinds of event a call can have."""
    office.granted(SetDoNotDisturb(device=device("2003"), do_not_disturb_on=True), SetDoNotDisturbResponse)
    office.make_call("2001", "2003")  # Failed
    office.hang_up("2001")
    office.granted(SetDoNotDisturb(device=device("2003"), do_not_disturb_on=False), SetDoNotDisturbResponse)
    request = SetForwarding(
        device=device("2003"),
        forwarding_type=ForwardingType.FORWARD_IMMEDIATE,
        activate_forward=True,
        forward_dn=device("2001"),
    )
    office.granted(request, SetForwardingResponse)
    office.ring("2003", name="Maier")  # Diverted
    office.answer("2001")
    first = office.connection("2001", TALKING)
    data = AssociateData(existing_call=first, correlator_data=Octets(b"4711"))
    office.granted(data, AssociateDataResponse)
    office.granted(HoldCall(call_to_be_held=first), HoldCallResponse)
    office.granted(RetrieveCall(call_to_be_retrieved=first), RetrieveCallResponse)
    held, active = office.consult("2001", "2002")
    office.answer("2002")
    office.granted(ConferenceCall(held_call=held, active_call=active), ConferenceCallResponse)
    office.hang_up("2001")
    held, active = office.consult("2002", "0894711")  # Network Reached
    office.wait(10)
    office.granted(TransferCall(held_call=held, active_call=active), TransferCallResponse)
    office.ring("2001", caller=None)
    office.answer("2001")
    request_ = SingleStepTransferCall(active_call=office.connection("2001", TALKING), transferred_to=device("2002"))
    office.granted(request_, SingleStepTransferCallResponse)
    office.answer("2002")
    parking = ParkCall(parking=office.connection("2002", TALKING), park_to=device("2001"))
    office.granted(parking, ParkCallResponse)  # Queued
    office.switch.set_in_service("2004", False, office.now)
    office.switch.set_in_service("2004", True, office.now)


@pytest.mark.parametrize("codec", CODECS)
def test_events(office: Office, codec: Codec) -> None:
    busy_hour(office)
    office.heard()
    for event in office.events:
        sent = Invoke(EVENT_INVOKE_ID, event)
        assert codec.decode(codec.encode(sent)) == sent


@pytest.mark.parametrize("codec", CODECS)
def test_answers(office: Office, codec: Codec) -> None:
    parked = office.talk("2001", "2002")
    office.consult("2001", "0894711")
    requests: list[Request[Any]] = [
        SnapshotDevice(snapshot_object=device("2001")),
        SnapshotDevice(snapshot_object=device("2004")),
        SnapshotCall(snapshot_object=ConnectionID(call_id=parked.call_id)),
        ChangeMonitorFilter(
            monitor_cross_ref_id=next(iter(office.watched)),
            requested_filter_list=MonitorFilter(call_control=CallControlEventFilter(["held"])),
        ),
        GetForwarding(device=device("2001")),
    ]
    for request in requests:
        asked = Invoke(7, request)
        assert codec.decode(codec.encode(asked)) == asked
        answered = office.ask(request)
        assert isinstance(answered, Response)
        answer = Result(7, answered)
        assert codec.decode(codec.encode(answer)) == answer
