"""The calls of one device on a line: messages of TAPI in, happenings for the tracker out.

Pure. A conference is several handles in TAPI, one for itself and one for each far party, and one connection in CSTA.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from csta.model.call import Party
from csta.model.happenings import (
    CallInformation,
    Conferenced,
    ConnectionCleared,
    Happening,
    Held,
    Retrieved,
    SnapshotEntry,
    Transferred,
)
from csta.model.states import ConnectionState
from tapi_adapter.constants import LINECALLREASON, LINECALLSTATE
from tapi_adapter.descriptions import CallInfo
from tapi_adapter.legs import Leaving, Leg
from tapi_adapter.model import row

_S = ConnectionState
_T = LINECALLSTATE

OVER = frozenset({_T.DISCONNECTED, _T.IDLE})
"""States in which a party is no longer in a conference."""

MEMBERS = 2
"""A conference of fewer far parties is none."""


@dataclass(slots=True)
class Conference:
    """Several far parties in one call.

    :param handle: of the conference itself, 0 when the driver does not tell.
    :param call_id: what the whole is called towards the tracker, empty until it has been told.
    :param members: handles of the far parties' legs that have been told.
    """

    handle: int
    call_id: str = ""
    local: ConnectionState = _S.CONNECTED
    joining: dict[int, Leg] = field(default_factory=dict)
    members: dict[int, Leg] = field(default_factory=dict)


class LineCalls:
    """The calls of a device.

    :param device: its number.
    """

    def __init__(self, device: str) -> None:
        self.device = device
        self._own = Party(device)
        self._legs: dict[int, Leg] = {}
        self._conferences: dict[int, Conference] = {}
        self._names: set[str] = set()
        self._last = 0

    @property
    def handles(self) -> tuple[int, ...]:
        """All handles, oldest first."""
        return tuple(self._legs)

    def leg(self, handle: int) -> Leg | None:
        """The leg of a handle."""
        return self._legs.get(handle)

    def control(self, call_id: str) -> Leg | None:
        """The leg to act on for a call: of a conference its own."""
        conference = next((each for each in self._conferences.values() if each.call_id == call_id), None)
        if conference is not None:
            return self._legs.get(conference.handle) or next(iter(conference.members.values()), None)
        return next((leg for leg in self._legs.values() if leg.call_id == call_id), None)

    def members(self, call_id: str) -> tuple[Leg, ...]:
        """The legs of the far parties of a conference."""
        return next(
            (tuple(each.members.values()) for each in self._conferences.values() if each.call_id == call_id), ()
        )

    def begin(self, handle: int, info: CallInfo) -> Leg:
        """A handle is new; nothing is told before its first state."""
        self._last += 1
        leg = Leg(handle, self._last, self._own, self._name(info.call_id), info)
        self._legs[handle] = leg
        return leg

    def change(self, handle: int, state: int, mode: int) -> list[Happening]:
        """A handle goes to a state."""
        leg = self._legs.get(handle)
        if leg is None:
            return []
        if state == _T.CONFERENCED:
            return self._join(leg, mode)
        if leg.is_conference or handle in self._conferences:
            return self._conference_changed(leg, state)
        conference = self._conference_of(leg)
        if conference is not None:
            return self._member_changed(conference, leg, state, mode)
        found = row(state, mode)
        return [] if found is None else leg.take(found, state, mode)

    def inform(self, handle: int, info: CallInfo) -> list[Happening]:
        """More is known of a call."""
        leg = self._legs.get(handle)
        if leg is None:
            return []
        before, old = leg.far, leg.info
        leg.moved = leg.moved or (leg.answered and _moved(old, info))
        leg.info = info
        if leg.local is _S.NULL or leg.is_conference or self._conference_of(leg) is not None:
            return []
        if leg.moved and leg.far.number != before.number:
            return [self._transferred(leg, before, info.call_id != old.call_id)]
        return [leg.happening(CallInformation, leg.own, leg.local, leg.reason)]

    def forget(self, handle: int) -> None:
        """A handle has been given back."""
        self._legs.pop(handle, None)
        for conference in tuple(self._conferences.values()):
            conference.members.pop(handle, None)
            conference.joining.pop(handle, None)
            if not (conference.members or conference.joining or conference.handle in self._legs):
                self._end(conference)

    def leave(self, legs: Iterable[Leg], leaving: Leaving | None) -> None:
        """We are about to do something that ends these, or it failed (None)."""
        for leg in legs:
            leg.leaving = leaving

    def transfer(self, held: Leg, active: Leg) -> Leaving:
        """Both calls end because we join their far ends."""

        def tell(leg: Leg) -> Happening:
            held.local = active.local = _S.NULL
            return Transferred(
                call_id=held.call_id,
                subject=self._own,
                local=_S.NULL,
                cause="transfer",
                old_calls=(held.call_id, active.call_id),
                added=active.far,
                parties=(held.far, active.far),
            )

        return Leaving(tell)

    def pass_on(self, to: str) -> Leaving:
        """A call ends because we send its far end to a number."""

        def tell(leg: Leg) -> Happening:
            leg.local = _S.NULL
            return Transferred(
                call_id=leg.call_id,
                subject=self._own,
                local=_S.NULL,
                cause="singleStepTransfer",
                old_calls=(leg.call_id,),
                added=Party(to),
                parties=(leg.far, Party(to)),
            )

        return Leaving(tell)

    @staticmethod
    def divert(to: str, cause: str) -> Leaving:
        """A call ends because we send it to a number: redirected or parked."""
        return Leaving(lambda leg: leg.diverted(Party(to), cause))

    def entries(self) -> list[SnapshotEntry]:
        """What a snapshot of the device shows, newest first."""
        grouped = {handle for each in self._conferences.values() for handle in each.members if each.call_id}
        alone = [leg for leg in self._legs.values() if leg.handle not in grouped and not self._is_parent(leg)]
        found = [(leg.number, leg.entry()) for leg in alone]
        found += [(self._number(each), self._entry(each)) for each in self._conferences.values() if each.members]
        return [entry for _, entry in sorted(found, key=lambda each: each[0], reverse=True)]

    # Names

    def _name(self, call_id: int) -> str:
        """A name for a call: the switch's where it has one that no other call has had, else our own."""
        name = f"{call_id:x}" if call_id else f"own-{self._last}"
        if name in self._names:
            name = f"{name}-{self._last}"
        self._names.add(name)
        return name

    # Parties that move

    def _transferred(self, leg: Leg, before: Party, renamed: bool) -> Happening:
        old = leg.call_id
        if renamed and leg.info.call_id:
            self._last += 1
            leg.call_id = self._name(leg.info.call_id)
        return Transferred(
            call_id=leg.call_id,
            subject=before,
            local=leg.local,
            cause="transfer",
            old_calls=(old,),
            added=leg.far,
            parties=(leg.own, leg.far),
        )

    # Conferences

    def _is_parent(self, leg: Leg) -> bool:
        return leg.is_conference or leg.handle in self._conferences

    def _conference_of(self, leg: Leg) -> Conference | None:
        return next((each for each in self._conferences.values() if leg.handle in each.members), None)

    def _join(self, leg: Leg, handle: int) -> list[Happening]:
        """A far party is in a conference, which is told when there are enough of them."""
        conference = self._conferences.setdefault(handle, Conference(handle))
        if leg.handle in conference.members or leg.handle == handle:
            return []
        leg.direct(_T.CONNECTED)
        leg.state, leg.mode = _T.CONFERENCED, handle
        conference.joining[leg.handle] = leg
        if len(conference.members) + len(conference.joining) < MEMBERS:
            return []
        return [self._conferenced(conference)]

    def _conferenced(self, conference: Conference) -> Happening:
        joining = sorted(conference.joining.values(), key=lambda leg: leg.number)
        parent = self._legs.get(conference.handle)
        own = [parent.call_id] if parent is not None and parent.local is not _S.NULL else []
        old = [*([conference.call_id] if conference.call_id else []), *(leg.call_id for leg in joining), *own]
        conference.call_id = conference.call_id or old[0]
        conference.members.update((leg.handle, leg) for leg in joining)
        conference.joining.clear()
        for leg in joining:
            leg.local, leg.far_state, leg.answered = _S.CONNECTED, _S.CONNECTED, True
        conference.local = _S.CONNECTED
        fars = tuple(leg.far for leg in conference.members.values())
        return Conferenced(
            call_id=conference.call_id,
            subject=self._own,
            local=_S.CONNECTED,
            cause="conference",
            old_calls=tuple(old),
            added=joining[-1].far,
            parties=(self._own, *fars),
        )

    def _conference_changed(self, parent: Leg, state: int) -> list[Happening]:
        """The conference itself is put on hold, taken back, or over for this device."""
        parent.state = state
        conference = self._conferences.get(parent.handle)
        if conference is None or not conference.call_id:
            return []
        found = row(state, 0)
        local = found.local if found is not None else None
        if state == _T.IDLE:
            return self._conference_over(conference)
        if local is _S.HOLD and conference.local is not _S.HOLD:
            return [self._of(conference, Held, self._own, _S.HOLD)]
        if local is _S.CONNECTED and conference.local is _S.HOLD:
            return [self._of(conference, Retrieved, self._own, _S.CONNECTED)]
        return []

    def _conference_over(self, conference: Conference) -> list[Happening]:
        """Where one far party is left the call may go on with it: its own state will tell."""
        if len(conference.members) < MEMBERS:
            return []
        return self._close(conference, "normalClearing")

    def _member_changed(self, conference: Conference, leg: Leg, state: int, mode: int) -> list[Happening]:
        """A far party leaves the conference: it hangs up, or it is all that is left of it."""
        if state in OVER:
            del conference.members[leg.handle]
            leg.state, leg.mode, leg.local = state, mode, _S.NULL
            if conference.members:
                return [self._of(conference, ConnectionCleared, leg.far, conference.local)]
            return self._close(conference, "normalClearing")
        found = row(state, mode)
        if found is None:
            return []
        del conference.members[leg.handle]
        told: list[Happening] = []
        if conference.members:
            told.append(self._of(conference, ConnectionCleared, leg.far, conference.local))
            leg.local, leg.answered, leg.call_id = _S.NULL, False, self._name(0)
        else:
            leg.local, leg.call_id = conference.local, conference.call_id
            self._end(conference)
        return told + leg.take(found, state, mode)

    def _close(self, conference: Conference, cause: str) -> list[Happening]:
        told = ConnectionCleared(call_id=conference.call_id, subject=self._own, local=_S.NULL, cause=cause)
        for leg in conference.members.values():
            leg.local = _S.NULL
        self._end(conference)
        return [told]

    def _end(self, conference: Conference) -> None:
        del self._conferences[conference.handle]

    @staticmethod
    def _of(conference: Conference, kind: type[Happening], subject: Party, local: ConnectionState) -> Happening:
        conference.local = local
        return kind(call_id=conference.call_id, subject=subject, local=local, cause="normal")

    @staticmethod
    def _number(conference: Conference) -> int:
        return min(leg.number for leg in conference.members.values())

    @staticmethod
    def _entry(conference: Conference) -> SnapshotEntry:
        first, *_ = conference.members.values()
        return replace(
            first.entry(),
            call_id=conference.call_id,
            state=conference.local,
            parties=tuple(leg.far for leg in conference.members.values()),
        )


def _moved(before: CallInfo, after: CallInfo) -> bool:
    """Whether the far end of a call was put through to somebody else: the switch names it anew, or says so."""
    renamed = 0 != before.call_id != after.call_id != 0
    return renamed or (after.reason == LINECALLREASON.TRANSFER != before.reason)
