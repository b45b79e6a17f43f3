"""Messages found in text: hex dumps in every spelling, logs with times and directions, lists of messages."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from csta.apdu import Frame
from csta.recorder import trace
from csta.recorder.importing import load
from csta.session import Role

QUESTION = bytes.fromhex("a113020101020147300b30068004323030310a0101")  # MonitorStart of 2001
ANSWER = bytes.fromhex("a213020101300e02014730095504000000010101ff")
DOCUMENT = '<?xml version="1.0"?>\n<HoldCall>\n <callToBeHeld><callID>1</callID></callToBeHeld>\n</HoldCall>'
EMPTY = "<HoldCallResponse/>"
SPACED = QUESTION.hex(" ")


def entries(tmp_path: Path, text: str) -> list[trace.Entry | trace.Damage]:
    path = tmp_path / "a.log"
    path.write_text(text, "utf-8")
    return list(load(path))


def frames(found: list[trace.Entry | trace.Damage]) -> list[bytes]:
    return [entry.frame.payload for entry in found if isinstance(entry, trace.Message)]


def dump(octets: bytes, spelling: str) -> str:
    lines = []
    for start in range(0, len(octets), 16):
        part = octets[start : start + 16]
        text = "".join(chr(octet) if 32 < octet < 127 else "." for octet in part)
        lines.append(spelling.format(start=start, hex=part.hex(" "), pairs=part.hex(" ", 2), text=text))
    return "\n".join(lines)


DUMPS = {
    "hexdump -C": "{start:08x}  {hex:<48}  |{text}|",
    "xxd": "{start:08x}: {pairs:<39}  {text}",
    "tcpdump -X": "\t0x{start:04x}:  {pairs:<39}  {text}",
    "wireshark": "{start:04x}   {hex:<48}   {text}",
    "od -A x -t x1": "{start:06x} {hex}",
}


@pytest.mark.parametrize("spelling", DUMPS.values(), ids=DUMPS)
def test_hex_dumps(tmp_path: Path, spelling: str) -> None:
    text = f"packet 1\n{dump(QUESTION, spelling)}\n\npacket 2\n{dump(ANSWER, spelling)}\n"
    assert frames(entries(tmp_path, text)) == [QUESTION, ANSWER]


LINES = {
    "plain": QUESTION.hex(),
    "capitals": QUESTION.hex().upper(),
    "spaced": SPACED,
    "colons": QUESTION.hex(":"),
    "dashes": QUESTION.hex("-"),
    "0x": f"data=0x{QUESTION.hex()}",
    "in a sentence": f"2026-03-02 09:15:01,123 [link-1] DEBUG 21 octets received: {SPACED} (ok)",
    "in brackets": f"09:15:01 RX [{SPACED}]",
    "behind a colon": f"RX:{QUESTION.hex()}",
    "with its length": f"RX 0015{QUESTION.hex()}",
}


@pytest.mark.parametrize("line", LINES.values(), ids=LINES)
def test_lines_of_hex(tmp_path: Path, line: str) -> None:
    assert frames(entries(tmp_path, line)) == [QUESTION]


def test_times_directions_and_documents_over_several_lines(tmp_path: Path) -> None:
    text = f"""2026-03-02 09:15:01,500 INFO link up
