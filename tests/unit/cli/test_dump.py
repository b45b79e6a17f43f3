"""``csta dump`` and the tree it prints."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from csta import asn1
from csta.apdu import Apdu, Error, Invoke, Result
from csta.asn1.tree import MAX_DEPTH, elements
from csta.cli import main
from csta.cli.dump import line
from csta.messages.base import Message, Response
from csta.messages.errors import UniversalFailure
from tests.wire.values import MESSAGES, messages

ESCAPE = "a11602020602020133300da40ba009a407a105a0030a0105"
STATUS = "a10c020101020200d330030a0102"
CAPTURES = Path(__file__).parents[4] / "shared" / "traces" / "real-messages.jsonl"
ROWS = [json.loads(row) for row in CAPTURES.read_text().splitlines()] if CAPTURES.exists() else []

Ran = tuple[int, list[str], str]


@pytest.fixture
def dump(capsys: pytest.CaptureFixture[str]) -> Any:  # noqa: ANN401 # a function of any arguments
    def run(*arguments: str) -> Ran:
        code = main(["dump", *arguments])
        out, err = capsys.readouterr()
        return code, [" ".join(each.split()) for each in out.splitlines()], err

    return run


SHOWN = [
    (STATUS, "0 [1] 12 Invoke"),
    (STATUS, "2 INTEGER 1 invokeId 01 1"),
    (STATUS, "5 INTEGER 2 operation 00d3 211"),
    (STATUS, "9 SEQUENCE 3 SystemStatus"),
    (STATUS, "11 ENUMERATED 1 systemStatus 02 2 normal"),
    (STATUS[:-2] + "63", "11 ENUMERATED 1 systemStatus 63 99"),
    (ESCAPE, "11 [4] 11 privateData.private"),
    (ESCAPE, "21 ENUMERATED 1 05 5"),
    ("a20b0201013006020200d30500", "11 NULL 0 SystemStatusResponse.noData"),
    ("a30b02010602010130030a0102", "8 SEQUENCE 3 UniversalFailure"),
    ("a306020106020101", "5 INTEGER 1 error 01 1"),
    ("a408050080010130020500", "2 NULL 0 invokeId"),
    ("a408050080010130020500", "4 [0] 1 general 01 1"),
    ("602380020780a10706052b0c00815abe14281206072b0c00821d8148a007a0050303000800", "32 BIT STRING 3 000800 bit4"),
    ("602380020780a10706052b0c00815abe14281206072b0c00821d8148a007a0050303000800", "6 [1] 7 applicationContextName"),
    ("3003160141", "2 IA5String 1 41 A"),
    ("30031601ff", "2 IA5String 1 ff (no IA5String)"),
    ("30030c010a", "2 UTF8String 1 0a"),
    ("3003130141", "2 PrintableString 1 41 A"),
    ("30090405" + "0102030405" + "0500", "9 NULL 0"),
    ("3f8101" + "03020101", "0 [UNIVERSAL 129] 3"),
    ("7f8101" + "03020101", "0 [APPLICATION 129] 3"),
    ("df0100", "0 [PRIVATE 1] 0"),
    ("3082000402020101", "4 INTEGER 2 0101 257"),
    ("04818041" + "41" * 127, "0 OCTET STRING 128 " + "41" * 64 + "…"),
    ("a180020101020200d330800a010200000000", "11 ENUMERATED 1 systemStatus 02 2 normal"),
    ("a180020101020200d330800a010200000000", "9 SEQUENCE indefinite SystemStatus"),
]


@pytest.mark.parametrize(("digits", "expected"), SHOWN)
def test_a_line_of_the_tree(dump: Any, digits: str, expected: str) -> None:  # noqa: ANN401
    _, lines, _ = dump("--framing", "none", digits)
    assert expected in lines


DAMAGED = [
    ("a116020206", "0 [1] 22 Invoke <- octets missing: 19", "message 1: octets missing: 1"),
    ("a1160202060202", "6 INTEGER 0 operation <- cut off before its length", "cut off before its length (at octet 6)"),
    ("30821000", "0 SEQUENCE 4096 <- octets missing: 4096", "missing: 4096"),
    ("308210", "0 SEQUENCE 0 <- length of 2 octets cut off or too long", "length of 2"),
    ("3089010203040506070809", "0 SEQUENCE 0 <- length of 9 octets cut off or too long", "length of 9"),
    ("1f", "0 [UNIVERSAL 0] 0 <- cut off before its length", "cut off"),
    ("0480", "0 OCTET STRING indefinite <- indefinite length on a primitive element", "primitive"),
    ("30800500", "4 ? 0 <- indefinite length without its end", "without its end"),
    ("30030202010500", "2 INTEGER 2 01 <- octets missing: 1", "octets missing: 1"),
    ("30030202010500", "5 NULL 0", "octets missing: 1"),
]


@pytest.mark.parametrize(("digits", "expected", "told"), DAMAGED)
def test_damage_is_shown_where_it_is(dump: Any, digits: str, expected: str, told: str) -> None:  # noqa: ANN401
    code, lines, err = dump("--framing", "none", digits)
    assert code == 1
    assert expected in lines
    assert told in err


def test_framing_is_taken_off_and_messages_are_set_apart(dump: Any) -> None:  # noqa: ANN401
    framed = f"000e{STATUS}" * 2
    code, lines, err = dump(framed)
    assert (code, err) == (0, "")
    assert lines.count("0 [1] 12 Invoke") == 2
    assert lines[5] == ""
    code, lines, _ = dump(framed[:-4])
    assert (code, lines.count("0 [1] 12 Invoke"), lines.count("0 [1] 12 Invoke <- octets missing: 2")) == (1, 1, 1)


@pytest.mark.parametrize(
    ("argument", "code", "told"), [("", 1, "nothing to show"), ("0", 2, "odd number"), ("no-such-file", 2, "as a file")]
)
def test_what_is_no_input(dump: Any, argument: str, code: int, told: str) -> None:  # noqa: ANN401
    ended, lines, err = dump(argument)
    assert (ended, lines) == (code, [])
    assert told in err


def test_xml_is_not_shown_as_ber(dump: Any, tmp_path: Path) -> None:  # noqa: ANN401
    document = tmp_path / "message.xml"
    document.write_text("<SystemStatus/>")
    code, _, err = dump(str(document))
    assert code == 1
    assert "csta decode" in err


@pytest.mark.skipif(not ROWS, reason="no collection of captured messages beside the project")
@pytest.mark.parametrize("row", [row for row in ROWS if row["protocol"] == "asn1"], ids=lambda row: row["id"])
def test_captured_messages(dump: Any, row: dict[str, Any]) -> None:  # noqa: ANN401
    code, lines, err = dump(row["hex"])
    assert lines
    assert code == bool(err)


def wrapped(message: Message) -> Apdu:
    if isinstance(message, UniversalFailure):
        return Error(1, message)
    return Result(1, message) if isinstance(message, Response) else Invoke(1, message)


@pytest.mark.parametrize("name", MESSAGES)
def test_every_element_of_every_message_has_a_name(name: str) -> None:
    @settings(max_examples=3, deadline=None, suppress_health_check=list(HealthCheck))
    @given(messages(name))
    def check(message: Message) -> None:
        octets = asn1.encode(wrapped(message))
        found = list(elements(octets))
        assert not any(element.problem for element in found)
        for element in found:
            assert element.name or element.kind, line(octets, element)

    check()


@given(st.binary(max_size=200))
def test_any_octets_make_a_tree(noise: bytes) -> None:
    behind = 0
    for element in elements(noise):
        assert behind <= element.offset + 1
        assert element.offset <= element.start <= element.stop <= len(noise)
        assert line(noise, element).isprintable()
        behind = max(behind, element.offset)


def test_nesting_is_followed_to_a_limit() -> None:
    found = list(elements(b"\x30\x80" * 10_000))
    assert max(element.depth for element in found) == MAX_DEPTH
    assert any(element.problem == f"nested deeper than {MAX_DEPTH}" for element in found)
