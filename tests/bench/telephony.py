"""Windows Telephony on the stand-in of its library: messages a second to the reactor and to the model, lines opened.

Nothing is asserted: the figures depend on the machine. The stand-in is a C library that costs next to nothing itself.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import Any, cast

from twisted.internet import reactor
from twisted.internet.defer import Deferred, DeferredList, ensureDeferred

from csta.endpoints import client_endpoint
from csta_gateway.agents import Agents
from csta_gateway.certificates import Enrolment
from csta_gateway.config_agents import Agents as Settings
from tapi_adapter.agent import Agent
from tapi_adapter.constants import LINECALLPRIVILEGE, LINECALLSTATE, LINECONNECTEDMODE, LINEMEDIAMODE
from tapi_adapter.local import LocalTelephony
from tapi_adapter.messages import LineStateChanged, Message, ServiceUp
from tapi_adapter.provider import TapiProvider
from tests.tapi.building import compile_library, compiler
from tests.tapi.standin.script import StandIn

LINES = 500
MESSAGES = 200_000
ROUNDS = 10
CHANGES = 20_000
FIRST = 2001


class Counter:
    """A listener that waits for a number of messages of a kind."""

    def __init__(self, kind: type[Message], count: int, pass_on: Callable[[Message], None] | None = None) -> None:
        self.done: Deferred[None] = Deferred()
        self._kind = kind
        self._left = count
        self._pass_on = pass_on

    def hear(self, message: Message) -> None:
        if self._pass_on:
            self._pass_on(message)
        if isinstance(message, self._kind):
            self._left -= 1
            if not self._left:
                self.done.callback(None)


async def through_the_pump(standin: StandIn) -> None:
    """Messages from the library to a listener in the reactor, and lines opened one after the other."""
    standin.reset(1, LINES)
    telephony = LocalTelephony(reactor, library=standin.path)
    up, counted = Counter(ServiceUp, 1), Counter(LineStateChanged, MESSAGES)

    def hear(message: Message) -> None:
        up.hear(message)
        counted.hear(message)

    telephony.start(hear)
    await up.done
    begun = perf_counter()
    found = await telephony.lines()
    described = perf_counter()
    opening = [
        telephony.open_line(line.device, LINECALLPRIVILEGE.MONITOR, LINEMEDIAMODE.INTERACTIVEVOICE) for line in found
    ]
    await DeferredList(opening)
    opened = perf_counter()
    print(f"{len(found)} lines described in {described - begun:.2f} s, opened in {opened - described:.2f} s")
    begun = perf_counter()
    standin.busy_line(0, MESSAGES)
    filled = perf_counter()
    await counted.done
    rate = MESSAGES / (perf_counter() - filled)
    print(f"Library to reactor: {rate:,.0f} messages/s (put there in {filled - begun:.2f} s)")
    await telephony.stop()


async def through_an_agent(standin: StandIn, folder: Path) -> None:
    """The same through an agent and mutual TLS, with both ends in this process."""
    standin.reset(1, LINES)
    enrolment, own = Enrolment(folder / "agents"), folder / "agent.pem"
    own.write_bytes(enrolment.enroll("bench", "localhost", datetime.now(UTC)))
    agents = Agents(reactor)
    await agents.follow(Settings(host="localhost", address="127.0.0.1", port=0, directory=str(folder / "agents")))
    where = f"tls:localhost:{agents.port}:certificate={own}:trustRoots={enrolment.authority}"
    local = LocalTelephony(reactor, library=standin.path)
    agent = Agent(cast(Any, reactor), client_endpoint(reactor, where), local, "bench")
    telephony = agents.telephony("bench")
    rounds = [Counter(LineStateChanged, MESSAGES // ROUNDS) for _ in range(ROUNDS)]
    current: list[Counter] = []
    up = Counter(ServiceUp, 1, lambda message: current[0].hear(message) if current else None)
    telephony.start(up.hear)
    agent.start()
    await up.done
    begun = perf_counter()
    found = await telephony.lines()
    described = perf_counter()
    print(f"Through an agent: {len(found)} lines described in {described - begun:.2f} s")
    [line] = [line for line in found if line.device == 0]
    await telephony.open_line(line.device, LINECALLPRIVILEGE.MONITOR, line.media_modes)
    begun = perf_counter()
    for counted in rounds:
        current[:] = [counted]
        standin.busy_line(0, MESSAGES // ROUNDS)
        await counted.done
    print(f"Through an agent: {MESSAGES / (perf_counter() - begun):,.0f} messages/s")
    await telephony.stop()
    await agent.stop()
    await agents.stop()


async def to_the_model(standin: StandIn) -> None:
    """Changes of calls from the library to the listeners of the provider."""
    standin.reset(1, LINES)
    provider = TapiProvider(reactor, LocalTelephony(reactor, library=standin.path))
    events: list[object] = []
    begun = perf_counter()
    provider.start()
    await DeferredList([ensureDeferred(provider.monitor(str(FIRST + each))) for each in range(LINES)])
    while not all(provider.capabilities(str(FIRST + each)) for each in range(LINES)):
        await pause(0.05)
    print(f"{LINES} devices monitored by the provider in {perf_counter() - begun:.2f} s")
    ends = [standin.offer(each, f"0049891{each:04}") for each in range(LINES)]
    for end in ends:
        standin.answers(end)
    while sum(len(provider.calls(str(FIRST + each))) for each in range(LINES)) < LINES:
        await pause(0.05)
    leave = provider.subscribe(events.append)
    begun = perf_counter()
    for number in range(CHANGES):
        held = number // LINES % 2 == 0
        state = LINECALLSTATE.ONHOLD if held else LINECALLSTATE.CONNECTED
        standin.tell(ends[number % LINES], state, 0 if held else LINECONNECTEDMODE.ACTIVE)
    while len(events) < CHANGES:
        await pause(0.001)
    print(f"Library to events of the model: {len(events) / (perf_counter() - begun):,.0f} changes of calls/s")
    leave()
    await provider.stop()


def pause(seconds: float) -> Deferred[None]:
    """Let the reactor work."""
    waited: Deferred[None] = Deferred()
    clock: Any = reactor
    clock.callLater(seconds, waited.callback, None)
    return waited


async def measure(folder: Path) -> None:
    """All of it."""
    standin = StandIn(compile_library(folder))
    await through_the_pump(standin)
    await through_an_agent(standin, folder)
    await to_the_model(standin)


def main() -> None:
    """Measure and print."""
    if compiler("gcc") is None:
        sys.exit("The stand-in of the telephony library is built with gcc, which is not here.")
    loop: Any = reactor
    with tempfile.TemporaryDirectory() as name:
        done = ensureDeferred(measure(Path(name)))
        failures: list[Any] = []
        done.addErrback(failures.append)
        done.addBoth(lambda _: loop.stop())
        loop.run()
        for failure in failures:
            failure.raiseException()


if __name__ == "__main__":
    main()
