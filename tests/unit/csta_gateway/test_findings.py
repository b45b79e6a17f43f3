"""What is wrong with users and lists of devices is told once, counted, and told to be settled."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

import pytest
from prometheus_client import generate_latest
from twisted.logger import ILogObserver, formatEvent, globalLogPublisher

from crm_adapter.devicelist import Finding, FindingKind
from csta_gateway.findings import MOST_LINES, Findings
from csta_gateway.metrics import Metrics

Told = list[tuple[str, str]]


def finding(number: int, kind: FindingKind = "duplicate") -> Finding:
    return Finding(kind=kind, place=f"list.csv:{number}", text=f"DN {number} is there already")


@pytest.fixture
def told() -> Iterator[Told]:
    """Level and text of what is logged."""
    lines: Told = []

    def hear(event: dict[str, Any]) -> None:
        lines.append((event["log_level"].name, formatEvent(event)))

    observer = cast(ILogObserver, hear)
    globalLogPublisher.addObserver(observer)
    yield lines
    globalLogPublisher.removeObserver(observer)


@pytest.fixture
def metrics() -> Metrics:
    return Metrics("1")


def counted(metrics: Metrics) -> dict[str, float]:
    lines = [line for line in generate_latest(metrics.registry).decode().splitlines() if "findings{" in line]
    return {line.partition('kind="')[2].partition('"')[0]: float(line.rpartition(" ")[2]) for line in lines}


def test_a_finding_is_told_when_it_is_new_and_counted_as_long_as_it_is_there(told: Told, metrics: Metrics) -> None:
    findings = Findings(metrics)
    first, second = finding(1), finding(2, "unknown_user")
    findings.follow([first])
    assert told == [("warn", "list.csv:1: DN 1 is there already")]
    told.clear()
    findings.follow([first, second])
    assert told == [("warn", "list.csv:2: DN 2 is there already")]
    assert counted(metrics) == {"duplicate": 1, "unknown_user": 1}
    told.clear()
    findings.follow([second, first])
    assert told == []
    assert findings.now == (second, first)


def test_what_has_been_put_right_is_told_and_counts_no_more(told: Told, metrics: Metrics) -> None:
    findings = Findings(metrics)
    findings.follow([finding(1), finding(2), finding(3, "value")])
    told.clear()
    findings.follow([finding(3, "value")])
    assert told == [("info", "2 findings about users and devices are settled")]
    assert counted(metrics) == {"value": 1}
    told.clear()
    findings.follow([finding(1), finding(3, "value")])
    assert told == [("warn", "list.csv:1: DN 1 is there already")]


@pytest.mark.parametrize(("count", "lines"), [(MOST_LINES, MOST_LINES), (MOST_LINES + 2, MOST_LINES + 1)])
def test_a_list_that_is_wrong_as_a_whole_does_not_flood_the_log(
    told: Told, metrics: Metrics, count: int, lines: int
) -> None:
    Findings(metrics).follow([finding(each) for each in range(count)])
    assert len(told) == lines
    rest = "and 2 more; `csta-gateway user check` prints all"
    assert (told[-1][1] == rest) is (count > MOST_LINES)
    assert counted(metrics) == {"duplicate": count}
