"""``csta decode`` and ``csta encode``."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from csta import asn1, xml
from csta.apdu import Abort, Apdu, Associate, AssociateResponse, Error, Invoke, Reject, Release, ReleaseResponse, Result
from csta.cli import main
from csta.errors import LocalProtocolError
from csta.lines import from_line, to_line
from csta.messages.base import Message, Request, Response, UnknownEvent
from csta.messages.errors import SecurityErrors, UniversalFailure
from tests.wire.values import MESSAGES, messages

STATUS = "a10c020101020200d330030a0102"
DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>'
STATUS_XML = DECLARATION + "<SystemStatus><systemStatus>normal</systemStatus></SystemStatus>"
STATUS_LINE = {"kind": "request", "name": "SystemStatus", "invokeId": 1, "content": {"systemStatus": "normal"}}
CAPTURES = Path(__file__).parents[4] / "shared" / "traces" / "real-messages.jsonl"

Ran = tuple[int, list[dict[str, Any]], str]


@pytest.fixture
def decode(capsys: pytest.CaptureFixture[str]) -> Any:  # noqa: ANN401 # a function of any arguments
    def run(*arguments: str) -> Ran:
        code = main(["decode", *arguments])
        out, err = capsys.readouterr()
        return code, [json.loads(line) for line in out.splitlines()], err

    return run


DECODED = [
    ([STATUS], 1, "bare BER"),
    ([STATUS.upper()], 1, "capital digits"),
    ([" ".join(STATUS[at : at + 2] for at in range(0, len(STATUS), 2))], 1, "digits in pairs"),
    ([STATUS + STATUS], 2, "two in a row"),
    (["000e" + STATUS], 1, "a length before it"),
    (["--framing", "length", "000e" + STATUS], 1, "said so"),
    (["--protocol", "asn1", "--framing", "none", STATUS], 1, "said so"),
    ([STATUS_XML], 1, "XML"),
    ([f"  \n{STATUS_XML}\n"], 1, "XML with space around it"),
]


@pytest.mark.parametrize(("arguments", "count", "why"), DECODED)
def test_decoded(decode: Any, arguments: list[str], count: int, why: str) -> None:  # noqa: ANN401
    code, lines, err = decode(*arguments)
    assert (code, err, len(lines)) == (0, "", count), why
    for line in lines:
        assert line["name"] == "SystemStatus"
        assert line["content"] == {"systemStatus": "normal"}


def test_from_files_and_standard_input(decode: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ANN401
    octets, digits, document = tmp_path / "octets", tmp_path / "digits", tmp_path / "document"
    octets.write_bytes(bytes.fromhex(STATUS))
    digits.write_text(STATUS[:10] + "\n" + STATUS[10:] + "\n")
    document.write_text(STATUS_XML)
    for path in (octets, digits):
        assert decode(str(path)) == (0, [STATUS_LINE], "")
    assert decode(str(document))[:2] == (0, [STATUS_LINE | {"invokeId": 0}])
    stdin = io.TextIOWrapper(io.BytesIO(STATUS.encode()))
    monkeypatch.setattr("sys.stdin", stdin)
    assert decode("-") == (0, [STATUS_LINE], "")


def test_an_xml_link(decode: Any, tmp_path: Path) -> None:  # noqa: ANN401
    document = STATUS_XML.encode()
    link = tmp_path / "link"
    link.write_bytes(b"\x00\x00" + (len(document) + 8).to_bytes(2, "big") + b"0001" + document)
    assert decode(str(link)) == (0, [STATUS_LINE], "")


WRONG = [
    (["a1"], 1, 0, "after message 0: the last 1 of 1 octets are no whole message (none)"),
    ([STATUS[:-2]], 1, 0, "the last 13 of 13 octets"),
    ([STATUS * 2 + "a1"], 1, 2, "after message 2: the last 1 of 29 octets"),
    ([STATUS + "42"], 1, 1, "after message 1: octet 42 begins no PDU"),
    (["a1090201070202270f0500", "--framing", "none"], 1, 0, "operation 9999"),
    (["a1090201070202270f0500" + STATUS], 1, 1, "message 1: operation 9999 is not known"),
    (["<MakeCall/>"], 1, 0, "message 1: "),
    (["<MakeCall>"], 1, 0, "message 1: not well-formed"),
    (["41"], 1, 0, "too short"),
    (["4142424242424242"], 1, 0, "begin no link known here"),
    (["no-such-file"], 2, 0, "'no-such-file' is no data of the wanted kind, and as a file: No such file"),
    (["a1a"], 2, 0, "an odd number of hexadecimal digits"),
    (["--framing", "coffee", "a1"], 2, 0, "invalid choice: 'coffee'"),
    (["--protocol", "sip", "a1"], 2, 0, "invalid choice: 'sip'"),
    ([""], 1, 0, "there is nothing to decode"),
]


@pytest.mark.parametrize(("arguments", "code", "count", "reason"), WRONG)
def test_what_is_wrong_is_told(decode: Any, arguments: list[str], code: int, count: int, reason: str) -> None:  # noqa: ANN401
    ended, lines, err = decode(*arguments)
    assert ended == code
    assert len(lines) == count
    assert reason in err
    assert "Traceback" not in err


def test_what_was_passed_over_is_told(decode: Any) -> None:  # noqa: ANN401
    odd = "<SystemStatus><systemStatus>normal</systemStatus><coffee/></SystemStatus>"
    code, lines, err = decode(odd)
    assert (code, len(lines)) == (0, 1)
    assert "coffee" in err


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=60))
def test_noise_ends_with_a_word(decode: Any, noise: bytes) -> None:  # noqa: ANN401
    code, _, err = decode(noise.hex() or "-00")
    assert code in (0, 1, 2)
    assert bool(err) == bool(code)


ROWS = [json.loads(line) for line in CAPTURES.read_text().splitlines()] if CAPTURES.exists() else []


@pytest.mark.skipif(not ROWS, reason="no collection of captured messages beside the project")
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["id"])
def test_captured_messages(decode: Any, row: dict[str, Any]) -> None:  # noqa: ANN401
    code, lines, err = decode(row.get("xml") or row["hex"])
    count = 0 if row.get("hex") == "42" else 1  # the identification of OmniPCX is no message
    assert (code, len(lines), bool(err)) in ((0, count, False), (0, 1, True), (1, 0, True), (2, 0, True))
    assert "Traceback" not in err


def some_apdus(message: Message) -> Apdu:
    if isinstance(message, UniversalFailure):
        return Error(7, message)
    if isinstance(message, Response):
        return Result(7, message)
    return Invoke(7, message, 3 if isinstance(message, Request) else None)


@pytest.mark.parametrize("name", MESSAGES[::7])
@settings(max_examples=3, deadline=None)
@given(data=st.data())
def test_lines_lose_nothing(name: str, data: st.DataObject) -> None:
    apdu = some_apdus(data.draw(messages(name)))
    assert from_line(to_line(apdu)) == apdu


@pytest.mark.parametrize(
    "apdu",
    [
        Result(1),
        Reject(7, "invoke", 2),
        Reject(None, "general", 0),
        Error(1, UniversalFailure(security=SecurityErrors.GENERIC)),
        Error(1, UniversalFailure(unspecified=True)),
        Invoke(1, UnknownEvent(monitor_cross_ref_id="0a", tags=(1, 99), raw=b"\xff\x00")),
        Associate("1.3.12.0.218", user_information=b"\x01"),
        AssociateResponse("1.3.12.0.218", 1, diagnostic=3),
        Release(),
        ReleaseResponse(),
        Abort(1),
    ],
)
def test_lines_of_the_other_kinds(apdu: Apdu) -> None:
    assert from_line(to_line(apdu)) == apdu
    line = json.loads(to_line(apdu))
    assert line["kind"] in ("response", "reject", "error", "unknown", "association")


BAD_LINES = [
    ("{}", "missing required field `kind`"),
    ("[]", "Expected `object`"),
    ("{", "truncated"),
    ('{"kind":"coffee","name":"MakeCall"}', "'coffee'"),
    ('{"kind":"request","name":"MakeCoffee"}', "'MakeCoffee'"),
    ('{"kind":"request","name":"MakeCall"}', "`callingDevice`"),
    ('{"kind":"request","name":"MakeCall","content":{"callingDevice":{"number":1}}}', "$.callingDevice.number"),
    ('{"kind":"event","name":"HoldCallResponse"}', "no event"),
    ('{"kind":"response","name":"SystemStatus","content":{"systemStatus":"normal"}}', "no response"),
    ('{"kind":"association","name":"Handshake"}', "'Handshake'"),
    ('{"kind":"association","name":"Associate","content":{"authentication":"zz"}}', "hex"),
    ('{"kind":"unknown","name":"UnknownEvent","content":{}}', "'raw'"),
    ('{"kind":"reject","name":"Reject","content":{"category":"odd","problem":1}}', "odd"),
]


@pytest.mark.parametrize(("line", "reason"), BAD_LINES)
def test_lines_that_say_nothing(line: str, reason: str) -> None:
    with pytest.raises(LocalProtocolError) as caught:
        from_line(line.encode())
    assert reason in str(caught.value)


@given(
    st.recursive(
        st.none() | st.integers() | st.text() | st.booleans(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=6,
    )
)
def test_any_content_is_taken_or_refused(content: Any) -> None:  # noqa: ANN401
    for kind in ("request", "event", "response", "error", "reject", "association", "unknown"):
        line = {"kind": kind, "name": "Associate" if kind == "association" else "MakeCall", "content": content}
        try:
            from_line(json.dumps(line).encode())
        except LocalProtocolError:
            continue


def encode(capsysbinary: pytest.CaptureFixture[bytes], *arguments: str) -> tuple[int, bytes, str]:
    code = main(["encode", *arguments])
    out, err = capsysbinary.readouterr()
    return code, out, err.decode()


def test_encoded(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    line = json.dumps(STATUS_LINE)
    assert encode(capsysbinary, line) == (0, STATUS.encode() + b"\n", "")
    assert encode(capsysbinary, "--framing", "length", line) == (0, b"000e" + STATUS.encode() + b"\n", "")
    assert encode(capsysbinary, "--raw", line) == (0, bytes.fromhex(STATUS), "")
    document = xml.encode(asn1.decode(bytes.fromhex(STATUS)))
    assert encode(capsysbinary, "--protocol", "xml", line) == (0, document + b"\n", "")
    code, framed, _ = encode(capsysbinary, "--protocol", "xml", "--framing", "xml-tcp", "--raw", line)
    assert (code, framed[4:8], framed[8:]) == (0, b"0001", document)


def test_the_lines_that_can_be_are_encoded(capsysbinary: pytest.CaptureFixture[bytes], tmp_path: Path) -> None:
    lines = tmp_path / "lines"
    lines.write_text("\n".join([json.dumps(STATUS_LINE), "", '{"kind":"request"}', json.dumps(STATUS_LINE)]))
    code, out, err = encode(capsysbinary, str(lines))
    assert (code, out) == (1, (STATUS.encode() + b"\n") * 2)
    assert "line 3: " in err


def test_what_xml_has_no_form_for(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    code, out, err = encode(capsysbinary, "--protocol", "xml", to_line(Reject(7, "invoke", 2)).decode())
    assert (code, out) == (1, b"")
    assert "no form in XML" in err


def test_what_json_says_beyond_the_schema(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    line = {"kind": "request", "name": "MakeCall", "invokeId": 1, "content": {"callingDevice": {"number": "ü" * 99}}}
    code, _, err = encode(capsysbinary, json.dumps(line))
    assert code == 1
    assert "line 1: " in err


def test_translated_there_and_back(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    assert main(["translate", STATUS]) == 0
    document = capsysbinary.readouterr().out
    assert document == xml.encode(asn1.decode(bytes.fromhex(STATUS))) + b"\n"
    assert main(["translate", "--invoke-id", "1", document.decode()]) == 0
    assert capsysbinary.readouterr().out == STATUS.encode() + b"\n"


def test_what_cannot_be_translated_is_told(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    assert main(["translate", "6203800100" + STATUS]) == 1  # ACSE has no form in XML
    out, err = capsysbinary.readouterr()
    assert out.startswith(b"<?xml")
    assert b"no form in XML" in err
