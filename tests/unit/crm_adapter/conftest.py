"""Stand-ins for threads and for a source, so that tests decide when an answer comes."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, Protocol, TypeVar, cast

import pytest
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorFromThreads
from twisted.internet.task import Clock
from twisted.python.failure import Failure
from twisted.python.threadpool import ThreadPool

from crm_adapter.contactindex import ContactIndex
from crm_adapter.directory import Contact, Match
from crm_adapter.indexed import IndexedSource
from crm_adapter.migrations import History
from crm_adapter.numbers import Location, Number
from crm_adapter.sources.presets import EMBEDDED
from crm_adapter.sources.sql import SqlFeed
from crm_adapter.users import User
from tests.unit.crm_adapter.sources import World

T = TypeVar("T")
MUNICH = Location(area_code="089", main_numbers=("+49 89 99998",))


class Done(Protocol):
    """Gives the value of a coroutine that does not have to wait, or raises what it raised."""

    def __call__(self, work: Coroutine[Any, Any, T]) -> T: ...


class Here:
    """A thread pool and a reactor in one: work is done at once, in the thread of the test."""

    started = True

    def callInThreadWithCallback(self, done: Callable[[bool, Any], None], work: Callable[[], Any]) -> None:
        try:
            value = work()
        except Exception:
            done(False, Failure())
        else:
            done(True, value)

    def callFromThread(self, work: Callable[..., None], *args: object) -> None:
        work(*args)

    def stop(self) -> None:
        self.started = False


class Book:
    """A source that answers when the test says so."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.asked: list[Number] = []
        self.answers: list[Deferred[tuple[Match, ...]]] = []
        self.listeners: list[Callable[[], None]] = []

    @property
    def activities(self) -> None:
        return None

    @property
    def numbers(self) -> None:
        return None

    async def start(self) -> None:
        raise AssertionError("nobody has to start it")

    def subscribe(self, listener: Callable[[], None]) -> None:
        self.listeners.append(listener)

    async def lookup(self, number: Number) -> tuple[Match, ...]:
        self.asked.append(number)
        self.answers.append(Deferred())
        return await self.answers[-1]

    async def search(self, text: str, limit: int) -> tuple[Contact, ...]:
        raise AssertionError("nobody searches")

    async def users(self) -> tuple[User, ...]:
        return ()

    def close(self) -> None:
        raise AssertionError("nobody has to close it")

    def answer(self, *matches: Match) -> None:
        self.answers.pop(0).callback(matches)

    def fail(self, problem: Exception) -> None:
        self.answers.pop(0).errback(problem)


@pytest.fixture
def here() -> tuple[IReactorFromThreads, ThreadPool]:
    stand_in = Here()
    return cast(IReactorFromThreads, stand_in), cast(ThreadPool, stand_in)


@pytest.fixture
def done() -> Done:
    def value(work: Coroutine[Any, Any, T]) -> T:
        results: list[T | Failure] = []
        Deferred.fromCoroutine(work).addBoth(results.append)
        (result,) = results
        if isinstance(result, Failure):
            result.raiseException()
            raise AssertionError("a failure raises")
        return result

    return value


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'crm.db'}"


@pytest.fixture
def embedded(
    here: tuple[IReactorFromThreads, ThreadPool], clock: Clock, tmp_path: Path, done: Done
) -> Callable[..., IndexedSource]:
    """The embedded CRM at a URL, with an index of its own; tells what it was given when it cannot be used."""

    def source(url: str, location: Location = MUNICH) -> IndexedSource:
        reactor, pool = here
        index = ContactIndex(f"sqlite:///{tmp_path / 'index.db'}", location, reactor, pool=pool)
        done(index.start())
        return IndexedSource(SqlFeed(url, EMBEDDED, 49, reactor, history=History.EMBEDDED, pool=pool), index, clock)

    return source


@pytest.fixture
def crm(url: str, embedded: Callable[..., IndexedSource]) -> IndexedSource:
    return embedded(url)


@pytest.fixture
def book() -> type[Book]:
    return Book


@pytest.fixture
def world(tmp_path: Path, clock: Clock, here: tuple[IReactorFromThreads, ThreadPool], done: Done) -> World:
    return World(tmp_path, clock, here, done)
