"""A network in memory on a clock that stands still until told, and a switch on it."""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from twisted.internet.defer import Deferred, ensureDeferred
from twisted.internet.error import ConnectError, ConnectionDone, ConnectionLost
from twisted.internet.task import Clock
from twisted.python.failure import Failure

from csta.client import Client, ClientFactory
from csta.dialect import Login
from csta.endpoints import client_endpoint
from csta.provider import CstaProvider
from csta.recorder import files
from csta.recorder.live import Recording
from csta.recorder.serving import ReplayServer
from csta.simulator.calls import Device, Extension, Line
from csta.simulator.server import SwitchServer
from csta.simulator.switch import Switch

R = TypeVar("R")

EXTENSIONS = ("2001", "2002", "2003", "2004")
LINES = ("T1", "T2")
ENDPOINT = "tcp:switch:8800"
"""Where a :class:`MemorySwitch` is reached; any host and port will do."""


class _End:
    """One end of a connection: what it writes arrives at the other when the network is settled."""

    def __init__(self, network: Network, protocol: Any) -> None:  # noqa: ANN401 -- Twisted's protocols
        self.protocol = protocol
        self.peer: _End | None = None
        self._network = network

    def write(self, data: bytes) -> None:
        """Twisted: send octets."""
        if self.peer is not None:
            self._network.on_the_way.append((self.peer, data))

    def loseConnection(self) -> None:
        """Twisted: close when everything has arrived."""
        if self.peer is not None:
            self._network.on_the_way.append((self.peer, None))

    def abortConnection(self) -> None:
        """Twisted: close at once; what is under way is lost."""
        if (peer := self.peer) is not None:
            self.peer = peer.peer = None
            self._network.lose(self, ConnectionLost())
            self._network.lose(peer, ConnectionLost())


class Network(Clock):
    """A reactor for tests: connections lead to one server, and nothing happens by itself.

    :param factory: makes the server's end of each connection; None: nobody listens.
    """

    def __init__(self, factory: Any = None) -> None:  # noqa: ANN401 -- any of Twisted's factories
        super().__init__()
        self.factory = factory
        self.reachable = True
        self.on_the_way: deque[tuple[_End, bytes | None]] = deque()
        self.at_shutdown: list[Callable[[], object]] = []

    def connectTCP(self, host: str, port: int, factory: Any, *_: object, **__: object) -> None:  # noqa: ANN401
        """Twisted: somebody connects."""
        if self.factory is None or not self.reachable:
            factory.clientConnectionFailed(None, Failure(ConnectError()))
            return
        client, server = _End(self, factory.buildProtocol(None)), _End(self, self.factory.buildProtocol(None))
        client.peer, server.peer = server, client
        server.protocol.makeConnection(server)
        client.protocol.makeConnection(client)

    def addSystemEventTrigger(self, phase: str, event: str, what: Callable[[], object], *_: object) -> None:
        """Twisted: call something when the reactor stops; here it is only noted."""
        self.at_shutdown.append(what)

    def settle(self, seconds: float = 0.0) -> None:
        """Let everything arrive, and let so many seconds pass; what is due meanwhile happens at its time."""
        end = self.seconds() + seconds
        self._deliver()
        while self.calls and (due := self.calls[0].getTime()) < end:
            self.advance(max(0.0, due - self.seconds()))
            self._deliver()
        self.advance(max(0.0, end - self.seconds()))
        self._deliver()

    def run(self, awaitable: Awaitable[R]) -> R:
        """What something awaited comes to, without time passing.

        :raises AssertionError: it still waits when everything has arrived.
        """
        ends: list[Any] = []

        async def awaited() -> R:
            return await awaitable

        running: Deferred[R] = ensureDeferred(awaited())
        running.addBoth(ends.append)
        self.settle()
        if not ends:
            raise AssertionError("it still waits: let time pass with settle(seconds)")
        if isinstance(ends[0], Failure):
            ends[0].raiseException()
        result: R = ends[0]
        return result

    def lose(self, end: _End, reason: Exception) -> None:
        """Tell a protocol that its connection is gone."""
        end.protocol.connectionLost(Failure(reason))

    def _deliver(self) -> None:
        while self.on_the_way:
            end, data = self.on_the_way.popleft()
            if end.peer is None:
                continue
            if data is not None:
                end.protocol.dataReceived(data)
            else:
                other, end.peer.peer, end.peer = end.peer, None, None
                self.lose(end, ConnectionDone())
                self.lose(other, ConnectionDone())


