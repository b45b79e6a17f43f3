"""Monitoring, snapshot, system and logical device services (ECMA-269 §14, §15, §16, §22)."""

from __future__ import annotations

from csta.messages.call_data import LocalConnectionState
from csta.messages.common import DeviceID
from csta.messages.errors import OperationErrors as Operation
from csta.messages.errors import SubscribedResourceAvailabilityErrors, UniversalFailure
from csta.messages.identifiers import CalledDeviceID
from csta.messages.logical_device import (
    DoNotDisturbEvent,
    ForwardingEvent,
    ForwardingType,
    ForwardListItem,
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
    ChangeMonitorFilter,
    ChangeMonitorFilterResponse,
    MonitorFilter,
    MonitorStart,
    MonitorStartResponse,
    MonitorStop,
    MonitorStopResponse,
    MonitorType,
)
from csta.messages.snapshot import (
    CallState,
    SimpleCallState,
    SnapshotCall,
    SnapshotCallContents,
    SnapshotCallResponse,
    SnapshotCallResponseInfo,
    SnapshotDevice,
    SnapshotDeviceContents,
    SnapshotDeviceResponse,
    SnapshotDeviceResponseInfo,
)
from csta.messages.system import (
    RequestSystemStatus,
    RequestSystemStatusResponse,
    StatusFilter,
    SystemRegister,
    SystemRegisterCancel,
    SystemRegisterCancelResponse,
    SystemRegisterResponse,
    SystemStatus,
    SystemStatusResponse,
)
from csta.simulator import event_reports as reports
from csta.simulator.calls import Connection, Device, Extension, Forwarding
from csta.simulator.dialplan import external_number
from csta.simulator.exchange import Exchange
from csta.simulator.failures import Refusal
from csta.simulator.monitors import Client, Monitor, permitted
from csta.simulator.states import State

MONITORS_PER_DEVICE = 64
"""More than that on one device is taken for a client that forgets to stop them."""

SIMPLE_STATES: dict[tuple[LocalConnectionState, LocalConnectionState], SimpleCallState] = {
    (State.INITIATED, State.NULL): SimpleCallState.CALL_PENDING,
    (State.CONNECTED, State.NULL): SimpleCallState.CALL_ORIGINATED,
    (State.CONNECTED, State.ALERTING): SimpleCallState.CALL_DELIVERED,
    (State.HOLD, State.ALERTING): SimpleCallState.CALL_DELIVERED_HELD,
    (State.ALERTING, State.CONNECTED): SimpleCallState.CALL_RECEIVED,
    (State.CONNECTED, State.CONNECTED): SimpleCallState.CALL_ESTABLISHED,
    (State.HOLD, State.CONNECTED): SimpleCallState.CALL_ESTABLISHED_HELD,
    (State.ALERTING, State.HOLD): SimpleCallState.CALL_RECEIVED_ON_HOLD,
    (State.CONNECTED, State.HOLD): SimpleCallState.CALL_ESTABLISHED_ON_HOLD,
    (State.CONNECTED, State.QUEUED): SimpleCallState.CALL_QUEUED,
    (State.HOLD, State.QUEUED): SimpleCallState.CALL_QUEUED_HELD,
    (State.CONNECTED, State.FAIL): SimpleCallState.CALL_FAILED,
    (State.HOLD, State.FAIL): SimpleCallState.CALL_FAILED_HELD,
}
"""(local, other) → the name of the pair (§6.1.4, Table 6-5). Any other pair is told as a list."""

FORWARDING_TYPES = frozenset(ForwardingType)

SECONDS_PER_RING = 5
"""A ring and the silence after it."""


def monitor_start(exchange: Exchange, client: Client, request: MonitorStart) -> MonitorStartResponse:
    """Monitor Start, §15.1.2: device-type monitors on devices."""
    wanted = request.monitor_object.device_object
    if wanted is None:
        raise Refusal.operation(Operation.INVALID_MONITOR_OBJECT_TYPE)
    if request.monitor_type == MonitorType.CALL:
        raise Refusal.operation(Operation.MONITOR_TYPE_NOT_SUPPORTED)
    device = _device(exchange, wanted)
    if exchange.monitors.at(device) >= MONITORS_PER_DEVICE:
        limit = SubscribedResourceAvailabilityErrors.OBJECT_MONITOR_LIMIT_EXCEEDED
        raise Refusal(UniversalFailure(subscribed_resource_availability=limit))
    monitor = exchange.monitors.start(client, device, request.requested_monitor_filter or MonitorFilter())
    return MonitorStartResponse(
        monitor_cross_ref_id=monitor.cross_ref_id,
        actual_monitor_filter=request.requested_monitor_filter,
        monitor_existing_calls=True,
    )


