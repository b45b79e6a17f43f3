"""What can happen to a call at a monitored device, in the model's words, and what each happening means.

A source of calls translates its own events into :class:`Happening`; the table :data:`MEANINGS` is the whole of what the
tracker knows about ECMA-269 §17.2. Where an event carries the local connection state (§12.2.17), that state wins over
the table: switches differ in the events they leave out, not in the states they report.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from csta.model import events
from csta.model.call import Party
from csta.model.states import ConnectionState


class Kind(StrEnum):
    """Call control events (§17.2) and Call Information (§18.2.1), by their ECMA-269 names."""

    SERVICE_INITIATED = "serviceInitiated"
    DIGITS_DIALED = "digitsDialed"
    ORIGINATED = "originated"
    NETWORK_REACHED = "networkReached"
    OFFERED = "offered"
    DELIVERED = "delivered"
    ESTABLISHED = "established"
    HELD = "held"
    RETRIEVED = "retrieved"
    QUEUED = "queued"
    FAILED = "failed"
    DIVERTED = "diverted"
    TRANSFERRED = "transferred"
    CONFERENCED = "conferenced"
    CONNECTION_CLEARED = "connectionCleared"
    CALL_CLEARED = "callCleared"
    CALL_INFORMATION = "callInformation"


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """One event at a monitored device.

    :param call_id: the switch's call identifier; the resulting call's for a transfer or conference.
    :param subject: the device the event is about (alerting, answering, holding, releasing …), or None.
    :param local_state: state of the monitored device's connection, where the event says it (§12.2.17).
    :param old_call_ids: calls that went into a transfer or conference, primary first.
    :param parties: everyone in the call that results from a transfer or conference, the monitored device as well.
    :param new_destination: where a diverted call went.
    """

    kind: Kind
    call_id: str
    subject: str | None = None
    local_state: ConnectionState | None = None
    calling: Party | None = None
    called: Party | None = None
    last_redirection: Party | None = None
    cause: str = ""
    old_call_ids: tuple[str, ...] = ()
    parties: tuple[Party, ...] = ()
    new_destination: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotEntry:
    """One call of a device snapshot (§16.1.2)."""

    call_id: str
    state: ConnectionState
    far_state: ConnectionState = ConnectionState.NULL
    other: Party | None = None


@dataclass(frozen=True, slots=True)
class Meaning:
    """States after a happening; None leaves a state as it is.

    :param own: local state when the event is about the monitored device.
    :param far: the far party's state when the event is about another device.
    :param tells: model event when it is about the monitored device, and when about another.
    """

    own: ConnectionState | None
    far: ConnectionState | None
    tells: tuple[type[events.CallEvent], type[events.CallEvent]]


_S = ConnectionState
_UPDATED = events.CallUpdated

MEANINGS: dict[Kind, Meaning] = {
    Kind.SERVICE_INITIATED: Meaning(_S.INITIATED, None, (events.CallInitiated, _UPDATED)),
    Kind.DIGITS_DIALED: Meaning(_S.INITIATED, None, (_UPDATED, _UPDATED)),
    Kind.ORIGINATED: Meaning(_S.CONNECTED, None, (events.CallOriginated, _UPDATED)),
    Kind.NETWORK_REACHED: Meaning(None, None, (events.CallOriginated, events.CallOriginated)),
    Kind.OFFERED: Meaning(_S.ALERTING, _S.ALERTING, (events.CallOffered, events.CallDelivered)),
    Kind.DELIVERED: Meaning(_S.ALERTING, _S.ALERTING, (events.CallOffered, events.CallDelivered)),
    Kind.ESTABLISHED: Meaning(_S.CONNECTED, _S.CONNECTED, (events.CallAnswered, events.CallAnswered)),
    Kind.HELD: Meaning(_S.HOLD, _S.HOLD, (events.CallHeld, _UPDATED)),
    Kind.RETRIEVED: Meaning(_S.CONNECTED, _S.CONNECTED, (events.CallRetrieved, _UPDATED)),
    Kind.QUEUED: Meaning(_S.QUEUED, _S.QUEUED, (events.CallQueued, events.CallQueued)),
    Kind.FAILED: Meaning(_S.FAIL, _S.FAIL, (events.CallFailed, events.CallFailed)),
    Kind.DIVERTED: Meaning(_S.NULL, _S.NULL, (events.CallEnded, _UPDATED)),
    Kind.TRANSFERRED: Meaning(_S.NULL, None, (events.CallEnded, events.CallTransferred)),
    Kind.CONFERENCED: Meaning(_S.CONNECTED, None, (events.CallConferenced, events.CallConferenced)),
    Kind.CONNECTION_CLEARED: Meaning(_S.NULL, _S.NULL, (events.CallEnded, _UPDATED)),
    Kind.CALL_CLEARED: Meaning(_S.NULL, _S.NULL, (events.CallEnded, events.CallEnded)),
    Kind.CALL_INFORMATION: Meaning(None, None, (_UPDATED, _UPDATED)),
}

FOUND: dict[ConnectionState, type[events.CallEvent]] = {
    _S.INITIATED: events.CallInitiated,
    _S.ALERTING: events.CallOffered,
    _S.CONNECTED: events.CallAnswered,
    _S.HOLD: events.CallHeld,
    _S.QUEUED: events.CallQueued,
    _S.FAIL: events.CallFailed,
}
"""What a snapshot tells of a call that is in a state the tracker did not know of."""
