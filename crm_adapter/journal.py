"""The list of past calls of every user, kept whether or not anybody is logged in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from msgspec import Struct, structs
from sqlalchemy import Connection, Table, and_, delete, insert, or_, select, update
from sqlalchemy.exc import IntegrityError
from twisted.internet.interfaces import IReactorFromThreads
from twisted.python.threadpool import ThreadPool

from crm_adapter import activityqueue, erasure
from crm_adapter.activityqueue import Told
from crm_adapter.calllist import CallEntry
from crm_adapter.erasure import ExportedCall, Subject
from crm_adapter.journalquery import ALL, Wanted, conditions
from crm_adapter.journalschema import (
    ACTIVITIES,
    CALLS,
    DRAFTS,
    MARKS,
    NOTES,
    WHOLE,
    CallNote,
    CrmState,
    JournalEntry,
    entry_of,
    overwrite_what_goes,
    same_number,
    values_of,
    withheld,
)
from crm_adapter.migrations import History, upgrade
from crm_adapter.sources.database import Database

__all__ = ["CallNote", "CrmState", "Journal", "JournalEntry", "JournalPage"]


T = TypeVar("T")


class JournalPage(Struct, frozen=True, kw_only=True):
    """Some entries, newest first, and whether there are older ones."""

    entries: tuple[JournalEntry, ...]
    more: bool


class Draft(Struct, frozen=True, kw_only=True):
    """What a user has written about a call that was not over yet."""

    login: str
    device: str
    raw: str
    note: CallNote


class Journal:
    """Keeps past calls in a database. Every method may fail with ``DirectoryError``.

    :param url: SQLAlchemy URL.
    :param reactor: gives results back from the threads.
    :param pool: threads to use instead of its own.
    :raises DirectoryError: the URL makes no sense, or its driver is not installed.
    """

    def __init__(self, url: str, reactor: IReactorFromThreads, pool: ThreadPool | None = None) -> None:
        self._database = Database(url, reactor, pool)
        self._run_began = 0

    async def start(self) -> None:
        """Create the tables where they are missing, or bring them up to date.

        :raises DirectoryError: the database cannot be used.
        """
        await self._database.run(upgrade, History.JOURNAL)

    async def record(
        self, login: str, call: CallEntry, told: Told | None = None, note: CallNote | None = None
    ) -> JournalEntry:
        """Keep an ended call with what was written about it; the same call told again is kept once.

        :param told: the call for the CRM, kept with it until the CRM has it; not when the user made the call private.
        :raises ValueError: the call is not over.
        """
        if call.result is None:
            raise ValueError(f"call {call.id} at {call.device} is not over yet")
        values = values_of(login, call)
        return await self._database.run(_record, values, told, note or CallNote(), self._run_began)

    async def entries(self, login: str, wanted: Wanted = ALL, limit: int = 50) -> JournalPage:
        """The user's calls that are wanted, newest first; ``before`` the last one begins the next page."""
        return await self._database.run(_page, login, wanted, limit)

    async def entry(self, login: str, entry: str) -> JournalEntry | None:
        """One call of the user, or None when there is no such call."""
        return await self._database.run(_own, login, entry)

    async def entry_of(self, login: str, call_id: str, since: int) -> JournalEntry | None:
        """The user's latest call with this id that began since then (Unix milliseconds), or None."""
        return await self._database.run(_of_call, login, call_id, since)

    async def settled_by(self, login: str, entry: JournalEntry) -> tuple[JournalEntry, ...]:
        """Missed calls of the user that are done because of this talk, newest first."""
        return await self._database.run(_settled, login, entry)

    async def annotate(self, login: str, entry: str, note: str, disposition: str) -> JournalEntry | None:
        """Write a note on the user's call, or another in its place; None when there is no such call."""
        return await self._database.run(_annotate, login, entry, {"note": note, "disposition": disposition})

    async def mark_done(self, login: str, entry: str, done: bool) -> JournalEntry | None:
        """Mark the user's missed call as done, or as not done after all; None when there is no such call."""
        return await self._database.run(_mark, login, entry, done)

    async def make_private(self, login: str, entry: str) -> JournalEntry | None:
        """Keep that there was a call, and forget with whom, for good; None when there is no such call."""
        return await self._database.run(_make_private, login, entry)

    async def draft(self, login: str, call: CallEntry, note: CallNote, now: int) -> None:
        """Keep what a user writes about a call until it is over.

        :param now: Unix milliseconds.
        """
        await self._database.run(_draft, values_of(login, call), note, now, self._run_began)

    async def drop_draft(self, login: str, call: CallEntry) -> None:
        """Forget what was written about a call that is not kept."""
        await self._database.run(_drop_draft, values_of(login, call), self._run_began)

    async def drafts(self, since: int, now: int) -> tuple[Draft, ...]:
        """What was written about calls that were not over when the gateway ended; older ones are deleted.

        :param since: Unix milliseconds.
        :param now: the same; what was written until then is of calls that may have another id from now on.
        """
        self._run_began = now
        return await self._database.run(_drafts, since)

    async def export(self, subject: Subject, form: Callable[[Iterator[ExportedCall]], T]) -> T:
        """Everything that is kept about a user or a number, oldest first.

        :param form: makes something of the calls, in the thread that reads them.
        """
        return await self._database.run(lambda connection: form(erasure.calls(connection, subject)))

    async def count(self, subject: Subject) -> int:
        """How many calls :meth:`purge` would delete."""
        return await self._database.run(erasure.count, subject)

    async def users(self, subject: Subject) -> frozenset[str]:
        """Logins of the users whose calls these are."""
        return await self._database.run(erasure.users, subject)

    async def purge(self, subject: Subject) -> int:
        """Delete calls with all that is known about them; gives how many."""
        count = await self._database.run(erasure.purge, subject)
        if count:
            await self._database.run(erasure.finish)
        return count

    async def told(self, entry: str) -> Told | None:
        """A call as the CRM is to have it now; None when it is not to have it any more."""
        return await self._database.run(activityqueue.load, int(entry))

    async def settle(self, told: Told, state: CrmState) -> None:
        """Note how telling the CRM went."""
        await self._database.run(activityqueue.settle, told, state)

    async def waiting(self) -> tuple[str, ...]:
        """Entries the CRM is still to be told of, oldest first."""
        return await self._database.run(activityqueue.waiting)

    def close(self) -> None:
        """Finish the writing under way and give back threads and connections."""
        self._database.close()


