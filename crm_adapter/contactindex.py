"""The copy of every source's contacts in which callers are looked up: a database with an index by E.164."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing

from twisted.internet.defer import DeferredLock
from twisted.internet.interfaces import IReactorFromThreads
from twisted.python.threadpool import ThreadPool

from crm_adapter import indexqueries, indexwriting
from crm_adapter.directory import Contact, LabelledNumber, Match, Page
from crm_adapter.location import Location
from crm_adapter.migrations import History, upgrade
from crm_adapter.numbers import Number
from crm_adapter.phoneindex import candidates, tail
from crm_adapter.sources.database import Database


class ContactIndex:
    """Contacts of all sources that are copied. Every method may fail with ``DirectoryError``.

    :param url: SQLAlchemy URL; a SQLite file by itself is enough, whatever is in it can be read anew from the sources.
    :param location: how numbers without country or area are meant. With another one the sources are read again.
    :param reactor: gives results back from the threads.
    :param uncertain: a number nobody has is also looked for by its last nine digits; such matches are marked.
    :param pool: threads to use instead of its own.
    :raises DirectoryError: the URL makes no sense, or its driver is not installed.
    """

    def __init__(
        self,
        url: str,
        location: Location,
        reactor: IReactorFromThreads,
        *,
        uncertain: bool = False,
        pool: ThreadPool | None = None,
    ) -> None:
        self._database = Database(url, reactor, pool)
        self._rules = indexwriting.Rules(location, uncertain)
        # SQLite knows one writer: a second one would be turned away, not queued, when both have read before.
        self._writer = DeferredLock()

    async def start(self) -> None:
        """Create the tables where they are missing, or bring them up to date."""
        await self._database.run(upgrade, History.INDEX)

    async def token(self, source: str) -> str | None:
        """Where reading a source goes on, or None when all of it has to be read."""
        async with self._writer:
            return await self._database.run(indexwriting.token_of, source, self._rules)

    async def take(self, source: str, pages: AsyncGenerator[Page, None]) -> int:
        """Index what a source gives, page by page; gives how many contacts changed.

        Callers are found in the new pages while the rest is still being read. An error leaves what was read until then.
        """
        changed, kept, whole, token = 0, set[int](), False, None
        async with aclosing(pages):
            async for page in pages:
                whole, token = whole or page.whole, page.token
                async with self._writer:
                    changed += await self._database.run(indexwriting.remove, source, page.gone)
                    rows, different = await self._database.run(indexwriting.put, source, self._rules, page.contacts)
                changed += different
                if whole:
                    kept |= rows
        async with self._writer:
            if whole:
                changed += await self._database.run(indexwriting.sweep, source, kept)
            if token is not None or whole:
                await self._database.run(indexwriting.set_token, source, token)
        return changed

    async def lookup(self, source: str, number: Number) -> tuple[Match, ...]:
        """Every contact of a source with the number, or else with the main number it seems to be an extension of."""
        keys = candidates(number)
        if not keys:
            return ()
        last = tail(keys[0].e164) if self._rules.uncertain else None
        return await self._database.run(indexqueries.find_matches, source, keys, last)

    async def search(self, source: str, text: str, limit: int) -> tuple[Contact, ...]:
        """Contacts by words of name and company or by digits, at most ``limit``, in order of name."""
        return await self._database.run(indexqueries.search_contacts, source, text, limit) if text.strip() else ()

    async def contact(self, source: str, kind: str, record_id: str) -> Contact | None:
        """A contact of a source, or None."""
        return await self._database.run(indexqueries.contact_of, source, kind, record_id)

    async def add_number(self, source: str, contact: Contact, number: LabelledNumber) -> None:
        """Index one more number of a contact, until the source gives the contact anew."""
        async with self._writer:
            await self._database.run(indexwriting.add_number, source, self._rules, contact, number)

    def close(self) -> None:
        """Finish the work under way and give back threads and connections."""
        self._database.close()
