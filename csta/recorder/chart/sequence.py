"""What a chart shows, before it is drawn: rows, lanes, and the connection states beside them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from csta.errors import CSTAError
from csta.model.events import CallEnded, CallEvent
from csta.model.states import ConnectionState
from csta.recorder import trace
from csta.recorder.calls import CallBook, CallStory
from csta.recorder.chart.wording import Wording, device_of, word
from csta.recorder.dialogue import Happened, Step
from csta.recorder.following import Follower, Told
from csta.session import Role

SWITCH = ""
"""The lane of messages about no device."""

MOST_ROWS = 50_000
"""Rows of a chart; nobody reads more, and a browser would take long to show them."""


class TooLong(CSTAError):
    """The trace has more messages than a chart can show."""


@dataclass(frozen=True, slots=True)
class Selection:
    """What of a trace is shown; everything where left out.

    :param calls: numbers of calls, as :mod:`csta.recorder.calls` counts them.
    :param devices: monitored devices.
    :param begin: seconds since the start of the trace.
    :param end: the same.
    """

    calls: frozenset[int] = frozenset()
    devices: frozenset[str] = frozenset()
    begin: float = 0.0
    end: float = float("inf")


@dataclass(slots=True)
class Row:
    """One message, or a remark.

    :param number: of the message in the trace, 0 for a remark.
    :param kind: ``request``, ``response``, ``event``, ``error``, ``association``, ``undecodable`` or ``remark``.
    :param up: it goes from a device or the switch to the application.
    :param lane: the device it is about, :data:`SWITCH` for none.
    :param call: number of its call, 0 for none.
    :param marks: what to look at: an error, a repeated or unanswered request.
    """

    number: int
    t: float
    kind: str
    up: bool
    lane: str
    words: Wording
    link: str = ""
    call: int = 0
    marks: list[str] = field(default_factory=list)
    step: Step | None = None


class Bar(NamedTuple):
    """A connection state of one call at one device, from one row to another.

    :param column: 0 for the first call at the device at a time, 1 for the second.
    """

    lane: str
    column: int
    call: int
    state: ConnectionState
    first: int
    last: int


@dataclass(slots=True)
class Sequence:
    """A whole chart."""

    rows: list[Row]
    lanes: list[str]
    bars: list[Bar]
    calls: list[CallStory]
    header: trace.Header | None = None
    title: str = ""


def sequence(happened: Iterable[Happened], selection: Selection | None = None, title: str = "") -> Sequence:
    """The chart of a trace.

    :raises TooLong: it would have more than :data:`MOST_ROWS` rows.
    """
    builder = Builder()
    for each in happened:
        builder.take(each)
    return builder.finish(selection or Selection(), title)


class Builder:
    """Builds a chart one thing at a time, for those who have other work between two."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.bars: list[Bar] = []
        self.header: trace.Header | None = None
        self.book = CallBook()
        self._follower = Follower()
        self._running: dict[tuple[str, str], Bar] = {}
        self._unanswered: dict[int, Row] = {}
        self._asked: dict[tuple[int, bytes], Row] = {}

    def take(self, happened: Happened) -> None:
        """Something happened next."""
        told = self._follower.hear(happened)
        if isinstance(happened, Step):
            self._message(happened, told)
        elif isinstance(happened, trace.Header):
            self.header = self.header or happened
        else:
            self._remark(happened)

    def finish(self, chosen: Selection, title: str) -> Sequence:
        """The trace is over: what runs is drawn to its end, and who waits waits in vain.

        :raises TooLong: the chart would have more than :data:`MOST_ROWS` rows.
        """
        for row in self._unanswered.values():
            row.marks.append("no answer")
        for bar in self._running.values():
            self.bars.append(bar._replace(last=len(self.rows)))
        found = _selected(self, chosen)
        if len(found.rows) > MOST_ROWS:
            raise TooLong(
                f"{len(found.rows)} messages; a chart shows at most {MOST_ROWS}: choose calls, devices or a time"
            )
        found.title = title
        return found

    def _remark(self, happened: Happened) -> None:
        t = getattr(happened, "t", self.rows[-1].t if self.rows else 0.0)
        words = word(happened)
        kind = "remark" if isinstance(happened, trace.Link | trace.End) else "undecodable"
        up = getattr(happened, "sender", None) is not Role.COMPUTING
        self.rows.append(Row(0, t, kind, up, SWITCH, words))

    def _message(self, step: Step, told: list[Told]) -> None:
        words = word(step)
        device = self._follower.device(step) or device_of(step) or SWITCH
        row = Row(step.number, step.t, words.kind, step.sender is Role.SWITCHING, device, words, step.link.name)
        row.step = step
        self._mark(row, step)
        story = self.book.hear(step, told)
        row.call = story.number if story is not None else 0
        self.rows.append(row)
        for each in told:
            if isinstance(each.event, CallEvent):
                self._move(each.event, story)

    def _mark(self, row: Row, step: Step) -> None:
        if row.kind in ("error", "undecodable"):
            row.marks.append(row.words.trouble)
        if step.request is not None:
            asked = self._unanswered.pop(step.request.number, None)
            if asked is not None and row.kind != "error":
                self._asked.pop(_content(step.request), None)
        elif step.asked is not None:
            before = self._asked.get(_content(step))
            if before is not None:
                row.marks.append(f"again, see {before.number}")
            self._asked[_content(step)] = row
            self._unanswered[step.number] = row

    def _move(self, event: CallEvent, story: CallStory | None) -> None:
        """A connection changed: its bar ends, and the next one begins."""
        call, here = event.call, len(self.rows) - 1
        bar = self._running.pop((call.device, call.id), None)
        if bar is not None and bar.state is call.state:
            self._running[call.device, call.id] = bar
            return
        if bar is not None:
            self.bars.append(bar._replace(last=here))
        if not isinstance(event, CallEnded) and call.state is not ConnectionState.NULL:
            column = bar.column if bar is not None else self._column(call.device)
            number = story.number if story is not None else 0
            self._running[call.device, call.id] = Bar(call.device, column, number, call.state, here, here)

    def _column(self, device: str) -> int:
        taken = {bar.column for bar in self._running.values() if bar.lane == device}
        return next(column for column in range(len(taken) + 1) if column not in taken)


