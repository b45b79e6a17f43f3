"""Events of a busy switch through session, provider and tracker: how many a second on one core, and what stays behind.

The switch is a script: it answers what a provider asks at the start and then sends whole calls as fast as they are
taken. Nothing is asserted. ``--full`` takes as many as the goals name: 1,000,000 events, 10,000 devices, a minute.
"""

from __future__ import annotations

import gc
import resource
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from time import perf_counter
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.task import Clock, react
from twisted.internet.testing import StringTransport

from csta.apdu import EVENT_INVOKE_ID, Frame, Invoke, Result
from csta.framing import Framing, LengthFraming, XmlHeaderFraming
from csta.messages.base import Event, Response
from csta.messages.call_control_events import (
    ConnectionClearedEvent,
    DeliveredEvent,
    EstablishedEvent,
    HeldEvent,
    RetrievedEvent,
)
from csta.messages.call_data import EventCause, LocalConnectionState
from csta.messages.common import ConnectionID, DeviceID
from csta.messages.identifiers import CalledDeviceID, CallingDeviceID, RedirectionDeviceID, SubjectDeviceID
from csta.messages.monitoring import MonitorStart, MonitorStartResponse
from csta.messages.snapshot import SnapshotDevice, SnapshotDeviceContents, SnapshotDeviceResponse
from csta.provider import CstaProvider

WIRES = ("asn1", "xml")
DEVICES = 500
EACH = DEVICES * 5
"""Events written at a time: few, so that the memory seen is the provider's and not that of the frames."""
SETTLED = 40
"""Calls at each device after which nothing that the tracker remembers of calls that are over grows any more."""
PIECE = 4096


class Network(Clock):
    """A reactor whose one connection is the script's."""

    protocol: Any

    def connectTCP(self, host: str, port: int, factory: Any, **_: object) -> None:  # noqa: ANN401 -- Twisted's
        """Twisted: the provider connects."""
        self.protocol = factory.buildProtocol(None)
        self.transport = StringTransport()
        self.protocol.makeConnection(self.transport)

    def addSystemEventTrigger(self, *_: object) -> None:
        """Twisted: nothing to do at the end."""


class Script:
    """The switch: answers MonitorStart and SnapshotDevice, then sends calls."""

    def __init__(self, wire: str) -> None:
        from csta import asn1, xml

        self.wire = wire
        self.codec: Any = asn1.Codec() if wire == "asn1" else xml.Codec()
        self.framing: Callable[[], Framing] = LengthFraming if wire == "asn1" else XmlHeaderFraming
        self._frame = self.framing().encode

    def answer(self, frame: Frame) -> bytes:
        """What the switch says to a request; nothing to one that wants no answer here."""
        apdu = self.codec.decode(frame)
        message = apdu.message
        answer: Response
        if isinstance(message, MonitorStart) and message.monitor_object.device_object:
            number = message.monitor_object.device_object.number
            answer = MonitorStartResponse(monitor_cross_ref_id=f"{int(number):08x}")
        elif isinstance(message, SnapshotDevice):
            answer = SnapshotDeviceResponse(cross_ref_id_or_snapshot_data=SnapshotDeviceContents(snapshot_data=()))
        else:
            return b""
        return self._frame(self.codec.encode(Result(apdu.invoke_id, answer)))

    def frame(self, event: Event) -> bytes:
        """An event as it is sent."""
        return self._frame(self.codec.encode(Invoke(EVENT_INVOKE_ID, event)))

    def traffic(self, first: int) -> bytes:
        """Frames of a call at every device."""
        lives = (life_of(f"{first + number:08x}", f"{2000 + number}") for number in range(DEVICES))
        return b"".join(self.frame(event) for life in lives for event in life)


