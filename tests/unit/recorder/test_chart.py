"""Charts: what stands in them, what a selection leaves, and that a page needs nothing but itself."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from csta.apdu import Error, Frame, Invoke
from csta.asn1 import Codec
from csta.messages.call_control import AnswerCall
from csta.messages.common import ConnectionID, DeviceID
from csta.messages.errors import StateIncompatibilityErrors as StateErrors
from csta.messages.errors import UniversalFailure
from csta.model.states import ConnectionState
from csta.recorder import files, trace
from csta.recorder.chart import page, picture, text
from csta.recorder.chart.sequence import SWITCH, Selection, Sequence, TooLong, sequence
from csta.recorder.dialogue import follow
from csta.session import Role
from tests.traces.scenarios import SCENARIOS, TRACES


def chart(name: str, **selection: Any) -> Sequence:  # noqa: ANN401 -- fields of the selection
    return sequence(follow(files.read(TRACES / f"{name}.jsonl")), Selection(**selection), name)


def names(made: Sequence) -> list[str]:
    return [row.words.name for row in made.rows]


def test_a_lane_for_each_device_and_one_for_the_switch() -> None:
    made = chart("transfer")
    assert made.lanes == [SWITCH, "500", "2001", "2002", "2003"]
    lanes = {row.words.name: row.lane for row in made.rows}
    assert lanes["SystemRegister"] == SWITCH
    assert lanes["ConsultationCall"] == lanes["ConsultationCallResponse"] == "2001"


def test_connection_states_are_bars_side_by_side() -> None:
    made = chart("transfer")
    here = [(bar.column, bar.call, bar.state.value) for bar in made.bars if bar.lane == "2001"]
    assert sorted(here) == [
        (0, 1, "alerting"),
        (0, 1, "connected"),
        (0, 1, "hold"),
        (1, 2, "connected"),
        (1, 2, "initiated"),
    ]
    alerting = next(bar for bar in made.bars if bar.state is ConnectionState.ALERTING)
    assert made.rows[alerting.first].words.name == "Delivered"
    assert made.rows[alerting.last].words.name == "Established"


def test_words_of_a_message() -> None:
    said = {row.words.name: row.words.facts for row in (*chart("outgoing").rows, *chart("incoming").rows)}
    assert said["MakeCall"] == ("2001 → 0305550123",)
    assert said["NetworkReached"] == ("2001 → 0305550123", "newCall")
    assert said["Delivered"] == ("restricted → 2002", "newCall")
    assert said["AnswerCallResponse"] == ("after 0 ms",)


@pytest.mark.parametrize(
    ("selection", "kept", "gone"),
    [
        ({"calls": frozenset({2})}, "ClearConnection", "MonitorStart"),
        ({"devices": frozenset({"2002"})}, "AnswerCall", "SystemRegister"),
        ({"begin": 10.5, "end": 12.0}, "link to tcp:switch:8800 opened", "AnswerCall"),
    ],
)
def test_a_selection(selection: dict[str, Any], kept: str, gone: str) -> None:
    made = chart("link-loss", **selection)
    assert kept in names(made)
    assert gone not in names(made)
    assert all(0 <= bar.first <= bar.last <= len(made.rows) for bar in made.bars)


def test_the_remarks_within_a_call_stay_with_it() -> None:
    first, second = (chart("link-loss", calls=frozenset({number})) for number in (1, 2))
    assert any(name.startswith("link lost") for name in names(first))
    assert not any(name.startswith("link lost") for name in names(second))


def test_a_transfer_keeps_both_its_calls_together() -> None:
    assert {row.call for row in chart("transfer", calls=frozenset({1})).rows} >= {1, 2}


HEADER = trace.Header(started=datetime(2026, 3, 2, 9, tzinfo=UTC))
LINK = trace.Link(link=1, t=0.0, name="pbx", protocol="asn1", framing="length")
ANSWER = AnswerCall(call_to_be_answered=ConnectionID(call_id="1", device_id=DeviceID(number="2001")))


def asked(invoke_id: int, t: float) -> trace.Message:
    return trace.message(1, t, Role.COMPUTING, Codec().encode(Invoke(invoke_id, ANSWER)))


def test_what_is_asked_again_is_not_answered_or_not_decodable_is_marked() -> None:
    damaged = trace.message(1, 3.0, Role.SWITCHING, Frame(b"\xa1\x03\x02\x01\x05"))
    gap = trace.Gap(link=1, t=4.0, sender=Role.SWITCHING, octets=7, reason="missing in the capture")
    made = sequence(follow([HEADER, LINK, asked(1, 1.0), asked(2, 2.0), damaged, gap]))
    _, first, second, third, fourth = made.rows
    assert first.marks == ["no answer"]
    assert second.marks == ["again, see 1", "no answer"]
    assert third.kind == fourth.kind == "undecodable"
    assert third.marks
    assert fourth.words.facts == ("missing in the capture",)


def test_a_refusal_is_marked_with_its_reason() -> None:
    refused = UniversalFailure(state_incompatibility=StateErrors.INVALID_CONNECTION_STATE)
    answer = trace.message(1, 2.0, Role.SWITCHING, Codec().encode(Error(1, refused)))
    row = sequence(follow([HEADER, LINK, asked(1, 1.0), answer])).rows[-1]
    assert row.words.name == "AnswerCall refused"
    assert row.marks == ["stateIncompatibility/invalidConnectionState"]


def test_too_many_messages_are_refused_before_anything_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("csta.recorder.chart.sequence.MOST_ROWS", 10)
    with pytest.raises(TooLong, match="a chart shows at most 10: choose calls, devices or a time"):
        chart("incoming")


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_page_is_one_file_that_runs_its_own_script_only(name: str) -> None:
    drawn = page.draw(chart(name))
    assert not re.search(r"""(src|href|url)\s*[=(]\s*["']?(https?:)?//""", drawn)
    script = re.findall(r"<script>(.*?)</script>", drawn, re.DOTALL)[-1]
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in drawn
    data = json.loads(re.findall(r'<script type="application/json" id="data">(.*?)</script>', drawn, re.DOTALL)[0])
    assert data["messages"] == sum(row["number"] > 0 for row in data["rows"])
    assert all("json" in row for row in data["rows"] if row["number"])


def test_nothing_of_a_message_becomes_part_of_the_page() -> None:
    evil = trace.message(1, 1.0, Role.SWITCHING, Frame(b"<X></script><script>alert(1)</script></X>", 1))
    link = trace.Link(link=1, t=0.0, name="</script><b>", protocol="xml", framing="xml-tcp")
    made = sequence(follow([HEADER, link, evil]), title="<img src=x onerror=alert(1)>")
    drawn = page.draw(made)
    assert drawn.count("<script") == drawn.count("</script>") == 2
    assert "<img" not in drawn
    etree.fromstring(picture.draw(made).encode())


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_picture_is_well_formed_and_has_every_message(name: str) -> None:
    made = chart(name)
    root = etree.fromstring(picture.draw(made).encode())
    words = ["".join(each.itertext()) for each in root.iter("{*}text")]
    for row in made.rows:
        assert any(row.words.name in each for each in words)


def test_text() -> None:
    drawn = text.draw(chart("outgoing", calls=frozenset({1})))
    assert "i initiated, a alerting, C connected" in drawn
    assert re.search(r"\|-+>", drawn)
    assert re.search(r"\|<-+C", drawn)
    assert all(line == line.rstrip() for line in drawn.splitlines())


def test_a_trace_without_messages_is_drawn_too() -> None:
    made = sequence(follow([HEADER]))
    assert "No message is left" in page.draw(made)
    etree.fromstring(picture.draw(made).encode())
    assert text.draw(made)


def test_a_chart_of_a_long_trace(tmp_path: Path) -> None:
    """Five thousand messages: the page says each once, and no row has more bars than its calls."""
    messages = [asked(number % 1000, float(number)) for number in range(5000)]
    made = sequence(follow([HEADER, LINK, *messages]))
    assert len(made.rows) == 5001
    assert len(page.draw(made)) < 5001 * 1000
