"""When an event does not fit what is known: something before it was missed, or it comes late.

An event tells the new state whatever the state before was (ECMA-217 §11.2.3), so most are believed all the same. Only
one that would lead back, to ringing where somebody has answered already or into a call that is over, waits until a
snapshot agrees: believed at once it would be a call offered twice, or a call that nobody makes.
"""

from __future__ import annotations

from enum import StrEnum

from csta.model.call import Call
from csta.model.happenings import Established, Happening, Held, Retrieved, Transferred
from csta.model.moves import MOVES, TAKING_PART, Role, concerns_rival
from csta.model.states import TRANSITIONS, ConnectionState

_S = ConnectionState

BEGINNINGS = frozenset({_S.INITIATED, _S.ALERTING})
"""States before somebody takes part; nobody who took part comes back to them, except by a recall."""

JOINING = frozenset({"callPickup", "conference", "singleStepTransfer", "transfer"})
"""Causes with which a device comes into a call that may be a conference by then; no event on the way names them all."""

ONCE = (Established, Held, Retrieved)
"""Events that always change the state of their subject."""


class Doubt(StrEnum):
    """Why a snapshot should be taken of a device."""

    UNKNOWN_CALL = "unknownCall"
    """An event of a call that was never heard of, though the device must have been in it for some time."""
    MISSED = "missed"
    """The move is none a connection makes: an event between was missed, or this one came twice."""
    CONTRADICTION = "contradiction"
    """The local connection state told is not the one that follows from what was told before."""
    CROWD = "crowd"
    """The device came into a call that others had before; there may be more of them than the event names."""
    STRANGER = "stranger"
    """A transfer put another party in the place of the far one, and the event does not tell its state (§17.2.18)."""
    LATE = "late"
    """The event belongs to a state, or to a call, that is over; it is not believed until a snapshot agrees."""


def doubt(happening: Happening, part: Role, call: Call | None, state: ConnectionState) -> Doubt | None:
    """What is wrong with an event, None when it fits.

    :param call: the call before it, None when it is new.
    :param state: own state after it.
    """
    if call is None:
        ends = MOVES[type(happening)].far is _S.NULL
        if part is Role.PARTY and not ends:
            return Doubt.UNKNOWN_CALL
        return Doubt.CROWD if part is Role.SUBJECT and happening.cause in JOINING and not ends else None
    moves = _moves(happening, part, call, state)
    if any(before in TAKING_PART and after in BEGINNINGS for before, after in moves):
        return Doubt.LATE
    if state is not MOVES[type(happening)].after(part, call.state):
        return Doubt.CONTRADICTION
    about = moves[-1]  # the move of the subject
    if _is_odd(type(happening), *about):
        return Doubt.MISSED
    return Doubt.STRANGER if isinstance(happening, Transferred) and part is not Role.SUBJECT else None


def _moves(
    happening: Happening, part: Role, call: Call, state: ConnectionState
) -> list[tuple[ConnectionState, ConnectionState]]:
    """The moves an event tells of: the device's own, and the far party's when it is about that."""
    moves = [(call.state, state)]
    if part is not Role.SUBJECT:
        far = MOVES[type(happening)].far
        of_it = far is not None and len(call.parties) <= 1 and not concerns_rival(happening, part, call)
        moves.append((call.far_state, far) if far is not None and of_it else (_S.NULL, _S.NULL))
    return moves


def _is_odd(kind: type[Happening], before: ConnectionState, after: ConnectionState) -> bool:
    """Whether a connection makes no such move. From NULL, which also stands for "not known", it makes any."""
    if before is _S.NULL:
        return False
    return kind in ONCE if before is after else after not in TRANSITIONS[before]