def monitor_stop(exchange: Exchange, client: Client, request: MonitorStop) -> MonitorStopResponse:
    """Monitor Stop, §15.1.3."""
    exchange.monitors.stop(_monitor(exchange, client, request.monitor_cross_ref_id))
    return MonitorStopResponse()


def change_monitor_filter(
    exchange: Exchange, client: Client, request: ChangeMonitorFilter
) -> ChangeMonitorFilterResponse:
    """Change Monitor Filter, §15.1.1."""
    _monitor(exchange, client, request.monitor_cross_ref_id).filter = request.requested_filter_list
    return ChangeMonitorFilterResponse(actual_filter_list=request.requested_filter_list)


def snapshot_device(exchange: Exchange, client: Client, request: SnapshotDevice) -> SnapshotDeviceResponse:
    """Snapshot Device, §16.1.2."""
    device = _device(exchange, request.snapshot_object)
    data = tuple(_device_call(connection) for connection in device.connections)
    return SnapshotDeviceResponse(cross_ref_id_or_snapshot_data=SnapshotDeviceContents(snapshot_data=data))


def _device_call(connection: Connection) -> SnapshotDeviceResponseInfo:
    return SnapshotDeviceResponseInfo(
        connection_identifier=connection.id,
        endpoint_device=reports.subject(_endpoint(connection)),
        local_call_state=call_state(connection),
        services_permitted=permitted(connection),
    )


def _endpoint(connection: Connection) -> DeviceID | None:
    """Who is at the other end: the first other party, or who could not be reached, or will be called."""
    call = connection.call
    other = next(call.others(connection.device), None)
    return other.identity if other is not None else call.failed or (call.called if call.called.number else None)


def call_state(connection: Connection) -> CallState:
    """The call as the device sees it: local state first."""
    call = connection.call
    states = [other.state for other in call.others(connection.device)]
    if not states:
        states = [State.FAIL if call.failed is not None else State.NULL]
    simple = SIMPLE_STATES.get((connection.state, states[0])) if len(states) == 1 else None
    if simple is not None:
        return CallState(simple_call_state=simple)
    return CallState(compound_call_state=(connection.state, *states))


def snapshot_call(exchange: Exchange, client: Client, request: SnapshotCall) -> SnapshotCallResponse:
    """Snapshot Call, §16.1.1; the call identifier alone is enough (§12.3.9)."""
    call = exchange.calls.get(request.snapshot_object.call_id or "")
    if call is None:
        raise Refusal.operation(Operation.INVALID_CALL_ID)
    data = tuple(
        SnapshotCallResponseInfo(
            device_on_call=reports.subject(connection.identity),
            call_identifier=connection.id,
            local_connection_info=connection.state,
            services_permitted=permitted(connection),
        )
        for connection in call.connections.values()
    )
    return SnapshotCallResponse(
        cross_ref_id_or_snapshot_data=SnapshotCallContents(snapshot_data=data),
        calling_device=reports.calling(call),
        called_device=CalledDeviceID(device_identifier=call.called),
        associated_calling_device=reports.associated_calling(call),
        associated_called_device=reports.associated_called(call),
        correlator_data=call.correlator_data,
    )


def request_system_status(
    exchange: Exchange, client: Client, request: RequestSystemStatus
) -> RequestSystemStatusResponse:
    """Request System Status, §14.2.1."""
    return RequestSystemStatusResponse(system_status=exchange.registrations.status)


def system_status(exchange: Exchange, client: Client, request: SystemStatus) -> SystemStatusResponse:
    """System Status of the client, §14.2.2: taken note of."""
    return SystemStatusResponse()


def system_register(exchange: Exchange, client: Client, request: SystemRegister) -> SystemRegisterResponse:
    """System Register, §14.1.2: the status filter belongs to the request for System Status."""
    statuses = "systemStatus" in request.request_types
    if statuses != (request.requested_status_filter is not None):
        raise Refusal.operation(Operation.AT_LEAST_ONE_CONDITIONAL_PARAMETER_NOT_PROVIDED)
    register_id = exchange.registrations.register(client, statuses, request.requested_status_filter or StatusFilter())
    return SystemRegisterResponse(
        sys_stat_register_id=register_id, actual_status_filter=request.requested_status_filter
    )


