"""Snapshots of devices and calls in the model's words (ECMA-269 §16.1)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

from csta.client import Client
from csta.errors import ServiceError
from csta.messages.common import ConnectionID
from csta.messages.snapshot import (
    CallState,
    SimpleCallState,
    SnapshotCallResponse,
    SnapshotDeviceResponse,
    SnapshotDeviceResponseInfo,
)
from csta.model.call import UNKNOWN, Call
from csta.model.happenings import SnapshotEntry
from csta.model.states import ConnectionState
from csta.provider.events import connection_state
from csta.provider.identifiers import extension, party

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


class Found(NamedTuple):
    """One call found at a device.

    :param connection: the switch's name of the device's connection.
    :param others: connections of other devices, as far as the snapshot tells.
    """

    entry: SnapshotEntry
    connection: ConnectionID
    others: int


async def ask(client: Client, device: str, known: Callable[[str], Call | None]) -> list[Found]:
    """Ask for the calls at a device; for those that are new, or have become or ceased to be conferences, in full.

    :param known: gives what is known of the call with an identifier of the switch.
    """
    calls = found(await client.snapshot.snapshot_device(device))
    return [
        await _complete(client, device, each) if is_news(each, known(each.entry.call_id)) else each for each in calls
    ]


def found(answer: SnapshotDeviceResponse) -> list[Found]:
    """The calls at the device."""
    calls = answer.cross_ref_id_or_snapshot_data.snapshot_data
    return [each for info in calls or () if (each := _found(info)) is not None]


def is_news(call: Found, known: Call | None) -> bool:
    """Whether a call is to be asked for in full: it is not known, or has become or ceased to be a conference."""
    return known is None or max(call.others, 1) != max(len(known.parties), 1)


def completed(entry: SnapshotEntry, answer: SnapshotCallResponse, device: str) -> SnapshotEntry:
    """An entry with what Snapshot Call tells of the call: who called whom, and everybody in it (§16.1.1)."""
    members = [
        party(info.device_on_call) or UNKNOWN for info in answer.cross_ref_id_or_snapshot_data.snapshot_data or ()
    ]
    own = extension(device)
    return replace(
        entry,
        calling=party(answer.calling_device),
        called=party(answer.called_device),
        parties=tuple(each for each in members if each.number is None or extension(each.number) != own),
    )


async def _complete(client: Client, device: str, call: Found) -> Found:
    """Ask for a call in full; a switch that does not tell, or a call that has just ended, leaves it as it is."""
    try:
        answer = await client.snapshot.snapshot_call(call.connection)
    except ServiceError:
        return call
    return call._replace(entry=completed(call.entry, answer, device))


def _found(info: SnapshotDeviceResponseInfo) -> Found | None:
    call_id = info.connection_identifier.call_id
    states = _states(info.local_call_state)
    if call_id is None or states is None:
        return None
    other = party(info.endpoint_device) or UNKNOWN
    entry = SnapshotEntry(call_id=call_id, state=states[0], far_state=states[1], other=other)
    return Found(entry, info.connection_identifier, len(states) - 1)


def _states(state: CallState) -> tuple[ConnectionState, ...] | None:
    """The local connection state and those of the others, at least one."""
    if state.simple_call_state is not None:
        return SIMPLE_STATES.get(state.simple_call_state)
    named = tuple(connection_state(each) or _S.NULL for each in state.compound_call_state or ())
    return (*named, _S.NULL) if len(named) == 1 else named or None
