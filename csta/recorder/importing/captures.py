"""Packet captures: pcap and pcapng, with TCP put together and the links in them told apart."""

from __future__ import annotations

import socket
import struct
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from csta.apdu import Frame
from csta.framing import Framing
from csta.recorder import trace
from csta.recorder.importing import links
from csta.recorder.importing.cutting import TLS_HANDSHAKE, Cutter, Skipped
from csta.recorder.importing.links import Found, Passed
from csta.recorder.importing.streams import Piece, Segment, Stream
from csta.recorder.trace import Damage, TraceError

MAGIC = (b"\xd4\xc3\xb2\xa1", b"\xa1\xb2\xc3\xd4", b"\x4d\x3c\xb2\xa1", b"\xa1\xb2\x3c\x4d", b"\x0a\x0d\x0d\x0a")
"""First octets of the capture formats."""

_MISSING = "missing in the capture"


def load(path: Path) -> Iterator[trace.Entry | Damage]:
    """The links in a capture, and what of it cannot be used.

    :raises TraceError: it is no capture, or the library that reads captures is not installed.
    :raises OSError: it cannot be read.
    """
    connections = _Connections(path.name)
    with path.open("rb") as file:
        for found in _segments(file, path.name):
            if isinstance(found, Damage):
                connections.damages.append(found)
            else:
                connections.take(found)
    yield from links.entries(connections.finish())
    yield from connections.damages


@dataclass(slots=True)
class _Side:
    """One direction of a connection."""

    name: str
    stream: Stream = field(default_factory=Stream)
    cutter: Cutter = field(default_factory=Cutter)
    octets: int = 0
    encrypted: bool = False

    def take(self, pieces: Iterator[Piece]) -> Iterator[Passed]:
        for t, octets, missing in pieces:
            if missing:
                yield from (Passed(t, self.name, lost) for lost in self.cutter.lose(missing, _MISSING))
            if not self.octets:
                self.encrypted = octets.startswith(TLS_HANDSHAKE)
            self.octets += len(octets)
            if octets and not self.encrypted:
                yield from (Passed(t, self.name, what) for what in self.cutter.feed(octets))

    def finish(self, t: float) -> Iterator[Passed]:
        yield from self.take(self.stream.finish())
        yield from (Passed(t, self.name, lost) for lost in self.cutter.lose(0, "the capture ends within a message"))


class _Connection:
    """Both directions of one TCP connection, from its first segment to its end."""

    def __init__(self, first: Segment) -> None:
        client, server = first.source, first.destination
        if first.syn and first.ack:  # the capture begins with the answer to the call
            client, server = server, client
        self.opened = first.syn
        self.name = f"{client} to {server}"
        self.server = server if first.syn else ""
        self.sides = {end: _Side(end) for end in (client, server)}
        self.passed: list[Passed] = []
        self.last = first.t
        self.ended: float | None = None

    def take(self, segment: Segment) -> None:
        side = self.sides[segment.source]
        self.passed += side.take(side.stream.feed(segment))
        self.last = segment.t
        if segment.rst or segment.fin:
            self.ended = self.ended or segment.t

    def finish(self) -> Found | None:
        """The link, None where there is none on the connection."""
        for side in self.sides.values():
            self.passed += side.finish(self.last)
        kinds = sum((side.cutter.kinds for side in self.sides.values()), Counter[type[Framing]]())
        if not kinds:
            return None
        kind = kinds.most_common(1)[0][0]
        passed = [_fitting(each, kind) for each in sorted(self.passed, key=lambda each: each.t)]
        return Found(self.name, kind.name, passed, self.server, None if self.ended is None else self.last)


def _fitting(passed: Passed, kind: type[Framing]) -> Passed:
    """A frame of the other wire is none: its octets only look like one, where a capture begins within a message."""
    if isinstance(passed.what, Frame) and (passed.what.invoke_id is not None) is not kind.carries_invoke_id:
        return passed._replace(what=Skipped(len(passed.what.payload), "no whole message"))
    return passed


class _Connections:
    """All connections of a capture."""

    def __init__(self, name: str) -> None:
        self.damages: list[Damage] = []
        self._name = name
        self._open: dict[frozenset[str], _Connection] = {}
        self._all: list[_Connection] = []

    def take(self, segment: Segment) -> None:
        """Take the next segment; a SYN on ports used before begins another connection."""
        ends = frozenset((segment.source, segment.destination))
        known = self._open.get(ends)
        again = known is not None and known.ended is not None and segment.syn and not segment.ack
        if known is None or again:
            known = self._open[ends] = _Connection(segment)
            self._all.append(known)
        known.take(segment)

    def finish(self) -> list[Found]:
        """The links among the connections."""
        found = []
        for connection in self._all:
            link = connection.finish()
            if any(side.encrypted for side in connection.sides.values()):
                octets = sum(side.octets for side in connection.sides.values())
                reason = f"{octets} octets under TLS cannot be read; record at one of the ends instead (record=…)"
                self.damages.append(Damage(f"{self._name}: {connection.name}", reason))
            elif link is not None and link.is_csta():
                found.append(link)
            elif link is not None and any(isinstance(each.what, Frame) for each in link.passed):
                frames = sum(isinstance(each.what, Frame) for each in link.passed)
                reason = f"none of {frames} messages in framing {link.framing} is one of CSTA Phase III"
                self.damages.append(Damage(f"{self._name}: {connection.name}", reason))
        return found


