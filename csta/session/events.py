"""What a session tells its user, pulled one at a time from :meth:`csta.session.session.Session.next_event`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from csta.errors import CSTAError
from csta.messages.base import Event, Request, Response
from csta.messages.system import SystemStatusValue
from csta.session.association import Peer
from csta.session.irregularities import Irregular


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
class Closed:
    """The last event: the session is over and the connection below is to be closed.

    :param error: what ended it, None when it was ended in order.
    """

    error: CSTAError | None = None


SessionEvent = Opened | RequestReceived | EventReceived | StatusReceived | Answered | RequestFailed | Irregular | Closed
