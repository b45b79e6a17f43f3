"""The subscription to events: checked like every other route, then handed over to a WebSocket."""

from __future__ import annotations

import re

from autobahn.twisted.resource import WebSocketResource

from csta_gateway.api.exchange import Answer, Route, Visit
from csta_gateway.failures import ApiError
from csta_gateway.feed import Position
from csta_gateway.origins import same_origin
from csta_gateway.policy import Action, permits
from csta_gateway.websocket import EventSocket, Handover

SINCE = re.compile(r"[0-9]{1,15}")
"""Number of an event; more than will ever happen to a user."""


async def open_events(visit: Visit) -> Answer | WebSocketResource:
    """Open the stream.

    Without a session the socket is opened too, only to say 4001 and close: no other refusal reaches a page's script.
    """
    gateway = visit.gateway
    if not same_origin(visit.request, gateway.settings.secure, gateway.settings.origins):
        raise ApiError("forbidden")
    session = visit.session_or_none
    if session is not None and not permits(session.user, Action.WATCH_CALLS):
        raise ApiError("forbidden")
    if session is not None and gateway.streams.full(session.user.login):
        raise ApiError("too_many_attempts", retry_after=60)
    socket = EventSocket(session, _position(visit), gateway.open_stream, gateway.streams.discard)
    return WebSocketResource(Handover(gateway.socket_factory, socket))


def _position(visit: Visit) -> Position | None:
    """Where the page wants to go on, or None. Raises :class:`ApiError` ``bad_request``."""
    feed, since = visit.argument("stream"), visit.argument("since")
    if feed is None and since is None:
        return None
    if feed is None or since is None or not SINCE.fullmatch(since):
        raise ApiError("bad_request")
    return Position(feed, int(since))


ROUTES = (Route("GET", "/events", None, open_events),)
