"""Traces: how many messages a second a replay takes, beside decoding alone and a live link; what stays in memory.

Nothing is asserted. The trace is 1,000,000 messages long unless another number is given.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

from csta import asn1, xml
from csta.apdu import EVENT_INVOKE_ID, Apdu, Frame, Invoke, Result
from csta.messages.call_data import CSTAObject
from csta.messages.common import DeviceID
from csta.messages.monitoring import MonitorStart, MonitorStartResponse
from csta.recorder import files, trace
from csta.recorder.dialogue import follow
from csta.recorder.following import Follower
from csta.recorder.redaction import Redaction, redacted
from csta.session import Role
from tests.bench.events import Load, Script, life_of

DEVICES, CALLS = 100, 40
"""More calls than a tracker remembers identifiers of: then they may come again."""

MESSAGES = 1_000_000
RATED = 40_000
"""Messages that rates are taken from."""


class Trace:
    """A trace of whole calls, as long as one likes."""

    def __init__(self, wire: str) -> None:
        self.wire = wire
        self._codec: Any = asn1.Codec() if wire == "asn1" else xml.Codec()
        self._calls = [list(self._call(call, device)) for call in range(CALLS) for device in range(DEVICES)]

    def entries(self, messages: int) -> Iterator[trace.Entry]:
        """The lines, for at least so many messages."""
        yield trace.Header(started=datetime(2026, 3, 2, tzinfo=UTC))
        framing = "length" if self.wire == "asn1" else "xml-tcp"
        yield trace.Link(link=1, t=0.0, name="switch", protocol=self.wire, framing=framing)
        yield from chain.from_iterable(map(self._monitor, range(DEVICES)))
        count = 0
        while count < messages:
            for call in self._calls:
                yield from (trace.message(1, count / 1000, Role.SWITCHING, frame) for frame in call)
                count += len(call)

    def frames(self, messages: int) -> list[Frame]:
        """The same as frames, without the monitors."""
        calls = chain.from_iterable(self._calls)
        return [frame for frame, _ in zip(calls, range(messages), strict=False)]

    def _monitor(self, device: int) -> Iterator[trace.Message]:
        number = str(2000 + device)
        asked = MonitorStart(monitor_object=CSTAObject(device_object=DeviceID(number=number)))
        yield trace.message(1, 0.0, Role.COMPUTING, self._codec.encode(Invoke(1 + device, asked)))
        answer = MonitorStartResponse(monitor_cross_ref_id=f"{int(number):08x}")
        yield trace.message(1, 0.0, Role.SWITCHING, self._codec.encode(Result(1 + device, answer)))

    def _call(self, call: int, device: int) -> Iterator[Frame]:
        for event in life_of(f"{call * DEVICES + device:08x}", str(2000 + device)):
            apdu: Apdu = Invoke(EVENT_INVOKE_ID, event)
            yield self._codec.encode(apdu)


def seconds(things: Iterable[object]) -> float:
    """How long it takes until they are all there."""
    begin = perf_counter()
    for _ in things:
        pass
    return perf_counter() - begin


def replayed(path: Path) -> Iterator[object]:
    """The model events of a trace, one list for each message."""
    follower = Follower()
    return (follower.hear(each) for each in follow(files.read(path)))


def rates(wire: str, path: Path) -> None:
    """Print messages a second, in one run of the same calls."""
    made = Trace(wire)
    codec: Any = asn1.Codec() if wire == "asn1" else xml.Codec()
    frames = made.frames(20_000)
    switch = Script(wire)
    octets = switch.traffic(1)
    count = sum(1 for _ in _cut(switch, octets))
    live = Load(switch)
    files.write(path, made.entries(RATED))
    rows = {
        "decode alone": len(frames) / seconds(map(codec.decode, frames)),
        "live: session, provider, tracker": count / live.take(octets),
        "read a trace": RATED / seconds(files.read(path)),
        "replay: read, decode, follow": RATED / seconds(replayed(path)),
        "redact": RATED / seconds(redacted(made.entries(RATED), Redaction(b"bench"))),
    }
    print(f"{wire}, messages a second")
    for name, rate in rows.items():
        print(f"  {name:36} {rate:10,.0f}")


def _cut(switch: Script, octets: bytes) -> Iterator[Frame]:
    framing = switch.framing()
    framing.receive(octets)
    while (frame := framing.next_frame()) is not None:
        yield frame


def memory(path: Path, messages: int) -> None:
    """Print the most memory the process had, while a long trace is replayed."""
    files.write(path, Trace("asn1").entries(messages))
    print(f"replay of {messages:,} messages, {path.stat().st_size / 1e6:,.0f} MB")
    for number, _ in enumerate(replayed(path)):
        if number and number % max(1, messages // 5) == 0:
            print(f"  after {number:10,} messages: {getrusage(RUSAGE_SELF).ru_maxrss / 1024:6.1f} MB at most")


if __name__ == "__main__":
    with TemporaryDirectory() as directory:
        there = Path(directory, "trace.jsonl")
        memory(there, int(sys.argv[1]) if len(sys.argv) > 1 else MESSAGES)
        for each in ("asn1", "xml"):
            rates(each, there)
