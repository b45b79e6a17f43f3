"""Follows the calls of monitored devices from events and snapshots.

Pure: no clock, no I/O. Nothing a switch sends makes it raise or touches another call: events may come late, twice, out
of order or not at all, and a snapshot puts right what is wrong.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import replace

from csta.model import events
from csta.model.call import UNKNOWN, Call, Direction, Party
from csta.model.events import CallEnded, CallEvent, CallUpdated
from csta.model.happenings import FOUND, MEANINGS, Happening, Kind, SnapshotEntry
from csta.model.states import ConnectionState

NULL = ConnectionState.NULL
CONSULTATION = "consultation"

STARTS = frozenset({Kind.SERVICE_INITIATED, Kind.ORIGINATED, Kind.OFFERED, Kind.DELIVERED, Kind.QUEUED})
"""Events a call may begin with at a device."""

REMEMBERED = 32
"""Call identifiers of ended calls kept per device, to know late events by."""


def _equal(one: str, other: str) -> bool:
    return one == other


class Tracker:
    """The calls of any number of devices.

    :param same_device: whether two device identifiers name one device; switches write theirs in several ways.
    """

    def __init__(self, same_device: Callable[[str, str], bool] = _equal) -> None:
        self._same_device = same_device
        self._calls: dict[str, dict[str, Call]] = {}
        self._takers: dict[str, str] = {}
        self._over: dict[str, deque[str]] = {}
        self._counter = 0

    def calls(self, device: str) -> tuple[Call, ...]:
        """The calls at a device, oldest first."""
        return tuple(self._calls.get(device, {}).values())

    def find(self, device: str, call: str) -> Call | None:
        """The call with that :attr:`Call.id` at a device."""
        return next((each for each in self.calls(device) if each.id == call), None)

    def forget(self, device: str) -> None:
        """Drop a device that is no longer monitored."""
        self._over.pop(device, None)
        for call in self._calls.pop(device, {}).values():
            self._takers.pop(call.id, None)

    def apply(self, device: str, happening: Happening, now: float) -> list[CallEvent]:
        """What an event at a monitored device means.

        :param now: seconds on the caller's clock; becomes :attr:`Call.since` of what changes state.
        """
        if happening.kind is Kind.TRANSFERRED:
            return self._transferred(device, happening, now)
        if happening.kind is Kind.CONFERENCED:
            return self._conferenced(device, happening, now)
        known = self._calls.get(device, {}).get(happening.call_id)
        if known is None and (self._clears(happening) or self._is_late(device, happening)):
            return []
        return self._changed(device, known, happening, now)

    def resynchronise(self, device: str, entries: Iterable[SnapshotEntry], now: float) -> list[CallEvent]:
        """Put right what was missed: calls that ended, began or changed are told of once each (§16.1.2)."""
        present = {entry.call_id: entry for entry in entries if entry.state is not NULL}
        told: list[CallEvent] = []
        for call in self.calls(device):
            if call.call_id not in present:
                told.append(self._ended(call, "", now))
        for entry in present.values():
            told += self._found(device, entry, now)
        return told

    # One call

    def _changed(self, device: str, known: Call | None, happening: Happening, now: float) -> list[CallEvent]:
        own = self._is_own(device, happening)
        meaning = MEANINGS[happening.kind]
        call = known or self._new(device, happening, now)
        state = happening.local_state or self._local_state(call, happening, own)
        far = call.far_state if own or meaning.far is None else meaning.far
        if happening.kind is Kind.ESTABLISHED:
            self._note_taker(call, happening, own, state)
            far = ConnectionState.CONNECTED
        after = replace(self._described(call, happening, own), state=state, far_state=far)
        if state is NULL or happening.kind is Kind.CALL_CLEARED:
            return [self._ended(after, happening.cause, now, happening.new_destination)] if known else []
        tells = meaning.tells[0 if own else 1]
        if happening.kind is Kind.ESTABLISHED and state is not ConnectionState.CONNECTED:
            tells = CallUpdated
        return self._stored(known, after, tells, now)

    def _local_state(self, call: Call, happening: Happening, own: bool) -> ConnectionState:
        """The monitored device's state where the event does not say it."""
        if own:
            return MEANINGS[happening.kind].own or call.state
        waiting = call.state in (NULL, ConnectionState.INITIATED)
        answered = happening.kind is Kind.ESTABLISHED and call.direction is Direction.OUTGOING
        if waiting or (answered and call.state is not ConnectionState.HOLD):
            return ConnectionState.CONNECTED
        return call.state

    def _described(self, call: Call, happening: Happening, own: bool) -> Call:
        """The call with what the event says about its parties."""
        called = happening.called or call.called
        other = call.other
        if call.direction is Direction.INCOMING and happening.calling is not None:
            other = happening.calling
        elif call.direction is Direction.OUTGOING and happening.called is not None:
            other = happening.called
        parties = call.parties
        if happening.kind is Kind.CONNECTION_CLEARED and not own and len(parties) > 1:
            parties = tuple(party for party in parties if not self._is_named(party, happening.subject))
            other = parties[0] if parties else other
        elif len(parties) <= 1:
            parties = (other,)
        redirection = happening.last_redirection or call.last_redirection
        return replace(
            call,
            other=other,
            called=called,
            parties=parties,
            last_redirection=redirection,
            cause=happening.cause or call.cause,
        )

    def _stored(self, known: Call | None, after: Call, tells: type[CallEvent], now: float) -> list[CallEvent]:
        moved = known is None or (known.state, known.far_state) != (after.state, after.far_state)
        if not moved:
            if known == after:
                return []
            tells = CallUpdated if tells is not events.CallOriginated else tells
        if moved and (known is None or known.state is not after.state or after.answered is None):
            after = replace(after, since=now)
        talking = after.state is after.far_state is ConnectionState.CONNECTED
        if talking and after.answered is None:
            after = replace(after, answered=now)
        self._calls.setdefault(after.device, {})[after.call_id] = after
        return [tells(after)]

    def _ended(self, call: Call, cause: str, now: float, taker: str | None = None) -> CallEnded:
        self._calls.get(call.device, {}).pop(call.call_id, None)
        noted = self._takers.pop(call.id, None)
        self._over.setdefault(call.device, deque(maxlen=REMEMBERED)).append(call.call_id)
        over = replace(call, state=NULL, far_state=NULL, cause=cause, since=now)
        return CallEnded(over, answered_by=(taker or noted) if call.answered is None else None)

    def _found(self, device: str, entry: SnapshotEntry, now: float) -> list[CallEvent]:
        known = self._calls.get(device, {}).get(entry.call_id)
        if known is None:
            happening = Happening(kind=Kind.CALL_INFORMATION, call_id=entry.call_id, calling=entry.other)
            known_after = replace(self._new(device, happening, now), other=entry.other or UNKNOWN)
            after = replace(known_after, state=entry.state, far_state=entry.far_state, parties=(known_after.other,))
            return self._stored(None, after, FOUND[entry.state], now)
        if (known.state, known.far_state) == (entry.state, entry.far_state):
            return []
        far = entry.far_state if entry.far_state is not NULL else known.far_state
        after = replace(known, state=entry.state, far_state=far)
        back = known.state is ConnectionState.HOLD and entry.state is ConnectionState.CONNECTED
        same = known.state is entry.state
        tells = events.CallRetrieved if back else CallUpdated if same else FOUND[entry.state]
        return self._stored(known, after, tells, now)

    def _new(self, device: str, happening: Happening, now: float) -> Call:
        self._counter += 1
        starts = happening.kind in (Kind.SERVICE_INITIATED, Kind.ORIGINATED, Kind.DIGITS_DIALED, Kind.NETWORK_REACHED)
        outgoing = starts or self._is_named(happening.calling, device)
        return Call(
            id=f"c{self._counter}",
            call_id=happening.call_id,
            device=device,
            state=NULL,
            direction=Direction.OUTGOING if outgoing else Direction.INCOMING,
            consultation_of=self._consulted_for(device, happening) if outgoing else None,
            since=now,
            began=now,
        )

    def _consulted_for(self, device: str, happening: Happening) -> str | None:
        """The call a new one consults for: Held came before it with that cause (§17.1.10), or the new call says so."""
        held = [call for call in self.calls(device) if call.state is ConnectionState.HOLD]
        if happening.cause != CONSULTATION:
            held = [call for call in held if call.cause == CONSULTATION]
        return held[-1].id if held else None

    # Several calls become one

    def _transferred(self, device: str, happening: Happening, now: float) -> list[CallEvent]:
        """The transferring device is out of both calls, the others go on in the resulting one (§17.2.18)."""
        mine = self._involved(device, happening)
        out = self._is_own(device, happening) and happening.local_state in (None, NULL)
        if out or happening.local_state is NULL:
            return [self._ended(call, happening.cause, now) for call in mine]
        return self._merged(device, mine, happening, events.CallTransferred, now)

    def _conferenced(self, device: str, happening: Happening, now: float) -> list[CallEvent]:
        """Everyone is in the resulting call, the conferencing device once instead of twice (§17.2.3)."""
        return self._merged(device, self._involved(device, happening), happening, events.CallConferenced, now)

    def _involved(self, device: str, happening: Happening) -> list[Call]:
        calls = self._calls.get(device, {})
        wanted = dict.fromkeys((*happening.old_call_ids, happening.call_id))
        return [calls[call_id] for call_id in wanted if call_id in calls]

    def _merged(
        self, device: str, mine: list[Call], happening: Happening, tells: type[CallEvent], now: float
    ) -> list[CallEvent]:
        first, *more = mine or [self._new(device, happening, now)]
        told: list[CallEvent] = [self._ended(call, happening.cause, now) for call in more]
        self._calls.get(device, {}).pop(first.call_id, None)
        others = tuple(party for party in happening.parties if not self._is_named(party, device))
        keeps = first.state is not NULL and tells is events.CallTransferred
        state = happening.local_state or (first.state if keeps else ConnectionState.CONNECTED)
        after = replace(
            first,
            call_id=happening.call_id,
            state=state,
            far_state=ConnectionState.CONNECTED if first.far_state is NULL else first.far_state,
            other=others[0] if others else first.other,
            parties=others or first.parties,
            consultation_of=None,
            cause=happening.cause,
            since=first.since if state is first.state else now,
        )
        talking = after.state is after.far_state is ConnectionState.CONNECTED
        after = replace(after, answered=now) if talking and after.answered is None else after
        self._calls.setdefault(device, {})[after.call_id] = after
        return [*told, tells(after)]

    # Who

    def _is_own(self, device: str, happening: Happening) -> bool:
        return happening.subject is not None and self._same_device(happening.subject, device)

    def _is_named(self, party: Party | None, device: str | None) -> bool:
        number = party.number if party is not None else None
        return number is not None and device is not None and self._same_device(number, device)

    def _clears(self, happening: Happening) -> bool:
        return MEANINGS[happening.kind].own is NULL or happening.local_state is NULL

    def _is_late(self, device: str, happening: Happening) -> bool:
        """An event of a call that is over: only one that starts a call may bring its identifier back (§12.3.9)."""
        return happening.call_id in self._over.get(device, ()) and happening.kind not in STARTS

    def _note_taker(self, call: Call, happening: Happening, own: bool, state: ConnectionState) -> None:
        """Another device answered a call that rings here too: it is about to leave."""
        if not own and state is ConnectionState.ALERTING and happening.subject is not None:
            self._takers[call.id] = happening.subject
