"""Sources of contacts as tests make them: with servers in memory, and a network in which nobody listens."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from treq.client import HTTPClient
from treq.testing import StubTreq
from twisted.internet import error
from twisted.internet.defer import Deferred, fail
from twisted.internet.interfaces import IReactorFromThreads
from twisted.internet.task import Clock
from twisted.python.failure import Failure
from twisted.python.threadpool import ThreadPool

from crm_adapter.contactindex import ContactIndex
from crm_adapter.directory import Activity, Feed
from crm_adapter.errors import DirectoryError
from crm_adapter.indexed import IndexedSource
from crm_adapter.location import Location
from crm_adapter.numbers import normalise
from crm_adapter.sources.carddav import CardDavFeed
from crm_adapter.sources.http import HttpSource, HttpTemplates
from crm_adapter.sources.mapping import FieldMap
from crm_adapter.sources.tryton import TrytonFeed
from crm_adapter.sources.webservice import WebService
from tests.unit.crm_adapter.servers import PASSWORD, USER, Server

if TYPE_CHECKING:
    from tests.unit.crm_adapter.conftest import Done

MUNICH = Location(area_code="089")
CALL = Activity(
    key="HQ-4711_1",
    subject="Call from Erika Mustermann",
    note="Wants an offer",
    login="anna",
    direction="incoming",
    result="answered",
    number="089 1234567",
    began=1_800_000_000,
    duration=61,
    kind="company",
    record_id="2",
)


class Refusing:
    """A network in which nobody listens."""

    def request(self, *args: object, **options: object) -> Deferred[Any]:
        return fail(error.ConnectionRefusedError())


class World:
    """Makes sources and keeps what they need."""

    def __init__(self, folder: Path, clock: Clock, here: tuple[IReactorFromThreads, ThreadPool], done: Done) -> None:
        self.folder = folder
        self.clock = clock
        self.reactor, self.pool = here
        self.done = done

    def web(self, server: Server | None, login: tuple[str, str] | None = (USER, PASSWORD)) -> WebService:
        client = Refusing() if server is None else StubTreq(server)  # type: ignore[no-untyped-call] # it has no types
        return WebService(cast(HTTPClient, client), self.clock, "crm", login=login)

    def indexed(self, feed: Feed) -> IndexedSource:
        index = ContactIndex(f"sqlite:///{self.folder / 'index.db'}", MUNICH, self.reactor, pool=self.pool)
        self.done(index.start())
        return IndexedSource(feed, index, self.clock)

    def carddav(self, server: Server | None, password: str = PASSWORD) -> IndexedSource:
        return self.indexed(
            CardDavFeed("https://dav.example.org/book/", self.web(server, (USER, password)), name="crm")
        )

    def tryton(self, server: Server | None, password: str = PASSWORD) -> IndexedSource:
        web = self.web(server, None)
        login = (USER, password)
        return self.indexed(TrytonFeed("https://t.example.org", "db", login, web, name="crm", writes_notes=True))

    def rest(self, server: Server | None, password: str = PASSWORD, **changes: Any) -> HttpSource:  # noqa: ANN401 -- of any template
        options = {
            "lookup": "https://crm.example.org/people?tel={number}",
            "search": "https://crm.example.org/people?n={limit}&q={text}",
            "records": "$.items[*]",
            "log": "https://crm.example.org/calls",
            **changes,
        }
        templates = HttpTemplates(**cast(Any, options))
        fields = FieldMap(fields={"id": "key", "name": "who.full", "company": "firm"}, numbers={"business": "tel"})
        return HttpSource(templates, fields, MUNICH, self.web(server, (USER, password)), name="crm")


def failure(source: Any, clock: Clock, seconds: float = 0.0) -> str:  # noqa: ANN401 -- a source of either kind
    problems: list[Exception] = []
    work = source.refresh() if isinstance(source, IndexedSource) else source.lookup(normalise("0891234567", MUNICH))

    def note(failure: Failure) -> None:
        problems.append(cast(Exception, failure.value))

    Deferred.fromCoroutine(work).addErrback(note)
    if seconds:
        assert not problems
        clock.advance(seconds)
    (problem,) = problems
    assert isinstance(problem, DirectoryError)
    return str(problem)
