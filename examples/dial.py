"""Make a call, wait until somebody answers or it fails, talk for a while, hang up.

Needs a switch; ``csta switch`` runs a simulated one: ``python examples/dial.py tcp:127.0.0.1:8800 2001 0891234567``.
"""

from __future__ import annotations

import sys
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.task import deferLater, react

from csta.client import connect
from csta.errors import CSTAError, LinkLost
from csta.messages.base import Event
from csta.messages.call_control_events import EstablishedEvent, FailedEvent

TALK = 2.0
"""Seconds."""


async def dial(reactor: Any, switch: str, calling: str, called: str, protocol: str = "xml") -> None:  # noqa: ANN401
    """Call ``called`` from the telephone ``calling``."""
    client = await connect(reactor, switch, protocol)
    outcome: Deferred[str] = Deferred()

    def hear(event: Event) -> None:
        print(type(event).__name__)
        if isinstance(event, EstablishedEvent | FailedEvent) and not outcome.called:
            word = "connected" if isinstance(event, EstablishedEvent) else "failed"
            outcome.callback(f"{word}, cause {event.cause.value}")

    def lost(error: CSTAError | None) -> None:
        if not outcome.called:
            outcome.errback(error or LinkLost("dial", "the switch closed the link"))

    client.subscribe(hear)
    client.when_closed().addCallback(lost)
    await client.monitoring.monitor_start(calling)
    call = await client.call_control.make_call(calling, called)
    print(await outcome)
    await deferLater(reactor, TALK)
    await client.call_control.clear_connection(call.calling_device)
    await client.close()


async def main(reactor: Any, *arguments: str) -> None:  # noqa: ANN401 # whatever reactor Twisted has chosen
    """Say what went wrong without a traceback."""
    try:
        await dial(reactor, *arguments)
    except CSTAError as error:
        raise SystemExit(f"it did not work: {error}") from None


if __name__ == "__main__":
    react(main, sys.argv[1:])
