"""A chart as an SVG picture, light and dark."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from csta.recorder.chart.page import about, static
from csta.recorder.chart.sequence import SWITCH, Bar, Row, Sequence

ROW, HEAD, TIME, GAP, LANE = 36, 86, 90, 360, 140
"""Heights of a row and of the head, widths of the columns, in pixels."""


def draw(chart: Sequence) -> str:
    """The picture."""
    width = TIME + GAP + max(1, len(chart.lanes)) * LANE - LANE // 2 + 40
    height = HEAD + len(chart.rows) * ROW + 20
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}">',
        f"<style>{static('picture.css')}</style>",
        f'<rect class="page" width="{width}" height="{height}"/>',
        f'<text class="title" x="20" y="26">{escape(chart.title or "CTI trace")}</text>',
        f'<text class="muted" x="20" y="44">{escape(about(chart))}</text>',
        *_lanes(chart, height),
        *(_bar(bar, chart) for bar in chart.bars),
        *(part for place, row in enumerate(chart.rows) for part in _row(row, place, chart)),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _x(lane: str, chart: Sequence) -> int:
    return TIME + GAP + (chart.lanes.index(lane) if lane in chart.lanes else 0) * LANE


def _lanes(chart: Sequence, height: int) -> Iterator[str]:
    named = [(TIME, "Application"), *((_x(lane, chart), lane or "Switch") for lane in chart.lanes)]
    for x, name in named:
        yield f'<line class="lane" x1="{x}" x2="{x}" y1="{HEAD}" y2="{height - 10}"/>'
        half = 16 + 4 * len(name)
        yield f'<rect class="box" x="{x - half}" y="{HEAD - 30}" width="{2 * half}" height="26" rx="7"/>'
        yield f'<text class="head" text-anchor="middle" x="{x}" y="{HEAD - 12}">{escape(name)}</text>'


def _bar(bar: Bar, chart: Sequence) -> str:
    x, y = _x(bar.lane, chart) - 4 + bar.column * 12, HEAD + bar.first * ROW + ROW - 8
    end = HEAD + bar.last * ROW + ROW - 8
    title = f"<title>call {bar.call}: {bar.state.value}</title>"
    height = max(4, end - y)
    return f'<rect x="{x}" y="{y}" width="8" height="{height}" rx="2" fill="var(--{bar.state.value})">{title}</rect>'


def _row(row: Row, place: int, chart: Sequence) -> Iterator[str]:
    y, end = HEAD + place * ROW, _x(row.lane or SWITCH, chart)
    line = y + ROW - 8
    number = f"{row.call}  " if row.call else ""
    facts = f"  {' · '.join(row.words.facts)}" if row.words.facts and row.kind != "error" else ""
    marks = "".join(f'<tspan class="mark">  {escape(mark)}</tspan>' for mark in row.marks)
    yield f'<g class="{row.kind}">'
    if not place or chart.rows[place - 1].t != row.t:
        yield f'<text class="muted" text-anchor="end" x="{TIME - 22}" y="{line - 7}">{row.t:.3f}</text>'
    if row.number:
        yield f'<line class="arrow" x1="{TIME}" x2="{end}" y1="{line}" y2="{line}"/>'
        at, back = (TIME, 8) if row.up else (end, -8)
        yield f'<path class="tip" d="M{at} {line}l{back} -5v10z"/>'
    yield (
        f'<text x="{TIME + 14}" y="{line - 7}"><tspan class="muted">{number}</tspan>'
        f'<tspan class="name">{escape(row.words.name)}</tspan>'
        f'<tspan class="muted">{escape(facts)}</tspan>{marks}</text></g>'
    )
