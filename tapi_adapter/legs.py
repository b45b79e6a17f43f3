"""One call handle of TAPI as one connection of CSTA: a call state in, what is to be told of it out.

A driver may leave out states, repeat them and give them in odd order, so what is told follows from what was told
before: nothing is told twice, and what must have been is told first.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from csta.model.call import UNKNOWN, Direction, Party
from csta.model.happenings import (
    ConnectionCleared,
    Delivered,
    Diverted,
    Established,
    Failed,
    Happening,
    Held,
    NetworkReached,
    Originated,
    Queued,
    Retrieved,
    ServiceInitiated,
    SnapshotEntry,
)
from csta.model.states import ConnectionState
from tapi_adapter.constants import LINECALLORIGIN, LINECALLSTATE
from tapi_adapter.descriptions import CallInfo
from tapi_adapter.model import DISCONNECTS, MAY_COME, REASONS, TAKEN_AWAY, WAITS_HERE, Row, Tells, party

_S = ConnectionState
_T = LINECALLSTATE

DIRECTIONS: dict[int, Direction] = {
    **dict.fromkeys((_T.OFFERING, _T.ACCEPTED), Direction.INCOMING),
    **dict.fromkeys((_T.DIALTONE, _T.DIALING, _T.PROCEEDING, _T.RINGBACK, _T.BUSY, _T.SPECIALINFO), Direction.OUTGOING),
}
"""States that only calls of one direction are in at first."""

COMES_IN = LINECALLORIGIN.INTERNAL | LINECALLORIGIN.EXTERNAL | LINECALLORIGIN.INBOUND
_INSIDE = LINECALLORIGIN.INTERNAL


@dataclass(frozen=True, slots=True)
class Leaving:
    """What we ourselves are about to do to a call, which its end has to be explained by.

    :param tell: makes of the leg that ends what is told.
    """

    tell: Callable[[Leg], Happening]


@dataclass(slots=True)
class Leg:
    """One call at one device.

    :param number: counts up, so that sorting gives the oldest first.
    :param own: the device.
    :param call_id: what the call is called towards the tracker.
    :param state: ``LINECALLSTATE`` last heard, 0 before the first.
    :param privilege: ``LINECALLPRIVILEGE`` of this application.
    :param dialled: the number we had it called.
    :param purpose: event cause of a call we made, empty for the usual one.
    :param local: own connection state as told.
    :param far_state: far connection state as told.
    :param answered: the far end has been connected.
    :param originated: that it was dialled has been told.
    :param moved: the far end is another one since it was answered.
    :param leaving: what we are doing to it.
    """

    handle: int
    number: int
    own: Party
    call_id: str
    info: CallInfo
    privilege: int = 0
    dialled: str = ""
    purpose: str = ""
    state: int = 0
    mode: int = 0
    direction: Direction | None = None
    local: ConnectionState = _S.NULL
    far_state: ConnectionState = _S.NULL
    answered: bool = False
    originated: bool = False
    moved: bool = False
    leaving: Leaving | None = field(default=None, repr=False)

    @property
    def is_conference(self) -> bool:
        """Whether it stands for a conference, not for a party."""
        return bool(self.info.origin & LINECALLORIGIN.CONFERENCE)

    @property
    def outgoing(self) -> bool:
        """Whether the device made the call."""
        return self.direction is Direction.OUTGOING

    @property
    def caller_may_come(self) -> bool:
        """Whether the number of the caller is still to come."""
        return not self.info.caller.flags & MAY_COME

    @property
    def calling(self) -> Party:
        """Calling device."""
        return self.own if self.outgoing else party(self.info.caller)

    @property
    def called(self) -> Party:
        """Called device."""
        said = party(self.info.called)
        if said.number is not None:
            return said
        if self.outgoing:
            return replace(UNKNOWN, number=self.dialled) if self.dialled else said
        return self.own

    @property
    def far(self) -> Party:
        """The far party. Of an incoming call the connected party may be this device, so it counts after a move only."""
        connected = party(self.info.connected)
        usable = connected.number is not None and connected.number != self.own.number
        if usable and (self.outgoing or self.moved):
            return connected
        return self.called if self.outgoing else self.calling

    def direct(self, state: int) -> None:
        """Find out who made the call, by the first state that says so, else by what is said of its origin."""
        if self.direction is None:
            self.direction = DIRECTIONS.get(state) or self._said_direction()

    def take(self, row: Row, state: int, mode: int) -> list[Happening]:
        """Go to a state; gives what is to be told of it."""
        self.direct(state)
        told = [happening for tells in row.tells if (happening := TELLERS[tells](self, row, mode)) is not None]
        if row.local is not None:
            waits = row.local is _S.HOLD and self.local is _S.QUEUED
            self.local = self.local if waits else row.local
        self.far_state = row.far if row.far is not None else self.far_state
        self.answered = self.answered or (state == _T.CONNECTED and row.local is _S.CONNECTED)
        self.state, self.mode = state, mode
        return told

    def happening(self, kind: type[Happening], subject: Party, local: ConnectionState, cause: str) -> Happening:
        """An event of this call; notes the local state that it tells."""
        self.local = local
        return kind(**self._particulars(subject, local, cause))

    def diverted(self, to: Party, cause: str) -> Happening:
        """The call leaves the device for another."""
        self.local = _S.NULL
        return Diverted(**self._particulars(self.own, _S.NULL, cause), new_destination=to)

    def entry(self) -> SnapshotEntry:
        """The call as a snapshot shows it."""
        return SnapshotEntry(
            call_id=self.call_id,
            state=self.local,
            far_state=self.far_state,
            other=self.far,
            calling=self.calling,
            called=self.called,
        )

    @property
    def reason(self) -> str:
        """Event cause of its beginning."""
        return self.purpose or REASONS.get(self.info.reason, "")

    def _particulars(self, subject: Party, local: ConnectionState, cause: str) -> dict[str, Any]:
        redirecting = party(self.info.redirecting)
        return {
            "call_id": self.call_id,
            "subject": subject,
            "local": local,
            "cause": cause,
            "calling": self.calling,
            "called": self.called,
            "last_redirection": redirecting if redirecting.number is not None else None,
        }

    def _said_direction(self) -> Direction:
        if self.info.origin & LINECALLORIGIN.OUTBOUND:
            return Direction.OUTGOING
        if self.info.origin & COMES_IN:
            return Direction.INCOMING
        calls = party(self.info.caller).number == self.own.number or self.dialled
        return Direction.OUTGOING if calls else Direction.INCOMING


Teller = Callable[[Leg, Row, int], Happening | None]


def _rings_here(leg: Leg, row: Row, mode: int) -> Happening | None:
    if leg.local is _S.ALERTING:
        return None
    return leg.happening(Delivered, leg.own, _S.ALERTING, leg.reason)


def _initiated(leg: Leg, row: Row, mode: int) -> Happening | None:
    if leg.local is not _S.NULL:
        return None
    return leg.happening(ServiceInitiated, leg.own, _S.INITIATED, leg.reason)


def _originated(leg: Leg, row: Row, mode: int) -> Happening | None:
    if not leg.outgoing or leg.originated:
        return None
    leg.originated = True
    if leg.local not in (_S.NULL, _S.INITIATED):
        return None
    return leg.happening(Originated, leg.own, _S.CONNECTED, leg.reason)


def _network_reached(leg: Leg, row: Row, mode: int) -> Happening | None:
    outside = leg.info.origin & LINECALLORIGIN.EXTERNAL and not leg.info.origin & _INSIDE
    return leg.happening(NetworkReached, UNKNOWN, _S.CONNECTED, leg.reason) if outside else None


def _rings_there(leg: Leg, row: Row, mode: int) -> Happening | None:
    if leg.state == _T.RINGBACK:
        return None
    return leg.happening(Delivered, leg.far, _S.CONNECTED, leg.reason)


def _failed(leg: Leg, row: Row, mode: int) -> Happening | None:
    return None if leg.local is _S.FAIL else leg.happening(Failed, leg.own, _S.FAIL, row.cause)


def _talks(leg: Leg, row: Row, mode: int) -> Happening | None:
    """Connected: taken back from hold, by either end, or for the first time."""
    if leg.local is _S.HOLD:
        return leg.happening(Retrieved, leg.own, _S.CONNECTED, "normal")
    if leg.far_state is _S.HOLD and leg.answered:
        return None if row.far is _S.HOLD else leg.happening(Retrieved, leg.far, _S.CONNECTED, "normal")
    if leg.answered and leg.local is _S.CONNECTED:
        return None
    return leg.happening(Established, leg.far if leg.outgoing else leg.own, _S.CONNECTED, leg.reason)


def _elsewhere(leg: Leg, row: Row, mode: int) -> Happening | None:
    return None if leg.local is _S.NULL else leg.diverted(leg.own, row.cause)


def _held_there(leg: Leg, row: Row, mode: int) -> Happening | None:
    if leg.far_state is _S.HOLD:
        return None
    return leg.happening(Held, leg.far, _S.CONNECTED, "normal")


def _held(leg: Leg, row: Row, mode: int) -> Happening | None:
    if leg.local in (_S.HOLD, _S.QUEUED):
        return None
    return leg.happening(Held, leg.own, _S.HOLD, row.cause or "normal")


def _queued(leg: Leg, row: Row, mode: int) -> Happening | None:
    if leg.local is not _S.NULL or leg.info.reason not in WAITS_HERE:
        return None
    return leg.happening(Queued, leg.own, _S.QUEUED, leg.reason)


def _far_gone(leg: Leg, row: Row, mode: int) -> Happening | None:
    """Disconnected. A telephone that rang does so no longer; a call that was dialled and never answered failed."""
    cause = DISCONNECTS.get(mode, "")
    if leg.leaving is not None and leg.local is not _S.NULL:
        return leg.leaving.tell(leg)
    if leg.local in (_S.ALERTING, _S.QUEUED):
        if mode in TAKEN_AWAY:
            return leg.diverted(party(leg.info.redirection), cause)
        return leg.happening(ConnectionCleared, leg.own, _S.NULL, cause)
    if leg.local in (_S.NULL, _S.FAIL):
        return None
    if leg.outgoing and not leg.answered:
        return leg.happening(Failed, leg.own, _S.FAIL, cause)
    gone = leg.state == _T.DISCONNECTED
    return None if gone else leg.happening(ConnectionCleared, leg.far, leg.local, cause)


def _cleared(leg: Leg, row: Row, mode: int) -> Happening | None:
    if leg.local is _S.NULL:
        return None
    if leg.leaving is not None:
        return leg.leaving.tell(leg)
    cause = DISCONNECTS.get(leg.mode, "") if leg.state == _T.DISCONNECTED else "normalClearing"
    return leg.happening(ConnectionCleared, leg.own, _S.NULL, cause)


TELLERS: dict[Tells, Teller] = {
    Tells.RINGS_HERE: _rings_here,
    Tells.INITIATED: _initiated,
    Tells.ORIGINATED: _originated,
    Tells.NETWORK_REACHED: _network_reached,
    Tells.RINGS_THERE: _rings_there,
    Tells.FAILED: _failed,
    Tells.TALKS: _talks,
    Tells.ELSEWHERE: _elsewhere,
    Tells.HELD_THERE: _held_there,
    Tells.HELD: _held,
    Tells.QUEUED: _queued,
    Tells.FAR_GONE: _far_gone,
    Tells.CLEARED: _cleared,
}
