"""Packet captures: what TCP does on the way does not matter, and what cannot be used is told with its place."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import Any

import dpkt  # type: ignore[import-untyped]
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from csta.apdu import Frame, Invoke, Result
from csta.asn1 import Codec as Asn1Codec
from csta.framing import LengthFraming, XmlHeaderFraming
from csta.messages.call_control import MakeCall, MakeCallResponse
from csta.messages.common import ConnectionID, DeviceID
from csta.recorder import files, trace
from csta.recorder.importing import load
from csta.recorder.importing.streams import Segment, Stream
from csta.session import Role
from csta.xml import Codec as XmlCodec

HERE = Path(__file__).parents[2] / "traces" / "captures"
CLIENT, SWITCH = ("10.0.0.1", 40000), ("10.0.0.2", 8800)
ANNA = DeviceID(number="2001")
ASKED = Invoke(7, MakeCall(calling_device=ANNA, called_directory_number=DeviceID(number="0891234567")))
ANSWERED = Result(7, MakeCallResponse(calling_device=ConnectionID(call_id="0001", device_id=ANNA)))
QUESTION, ANSWER = (Asn1Codec().encode(each) for each in (ASKED, ANSWERED))


@pytest.mark.parametrize("capture", ["loopback.pcap", "loopback.pcapng"])
def test_a_capture_of_a_real_tool_holds_what_was_recorded_beside_it(capture: str) -> None:
    """``tcpdump -i lo`` and ``tshark`` saw two links, each recorded by its client as well."""
    captured: dict[int, list[tuple[Role, Frame]]] = {}
    for entry in load(HERE / capture):
        assert not isinstance(entry, trace.Damage)
        if isinstance(entry, trace.Message):
            captured.setdefault(entry.link, []).append((entry.sender, entry.frame))
    recorded = [messages(files.read(HERE / f"{wire}.jsonl")) for wire in ("asn1", "xml")]
    assert list(captured.values()) == recorded


def messages(entries: Iterable[trace.Entry | trace.Damage]) -> list[tuple[Role, Frame]]:
    return [(entry.sender, entry.frame) for entry in entries if isinstance(entry, trace.Message)]


class Wire:
    """A TCP connection that somebody captures."""

    def __init__(self) -> None:
        self.packets: list[bytes] = []
        self._sent = {CLIENT: 4_294_967_290, SWITCH: 77}  # one of them wraps

    def handshake(self) -> None:
        self._put(CLIENT, dpkt.tcp.TH_SYN)
        self._put(SWITCH, dpkt.tcp.TH_SYN | dpkt.tcp.TH_ACK)

    def send(self, sender: tuple[str, int], octets: bytes, piece: int = 1 << 16) -> None:
        for start in range(0, len(octets), piece):
            self._put(sender, dpkt.tcp.TH_ACK | dpkt.tcp.TH_PUSH, octets[start : start + piece])

    def write(self, path: Path, kind: int = dpkt.pcap.DLT_EN10MB) -> Path:
        made = BytesIO()
        writer = dpkt.pcap.Writer(made, linktype=kind)
        for number, packet in enumerate(self.packets):
            writer.writepkt(packet, ts=1000 + number / 100)
        path.write_bytes(made.getvalue())
        return path

    def _put(self, sender: tuple[str, int], flags: int, octets: bytes = b"") -> None:
        receiver = SWITCH if sender is CLIENT else CLIENT
        tcp = dpkt.tcp.TCP(sport=sender[1], dport=receiver[1], seq=self._sent[sender] % (1 << 32), flags=flags)
        tcp.data = octets
        source, destination = (bytes(map(int, address.split("."))) for address in (sender[0], receiver[0]))
        ip = dpkt.ip.IP(src=source, dst=destination, p=dpkt.ip.IP_PROTO_TCP, data=tcp)
        ip.len = len(ip)
        self.packets.append(bytes(dpkt.ethernet.Ethernet(data=ip, type=dpkt.ethernet.ETH_TYPE_IP)))
        self._sent[sender] += len(octets) + (1 if flags & dpkt.tcp.TH_SYN else 0)


def dialogue(count: int = 1, piece: int = 1 << 16) -> Wire:
    wire = Wire()
    wire.handshake()
    framing = LengthFraming()
    for _ in range(count):
        wire.send(CLIENT, framing.encode(QUESTION), piece)
        wire.send(SWITCH, framing.encode(ANSWER), piece)
    return wire


def heard(path: Path) -> tuple[list[tuple[Role, Frame]], list[str]]:
    """The messages, and what is told of damage and gaps."""
    entries = list(load(path))
    told = [str(entry) for entry in entries if isinstance(entry, trace.Damage)]
    told += [f"{entry.octets}: {entry.reason}" for entry in entries if isinstance(entry, trace.Gap)]
    return messages(entries), told


WHOLE = [(Role.COMPUTING, QUESTION), (Role.SWITCHING, ANSWER)]


@pytest.mark.parametrize("piece", [1, 3, 20, 1 << 16])
def test_messages_are_put_together_of_segments(tmp_path: Path, piece: int) -> None:
    assert heard(dialogue(3, piece).write(tmp_path / "a.pcap")) == (WHOLE * 3, [])


def test_segments_sent_twice_or_out_of_order_change_nothing(tmp_path: Path) -> None:
    wire = dialogue(4, 9)
    again = random.Random(5)  # noqa: S311 -- no secret
    data = wire.packets[2:]
    for place in range(0, len(data) - 3, 4):
        data[place : place + 3] = again.sample(data[place : place + 3], 3)
    wire.packets[2:] = [packet for packet in data for _ in range(again.choice((1, 1, 2)))]
    found, told = heard(wire.write(tmp_path / "a.pcap"))
    assert (sorted(found, key=str), told) == (sorted(WHOLE * 4, key=str), [])


def test_a_segment_that_was_not_captured_costs_its_message(tmp_path: Path) -> None:
    wire = dialogue(5)
    del wire.packets[4]
    found, told = heard(wire.write(tmp_path / "a.pcap"))
    assert found == [*WHOLE, WHOLE[1], *WHOLE * 3]
    assert told == [f"{len(QUESTION.payload) + 2}: missing in the capture"]


CUTS = [
    (7, ["a.pcap, packet 8: 7 octets of it were not captured", "25: the capture ends within a message"]),
    (90, ["a.pcap at octet 680: the capture is cut off or damaged: got 12, 16 needed at least"]),
]


@pytest.mark.parametrize(("cut", "said"), CUTS)
def test_a_capture_that_ends_within_a_packet_is_used_up_to_there(tmp_path: Path, cut: int, said: list[str]) -> None:
    path = dialogue(3).write(tmp_path / "a.pcap")
    path.write_bytes(path.read_bytes()[:-cut])
    assert heard(path) == ([*WHOLE * 2, WHOLE[0]], said)


def test_a_capture_that_ends_within_a_message_says_so(tmp_path: Path) -> None:
    wire = dialogue(2, 10)
    del wire.packets[-2:]
    found, told = heard(wire.write(tmp_path / "a.pcap"))
    assert found == [*WHOLE, WHOLE[0]]
    assert [words.partition(": ")[2] for words in told] == ["the capture ends within a message"]


def test_packets_cut_short_by_the_capture_are_told(tmp_path: Path) -> None:
    wire = dialogue(2)
    wire.packets[3] = wire.packets[3][:60]
    found, told = heard(wire.write(tmp_path / "a.pcap"))
    assert found == [WHOLE[0], *WHOLE]
    assert told[0].startswith("a.pcap, packet 4: ")


def test_tls_is_told_and_other_links_are_read(tmp_path: Path) -> None:
    wire = dialogue()
    wire.send(CLIENT, b"")
    secret = Wire()
    secret.handshake()
    secret.send(CLIENT, b"\x16\x03\x01\x02\x00" + bytes(512))
    other = [packet.replace(b"\x9c\x40", b"\x9c\x41", 1) for packet in secret.packets]  # another port
    wire.packets += other
    found, told = heard(wire.write(tmp_path / "a.pcap"))
    assert found == WHOLE
    assert len(told) == 1
    assert told[0].startswith("a.pcap: 10.0.0.1:40001 to 10.0.0.2:8800: 517 octets under TLS cannot be read")


def test_links_one_after_the_other_on_the_same_ports_are_two(tmp_path: Path) -> None:
    wire = dialogue()
    wire._put(CLIENT, dpkt.tcp.TH_FIN | dpkt.tcp.TH_ACK)
    wire.packets += dialogue(2).packets
    entries = list(load(wire.write(tmp_path / "a.pcap")))
    assert [entry.link for entry in entries if isinstance(entry, trace.Link)] == [1, 2]
    assert [entry.link for entry in entries if isinstance(entry, trace.Message)] == [1, 1, 2, 2, 2, 2]
    assert [entry.link for entry in entries if isinstance(entry, trace.End)] == [1]


def test_a_capture_begun_in_the_middle_finds_the_next_message(tmp_path: Path) -> None:
    wire = Wire()
    framing = XmlHeaderFraming()
    question, answer = (framing.encode(XmlCodec().encode(each)) for each in (ASKED, ANSWERED))
    wire.send(SWITCH, answer[30:])
    for _ in range(2):
        wire.send(CLIENT, question)
        wire.send(SWITCH, answer)
    found, told = heard(wire.write(tmp_path / "a.pcap"))
    assert [role for role, _ in found] == [Role.COMPUTING, Role.SWITCHING] * 2
    assert sum(int(words.partition(":")[0]) for words in told) == len(answer) - 30


RAW: list[tuple[int, Callable[[bytes], bytes]]] = [
    (dpkt.pcap.DLT_RAW, lambda packet: packet[14:]),
    (dpkt.pcap.DLT_NULL, lambda packet: b"\x02\0\0\0" + packet[14:]),
    (dpkt.pcap.DLT_LINUX_SLL, lambda packet: bytes(16) + packet[14:]),
]


@pytest.mark.parametrize(("kind", "wrapped"), RAW)
def test_other_kinds_of_networks(tmp_path: Path, kind: int, wrapped: Callable[[bytes], bytes]) -> None:
    wire = dialogue()
    wire.packets = [wrapped(packet) for packet in wire.packets]
    assert heard(wire.write(tmp_path / "a.pcap", kind)) == (WHOLE, [])


BAD: list[tuple[Any, str]] = [
    (b"\xd4\xc3\xb2\xa1", "no capture that can be read"),
    (b"\x0a\x0d\x0d\x0a\xff\xff", "no capture that can be read"),
    (dialogue().write, "captured on a network of kind 105"),
]


@pytest.mark.parametrize(("made", "reason"), BAD)
def test_what_is_no_capture_is_said(tmp_path: Path, made: Any, reason: str) -> None:  # noqa: ANN401
    path = tmp_path / "a.pcap"
    if isinstance(made, bytes):
        path.write_bytes(made)
    else:
        made(path, 105)
    with pytest.raises(trace.TraceError, match=reason):
        list(load(path))


@settings(max_examples=60)
@given(data=st.data(), octets=st.binary(min_size=1, max_size=200), start=st.integers(0, (1 << 32) - 1))
def test_any_order_of_any_segments_gives_the_octets(data: st.DataObject, octets: bytes, start: int) -> None:
    cuts = sorted(data.draw(st.sets(st.integers(1, len(octets)), max_size=8)) | {0, len(octets)})
    segments = [
        Segment(0.0, "a:1", "b:2", (start + 1 + begin) % (1 << 32), octets[begin:end]) for begin, end in pairwise(cuts)
    ]
    twice = data.draw(st.permutations(segments + data.draw(st.lists(st.sampled_from(segments), max_size=4))))
    stream = Stream()
    given_out = list(stream.feed(Segment(0.0, "a:1", "b:2", start, b"", syn=True)))
    given_out += [piece for segment in twice for piece in stream.feed(segment)]
    assert b"".join(piece.octets for piece in given_out) == octets
    assert not list(stream.finish())
