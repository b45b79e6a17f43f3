"""Print the lines of Windows Telephony, and what becomes of the calls at one of them.

``python examples/windows_telephony.py 2001`` on a Windows machine with a telephony driver (TSP).
"""

from __future__ import annotations

import sys
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.task import react

from csta.model.events import CallEnded, CallEvent, LinkUp, ModelEvent
from tapi_adapter.local import LocalTelephony
from tapi_adapter.provider import TapiProvider


def in_words(event: ModelEvent) -> str:
    """A line for people."""
    if isinstance(event, CallEvent):
        call = event.call
        who = call.other.name or call.other.number or "unknown"
        what = "over" if isinstance(event, CallEnded) else call.state.value
        return f"call {call.id} {call.direction.value} {who}: {what}"
    return str(event)


async def show_lines(telephony: LocalTelephony) -> None:
    """A row for each line: its name, and by what else it can be chosen."""
    for line in await telephony.lines():
        numbers = ", ".join(address.number for address in line.addresses) or "no number"
        print(f"{line.name}: {numbers}; permanent id {line.permanent_id}, {line.guid or 'no GUID'}", flush=True)


async def watch(reactor: Any, device: str, library: str = "") -> None:  # noqa: ANN401
    """Watch ``device`` until the reactor stops; ``library`` is used instead of the ``tapi32.dll`` of Windows."""
    telephony = LocalTelephony(reactor, library=library)
    provider = TapiProvider(reactor, telephony)

    def tell(event: ModelEvent) -> None:
        print(in_words(event), flush=True)
        if isinstance(event, LinkUp):
            Deferred.fromCoroutine(show_lines(telephony))

    provider.subscribe(tell)
    await provider.monitor(device)
    provider.start()
    reactor.addSystemEventTrigger("before", "shutdown", lambda: Deferred.fromCoroutine(provider.stop()))
    await Deferred()


if __name__ == "__main__":
    react(watch, sys.argv[1:])
