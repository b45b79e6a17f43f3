"""What may happen to a connection: its moves, and the states each service asks for (ECMA-269 §6.1.3, §17.1).

The services refuse by these tables and the events say by the same tables which services are permitted, so the two
cannot drift apart.
"""

from __future__ import annotations

from typing import NamedTuple

from csta.messages.call_data import LocalConnectionState
from csta.messages.errors import OperationErrors as Operation
from csta.messages.errors import StateIncompatibilityErrors as Incompatible
from csta.messages.errors import UniversalFailure

State = LocalConnectionState
"""Short, for the tables."""

MOVES: dict[State, frozenset[State]] = {
    State.NULL: frozenset({State.INITIATED, State.ALERTING, State.CONNECTED, State.QUEUED}),
    State.INITIATED: frozenset({State.CONNECTED, State.NULL}),
    State.ALERTING: frozenset({State.CONNECTED, State.NULL}),
    State.CONNECTED: frozenset({State.HOLD, State.QUEUED, State.NULL}),
    State.HOLD: frozenset({State.CONNECTED, State.ALERTING, State.QUEUED, State.NULL}),
    State.QUEUED: frozenset({State.ALERTING, State.CONNECTED, State.NULL}),
    State.FAIL: frozenset({State.NULL}),
}
"""Moves of an extension's connection; who camps on waits in Queued until it rings,
and what is held too long rings again.

A caller who hears busy tone stays connected: the far side fails (§17.2.9).
"""

NETWORK_MOVES: dict[State, frozenset[State]] = {
    State.NULL: frozenset({State.CONNECTED}),
    State.CONNECTED: frozenset({State.ALERTING, State.FAIL, State.NULL}),
    State.ALERTING: frozenset({State.CONNECTED, State.FAIL, State.NULL}),
    State.FAIL: frozenset({State.NULL}),
}
"""Moves of a line's connection: once the network is reached it shows how the far end fares (§17.2.12 FR 2)."""

GROUP_MOVES: dict[State, frozenset[State]] = {
    State.NULL: frozenset({State.ALERTING, State.QUEUED}),
    State.ALERTING: frozenset({State.QUEUED, State.NULL}),
    State.QUEUED: frozenset({State.NULL}),
}
"""Moves of a connection at a group or a routeing device: it comes in, may have to wait, and goes on elsewhere."""


class Need(NamedTuple):
    """What a service asks of a connection it is given.

    :param states: states in which it may be asked for.
    :param missing: the answer when there is no such connection.
    :param refused: the answer when there is one in another state.
    """

    states: frozenset[State]
    missing: UniversalFailure
    refused: UniversalFailure


_UNKNOWN = UniversalFailure(operation=Operation.INVALID_CONNECTION_ID)
_WRONG = UniversalFailure(state_incompatibility=Incompatible.INVALID_CONNECTION_STATE)
_NO_HELD = UniversalFailure(operation=Operation.INVALID_HELD_CONNECTION_ID)
_NO_ACTIVE = UniversalFailure(operation=Operation.INVALID_ACTIVE_CONNECTION_ID)
_HELD_WRONG = UniversalFailure(state_incompatibility=Incompatible.INVALID_HELD_CONNECTION_STATE)
_ACTIVE_WRONG = UniversalFailure(state_incompatibility=Incompatible.INVALID_ACTIVE_CONNECTION_STATE)
_ANY = frozenset(State) - {State.NULL}
_TALKING = frozenset({State.CONNECTED, State.HOLD})
_NO_CALL = UniversalFailure(state_incompatibility=Incompatible.NO_CALL_TO_COMPLETE)

