"""A switch as Windows Telephony shows it: one appearance at each station of each call, a pair of them for two parties.

In a conference every station has one appearance for each other party and one for the conference itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from msgspec import structs

from tapi_adapter.constants import (
    LINEBUSYMODE,
    LINECALLINFOSTATE,
    LINECALLORIGIN,
    LINECALLPARTYID,
    LINECALLREASON,
    LINECALLSTATE,
    LINECONNECTEDMODE,
    LINEDISCONNECTMODE,
    LINEERR,
    LINEOFFERINGMODE,
)
from tapi_adapter.descriptions import CallInfo, PartyId
from tapi_adapter.errors import LineError

S = LINECALLSTATE
ACTIVE = LINECONNECTEDMODE.ACTIVE
HELD = LINECONNECTEDMODE.ACTIVEHELD
SAYS = LINECALLINFOSTATE


def named(number: str | None) -> PartyId:
    """How the switch presents somebody; None withholds."""
    if number is None:
        return PartyId(flags=LINECALLPARTYID.BLOCKED)
    return PartyId(flags=LINECALLPARTYID.ADDRESS, number=number) if number else PartyId(flags=LINECALLPARTYID.UNKNOWN)


@dataclass(eq=False, slots=True)
class Appearance:
    """One call at one station."""

    station: str
    info: CallInfo
    peer: Appearance | None = None
    conference: Appearance | None = None
    state: int = 0
    mode: int = 0
    handle: int = 0
    privilege: int = 0


class Told(Protocol):
    """Hears of every change."""

    def begun(self, appearance: Appearance) -> None:
        """An appearance is new."""

    def state(self, appearance: Appearance) -> None:
        """It has another state."""

    def info(self, appearance: Appearance, what: int) -> None:
        """More is known of it."""


class Pbx:
    """Stations that call each other, and people outside, who do what the test says.

    :ivar busy: stations that are busy.
    """

    def __init__(self, stations: tuple[str, ...], told: Told) -> None:
        self.stations = stations
        self.busy: set[str] = set()
        self.appearances: list[Appearance] = []
        self._told = told
        self._last = 0x40

    def at(self, station: str) -> list[Appearance]:
        """The appearances at a station."""
        return [each for each in self.appearances if each.station == station]

    # What stations do

    def seize(self, station: str, state: int = S.DIALTONE) -> Appearance:
        """A station goes off-hook."""
        self._last += 1
        reason = LINECALLREASON.DIRECT
        info = CallInfo(call_id=self._last, origin=LINECALLORIGIN.OUTBOUND, reason=reason, caller=named(station))
        return self._begin(Appearance(station, info), state)

    def dial(self, own: Appearance, number: str) -> None:
        """It dials."""
        if own.state != S.DIALTONE:
            raise LineError("lineDial", LINEERR.INVALCALLSTATE)
        self.learn(own, SAYS.CALLEDID, called=named(number))
        self.to(own, S.DIALING)
        self.to(own, S.PROCEEDING)
        if number in self.busy:
            self.to(own, S.BUSY, LINEBUSYMODE.STATION)
            return
        if number in self.stations:
            self._ring(number, own, LINECALLREASON.DIRECT)
        self.to(own, S.RINGBACK)

    def arrive(self, station: str, caller: str | None, **more: object) -> Appearance:
        """A call from outside rings at a station."""
        self._last += 1
        info = CallInfo(
            call_id=self._last,
            origin=LINECALLORIGIN.EXTERNAL,
            reason=LINECALLREASON.DIRECT,
            caller=named(caller),
            called=named(station),
        )
        info = structs.replace(info, **more)
        return self._begin(Appearance(station, info), S.OFFERING, LINEOFFERINGMODE.ACTIVE)

    def answer(self, own: Appearance) -> None:
        """A ringing call is answered."""
        self.require(own, "lineAnswer", S.OFFERING, S.ACCEPTED)
        self.to(own, S.CONNECTED, ACTIVE)
        if own.peer is not None:
            self.learn(own.peer, SAYS.CONNECTEDID, connected=named(own.station))
            self.to(own.peer, S.CONNECTED, ACTIVE)

    def drop(self, own: Appearance) -> None:
        """A station hangs up; who it talked to is disconnected, and hangs up too."""
        self.require(own, "lineDrop", *(set(S) - {S.IDLE}))
        members = [each for each in self.at(own.station) if each.conference is own]
        for member in members or [own]:
            self.to(member, S.IDLE)
            if member.peer is not None:
                self.disconnect(member.peer)
        if members:
            self.to(own, S.IDLE)

    def disconnect(self, own: Appearance, mode: int = LINEDISCONNECTMODE.NORMAL) -> None:
        """The far end is gone."""
        conference = own.conference
        self.to(own, S.DISCONNECTED, mode)
        self.to(own, S.IDLE)
        if conference is not None:
            self._shrink(conference)

    def hold(self, own: Appearance, state: int = S.ONHOLD) -> None:
        """A call is put on hold."""
        self.require(own, "lineHold", S.CONNECTED, S.RINGBACK)
        self.to(own, state)
        if own.peer is not None and own.peer.state == S.CONNECTED:
            self.to(own.peer, S.CONNECTED, HELD)

    def unhold(self, own: Appearance) -> None:
        """It is taken back."""
        self.require(own, "lineUnhold", S.ONHOLD, S.ONHOLDPENDTRANSFER, S.ONHOLDPENDCONF)
        self.to(own, S.CONNECTED, ACTIVE)
        if own.peer is not None and own.peer.state == S.CONNECTED:
            self.to(own.peer, S.CONNECTED, ACTIVE)

    def transfer(self, held: Appearance, consult: Appearance) -> None:
        """The far ends of two calls are joined."""
        self.require(held, "lineCompleteTransfer", S.ONHOLD, S.ONHOLDPENDTRANSFER, S.CONNECTED)
        self.require(consult, "lineCompleteTransfer", S.CONNECTED, S.RINGBACK)
        one, other = held.peer, consult.peer
        for own in (held, consult):
            self.to(own, S.IDLE)
        self._join(one, other, _far(held), _far(consult))

    def pass_on(self, own: Appearance, number: str) -> None:
        """A call is sent to a number, where it rings."""
        self.require(own, "lineBlindTransfer", S.CONNECTED)
        far = own.peer
        self.to(own, S.IDLE)
        self._join(far, self._ring(number, None, LINECALLREASON.TRANSFER, caller=named(_far(own))), _far(own), number)

    def redirect(self, own: Appearance, number: str) -> None:
        """A ringing call is sent to a number."""
        self.require(own, "lineRedirect", S.OFFERING)
        more = {"caller": own.info.caller, "called": own.info.called, "redirecting": named(own.station)}
        self.learn(own, SAYS.REDIRECTIONID, redirection=named(number))
        peer, own.peer = own.peer, None
        self.disconnect(own, LINEDISCONNECTMODE.FORWARDED)
        self._ring(number, peer, LINECALLREASON.REDIRECT, **more)

    def pick_up(self, station: str, number: str) -> Appearance:
        """A call that rings elsewhere is taken."""
        own = next((each for each in self.at(number) if each.state == S.OFFERING), None)
        if own is None:
            raise LineError("linePickup", LINEERR.TARGETNOTFOUND)
        self.learn(own, SAYS.REDIRECTIONID, redirection=named(station))
        peer, own.peer = own.peer, None
        self.disconnect(own, LINEDISCONNECTMODE.PICKUP)
        info = structs.replace(own.info, reason=LINECALLREASON.PICKUP, redirection=PartyId())
        taken = Appearance(station, info, peer)
        self._begin(taken, S.CONNECTED, ACTIVE)
        if peer is not None:
            peer.peer = taken
            self.learn(peer, SAYS.CONNECTEDID, connected=named(station))
            self.to(peer, S.CONNECTED, ACTIVE)
        return taken

    def park(self, own: Appearance, number: str) -> None:
        """A call waits at a station."""
        self.require(own, "linePark", S.CONNECTED, S.ONHOLD)
        far, peer = _far(own), own.peer
        self.to(own, S.IDLE)
        self._last += 1
        info = CallInfo(
            call_id=self._last,
            origin=LINECALLORIGIN.INTERNAL,
            reason=LINECALLREASON.PARKED,
            caller=named(far),
            called=named(number),
            redirecting=named(own.station),
        )
        parked = self._begin(Appearance(number, info, peer), S.ONHOLD)
        if peer is not None:
            peer.peer = parked

    def confer(self, held: Appearance, consult: Appearance) -> Appearance:
        """Two calls become one for all three."""
        one, other = held.peer, consult.peer
        parent = self._conference(held.station, (held, consult))
        self._introduce(one, other)
        return parent

    def _introduce(self, one: Appearance | None, other: Appearance | None) -> None:
        """The far ends of a conference have one another, too."""
        if one is not None and other is not None:
            pair = self._member(one.station, other.station), self._member(other.station, one.station)
            pair[0].peer, pair[1].peer = pair[1], pair[0]
            self._conference(one.station, (one, pair[0]))
            self._conference(other.station, (other, pair[1]))

    def set_up_conference(self, own: Appearance) -> Appearance:
        """A conference of one, to be added to."""
        self.require(own, "lineSetupConference", S.CONNECTED)
        return self._conference(own.station, (own,), S.ONHOLDPENDCONF)

    def add(self, parent: Appearance, own: Appearance) -> None:
        """A call is added to it."""
        first = next(members(self, parent))
        own.conference = parent
        self.to(own, S.CONFERENCED, parent.handle)
        self.to(parent, S.CONNECTED, ACTIVE)
        self._introduce(first.peer, own.peer)

    # Below here: how

    def require(self, own: Appearance, function: str, *states: int) -> None:
        if own.state not in states:
            raise LineError(function, LINEERR.INVALCALLSTATE)

    def _begin(self, own: Appearance, state: int, mode: int = 0) -> Appearance:
        self.appearances.append(own)
        self._told.begun(own)
        if state:
            self.to(own, state, mode)
        return own

    def to(self, own: Appearance, state: int, mode: int = 0) -> None:
        """An appearance gets a state."""
        own.state, own.mode = state, mode
        if state == S.IDLE and own in self.appearances:
            self.appearances.remove(own)
        self._told.state(own)

    def learn(self, own: Appearance, what: int, **said: object) -> None:
        """More is known of an appearance."""
        own.info = structs.replace(own.info, **said)
        self._told.info(own, what)

    def _ring(self, number: str, peer: Appearance | None, reason: int, **more: PartyId) -> Appearance:
        info = CallInfo(
            call_id=peer.info.call_id if peer is not None else self._last,
            origin=LINECALLORIGIN.INTERNAL,
            reason=reason,
            caller=named(peer.station if peer is not None else ""),
            called=named(number),
        )
        own = Appearance(number, structs.replace(info, **more), peer)
        if peer is not None:
            peer.peer = own
        return self._begin(own, S.OFFERING, LINEOFFERINGMODE.ACTIVE)

    def _join(self, one: Appearance | None, other: Appearance | None, far_one: str, far_other: str) -> None:
        self._last += 1
        for own, peer, far in ((one, other, far_other), (other, one, far_one)):
            if own is None:
                continue
            own.peer = peer
            said = {"connected": named(far), "call_id": self._last, "reason": LINECALLREASON.TRANSFER}
            if own is other:
                said["caller"] = named(far)
            self.learn(own, SAYS.CONNECTEDID | SAYS.CALLERID | SAYS.CALLID | SAYS.REASON, **said)
            if own.mode == HELD:
                self.to(own, S.CONNECTED, ACTIVE)

    def _conference(self, station: str, members: tuple[Appearance, ...], state: int = S.CONNECTED) -> Appearance:
        self._last += 1
        info = CallInfo(call_id=self._last, origin=LINECALLORIGIN.CONFERENCE)
        parent = self._begin(Appearance(station, info), state, ACTIVE if state == S.CONNECTED else 0)
        for member in members:
            member.conference = parent
            self.to(member, S.CONFERENCED, parent.handle)
        return parent

    def _member(self, station: str, far: str) -> Appearance:
        info = CallInfo(call_id=0, origin=LINECALLORIGIN.INTERNAL, caller=named(far), called=named(station))
        return self._begin(Appearance(station, info), 0)

    def _shrink(self, parent: Appearance) -> None:
        members = [each for each in self.at(parent.station) if each.conference is parent]
        if len(members) != 1:
            return
        members[0].conference = None
        self.to(parent, S.IDLE)
        self.to(members[0], S.CONNECTED, ACTIVE)


def _far(own: Appearance) -> str:
    """Number of the far end."""
    if own.peer is not None:
        return own.peer.station
    outgoing = own.info.origin & LINECALLORIGIN.OUTBOUND
    return (own.info.called if outgoing else own.info.caller).number


def members(pbx: Pbx, parent: Appearance) -> Iterator[Appearance]:
    """The appearances of the other parties of a conference."""
    return (each for each in pbx.at(parent.station) if each.conference is parent)
