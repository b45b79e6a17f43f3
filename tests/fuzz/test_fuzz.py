"""Damaged messages: nothing but DecodeError comes of them, and what they cost grows with their length only.

CSTA_FUZZ_EXAMPLES sets how many pairs of messages each test damages (100 unless told; 10,000 take some minutes).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from csta import asn1, xml
from csta.apdu import Apdu, Error, Invoke, Result
from csta.asn1 import ber
from csta.messages.base import Message, Response
from csta.messages.errors import UniversalFailure
from csta.messages.monitoring import MonitorStop
from tests.fuzz import damage, trees
from tests.wire.values import MESSAGES, messages

EXAMPLES = int(os.environ.get("CSTA_FUZZ_EXAMPLES", "100"))
DAMAGED = 8
"""Damaged messages made of each pair."""

CALLS, CALLS_PER_OCTET = 2_000, 10
MEMORY, MEMORY_PER_OCTET = 65_536, 60
"""Bounds: about twice what the worst message found so far takes. Objects for elements of two octets take the most."""


def wrapped(message: Message) -> Apdu:
    if isinstance(message, UniversalFailure):
        return Error(1, message)
    return Result(1, message) if isinstance(message, Response) else Invoke(1, message)


apdus = st.sampled_from(MESSAGES).flatmap(messages).map(wrapped)
fuzz = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))


def variants(wire: str, one: Apdu, other: Apdu, seed: int) -> Iterator[bytes]:
    """Damaged messages; the sound ones are decoded before, so that their chapters are loaded."""
    codec = damage.WIRES[wire]
    parse, write = trees.WIRES[wire]
    sound, second = codec.encode(one), codec.encode(other)
    codec.decode(sound)
    codec.decode(second)
    random = Random(seed)  # noqa: S311 - makes test data
    for _ in range(DAMAGED // 2):
        yield damage.damaged(random, sound, second)
        yield write(trees.damaged(random, parse(sound), parse(second)))


@pytest.mark.parametrize("wire", damage.WIRES)
def test_damage_costs_no_more_than_its_length(wire: str) -> None:
    codec = damage.WIRES[wire]

    @fuzz
    @given(apdus, apdus, st.integers(0, 2**64))
    def check(one: Apdu, other: Apdu, seed: int) -> None:
        for octets in variants(wire, one, other, seed):
            damage.read(codec, octets)  # what is imported and remembered at the first time is not counted
            assert damage.calls(codec, octets) <= CALLS + CALLS_PER_OCTET * len(octets), octets.hex()
            assert damage.memory(codec, octets) <= MEMORY + MEMORY_PER_OCTET * len(octets), octets.hex()

    check()


@pytest.mark.parametrize("wire", damage.WIRES)
def test_some_damage_is_read(wire: str) -> None:
    sound = damage.WIRES[wire].encode(Invoke(1, MonitorStop(monitor_cross_ref_id="01")))
    parse, write = trees.WIRES[wire]
    random = Random(1)  # noqa: S311 - makes test data
    outcomes = [
        damage.read(damage.WIRES[wire], write(trees.damaged(random, parse(sound), parse(sound)))) for _ in range(200)
    ]
    assert 10 < sum(outcomes) < 190  # neither all refused at the door nor all harmless


# --- the worst there is ----------------------------------------------------------------------------------------------


def nested(depth: int, content: bytes, octets: tuple[int, ...]) -> bytes:
    for level in range(depth):
        content = ber.tlv(octets[level % len(octets)], content)
    return content


def answer(code: int, value: bytes) -> bytes:
    return ber.tlv(0xA2, b"\x02\x01\x01" + ber.tlv(0x30, ber.tlv(0x02, ber.encode_integer(code)) + value))


UNKNOWN = b"\x9e\x00"
CALL_ID = b"\xa0\x06\x04\x01\x0a\x04\x01\x0b"
STATION = b"\x30\x06\xa0\x04\x04\x02\x32\x30"
CONNECTION = ber.tlv(0x6B, ber.tlv(0x30, CALL_ID + ber.tlv(0xA1, STATION)))
ENTRY = ber.tlv(0x30, CONNECTION + ber.tlv(0xA3, STATION) + b"\xa0\x03\x4e\x01\x00" + UNKNOWN)
SNAPSHOT = answer(74, ber.tlv(0x30, ber.tlv(0x76, ENTRY * 2_000) + UNKNOWN))

WORST_BER = {
    "strings in pieces and unknown elements in a long list": SNAPSHOT,
    "indefinite lengths inside each other": b"\x30\x80" * 100_000,
    "a string of empty pieces": answer(74, ber.tlv(0x30, b"\x24\x80" + b"\x04\x00" * 50_000 + b"\0\0")),
    "pieces inside pieces": answer(74, b"\x24\x80" * 50_000),
    "unknown elements only": ber.tlv(0xA1, b"\x02\x01\x01\x02\x01\x0a" + ber.tlv(0x30, UNKNOWN * 50_000)),
    "an unknown tag that does not end": ber.tlv(0xA1, b"\x02\x01\x01\x02\x01\x0a" + b"\x9f" + b"\x81" * 50_000),
    "a bit string as long as can be": ber.tlv(
        0xA1,
        b"\x02\x01\x01\x02\x01\x48\x30\x83\x00\xc3\x5b" + b"\x55\x01\x01" + ber.tlv(0x30, ber.tlv(0x80, bytes(50_000))),
    ),
    "an integer as long as can be": ber.tlv(0xA1, ber.tlv(0x02, b"\x7f" * 50_000)),
    "a length of everything": b"\xa1\x84\xff\xff\xff\xff" + bytes(50_000),
    "elements in an element inside each other": ber.tlv(
        0xA1, b"\x02\x01\x01\x02\x01\x0a" + nested(5_000, b"", (0x30,))
    ),
    "wrong at the end of a long list": SNAPSHOT[:-2] + b"\x05\x00",
}

WORST_XML = {
    "unknown elements only": b"<MonitorStop>" + b"<a/>" * 50_000 + b"</MonitorStop>",
    "repeated elements only": b"<MonitorStop>"
    + b"<monitorCrossRefID>1</monitorCrossRefID>" * 5_000
    + b"</MonitorStop>",
    "attributes only": b"<MonitorStop " + b" ".join(b'a%d="1"' % number for number in range(20_000)) + b"/>",
    "a long name": b"<" + b"a" * 500_000 + b"/>",
    "a long text": b"<MonitorStop><monitorCrossRefID>" + b"0" * 900_000 + b"</monitorCrossRefID></MonitorStop>",
    "entities inside entities": b'<!DOCTYPE a [<!ENTITY b "c">]><MonitorStop>' + b"&b;" * 50_000 + b"</MonitorStop>",
    "elements inside each other": b"<MonitorStop>" + b"<a>" * 100_000,
}


@pytest.mark.parametrize("octets", WORST_BER.values(), ids=WORST_BER)
def test_the_worst_of_ber(octets: bytes) -> None:
    damage.read(asn1, octets)
    assert damage.calls(asn1, octets) <= CALLS + CALLS_PER_OCTET * len(octets)
    assert damage.memory(asn1, octets) <= MEMORY + MEMORY_PER_OCTET * len(octets)


@pytest.mark.parametrize("octets", WORST_XML.values(), ids=WORST_XML)
def test_the_worst_of_xml(octets: bytes) -> None:
    damage.read(xml, octets)
    assert damage.calls(xml, octets) <= CALLS + CALLS_PER_OCTET * len(octets)
    assert damage.memory(xml, octets) <= MEMORY + MEMORY_PER_OCTET * len(octets)
