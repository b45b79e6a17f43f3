"""A chart as plain text."""

from __future__ import annotations

from collections.abc import Iterator

from csta.model.states import ConnectionState
from csta.recorder.chart.page import about
from csta.recorder.chart.sequence import Bar, Row, Sequence, states_at

TIME, GAP, LANE = 10, 46, 12
"""Columns of time, of the words, and between two lanes."""

MARKS: dict[ConnectionState, str] = {
    ConnectionState.INITIATED: "i",
    ConnectionState.ALERTING: "a",
    ConnectionState.CONNECTED: "C",
    ConnectionState.HOLD: "h",
    ConnectionState.QUEUED: "q",
    ConnectionState.FAIL: "F",
}
"""The letter for a connection state; a lane without a call is a line."""


def draw(chart: Sequence) -> str:
    """The chart; each message takes two lines, the words and the arrow."""
    return "\n".join(line.rstrip() for line in _lines(chart)) + "\n"


def _lines(chart: Sequence) -> Iterator[str]:
    yield " – ".join(filter(None, (chart.title, about(chart))))
    yield "states: " + ", ".join(f"{mark} {state.value}" for state, mark in MARKS.items())
    yield ""
    yield f"{'':{TIME}}{'Application':{GAP}}" + "".join(f"{lane or 'Switch':{LANE}}" for lane in chart.lanes)
    before: list[Bar] = []
    for row, bars in zip(chart.rows, states_at(chart), strict=True):
        words = " ".join(filter(None, (str(row.call or ""), row.words.name, ", ".join(row.words.facts))))
        marks = "".join(f" ! {mark}" for mark in row.marks if mark not in row.words.facts)
        yield f"{row.t:{TIME - 2}.3f}  |{_cut(f' {words}{marks}', GAP - 2)} {_lanes(chart, before)}"
        if row.number:
            yield f"{'':{TIME}}{_arrow(row, chart, bars)}"
        before = bars


def _lanes(chart: Sequence, bars: list[Bar]) -> str:
    return "".join(f"{_marks(lane, bars):{LANE}}" for lane in chart.lanes)


def _marks(lane: str, bars: list[Bar]) -> str:
    """The states of the calls at a lane, in their columns."""
    here = {bar.column: MARKS[bar.state] for bar in bars if bar.lane == lane}
    return "".join(here.get(column, " ") for column in range(max(here) + 1)) if here else "|"


def _arrow(row: Row, chart: Sequence, bars: list[Bar]) -> str:
    end = chart.lanes.index(row.lane) if row.lane in chart.lanes else 0
    length = GAP + end * LANE - 1
    dash = "-" if row.kind in ("request", "event") else "."
    shaft = f"<{dash * (length - 1)}" if row.up else f"{dash * (length - 1)}>"
    return f"|{shaft}" + _lanes(chart, bars)[end * LANE :]


def _cut(text: str, width: int) -> str:
    return f"{text:{width}}" if len(text) <= width else text[: width - 1] + "…"
