"""Every legal move of an association (ECMA-269 §6.5.2, X.227), in one table.

The table does not know the role: both functions, the computing and the switching, live in the same states. What is
not in the table is illegal, and whose fault that is follows from who did it. The diagram in the docs is drawn from it.
"""

from __future__ import annotations

from enum import Enum

from csta.errors import LocalProtocolError, RemoteProtocolError


class State(Enum):
    """Where the association stands."""

    UNOPENED = "unopened"
    """The connection below is not there yet."""
    ASSOCIATING = "associating"
    """This side asked for an association and waits for the answer."""
    AWAITING = "awaiting"
    """This side waits for the peer to ask for an association."""
    ACTIVE = "active"
    """Requests, answers and events flow."""
    RELEASING = "releasing"
    """This side asked to end the association; answers still under way are taken."""
    CLOSED = "closed"
    """Over for good; a new link is a new session."""


class Move(Enum):
    """What can happen to an association."""

    START = "start without an association"
    ASK = "send associate"
    AWAIT = "wait for associate"
    SEND = "send a message"
    RELEASE = "send release"
    STOP = "close"
    PEER_ASKS = "associate received"
    PEER_ASKS_IN_VAIN = "associate received and refused"
    PEER_ACCEPTS = "associate accepted"
    PEER_REFUSES = "associate refused"
    PEER_GREETS = "status received"
    PEER_ASKS_MORE = "log-in asked for again"
    PEER_SENDS = "message received"
    PEER_RELEASES = "release received"
    PEER_AGREES = "release response received"
    PEER_ABORTS = "abort received"
    EXPIRE = "no answer in time"
    LOSE = "connection lost"

    @property
    def by_peer(self) -> bool:
        """Whether the peer did it."""
        return self.name.startswith("PEER_")


_OVER = {Move.STOP: State.CLOSED, Move.LOSE: State.CLOSED, Move.EXPIRE: State.CLOSED, Move.PEER_ABORTS: State.CLOSED}

MOVES: dict[State, dict[Move, State]] = {
    State.UNOPENED: {
        Move.START: State.ACTIVE,
        Move.ASK: State.ASSOCIATING,
        Move.AWAIT: State.AWAITING,
        Move.STOP: State.CLOSED,
        Move.LOSE: State.CLOSED,
    },
    State.ASSOCIATING: {
        **_OVER,
        Move.PEER_ACCEPTS: State.ACTIVE,
        Move.PEER_REFUSES: State.CLOSED,
        Move.PEER_GREETS: State.ASSOCIATING,
        Move.PEER_ASKS_MORE: State.ASSOCIATING,
    },
    State.AWAITING: {
        **_OVER,
        Move.PEER_ASKS: State.ACTIVE,
        Move.PEER_ASKS_IN_VAIN: State.CLOSED,
    },
    State.ACTIVE: {
        **_OVER,
        Move.SEND: State.ACTIVE,
        Move.PEER_SENDS: State.ACTIVE,
        Move.RELEASE: State.RELEASING,
        Move.PEER_RELEASES: State.CLOSED,
    },
    State.RELEASING: {
        **_OVER,
        Move.PEER_SENDS: State.RELEASING,
        Move.PEER_AGREES: State.CLOSED,
        Move.PEER_RELEASES: State.CLOSED,  # both asked at once (X.227 §7.2.3.4)
    },
    State.CLOSED: {
        Move.STOP: State.CLOSED,
        Move.LOSE: State.CLOSED,
        Move.EXPIRE: State.CLOSED,
    },
}
"""State × what happens → next state."""


def after(state: State, move: Move) -> State:
    """The state ``move`` leads to.

    :raises LocalProtocolError: this side may not do that now.
    :raises RemoteProtocolError: the peer may not.
    """
    following = MOVES[state].get(move)
    if following is None:
        fault = RemoteProtocolError if move.by_peer else LocalProtocolError
        raise fault(f"{move.value}: not while the association is {state.value}", "association")
    return following
