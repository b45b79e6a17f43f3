from __future__ import annotations

import io
import json

import pytest
from twisted.logger import LogEvent, LogLevel
from twisted.python.failure import Failure

from csta_gateway.config import Log
from csta_gateway.log import Lines, masked


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("call from +49891234567", "call from +49891****"),
        ("call from 089 1234-567 to 2001", "call from 089 12**** to 2001"),
        ("2001 cannot be watched", "2001 cannot be watched"),
        ("tcp:10.0.0.1:8800", "tcp:10.0.0.1:8800"),
        ("next try in 12.5 s", "next try in 12.5 s"),
        ("089 1234567; callID:00000012", "089 12****; callID:00000012"),
        ("00441614960142,0171392001", "0044161****,01713****"),
    ],
)
def test_numbers_are_masked(text: str, hidden: str) -> None:
    assert masked(text) == hidden


def event(level: LogLevel = LogLevel.info, **fields: object) -> LogEvent:
    return {"log_level": level, "log_time": 1_700_000_000.0, "log_namespace": "csta_gateway.links", **fields}


def lines(settings: Log, *events: LogEvent) -> list[str]:
    output = io.StringIO()
    observe = Lines(settings, output)
    for each in events:
        observe(each)
    return output.getvalue().splitlines()


def test_json_lines_keep_the_fields_and_hide_the_numbers() -> None:
    (line,) = lines(Log(format="json"), event(log_format="{link}: {caller}", link="HQ", caller="+4989123456", x=1))
    entry = json.loads(line)
    assert entry.pop("ts").startswith("2023-11-14T")
    assert entry == {"level": "info", "logger": "csta_gateway.links", "event": "HQ: +49891****", "link": "HQ"}


def test_text_lines_are_for_people() -> None:
    (line,) = lines(Log(), event(LogLevel.warn, log_format="{link}: gone", link="HQ"))
    assert line.endswith(" warn  HQ: gone")


def test_full_numbers_only_when_asked_for() -> None:
    (line,) = lines(Log(numbers="full"), event(log_format="+4989123456"))
    assert line.endswith("+4989123456")


def test_what_is_less_important_is_left_out() -> None:
    events = [event(level, log_format=level.name) for level in LogLevel.iterconstants()]
    assert [line.split()[-1] for line in lines(Log(level="warn"), *events)] == ["warn", "error", "critical"]


def test_libraries_are_quiet() -> None:
    chatter = event(log_format="Starting factory") | {"log_namespace": "twisted.internet.protocol"}
    assert lines(Log(level="debug"), chatter) == []


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_failure_has_its_trace(form: str) -> None:
    try:
        raise ValueError("089 1234567")
    except ValueError:
        failure = Failure()
    settings = Log(format="json") if form == "json" else Log()
    text = "\n".join(lines(settings, event(log_format="broken", log_failure=failure)))
    assert "test_log.py" in text
    assert "1234567" not in text


def test_a_line_break_in_a_value_makes_no_second_line() -> None:
    assert len(lines(Log(format="json"), event(log_format="{name}", name="a\nfake line"))) == 1
    first, second = lines(Log(), event(log_format="{name}", name="a\nfake line"))
    assert second.startswith("    ")
    assert first.endswith("a")
