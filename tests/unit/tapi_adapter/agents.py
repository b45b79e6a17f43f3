"""An agent and a gateway joined in memory."""

from __future__ import annotations

from random import Random
from typing import Any

from twisted.internet.defer import Deferred, fail, succeed
from twisted.internet.error import ConnectError
from twisted.internet.task import Clock
from twisted.test.iosim import FakeTransport, IOPump, connect

from csta.model.events import ModelEvent
from tapi_adapter.agent import Agent
from tapi_adapter.protocol import NotServed
from tapi_adapter.provider import TapiProvider
from tapi_adapter.remote import Reception, RemoteTelephony
from tapi_adapter.wire import Wire
from tests.unit.tapi_adapter.conftest import STATIONS, TapiBench
from tests.unit.tapi_adapter.faketelephony import EVERYTHING, FakeTelephony


class Cable:
    """Where an agent connects; can be cut.

    :ivar refused: why the gateway does not take the agent; empty when it does.
    """

    def __init__(self, clock: Clock, remote: RemoteTelephony) -> None:
        self.reception = Reception(clock, self._who)
        self.refused = ""
        self.there = True
        self.wires: list[Wire] = []
        self._remote = remote
        self._clock = clock
        self._pumps: list[IOPump] = []

    def connect(self, factory: Any) -> Deferred[Any]:  # noqa: ANN401 - any Twisted factory
        """Twisted: the agent connects."""
        if not self.there:
            return fail(ConnectError())
        client, server = factory.buildProtocol(None), self.reception.buildProtocol(None)
        ends = (server, FakeTransport(server, isServer=True), client, FakeTransport(client, isServer=False))
        self._pumps.append(connect(*ends, clock=self._clock, greet=False))
        self.wires.append(client)
        return succeed(client)

    def pump(self) -> bool:
        """Let octets through; says whether there were any."""
        return any([pump.pump() for pump in self._pumps])

    def cut(self) -> None:
        """Neither side hears anything any more."""
        self._pumps.clear()

    def _who(self, wire: Wire) -> RemoteTelephony:
        if self.refused:
            raise NotServed(self.refused)
        return self._remote


class AgentBench(TapiBench):
    """A provider on a telephony service that an agent serves."""

    def __init__(self, *, seed: int | None = None) -> None:
        self.clock = Clock()
        self.telephony = FakeTelephony(STATIONS, None if seed is None else Random(seed), EVERYTHING)  # noqa: S311
        self.remote = RemoteTelephony(self.clock, "desk")
        self.cable = Cable(self.clock, self.remote)
        self.agent = Agent(self.clock, self.cable, self.telephony, "gateway")
        self.provider = TapiProvider(self.clock, self.remote, name="desk")
        self.told: list[ModelEvent] = []
        self.provider.subscribe(self.told.append)

    def start(self, *devices: str) -> AgentBench:
        self.provider.start()
        self.agent.start()
        super().start(*devices)
        return self

    def settle(self, seconds: float = 0) -> None:
        self._flow()
        self.clock.advance(seconds)
        self._flow()

    def _flow(self) -> None:
        for _ in range(3):
            while self.cable.pump():
                self.telephony.settle()
                self.clock.advance(0)
            self.telephony.settle()
            self.clock.advance(0)

    def lose_link(self) -> None:
        self.cable.there = False
        self.cable.wires[-1].end("cut")
        self.settle()

    def restore_link(self) -> None:
        self.cable.there = True
        self.settle(60)
