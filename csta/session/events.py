"""What a session tells its user, pulled one at a time from :meth:`csta.session.session.Session.next_event`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from csta.apdu import Error, Frame, Reject, Result
from csta.errors import CSTAError, DecodeError
from csta.messages.base import Event, Request, Response
from csta.messages.system import SystemStatusValue
from csta.session.association import Peer


@dataclass(frozen=True, slots=True)
class Opened:
    """Messages may flow from now on.

    :param peer: what the peer said of itself when the association was made, None without association.
    """

    peer: Peer | None = None


@dataclass(frozen=True, slots=True)
class RequestReceived:
    """The peer asks for a service; answer with ``respond`` or ``fail``."""

    invoke_id: int
    message: Request[Any]


@dataclass(frozen=True, slots=True)
class EventReceived:
    """The switching function reports an event."""

    message: Event


@dataclass(frozen=True, slots=True)
class StatusReceived:
    """The peer told its status (ECMA-269 §14.2.2); the session has answered already."""

    status: SystemStatusValue


@dataclass(frozen=True, slots=True)
class Answered:
    """A request of this side succeeded."""

    invoke_id: int
    message: Response


@dataclass(frozen=True, slots=True)
class RequestFailed:
    """A request of this side did not succeed; ``error`` says whose fault it is."""

    invoke_id: int
    error: CSTAError


@dataclass(frozen=True, slots=True)
class UnexpectedAnswer:
    """The peer answered something that is not waiting.

    :param late_to: the request (``MakeCall``) that had ended before: by time-out, because its caller gave up, or
        because the standard has no positive answer to it and this is a refusal. Empty when there was none.
    """

    answer: Result | Error | Reject
    late_to: str = ""


@dataclass(frozen=True, slots=True)
class Undecodable:
    """A frame whose contents are no valid message; the link goes on."""

    frame: Frame
    error: DecodeError


@dataclass(frozen=True, slots=True)
class Closed:
    """The last event: the session is over and the connection below is to be closed.

    :param error: what ended it, None when it was ended in order.
    """

    error: CSTAError | None = None


SessionEvent = (
    Opened
    | RequestReceived
    | EventReceived
    | StatusReceived
    | Answered
    | RequestFailed
    | UnexpectedAnswer
    | Undecodable
    | Closed
)
