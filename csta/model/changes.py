"""The call after an event or a snapshot, and what listeners are told of the difference."""

from __future__ import annotations

from dataclasses import dataclass, replace

from csta.model.call import Call, Direction
from csta.model.events import (
    CallAnswered,
    CallConferenced,
    CallDelivered,
    CallEnded,
    CallEvent,
    CallFailed,
    CallHeld,
    CallInitiated,
    CallOffered,
    CallOriginated,
    CallQueued,
    CallRetrieved,
    CallTransferred,
    CallUpdated,
)
from csta.model.happenings import (
    Conferenced,
    ConnectionCleared,
    Diverted,
    Established,
    Happening,
    Regrouping,
    SnapshotEntry,
    Transferred,
)
from csta.model.moves import MOVES, WAITING, IsHere, Role, answered, concerns_rival, far_state
from csta.model.parties import first_of, learn, other_end, regrouped_parties, still_there
from csta.model.states import ConnectionState

_S = ConnectionState

REACHED: dict[ConnectionState, type[CallEvent]] = {
    _S.INITIATED: CallInitiated,
    _S.ALERTING: CallOffered,
    _S.CONNECTED: CallOriginated,
    _S.HOLD: CallHeld,
    _S.QUEUED: CallQueued,
    _S.FAIL: CallFailed,
    _S.NULL: CallEnded,
}
"""What listeners are told when the own connection reaches a state."""

FAR_REACHED: dict[ConnectionState, type[CallEvent]] = {
    _S.ALERTING: CallDelivered,
    _S.QUEUED: CallQueued,
    _S.FAIL: CallFailed,
}
"""What a caller is told when the far connection reaches a state."""

REGROUPED: dict[type[Happening], type[CallEvent]] = {Transferred: CallTransferred, Conferenced: CallConferenced}
"""What the parties that stay in a call are told."""


UNANSWERED = frozenset({"callForwardNoAnswer", "callNotAnswered"})
"""Causes of Diverted that say that nobody answered in time (§12.2.15): voice mail, most often."""


@dataclass(slots=True)
class Tracked:
    """A call and what only the tracker needs to know of it.

    :param number: counts up over the calls of the tracker, so that sorting gives the oldest first.
    :param regrouped: a transfer or conference has named the far parties.
    :param taken_by: device that answered while the call still waited here.
    :param diverted_to: device a call made here was just diverted to; its identifier may change by that.
    :param told: the call as listeners know it, where its identifier or its parties have changed since.
    """

    number: int
    call: Call
    regrouped: bool = False
    taken_by: str | None = None
    diverted_to: str | None = None
    told: Call | None = None


def told(before: Call, after: Call) -> type[CallEvent]:
    """The event for a change, from the call before and after; a new call comes from NULL."""
    moved = after.state is not before.state
    outgoing = after.direction is Direction.OUTGOING
    if after.state is _S.CONNECTED:
        if after.answered is not None and before.answered is None:
            return CallAnswered
        if moved and after.answered is not None:
            return CallRetrieved
        if outgoing and after.far_state is not before.far_state and after.far_state in FAR_REACHED:
            return FAR_REACHED[after.far_state]
    if moved and after.state is _S.ALERTING and outgoing and after.answered is None:
        return CallInitiated  # the switch prompts the calling device by ringing it
    return REACHED[after.state] if moved else CallUpdated


def after_event(tracked: Tracked, happening: Happening, part: Role, state: ConnectionState, is_here: IsHere) -> Call:
    """The call after an event."""
    call = tracked.call
    if isinstance(happening, Established) and concerns_rival(happening, part, call):
        tracked.taken_by = happening.subject.number
    tracked.diverted_to = happening.new_destination.number if isinstance(happening, Diverted) else None
    far = far_state(happening, part, call)
    if isinstance(happening, Regrouping):
        tracked.regrouped = True
        parties = regrouped_parties(call, happening, is_here)
        other = first_of(call.other, parties)
    else:
        parties = call.parties
        if isinstance(happening, ConnectionCleared) and part is not Role.SUBJECT and len(parties) > 1:
            parties = still_there(parties, happening.subject.number)
        other = other_end(call, happening, is_here, tracked.regrouped)
        if len(parties) > 1 or parties != call.parties:
            other = first_of(other, parties)
        else:
            parties = (other,)
    return replace(
        call,
        call_id=happening.call_id,
        state=state,
        far_state=far,
        other=other,
        parties=parties,
        called=call.called if tracked.regrouped else learn(call.called, happening.called),
        last_redirection=happening.last_redirection or call.last_redirection,
        cause=happening.cause,
    )


def taken_by(tracked: Tracked, before: Call, happening: Happening | None) -> str | None:
    """Device that took a call which left this one unanswered; nobody took one that rang here until it was forwarded."""
    if before.answered is not None or before.direction is Direction.OUTGOING:
        return None
    if isinstance(happening, Diverted) and happening.cause not in UNANSWERED:
        return happening.new_destination.number
    return tracked.taken_by


def direction_of(entry: SnapshotEntry, is_here: IsHere) -> Direction:
    """Who made a call found by a snapshot: the calling device if given, else what the states give away (Table 6-5)."""
    if entry.calling is not None and entry.calling.number is not None:
        return Direction.OUTGOING if is_here(entry.calling.number) else Direction.INCOMING
    both_meet = answered(entry.state, entry.far_state, Direction.OUTGOING)
    return Direction.INCOMING if both_meet or entry.state in WAITING else Direction.OUTGOING


def as_found(call: Call, entry: SnapshotEntry) -> Call:
    """The call as the snapshot shows it; of a single far party it can only tell more (that may be a line)."""
    said = entry.calling if call.direction is Direction.INCOMING else entry.called
    other = call.other if call.other.number is not None else learn(learn(call.other, entry.other), said)
    parties = call.parties if len(call.parties) > 1 else (other,)
    if len(entry.parties) > 1 or (entry.parties and len(call.parties) > 1):
        known = {party.number: party for party in call.parties}
        parties = tuple(learn(known.get(party.number, party), party) for party in entry.parties)
    return replace(
        call,
        state=entry.state,
        far_state=call.far_state if entry.far_state is _S.NULL else entry.far_state,
        other=first_of(other, parties),
        parties=parties,
        called=learn(call.called, entry.called) if call.state is _S.NULL else call.called,
        cause=call.cause if entry.state is call.state else "",
    )


def agrees(happening: Happening, part: Role, entry: SnapshotEntry) -> bool:
    """Whether a snapshot shows what an event leads to."""
    move = MOVES[type(happening)]
    state = happening.local or move.after(part, entry.state)
    far = move.far if part is not Role.SUBJECT else None
    return state is entry.state and (far is None or entry.far_state in (_S.NULL, far))
