"""Decoding and encoding again gives the octets that came: unknown elements, other lengths, defaults that are said."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from csta import asn1
from csta.apdu import Apdu, Deviation, Error, Invoke, Result
from csta.asn1 import tolerance
from csta.asn1.deviations import MAX_DEVIATIONS, between, put_back
from csta.errors import DecodeError
from csta.lines import from_line, to_line
from csta.messages.base import Message, Response
from csta.messages.errors import UniversalFailure
from tests.wire.values import MESSAGES, messages

Node = tuple[int, "list[Node] | bytes"]
UNKNOWN = (0x9E, b"\x01\x02")
PLAIN = "a10c020101020200d330030a0102"


def wrapped(message: Message) -> Apdu:
    if isinstance(message, UniversalFailure):
        return Error(1, message)
    return Result(1, message) if isinstance(message, Response) else Invoke(1, message)


def parse(octets: bytes) -> list[Node]:
    """Elements of what our encoder wrote."""
    nodes: list[Node] = []
    while octets:
        start, length = 2, octets[1]
        if length > 127:
            start = 2 + (length & 0x7F)
            length = int.from_bytes(octets[2:start], "big")
        content, tag = octets[start : start + length], octets[0]
        nodes.append((tag, parse(content) if tag & 0x20 else content))
        octets = octets[start + length :]
    return nodes


def build(node: Node, data: st.DataObject) -> bytes:
    """The same element with unknown elements and length octets strewn in."""
    tag, inside = node
    if isinstance(inside, list):
        parts = [build(each, data) for each in inside]
        if tag in (0x30, 0x7E) and data.draw(st.integers(0, 3)) == 0:
            parts.insert(data.draw(st.integers(0, len(parts))), build(UNKNOWN, data))
        inside = b"".join(parts)
    shortest = (len(inside).bit_length() + 7) // 8 if len(inside) > 127 else 0
    count = data.draw(st.sampled_from([shortest] * 9 + [max(shortest, 1), 4]))
    length = bytes((0x80 | count,)) + len(inside).to_bytes(count, "big") if count else bytes((len(inside),))
    return bytes((tag,)) + length + inside


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(st.sampled_from(MESSAGES), st.data())
def test_any_message_is_passed_on_as_it_came(name: str, data: st.DataObject) -> None:
    (node,) = parse(asn1.encode(wrapped(data.draw(messages(name)))))
    octets = build(node, data)
    try:
        apdu = asn1.decode(octets, exact=True)
    except DecodeError:  # an unknown element may not stand there
        assume(False)
    assert asn1.encode(apdu) == octets
    assert asn1.encode(from_line(to_line(apdu))) == octets


@pytest.mark.parametrize(
    ("pdu", "deviations"),
    [
        (PLAIN, ()),
        ("a10f020101020200d330060a01028901ff", (Deviation((2, 1), b"\x89\x01\xff", where="system.SystemStatus"),)),
        ("a10f020101020200d330068901ff0a0102", (Deviation((2, 0), b"\x89\x01\xff", where="system.SystemStatus"),)),
        ("a10d02810101020200d330030a0102", (Deviation((0,), b"\x02\x81\x01\x01", b"\x02\x01\x01"),)),
        ("6406800100810101", (Deviation((1,), b"\x81\x01\x01"),)),
        ("6200", None),
        ("a1810c020101020200d330030a0102", None),
        (
            "a11a02010102010a3012" + "3005" + "8003323031" + "3006" + "800433303031" + "830100",
            (Deviation((2, 2), b"\x83\x01\x00"),),
        ),
    ],
)
def test_what_is_kept(pdu: str, deviations: tuple[Deviation, ...] | None) -> None:
    octets = bytes.fromhex(pdu)
    apdu = asn1.decode(octets, exact=True)
    assert asn1.encode(apdu) == octets
    if deviations is not None:
        assert apdu.deviations == deviations
    else:
        assert [each.path for each in apdu.deviations] in ([()], [])


def test_unknown_elements_are_kept_without_asking() -> None:
    octets = bytes.fromhex("a10f020101020200d330060a01028901ff")
    assert asn1.encode(asn1.decode(octets)) == octets


def test_a_line_that_was_edited_says_what_it_says_now() -> None:
    octets = bytes.fromhex("a1190201010281010a3010" + "3005" + "8003323031" + "3007" + "80810433303031")
    line = json.loads(to_line(asn1.decode(octets, exact=True)))
    line["content"]["calledDirectoryNumber"]["number"] = "3002"
    sent = asn1.decode(asn1.encode(from_line(json.dumps(line).encode())))
    assert isinstance(sent, Invoke)
    assert sent.message == asn1.decode(asn1.encode(from_line(json.dumps(line | {"deviations": []}).encode()))).message  # type: ignore[union-attr] # an Invoke
    assert "3002" in repr(sent)


def test_very_many_are_kept_as_a_whole() -> None:
    ours = b"\x30\x00"
    received = b"\x30\x82" + (3 * (MAX_DEVIATIONS + 1)).to_bytes(2, "big") + b"\x9e\x01\x00" * (MAX_DEVIATIONS + 1)
    assert between(received, ours) == (Deviation((), received, ours),)
    assert put_back(ours, between(received, ours)) == received


@pytest.mark.parametrize("path", [(), (7,), (0, 0), (2, 9), (2, 0, 0, 0)])
def test_a_place_that_is_not_there_changes_nothing(path: tuple[int, ...]) -> None:
    pdu = bytes.fromhex(PLAIN)
    assert put_back(pdu, (Deviation(path, b"\x9e\x00", b"\x05\x00"),)) == pdu


@given(st.binary(max_size=40), st.binary(max_size=40))
def test_any_two_can_be_compared(first: bytes, second: bytes) -> None:
    received, ours = b"\x30" + bytes((len(first),)) + first, b"\x30" + bytes((len(second),)) + second
    assert put_back(ours, between(received, ours)) == received


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(MESSAGES), st.data())
def test_damage_that_can_be_read_is_passed_on_too(name: str, data: st.DataObject) -> None:
    octets = bytearray(asn1.encode(wrapped(data.draw(messages(name)))))
    for _ in range(data.draw(st.integers(1, 3))):
        octets[data.draw(st.integers(0, len(octets) - 1))] = data.draw(st.integers(0, 255))
    try:
        apdu = asn1.decode(bytes(octets), exact=True)
    except DecodeError:
        return
    again = asn1.encode(apdu)
    assert again == bytes(octets) or again == tolerance.definite(
        bytes(octets)
    )  # where the damage makes a length indefinite


def test_the_largest_number_of_an_enumeration() -> None:
    pdu = bytes.fromhex("a113020101020200d3300a0a087fffffffffffffff")
    assert asn1.encode(asn1.decode(pdu, exact=True)) == pdu
