from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from twisted.internet import protocol
from twisted.internet.task import Clock
from twisted.test.iosim import FakeTransport, IOPump, connect

from csta.client import Client
from csta.errors import CSTAError
from csta.messages.base import Event, Request
from csta.messages.system import SystemStatusValue
from csta.opening import open_session
from csta.protocol import Link
from csta.session import Peer, Role, Session, Settings

LINKS = [("xml", "none"), ("asn1", "none"), ("asn1", "acse")]


class Switch:
    """The other end: keeps what it was told, answers when the test says so."""

    def __init__(self, clock: Clock, session: Session) -> None:
        self.link = Link(clock, session, self)
        self.opened: list[Peer | None] = []
        self.requests: list[tuple[int, Request[Any]]] = []
        self.statuses: list[SystemStatusValue] = []
        self.closed: list[CSTAError | None] = []

    def link_opened(self, peer: Peer | None) -> None:
        self.opened.append(peer)

    def event_received(self, event: Event) -> None:
        raise AssertionError("a computing function sends no events")

    def request_received(self, invoke_id: int, request: Request[Any]) -> None:
        self.requests.append((invoke_id, request))

    def status_received(self, status: SystemStatusValue) -> None:
        self.statuses.append(status)

    def link_closed(self, error: CSTAError | None) -> None:
        self.closed.append(error)


class Pair:
    """A client and a switch joined in memory, on a clock that stands still until told."""

    def __init__(self, wire: str, association: str, settings: Settings | None = None) -> None:
        self.clock = Clock()
        session = open_session(Role.COMPUTING, wire, association, settings=settings)
        self.client = Client(self.clock, session)
        self.switch = Switch(self.clock, open_session(Role.SWITCHING, wire, association, settings=settings))
        self.pump: IOPump = connect(
            self.switch.link,
            FakeTransport(self.switch.link, isServer=True),
            self.client.link,
            FakeTransport(self.client.link, isServer=False),
            clock=self.clock,
        )

    def flush(self) -> None:
        self.pump.flush()

    def advance(self, seconds: float) -> None:
        self.clock.advance(seconds)
        self.pump.flush()


class Scripted(Clock):
    """A reactor whose connections lead to a switch that says what the test wants, for services no simulator has."""

    def __init__(self, wire: str) -> None:
        super().__init__()
        self.wire = wire
        self.switch = Switch(self, open_session(Role.SWITCHING, wire))
        self._pump: IOPump | None = None

    def connectTCP(self, host: str, port: int, factory: protocol.ClientFactory, **_: object) -> None:
        """Twisted: somebody connects."""
        nowhere: Any = None
        client = factory.buildProtocol(nowhere)
        ends = (self.switch.link, FakeTransport(self.switch.link, True), client, FakeTransport(client, False))
        self._pump = connect(*ends, clock=self)

    def settle(self, seconds: float = 0) -> None:
        """Let time pass and everything arrive."""
        self._flush()
        self.advance(seconds)
        self._flush()

    def _flush(self) -> None:
        while self._pump is not None and self._pump.flush():
            pass


@pytest.fixture(params=LINKS, ids="-".join)
def pair(request: pytest.FixtureRequest) -> Pair:
    wire, association = request.param
    joined = Pair(wire, association)
    joined.flush()
    return joined


@pytest.fixture
def make_pair() -> Callable[..., Pair]:
    return Pair