def _content(step: Step) -> tuple[int, bytes]:
    """Link and content of a request without its invoke id: what makes it the same request again."""
    return step.link.link, repr(step.asked).encode()


def _selected(builder: Builder, chosen: Selection) -> Sequence:
    groups = {story.number: story.group for story in builder.book.stories}
    wanted = {groups[number] for number in chosen.calls if number in groups}
    kept = _kept(builder.rows, chosen, wanted, groups)
    new = {old: place for place, old in enumerate(kept)}
    rows = [builder.rows[place] for place in kept]
    bars = [bar for bar in builder.bars if not wanted or groups.get(bar.call) in wanted]
    if len(kept) < len(builder.rows):
        bars = [shorter for bar in bars if (shorter := _shortened(bar, kept, new)) is not None]
    lanes = dict.fromkeys(row.lane for row in rows if row.kind != "remark")
    known = [lane for lane in lanes if lane != SWITCH]
    return Sequence(
        rows,
        ([SWITCH] if SWITCH in lanes or not known else []) + sorted(known, key=_order),
        [bar for bar in bars if bar.lane in lanes],
        [story for story in builder.book.stories if not wanted or story.group in wanted],
        builder.header,
    )


def _kept(rows: list[Row], chosen: Selection, calls: set[int], groups: dict[int, int]) -> list[int]:
    """The rows that are shown; of the remarks those among messages that are."""
    inside = [place for place, row in enumerate(rows) if chosen.begin <= row.t <= chosen.end]
    messages = [place for place in inside if rows[place].number and _wanted(rows[place], chosen, calls, groups)]
    if not calls and not chosen.devices:
        return inside
    among = range(messages[0], messages[-1] + 1) if messages else range(0)
    remarks = [place for place in inside if not rows[place].number and place in among]
    return sorted(messages + remarks)


def _wanted(row: Row, chosen: Selection, calls: set[int], groups: dict[int, int]) -> bool:
    return (not calls or groups.get(row.call) in calls) and (not chosen.devices or row.lane in chosen.devices)


def _shortened(bar: Bar, kept: list[int], new: dict[int, int]) -> Bar | None:
    """The bar from the first to the last of the rows that are kept."""
    inside = [place for place in kept if bar.first <= place <= bar.last]
    return bar._replace(first=new[inside[0]], last=new[inside[-1]]) if inside else None


def _order(device: str) -> tuple[int, str]:
    return (len(device), device)


def states_at(chart: Sequence) -> Iterator[list[Bar]]:
    """For each row the bars there are after it."""
    starting: dict[int, list[Bar]] = {}
    for bar in chart.bars:
        starting.setdefault(bar.first, []).append(bar)
    running: list[Bar] = []
    for place in range(len(chart.rows)):
        running = [bar for bar in running if bar.last > place] + starting.get(place, [])
        yield running


Draw = Callable[[Sequence], str]
"""Draws a chart."""
