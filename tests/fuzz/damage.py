"""Damage done to the octets of valid messages, and what reading them costs."""

from __future__ import annotations

import sys
import tracemalloc
from collections.abc import Callable
from random import Random
from types import FrameType, ModuleType
from typing import Any

from csta import asn1, xml
from csta.errors import DecodeError

WIRES = {"asn1": asn1, "xml": xml}


def cut(random: Random, one: bytes, other: bytes) -> bytes:
    """The beginning of a message."""
    return one[: random.randrange(len(one))]


def flip(random: Random, one: bytes, other: bytes) -> bytes:
    """A message with some octets changed."""
    octets = bytearray(one)
    for _ in range(random.randint(1, 4)):
        octets[random.randrange(len(octets))] = random.choice((0x00, 0x80, 0xFF, 0x30, 0x24, random.randrange(256)))
    return bytes(octets)


def splice(random: Random, one: bytes, other: bytes) -> bytes:
    """The beginning of a message and the end of another."""
    return one[: random.randrange(len(one))] + other[random.randrange(len(other)) :]


def insert(random: Random, one: bytes, other: bytes) -> bytes:
    """A message inside another, at any place."""
    place = random.randrange(len(one))
    return one[:place] + other + one[place:]


def repeat(random: Random, one: bytes, other: bytes) -> bytes:
    """A message with a part of it many times."""
    start = random.randrange(len(one))
    stop = random.randint(start, min(len(one), start + 40))
    return one[:stop] + one[start:stop] * random.randint(1, 60) + one[stop:]


def nest(random: Random, one: bytes, other: bytes) -> bytes:
    """A message with one octet or tag many times, as deep nesting has it."""
    place = random.randrange(len(one))
    opening = random.choice(
        (b"\x30\x80", b"\xa0\x80", b"\x24\x80", b"\x6b\x80", b"<deviceIdentifier>", b"<extensions>")
    )
    return one[:place] + opening * random.randint(1, 200) + one[place:]


DAMAGES: tuple[Callable[[Random, bytes, bytes], bytes], ...] = (cut, flip, splice, insert, repeat, nest)


def damaged(random: Random, one: bytes, other: bytes) -> bytes:
    """One to three damages on top of each other."""
    for _ in range(random.randint(1, 3)):
        if one:
            one = random.choice(DAMAGES)(random, one, other)
    return one


def read(wire: ModuleType, octets: bytes) -> bool:
    """Decode; whether it was a message. Any error but DecodeError goes on."""
    try:
        wire.decode(octets)
    except DecodeError as error:
        if error.offset is not None and not 0 <= error.offset <= len(octets):
            raise  # it points nowhere
        return False
    return True


def calls(wire: ModuleType, octets: bytes) -> int:
    """Functions called for decoding: a measure of work that is the same on every machine."""
    count = 0

    def note(frame: FrameType, event: str, argument: Any) -> None:  # noqa: ANN401 - the interpreter's
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(note)
    try:
        read(wire, octets)
    finally:
        sys.setprofile(None)
    return count


def memory(wire: ModuleType, octets: bytes) -> int:
    """Octets that decoding takes at its peak."""
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        read(wire, octets)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    return peak - before
