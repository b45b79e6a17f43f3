"""Commands that stand on a link: the reactor, the options that name a switch, and the words when it fails."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Protocol, cast

from twisted.internet.defer import Deferred, maybeDeferred
from twisted.internet.task import react
from twisted.logger import (
    FilteringLogObserver,
    ILogFilterPredicate,
    ILogObserver,
    LogLevel,
    LogLevelFilterPredicate,
    globalLogBeginner,
    textFileLogObserver,
)

from csta.cli.exits import OK, WRONG, Trouble
from csta.client import Client, connect
from csta.dialect import ASSOCIATIONS, PROTOCOLS, Login, names
from csta.errors import CSTAError
from csta.framing import AUTO, FRAMINGS
from csta.protocol import ReactorTime
from csta.recorder.live import Recording


class Reactor(ReactorTime, Protocol):
    """What the commands need of a reactor besides what links need."""

    def addSystemEventTrigger(self, phase: str, event: str, what: Callable[..., object], /) -> object:
        """Call something when the reactor starts or stops."""


def run_on_reactor(run: Callable[[Namespace, Any], Awaitable[int]], args: Namespace) -> int:
    """Run an online command to its end or to Ctrl-C; gives the exit code.

    :raises Trouble: what the command raised, also made of errors of the link and the switch.
    """
    ends: list[int | BaseException] = []
    globalLogBeginner.beginLoggingTo([_warnings()], redirectStandardIO=False)

    def main(reactor: object) -> Deferred[None]:
        done: Deferred[Any] = maybeDeferred(run, args, reactor)
        return done.addCallbacks(ends.append, lambda failure: ends.append(failure.value))

    try:
        react(main)
    except SystemExit as stopped:  # react() always ends so
        end = ends[0] if ends else stopped.code or OK
    if isinstance(end, CSTAError):
        raise Trouble(str(end)) from end
    if isinstance(end, BaseException):
        raise end
    return end if isinstance(end, int) else WRONG


def _warnings() -> ILogObserver:
    """What the library warns of, on standard error."""
    text = cast(ILogObserver, textFileLogObserver(sys.stderr))
    warnings = cast(ILogFilterPredicate, LogLevelFilterPredicate(defaultLogLevel=LogLevel.warn))
    return cast(ILogObserver, FilteringLogObserver(text, [warnings]))


def add_link_arguments(parser: ArgumentParser) -> None:
    """The options that name a switch."""
    parser.add_argument("--link", required=True, metavar="ENDPOINT", help="the switch, for example tcp:pbx:8800")
    parser.add_argument("--dialect", choices=names(), help="what is known of the switch (default: nothing)")
    parser.add_argument("--protocol", choices=PROTOCOLS, help="the wire (default: the dialect's, else xml)")
    parser.add_argument("--association", choices=ASSOCIATIONS, help="default: the dialect's, else none")
    parser.add_argument("--framing", choices=(*FRAMINGS, AUTO), help="where it is not the dialect's usual one")
    add_login_arguments(parser, "name to log in with, for switches that want one")
    add_record_arguments(parser)


def add_record_arguments(parser: ArgumentParser) -> None:
    """The options that record the link."""
    parser.add_argument("--record", metavar="FILE", help="write every message to this trace, see csta replay and chart")
    parser.add_argument("--redact", action="store_true", help="with pseudonyms for numbers and names in it")


def recording(args: Namespace) -> Recording | None:
    """The recording the options ask for; None without one.

    :raises Trouble: the file cannot be written.
    """
    if args.record is None:
        if args.redact:
            raise Trouble.usage("--redact goes with --record")
        return None
    try:
        return Recording(args.record, redact=args.redact)
    except OSError as error:
        raise Trouble(f"--record {args.record}: {error.strerror}") from None


def add_login_arguments(parser: ArgumentParser, meaning: str) -> None:
    """The options that say name and password; the password never stands on the command line."""
    parser.add_argument("--user", metavar="NAME", help=meaning)
    parser.add_argument("--password-file", metavar="FILE", help="file whose first line is the password of --user")


async def open_link(args: Namespace, reactor: Reactor) -> Client:
    """Connect to the switch the options name; the link is closed in order when the reactor stops.

    :raises Trouble: the options do not go together, or the switch is not reached.
    """
    try:
        client = await connect(
            reactor,
            args.link,
            args.protocol,
            args.association,
            dialect=args.dialect,
            framing=args.framing,
            login=login(args),
            record=recording(args),
        )
    except ValueError as error:
        raise Trouble.usage(str(error)) from None
    reactor.addSystemEventTrigger("before", "shutdown", client.close)
    return client


def login(args: Namespace) -> Login | None:
    """The log-in of the options; None without one.

    :raises Trouble: only half of it is there, or its file cannot be read.
    """
    if (args.user is None) != (args.password_file is None):
        raise Trouble.usage("--user and --password-file go together")
    if args.user is None:
        return None
    try:
        lines = Path(args.password_file).read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise Trouble(f"--password-file {args.password_file}: {error}") from None
    return Login(args.user, lines[0] if lines else "")


def tell(words: str) -> None:
    """Say something to the user beside the data."""
    print(f"csta: {words}", file=sys.stderr, flush=True)
