"""Forwarding, do-not-disturb, service state, snapshots, monitors, registrations (ECMA-269 §6.7, §14 to §16, §22)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from csta.messages.call_control_events import DeliveredEvent, DivertedEvent
from csta.messages.call_data import LocalConnectionState
from csta.messages.common import ConnectionID, DeviceID
from csta.messages.logical_device import (
    ForwardingEvent,
    ForwardingType,
    GetDoNotDisturb,
    GetDoNotDisturbResponse,
    GetForwarding,
    GetForwardingResponse,
    SetDoNotDisturb,
    SetDoNotDisturbResponse,
    SetForwarding,
    SetForwardingResponse,
)
from csta.messages.monitoring import (
    CallControlEventFilter,
    ChangeMonitorFilter,
    ChangeMonitorFilterResponse,
    MonitorFilter,
    MonitorStop,
    MonitorStopResponse,
)
from csta.messages.snapshot import CallState, SimpleCallState, SnapshotCall, SnapshotCallResponse
from csta.messages.system import (
    RequestSystemStatus,
    RequestSystemStatusResponse,
    RequestTypes,
    StatusFilter,
    SystemRegister,
    SystemRegisterCancel,
    SystemRegisterCancelResponse,
    SystemRegisterResponse,
    SystemStatus,
    SystemStatusValue,
)

if TYPE_CHECKING:
    from tests.scenarios.conftest import Office

S = LocalConnectionState


def forward(office: Office, device: str, kind: ForwardingType, to: str | None, seconds: int | None = None) -> None:
    request = SetForwarding(
        device=DeviceID(number=device),
        forwarding_type=kind,
        activate_forward=to is not None,
        forward_dn=DeviceID(number=to) if to else None,
        ring_duration=seconds,
    )
    office.granted(request, SetForwardingResponse)


def do_not_disturb(office: Office, device: str, on: bool) -> None:
    office.granted(SetDoNotDisturb(device=DeviceID(number=device), do_not_disturb_on=on), SetDoNotDisturbResponse)


IMMEDIATE = [
    (ForwardingType.FORWARD_IMMEDIATE, "callForwardImmediate"),
    (ForwardingType.FORWARD_IMM_INT, "callForwardImmediate"),
]


@pytest.mark.parametrize(("kind", "cause"), IMMEDIATE)
def test_forwarded_at_once(office: Office, kind: ForwardingType, cause: str) -> None:
    forward(office, "2002", kind, "2003")
    office.heard()
    office.make_call("2001", "2002")
    office.expect(f"""
        2001 ServiceInitiated initiated makeCall
        2001 Originated connected newCall
        2002 Diverted null {cause}
        2001 Diverted connected {cause}
        2001 Delivered connected {cause}
        2003 Delivered alerting {cause}
    """)
    delivered = office.last(DeliveredEvent)
    assert str(delivered.last_redirection_device.device) == "2002"
    assert str(delivered.called_device.device) == "2002"


def test_forwarding_for_external_calls_leaves_internal_ones_alone(office: Office) -> None:
    forward(office, "2002", ForwardingType.FORWARD_IMM_EXT, "2003")
    office.heard()
    office.make_call("2001", "2002")
    assert office.heard()[-1] == "2002 Delivered alerting newCall"


def test_forwarded_when_busy(office: Office) -> None:
    forward(office, "2001", ForwardingType.FORWARD_BUSY, "2003")
    office.ring("2001")
    office.heard()
    office.ring("2001")
    office.expect("""
        2001 Diverted null callForwardBusy
        2003 Delivered alerting callForwardBusy
    """)


def test_forwarded_when_nobody_answers(office: Office) -> None:
    forward(office, "2001", ForwardingType.FORWARD_NO_ANS, "2003", seconds=10)
    office.ring("2001")
    office.heard()
    office.wait(9)
    office.expect("")
    office.wait(1)
    office.expect("""
        2001 Diverted null callForwardNoAnswer
        2003 Delivered alerting callForwardNoAnswer
    """)
    assert str(office.last(DivertedEvent).new_destination.device) == "2003"


def test_do_not_disturb(office: Office) -> None:
    do_not_disturb(office, "2002", True)
    office.expect("2002 DoNotDisturb")
    office.make_call("2001", "2002")
    assert office.heard()[-1] == "2001 Failed connected doNotDisturb"
    asked = office.granted(GetDoNotDisturb(device=DeviceID(number="2002")), GetDoNotDisturbResponse)
    assert asked.do_not_disturb_on


def test_do_not_disturb_may_forward(office: Office) -> None:
    do_not_disturb(office, "2002", True)
    forward(office, "2002", ForwardingType.FORWARD_DND, "2003")
    office.make_call("2001", "2002")
    assert office.heard()[-1] == "2003 Delivered alerting callForward"


def test_forwarding_ring_gives_up(office: Office) -> None:
    forward(office, "2002", ForwardingType.FORWARD_IMMEDIATE, "2003")
    forward(office, "2003", ForwardingType.FORWARD_IMMEDIATE, "2002")
    office.make_call("2001", "2002")
    assert office.heard()[-1] == "2001 Failed connected overflow"


def test_a_setting_that_changes_nothing_makes_no_event(office: Office) -> None:
    do_not_disturb(office, "2002", False)
    forward(office, "2002", ForwardingType.FORWARD_BUSY, None)
    forward(office, "2002", ForwardingType.FORWARD_BUSY, "2003")
    office.expect("2002 Forwarding")
    assert str(office.last(ForwardingEvent).forward_to) == "2003"
    forward(office, "2002", ForwardingType.FORWARD_BUSY, "2003")
    office.expect("")
    forward(office, "2002", ForwardingType.FORWARD_BUSY, None)
    office.expect("2002 Forwarding")
    assert not office.last(ForwardingEvent).forward_status


def test_forwarding_settings_are_told(office: Office) -> None:
    forward(office, "2002", ForwardingType.FORWARD_NO_ANS, "0894711", seconds=20)
    told = office.granted(GetForwarding(device=DeviceID(number="2002")), GetForwardingResponse)
    (setting,) = told.forwarding_list
    assert (setting.forwarding_type, str(setting.forward_dn), setting.ring_duration) == (
        ForwardingType.FORWARD_NO_ANS,
        "0894711",
        20,
    )


def test_out_of_service_ends_calls_and_keeps_monitors(office: Office) -> None:
    office.talk("2001", "2002")
    office.switch.set_in_service("2001", False, office.now)
    office.expect("""
        2001 ConnectionCleared null destOutOfOrder
        2002 ConnectionCleared connected destOutOfOrder
        2002 ConnectionCleared null destOutOfOrder
        2001 OutOfService
    """)
    office.switch.set_in_service("2001", True, office.now)
    office.expect("2001 BackInService")


def test_snapshot_names_the_states(office: Office) -> None:
    held = office.talk("2001", "2002")
    office.consult("2001", "2003")
    told = {
        str(call.endpoint_device and call.endpoint_device.device): call.local_call_state
        for call in office.calls("2001")
    }
    assert told == {
        "2002": CallState(simple_call_state=SimpleCallState.CALL_ESTABLISHED_HELD),
        "2003": CallState(simple_call_state=SimpleCallState.CALL_DELIVERED),
    }
    snapshot = office.granted(SnapshotCall(snapshot_object=ConnectionID(call_id=held.call_id)), SnapshotCallResponse)
    parties = snapshot.cross_ref_id_or_snapshot_data.snapshot_data
    assert parties is not None
    assert [(str(party.device_on_call.device), party.local_connection_info) for party in parties] == [
        ("2001", S.HOLD),
        ("2002", S.CONNECTED),
    ]


def test_snapshot_of_an_idle_device_is_empty(office: Office) -> None:
    assert office.calls("2001") == ()


def test_each_monitor_of_a_device_gets_its_copy(office: Office) -> None:
    second = office.watch("2001")
    office.ring("2001")
    office.expect("""
        2001 Delivered alerting newCall
        2001 Delivered alerting newCall
    """)
    assert [event.monitor_cross_ref_id == second for event in office.events] == [False, True]


def test_set_filter_bits_keep_events_back(office: Office) -> None:
    reference = office.watch("2001")
    unwanted = MonitorFilter(call_control=CallControlEventFilter(["delivered", "held"]))
    request = ChangeMonitorFilter(monitor_cross_ref_id=reference, requested_filter_list=unwanted)
    assert office.granted(request, ChangeMonitorFilterResponse).actual_filter_list == unwanted
    office.ring("2001")
    office.answer("2001")
    office.heard()
    told = [type(event).__name__ for event in office.events if event.monitor_cross_ref_id == reference]
    assert told == ["EstablishedEvent"]


def test_nothing_comes_after_monitor_stop(office: Office) -> None:
    reference = next(iter(office.watched))
    office.ring("2001")  # its event waits already
    office.granted(MonitorStop(monitor_cross_ref_id=reference), MonitorStopResponse)
    office.expect("")
    assert office.refused(MonitorStop(monitor_cross_ref_id=reference)) == "operation/invalidMonitorCrossRefID"


def test_monitors_of_other_clients_are_out_of_reach(office: Office) -> None:
    reference = next(iter(office.watched))
    answer = office.switch.handle("somebody else", MonitorStop(monitor_cross_ref_id=reference), office.now)
    assert not isinstance(answer, MonitorStopResponse)


def test_a_lost_client_leaves_calls_behind(office: Office) -> None:
    office.talk("2001", "2002")
    office.switch.disconnect("client", office.now)
    office.hang_up("2001")
    assert office.switch.next_event() is None


def statuses(office: Office) -> list[SystemStatusValue]:
    found = []
    while (message := office.switch.next_event()) is not None:
        assert isinstance(message[1], SystemStatus)
        found.append(message[1].system_status)
    return found


def test_registered_clients_hear_of_a_restart(office: Office) -> None:
    request = SystemRegister(
        request_types=RequestTypes(["systemStatus"]), requested_status_filter=StatusFilter(["initializing"])
    )
    registered = office.granted(request, SystemRegisterResponse)
    office.talk("2001", "2002")
    office.switch.restart()
    assert statuses(office) == [SystemStatusValue.ENABLED]
    assert office.calls("2001") == ()
    cancel = SystemRegisterCancel(sys_stat_register_id=registered.sys_stat_register_id)
    office.granted(cancel, SystemRegisterCancelResponse)
    office.switch.announce(SystemStatusValue.OVERLOAD_IMMINENT)
    assert statuses(office) == []
    asked = office.granted(RequestSystemStatus(), RequestSystemStatusResponse)
    assert asked.system_status == SystemStatusValue.OVERLOAD_IMMINENT


def test_unregistered_clients_get_no_status(office: Office) -> None:
    office.switch.announce(SystemStatusValue.NORMAL)
    assert office.switch.next_event() is None


def test_status_of_the_client_is_answered(office: Office) -> None:
    answer = office.ask(SystemStatus(system_status=SystemStatusValue.NORMAL))
    assert type(answer).__name__ == "SystemStatusResponse"
