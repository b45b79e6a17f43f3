"""Monitoring services (ECMA-269 §15)."""

from __future__ import annotations

from csta.messages.call_data import CSTAObject
from csta.messages.common import ConnectionID
from csta.messages.errors import OperationErrors as Operation
from csta.messages.errors import SubscribedResourceAvailabilityErrors, UniversalFailure
from csta.messages.monitoring import (
    ChangeMonitorFilter,
    ChangeMonitorFilterResponse,
    GetMonitors,
    GetMonitorsResponse,
    MonitorFilter,
    MonitorInfo,
    MonitorListEntry,
    MonitorStart,
    MonitorStartResponse,
    MonitorStop,
    MonitorStopResponse,
    MonitorType,
)
from csta.messages.monitoring import GetMonitorResultCrossRefIDorRegistrationData as MonitorList
from csta.simulator.admission import device_for
from csta.simulator.calls import Call, Connection, Device
from csta.simulator.exchange import Exchange
from csta.simulator.failures import Refusal
from csta.simulator.monitors import Client, Monitor
from csta.simulator.segments import send_segments


def monitor_start(exchange: Exchange, client: Client, request: MonitorStart, now: float) -> MonitorStartResponse:
    """Monitor Start, §15.1.2. Of either type on either object; left out, the type is that of the object."""
    wanted = _object(exchange, request.monitor_object, request.monitor_type)
    if isinstance(wanted, Device) and exchange.monitors.at(wanted) >= exchange.profile.monitors_per_device:
        limit = SubscribedResourceAvailabilityErrors.OBJECT_MONITOR_LIMIT_EXCEEDED
        raise Refusal(UniversalFailure(subscribed_resource_availability=limit))
    unwanted = request.requested_monitor_filter or MonitorFilter()
    monitor = exchange.monitors.start(client, wanted, request.monitor_type, unwanted)
    return MonitorStartResponse(
        monitor_cross_ref_id=monitor.cross_ref_id,
        actual_monitor_filter=request.requested_monitor_filter,
        monitor_existing_calls=True if monitor.device is not None else None,
    )


def _object(exchange: Exchange, wanted: CSTAObject, kind: MonitorType | None) -> Device | Call | Connection:
    if wanted.device_object is not None:
        return device_for(exchange, wanted.device_object)
    named = wanted.call_object or ConnectionID()
    call = exchange.calls.get(named.call_id or "")
    device = named.device_id.number if named.device_id else ""
    found = call.connections.get(device) if call is not None and kind == MonitorType.DEVICE else call
    if found is None:  # of type device, the call identifier alone does not say which
        raise Refusal.operation(Operation.INVALID_MONITOR_OBJECT)
    return found


def monitor_stop(exchange: Exchange, client: Client, request: MonitorStop, now: float) -> MonitorStopResponse:
    """Monitor Stop, §15.1.3."""
    exchange.monitors.stop(_monitor(exchange, client, request.monitor_cross_ref_id))
    return MonitorStopResponse()


def change_monitor_filter(
    exchange: Exchange, client: Client, request: ChangeMonitorFilter, now: float
) -> ChangeMonitorFilterResponse:
    """Change Monitor Filter, §15.1.1."""
    _monitor(exchange, client, request.monitor_cross_ref_id).filter = request.requested_filter_list
    return ChangeMonitorFilterResponse(actual_filter_list=request.requested_filter_list)


def get_monitors(exchange: Exchange, client: Client, request: GetMonitors, now: float) -> GetMonitorsResponse:
    """Get Monitors, §15.1.5: those on devices, for the list has no room for calls."""
    entries = [
        MonitorListEntry(monitor_cross_ref_id=monitor.cross_ref_id, monitor_object=monitor.device.id)
        for monitor in exchange.monitors.of(client)
        if monitor.device is not None
    ]
    if not exchange.profile.segment:
        return GetMonitorsResponse(cross_ref_id_or_registration_data=MonitorList(monitor_list=tuple(entries)))
    reference = send_segments(
        exchange,
        client,
        entries,
        lambda reference, number, last, part: MonitorInfo(
            service_cross_ref_id=reference, segment_id=number, last_segment=last, monitor_list=part
        ),
    )
    return GetMonitorsResponse(cross_ref_id_or_registration_data=MonitorList(service_cross_ref_id=reference))


def _monitor(exchange: Exchange, client: Client, cross_ref_id: str) -> Monitor:
    monitor = exchange.monitors.find(client, cross_ref_id)
    if monitor is None:
        raise Refusal.operation(Operation.INVALID_MONITOR_CROSS_REF_ID)
    return monitor
