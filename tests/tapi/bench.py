"""The provider for Windows Telephony on the stand-in, through the real binding."""

from __future__ import annotations

import time
from collections.abc import Awaitable
from typing import Any, TypeVar

from twisted.internet.defer import Deferred, ensureDeferred
from twisted.python.failure import Failure

from csta.model.events import ModelEvent
from tapi_adapter.local import RETRIES, LocalTelephony
from tapi_adapter.provider import TapiProvider
from tests.tapi.loop import LONGEST_WAIT, Loop
from tests.tapi.standin.script import Count, StandIn

R = TypeVar("R")


class StandInBench:
    """A provider on the stand-in, and what it told."""

    def __init__(self, standin: StandIn) -> None:
        self.standin = standin
        self.loop = Loop()
        self.telephony = LocalTelephony(self.loop, library=standin.path)
        self.provider = TapiProvider(self.loop, self.telephony, name="stand-in")
        self.told: list[ModelEvent] = []
        self.provider.subscribe(self.told.append)

    def start(self, *devices: str) -> StandInBench:
        self.provider.start()
        self.settle()
        for device in devices:
            self.run(self.provider.monitor(device))
        self.told.clear()
        return self

    def settle(self) -> None:
        """Until no thread has anything to do."""
        end = time.monotonic() + LONGEST_WAIT
        while self.loop.take() or not self.quiet():
            self.loop.advance(0)
            assert time.monotonic() < end, "the threads do not come to rest"
            time.sleep(0.0005)

    def quiet(self) -> bool:
        """Whether every message is fetched, every call of the library made, and nothing is handed over."""
        at_rest = self.telephony.idle and self.standin.count(Count.IDLE) == self.standin.count(Count.APPS)
        return at_rest and not self.loop.waits

    def run(self, awaitable: Awaitable[R]) -> R:
        ended: list[Any] = []
        running: Deferred[R] = ensureDeferred(_awaited(awaitable))
        running.addBoth(ended.append)
        self.loop.run_until(lambda: bool(ended), "the end of a command")
        self.settle()
        if isinstance(ended[0], Failure):
            ended[0].raiseException()
        result: R = ended[0]
        return result

    def lose_link(self) -> None:
        self.standin.reinit()
        self.settle()

    def restore_link(self) -> None:
        for _ in range(int(max(RETRIES))):
            if not self.provider.link_up:
                self.loop.advance(1.0)
                self.settle()


async def _awaited(awaitable: Awaitable[R]) -> R:
    return await awaitable
