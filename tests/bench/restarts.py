"""Links on real sockets: how late an event comes, how long a start takes, and how long a link that broke.

The simulated switch runs in the same process, so the seconds are those of both ends on one core.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import quantiles
from time import perf_counter, sleep
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.task import deferLater

from csta.model.events import CallEvent, LinkDown, LinkUp, ModelEvent
from csta.model.states import ConnectionState
from csta.provider import CstaProvider
from csta.simulator.calls import Extension
from csta.simulator.server import SwitchServer
from csta.simulator.switch import Switch
from tests.bench.events import WIRES, Script, life_of

RATE = 1_000
"""Events a second where the latency is measured."""


class Stopwatch:
    """What a provider tells, with the time it was told."""

    def __init__(self, provider: CstaProvider) -> None:
        self.calls: list[float] = []
        self.waiting: dict[type[ModelEvent], Deferred[None]] = {}
        provider.subscribe(self._hear)

    def _hear(self, event: ModelEvent) -> None:
        if isinstance(event, CallEvent):
            self.calls.append(perf_counter())
        waiting = self.waiting.pop(type(event), None)
        if waiting is not None:
            waiting.callback(None)

    def when(self, kind: type[ModelEvent]) -> Deferred[None]:
        """Fires with the next event of that kind."""
        return self.waiting.setdefault(kind, Deferred())


async def start_up(reactor: Any, wire: str, devices: int) -> None:  # noqa: ANN401 # Twisted's reactor
    """Monitor and snapshot every device of a switch."""
    numbers = [str(10_000 + each) for each in range(devices)]
    server = SwitchServer(reactor, Switch(Extension(number) for number in numbers))
    port = await server.listen(0, wire, "none")
    provider = CstaProvider(reactor, f"tcp:127.0.0.1:{port}", wire, "none")
    for number in numbers:
        await provider.monitor(number)
    begin = perf_counter()
    up = Stopwatch(provider).when(LinkUp)
    provider.start()
    await up
    print(f"  {wire:<6}{perf_counter() - begin:8.1f} s   {devices:,} devices monitored and snapshotted")
    await provider.stop()
    await server.stop()


async def reconnect(reactor: Any, wire: str, devices: int, calls: int) -> None:  # noqa: ANN401 # Twisted's reactor
    """Cut a link with calls on it and see how long it takes until everything is known again, and that it is told once.

    Nothing happens meanwhile, so the only right number of events is none.
    """
    numbers = [str(10_000 + each) for each in range(devices)]
    switch = Switch(Extension(number) for number in numbers)
    server = SwitchServer(reactor, switch)
    port = await server.listen(0, wire, "none")
    provider = CstaProvider(reactor, f"tcp:127.0.0.1:{port}", wire, "none", retry_policy=lambda _: 0.0)
    for number in numbers:
        await provider.monitor(number)
    watch = Stopwatch(provider)
    up = watch.when(LinkUp)
    provider.start()
    await up
    for each in range(calls):
        caller, called = numbers[2 * each : 2 * each + 2]
        await provider.make_call(caller, called)
        switch.lift(called, reactor.seconds())
    while not all(_talks(number, provider) for number in numbers[: 2 * calls]):
        await deferLater(reactor, 0.01)  # not all events have been heard
    before = {number: provider.calls(number) for number in numbers}
    told = len(watch.calls)
    down, up = watch.when(LinkDown), watch.when(LinkUp)
    begin = perf_counter()
    server.drop_clients()
    await down
    seen = perf_counter() - begin
    await up
    took = perf_counter() - begin
    same = sum(provider.calls(number) == before[number] for number in numbers)
    doubled = len(watch.calls) - told
    print(f"  {wire:<6}{took:8.2f} s   {devices:,} monitors and {calls:,} calls back, {same:,} devices as before")
    print(f"  {'':<6}{seen * 1000:8.1f} ms  until the loss was told; {doubled} events told though nothing happened")
    await provider.stop()
    await server.stop()


def _talks(device: str, provider: CstaProvider) -> bool:
    return any(call.state is call.far_state is ConnectionState.CONNECTED for call in provider.calls(device))


class SlowSwitch(threading.Thread):
    """A script on a socket: answers what the provider asks at the start, then sends events at a steady rate."""

    def __init__(self, wire: str, frames: list[bytes]) -> None:
        super().__init__(daemon=True)
        self.sent: list[float] = []
        self.go = threading.Event()
        self._script = Script(wire)
        self._frames = frames
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]

    def run(self) -> None:
        """Serve one client."""
        client, _ = self._socket.accept()
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        client.settimeout(0.01)
        incoming = self._script.framing()
        while not self.go.is_set():
            with _no_news():
                incoming.receive(client.recv(65_536))
            while (request := incoming.next_frame()) is not None:
                client.sendall(self._script.answer(request))
        begin = perf_counter()
        for number, frame in enumerate(self._frames):
            if (early := begin + number / RATE - perf_counter()) > 0:
                sleep(early)
            self.sent.append(perf_counter())
            client.sendall(frame)
        sleep(1)
        client.close()
        self._socket.close()


@contextmanager
def _no_news() -> Iterator[None]:
    try:
        yield
    except TimeoutError:
        pass


async def latency(reactor: Any, wire: str, seconds: int, devices: int = 100) -> None:  # noqa: ANN401 # Twisted's reactor
    """From the switch's socket to the provider's listener, at a steady rate."""
    script = Script(wire)
    calls = seconds * RATE // 5
    lives = [life_of(f"{each:08x}", f"{2000 + each % devices}") for each in range(calls)]
    frames = [script.frame(event) for life in lives for event in life]
    switch = SlowSwitch(wire, frames)
    switch.start()
    provider = CstaProvider(reactor, f"tcp:127.0.0.1:{switch.port}", wire, "none")
    watch = Stopwatch(provider)
    for each in range(devices):
        await provider.monitor(f"{2000 + each}")
    up = watch.when(LinkUp)
    provider.start()
    await up
    down = watch.when(LinkDown)
    switch.go.set()
    await down
    delays = sorted(told - sent for sent, told in zip(switch.sent, watch.calls, strict=True))
    cuts = quantiles(delays, n=100)
    p50, p99, most = cuts[49] * 1000, cuts[98] * 1000, delays[-1] * 1000
    print(f"  {wire:<6}{p50:8.2f} ms p50   {p99:.2f} ms p99   {most:.1f} ms at most, {len(delays):,} events")
    await provider.stop()


async def measure(reactor: Any, full: bool) -> None:  # noqa: ANN401 # Twisted's reactor
    """All of it, on both wires."""
    sections: list[tuple[str, Callable[[str], Any]]] = [
        (
            f"An event at {RATE:,} events/s, from the switch's socket to the listener",
            lambda wire: latency(reactor, wire, 60 if full else 5),
        ),
        ("A start", lambda wire: start_up(reactor, wire, 10_000 if full else 2_000)),
        ("A link that breaks", lambda wire: reconnect(reactor, wire, 1_000, 200)),
    ]
    for title, section in sections:
        print(title)
        for wire in WIRES:
            await section(wire)
