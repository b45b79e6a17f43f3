"""Contacts and users of any database SQLAlchemy knows; which ones, the text of the queries says."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from twisted.internet.defer import DeferredLock
from twisted.internet.interfaces import IReactorFromThreads
from twisted.python.threadpool import ThreadPool

from crm_adapter.directory import Activity, Contact, Page
from crm_adapter.errors import DirectoryError, WriteRefused
from crm_adapter.migrations import History, upgrade
from crm_adapter.newnumber import NewNumber
from crm_adapter.sources import records
from crm_adapter.sources.database import Database
from crm_adapter.sources.presets import Queries
from crm_adapter.sources.silence import TimeLimit
from crm_adapter.users import User

Row = dict[str, Any]

ROWS = 2_000
"""Rows fetched at a time."""

NEEDED = ("id",)
"""Columns without which no row is a contact's."""


class SqlFeed:
    """Reads contacts and users by queries.

    :param url: SQLAlchemy URL, for example ``sqlite:////var/lib/csta-gateway/crm.db``.
    :param queries: SQL text; columns are those of :data:`crm_adapter.sources.records.Record`.
    :param calling_code: country of numbers that are stored in parts and say none.
    :param reactor: gives results back from the threads.
    :param name: in logs and matches.
    :param history: whose tables are to be created where they are missing, or brought up to date.
    :param pool: threads to use instead of its own.
    :param limit: how long the database may be silent.
    :param writable: numbers are written, with the statements for that.
    :raises DirectoryError: the URL makes no sense, or its driver is not installed.
    """

    def __init__(
        self,
        url: str,
        queries: Queries,
        calling_code: int,
        reactor: IReactorFromThreads,
        *,
        name: str = "crm",
        history: History | None = None,
        pool: ThreadPool | None = None,
        limit: TimeLimit | None = None,
        writable: bool = False,
    ) -> None:
        self.name = name
        self.number_kinds = queries.number_kinds if writable and queries.add_number else ()
        self._queries = queries
        self._calling_code = calling_code
        self._history = history
        self._preparing = DeferredLock()
        self._database = Database(url, reactor, pool, limit=limit)

    @property
    def takes_calls(self) -> bool:
        """Whether there is a query that writes calls down."""
        return bool(self._queries.log)

    async def changes(self, since: str | None) -> AsyncGenerator[Page, None]:
        """Everything, or contacts changed at or after ``since`` where there is a query for that.

        :raises DirectoryError: the database cannot be used, or the query lacks a column.
        """
        whole = since is None or not self._queries.changed
        query = self._queries.contacts if whole else self._queries.changed
        parameters = {} if whole else {"since": since}
        await self._prepare()
        latest = None if whole else since
        rest: list[Row] = []
        yield Page(whole=whole, token=latest)
        async for rows in self._database.stream(text(query), parameters, ROWS):
            self._check(rows)
            if self._queries.changed:
                latest = max(filter(None, (latest, *map(_moment, rows))), default=None)
            ready, rest = _whole_contacts([*rest, *rows])
            yield self._page(ready, latest)
        if rest:
            yield self._page(rest, latest)

    async def users(self) -> tuple[User, ...]:
        """Every user the query gives.

        :raises DirectoryError: the database cannot be used, or a row makes no sense.
        """
        await self._prepare()
        if not self._queries.users:
            return ()
        return await self._database.run(_users, self._queries.users)

    async def write(self, activity: Activity) -> None:
        """Write down a call with the query for that; one that is there already (a unique key says so) stays as it is.

        :raises DirectoryError: the database cannot be used.
        """
        await self._database.run(_write, self._queries.log, activity)

    @property
    def takes_notes(self) -> bool:
        """Whether there is a query that changes notes."""
        return bool(self._queries.note)

    async def update(self, activity: Activity) -> None:
        """Change note and disposition of a call with the query for that.

        :raises DirectoryError: the database cannot be used.
        """
        await self._database.run(_update, self._queries.note, activity)

    async def add_number(self, contact: Contact, number: NewNumber) -> None:
        """Give a contact a number with the statements for that.

        :raises WriteRefused: the contact is gone, or the database does not take the number.
        :raises DirectoryError: the database cannot be used.
        """
        if not number.is_one_of(contact):
            await self._database.run(_add_number, self._queries.add_number, number.variables(contact))

    def close(self) -> None:
        """Finish the work under way and give back threads and connections."""
        self._database.close()

    async def _prepare(self) -> None:
        async with self._preparing:
            if self._history is not None:
                await self._database.run(upgrade, self._history)
                self._history = None

    def _check(self, rows: Sequence[Row]) -> None:
        missing = [column for column in NEEDED if column not in rows[0]]
        if missing:
            raise DirectoryError(f"source {self.name}: the query for contacts gives no column {', '.join(missing)}")

    def _page(self, rows: Iterable[Row], token: str | None) -> Page:
        here = [row for row in rows if not row.get("deleted")]
        gone = {(str(row.get("kind") or "person"), str(row["id"])) for row in rows if row.get("deleted")}
        return Page(contacts=tuple(records.contacts(here, self._calling_code)), gone=tuple(gone), token=token)


def _whole_contacts(rows: list[Row]) -> tuple[list[Row], list[Row]]:
    """Rows of contacts that are complete, and those of the last one, which may go on."""
    last = (rows[-1].get("kind"), rows[-1]["id"])
    cut = next((at for at in range(len(rows), 0, -1) if (rows[at - 1].get("kind"), rows[at - 1]["id"]) != last), 0)
    return rows[:cut], rows[cut:]


def _moment(row: Row) -> str | None:
    """When a row was changed, as text that compares as time does (ISO 8601)."""
    value = row.get("updated")
    return None if value is None else str(value)


def _users(connection: Connection, query: str) -> tuple[User, ...]:
    return records.users(map(dict, connection.execute(text(query)).mappings()))


def _write(connection: Connection, statement: str, activity: Activity) -> None:
    try:
        with connection.begin_nested():
            connection.execute(text(statement), msgspec.structs.asdict(activity))
    except IntegrityError:  # written before; the attempt that was not answered did arrive
        pass


def _update(connection: Connection, statement: str, activity: Activity) -> None:
    connection.execute(text(statement), msgspec.structs.asdict(activity))


def _add_number(connection: Connection, statements: Sequence[str], values: Mapping[str, str]) -> None:
    """In one transaction with whatever is around it; an error takes all of it back."""
    try:
        changed = sum(connection.execute(text(statement), values).rowcount for statement in statements)
    except DBAPIError as problem:
        if problem.connection_invalidated:
            raise
        raise WriteRefused("refused", f"the database does not take a number: {problem.orig}") from problem
    if not changed:
        raise WriteRefused("gone", "the contact is not in the database any more")
