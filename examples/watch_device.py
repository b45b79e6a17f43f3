"""Print who calls a telephone, and what becomes of it, over link losses too.

``python examples/watch_device.py tcp:127.0.0.1:8800 2001`` with a switch at that address: ``csta switch --callers``.
"""

from __future__ import annotations

import sys
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.task import react

from csta.model.events import CallEnded, CallEvent, LinkDown, LinkUp, ModelEvent
from csta.provider import CstaProvider


def in_words(event: ModelEvent) -> str:
    """A line for people."""
    match event:
        case LinkUp():
            return "the switch is there"
        case LinkDown(reason, retry_in):
            again = "" if retry_in is None else f"; next try in {retry_in:.0f} s"
            return f"the switch is not there: {reason}{again}"
        case CallEnded(call, answered_by):
            return f"call {call.id} is over" + (f", taken by {answered_by}" if answered_by else "")
        case CallEvent(call):
            who = call.other.name or call.other.number or "unknown"
            return f"call {call.id} {call.direction.value} {who}: {call.state.value}"
        case _:
            return str(event)


async def watch(reactor: Any, switch: str, device: str, protocol: str = "xml") -> None:  # noqa: ANN401
    """Watch ``device`` until the reactor stops."""
    provider = CstaProvider(reactor, switch, protocol)
    provider.subscribe(lambda event: print(in_words(event), flush=True))
    await provider.monitor(device)
    provider.start()
    reactor.addSystemEventTrigger("before", "shutdown", lambda: Deferred.fromCoroutine(provider.stop()))
    await Deferred()


if __name__ == "__main__":
    react(watch, sys.argv[1:])
