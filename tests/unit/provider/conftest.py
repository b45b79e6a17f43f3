from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar, cast

import pytest
from twisted.internet import protocol
from twisted.internet.defer import Deferred, ensureDeferred
from twisted.internet.error import ConnectError
from twisted.internet.task import Clock
from twisted.python.failure import Failure
from twisted.test.iosim import FakeTransport, IOPump, connect

from csta.errors import CSTAError
from csta.model.call import Call
from csta.model.events import LinkDown, ModelEvent
from csta.protocol import DelayedCall
from csta.provider import CstaProvider
from csta.simulator.calls import Extension, Line
from csta.simulator.server import SwitchServer
from csta.simulator.switch import Switch
from tests.unit.provider.truth import AT_ONCE, PATIENT

R = TypeVar("R")
LINKS = [("xml", "none"), ("asn1", "none"), ("asn1", "acse")]


class Network(Clock):
    """A reactor whose connections lead to one switch, in memory, on a clock that stands still until told."""

    def __init__(self, wire: str, association: str, *, patient: bool = False) -> None:
        super().__init__()
        telephones = [Extension(number, name=f"Name {number}") for number in ("2001", "2002", "2003", "2004")]
        devices = [*telephones, Line("T1"), Line("T2")]
        self.switch = Switch(devices, AT_ONCE, PATIENT) if patient else Switch(devices)
        self.server = SwitchServer(self, self.switch)
        self.reachable = True
        self.attempts = 0
        self.wire = wire
        self.at_shutdown: list[Callable[[], object]] = []
        self._factory = self.server.factory(wire, association)
        self._pumps: list[IOPump] = []

    def connectTCP(self, host: str, port: int, factory: protocol.ClientFactory, **_: object) -> None:
        """Twisted: somebody connects."""
        self.attempts += 1
        connector: Any = None
        if not self.reachable:
            factory.clientConnectionFailed(connector, Failure(ConnectError()))
            return
        client, server = factory.buildProtocol(connector), self._factory.buildProtocol(None)
        ends = (server, FakeTransport(server, isServer=True), client, FakeTransport(client, isServer=False))
        self._pumps.append(connect(*ends, clock=self))

    def addSystemEventTrigger(self, phase: str, event: str, what: Callable[[], object]) -> None:
        """Twisted: call something when the reactor stops."""
        self.at_shutdown.append(what)

    def settle(self, seconds: float = 0) -> None:
        """Let time pass and everything arrive."""
        self._flush()
        self.advance(seconds)
        self._flush()

    def pass_time(self, seconds: float) -> None:
        """Let time pass in small steps, so that what takes several turns gets them."""
        end = self.seconds() + seconds
        while self.seconds() < end:
            following = min((cast(DelayedCall, call).getTime() for call in self.getDelayedCalls()), default=end)
            self.settle(max(0.0, min(following, end) - self.seconds()))

    def _flush(self) -> None:
        while any([pump.flush() for pump in self._pumps]):
            pass


class Bench:
    """A provider on such a network, and what it told."""

    def __init__(self, wire: str, association: str, *, patient: bool = False) -> None:
        self.network = Network(wire, association, patient=patient)
        self.provider = CstaProvider(
            self.network, "tcp:pbx:8800", wire, association, retry_policy=lambda failures: 2.0**failures
        )
        self.told: list[ModelEvent] = []
        self.provider.subscribe(self.told.append)

    @property
    def switch(self) -> Switch:
        return self.network.switch

    def call(self, device: str, call: str | None = None) -> Call:
        """The only call at a device, or the one named."""
        [found] = [each for each in self.provider.calls(device) if call in (None, each.id)]
        return found

    def retries(self) -> list[float | None]:
        """The waits told with each lost link."""
        return [event.retry_in for event in self.told if isinstance(event, LinkDown)]

    def add_extension(self, number: str) -> None:
        """A telephone is plugged in."""
        self.switch._exchange.extensions[number] = Extension(number)

    def run(self, awaitable: Awaitable[R]) -> R:
        """What a command comes to."""
        ended: list[Any] = []
        running: Deferred[R] = ensureDeferred(_awaited(awaitable))
        running.addBoth(ended.append)
        self.network.settle()
        assert ended, "it still waits"
        if isinstance(ended[0], Failure):
            ended[0].raiseException()
        result: R = ended[0]
        return result

    def run_or_fail(self, awaitable: Awaitable[object]) -> None:
        """Let a command run to its end, whatever that is; it may take its time-out."""
        running = ensureDeferred(_awaited(awaitable))
        running.addErrback(lambda failure: failure.trap(CSTAError))
        self.network.settle()
        if not running.called:
            self.network.pass_time(30)

    def lose_link(self) -> None:
        """The cable is pulled."""
        self.network.reachable = False
        self.network.server.drop_clients()
        self.network.settle()

    def restore_link(self) -> None:
        """The cable is back, and the next try is due."""
        self.network.reachable = True
        self.network.settle(2)

    def take(self) -> list[str]:
        """What was told since the last time, in short."""
        told, self.told[:] = [_short(event) for event in self.told], []
        return told


async def _awaited(awaitable: Awaitable[R]) -> R:
    return await awaitable


def _short(event: ModelEvent) -> str:
    name = type(event).__name__
    call = getattr(event, "call", None)
    return f"{name} {call.device} {call.state.value}" if call is not None else name


@pytest.fixture(params=LINKS, ids="-".join)
def bench(request: pytest.FixtureRequest) -> Bench:
    made = Bench(*request.param)
    made.provider.start()
    for device in ("2001", "2002"):
        made.run(made.provider.monitor(device))
    made.network.settle()
    return made


@pytest.fixture
def make_bench() -> Callable[[str, str], Bench]:
    return Bench


def talking(bench: Bench) -> tuple[Call, Call]:
    """2001 has called 2002 and they talk."""
    bench.run(bench.provider.make_call("2001", "2002"))
    bench.switch.lift("2002", bench.network.seconds())
    bench.network.settle()
    bench.take()
    return bench.call("2001"), bench.call("2002")
