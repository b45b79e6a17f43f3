"""A chart as one page that needs nothing else: messages unfold, calls, devices and times can be chosen."""

from __future__ import annotations

import base64
import hashlib
from html import escape
from importlib.resources import files
from typing import Any

import msgspec

from csta.lines import to_line
from csta.recorder.chart.sequence import Row, Sequence


def draw(chart: Sequence) -> str:
    """The page; its own scripts and styles are the only ones its policy lets run."""
    css, js = static("chart.css"), static("chart.js")
    content = msgspec.json.encode(_data(chart)).decode().replace("<", "\\u003c")
    parts = {
        "title": escape(chart.title or "CTI trace"),
        "about": escape(about(chart)),
        "last": f"{chart.rows[-1].t:.0f}" if chart.rows else "0",
        "css": css,
        "css_hash": _hash(css),
        "js": js,
        "js_hash": _hash(js),
        "data": content,
    }
    page = static("chart.html")
    pieces = page.replace("}", "{").split("{")  # names of parts stand at the odd places
    return "".join(parts[piece] if place % 2 else piece for place, piece in enumerate(pieces))


def about(chart: Sequence) -> str:
    """When it was, and how long."""
    if chart.header is None:
        return "time unknown"
    length = chart.rows[-1].t - chart.rows[0].t if chart.rows else 0.0
    pseudonyms = ", with pseudonyms" if chart.header.redacted else ""
    return f"{chart.header.started:%Y-%m-%d %H:%M:%S} UTC, {length:.1f} s{pseudonyms}"


def static(name: str) -> str:
    """A file that stands beside the drawing code."""
    return files("csta.recorder.chart").joinpath("static", name).read_text("utf-8")


def _hash(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _data(chart: Sequence) -> dict[str, Any]:
    lanes = {lane: place for place, lane in enumerate(chart.lanes)}
    return {
        "started": chart.header.started if chart.header is not None else "1970-01-01T00:00:00Z",
        "messages": sum(row.number > 0 for row in chart.rows),
        "lanes": chart.lanes,
        "rows": [_row(row, lanes) for row in chart.rows],
        "bars": [(lanes[bar.lane], bar.column, bar.call, bar.state.value, bar.first, bar.last) for bar in chart.bars],
        "calls": [
            {
                "number": call.number,
                "group": call.group,
                "began": call.began,
                "calling": call.calling,
                "called": call.called,
                "talked": call.talked,
                "result": call.result,
                "bad": bool(call.failure) and call.answered is None,
            }
            for call in chart.calls
        ],
    }


def _row(row: Row, lanes: dict[str, int]) -> dict[str, Any]:
    found: dict[str, Any] = {
        "number": row.number,
        "t": row.t,
        "kind": row.kind,
        "up": row.up,
        "lane": lanes.get(row.lane, 0),
        "name": row.words.name,
        "facts": row.words.facts,
        "call": row.call,
        "marks": row.marks,
        "link": row.link,
    }
    if row.step is not None:
        found |= {"hex": row.step.said.hex, "xml": row.step.said.xml}
        if row.step.apdu is not None:
            found["json"] = msgspec.Raw(to_line(row.step.apdu))
    return found
