"""One CSTA link without any I/O: octets in, events out, for both ends and both wires."""

from csta.session.events import (
    Answered,
    Closed,
    EventReceived,
    Opened,
    RequestFailed,
    RequestReceived,
    SessionEvent,
    StatusReceived,
    Undecodable,
    UnexpectedAnswer,
)
from csta.session.session import Session, why
from csta.session.settings import Codec, Role, Settings
from csta.session.states import MOVES, Move, State

__all__ = [
    "MOVES",
    "Answered",
    "Closed",
    "Codec",
    "EventReceived",
    "Move",
    "Opened",
    "RequestFailed",
    "RequestReceived",
    "Role",
    "Session",
    "SessionEvent",
    "Settings",
    "State",
    "StatusReceived",
    "Undecodable",
    "UnexpectedAnswer",
    "why",
]
