"""``csta replay``: what a trace tells of calls; its switch for a client, or its application for a switch."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

from csta.cli import traces
from csta.cli.exits import OK, WRONG, Trouble
from csta.recorder.calls import CallStory, stories
from csta.recorder.dialogue import Step
from csta.recorder.following import Follower
from csta.recorder.story import line

if TYPE_CHECKING:
    from csta.cli.online import Reactor

WIDTH = 160
"""Columns of the table where there is no terminal."""


def add_arguments(parser: ArgumentParser) -> None:
    """Say what the command takes."""
    traces.add_trace_arguments(parser)
    way = parser.add_mutually_exclusive_group()
    way.add_argument("--summary", action="store_true", help="a table of the calls instead of what happened to them")
    way.add_argument("--serve", metavar="ENDPOINT", help="be the recorded switch there, for example tcp:8800")
    way.add_argument("--against", metavar="ENDPOINT", help="be the recorded application on a switch, tcp:pbx:8800")
    parser.add_argument(
        "--speed", type=_speed, default=1.0, metavar="N", help="with --serve: 1 as recorded, 10, or max (default: 1)"
    )
    parser.add_argument("--link", type=int, default=1, metavar="N", help="with --against: which link of the trace")


def run(args: Namespace) -> int:
    """Replay; 1 when a part of the trace could not be read, or the switch answered otherwise."""
    if args.serve or args.against:
        from csta.cli.online import run_on_reactor

        return run_on_reactor(_serve if args.serve else _apply, args)
    told = traces.read(args)
    if args.summary:
        Console(width=None if sys.stdout.isatty() else WIDTH).print(_table(stories(told)))
    else:
        follower = Follower()
        for each in told:
            for event in follower.hear(each):
                print(f"{event.t:10.3f}  {line(event.event)}")
    return WRONG if told.damaged else OK


def _speed(text: str) -> float | None:
    if text == "max":
        return None
    try:
        speed = float(text)
    except ValueError:
        speed = 0.0
    if not 0 < speed < float("inf"):
        raise ArgumentTypeError(f"{text!r} is no speed: 1, 10, 0.5 or max")
    return speed


async def _serve(args: Namespace, reactor: Reactor) -> int:
    """Serve the recorded switch until the reactor stops."""
    from twisted.internet.defer import Deferred
    from twisted.internet.endpoints import serverFromString
    from twisted.internet.error import CannotListenError

    from csta.cli.online import tell
    from csta.recorder import files
    from csta.recorder.serving import ReplayServer

    try:
        server = ReplayServer(reactor, list(files.read(*args.trace)), args.speed)
        port = await serverFromString(reactor, args.serve).listen(server.factory())
    except ValueError as error:
        raise Trouble.usage(str(error)) from None
    except CannotListenError as error:
        raise Trouble(f"cannot listen at {args.serve}: {error.socketError}") from None
    except OSError as error:
        raise Trouble(f"{error.filename}: {error.strerror}") from None
    kind = ", ".join(f"{name} {value}" for name, value in server.kind.items() if value)
    tell(f"the recorded switch listens on port {port.getHost().port}: {kind}; Ctrl-C ends it")

    def report() -> None:
        for request in server.unknown:
            tell(f"asked and not in the trace: {request}")
        for request in server.missing:
            tell(f"in the trace and not asked: {request}")

    reactor.addSystemEventTrigger("before", "shutdown", report)
    stopped: Deferred[int] = Deferred()
    return await stopped


async def _apply(args: Namespace, reactor: Reactor) -> int:
    """Ask a live switch what the recorded application asked; 1 when it answers otherwise."""
    from csta.cli.online import tell
    from csta.client import connect
    from csta.recorder.applying import RecordedApplication
    from csta.recorder.serving import link_parameters

    told = traces.read(args)
    steps = [each for each in told if isinstance(each, Step) and each.link.link == args.link]
    if not steps:
        raise Trouble(f"the trace has no message of a link {args.link}")
    client = await connect(reactor, args.against, **link_parameters(steps[0].link))
    application = RecordedApplication(reactor, client)
    try:
        await application.run(steps)
    finally:  # also when the link is lost on the way
        for difference in application.differences:
            print(difference)
    await client.close()
    count = len(application.differences)
    tell(f"{application.asked} requests asked, {application.heard} events as recorded, {count} differences")
    return WRONG if count or told.damaged else OK


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
