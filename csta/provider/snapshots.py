"""The answer of Snapshot Device in the model's words (ECMA-269 §16.1.2)."""

from __future__ import annotations

from csta.messages.snapshot import (
    CallState,
    SimpleCallState,
    SnapshotDeviceResponse,
    SnapshotDeviceResponseInfo,
)
from csta.model.call import UNKNOWN
from csta.model.happenings import SnapshotEntry
from csta.model.states import ConnectionState
from csta.provider.events import connection_state
from csta.provider.identifiers import party

_S = ConnectionState

SIMPLE_STATES: dict[SimpleCallState, tuple[ConnectionState, ConnectionState]] = {
    SimpleCallState.CALL_NULL: (_S.NULL, _S.NULL),
    SimpleCallState.CALL_PENDING: (_S.INITIATED, _S.NULL),
    SimpleCallState.CALL_ORIGINATED: (_S.CONNECTED, _S.NULL),
    SimpleCallState.CALL_DELIVERED: (_S.CONNECTED, _S.ALERTING),
    SimpleCallState.CALL_DELIVERED_HELD: (_S.HOLD, _S.ALERTING),
    SimpleCallState.CALL_RECEIVED: (_S.ALERTING, _S.CONNECTED),
    SimpleCallState.CALL_ESTABLISHED: (_S.CONNECTED, _S.CONNECTED),
    SimpleCallState.CALL_ESTABLISHED_HELD: (_S.HOLD, _S.CONNECTED),
    SimpleCallState.CALL_RECEIVED_ON_HOLD: (_S.ALERTING, _S.HOLD),
    SimpleCallState.CALL_ESTABLISHED_ON_HOLD: (_S.CONNECTED, _S.HOLD),
    SimpleCallState.CALL_QUEUED: (_S.CONNECTED, _S.QUEUED),
    SimpleCallState.CALL_QUEUED_HELD: (_S.HOLD, _S.QUEUED),
    SimpleCallState.CALL_FAILED: (_S.CONNECTED, _S.FAIL),
    SimpleCallState.CALL_FAILED_HELD: (_S.HOLD, _S.FAIL),
    SimpleCallState.CALL_BLOCKED: (_S.FAIL, _S.NULL),
}
"""Simple call state → local and other connection state (Table 6-5)."""


def entries(answer: SnapshotDeviceResponse) -> list[SnapshotEntry] | None:
    """The calls at the device; None when the switch sends them later, in messages of their own (§16.1.4)."""
    calls = answer.cross_ref_id_or_snapshot_data.snapshot_data
    if calls is None and answer.cross_ref_id_or_snapshot_data.service_cross_ref_id is not None:
        return None
    return [entry for info in calls or () if (entry := _entry(info)) is not None]


def _entry(info: SnapshotDeviceResponseInfo) -> SnapshotEntry | None:
    call_id = info.connection_identifier.call_id
    states = _states(info.local_call_state)
    if call_id is None or states is None:
        return None
    return SnapshotEntry(
        call_id=call_id, state=states[0], far_state=states[1], other=party(info.endpoint_device) or UNKNOWN
    )


def _states(state: CallState) -> tuple[ConnectionState, ConnectionState] | None:
    if state.simple_call_state is not None:
        return SIMPLE_STATES.get(state.simple_call_state)
    named = [connection_state(each) or _S.NULL for each in state.compound_call_state or ()]
    return (named[0], named[1] if len(named) > 1 else _S.NULL) if named else None
