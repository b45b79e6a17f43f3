"""``csta replay``: what a trace tells of calls, offline."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from rich.console import Console
from rich.table import Table
from rich.text import Text

from csta.cli import traces
from csta.cli.exits import OK, WRONG
from csta.recorder.calls import CallStory, stories
from csta.recorder.following import Follower
from csta.recorder.story import line


def add_arguments(parser: ArgumentParser) -> None:
    """Say what the command takes."""
    traces.add_trace_arguments(parser)
    parser.add_argument("--summary", action="store_true", help="a table of the calls instead of what happened to them")


def run(args: Namespace) -> int:
    """Print what happened to calls; 1 when a part of the trace could not be read."""
    told = traces.read(args)
    if args.summary:
        Console().print(_table(stories(told)))
    else:
        follower = Follower()
        for each in told:
            for event in follower.hear(each):
                print(f"{event.t:10.3f}  {line(event.event)}")
    return WRONG if told.damaged else OK


def _table(calls: list[CallStory]) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in ("call", "began", "talked"):
        table.add_column(name, justify="right")
    for name in ("from", "to", "at", "result"):
        table.add_column(name, overflow="fold")
    for call in calls:
        talked = "" if call.talked is None else _length(call.talked)
        parties = (Text(call.calling or "?"), Text(call.called or "?"), Text(", ".join(call.devices)))
        result = Text(call.result, style="red" if call.failure and call.answered is None else "")
        table.add_row(str(call.number), f"{call.began:.3f}", talked, *parties, result)
    return table


def _length(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02}"
