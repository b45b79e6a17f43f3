"""Snapshot services: what calls there are now (ECMA-269 §16)."""

from __future__ import annotations

from csta.messages.call_data import LocalConnectionState
from csta.messages.common import DeviceID
from csta.messages.errors import OperationErrors as Operation
from csta.messages.snapshot import (
    CallState,
    SimpleCallState,
    SnapshotCall,
    SnapshotCallContents,
    SnapshotCallData,
    SnapshotCallResponse,
    SnapshotCallResponseInfo,
    SnapshotDevice,
    SnapshotDeviceContents,
    SnapshotDeviceData,
    SnapshotDeviceResponse,
    SnapshotDeviceResponseInfo,
)
from csta.simulator import event_reports as reports
from csta.simulator.admission import device_for
from csta.simulator.calls import Connection
from csta.simulator.exchange import Exchange
from csta.simulator.failures import Refusal
from csta.simulator.monitors import Client
from csta.simulator.permissions import permitted
from csta.simulator.segments import send_segments
from csta.simulator.states import State

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


def snapshot_device(exchange: Exchange, client: Client, request: SnapshotDevice, now: float) -> SnapshotDeviceResponse:
    """Snapshot Device, §16.1.2."""
    device = device_for(exchange, request.snapshot_object)
    data = tuple(_device_call(connection) for connection in device.connections)
    contents = SnapshotDeviceContents(snapshot_data=data)
    if exchange.profile.segment:
        contents = SnapshotDeviceContents(service_cross_ref_id=send_segments(exchange, client, data, _device_segment))
    return SnapshotDeviceResponse(cross_ref_id_or_snapshot_data=contents)


def _device_segment(
    reference: str, number: int, last: bool, part: tuple[SnapshotDeviceResponseInfo, ...]
) -> SnapshotDeviceData:
    """Snapshot Device Data, §16.1.4."""
    return SnapshotDeviceData(service_cross_ref_id=reference, segment_id=number, last_segment=last, snapshot_data=part)


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


def snapshot_call(exchange: Exchange, client: Client, request: SnapshotCall, now: float) -> SnapshotCallResponse:
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
    contents = SnapshotCallContents(snapshot_data=data)
    if exchange.profile.segment:
        contents = SnapshotCallContents(service_cross_ref_id=send_segments(exchange, client, data, _call_segment))
    return SnapshotCallResponse(
        cross_ref_id_or_snapshot_data=contents,
        calling_device=reports.calling(call),
        called_device=reports.called(call),
        associated_calling_device=reports.associated_calling(call),
        associated_called_device=reports.associated_called(call),
        correlator_data=call.correlator_data,
    )


def _call_segment(
    reference: str, number: int, last: bool, part: tuple[SnapshotCallResponseInfo, ...]
) -> SnapshotCallData:
    """Snapshot Call Data, §16.1.3."""
    return SnapshotCallData(service_cross_ref_id=reference, segment_id=number, last_segment=last, snapshot_data=part)