_LONGEST_ID = 19  # digits of a 64-bit integer


def _record(
    connection: Connection, values: dict[str, Any], told: Told | None, note: CallNote, run_began: int
) -> JournalEntry:
    _drop_draft(connection, values, run_began)
    kept = {**values, **withheld()} if note.private else values
    same = and_(*(CALLS.c[key] == values[key] for key in ("login", "device", "call_id", "began")))
    try:
        with connection.begin_nested():
            connection.execute(insert(CALLS).values(kept))
    except IntegrityError:  # told before; the row that is there stands
        return entry_of(connection, connection.execute(WHOLE.where(same)).one())
    key = connection.execute(select(CALLS.c.id).where(same)).scalar_one()
    if note.private:
        return entry_of(connection, connection.execute(WHOLE.where(same)).one())
    if told is not None:
        activityqueue.keep(connection, key, told)
    if note.note or note.disposition:
        connection.execute(insert(NOTES).values(entry=key, note=note.note, disposition=note.disposition))
    return entry_of(connection, connection.execute(WHOLE.where(same)).one())


def _page(connection: Connection, login: str, wanted: Wanted, limit: int) -> JournalPage:
    query = WHOLE.where(CALLS.c.login == login, *conditions(wanted))
    # One more than asked for tells whether there are more.
    rows = connection.execute(query.order_by(CALLS.c.began.desc(), CALLS.c.id.desc()).limit(limit + 1)).all()
    return JournalPage(entries=tuple(entry_of(connection, row) for row in rows[:limit]), more=len(rows) > limit)


