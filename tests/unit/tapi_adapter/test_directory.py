"""Which line a device is: by the table, by the extension on it, by its name."""

from __future__ import annotations

import msgspec
import pytest

from tapi_adapter.descriptions import Address, LineDescription
from tapi_adapter.lines import Directory, LineChoice

GUID = "{6f1b2c34-0000-4a4a-9b9b-1234567890ab}"


def described(device: int, name: str, *numbers: str, provider: str = "Example TSP", guid: str = "") -> LineDescription:
    addresses = tuple(Address(number=number) for number in numbers)
    return LineDescription(
        device=device, name=name, permanent_id=100 + device, provider=provider, guid=guid, addresses=addresses
    )


LINES = (
    described(0, "Anna", "2001", "2091"),
    described(3, "Ext 2002 (Bert)", ""),
    described(4, "2003", "", guid=GUID.upper()),
    described(5, "Lobby", "2005", provider="Other TSP"),
    described(6, "Lobby", "2006"),
    LineDescription(device=7, name="bare"),
)


@pytest.mark.parametrize(
    ("choice", "device", "place"),
    [
        (None, "2001", (0, 0)),
        (None, "2091", (0, 1)),
        (None, "2002", (3, 0)),
        (None, "2003", (4, 0)),
        (None, "bare", (7, 0)),
        (LineChoice(device="9", name="Anna"), "9", (0, 0)),
        (LineChoice(device="9", name="Anna", address=1), "9", (0, 1)),
        (LineChoice(device="9", permanent_id=104), "9", (4, 0)),
        (LineChoice(device="9", permanent_id=0), "9", (7, 0)),
        (LineChoice(device="9", guid=GUID.strip("{}")), "9", (4, 0)),
        (LineChoice(device="9", name="Lobby", provider="other"), "9", (5, 0)),
        (LineChoice(device="2001", name="2003"), "2001", (4, 0)),
    ],
)
def test_the_line_of_a_device(choice: LineChoice | None, device: str, place: tuple[int, int]) -> None:
    directory = Directory([] if choice is None else [choice], r"Ext (\d+)")
    found = directory.find(device, LINES)
    assert (found.line.device, found.address) == place


@pytest.mark.parametrize(
    ("choice", "device", "reason"),
    [
        (None, "4711", "no line is device 4711 \\(lines: 'Anna', 'Ext 2002"),
        (LineChoice(device="9", name="Lobby"), "9", "2 lines could be device 9: 'Lobby', 'Lobby'; say which"),
        (LineChoice(device="9", name="Anna", address=2), "9", "no line is device 9"),
        (LineChoice(device="2001", guid="{0}"), "2001", "no line is device 2001"),
    ],
)
def test_no_line_or_several(choice: LineChoice | None, device: str, reason: str) -> None:
    with pytest.raises(LookupError, match=reason):
        Directory([] if choice is None else [choice]).find(device, LINES)


def test_no_lines_at_all() -> None:
    with pytest.raises(LookupError, match="there are no lines at all"):
        Directory().find("2001", ())


def test_what_a_line_may_be_called() -> None:
    directory = Directory([LineChoice(device="9", name="Anna")], r"Ext (\d+)")
    assert [directory.devices(line) for line in LINES[:3]] == [("9", "2001", "2091"), ("2002",), ()]


@pytest.mark.parametrize(
    ("table", "pattern", "reason"),
    [
        ([LineChoice(device="9", name="a"), LineChoice(device="9", name="b")], None, "device 9 stands twice"),
        ([], "Ext (", "is no regular expression"),
        ([], "Ext", "has no group"),
    ],
)
def test_a_table_that_is_wrong(table: list[LineChoice], pattern: str | None, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        Directory(table, pattern)


def test_a_row_that_says_nothing() -> None:
    with pytest.raises(msgspec.ValidationError, match="device 9: which line it is says permanent_id, guid or name"):
        msgspec.json.decode(b'{"device": "9"}', type=LineChoice)
