"""How the connection of a monitored device moves: every event in every state, in one table.

An event tells the new state and is believed whatever the state before it was: events may be missing (Offered and
Service Initiated are optional) or be overtaken. So each column of the table is total, and what follows from the old
state is only where an event is about another device than the monitored one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum
from typing import NamedTuple

from csta.model.call import Call, Direction
from csta.model.happenings import (
    CallCleared,
    CallInformation,
    Conferenced,
    ConnectionCleared,
    Delivered,
    Diverted,
    Established,
    Failed,
    Happening,
    Held,
    NetworkReached,
    Offered,
    Originated,
    Queued,
    Retrieved,
    ServiceInitiated,
    Transferred,
)
from csta.model.states import ConnectionState

States = Mapping[ConnectionState, ConnectionState]
"""From each state before to the state after."""


class Role(Enum):
    """What the monitored device is to an event."""

    SUBJECT = "subject"
    """The event is about the device itself."""
    CALLER = "caller"
    """The event is about another device, and this one made the call."""
    PARTY = "party"
    """The event is about another device, and this one did not make the call."""


class Move(NamedTuple):
    """What one event does to connections.

    :param subject: own state when the event is about the monitored device.
    :param caller: own state when it is about another device of a call the monitored device made.
    :param party: own state when it is about another device of another call.
    :param far: state of the far party when the event is about it; None leaves it as it was.
    """

    subject: States
    caller: States
    party: States
    far: ConnectionState | None = None

    def after(self, role: Role, before: ConnectionState) -> ConnectionState:
        """Own state after the event."""
        return {Role.SUBJECT: self.subject, Role.CALLER: self.caller, Role.PARTY: self.party}[role][before]


_S = ConnectionState


def _to(state: ConnectionState) -> States:
    return dict.fromkeys(ConnectionState, state)


_KEEP: States = {state: state for state in ConnectionState}
_DIALLED: States = {**_KEEP, _S.NULL: _S.CONNECTED, _S.INITIATED: _S.CONNECTED, _S.ALERTING: _S.CONNECTED}
"""When something happens at the called side the caller's dialling is over (§12.2.17): it waits connected."""

MOVES: dict[type[Happening], Move] = {
    #                       subject               caller    party     far party, when it is the subject
    ServiceInitiated: Move(_to(_S.INITIATED), _KEEP, _KEEP),  # §17.2.17
    Originated: Move(_to(_S.CONNECTED), _KEEP, _KEEP, _S.CONNECTED),  # §17.2.14
    Offered: Move(_to(_S.ALERTING), _DIALLED, _KEEP, _S.ALERTING),  # §17.2.13
    Delivered: Move(_to(_S.ALERTING), _DIALLED, _KEEP, _S.ALERTING),  # §17.2.5
    NetworkReached: Move(_to(_S.CONNECTED), _DIALLED, _KEEP),  # §17.2.12: the line is reached, the party is not
    Established: Move(_to(_S.CONNECTED), _DIALLED, _KEEP, _S.CONNECTED),  # §17.2.8
    Held: Move(_to(_S.HOLD), _KEEP, _KEEP, _S.HOLD),  # §17.2.10
    Retrieved: Move(_to(_S.CONNECTED), _KEEP, _KEEP, _S.CONNECTED),  # §17.2.16
    Queued: Move(_to(_S.QUEUED), _DIALLED, _KEEP, _S.QUEUED),  # §17.2.15
    Failed: Move(_to(_S.FAIL), _DIALLED, _KEEP, _S.FAIL),  # §17.2.9
    Diverted: Move(_to(_S.NULL), _DIALLED, _KEEP, _S.NULL),  # §17.2.7
    Transferred: Move(_to(_S.NULL), _KEEP, _KEEP, _S.NULL),  # §17.2.18 does not tell what the new far party does
    Conferenced: Move(_to(_S.CONNECTED), _KEEP, _KEEP, _S.CONNECTED),  # §17.2.3
    ConnectionCleared: Move(_to(_S.NULL), _KEEP, _KEEP, _S.NULL),  # §17.2.4
    CallCleared: Move(_to(_S.NULL), _to(_S.NULL), _to(_S.NULL), _S.NULL),  # §17.2.2
    CallInformation: Move(_KEEP, _KEEP, _KEEP),  # §18.2.1
}

RINGING = (Offered, Delivered)
"""Events of a call that comes to its subject."""

RECEIVED = (*RINGING, Established, Queued, Failed)
"""Events of a called device that imply a connected caller (call state "received", Table 6-5)."""

PARK = "park"
"""Cause of Queued at the device a call is parked at (ECMA-217 §11.2.10.2)."""

DIALLING = (ServiceInitiated, Originated)
"""Events of a calling device."""

ENTERING = (*DIALLING, *RINGING, Established, Queued)
"""Events with which a device enters a call, or comes back to one it had left."""

WAITING = frozenset({_S.ALERTING, _S.QUEUED})
"""States in which others may still take the call first."""

TAKING_PART = frozenset({_S.CONNECTED, _S.HOLD})
"""States of a party that has answered."""

IsHere = Callable[[str | None], bool]
"""Whether a device identifier of the switch means the monitored device."""


def role(happening: Happening, call: Call | None, is_here: IsHere) -> Role:
    """What the monitored device is to the event; ``call`` is the call before it, None when it is new."""
    calls = is_here(happening.calling.number) if happening.calling else False
    unnamed = happening.subject.number is None and isinstance(happening, RINGING)
    if is_here(happening.subject.number) or (unnamed and call is None and not calls):
        return Role.SUBJECT  # a device is told of a new call ringing somewhere unnamed because it rings there
    if call is None:
        return Role.CALLER if calls else Role.PARTY
    return Role.CALLER if call.direction is Direction.OUTGOING else Role.PARTY


def direction(happening: Happening, part: Role, is_here: IsHere) -> Direction:
    """Who made a call that is first seen with this event."""
    if part is not Role.SUBJECT:
        return Direction.OUTGOING if part is Role.CALLER else Direction.INCOMING
    calls = isinstance(happening, DIALLING) or (happening.calling is not None and is_here(happening.calling.number))
    return Direction.OUTGOING if calls else Direction.INCOMING


def concerns_rival(happening: Happening, part: Role, call: Call) -> bool:
    """Whether the event is about another device at which the same incoming call waits, not about the far end.

    Nothing waits for a parked call but its far end, which may be one that was called and rings still.
    """
    waits = call.direction is Direction.INCOMING and call.state in WAITING and call.far_state not in WAITING
    elsewhere = part is not Role.SUBJECT and happening.subject.number not in (None, call.other.number)
    return waits and elsewhere and PARK not in (happening.cause, call.cause)


def far_state(happening: Happening, part: Role, call: Call) -> ConnectionState:
    """State of the far party after the event."""
    far = MOVES[type(happening)].far
    if part is Role.SUBJECT:
        # whoever is parked may be ringing still, so that Queued tells nothing of the other end
        received = call.direction is Direction.INCOMING and isinstance(happening, RECEIVED) and happening.cause != PARK
        return _S.CONNECTED if received and call.far_state is _S.NULL else call.far_state
    if far is None or len(call.parties) > 1 or concerns_rival(happening, part, call):  # one member is no far end
        return call.far_state
    return far


def answered(state: ConnectionState, far: ConnectionState, way: Direction) -> bool:
    """Whether these connection states mean that both ends have met."""
    return state in TAKING_PART and (way is Direction.INCOMING or far in TAKING_PART)