def _of_call(connection: Connection, login: str, call_id: str, since: int) -> JournalEntry | None:
    query = WHOLE.where(CALLS.c.login == login, CALLS.c.call_id == call_id, CALLS.c.began >= since)
    row = connection.execute(query.order_by(CALLS.c.began.desc()).limit(1)).one_or_none()
    return None if row is None else entry_of(connection, row)


def _settled(connection: Connection, login: str, entry: JournalEntry) -> tuple[JournalEntry, ...]:
    same = same_number(entry.number)
    if entry.result != "answered" or same is None:
        return ()
    missed = WHOLE.where(CALLS.c.login == login, same, CALLS.c.result == "missed", CALLS.c.began < entry.began)
    rows = connection.execute(missed.order_by(CALLS.c.began.desc()).limit(_MOST_SETTLED)).all()
    return tuple(each for row in rows if (each := entry_of(connection, row)).done)


_MOST_SETTLED = 20  # calls a page is told of at once; it asks for older ones itself


def _annotate(connection: Connection, login: str, entry: str, written: dict[str, str]) -> JournalEntry | None:
    found = _own(connection, login, entry)
    if found is None:
        return None
    if (found.note, found.disposition) == (written["note"], written["disposition"]):
        return found
    _put(connection, NOTES, int(entry), written)
    activityqueue.revise(connection, int(entry))
    return _own(connection, login, entry)


def _mark(connection: Connection, login: str, entry: str, done: bool) -> JournalEntry | None:
    found = _own(connection, login, entry)
    if found is None or found.result != "missed":
        return found
    _put(connection, MARKS, int(entry), {"done": done})
    return _own(connection, login, entry)


def _put(connection: Connection, part: Table, entry: int, values: dict[str, Any]) -> None:
    if connection.execute(update(part).where(part.c.entry == entry).values(values)).rowcount == 0:
        connection.execute(insert(part).values(entry=entry, **values))


def _make_private(connection: Connection, login: str, entry: str) -> JournalEntry | None:
    if _own(connection, login, entry) is None:
        return None
    overwrite_what_goes(connection)
    connection.execute(update(CALLS).where(CALLS.c.id == int(entry)).values(withheld()))
    for part in (NOTES, ACTIVITIES):
        connection.execute(delete(part).where(part.c.entry == int(entry)))
    return _own(connection, login, entry)


def _own(connection: Connection, login: str, entry: str) -> JournalEntry | None:
    if not (entry.isascii() and entry.isdecimal() and len(entry) < _LONGEST_ID):
        return None
    row = connection.execute(WHOLE.where(CALLS.c.id == int(entry), CALLS.c.login == login)).one_or_none()
    return None if row is None else entry_of(connection, row)


def _draft(connection: Connection, values: dict[str, Any], note: CallNote, now: int, run_began: int) -> None:
    _drop_draft(connection, values, run_began)
    row = {key: values[key] for key in ("login", "device", "call_id", "raw", "e164", "extension")}
    connection.execute(insert(DRAFTS).values(written=now, **row, **structs.asdict(note)))


def _drop_draft(connection: Connection, values: dict[str, Any], run_began: int) -> None:
    """Of one call, whose number may have changed, or whose id, by a restart; others of its number keep theirs."""
    here = (DRAFTS.c.login == values["login"], DRAFTS.c.device == values["device"])
    before = and_(DRAFTS.c.raw == values["raw"], DRAFTS.c.written <= run_began)
    connection.execute(delete(DRAFTS).where(*here, or_(DRAFTS.c.call_id == values["call_id"], before)))


def _drafts(connection: Connection, since: int) -> tuple[Draft, ...]:
    connection.execute(delete(DRAFTS).where(DRAFTS.c.written < since))
    return tuple(
        Draft(
            login=row.login,
            device=row.device,
            raw=row.raw,
            note=CallNote(note=row.note, disposition=row.disposition, private=row.private),
        )
        for row in connection.execute(select(DRAFTS))
    )
