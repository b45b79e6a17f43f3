"""The connection between an agent and the gateway: limits, heartbeats both ways, and why it ended."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from twisted.internet.defer import Deferred, succeed
from twisted.internet.interfaces import IHandshakeListener, ISSLTransport, ITCPTransport
from twisted.internet.protocol import connectionDone
from twisted.internet.task import LoopingCall
from twisted.logger import Logger
from twisted.protocols import amp
from twisted.protocols.policies import TimeoutMixin
from twisted.python.failure import Failure
from zope.interface import implementer  # type: ignore[import-untyped] # has no type information

from csta.endpoints import why_lost
from tapi_adapter.protocol import Beat, Bye
from tapi_adapter.timing import DelayedCall, Timing

BEAT = 10.0
"""Seconds between two heartbeats."""

SILENCE = 30.0
"""Seconds without an octet after which the connection is over."""

PATIENCE = 10.0
"""Seconds for TLS and the first word, and for the last."""

LARGEST_BOX = 16 * 2**20
"""Octets in the values of one message of AMP; the list of 10,000 lines has about six million."""

_log = Logger()


class Heard(amp.CommandLocator):
    """What both sides listen to.

    :param wire: the connection it comes on.
    """

    def __init__(self, wire: Wire) -> None:
        super().__init__()
        self.wire = wire

    @Beat.responder
    def beat(self) -> dict[str, object]:
        """The peer is there, which every octet says."""
        return {}

    @Bye.responder
    def bye(self, reason: str) -> dict[str, object]:
        """The peer ends the connection."""
        self.wire.end(reason)
        return {}


@implementer(IHandshakeListener)
class Wire(amp.AMP, TimeoutMixin):
    """One connection.

    Only the commands of ``heard`` are taken, none of those that AMP brings along.

    :param heard: makes what listens to the peer.
    :ivar reason: why it ended, in words; empty while it lasts.
    """

    transport: Any = None  # a stream transport, of which Twisted says only a part

    def __init__(self, clock: Timing, heard: Callable[[Wire], Heard]) -> None:
        amp.AMP.__init__(self, locator=heard(self))
        self.reason = ""
        self._clock = clock
        self._beats = LoopingCall(self.say, Beat)
        self._beats.clock = cast(Any, clock)
        self._over: list[Deferred[str]] | None = []
        self._agreed = True
        self._size = 0

    @property
    def peer(self) -> str:
        """Address of the other side."""
        return str(getattr(self.transport.getPeer(), "host", "")) if self.transport is not None else ""

    def begin(self) -> None:
        """Both sides have said who they are: heartbeats from now on."""
        self.setTimeout(SILENCE)
        self._beats.start(BEAT, now=False)

    def say(self, command: type[amp.Command], **values: object) -> None:
        """Send what needs no answer; on a connection that is gone it is nobody's."""
        self.callRemote(command, **values)

    def ask(self, command: type[amp.Command], **values: object) -> Deferred[dict[str, Any]]:
        """Send what is answered; fails with the command's errors, or with whatever ended the connection.

        :raises UnicodeEncodeError: a text has half a surrogate pair in it.
        """
        return cast("Deferred[dict[str, Any]]", self.callRemote(command, **values))

    def leave(self, reason: str) -> None:
        """Say why, and close; returns at once."""
        if not self.reason and self.transport is not None:
            self.reason = reason
            self.say(Bye, reason=reason)
            self.setTimeout(PATIENCE)
            self.transport.loseConnection()

    def end(self, reason: str) -> None:
        """Close at once."""
        self.reason = self.reason or reason
        if self.transport is not None:
            self.transport.abortConnection()

    def when_over(self) -> Deferred[str]:
        """Fires with the reason when the connection is gone."""
        if self._over is None:
            return succeed(self.reason)
        waiting: Deferred[str] = Deferred()
        self._over.append(waiting)
        return waiting

    # What Twisted calls

    def callLater(self, period: float, func: Callable[[], object]) -> DelayedCall:
        """Twisted: whose clock the time-outs go by."""
        return self._clock.callLater(period, func)

    def connectionMade(self) -> None:
        """Twisted: the connection is there; on TLS, the handshake is still to come."""
        self._agreed = not ISSLTransport.providedBy(self.transport)
        if ITCPTransport.providedBy(self.transport):
            self.transport.setTcpKeepAlive(True)
            self.transport.setTcpNoDelay(True)
        self.setTimeout(PATIENCE)

    def handshakeCompleted(self) -> None:
        """Twisted: both certificates are right."""
        self._agreed = True

    def dataReceived(self, data: bytes) -> None:
        """Twisted: octets came."""
        if self._beats.running and not self.reason:
            self.resetTimeout()
        try:
            amp.AMP.dataReceived(self, data)
        except Exception:  # whatever a peer can do to a parser ends its connection, and no other
            _log.failure("{peer} breaks the rules of the protocol", peer=self.peer)
            self.end("it sent what is not of the protocol")

    def proto_init(self, string: bytes) -> str:
        """Twisted: a message begins."""
        self._size = 0
        return cast(str, amp.AMP.proto_init(self, string))

    def proto_value(self, string: bytes) -> str:
        """Twisted: a message has one value more."""
        self._size += len(string)
        if self._size > LARGEST_BOX:
            raise ValueError(f"a message of more than {LARGEST_BOX} octets")
        return cast(str, amp.AMP.proto_value(self, string))

    def unhandledError(self, failure: Failure) -> None:
        """Twisted: a message could not be understood."""
        _log.failure("a message of {peer} cannot be understood", failure, peer=self.peer)
        self.end("it sent what is not of the protocol")

    def timeoutConnection(self) -> None:
        """Twisted: nothing came in time."""
        self.end(f"nothing came within {self.timeOut:g} s")

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """Twisted: the connection is gone."""
        self.setTimeout(None)
        if self._beats.running:
            self._beats.stop()
        self.reason = self.reason or why_lost(reason, during_handshake=not self._agreed)
        amp.AMP.connectionLost(self, reason)
        waiting, self._over = self._over or [], None
        for each in waiting:
            each.callback(self.reason)
