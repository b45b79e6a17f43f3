"""Events of a busy switch through session, provider and tracker: how many a second on one core, and what stays behind.

The switch is a script: it answers what a provider asks at the start and then sends whole calls as fast as they are
taken. Nothing is asserted.
"""

from __future__ import annotations

import sys
import tracemalloc
from collections.abc import Callable, Iterator
from time import perf_counter
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.internet.testing import StringTransport

from csta.apdu import EVENT_INVOKE_ID, Invoke, Result
from csta.framing import Framing, LengthFraming, XmlHeaderFraming
from csta.messages.base import Event
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

DEVICES = 500
CALLS = 10
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

        self.codec: Any = asn1.Codec() if wire == "asn1" else xml.Codec()
        self.framing: Callable[[], Framing] = LengthFraming if wire == "asn1" else XmlHeaderFraming
        self.network = Network()
        self.provider = CstaProvider(self.network, "tcp:switch:1", wire, "none")
        self.events = 0
        self.provider.subscribe(self._count)

    def _count(self, _: object) -> None:
        self.events += 1

    def start(self) -> None:
        """Bring up the link with every device monitored."""
        for number in range(DEVICES):
            Deferred.fromCoroutine(self.provider.monitor(f"{2000 + number}"))
        self.provider.start()
        incoming = self.framing()
        while octets := self.network.transport.value():
            self.network.transport.clear()
            incoming.receive(octets)
            while (frame := incoming.next_frame()) is not None:
                self._answer(self.codec.decode(frame))
            self.network.advance(0)

    def _answer(self, apdu: Invoke) -> None:
        message = apdu.message
        if isinstance(message, MonitorStart) and message.monitor_object.device_object:
            number = message.monitor_object.device_object.number
            self._send(Result(apdu.invoke_id, MonitorStartResponse(monitor_cross_ref_id=f"{int(number):08x}")))
        elif isinstance(message, SnapshotDevice):
            contents = SnapshotDeviceContents(snapshot_data=())
            self._send(Result(apdu.invoke_id, SnapshotDeviceResponse(cross_ref_id_or_snapshot_data=contents)))

    def _send(self, apdu: Result) -> None:
        self.network.protocol.dataReceived(self.framing().encode(self.codec.encode(apdu)))

    def traffic(self, first: int) -> bytes:
        """Frames of ``CALLS`` calls at every device."""
        framing = self.framing()
        out = bytearray()
        for call in range(CALLS):
            for number in range(DEVICES):
                for event in life_of(f"{first + call * DEVICES + number:08x}", f"{2000 + number}"):
                    out += framing.encode(self.codec.encode(Invoke(EVENT_INVOKE_ID, event)))
        return bytes(out)

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


def measure(wire: str) -> None:
    script = Script(wire)
    script.start()
    frames = script.traffic(1)
    number = DEVICES * CALLS * 5
    script.events = 0
    seconds = script.take(frames)
    print(f"  {wire:<6}{number / seconds:10,.0f} events/s   {script.events:,} of {number:,} told by the provider")
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    script.take(script.traffic(1_000_000))
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    print(f"  {'':<6}{(after - before) / 1024:10,.0f} KiB kept after as many more")


def main() -> int:
    print(f"Events through session, provider and tracker, {DEVICES} devices, one core")
    for wire in ("asn1", "xml"):
        measure(wire)
    return 0


if __name__ == "__main__":
    sys.exit(main())
