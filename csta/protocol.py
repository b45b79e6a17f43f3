"""The session on Twisted: one protocol class for both functions, and nothing in it that the session could know.

Octets go into the session, its events go to an :class:`Application`, its octets to the transport, its deadline to one
timer of the reactor.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar, cast
from typing import Protocol as Structural

from twisted.internet import protocol
from twisted.internet.defer import Deferred, fail
from twisted.internet.interfaces import IHandshakeListener, ISSLTransport, ITCPTransport
from twisted.logger import Logger, LogLevel
from twisted.python.failure import Failure
from zope.interface import implementer  # type: ignore[import-untyped] # has no type information

from csta.endpoints import why_lost
from csta.errors import CSTAError, LinkLost, ProtocolError
from csta.messages.base import Event, Request, Response
from csta.messages.errors import UniversalFailure
from csta.messages.system import SystemStatusValue
from csta.session import (
    Answered,
    Closed,
    EventReceived,
    Irregular,
    Irregularity,
    Opened,
    Peer,
    RequestFailed,
    RequestReceived,
    Session,
    SessionEvent,
    State,
    StatusReceived,
    why,
)

R = TypeVar("R")


class ReactorTime(Structural):
    """What is needed of a reactor here: its clock. A :class:`twisted.internet.task.Clock` will do."""

    def seconds(self) -> float:
        """Time now, in seconds."""

    def callLater(self, delay: float, what: Callable[..., object], /, *args: object) -> object:
        """Call something after ``delay`` seconds; gives a :class:`DelayedCall`."""


class DelayedCall(Structural):
    """What :meth:`ReactorTime.callLater` gives (the part of ``IDelayedCall`` needed here)."""

    def getTime(self) -> float:
        """When it will be called."""

    def cancel(self) -> None:
        """Do not call it."""

    def active(self) -> bool:
        """Whether it is still to be called."""


class Transport(Structural):
    """The part of a stream transport needed here."""

    def write(self, data: bytes, /) -> None:
        """Send octets."""

    def loseConnection(self) -> None:
        """Close when everything is sent."""

    def abortConnection(self) -> None:
        """Close at once."""

    def setTcpKeepAlive(self, enabled: bool, /) -> None:
        """Let the system find out that the other end is gone."""

    def setTcpNoDelay(self, enabled: bool, /) -> None:
        """Send each message at once."""


class Application(Structural):
    """What stands on a link."""

    def link_opened(self, peer: Peer | None) -> None:
        """Messages may flow."""

    def event_received(self, event: Event) -> None:
        """The switching function reports an event."""

    def request_received(self, invoke_id: int, request: Request[Any]) -> None:
        """The peer asks for a service; answer with :meth:`Link.respond` or :meth:`Link.fail`, now or later."""

    def status_received(self, status: SystemStatusValue) -> None:
        """The peer told its status."""

    def link_closed(self, error: CSTAError | None) -> None:
        """The link is over; every request on it has ended. ``error`` is None when it was closed in order."""


A = TypeVar("A", bound=Application)

LINGER = 5.0
"""Seconds a closed connection may take to send its last octets; a dead peer never takes them."""


@implementer(IHandshakeListener)
class Link(protocol.Protocol, Generic[A]):
    """One CSTA link on a Twisted transport.

    :param reactor: gives the time; nothing else of it is used.
    :param application: told what happens, on the reactor's thread.
    :param name: what logs call it.
    """

    log = Logger()

    def __init__(self, reactor: ReactorTime, session: Session, application: A, name: str = "") -> None:
        self.session = session
        self.application = application
        self._reactor = reactor
        self._transport: Transport | None = None
        self._timer: DelayedCall | None = None
        self._waiting: dict[int, Deferred[Any]] = {}
        self._delivering = False
        self._linger: DelayedCall | None = None
        self._handshake: DelayedCall | None = None
        self._name = name
        self._reason = "the link is not open yet"
        self._logged: set[Irregularity] = set()

    def request(self, message: Request[R], timeout: float | None = None) -> Deferred[R]:
        """Ask the peer for a service.

        :param timeout: seconds the answer may take; the session's settings say it where left out.
        :returns: the positive answer, or fails with a :class:`csta.errors.RequestError` (``ServiceError``,
            ``RequestRejected``, ``RequestTimeout``, ``RequestCancelled``, ``LinkLost``) or
            :class:`csta.errors.ProtocolError`. Cancelling it gives up waiting; the link stays.
        """
        if self.session.state is not State.ACTIVE:
            return fail(LinkLost(type(message).__name__, self._reason))
        try:
            invoke_id = self.session.request(message, self._reactor.seconds(), timeout)
        except ProtocolError as error:
            return fail(error)
        waiting: Deferred[R] = Deferred(lambda _: self._cancel(invoke_id))
        self._waiting[invoke_id] = waiting
        self._update()
        return waiting

    def report(self, message: Event | Request[None]) -> None:
        """Send an event report, or a request that has no answer; raises LocalProtocolError when it does not fit."""
        self.session.report(message)
        self._update()

    def respond(self, invoke_id: int, response: Response | None = None) -> None:
        """Answer a request of the peer positively; raises LocalProtocolError when it does not fit."""
        self.session.respond(invoke_id, response)
        self._update()

    def fail(self, invoke_id: int, failure: UniversalFailure) -> None:
        """Answer a request of the peer negatively; raises LocalProtocolError when the link is over."""
        self.session.fail(invoke_id, failure)
        self._update()

    def close(self) -> None:
        """End the link in order; :meth:`Application.link_closed` follows."""
        self.session.release(self._reactor.seconds())
        self._deliver()

    def drop(self) -> None:
        """Cut the connection at once."""
        if self._transport is not None:
            self._transport.abortConnection()

    def connectionMade(self) -> None:
        """Twisted: the connection is there; on TLS, the handshake is still to come."""
        self._transport = cast(Transport, self.transport)
        if ITCPTransport.providedBy(self.transport):
            self._transport.setTcpKeepAlive(True)
            self._transport.setTcpNoDelay(True)
        if ISSLTransport.providedBy(self.transport):
            patience = self.session.settings.association_timeout
            self._handshake = cast(DelayedCall, self._reactor.callLater(patience, self._handshake_late, patience))
        else:
            self._open()

    def handshakeCompleted(self) -> None:
        """Twisted: the peer's certificate is right, and nobody listens."""
        if self._handshake is not None and self._handshake.active():
            self._handshake.cancel()
            self._open()

    def dataReceived(self, data: bytes) -> None:
        """Twisted: octets came."""
        self.session.receive_data(data, self._reactor.seconds())
        self._deliver()

    def connectionLost(self, reason: Failure = protocol.connectionDone) -> None:
        """Twisted: the connection is gone."""
        self._transport = None
        early = self._handshake is not None and self._handshake.active()
        for waiting in (self._linger, self._handshake):
            if waiting is not None and waiting.active():
                waiting.cancel()
        self.session.connection_lost(why_lost(reason, during_handshake=early))
        self._deliver()

    def _open(self) -> None:
        self.session.open(self._reactor.seconds(), private=ISSLTransport.providedBy(self.transport))
        self._deliver()

    def _handshake_late(self, seconds: float) -> None:
        self.session.connection_lost(f"TLS: the peer took longer than {seconds:g} s to agree on it")
        self.drop()
        self._deliver()

    def _cancel(self, invoke_id: int) -> None:
        self.session.cancel(invoke_id)
        self._deliver()

    def _on_timer(self) -> None:
        self._timer = None
        self.session.on_timer(self._reactor.seconds())
        self._deliver()

    def _deliver(self) -> None:
        """Hand out what happened. An application that calls back into the link meanwhile adds to the same round."""
        if self._delivering:
            return
        self._delivering = True
        try:
            while (event := self.session.next_event()) is not None:
                self._hand_out(event)
        finally:
            self._delivering = False
            self._update()

    def _hand_out(self, event: SessionEvent) -> None:
        match event:
            case EventReceived(report):
                self.application.event_received(report)
            case Answered(invoke_id, response):
                self._waiting.pop(invoke_id).callback(response)
            case RequestFailed(invoke_id, error):
                self._waiting.pop(invoke_id).errback(error)
            case RequestReceived(invoke_id, request):
                self.application.request_received(invoke_id, request)
            case StatusReceived(status):
                self.application.status_received(status)
            case Irregular(kind, words):
                self._irregular(kind, words)
            case Opened(peer):
                self.application.link_opened(peer)
            case Closed(error):
                self._end(error)

    def _irregular(self, kind: Irregularity, words: str) -> None:
        """Log the first of each kind; a peer that does it once does it all day."""
        first = kind not in self._logged
        self._logged.add(kind)
        level = LogLevel.warn if first else LogLevel.debug
        self.log.emit(level, "peer: {kind}: {words}", kind=kind.value, words=words, link=self._name)

    def _end(self, error: CSTAError | None) -> None:
        self._reason = why(error)
        self._update()
        if self._transport is not None:
            self._transport.loseConnection()
            self._linger = cast(DelayedCall, self._reactor.callLater(LINGER, self.drop))
        self.application.link_closed(error)

    def _update(self) -> None:
        """Send what there is to send, and set the timer."""
        data = self.session.data_to_send()
        if data and self._transport is not None:
            self._transport.write(data)
        self._arm(self.session.next_deadline())

    def _arm(self, deadline: float | None) -> None:
        if self._timer is not None:
            # A timer that comes early finds nothing due and is set again: cheaper than moving it with every message.
            if deadline is not None and self._timer.getTime() <= deadline:
                return
            self._timer.cancel()
            self._timer = None
        if deadline is not None:
            delay = max(0.0, deadline - self._reactor.seconds())
            self._timer = cast(DelayedCall, self._reactor.callLater(delay, self._on_timer))
