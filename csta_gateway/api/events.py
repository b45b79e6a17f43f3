"""The subscription to events: checked like every other route, then handed over to a WebSocket."""

from __future__ import annotations

from http import HTTPStatus

from autobahn.twisted.resource import WebSocketResource

from csta_gateway.api.exchange import Visit
from csta_gateway.api.route import Route
from csta_gateway.failures import ApiError
from csta_gateway.origins import same_origin
from csta_gateway.policy import Action
from csta_gateway.texts import Words
from csta_gateway.websocket import EventSocket, Handover


async def open_events(visit: Visit) -> WebSocketResource:
    """Open the stream.

    Without a session the socket is opened too, only to say 4001 and close: no other refusal reaches a page's script.
    """
    gateway = visit.gateway
    if not same_origin(visit.request, gateway.settings.secure, gateway.settings.origins):
        raise ApiError("forbidden")
    session = visit.session_or_none
    if session is not None and gateway.streams.full(session.user.login):
        raise ApiError("too_many_attempts", retry_after=60)
    socket = EventSocket(session, gateway.open_stream, gateway.streams.discard)
    return WebSocketResource(Handover(gateway.socket_factory, socket))


ROUTES = (
    Route(
        method="GET",
        path="/events",
        name="openEvents",
        title=Words("Ereignisse als WebSocket", "Events as a WebSocket"),
        action=Action.SUBSCRIBE,
        handler=open_events,
        strangers=True,
        status=HTTPStatus.SWITCHING_PROTOCOLS,
        problems=("forbidden", "too_many_attempts"),
    ),
)
