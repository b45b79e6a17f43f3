"""A provider over two friendly ways to one switch in memory."""

from __future__ import annotations

from collections.abc import Awaitable, Coroutine
from typing import Any, TypeVar

from twisted.internet.task import Clock

from csta.model.events import ModelEvent
from csta.model.fake import FakeProvider
from csta.model.states import Service
from csta_gateway.fallback import FallbackProvider
from csta_gateway.reach import Way

T = TypeVar("T")
PATIENCE = 30.0
FEW = (Service.MAKE_CALL, Service.ANSWER_CALL, Service.CLEAR_CONNECTION, Service.SNAPSHOT_DEVICE)


class TwoFakes:
    """Both ways and what the provider over them told."""

    def __init__(self, services: tuple[Service, ...] = tuple(Service)) -> None:
        self.clock = Clock()
        self.main = FakeProvider(self.clock)
        self.fallback = FakeProvider(self.clock, services, beside=self.main)
        self.provider = FallbackProvider(
            self.main, self.fallback, self.clock, names=("HQ", "windows"), patience=PATIENCE
        )
        self.told: list[ModelEvent] = []

    def start(self, *devices: str) -> TwoFakes:
        self.provider.start()
        for device in devices:
            self.run(self.provider.monitor(device))
        self.provider.subscribe(self.told.append)
        return self

    def run(self, awaitable: Awaitable[T]) -> T:
        """A command of the fakes ends without waiting for anything."""
        assert isinstance(awaitable, Coroutine)
        running: Coroutine[Any, Any, T] = awaitable
        try:
            running.send(None)
        except StopIteration as ended:
            result: T = ended.value
            return result
        raise AssertionError("it waits")

    def lose(self, way: Way) -> None:
        """The cable of one way is pulled."""
        (self.main if way is Way.MAIN else self.fallback).lose_link("the cable is out", retry_in=5)

    def restore(self, way: Way) -> None:
        """It is back."""
        (self.main if way is Way.MAIN else self.fallback).restore_link()


class OnOneWay(TwoFakes):
    """The contract's stage, on which only one of the ways ever works."""

    def __init__(self, way: Way, *devices: str) -> None:
        super().__init__()
        self.way = way
        self.start(*devices)
        self.lose(Way.FALLBACK if way is Way.MAIN else Way.MAIN)
        self.clock.advance(PATIENCE)
        self.told.clear()

    def lose_link(self) -> None:
        self.lose(self.way)

    def restore_link(self) -> None:
        self.restore(self.way)
