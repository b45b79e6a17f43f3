"""Random values of every message: our octets read by another implementation, and both wires against each other."""

from __future__ import annotations

import contextlib
from collections import Counter
from pathlib import Path

import asn1tools  # type: ignore[import-untyped] # has no type information
import pytest
from asn1tools.compiler import Specification  # type: ignore[import-untyped] # has no type information
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from csta import asn1, xml
from csta.apdu import Apdu, Error, Invoke, Result
from csta.asn1 import rose, tolerance
from csta.codegen.schema import SCHEMA
from csta.errors import DecodeError
from csta.messages.base import Message, Response
from csta.messages.errors import UniversalFailure
from tests.wire.values import MESSAGES, messages

quick = settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module")
def second_opinion() -> Specification:
    return asn1tools.compile_files([str(path) for path in sorted(Path(SCHEMA).glob("*.asn"))], "ber")


def wrapped(message: Message) -> Apdu:
    if isinstance(message, UniversalFailure):
        return Error(1, message)
    return Result(1, message) if isinstance(message, Response) else Invoke(1, message)


@pytest.mark.parametrize("name", MESSAGES)
def test_asn1tools_reads_and_writes_the_same_octets(
    name: str, second_opinion: Specification, compared: Counter[str]
) -> None:
    @quick
    @given(messages(name))
    def check(message: Message) -> None:
        octets = rose.encode_message(message)
        assert bytes(second_opinion.encode(name, second_opinion.decode(name, octets))) == octets

    check()


@pytest.mark.parametrize("name", MESSAGES)
def test_ber_to_xml_to_ber_is_the_same_message(name: str) -> None:
    @quick
    @given(messages(name))
    def check(message: Message) -> None:
        apdu = wrapped(message)
        octets = asn1.encode(apdu)
        assert asn1.decode(octets) == apdu
        assert xml.decode(xml.encode(apdu), 1) == apdu
        assert asn1.encode(xml.decode(xml.encode(apdu), 1)) == octets

    check()


@pytest.mark.parametrize("wire", ["asn1", "xml"])
def test_damage_raises_decode_error_or_nothing(wire: str) -> None:
    codec = asn1 if wire == "asn1" else xml

    @settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.data())
    def check(data: st.DataObject) -> None:
        octets = bytearray(codec.encode(wrapped(data.draw(messages(data.draw(st.sampled_from(MESSAGES)))))))
        for _ in range(data.draw(st.integers(0, 3))):
            octets[data.draw(st.integers(0, len(octets) - 1))] = data.draw(st.integers(0, 255))
        del octets[data.draw(st.integers(0, len(octets))) :]
        with contextlib.suppress(DecodeError):
            codec.decode(bytes(octets))

    check()


@settings(max_examples=500, deadline=None)
@given(st.binary(max_size=80))
def test_noise_raises_decode_error_or_nothing(noise: bytes) -> None:
    for opening in (b"", b"\xa1", b"\xa2\x20", b"\x60\x10\xa1", b"\xa1\x80", b"\x30\x80" * 40):
        with contextlib.suppress(DecodeError):
            asn1.decode(opening + noise)


def test_deep_nesting_ends_at_the_limit() -> None:
    with pytest.raises(DecodeError, match="nested deeper"):
        tolerance.definite(b"\x30\x80" * 100_000)
