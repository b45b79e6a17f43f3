"""Structures of variable size: whatever octets a driver writes, reading stays within them."""

from __future__ import annotations

import struct
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tapi_adapter.binding import TAPI_2_0, TAPI_2_2, TAPI_3_1
from tapi_adapter.layout import (
    LINEADDRESSSTATUS,
    LINECALLINFO,
    LINECALLLIST,
    LINEDEVCAPS,
    LINEFORWARD,
    LINEPROVIDERENTRY,
    LINEPROVIDERLIST,
)
from tapi_adapter.records import ATTEMPTS, MOST, WIDE, Buffer, Part, Reading, filled

VERSIONS = (TAPI_2_0, TAPI_2_2, TAPI_3_1)
PARTS = [each for each in vars(LINECALLINFO).values() if isinstance(each, Part)]


def caps(
    name: bytes, size: int | None = None, offset: int | None = None, version: int = TAPI_2_2
) -> Reading[LINEDEVCAPS]:
    """Capabilities whose line name is these octets."""
    fixed = LINEDEVCAPS.fixed_size(version)
    content = bytearray(fixed) + name
    where = struct.pack("<II", len(name) if size is None else size, fixed if offset is None else offset)
    content[LINEDEVCAPS.LineName.at : LINEDEVCAPS.LineName.at + 8] = where
    return Reading(LINEDEVCAPS, bytes(content), version)


@pytest.mark.parametrize(
    ("octets", "text", "faults"),
    [
        ("Büro\0".encode(WIDE), "Büro", 0),
        ("Büro".encode(WIDE), "Büro", 0),  # without a NUL
        ("Büro\0\0rest".encode(WIDE), "Büro", 0),
        ("Büro".encode(WIDE) + b"x", "Büro", 1),  # an odd octet
        (b"x", "", 1),
        (b"", "", 0),
        (b"\x00\xd8a\x00", "\ufffda", 0),  # half a surrogate pair
    ],
)
def test_text(octets: bytes, text: str, faults: int) -> None:
    reading = caps(octets)
    assert reading.text(LINEDEVCAPS.LineName) == text
    assert len(reading.faults) == faults


@pytest.mark.parametrize(
    ("size", "offset"), [(8, 0), (8, 267), (8, 0xFFFFFFFF), (0xFFFFFFFF, 268), (0xFFFFFFFF, 0xFFFFFFFF), (9, 268)]
)
def test_a_part_outside_of_the_structure(size: int, offset: int) -> None:
    reading = caps(b"12345678", size, offset)
    assert reading.octets(LINEDEVCAPS.LineName) == b""
    assert f"LINEDEVCAPS.LineName: {size} octets at {offset} are not within 268 and 276" in reading.faults


@pytest.mark.parametrize(("version", "guid"), [(TAPI_2_0, b""), (TAPI_2_2, b"\x01" * 16)])
def test_fields_newer_than_the_version_are_not_read(version: int, guid: bytes) -> None:
    content = bytes(252) + b"\x01" * 200
    reading = Reading(LINEDEVCAPS, content, version)
    assert bytes(reading.fields.PermanentLineGuid) == guid.ljust(16, b"\0")
    assert reading.fields.dwAddressTypes == 0


def test_a_structure_that_is_too_short() -> None:
    with pytest.raises(ValueError, match="LINECALLINFO has 100 octets, 324 are needed"):
        Reading(LINECALLINFO, bytes(100), TAPI_2_0)


def test_entries_name_their_parts_in_the_whole_structure() -> None:
    name = "esuit32.tsp".encode(WIDE)
    head = struct.pack("<6I", 0, 0, 0, 1, 12, 24)
    content = head + struct.pack("<III", 3, len(name), 36) + name
    reading = Reading(LINEPROVIDERLIST, content, TAPI_2_2)
    (entry,) = reading.entries(LINEPROVIDERLIST.ProviderList, LINEPROVIDERENTRY, reading.fields.dwNumProviders)
    assert (entry.fields.dwPermanentProviderID, entry.text(LINEPROVIDERENTRY.ProviderFilename)) == (3, "esuit32.tsp")


def test_a_list_that_claims_more_than_it_has() -> None:
    content = struct.pack("<6I", 0, 0, 0, 4_000_000_000, 8, 24) + struct.pack("<II", 0, 7)
    reading = Reading(LINECALLLIST, content, TAPI_2_2)
    assert reading.handles(LINECALLLIST.Calls, reading.fields.dwCallsNumEntries) == [7]
    assert reading.faults == ["LINECALLLIST.Calls: 4000000000 entries of 4 octets do not fit into 8"]


@given(st.binary(min_size=344, max_size=700), st.sampled_from(VERSIONS))
def test_any_octets_can_be_read(content: bytes, version: int) -> None:
    reading = Reading(LINECALLINFO, content, version)
    for part in PARTS:
        assert reading.octets(part) in content
        assert len(reading.text(part)) <= len(content) // 2


@given(
    st.binary(min_size=64, max_size=300),
    st.sampled_from(VERSIONS),
    st.integers(0, 0xFFFFFFFF),
    st.integers(0, 300),
    st.integers(0, 300),
)
def test_any_list_can_be_read(content: bytes, version: int, count: int, size: int, offset: int) -> None:
    at = LINEADDRESSSTATUS.Forward.at
    content = content[:at] + struct.pack("<II", size, offset) + content[at + 8 :]
    reading = Reading(LINEADDRESSSTATUS, content, version)
    for entry in reading.entries(LINEADDRESSSTATUS.Forward, LINEFORWARD, count):
        assert entry.octets(LINEFORWARD.DestAddress) in content


def library(*needs: int) -> tuple[Callable[[Buffer], None], list[int]]:
    """A function of the library that needs so much room, each time it is asked; what room it was given."""
    given_room: list[int] = []

    def fill(buffer: Buffer) -> None:
        (total,) = struct.unpack_from("<I", buffer)
        assert total == len(buffer)
        given_room.append(total)
        need = needs[min(len(given_room), len(needs)) - 1]
        struct.pack_into("<II", buffer, 4, need, min(need, 268 if need > total else need))

    return fill, given_room


def test_room_grows_until_it_is_enough() -> None:
    fill, room = library(5_000, 9_000, 9_000)
    filled(LINEDEVCAPS, TAPI_2_2, fill)
    assert room == [4388, 5_000, 9_000]


@pytest.mark.parametrize("needs", [tuple(range(5_000, 100_000, 1_000)), (MOST + 1,)])
def test_room_does_not_grow_for_ever(needs: tuple[int, ...]) -> None:
    fill, room = library(*needs)
    with pytest.raises(OverflowError, match="LINEDEVCAPS needs more than"):
        filled(LINEDEVCAPS, TAPI_2_2, fill)
    assert len(room) <= ATTEMPTS


def test_a_library_that_says_it_used_more_than_there_is() -> None:
    def fill(buffer: Buffer) -> None:
        struct.pack_into("<II", buffer, 4, 0xFFFFFFFF, 0xFFFFFFFF)

    assert filled(LINEDEVCAPS, TAPI_2_2, fill).text(LINEDEVCAPS.LineName) == ""