class Load:
    """A provider in memory, with every device monitored, and the octets that go into it."""

    def __init__(self, script: Script) -> None:
        self.network = Network()
        self.told = 0
        self.provider = CstaProvider(self.network, "tcp:switch:1", script.wire, "none")
        self.provider.subscribe(self._count)
        for number in range(DEVICES):
            Deferred.fromCoroutine(self.provider.monitor(f"{2000 + number}"))
        self.provider.start()
        incoming = script.framing()
        while octets := self.network.transport.value():
            self.network.transport.clear()
            incoming.receive(octets)
            while (frame := incoming.next_frame()) is not None:
                self.network.protocol.dataReceived(script.answer(frame))
            self.network.advance(0)

    def _count(self, _: object) -> None:
        self.told += 1

    def take(self, frames: bytes) -> float:
        """Seconds it takes to take the frames, in pieces as a socket gives them."""
        receive = self.network.protocol.dataReceived
        begin = perf_counter()
        for start in range(0, len(frames), PIECE):
            receive(frames[start : start + PIECE])
        return perf_counter() - begin


def life_of(call_id: str, number: str) -> Iterator[Event]:
    """One incoming call: rings, talks, waits, talks, ends."""
    here = DeviceID(number=number)
    subject = SubjectDeviceID(device_identifier=here)
    reference = f"{int(number):08x}"
    connection = ConnectionID(call_id=call_id, device_id=here)
    known: dict[str, Any] = {
        "monitor_cross_ref_id": reference,
        "calling_device": CallingDeviceID(device_identifier=DeviceID(number=f"0049891{call_id}")),
        "called_device": CalledDeviceID(device_identifier=here),
        "last_redirection_device": RedirectionDeviceID(not_required=True),
        "cause": EventCause.NEW_CALL,
    }
    yield DeliveredEvent(
        connection=connection, alerting_device=subject, local_connection_info=LocalConnectionState.ALERTING, **known
    )
    yield EstablishedEvent(
        established_connection=connection,
        answering_device=subject,
        local_connection_info=LocalConnectionState.CONNECTED,
        **known,
    )
    normal: dict[str, Any] = {"monitor_cross_ref_id": reference, "cause": EventCause.NORMAL}
    yield HeldEvent(
        held_connection=connection, holding_device=subject, local_connection_info=LocalConnectionState.HOLD, **normal
    )
    yield RetrievedEvent(
        retrieved_connection=connection,
        retrieving_device=subject,
        local_connection_info=LocalConnectionState.CONNECTED,
        **normal,
    )
    yield ConnectionClearedEvent(
        dropped_connection=connection,
        releasing_device=subject,
        local_connection_info=LocalConnectionState.NULL,
        **normal,
    )


def measure(wire: str, events: int) -> None:
    """How fast, and whether memory stays flat: that of the process early, when all is remembered, and at the end."""
    script = Script(wire)
    load = Load(script)
    load.told = 0
    rounds = max(SETTLED, events // EACH)
    seconds = 0.0
    memory = {}
    for round_ in range(1, rounds + 1):
        seconds += load.take(script.traffic(round_ * DEVICES))
        if round_ in (1, SETTLED, rounds):
            gc.collect()
            memory[round_ * EACH] = resident()
    taken = rounds * EACH
    print(f"  {wire:<6}{taken / seconds:10,.0f} events/s   {load.told:,} of {taken:,} told by the provider")
    print(f"  {'':<6}" + ", ".join(f"{mebibytes:,.1f} MiB after {after:,}" for after, mebibytes in memory.items()))


def resident() -> float:
    """Memory of this process, in MiB."""
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * resource.getpagesize() / 2**20


async def main(reactor: Any, *arguments: str) -> None:  # noqa: ANN401 # Twisted's reactor
    """Measure everything."""
    from tests.bench import restarts

    full = "--full" in arguments
    print(f"Events through session, provider and tracker, {DEVICES} devices, one core")
    for wire in WIRES:
        measure(wire, 1_000_000 if full else 100_000)
    await restarts.measure(reactor, full)


if __name__ == "__main__":
    react(main, sys.argv[1:])
