"""Contacts and users of the embedded CRM, in any database SQLAlchemy knows."""

from __future__ import annotations

from collections.abc import Callable

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorFromThreads
from twisted.logger import Logger
from twisted.python.threadpool import ThreadPool

from crm_adapter.clock import Clock, Timer
from crm_adapter.directory import Contact, Match
from crm_adapter.errors import DirectoryError
from crm_adapter.location import Location
from crm_adapter.numbers import Number
from crm_adapter.phoneindex import candidates
from crm_adapter.sources import phones, queries
from crm_adapter.sources.database import Database
from crm_adapter.sources.schema import METADATA
from crm_adapter.users import User


class SqlSource:
    """A source on tables of :mod:`crm_adapter.sources.schema`, which it creates where they are missing.

    Numbers may be stored in any writing: an index by E.164 is kept beside them and follows every change.

    :param url: SQLAlchemy URL, for example ``sqlite:////var/lib/csta-gateway/crm.db``.
    :param location: how numbers without country or area are meant.
    :param reactor: gives results back from the threads.
    :param clock: wakes up for the next look at changed numbers.
    :param name: in logs and matches.
    :param refresh_every: seconds between two looks at changed numbers.
    :param pool: threads to use instead of its own.
    :raises DirectoryError: the URL makes no sense, or its driver is not installed.
    """

    log = Logger()

    def __init__(
        self,
        url: str,
        location: Location,
        reactor: IReactorFromThreads,
        clock: Clock,
        *,
        name: str = "crm",
        refresh_every: float = 60.0,
        pool: ThreadPool | None = None,
    ) -> None:
        self.name = name
        self._location = location
        self._clock = clock
        self._refresh_every = refresh_every
        self._database = Database(url, reactor, pool)
        self._listeners: list[Callable[[], None]] = []
        self._timer: Timer | None = None
        self._closed = False

    async def start(self) -> None:
        """Create missing tables and bring the index up to date; from then on it is kept so.

        :raises DirectoryError: the database cannot be used.
        """
        await self._database.run(METADATA.create_all)
        await self.refresh()
        self._schedule()

    def subscribe(self, listener: Callable[[], None]) -> None:
        """Call ``listener`` whenever a number has changed."""
        self._listeners.append(listener)

    async def refresh(self) -> int:
        """Bring the index up to date now; gives how many entries changed.

        :raises DirectoryError: the database cannot be used.
        """
        changed = await self._database.run(phones.drop_stale, self._location)
        while added := await self._database.run(phones.add_missing, self._location):
            changed += added
        if changed:
            for listener in self._listeners:
                listener()
        return changed

    async def lookup(self, number: Number) -> tuple[Match, ...]:
        """Every record with the number, or else with the main number it seems to be an extension of.

        :raises DirectoryError: the database cannot be used.
        """
        keys = candidates(number)
        return await self._database.run(queries.find_matches, keys, self.name) if keys else ()

    async def search(self, text: str, limit: int) -> tuple[Contact, ...]:
        """Contacts by words of name and company or by digits, at most ``limit``, in order of name.

        :raises DirectoryError: the database cannot be used.
        """
        return await self._database.run(queries.search_contacts, text, limit) if text.strip() else ()

    async def users(self) -> tuple[User, ...]:
        """Every user, in order of login.

        :raises DirectoryError: the database cannot be used.
        """
        return await self._database.run(queries.load_users)

    def close(self) -> None:
        """Finish the work under way and give back threads and connections."""
        self._closed = True
        if self._timer is not None and self._timer.active():
            self._timer.cancel()
        self._database.close()

    def _schedule(self) -> None:
        if not self._closed:
            self._timer = self._clock.callLater(self._refresh_every, self._refresh_again)

    def _refresh_again(self) -> None:
        Deferred.fromCoroutine(self._refresh_and_schedule())

    async def _refresh_and_schedule(self) -> None:
        try:
            await self.refresh()
        except DirectoryError as problem:
            if not self._closed:
                self.log.warn("{problem}; the phone index is as it was", problem=problem)
        self._schedule()
