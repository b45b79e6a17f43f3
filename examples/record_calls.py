"""Trigger a call recorder: a line for each start, pause, resumption and end of a conversation at a telephone.

``python examples/record_calls.py tcp:127.0.0.1:8800 2001 2002`` with a switch at that address. Calls keep their name
here when a transfer or a conference changes the switch's identifier of them.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.task import react

from csta.model.events import CallEnded, CallEvent, LinkDown, ModelEvent
from csta.model.states import ConnectionState
from csta.provider import CstaProvider

WORDS = {(None, True): "start", (True, False): "pause", (False, True): "resume"}
"""Whether both could talk before, None when they had not yet, and whether they can now."""


class Recorder:
    """Tells ``trigger`` what is to be done, at which device, with which call."""

    def __init__(self, trigger: Callable[[str, str, str], None]) -> None:
        self.trigger = trigger
        self.running: dict[tuple[str, str], bool] = {}

    def hear(self, event: ModelEvent) -> None:
        """Follow a call: it is recorded while both sides can talk."""
        match event:
            case LinkDown():  # better no end of a recording than one that never ends
                while self.running:
                    self.trigger("stop", *self.running.popitem()[0])
            case CallEnded(call) if self.running.pop((call.device, call.id), None) is not None:
                self.trigger("stop", call.device, call.id)
            case CallEvent(call):
                key = call.device, call.id
                talking = call.answered is not None and call.state is ConnectionState.CONNECTED
                if word := WORDS.get((self.running.get(key), talking)):
                    self.running[key] = talking
                    self.trigger(word, *key)


async def main(reactor: Any, switch: str, *devices: str, protocol: str = "xml") -> None:  # noqa: ANN401
    """Follow the devices until the reactor stops."""
    provider = CstaProvider(reactor, switch, protocol)
    provider.subscribe(Recorder(lambda *what: print(*what, flush=True)).hear)
    for device in devices:
        await provider.monitor(device)
    provider.start()
    reactor.addSystemEventTrigger("before", "shutdown", lambda: Deferred.fromCoroutine(provider.stop()))
    await Deferred()


if __name__ == "__main__":
    react(main, sys.argv[1:])
