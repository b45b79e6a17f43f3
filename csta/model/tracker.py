"""Follows the calls of monitored devices: what the switch says goes in, what listeners are told comes out.

Pure: no clock, no wire, and nothing an event says makes it raise. The moves of a connection stand in
:mod:`csta.model.moves`; here is what belongs to a call over its whole life: its name, its parties, its end.
"""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from csta.errors import LocalProtocolError
from csta.model.call import Call, Direction, call_names
from csta.model.changes import REGROUPED, Tracked, after_event, agrees, as_found, direction_of, taken_by, told
from csta.model.doubts import Doubt, doubt
from csta.model.events import CallEnded, CallEvent, CallUpdated, ModelEvent
from csta.model.happenings import Happening, Regrouping, SnapshotEntry
from csta.model.moves import ENTERING, MOVES, IsHere, Role, answered, direction, role
from csta.model.states import NEEDS, PAIRS, ConnectionState, Service

_S = ConnectionState

CONSULTING = frozenset({"consultation", "transfer", "conference"})
"""Causes of Held and Originated (§17.2.10, §17.2.14) which show that a new call consults for the held one."""

REMEMBERED = 32
"""Identifiers of ended calls kept for each device, to know late events by; a switch does not reuse one at once."""


@dataclass(slots=True)
class _Device:
    """A monitored device.

    :param calls: its calls by the switch's identifier.
    :param over: the switch's identifiers of the calls that ended last.
    :param withheld: by call, the last event that is not believed until a snapshot agrees.
    """

    calls: dict[str, Tracked] = field(default_factory=dict)
    over: deque[str] = field(default_factory=lambda: deque(maxlen=REMEMBERED))
    withheld: dict[str, Happening] = field(default_factory=dict)


