"""A reactor that a test turns by hand, and a way to a server on which things go wrong."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any, Literal, TypeVar

from twisted.internet.defer import Deferred
from twisted.internet.endpoints import TCP4ClientEndpoint, connectProtocol
from twisted.internet.error import ConnectionAborted
from twisted.internet.protocol import Factory, Protocol, connectionDone
from twisted.python.failure import Failure

T = TypeVar("T")

TURNS = 6_000
"""Rounds of the reactor, of 10 ms at most, before a test gives up."""

BUSY = b"HTTP/1.1 429 Too Many Requests\r\nRetry-After: 1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"

Trouble = Literal["", "down", "silent", "busy"]
"""Nobody listens; octets are taken and nothing comes back; every request over HTTP is told to come again later."""


class Network:
    """Real sockets on the loopback address, and threads that give their results back here.

    :param reactor: of the process (libraries turn to it for bodies of requests), running, turned by nobody else.
    """

    def __init__(self, reactor: Any) -> None:  # noqa: ANN401 -- all of its interfaces
        self.reactor = reactor
        self.ways: list[Way] = []

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Turn until there is a result, and give it; raise it where it is an error."""
        found: list[T | Failure] = []
        Deferred.fromCoroutine(work).addBoth(found.append)
        for _ in range(TURNS):
            if found:
                break
            self.reactor.iterate(0.01)
        else:
            raise TimeoutError("nothing came of it")
        (result,) = found
        if isinstance(result, Failure):
            result.raiseException()
            raise AssertionError("a failure raises")
        return result

    def way_to(self, port: int) -> Way:
        """A way to a port of this machine."""
        self.ways.append(Way(self.reactor, port))
        return self.ways[-1]

    def close(self) -> None:
        """End what is open."""
        for way in self.ways:
            way.set("down")
        for selectable in self.reactor.removeAll():
            selectable.connectionLost(Failure(ConnectionAborted()))
        for call in self.reactor.getDelayedCalls():
            call.cancel()


class Way:
    """Carries octets between whoever connects to ``port`` and a server, unless there is trouble."""

    def __init__(self, reactor: Any, to: int) -> None:  # noqa: ANN401 -- all of its interfaces
        self.trouble: Trouble = ""
        self.ends: set[End] = set()
        self._reactor = reactor
        self._to = to
        self._listening = self._listen(0)
        self.port: int = self._listening.getHost().port

    def set(self, trouble: Trouble) -> None:
        """Begin or end trouble; connections that are open feel it, too."""
        before, self.trouble = self.trouble, trouble
        if trouble == "down":
            self._listening.stopListening()
        elif before == "down":
            self._listening = self._listen(self.port)
        if trouble in ("down", "busy"):
            for end in tuple(self.ends):
                end.transport.abortConnection()

    def server(self) -> TCP4ClientEndpoint:
        """Where the server is."""
        return TCP4ClientEndpoint(self._reactor, "127.0.0.1", self._to)

    def _listen(self, port: int) -> Any:  # noqa: ANN401 -- a port of Twisted
        return self._reactor.listenTCP(port, Factory.forProtocol(lambda: Near(self)), interface="127.0.0.1")


class End(Protocol):
    """One end of what goes through a way."""

    transport: Any

    def __init__(self, way: Way) -> None:
        self.way = way
        self.other: End | None = None

    def connectionMade(self) -> None:
        self.way.ends.add(self)

    def dataReceived(self, data: bytes) -> None:
        if self.way.trouble == "busy":
            self.transport.write(BUSY)
        elif not self.way.trouble and self.other is not None:
            self.other.transport.write(data)

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        self.way.ends.discard(self)
        if self.other is not None:
            self.other.transport.loseConnection()


class Near(End):
    """The end of whoever connects; what it says before the far end is there waits."""

    def __init__(self, way: Way) -> None:
        super().__init__(way)
        self.waiting: list[bytes] = []

    def connectionMade(self) -> None:
        super().connectionMade()
        if not self.way.trouble:
            far = connectProtocol(self.way.server(), End(self.way))
            far.addCallbacks(self._join, lambda failure: self.transport.loseConnection())

    def dataReceived(self, data: bytes) -> None:
        if self.other is None and not self.way.trouble:
            self.waiting.append(data)
        else:
            super().dataReceived(data)

    def _join(self, far: End) -> None:
        self.other, far.other = far, self
        for data in self.waiting:
            super().dataReceived(data)
