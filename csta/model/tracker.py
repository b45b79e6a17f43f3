"""Follows the calls of monitored devices: what the switch says goes in, what listeners are told comes out.

Pure: no clock, no wire, and nothing an event says makes it raise. The moves of a connection stand in
:mod:`csta.model.moves`; here is what belongs to a call over its whole life: its name, its parties, its end.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from csta.errors import LocalProtocolError
from csta.model.call import Call, Direction, Party
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
    ModelEvent,
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
from csta.model.moves import (
    ENTERING,
    MOVES,
    WAITING,
    IsHere,
    Role,
    answered,
    concerns_rival,
    direction,
    far_state,
    role,
)
from csta.model.parties import first_of, learn, other_end, regrouped_parties, still_there
from csta.model.states import NEEDS, PAIRS, ConnectionState, Service

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

CONSULTING = frozenset({"consultation", "transfer", "conference"})
"""Causes of Held and Originated (§17.2.10, §17.2.14) which show that a new call consults for the held one."""

REMEMBERED = 32
"""Identifiers of ended calls kept for each device, to know late events by; a switch does not reuse one at once."""


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


@dataclass(slots=True)
class _Tracked:
    """A call and what only the tracker needs to know of it.

    :param number: counts up over the calls of the tracker, so that sorting gives the oldest first.
    :param regrouped: a transfer or conference has named the far parties.
    :param taken_by: device that answered while the call still waited here.
    """

    number: int
    call: Call
    regrouped: bool = False
    taken_by: str | None = None


@dataclass(slots=True)
class _Device:
    """A monitored device.

    :param calls: its calls by the switch's identifier.
    :param over: the switch's identifiers of the calls that ended last.
    """

    calls: dict[str, _Tracked] = field(default_factory=dict)
    over: deque[str] = field(default_factory=lambda: deque(maxlen=REMEMBERED))


class Tracker:
    """The calls of any number of monitored devices.

    A call at two monitored devices is two :class:`~csta.model.call.Call` values, one for each. Events of a call never
    touch another, except that a consultation call forgets the call it consulted for when that one ends.

    :param extension: reduces a device identifier of the switch to what two spellings of one device have in common.
    """

    def __init__(self, extension: Callable[[str], str] = str) -> None:
        self._extension = extension
        self._devices: defaultdict[str, _Device] = defaultdict(_Device)
        self._promised: dict[tuple[str, str], int] = {}
        self._last = 0

    def calls(self, device: str) -> tuple[Call, ...]:
        """The calls at a device, oldest first."""
        if device not in self._devices:
            return ()
        known = sorted(self._devices[device].calls.values(), key=lambda tracked: tracked.number)
        return tuple(tracked.call for tracked in known)

    def find(self, device: str, call: str) -> Call | None:
        """The call with this :attr:`~csta.model.call.Call.id` at a device, or None."""
        return next((known for known in self.calls(device) if known.id == call), None)

    def require(self, device: str, call: str, service: Service) -> Call:
        """The call a service is asked for.

        :raises LocalProtocolError: there is no such call, or its state does not allow the service.
        """
        known = self._existing(device, call)
        _allow(known, NEEDS[service], service)
        return known

    def require_pair(self, device: str, held: str, active: str, service: Service) -> tuple[Call, Call]:
        """The held and the active call a service on two calls is asked for.

        :raises LocalProtocolError: there is no such call, or its state does not allow the service.
        """
        calls = self._existing(device, held), self._existing(device, active)
        for known, states in zip(calls, PAIRS[service], strict=True):
            _allow(known, states, service)
        return calls

    def identify(self, device: str, call_id: str) -> str:
        """The :attr:`~csta.model.call.Call.id` that belongs to the switch's identifier of a call.

        The answer to Make Call and the first event of the call come in either order; asked before the event, this
        settles the name the call will have.
        """
        tracked = self._devices[device].calls.get(call_id)
        if tracked is not None:
            return tracked.call.id
        number = self._promised.get((device, call_id)) or self._next()
        self._promised[device, call_id] = number
        return _name(number)

    def forget(self, device: str) -> None:
        """Drop all calls of a device that is monitored no longer; nobody is told."""
        self._devices.pop(device, None)
        self._forget_promises(device)

    def apply(self, device: str, happening: Happening, now: float) -> list[ModelEvent]:
        """Take in one event told to the monitor of ``device``.

        :param now: seconds, on the clock of :attr:`Call.since`.
        :returns: what listeners are told; empty when nothing changed or the call is none of this device's.
        """
        is_here = self._is_here(device)
        events: list[ModelEvent] = []
        if isinstance(happening, Regrouping):
            events += self._regroup(device, happening, now)
        tracked = self._devices[device].calls.get(happening.call_id)
        part = role(happening, tracked.call if tracked else None, is_here)
        state = happening.local
        if state is None:
            state = MOVES[type(happening)].after(part, tracked.call.state if tracked else _S.NULL)
        if tracked is None:
            if state is _S.NULL or self._is_late(device, happening, part):
                return events
            tracked = self._begin(device, happening.call_id, direction(happening, part, is_here), now)
            self._link_consultation(tracked, happening.cause)
        after = _after(tracked, happening, part, state, is_here)
        event = REGROUPED.get(type(happening)) if state is not _S.NULL else None
        return events + self._settle(tracked, after, now, happening, event)

    def resynchronise(self, device: str, snapshot: Sequence[SnapshotEntry], now: float) -> list[ModelEvent]:
        """Heal what was missed: the snapshot is the truth about the calls at a device.

        Calls that ended meanwhile are told first, then those that changed or began, each exactly once.
        """
        present = {entry.call_id: entry for entry in reversed(snapshot) if entry.state is not _S.NULL}
        events: list[ModelEvent] = []
        for tracked in list(self._devices[device].calls.values()):
            if tracked.call.call_id not in present:
                events += self._settle(tracked, replace(tracked.call, state=_S.NULL, cause=""), now)
        for entry in reversed(present.values()):
            known = self._devices[device].calls.get(entry.call_id)
            tracked = known or self._begin(device, entry.call_id, _direction_of(entry, self._is_here(device)), now)
            events += self._settle(tracked, _as_found(tracked.call, entry), now)
        self._forget_promises(device)
        return events

    def _existing(self, device: str, call: str) -> Call:
        known = self.find(device, call)
        if known is None:
            raise LocalProtocolError(f"there is no call {call} at device {device}")
        return known

    def _is_here(self, device: str) -> IsHere:
        own = self._extension(device)
        return lambda number: number is not None and self._extension(number) == own

    def _is_late(self, device: str, happening: Happening, part: Role) -> bool:
        """Whether an event belongs to a call that is over here; the device may enter it anew (recall, pickup)."""
        enters = part is Role.SUBJECT and isinstance(happening, ENTERING)
        return happening.call_id in self._devices[device].over and not enters

    def _next(self) -> int:
        self._last += 1
        return self._last

    def _forget_promises(self, device: str) -> None:
        self._promised = {key: number for key, number in self._promised.items() if key[0] != device}

    def _begin(self, device: str, call_id: str, way: Direction, now: float) -> _Tracked:
        """A call not seen before, still without a connection."""
        number = self._promised.pop((device, call_id), None) or self._next()
        call = Call(_name(number), call_id, device, _S.NULL, way, since=now, began=now)
        tracked = self._devices[device].calls[call_id] = _Tracked(number, call)
        return tracked

    def _link_consultation(self, tracked: _Tracked, cause: str) -> None:
        """Tie a call the device makes to the call it put on hold for it (§17.1.10)."""
        if tracked.call.direction is not Direction.OUTGOING:
            return
        held = [call for call in self.calls(tracked.call.device) if call.state is _S.HOLD]
        latest = max(held, key=lambda call: call.since, default=None)
        if latest is not None and CONSULTING & {cause, latest.cause}:
            tracked.call = replace(tracked.call, consultation_of=latest.id)

    def _regroup(self, device: str, happening: Regrouping, now: float) -> Iterator[ModelEvent]:
        """Bring the call to its new identifier; of two calls that become one the primary goes on."""
        calls = self._devices[device].calls
        identifiers = dict.fromkeys((*happening.old_calls, happening.call_id))
        joined = [calls[identifier] for identifier in identifiers if identifier in calls]
        if not joined:
            return
        first, *absorbed = joined
        parties = first.call.parties
        for tracked in absorbed:
            parties += tuple(party for party in tracked.call.parties if party not in parties)
            yield from self._settle(tracked, replace(tracked.call, state=_S.NULL, cause=happening.cause), now)
        del calls[first.call.call_id]
        first.call = replace(first.call, parties=parties)
        calls[happening.call_id] = first

    def _settle(
        self,
        tracked: _Tracked,
        after: Call,
        now: float,
        happening: Happening | None = None,
        event: type[CallEvent] | None = None,
    ) -> list[ModelEvent]:
        """Make ``after`` the call and give what is to be told; ``event`` when it is not what the change itself says."""
        before = tracked.call
        meets = before.answered is None and answered(after.state, after.far_state, after.direction)
        after = replace(after, answered=now if meets else before.answered)
        if replace(after, cause=before.cause) == before:
            return []
        if after.state is not before.state or meets:
            after = replace(after, since=now)
        tracked.call = after
        if after.state is _S.NULL:
            return [CallEnded(after, _taken_by(tracked, before, happening)), *self._remove(after)]
        return [(event or told(before, after))(after)]

    def _remove(self, ended: Call) -> Iterator[ModelEvent]:
        """Drop a call; one that consulted for it stands alone now."""
        device = self._devices[ended.device]
        del device.calls[ended.call_id]
        device.over.append(ended.call_id)
        for tracked in device.calls.values():
            if tracked.call.consultation_of == ended.id:
                tracked.call = replace(tracked.call, consultation_of=None)
                yield CallUpdated(tracked.call)


def _allow(call: Call, states: frozenset[ConnectionState], service: Service) -> None:
    if call.state not in states:
        needed = ", ".join(sorted(states))
        raise LocalProtocolError(f"{service} needs a connection that is {needed}; call {call.id} is {call.state}")


def _name(number: int) -> str:
    return f"c{number}"


def _after(tracked: _Tracked, happening: Happening, part: Role, state: ConnectionState, is_here: IsHere) -> Call:
    """The call after an event."""
    call = tracked.call
    if isinstance(happening, Established) and concerns_rival(happening, part, call):
        tracked.taken_by = happening.subject.number
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


def _taken_by(tracked: _Tracked, before: Call, happening: Happening | None) -> str | None:
    """Device that took a call which left this one unanswered."""
    if before.answered is not None or before.direction is Direction.OUTGOING:
        return None
    return happening.new_destination.number if isinstance(happening, Diverted) else tracked.taken_by


def _direction_of(entry: SnapshotEntry, is_here: IsHere) -> Direction:
    """Who made a call found by a snapshot: the calling device if given, else what the states give away (Table 6-5)."""
    if entry.calling is not None and entry.calling.number is not None:
        return Direction.OUTGOING if is_here(entry.calling.number) else Direction.INCOMING
    both_meet = answered(entry.state, entry.far_state, Direction.OUTGOING)
    return Direction.INCOMING if both_meet or entry.state in WAITING else Direction.OUTGOING


def _as_found(call: Call, entry: SnapshotEntry) -> Call:
    """The call as the snapshot shows it; of parties known already it can only tell more (the far end may be a line)."""
    said = entry.calling if call.direction is Direction.INCOMING else entry.called
    other = call.other if call.other.number is not None else learn(learn(call.other, entry.other), said)
    parties: tuple[Party, ...] = entry.parties
    if len(parties) <= 1 or call.state is not _S.NULL:
        parties = call.parties if len(call.parties) > 1 else (other,)
    return replace(
        call,
        state=entry.state,
        far_state=call.far_state if entry.far_state is _S.NULL else entry.far_state,
        other=first_of(other, parties),
        parties=parties,
        called=learn(call.called, entry.called) if call.state is _S.NULL else call.called,
        cause=call.cause if entry.state is call.state else "",
    )
