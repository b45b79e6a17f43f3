"""The WebSocket under an event stream: who may open one, how much it may say, and how it ends (RFC 6455)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import msgspec
from autobahn.twisted.websocket import WebSocketServerFactory, WebSocketServerProtocol
from twisted.internet.interfaces import IPushProducer, IReactorTime
from zope.interface import implementer  # type: ignore[import-untyped] # has no type information

from csta_gateway.auth import Session
from csta_gateway.feed import Position
from csta_gateway.streams import CloseCode, Stream

LARGEST_MESSAGE = 1024
"""Octets a page may send at once; all it ever sends is a ping."""

PING_EVERY = 20.0
PONG_WITHIN = 20.0

OpenStream = Callable[["EventSocket", Session], Stream]


class ClientMessage(msgspec.Struct, frozen=True, kw_only=True):
    """The only thing a page says: it is still there."""

    type: Literal["ping"]


PONG = msgspec.json.encode({"type": "pong"})


@implementer(IPushProducer)
class EventSocket(WebSocketServerProtocol):
    """One connection; as a producer it learns when the browser does not keep up.

    :param admitted: whose page it is; or the code with which it is closed at once.
    :param position: how far the page had come before its last connection broke, or None.
    """

    stream: Stream | None = None

    def __init__(
        self,
        admitted: Session | CloseCode,
        position: Position | None,
        open_stream: OpenStream,
        ended: Callable[[Stream], None],
    ) -> None:
        super().__init__()
        self._admitted = admitted
        self._position = position
        self._open_stream = open_stream
        self._ended = ended

    def onOpen(self) -> None:
        """The handshake is done."""
        session = self._admitted
        if isinstance(session, CloseCode):
            self.close(session)
            return
        # The HTTP channel that took the request is still registered as the producer.
        self.unregisterProducer()
        self.registerProducer(self, True)
        session.on_end.add(self._log_out)
        self.stream = self._open_stream(self, session)
        self.stream.start(self._position)

    def onMessage(self, payload: bytes, is_binary: bool) -> None:
        """Answer a ping; anything else is a mistake."""
        try:
            if is_binary:
                raise msgspec.DecodeError("binary message")
            msgspec.json.decode(payload, type=ClientMessage)
        except msgspec.DecodeError:
            self._end(CloseCode.NOT_UNDERSTOOD)
        else:
            self.write(PONG)

    def onClose(self, was_clean: bool, code: int | None, reason: str | None) -> None:
        """The connection is gone."""
        if isinstance(self._admitted, Session):
            self._admitted.on_end.discard(self._log_out)
        if self.stream is not None:
            self.stream.closed()
            self._ended(self.stream)

    def onMessageFrameBegin(self, length: int) -> None:
        """Refuse what is too large by its announced length, before it is read."""
        super().onMessageFrameBegin(length)
        if self.message_data_total_length > LARGEST_MESSAGE:
            self.failedByMe = True  # autobahn keeps nothing more of this message
            self._end(CloseCode.NOT_UNDERSTOOD)

    def write(self, data: bytes) -> None:
        """Send one message; while the connection is closing there is nobody to read it."""
        if self.state == self.STATE_OPEN:
            WebSocketServerProtocol.sendMessage(self, data)

    def close(self, code: int) -> None:
        """Say why and end the connection; a browser that does not answer is cut off after a moment."""
        if self.state == self.STATE_OPEN:
            self.sendCloseFrame(code)  # sendClose() does not let a server say 1012

    def pauseProducing(self) -> None:
        """The browser leaves data unread."""
        if self.stream is not None:
            self.stream.stall()

    def resumeProducing(self) -> None:
        """The browser has read everything."""
        if self.stream is not None:
            self.stream.resume()

    def stopProducing(self) -> None:
        """The connection is being closed."""

    def _log_out(self) -> None:
        self._end(CloseCode.NOT_LOGGED_IN)

    def _end(self, code: CloseCode) -> None:
        if self.stream is not None:
            self.stream.close(code)


class Handover:
    """Makes the request of one page its socket; what ``WebSocketResource`` calls a factory."""

    def __init__(self, factory: WebSocketServerFactory, socket: EventSocket) -> None:
        self._factory = factory
        self._socket = socket

    def buildProtocol(self, address: object) -> EventSocket:
        """The socket, as a child of the real factory, which holds the settings."""
        self._socket.factory = self._factory
        return self._socket


def socket_factory(reactor: IReactorTime) -> WebSocketServerFactory:
    """The settings all sockets share. Origins are checked before a request gets here."""
    factory = WebSocketServerFactory(reactor=reactor)
    factory.setProtocolOptions(
        autoPingInterval=PING_EVERY, autoPingTimeout=PONG_WITHIN, closeHandshakeTimeout=2, webStatus=False
    )
    return factory
