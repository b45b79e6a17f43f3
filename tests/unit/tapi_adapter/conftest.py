from __future__ import annotations

from collections.abc import Awaitable, Iterator
from random import Random
from typing import Any, TypeVar

import pytest
from twisted.internet.defer import Deferred, ensureDeferred
from twisted.internet.task import Clock
from twisted.logger import LogEvent, formatEvent, globalLogPublisher
from twisted.python.failure import Failure

from csta.model.call import Call
from csta.model.events import CallEvent, DeviceChanged, ModelEvent
from tapi_adapter.descriptions import Address
from tapi_adapter.provider import TapiProvider
from tests.unit.tapi_adapter.faketelephony import EVERYTHING, FakeTelephony

R = TypeVar("R")
STATIONS = ("2001", "2002", "2003", "2004")


class TapiBench:
    """A provider on a telephony service in memory, and what it told."""

    def __init__(
        self, *, seed: int | None = None, caps: Address = EVERYTHING, stations: tuple[str, ...] = STATIONS
    ) -> None:
        self.clock = Clock()
        self.telephony = FakeTelephony(stations, None if seed is None else Random(seed), caps)  # noqa: S311
        self.provider = TapiProvider(self.clock, self.telephony, name="fake")
        self.told: list[ModelEvent] = []
        self.provider.subscribe(self.told.append)

    @property
    def pbx(self) -> Any:  # noqa: ANN401
        return self.telephony.pbx

    def start(self, *devices: str) -> TapiBench:
        """Start, and watch some devices."""
        self.provider.start()
        self.settle()
        for device in devices:
            self.run(self.provider.monitor(device))
        self.told.clear()
        return self

    def settle(self, seconds: float = 0) -> None:
        """Let time pass and everything arrive."""
        self.telephony.settle()
        self.clock.advance(seconds)
        self.telephony.settle()

    def begin(self, awaitable: Awaitable[R]) -> list[Any]:
        """Begin something; what it comes to is in the list when it has ended."""
        ended: list[Any] = []
        running: Deferred[R] = ensureDeferred(_awaited(awaitable))
        running.addBoth(ended.append)
        return ended

    def run(self, awaitable: Awaitable[R]) -> R:
        """What a command comes to."""
        ended = self.begin(awaitable)
        self.settle()
        assert ended, "it still waits"
        if isinstance(ended[0], Failure):
            ended[0].raiseException()
        result: R = ended[0]
        return result

    def lose_link(self) -> None:
        """The service is gone."""
        self.telephony.lose("the telephony service was stopped", 5)
        self.settle()

    def restore_link(self) -> None:
        """It is back."""
        self.telephony.restore()
        self.settle()

    def call(self, device: str) -> Call:
        """The only call at a device."""
        [found] = self.provider.calls(device)
        return found

    def take(self, device: str | None = None) -> list[str]:
        """What was told since the last time, in short."""
        told, self.told[:] = list(self.told), []
        return [
            type(event).__name__
            for event in told
            if device is None or (isinstance(event, CallEvent) and event.call.device == device)
        ]


async def _awaited(awaitable: Awaitable[R]) -> R:
    return await awaitable


@pytest.fixture
def bench() -> TapiBench:
    return TapiBench().start("2001", "2002", "2003")


@pytest.fixture
def logged() -> Iterator[list[str]]:
    lines: list[str] = []

    def observe(event: LogEvent) -> None:
        lines.append(formatEvent(event))

    globalLogPublisher.addObserver(observe)  # type: ignore[arg-type] # a function will do
    yield lines
    globalLogPublisher.removeObserver(observe)  # type: ignore[arg-type]


def service_of(bench: TapiBench, device: str) -> list[bool | None]:
    """Whether a device works, each time that was told."""
    return [event.in_service for event in bench.told if isinstance(event, DeviceChanged) and event.device == device]


def line(bench: TapiBench, station: str) -> int:
    """Handle of the line of a station."""
    return next(handle for handle, number in bench.telephony.open.items() if number == station)
