"""``csta call``: make a call and follow it."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError, Namespace

from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from csta.cli import reports
from csta.cli.exits import OK, WRONG
from csta.cli.online import Reactor, add_link_arguments, open_link, tell
from csta.client import Client
from csta.errors import CSTAError
from csta.messages.base import Event
from csta.messages.call_control_events import (
    CallClearedEvent,
    ConnectionClearedEvent,
    EstablishedEvent,
    FailedEvent,
)
from csta.messages.call_data import LocalConnectionState
from csta.messages.common import ConnectionID


def add_arguments(parser: ArgumentParser) -> None:
    """Say what the command takes."""
    add_link_arguments(parser)
    parser.add_argument("--prompt", action="store_true", help="let the calling telephone ring first")
    parser.add_argument(
        "--hangup-after",
        type=_seconds,
        metavar="SECONDS",
        help="stay, and end the call so long after it was answered (default: leave the call to its people)",
    )
    parser.add_argument("calling", metavar="FROM", help="the telephone that calls")
    parser.add_argument("called", metavar="TO", help="the number to call, as dialled at the switch")


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds <= 86_400:
        raise ArgumentTypeError(f"{text!r} is not a number of seconds up to 86400")
    return seconds


async def run(args: Namespace, reactor: Reactor) -> int:
    """Print what happens to the call until it is answered, fails or is over; 1 when nobody answered."""
    client = await open_link(args, reactor)
    following = _Following(client, reactor, args.hangup_after)
    client.subscribe(following.hear)
    await client.monitoring.monitor_start(args.calling)
    made = await client.call_control.make_call(args.calling, args.called, prompt=args.prompt)
    tell(f"{args.calling} calls {args.called}")
    return await following.follow(made.calling_device)


class _Following:
    """One call on its way.

    Events may come before the answer that names the call, so that they are kept until it is known.
    """

    def __init__(self, client: Client, reactor: Reactor, hang_up_after: float | None) -> None:
        self._client = client
        self._reactor = reactor
        self._hang_up_after = hang_up_after
        self._connection: ConnectionID | None = None
        self._early: list[Event] = []
        self._answered = False
        self._over: Deferred[int] = Deferred()

    def follow(self, connection: ConnectionID) -> Deferred[int]:
        """Print what happens; fires with the exit code."""
        self._connection = connection
        for event in self._early:
            self.hear(event)
        self._client.when_closed().addCallback(self._lost)
        return self._over

    def hear(self, event: Event) -> None:
        """Take an event report."""
        if self._connection is None:
            self._early.append(event)
        elif reports.call_id(event) == self._connection.call_id:
            print(reports.as_text(event), flush=True)
            self._step(event)

    def _step(self, event: Event) -> None:
        if isinstance(event, EstablishedEvent):
            self._answered = True
            if self._hang_up_after is None:
                self._end(OK)
            else:
                self._reactor.callLater(self._hang_up_after, self._hang_up)
        elif isinstance(event, FailedEvent):
            self._end(WRONG)
        elif isinstance(event, CallClearedEvent) or (isinstance(event, ConnectionClearedEvent) and _left(event)):
            self._end(OK if self._answered else WRONG)

    def _hang_up(self) -> None:
        if self._connection is not None and not self._over.called:
            self._client.call_control.clear_connection(self._connection).addErrback(self._refused)

    def _refused(self, failure: Failure) -> None:
        tell(failure.getErrorMessage())
        self._end(WRONG)

    def _lost(self, error: CSTAError | None) -> None:
        if error is not None and not self._over.called:
            tell(str(error))
        self._end(OK if error is None else WRONG)

    def _end(self, code: int) -> None:
        if not self._over.called:
            self._over.callback(code)


def _left(event: ConnectionClearedEvent) -> bool:
    """Whether the call is over at the telephone that made it."""
    return event.local_connection_info in (None, LocalConnectionState.NULL)