class MemoryLink:
    """Clients and providers on a network in memory, in front of a server.

    :ivar network: their reactor, and the clock.
    """

    def __init__(self, kind: Mapping[str, Any]) -> None:
        self.network = Network()
        self._kind = kind

    @property
    def now(self) -> float:
        """Seconds on the clock."""
        return self.network.seconds()

    def client(self, record: Recording | None = None) -> Client:
        """A client on a new link."""
        factory = ClientFactory(self.network, **self._kind, record=record, name=ENDPOINT)
        return self.network.run(factory.connect(client_endpoint(self.network, ENDPOINT), ENDPOINT))

    def provider(self, *devices: str, record: Recording | None = None) -> CstaProvider:
        """A provider on a link of its own, with ``devices`` watched; it tries again two seconds after a lost link."""
        provider = CstaProvider(self.network, ENDPOINT, **self._kind, retry_policy=lambda failures: 2.0, record=record)
        provider.start()
        for device in devices:
            self.network.run(provider.monitor(device))
        self.network.settle()
        return provider

    def settle(self, seconds: float = 0.0) -> None:
        """Let everything arrive, and so many seconds pass."""
        self.network.settle(seconds)

    def run(self, awaitable: Awaitable[R]) -> R:
        """What something awaited comes to; see :meth:`Network.run`."""
        return self.network.run(awaitable)


class MemorySwitch(MemoryLink):
    """A simulated switch on a network in memory.

    :param devices: its telephones and lines; four telephones from 2001 on and two lines where left out.
    :param record: where the links are recorded, seen from the switch.
    :ivar switch: what people do with telephones: ``ring``, ``lift``, ``dial``, ``hang_up``.

    The other parameters say which kind of link is served, as in :func:`csta.client.connect`.
    """

    def __init__(
        self,
        protocol: str | None = None,
        association: str | None = None,
        *,
        dialect: str | None = None,
        framing: str | None = None,
        login: Login | None = None,
        devices: Iterable[Device] | None = None,
        record: Recording | None = None,
    ) -> None:
        kind: dict[str, Any] = {
            "protocol": protocol,
            "association": association,
            "dialect": dialect,
            "framing": framing,
            "login": login,
        }
        super().__init__(kind)
        office = [*(Extension(number) for number in EXTENSIONS), *(Line(number) for number in LINES)]
        self.switch = Switch(office if devices is None else devices)
        self.server = SwitchServer(self.network, self.switch, record=record)
        self.network.factory = self.server.factory(**kind)

    def lose_links(self) -> None:
        """The cable is pulled; :meth:`restore_links` plugs it in again."""
        self.network.reachable = False
        self.server.drop_clients()
        self.network.settle()

    def restore_links(self) -> None:
        """The cable is back."""
        self.network.reachable = True


class MemoryReplay(MemoryLink):
    """The recorded switch of a trace on a network in memory.

    :param trace: a trace file; the first connection meets its first link, the next one the next.
    :param speed: how many times as fast as recorded, on the network's clock; None for at once.
    :param patience: seconds of silence after which a request that is waited for is passed over.
    :ivar server: what was asked that is not in the trace, and what was not asked.
    :raises ValueError: the trace has no link.
    """

    def __init__(self, trace: str | Path, speed: float | None = None, patience: float = 10.0) -> None:
        entries = list(files.read(trace))
        network = Network()
        self.server = ReplayServer(network, entries, speed, patience)
        super().__init__(self.server.kind)
        self.network = network
        network.factory = self.server.factory()
