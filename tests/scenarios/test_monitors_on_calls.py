"""Monitors of type device on a call: what one device hears of one call (ECMA-269 §6.6.2.2, §6.6.2.3, §15.1.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from csta.messages.call_control import SingleStepTransferCall, SingleStepTransferCallResponse
from csta.messages.call_data import CSTAObject, LocalConnectionState
from csta.messages.common import ConnectionID, DeviceID
from csta.messages.monitoring import MonitorStart, MonitorStartResponse, MonitorStop, MonitorStopResponse, MonitorType

if TYPE_CHECKING:
    from tests.scenarios.conftest import Office

CONNECTED = LocalConnectionState.CONNECTED


def watch(office: Office, connection: ConnectionID) -> str:
    """From now on nobody hears but a monitor on a device's part in a call."""
    for reference in list(office.watched):
        office.granted(MonitorStop(monitor_cross_ref_id=reference), MonitorStopResponse)
    request = MonitorStart(monitor_object=CSTAObject(call_object=connection), monitor_type=MonitorType.DEVICE)
    started = office.granted(request, MonitorStartResponse)
    office.watched = {started.monitor_cross_ref_id: "watched"}
    return started.monitor_cross_ref_id


def stop(office: Office, reference: str) -> str:
    return office.refused(MonitorStop(monitor_cross_ref_id=reference))


def test_it_hears_of_its_call_alone_and_ends_with_it(office: Office) -> None:
    office.talk("2001", "2002")
    reference = watch(office, office.connection("2002", CONNECTED))
    office.ring("2002")
    office.expect("")
    office.hang_up("2001")
    office.expect("""
        watched ConnectionCleared connected normalClearing
        watched ConnectionCleared null normalClearing
    """)
    assert stop(office, reference) == "operation/invalidMonitorCrossRefID"


def test_it_stays_with_a_call_that_gets_another_identifier(office: Office) -> None:
    active = office.talk("2001", "2002")
    watch(office, office.connection("2002", CONNECTED))
    transfer = SingleStepTransferCall(active_call=active, transferred_to=DeviceID(number="2003"))
    office.granted(transfer, SingleStepTransferCallResponse)
    office.answer("2003")
    office.expect("""
        watched Transfered connected singleStepTransfer
        watched Delivered connected singleStepTransfer
        watched Established connected newCall
    """)


def test_it_does_not_follow_a_call_that_leaves_the_device(office: Office) -> None:
    active = office.talk("2001", "2002")
    reference = watch(office, active)
    transfer = SingleStepTransferCall(active_call=active, transferred_to=DeviceID(number="2003"))
    office.granted(transfer, SingleStepTransferCallResponse)
    office.answer("2003")
    office.expect("watched Transfered null singleStepTransfer")
    assert stop(office, reference) == "operation/invalidMonitorCrossRefID"


def test_a_stopped_one_is_silent(office: Office) -> None:
    reference = watch(office, office.talk("2001", "2002"))
    office.granted(MonitorStop(monitor_cross_ref_id=reference), MonitorStopResponse)
    office.hang_up("2002")
    office.expect("")