class Tracker:
    """The calls of any number of monitored devices.

    A call at two monitored devices is two :class:`~csta.model.call.Call` values, one for each. Events of a call never
    touch another, except that a consultation call forgets the call it consulted for when that one ends.

    :param extension: reduces a device identifier of the switch to what two spellings of one device have in common.
    :param names: names for calls; of its own where left out.
    :ivar doubts: how many events did not fit what was known, by the reason. Whoever feeds the tracker asks for a
        snapshot of the device when :meth:`take_doubtful` names it.
    """

    def __init__(self, extension: Callable[[str], str] = str, names: Iterator[str] | None = None) -> None:
        self._extension = extension
        self._names = names or call_names()
        self._devices: defaultdict[str, _Device] = defaultdict(_Device)
        self._promised: dict[tuple[str, str], str] = {}
        self._begun = 0
        self.doubts: Counter[Doubt] = Counter()
        self._doubtful: dict[str, None] = {}

    def calls(self, device: str) -> tuple[Call, ...]:
        """The calls at a device, oldest first."""
        if device not in self._devices:
            return ()
        known = sorted(self._devices[device].calls.values(), key=lambda tracked: tracked.number)
        return tuple(tracked.call for tracked in known)

    def find(self, device: str, call: str) -> Call | None:
        """The call with this :attr:`~csta.model.call.Call.id` at a device, or None."""
        return next((known for known in self.calls(device) if known.id == call), None)

    def named(self, device: str, call_id: str) -> Call | None:
        """The call that the switch calls so now, at a device, or None."""
        known = self._devices.get(device)
        tracked = known.calls.get(call_id) if known else None
        return tracked.call if tracked else None

    @property
    def busy(self) -> tuple[str, ...]:
        """The devices that have calls."""
        return tuple(device for device, known in self._devices.items() if known.calls)

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
        return self._promised.setdefault((device, call_id), next(self._names))

    def forget(self, device: str) -> None:
        """Drop all calls of a device that is monitored no longer; nobody is told."""
        self._devices.pop(device, None)
        self._forget_promises(device)

    def take_doubtful(self) -> tuple[str, ...]:
        """The devices that a snapshot should be taken of, each given once for its doubts so far."""
        devices, self._doubtful = tuple(self._doubtful), {}
        return devices

    def withholds(self, device: str) -> bool:
        """Whether an event of a device waits for a snapshot."""
        return bool(self._devices[device].withheld) if device in self._devices else False

    def apply(self, device: str, happening: Happening, now: float) -> list[ModelEvent]:
        """Take in one event told to the monitor of ``device``.

        :param now: seconds, on the clock of :attr:`Call.since`.
        :returns: what listeners are told; empty when nothing changed or the call is none of this device's.
        """
        is_here = self._is_here(device)
        events: list[ModelEvent] = []
        if isinstance(happening, Regrouping):
            events += self._regroup(device, happening, now)
        tracked = self._devices[device].calls.get(happening.call_id) or self._follow_diversion(device, happening)
        call = tracked.call if tracked else None
        part = role(happening, call, is_here)
        state = happening.local or MOVES[type(happening)].after(part, call.state if call else _S.NULL)
        if not self._believe(device, happening, part, call, state) or (tracked is None and state is _S.NULL):
            return events + (self._settle(tracked, tracked.call, now) if tracked else [])
        return events + self._take_in(device, tracked, happening, part, state, now)

    def resynchronise(self, device: str, snapshot: Sequence[SnapshotEntry], now: float) -> list[ModelEvent]:
        """Heal what was missed: the snapshot is the truth about the calls at a device.

        Calls that ended meanwhile are told first, then those that changed or began, each exactly once. An event that
        was not believed is taken in now if the snapshot agrees with it.
        """
        present = {entry.call_id: entry for entry in reversed(snapshot) if entry.state is not _S.NULL}
        events: list[ModelEvent] = []
        for tracked in list(self._devices[device].calls.values()):
            if tracked.call.call_id not in present:
                events += self._settle(tracked, replace(tracked.call, state=_S.NULL, cause=""), now)
        withheld, self._devices[device].withheld = self._devices[device].withheld, {}
        for entry in reversed(present.values()):
            if entry.call_id in withheld:
                events += self._reconsider(device, withheld[entry.call_id], entry, now)
            known = self._devices[device].calls.get(entry.call_id)
            tracked = known or self._begin(device, entry.call_id, direction_of(entry, self._is_here(device)), now)
            events += self._settle(tracked, as_found(tracked.call, entry), now)
        self._forget_promises(device)
        return events

    def accept(self, device: str, now: float) -> list[ModelEvent]:
        """Believe the events that waited for a snapshot, when the switch gives none."""
        withheld, self._devices[device].withheld = self._devices[device].withheld, {}
        events: list[ModelEvent] = []
        for happening in withheld.values():
            tracked = self._devices[device].calls.get(happening.call_id)
            part = role(happening, tracked.call if tracked else None, self._is_here(device))
            state = happening.local or MOVES[type(happening)].after(part, tracked.call.state if tracked else _S.NULL)
            events += self._take_in(device, tracked, happening, part, state, now)
        return events

    def _existing(self, device: str, call: str) -> Call:
        known = self.find(device, call)
        if known is None:
            raise LocalProtocolError(f"there is no call {call} at device {device}")
        return known

    def _is_here(self, device: str) -> IsHere:
        own = self._extension(device)
        return lambda number: number is not None and self._extension(number) == own

    def _believe(
        self, device: str, happening: Happening, part: Role, call: Call | None, state: ConnectionState
    ) -> bool:
        """Note what is wrong with an event; False for one that waits for a snapshot or comes too late."""
        known = self._devices[device]
        if call is None and happening.call_id in known.over:
            if state is _S.NULL or (part is not Role.SUBJECT and happening.local is None):
                return False  # call-type monitors go on telling what the others do (§6.6.2.3)
            found: Doubt | None = Doubt.LATE
        else:
            found = doubt(happening, part, call, state)
        if found is None:
            return True
        self.doubts[found] += 1
        self._doubtful[device] = None
        if found is not Doubt.LATE:
            return True
        if call is not None or (part is Role.SUBJECT and isinstance(happening, ENTERING)):
            known.withheld[happening.call_id] = happening
        return False

    def _take_in(
        self,
        device: str,
        tracked: Tracked | None,
        happening: Happening,
        part: Role,
        state: ConnectionState,
        now: float,
    ) -> list[ModelEvent]:
        """Let an event that is believed change its call."""
        is_here = self._is_here(device)
        if tracked is None:
            tracked = self._begin(device, happening.call_id, direction(happening, part, is_here), now)
            self._link_consultation(tracked, happening.cause)
        after = after_event(tracked, happening, part, state, is_here)
        event = REGROUPED.get(type(happening)) if state is not _S.NULL else None
        return self._settle(tracked, after, now, happening, event)

    def _reconsider(self, device: str, happening: Happening, entry: SnapshotEntry, now: float) -> list[ModelEvent]:
        """Take in an event that was not believed, now that there is a snapshot, if that agrees."""
        tracked = self._devices[device].calls.get(happening.call_id)
        part = role(happening, tracked.call if tracked else None, self._is_here(device))
        if not agrees(happening, part, entry):
            return []
        return self._take_in(device, tracked, happening, part, entry.state, now)

    def _follow_diversion(self, device: str, happening: Happening) -> Tracked | None:
        """The call that a call of unknown name goes on with: one made here, just diverted to the event's subject.

        Whether a diversion changes the call identifier is the switch's business (§12.3.9 does not say).
        """
        calls = self._devices[device].calls
        to = happening.subject.number
        if happening.calling is None or to is None or not self._is_here(device)(happening.calling.number):
            return None
        diverted = next((tracked for tracked in calls.values() if tracked.diverted_to == to), None)
        if diverted is not None:
            self._rename(self._devices[device], diverted, happening.call_id)
        return diverted

    @staticmethod
    def _rename(known: _Device, tracked: Tracked, call_id: str) -> None:
        """The switch calls a call by a new identifier; events that still have the old one come late."""
        old = tracked.call.call_id
        if old == call_id:
            return
        del known.calls[old]
        known.over.append(old)
        tracked.told = tracked.told or tracked.call
        tracked.call = replace(tracked.call, call_id=call_id)
        known.calls[call_id] = tracked

    def _forget_promises(self, device: str) -> None:
        self._promised = {key: name for key, name in self._promised.items() if key[0] != device}

    def _begin(self, device: str, call_id: str, way: Direction, now: float) -> Tracked:
        """A call not seen before, still without a connection."""
        self._begun += 1
        name = self._promised.pop((device, call_id), None) or next(self._names)
        call = Call(name, call_id, device, _S.NULL, way, since=now, began=now)
        tracked = self._devices[device].calls[call_id] = Tracked(self._begun, call)
        return tracked

    def _link_consultation(self, tracked: Tracked, cause: str) -> None:
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
        first.told, first.call = first.call, replace(first.call, parties=parties)
        self._rename(self._devices[device], first, happening.call_id)

    def _settle(
        self,
        tracked: Tracked,
        after: Call,
        now: float,
        happening: Happening | None = None,
        event: type[CallEvent] | None = None,
    ) -> list[ModelEvent]:
        """Make ``after`` the call and give what is to be told; ``event`` when it is not what the change itself says."""
        before = tracked.call
        meets = before.answered is None and answered(after.state, after.far_state, after.direction)
        after = replace(after, answered=now if meets else before.answered)
        known, tracked.told = tracked.told or before, None
        if replace(after, cause=known.cause) == known:
            tracked.call = known
            return []
        if after.state is not before.state or meets:
            after = replace(after, since=now)
        tracked.call = after
        if after.state is _S.NULL:
            return [CallEnded(after, taken_by(tracked, before, happening)), *self._remove(after)]
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
