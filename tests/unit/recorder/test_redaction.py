"""Pseudonyms: the same for the same, as long, valid on the wire; and nothing of the people is left."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from csta.apdu import Associate, Frame, Invoke
from csta.asn1 import Codec as Asn1Codec
from csta.asn1 import acse
from csta.dialect import Login, link_kind
from csta.messages.application_session import ApplicationInfo, StartApplicationSession
from csta.messages.base import Octets
from csta.messages.common import DeviceID, PrivateData
from csta.messages.logical_device import ReqAgentState, SetAgentState
from csta.messages.zultys import LoginRequest
from csta.recorder import files, trace
from csta.recorder.codecs import decode
from csta.recorder.dialogue import follow
from csta.recorder.live import Recording
from csta.recorder.pseudonyms import Pseudonyms
from csta.recorder.redaction import Redaction, redacted, without_password
from csta.recorder.story import story
from csta.session import Role
from csta.testing import MemorySwitch
from csta.xml import Codec as XmlCodec
from tests.traces.scenarios import NAMES, SCENARIOS, TRACES

KEY = b"a key of tests"
SECRETS = ("0891234567", "0305550123", "Maier", "Anna", "Berger", *NAMES)


@given(numbers=st.sets(st.text("0123456789", min_size=1, max_size=12), min_size=2, max_size=40))
def test_numbers_keep_length_and_leading_zeros_and_no_two_become_one(numbers: set[str]) -> None:
    said = Pseudonyms(KEY)
    for number in numbers:
        pseudonym = said.number(number)
        assert len(pseudonym) == len(number)
        assert len(pseudonym.lstrip("0")) == len(number.lstrip("0"))
    assert len({said.number(number) for number in numbers}) == len(numbers)


def test_another_key_gives_other_pseudonyms() -> None:
    assert Pseudonyms(KEY).number("0891234567") != Pseudonyms(b"another").number("0891234567")


FORMS = ["2001", "N<2001>Anna", "sip:2001@host.example", "2001:switch:10.0.0.1:0", "+49892001"]


@pytest.mark.parametrize("form", FORMS)
def test_device_identifiers_keep_their_form(form: str) -> None:
    said = Pseudonyms(KEY)
    text = said.text(form)
    assert len(text) == len(form)
    assert [each for each in text if not each.isalnum()] == [each for each in form if not each.isalnum()]
    if "2001" in form[:6]:
        assert said.number("2001") in text


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_calls_of_a_redacted_trace_go_the_same_way(name: str) -> None:
    entries = [entry for entry in files.read(TRACES / f"{name}.jsonl") if not isinstance(entry, trace.Damage)]
    hidden = list(redacted(entries, Redaction(KEY)))
    octets = b"".join(each.frame.payload for each in hidden if isinstance(each, trace.Message))
    rest = b"".join(trace.encode(each) for each in hidden if not isinstance(each, trace.Message))
    for secret in SECRETS:
        assert secret.encode() not in octets + rest
    told, before = (list(story(follow(each))) for each in (hidden, entries))
    assert [line.split()[1] for line in told] == [line.split()[1] for line in before]


@pytest.mark.parametrize("wire", ["xml", "asn1"])
def test_redaction_while_recording(wire: str, tmp_path: Path) -> None:
    path = tmp_path / "trace.jsonl"
    here = MemorySwitch(wire)
    clock = here.network.seconds
    with_names = Recording(path, redact=True, seconds=clock, started=datetime(2026, 3, 2, tzinfo=UTC))
    provider = here.provider("2001", record=with_names)
    here.switch.ring("0891234567", "2001", here.now, "Maier")
    here.settle()
    told = list(story(follow(files.read(path))))
    assert len(told) == 1
    device, verb, _, number, name, state = told[0].split()
    assert (verb, len(device), len(number), number[0], len(name), state) == ("offered", 4, 10, "0", 5, "alerting")
    assert "0891234567" not in path.read_text()
    assert [type(entry) for entry in files.read(path)].count(trace.Gap) == 0
    here.run(provider.stop())


def test_what_cannot_be_decoded_leaves_its_length_only(tmp_path: Path) -> None:
    path = tmp_path / "trace.jsonl"
    recording = Recording(path, redact=True)
    tap = recording.tap("link")(link_kind("generic-xml"), Role.COMPUTING)
    tap.opened()
    tap.passed(Role.SWITCHING, Frame(b"<Secret>0891234567</Secret>", 1))
    tap.closed("")
    _, _, gap, _ = files.read(path)
    assert isinstance(gap, trace.Gap)
    assert gap.octets == 27
    assert "0891234567" not in path.read_text()


SECRET = Login("operator", "open sesame")
START = StartApplicationSession(
    application_info=ApplicationInfo(application_id="x", login=SECRET),
    requested_protocol_versions=("v",),
    requested_session_duration=180,
)
AGENT = SetAgentState(
    device=DeviceID(number="2001"), requested_agent_state=ReqAgentState.LOGGED_ON, password=Octets(b"open sesame")
)
LOGINS = [
    ("asn1", Asn1Codec().encode(Associate("1.3.12.0.218", authentication=acse.encode_login(SECRET)))),
    ("asn1", Asn1Codec().encode(Invoke(5, AGENT))),
    ("xml", XmlCodec().encode(Invoke(5, AGENT))),
    ("xml", XmlCodec().encode(Invoke(5, START))),
    ("xml", XmlCodec("").encode(Invoke(5, LoginRequest(user_name="operator", pwd="open sesame")))),
]


@pytest.mark.parametrize(("wire", "frame"), LOGINS)
def test_no_password_is_recorded_even_without_redaction(wire: str, frame: Frame) -> None:
    kept = without_password(frame)
    assert kept is not None
    assert b"sesame" not in kept.payload
    assert b"sesame".hex() not in kept.payload.decode("latin-1")
    assert type(decode(wire, kept)) is type(decode(wire, frame))
    assert len(kept.payload) == len(frame.payload)


def test_the_password_for_sip_in_the_answer_to_a_log_in_is_not_recorded() -> None:
    kept = without_password(Frame(b'<loginResponce Code="0" ext="101" sip="sesame">Login OK</loginResponce>', 5))
    assert kept is not None
    assert b"sesame" not in kept.payload
    assert b'ext="101"' in kept.payload


def test_a_password_in_a_document_that_cannot_be_read_is_not_recorded() -> None:
    assert without_password(Frame(b"<Start><password>x</password>", 1)) is None


PRIVATE = [
    PrivateData(string=Octets(b"4711")),
    PrivateData(private=Octets(b"\x30\x04\x04\x02ab")),
    PrivateData(xml="<a>b</a>"),
]


@pytest.mark.parametrize("data", PRIVATE)
def test_private_data_keeps_its_length_only(data: PrivateData) -> None:
    hidden = Redaction(KEY)._private_data("", data)
    before, after = ((each.string or each.private or each.xml or b"") for each in (data, hidden))
    assert len(before) == len(after)
    assert before != after
