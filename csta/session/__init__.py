"""One CSTA link without any I/O: octets in, events out, for both ends and both wires."""

from csta.session.application_session import ApplicationSession, LoginCheck
from csta.session.association import AcseAssociation, Admission, Association, Peer
from csta.session.events import (
    Answered,
    Closed,
    EventReceived,
    Opened,
    RequestFailed,
    RequestReceived,
    SessionEvent,
    StatusReceived,
)
from csta.session.irregularities import Irregular, Irregularity
from csta.session.login_request import LoginRequestAssociation
from csta.session.session import Session, why
from csta.session.settings import Codec, Role, Settings, Tap
from csta.session.states import MOVES, Move, State

__all__ = [
    "MOVES",
    "AcseAssociation",
    "Admission",
    "Answered",
    "ApplicationSession",
    "Association",
    "Closed",
    "Codec",
    "EventReceived",
    "Irregular",
    "Irregularity",
    "LoginCheck",
    "LoginRequestAssociation",
    "Move",
    "Opened",
    "Peer",
    "RequestFailed",
    "RequestReceived",
    "Role",
    "Session",
    "SessionEvent",
    "Settings",
    "State",
    "StatusReceived",
    "Tap",
    "why",
]