def system_register_cancel(
    exchange: Exchange, client: Client, request: SystemRegisterCancel
) -> SystemRegisterCancelResponse:
    """System Register Cancel, §14.1.4."""
    if not exchange.registrations.cancel(client, request.sys_stat_register_id):
        raise Refusal.operation(Operation.SYS_STAT_REG_ID_NOT_SUPPORTED)
    return SystemRegisterCancelResponse()


def get_do_not_disturb(exchange: Exchange, client: Client, request: GetDoNotDisturb) -> GetDoNotDisturbResponse:
    """Get Do Not Disturb, §22.1.10."""
    return GetDoNotDisturbResponse(do_not_disturb_on=_extension(exchange, request.device).do_not_disturb)


def set_do_not_disturb(exchange: Exchange, client: Client, request: SetDoNotDisturb) -> SetDoNotDisturbResponse:
    """Set Do Not Disturb, §22.1.19, for all calls; no event when nothing changes (§9.5.1 FR 8)."""
    device = _extension(exchange, request.device)
    if request.do_not_disturb_on != device.do_not_disturb:
        device.do_not_disturb = request.do_not_disturb_on
        exchange.monitors.report(
            DoNotDisturbEvent(
                monitor_cross_ref_id="",
                device=reports.subject(device.id),
                do_not_disturb_on=device.do_not_disturb,
            ),
            [device],
        )
    return SetDoNotDisturbResponse()


def get_forwarding(exchange: Exchange, client: Client, request: GetForwarding) -> GetForwardingResponse:
    """Get Forwarding, §22.1.11: the settings that are on."""
    settings = _extension(exchange, request.device).forwarding
    return GetForwardingResponse(
        forwarding_list=tuple(
            ForwardListItem(
                forwarding_type=kind,
                forward_status=True,
                forward_dn=DeviceID(number=setting.destination),
                ring_duration=None if setting.ring_duration is None else int(setting.ring_duration),
            )
            for kind, setting in settings.items()
        )
    )


def set_forwarding(exchange: Exchange, client: Client, request: SetForwarding) -> SetForwardingResponse:
    """Set Forwarding, §22.1.20: one user setting; this switch has no default ones."""
    device = _extension(exchange, request.device)
    kind = request.forwarding_type
    if kind not in FORWARDING_TYPES:
        raise Refusal.operation(Operation.INVALID_FORWARDING_TYPE)
    before = device.forwarding.get(kind)
    after = _setting(exchange, device, request) if request.activate_forward else None
    if after is None:
        device.forwarding.pop(kind, None)
    else:
        device.forwarding[kind] = after
    if after != before:
        _report_forwarding(exchange, device, kind, after)
    return SetForwardingResponse()


def _setting(exchange: Exchange, device: Extension, request: SetForwarding) -> Forwarding:
    destination = request.forward_dn.number if request.forward_dn else ""
    outside = external_number(exchange.numbers, destination) is not None
    if destination == device.number or not (outside or destination in exchange.extensions):
        raise Refusal.operation(Operation.INVALID_FORWARDING_DESTINATION)
    duration = request.ring_duration
    if duration is None and request.ring_count is not None:
        duration = request.ring_count * SECONDS_PER_RING
    return Forwarding(destination, duration)


def _report_forwarding(exchange: Exchange, device: Extension, kind: ForwardingType, setting: Forwarding | None) -> None:
    event = ForwardingEvent(
        monitor_cross_ref_id="",
        device=reports.subject(device.id),
        forwarding_type=kind,
        forward_status=setting is not None,
        forward_to=DeviceID(number=setting.destination) if setting else None,
    )
    exchange.monitors.report(event, [device])


def _monitor(exchange: Exchange, client: Client, cross_ref_id: str) -> Monitor:
    monitor = exchange.monitors.find(client, cross_ref_id)
    if monitor is None:
        raise Refusal.operation(Operation.INVALID_MONITOR_CROSS_REF_ID)
    return monitor


def _device(exchange: Exchange, wanted: DeviceID) -> Device:
    device = exchange.device(wanted.number)
    if device is None:
        raise Refusal.operation(Operation.INVALID_DEVICE_ID)
    return device


def _extension(exchange: Exchange, wanted: DeviceID) -> Extension:
    device = _device(exchange, wanted)
    if not isinstance(device, Extension):
        raise Refusal.operation(Operation.REQUEST_INCOMPATIBLE_WITH_DEVICE)
    return device