def _segments(file: BinaryIO, name: str) -> Iterator[Segment | Damage]:
    """The TCP segments of a capture."""
    try:
        import dpkt  # type: ignore[import-untyped]
    except ImportError:
        raise TraceError("captures need the extra `capture`: pip install csta-gateway[capture]", name) from None
    try:
        packets = dpkt.pcap.UniversalReader(file)
        unwrap = _unwrapper(dpkt, packets.datalink(), name)
    except (ValueError, dpkt.Error, struct.error) as error:
        raise TraceError(f"no capture that can be read: {error}", name) from None
    number = 0
    reading = iter(packets)
    while True:
        place = file.tell()
        try:
            t, octets = next(reading)
        except StopIteration:
            return
        except (ValueError, dpkt.Error, struct.error) as error:
            yield Damage(f"{name} at octet {place}", f"the capture is cut off or damaged: {error or 'no whole packet'}")
            return
        number += 1
        try:
            segment, cut = _segment(unwrap(octets), float(t))
        except (dpkt.Error, struct.error, IndexError, AttributeError, ValueError):
            continue  # not IP, or another packet damaged before it was captured
        if segment is not None:
            yield segment
        if cut:
            yield Damage(f"{name}, packet {number}", f"{cut} octets of it were not captured")


def _unwrapper(dpkt: Any, kind: int, name: str) -> Callable[[bytes], Any]:  # noqa: ANN401 -- the library has no types
    """What takes the IP packet out of a captured one.

    :raises TraceError: for a kind of network not known here.
    """

    def raw(octets: bytes) -> Any:  # noqa: ANN401
        return dpkt.ip6.IP6(octets) if octets[0] >> 4 == 6 else dpkt.ip.IP(octets)

    kinds: dict[int, Callable[[bytes], Any]] = {
        dpkt.pcap.DLT_EN10MB: lambda octets: dpkt.ethernet.Ethernet(octets).data,
        dpkt.pcap.DLT_LINUX_SLL: lambda octets: raw(octets[16:]),
        dpkt.pcap.DLT_LINUX_SLL2: lambda octets: raw(octets[20:]),
        dpkt.pcap.DLT_NULL: lambda octets: raw(octets[4:]),
        dpkt.pcap.DLT_LOOP: lambda octets: raw(octets[4:]),
    }
    kinds |= dict.fromkeys((dpkt.pcap.DLT_RAW, 12, 101, dpkt.pcap.DLT_IPV4, dpkt.pcap.DLT_IPV6), raw)
    if kind not in kinds:
        raise TraceError(f"captured on a network of kind {kind}; Ethernet, loopback and IP are read", name)
    return kinds[kind]


def _segment(packet: Any, t: float) -> tuple[Segment | None, int]:  # noqa: ANN401 -- the library has no types
    """The TCP segment in an IP packet, and how many octets of it were not captured."""
    import dpkt

    tcp = packet.data
    if not isinstance(tcp, dpkt.tcp.TCP):
        return None, 0
    family = socket.AF_INET6 if isinstance(packet, dpkt.ip6.IP6) else socket.AF_INET
    said = packet.plen if family == socket.AF_INET6 else packet.len - packet.hl * 4
    cut = max(0, said - tcp.off * 4 - len(tcp.data)) if said else 0
    source, destination = (_address(family, octets) for octets in (packet.src, packet.dst))
    flags = tcp.flags
    segment = Segment(
        t,
        f"{source}:{tcp.sport}",
        f"{destination}:{tcp.dport}",
        tcp.seq,
        bytes(tcp.data),
        syn=bool(flags & dpkt.tcp.TH_SYN),
        ack=bool(flags & dpkt.tcp.TH_ACK),
        fin=bool(flags & dpkt.tcp.TH_FIN),
        rst=bool(flags & dpkt.tcp.TH_RST),
    )
    return segment, cut


def _address(family: int, octets: bytes) -> str:
    written = socket.inet_ntop(family, octets)
    return f"[{written}]" if family == socket.AF_INET6 else written
