"""Connection states and services of ECMA-269, and which service a connection's state allows.

Everything about what is legal now lives in the tables of this file; the diagram in the docs is drawn from them.
"""

from __future__ import annotations

from enum import StrEnum


class ConnectionState(StrEnum):
    """State of the connection between one call and one device (§6.1.3)."""

    NULL = "null"
    INITIATED = "initiated"
    ALERTING = "alerting"
    CONNECTED = "connected"
    HOLD = "hold"
    QUEUED = "queued"
    FAIL = "fail"


class Service(StrEnum):
    """Services a provider may offer, by their ECMA-269 names."""

    MAKE_CALL = "makeCall"
    ANSWER_CALL = "answerCall"
    CLEAR_CONNECTION = "clearConnection"
    HOLD_CALL = "holdCall"
    RETRIEVE_CALL = "retrieveCall"
    ALTERNATE_CALL = "alternateCall"
    RECONNECT_CALL = "reconnectCall"
    CONSULTATION_CALL = "consultationCall"
    TRANSFER_CALL = "transferCall"
    SINGLE_STEP_TRANSFER_CALL = "singleStepTransferCall"
    CONFERENCE_CALL = "conferenceCall"
    DEFLECT_CALL = "deflectCall"
    DIRECTED_PICKUP_CALL = "directedPickupCall"
    PARK_CALL = "parkCall"
    GENERATE_DIGITS = "generateDigits"
    SNAPSHOT_DEVICE = "snapshotDevice"
    GET_DO_NOT_DISTURB = "getDoNotDisturb"
    SET_DO_NOT_DISTURB = "setDoNotDisturb"
    GET_FORWARDING = "getForwarding"
    SET_FORWARDING = "setForwarding"


_S = ConnectionState

TRANSITIONS: dict[ConnectionState, frozenset[ConnectionState]] = {
    _S.NULL: frozenset({_S.INITIATED, _S.ALERTING, _S.CONNECTED, _S.QUEUED, _S.FAIL}),
    _S.INITIATED: frozenset({_S.ALERTING, _S.CONNECTED, _S.QUEUED, _S.FAIL, _S.NULL}),  # alerting: rung to be prompted
    _S.ALERTING: frozenset({_S.CONNECTED, _S.QUEUED, _S.FAIL, _S.NULL}),
    _S.CONNECTED: frozenset({_S.HOLD, _S.QUEUED, _S.FAIL, _S.NULL}),  # queued: parked (§17.1.21)
    _S.HOLD: frozenset({_S.CONNECTED, _S.ALERTING, _S.QUEUED, _S.FAIL, _S.NULL}),  # alerting: recall
    _S.QUEUED: frozenset({_S.ALERTING, _S.CONNECTED, _S.FAIL, _S.NULL}),
    _S.FAIL: frozenset({_S.ALERTING, _S.CONNECTED, _S.QUEUED, _S.NULL}),  # queued: camped on
}
"""The moves of a connection (§6.1.3; ECMA-217 figure 5 with what Phase III adds). A switch need not show every one of
them, so a move that is not here means that something was missed, not that the event is wrong."""

NEEDS: dict[Service, frozenset[ConnectionState]] = {
    Service.ANSWER_CALL: frozenset({_S.ALERTING, _S.INITIATED, _S.QUEUED}),  # §17.1.3
    Service.CLEAR_CONNECTION: frozenset(_S) - {_S.NULL},  # §17.1.8
    Service.HOLD_CALL: frozenset({_S.CONNECTED}),  # §17.1.15
    Service.RETRIEVE_CALL: frozenset({_S.HOLD}),  # §17.1.23
    Service.CONSULTATION_CALL: frozenset({_S.CONNECTED}),  # §17.1.10
    Service.SINGLE_STEP_TRANSFER_CALL: frozenset({_S.CONNECTED, _S.ALERTING, _S.FAIL, _S.HOLD, _S.QUEUED}),  # §17.1.26
    Service.DEFLECT_CALL: frozenset({_S.ALERTING, _S.QUEUED}),  # §17.1.11
    Service.PARK_CALL: frozenset({_S.CONNECTED, _S.HOLD}),  # §17.1.21
    Service.GENERATE_DIGITS: frozenset({_S.CONNECTED}),  # §18.1.4
}
"""Local connection states in which a service on one connection may be asked for."""

PAIRS: dict[Service, tuple[frozenset[ConnectionState], frozenset[ConnectionState]]] = {
    Service.ALTERNATE_CALL: (frozenset({_S.HOLD, _S.ALERTING, _S.QUEUED}), frozenset({_S.CONNECTED})),  # §17.1.2
    Service.RECONNECT_CALL: (
        frozenset({_S.HOLD}),
        frozenset({_S.ALERTING, _S.CONNECTED, _S.INITIATED, _S.FAIL, _S.QUEUED}),
    ),  # §17.1.22
    Service.TRANSFER_CALL: (frozenset({_S.HOLD, _S.CONNECTED}), frozenset({_S.HOLD, _S.CONNECTED})),  # §17.1.27
    Service.CONFERENCE_CALL: (frozenset({_S.HOLD, _S.CONNECTED}), frozenset({_S.HOLD, _S.CONNECTED})),  # §17.1.9
}
"""The same for services on two connections of a device: states of (held call, active call)."""
