"""The subscription to events: checked like every other route, then handed over to a WebSocket."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from autobahn.twisted.resource import WebSocketResource
from msgspec import Meta, Struct

from csta_gateway.api.exchange import Visit
from csta_gateway.api.route import Route
from csta_gateway.auth import Session
from csta_gateway.failures import ApiError
from csta_gateway.feed import Position
from csta_gateway.origins import same_origin
from csta_gateway.policy import Action, permits
from csta_gateway.streams import CloseCode
from csta_gateway.texts import Words
from csta_gateway.websocket import EventSocket, Handover

MOST_EVENTS = 10**15
"""More than will ever happen to a user."""


class LastRead(Struct, frozen=True, forbid_unknown_fields=True):
    """Where a page that was away for a moment goes on; both or neither.

    :param stream: as its last snapshot said.
    :param since: number of the last event it has.
    """

    stream: Annotated[str, Meta(max_length=64)] | None = None
    since: Annotated[int, Meta(ge=0, le=MOST_EVENTS)] | None = None

    @property
    def position(self) -> Position | None:
        """Where to go on, or None. Raises :class:`ApiError` ``bad_request``."""
        if self.stream is None and self.since is None:
            return None
        if self.stream is None or self.since is None:
            raise ApiError("bad_request", reason="Expected `stream` and `since` together in the query")
        return Position(self.stream, self.since)


async def open_events(visit: Visit, query: LastRead) -> WebSocketResource:
    """Open the stream.

    Without a session the socket is opened too, only to say 4001 and close, and for a user without CTI to say 4003: no
    other refusal reaches a page's script.
    """
    gateway = visit.gateway
    if not same_origin(visit.request, gateway.settings.secure, gateway.settings.origins):
        raise ApiError("forbidden")
    admitted = _admitted(visit.session_or_none)
    if isinstance(admitted, Session) and gateway.streams.full(admitted.user.login):
        raise ApiError("too_many_attempts", retry_after=60)
    socket = EventSocket(admitted, query.position, gateway.open_stream, gateway.streams.discard)
    return WebSocketResource(Handover(gateway.socket_factory, socket))


def _admitted(session: Session | None) -> Session | CloseCode:
    """The session, if it may follow calls, or why not. Raises :class:`ApiError` ``forbidden``."""
    if session is None:
        return CloseCode.NOT_LOGGED_IN
    if permits(session.user, Action.SUBSCRIBE, scopes=session.scopes):
        return session
    if session.user.cti_enabled:
        raise ApiError("forbidden")
    return CloseCode.CTI_OFF


ROUTES = (
    Route(
        method="GET",
        path="/events",
        name="openEvents",
        title=Words("Ereignisse als WebSocket", "Events as a WebSocket"),
        action=Action.SUBSCRIBE,
        handler=open_events,
        admits=True,
        status=HTTPStatus.SWITCHING_PROTOCOLS,
        problems=("forbidden", "too_many_attempts"),
    ),
)