2026-03-02 09:15:01,500 DEBUG TX -> {SPACED}
2026-03-02 09:15:01,750 DEBUG RX <- {ANSWER.hex()}
2026-03-02T09:15:02.000 sent {DOCUMENT}
2026-03-02 09:15:02.250 received {EMPTY}
"""
    found = entries(tmp_path, text)
    assert isinstance(found[0], trace.Header)
    assert found[0].started.isoformat() == "2026-03-02T09:15:01.500000+00:00"
    told = [(entry.t, entry.sender, entry.frame.payload) for entry in found if isinstance(entry, trace.Message)]
    assert told == [
        (0.0, Role.COMPUTING, QUESTION),
        (0.25, Role.SWITCHING, ANSWER),
        (0.5, Role.COMPUTING, DOCUMENT.encode()),
        (0.75, Role.SWITCHING, EMPTY.encode()),
    ]
    assert [entry.protocol for entry in found if isinstance(entry, trace.Link)] == ["asn1", "xml"]


def test_the_one_who_sends_may_be_the_switch(tmp_path: Path) -> None:
    found = entries(tmp_path, f"recv {SPACED}\nsend {ANSWER.hex()}\n")
    assert [entry.sender for entry in found if isinstance(entry, trace.Message)] == [Role.COMPUTING, Role.SWITCHING]


def test_a_list_of_messages(tmp_path: Path) -> None:
    rows = [
        {"protocol": "asn1", "hex": QUESTION.hex(), "note": "anything"},
        {"protocol": "asn1", "hex": (b"\x00\x15" + ANSWER).hex(), "framing": "length"},
        {"protocol": "xml", "xml": EMPTY},
        {"protocol": "xml", "hex": (b"\0\0\0\x1b0042" + EMPTY.encode()).hex()},
    ]
    found = entries(tmp_path, "".join(f"{json.dumps(row)}\n" for row in rows))
    said = [(entry.link, entry.frame) for entry in found if isinstance(entry, trace.Message)]
    assert sorted(said, key=str) == sorted(
        [
            (1, Frame(QUESTION)),
            (2, Frame(ANSWER)),
            (3, Frame(EMPTY.encode())),
            (3, Frame(EMPTY.encode(), 42)),
        ],
        key=str,
    )


DAMAGED = [
    (f"RX {QUESTION.hex()[:-2]}", "a.log:1: 20 octets: no whole message"),
    (f"\nRX ff{SPACED}", "a.log:2: 22 octets: octets ffa1130201010201 begin no link known here"),
    ('{"protocol": "asn1", "hex": "a1"', "a.log:1: no message: "),
    ('{"protocol": "asn1"}', "a.log:1: no message: "),
    ('{"hex": 5}', "a.log:1: no message: "),
]


@pytest.mark.parametrize(("line", "said"), DAMAGED, ids=[said for _, said in DAMAGED])
def test_a_damaged_message_is_told_and_the_others_are_read(tmp_path: Path, line: str, said: str) -> None:
    good = json.dumps({"hex": ANSWER.hex()}) if "{" in line else f"RX {ANSWER.hex()}"
    found = entries(tmp_path, f"{line}\n{good}\n")
    assert frames(found) == [ANSWER]
    damages = [str(entry) for entry in found if isinstance(entry, trace.Damage)]
    assert len(damages) == 1
    assert damages[0].startswith(said)


def test_a_document_that_never_ends_does_not_hide_what_follows(tmp_path: Path) -> None:
    found = entries(tmp_path, f"sent <HoldCall><callToBeHeld>\nRX {ANSWER.hex()}\n")
    assert frames(found) == [ANSWER]


@pytest.mark.parametrize("time", ["2026-99-99 10:00:00", "99:99:99", f"{10**300}.5", "0.0"])
def test_what_only_looks_like_a_time(tmp_path: Path, time: str) -> None:
    assert frames(entries(tmp_path, f"{time} RX {ANSWER.hex()}\n")) == [ANSWER]


@pytest.mark.parametrize("line", ["aa " * 60_000 + "z", "a1" * 60_000 + "z", "<a " * 60_000, f"0000 {'a1' * 40_000}z"])
def test_a_long_line_of_nothing_is_over_soon(tmp_path: Path, line: str) -> None:
    assert frames(entries(tmp_path, f"{line}\nRX {ANSWER.hex()}\n")) == [ANSWER]


@settings(max_examples=100)
@given(text=st.text(max_size=200))
def test_any_text_is_read(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = tmp_path_factory.mktemp("any") / "a.log"
    path.write_text(text, "utf-8", errors="replace")
    assert [type(entry) for entry in load(path) if not isinstance(entry, trace.Damage)]