NEEDS: dict[str, Need] = {
    "acceptCall": Need(frozenset({State.ALERTING}), _UNKNOWN, _WRONG),  # §17.1.1
    "answerCall": Need(  # §17.1.3
        frozenset({State.ALERTING, State.INITIATED, State.QUEUED}),
        UniversalFailure(state_incompatibility=Incompatible.NO_CALL_TO_ANSWER),
        _WRONG,
    ),
    "clearConnection": Need(  # §17.1.8
        _ANY, UniversalFailure(state_incompatibility=Incompatible.NO_CONNECTION_TO_CLEAR), _WRONG
    ),
    "holdCall": Need(  # §17.1.15
        frozenset({State.CONNECTED}),
        _UNKNOWN,
        UniversalFailure(state_incompatibility=Incompatible.NO_ACTIVE_CALL),
    ),
    "retrieveCall": Need(  # §17.1.23
        frozenset({State.HOLD}), _UNKNOWN, UniversalFailure(state_incompatibility=Incompatible.NO_HELD_CALL)
    ),
    "consultationCall": Need(frozenset({State.CONNECTED}), _NO_ACTIVE, _ACTIVE_WRONG),  # §17.1.10
    "singleStepTransfer": Need(  # §17.1.26
        frozenset({State.CONNECTED, State.ALERTING, State.FAIL, State.HOLD, State.QUEUED}), _NO_ACTIVE, _ACTIVE_WRONG
    ),
    "deflectCall": Need(frozenset({State.ALERTING, State.QUEUED}), _UNKNOWN, _WRONG),  # §17.1.11
    "parkCall": Need(_TALKING, _UNKNOWN, _WRONG),  # §17.1.21
    "directedPickupCall": Need(  # §17.1.13
        frozenset({State.ALERTING, State.CONNECTED, State.HOLD, State.QUEUED}), _UNKNOWN, _WRONG
    ),
    "callBack": Need(frozenset({State.CONNECTED}), _UNKNOWN, _NO_CALL),  # §17.1.4
    "callBackMessage": Need(frozenset({State.CONNECTED}), _UNKNOWN, _NO_CALL),  # §17.1.5
    "campOnCall": Need(frozenset({State.CONNECTED}), _UNKNOWN, _NO_CALL),  # §17.1.6
    "intrudeCall": Need(frozenset({State.CONNECTED}), _UNKNOWN, _NO_CALL),  # §17.1.16
    "dialDigits": Need(frozenset({State.INITIATED}), _UNKNOWN, _WRONG),  # §17.1.12
    "joinCall": Need(_ANY, _NO_ACTIVE, _ACTIVE_WRONG),  # §17.1.17
    "singleStepConference": Need(_ANY, _NO_ACTIVE, _ACTIVE_WRONG),  # §17.1.25, initial states of Phase II
    "generateDigits": Need(frozenset({State.CONNECTED}), _UNKNOWN, _WRONG),  # §18.1.4
    "generateTelephonyTones": Need(frozenset({State.CONNECTED}), _UNKNOWN, _WRONG),  # §18.1.5
    "cancelTelephonyTones": Need(frozenset({State.CONNECTED}), _UNKNOWN, _WRONG),  # §18.1.2
    "sendUserInformation": Need(_TALKING, _UNKNOWN, _WRONG),  # §18.1.6
    "changeConnectionInformation": Need(_TALKING, _UNKNOWN, _WRONG),  # §18.1.3
    "associateData": Need(_ANY, _UNKNOWN, _WRONG),  # §18.1.1
}
"""Services on one connection."""

PAIRS: dict[str, tuple[Need, Need]] = {
    "alternateCall": (  # §17.1.2
        Need(frozenset({State.HOLD, State.ALERTING, State.QUEUED}), _NO_HELD, _HELD_WRONG),
        Need(frozenset({State.CONNECTED}), _NO_ACTIVE, _ACTIVE_WRONG),
    ),
    "reconnectCall": (  # §17.1.22
        Need(frozenset({State.HOLD}), _NO_HELD, _HELD_WRONG),
        Need(
            frozenset({State.ALERTING, State.CONNECTED, State.INITIATED, State.FAIL, State.QUEUED}),
            _NO_ACTIVE,
            _ACTIVE_WRONG,
        ),
    ),
    "transferCall": (  # §17.1.27
        Need(_TALKING, _NO_HELD, _HELD_WRONG),
        Need(_TALKING, _NO_ACTIVE, _ACTIVE_WRONG),
    ),
    "conferenceCall": (  # §17.1.9
        Need(_TALKING, _NO_HELD, _HELD_WRONG),
        Need(_TALKING, _NO_ACTIVE, _ACTIVE_WRONG),
    ),
}
"""Services on two connections of one device: needs of (held call, active call)."""

ELSEWHERE = frozenset({"directedPickupCall"})
"""Services asked for a connection of another device, so never permitted for the own one."""

UNTALKING = frozenset({"answerCall", "retrieveCall"})
"""Services refused while the device is connected in another call (§17.1.3 FR 1, §17.1.23 FR 1)."""

CALL_ASSOCIATED = frozenset(
    {
        "associateData",
        "cancelTelephonyTones",
        "changeConnectionInformation",
        "generateDigits",
        "generateTelephonyTones",
        "sendUserInformation",
    }
)
"""Services that are call associated ones; all others here are call control (§12.2.25)."""
