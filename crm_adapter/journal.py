"""The list of past calls of every user, kept whether or not anybody is logged in."""

from __future__ import annotations

from typing import Any

from msgspec import Struct, structs
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Connection,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Row,
    String,
    Table,
    UniqueConstraint,
    and_,
    delete,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError
from twisted.internet.interfaces import IReactorFromThreads
from twisted.python.threadpool import ThreadPool

from crm_adapter.calllist import CallEntry
from crm_adapter.callrules import Result
from crm_adapter.migrations import History, upgrade
from crm_adapter.numbers import Number
from crm_adapter.sources.database import Database
from csta.model.call import Direction, Presentation

METADATA = MetaData()

CALLS = Table(
    "journal",
    METADATA,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("login", String(80), nullable=False),
    Column("device", String(128), nullable=False),
    Column("call_id", String(128), nullable=False),
    Column("began", BigInteger, nullable=False, comment="Unix milliseconds"),
    Column("direction", String(10), nullable=False),
    Column("raw", String(250), nullable=False),
    Column("e164", String(16)),
    Column("extension", String(20)),
    Column("kind", String(20), nullable=False),
    Column("presentation", String(20), nullable=False),
    Column("display", String(250), nullable=False),
    Column("verified", Boolean, nullable=False),
    Column("name", String(200)),
    Column("company", String(200)),
    Column("internal", Boolean, nullable=False, comment="the far party was a colleague"),
    Column("result", String(20), nullable=False),
    Column("answered_by", String(200)),
    Column("duration", Integer, nullable=False, comment="seconds connected"),
    # Sources of calls count their call ids from the beginning after a restart; the time tells them apart.
    UniqueConstraint("login", "device", "call_id", "began", name="journal_once_per_call"),
    Index("journal_by_login", "login", "began"),
)


NOTES = Table(
    "journal_notes",
    METADATA,
    Column("entry", ForeignKey("journal.id", ondelete="CASCADE"), primary_key=True),
    Column("note", String(4000), nullable=False),
    Column("disposition", String(80), nullable=False),
)
"""What users write about a call, apart from what the switch told of it."""


class JournalEntry(Struct, frozen=True, kw_only=True):
    """A past call.

    :param id: names the entry.
    :param number: the far party.
    :param name: of the far party as it was known then, or None.
    :param internal: the far party was a colleague.
    :param answered_by: who took the call instead, when ``result`` is ``elsewhere``.
    :param began: Unix milliseconds.
    :param duration: seconds connected, 0 when never.
    :param done: a missed call after which the two have talked, whoever called.
    :param note: what the user wrote about it.
    :param disposition: the key the user filed it under, for example ``sold``; empty for none.
    """

    id: str
    direction: Direction
    number: Number
    name: str | None = None
    company: str | None = None
    internal: bool = False
    result: Result
    answered_by: str | None = None
    began: int
    duration: int = 0
    done: bool = False
    note: str = ""
    disposition: str = ""


class JournalPage(Struct, frozen=True, kw_only=True):
    """Some entries, newest first, and whether there are older ones."""

    entries: tuple[JournalEntry, ...]
    more: bool


class Journal:
    """Keeps past calls in a database.

    :param url: SQLAlchemy URL.
    :param reactor: gives results back from the threads.
    :param pool: threads to use instead of its own.
    :raises DirectoryError: the URL makes no sense, or its driver is not installed.
    """

    def __init__(self, url: str, reactor: IReactorFromThreads, pool: ThreadPool | None = None) -> None:
        self._database = Database(url, reactor, pool)

    async def start(self) -> None:
        """Create the tables where they are missing, or bring them up to date.

        :raises DirectoryError: the database cannot be used.
        """
        await self._database.run(upgrade, History.JOURNAL)

    async def record(self, login: str, call: CallEntry) -> JournalEntry:
        """Keep an ended call; the same call told again is kept once.

        :raises DirectoryError: the database cannot be used.
        :raises ValueError: the call is not over.
        """
        if call.result is None:
            raise ValueError(f"call {call.id} at {call.device} is not over yet")
        return await self._database.run(_record, _values(login, call))

    async def entries(
        self, login: str, before: int | None = None, missed_only: bool = False, limit: int = 50
    ) -> JournalPage:
        """The user's calls, newest first.

        :param before: only calls that began before that (Unix milliseconds).
        :raises DirectoryError: the database cannot be used.
        """
        return await self._database.run(_page, login, before, missed_only, limit)

    async def annotate(self, login: str, entry: str, note: str, disposition: str) -> JournalEntry | None:
        """Write a note on the user's call, or another in its place; None when there is no such call.

        :raises DirectoryError: the database cannot be used.
        """
        return await self._database.run(_annotate, login, entry, {"note": note, "disposition": disposition})

    async def make_private(self, login: str, entry: str) -> JournalEntry | None:
        """Keep that there was a call, and forget with whom, for good; None when there is no such call.

        :raises DirectoryError: the database cannot be used.
        """
        return await self._database.run(_make_private, login, entry)

    async def export(self, *, login: str | None = None, e164: str | None = None) -> tuple[JournalEntry, ...]:
        """Everything that is kept about a user or a number, oldest first.

        :raises DirectoryError: the database cannot be used.
        """
        return await self._database.run(_export, _chosen(login, e164, None))

    async def purge(self, *, login: str | None = None, e164: str | None = None, before: int | None = None) -> int:
        """Delete calls with their notes: of a user, with a number, older ones, or those to which all of this applies.

        :param before: Unix milliseconds.
        :return: how many.
        :raises DirectoryError: the database cannot be used.
        :raises ValueError: nothing says which calls.
        """
        return await self._database.run(_purge, _chosen(login, e164, before))

    def close(self) -> None:
        """Finish the writing under way and give back threads and connections."""
        self._database.close()


_WITH_NOTES = select(CALLS, NOTES.c.note, NOTES.c.disposition).outerjoin(NOTES)
_LONGEST_ID = 19  # digits of a 64-bit integer


def _values(login: str, call: CallEntry) -> dict[str, Any]:
    return {
        "login": login,
        "device": call.device,
        "call_id": call.id,
        "began": call.began,
        "direction": call.direction.value,
        **_number_values(call.number),
        "name": call.name[:200] if call.name else None,
        "company": call.company[:200] if call.company else None,
        "internal": call.internal,
        "result": call.result,
        "answered_by": call.answered_by[:200] if call.answered_by else None,
        "duration": call.duration or 0,
    }


def _number_values(number: Number) -> dict[str, Any]:
    return {
        "raw": number.raw[:250],
        "e164": number.e164,
        "extension": number.internal,
        "kind": number.kind,
        "presentation": number.presentation.value,
        "display": number.display[:250],
        "verified": number.verified,
    }


def _record(connection: Connection, values: dict[str, Any]) -> JournalEntry:
    try:
        with connection.begin_nested():
            connection.execute(insert(CALLS).values(values))
    except IntegrityError:  # told before; the row that is there stands
        pass
    same = [CALLS.c[key] == values[key] for key in ("login", "device", "call_id", "began")]
    return _entry(connection.execute(_WITH_NOTES.where(and_(*same))).one())


def _page(connection: Connection, login: str, before: int | None, missed_only: bool, limit: int) -> JournalPage:
    query = _WITH_NOTES.where(CALLS.c.login == login)
    if before is not None:
        query = query.where(CALLS.c.began < before)
    if missed_only:
        query = query.where(CALLS.c.result == "missed")
    # One more than asked for tells whether there are more.
    rows = connection.execute(query.order_by(CALLS.c.began.desc(), CALLS.c.id.desc()).limit(limit + 1)).all()
    entries = tuple(_done(connection, login, _entry(row)) for row in rows[:limit])
    return JournalPage(entries=entries, more=len(rows) > limit)


def _done(connection: Connection, login: str, entry: JournalEntry) -> JournalEntry:
    """A missed call is done when a later one with the same number, either way, was answered."""
    number = entry.number
    if entry.result != "missed" or not (number.e164 or number.internal):
        return entry
    same = CALLS.c.e164 == number.e164 if number.e164 else CALLS.c.extension == number.internal
    talked = and_(CALLS.c.login == login, same, CALLS.c.began > entry.began, CALLS.c.result == "answered")
    return structs.replace(
        entry, done=connection.execute(select(CALLS.c.id).where(talked).limit(1)).first() is not None
    )


def _annotate(connection: Connection, login: str, entry: str, written: dict[str, str]) -> JournalEntry | None:
    found = _own(connection, login, entry)
    if found is None:
        return None
    key = int(entry)
    if connection.execute(update(NOTES).where(NOTES.c.entry == key).values(written)).rowcount == 0:
        connection.execute(insert(NOTES).values(entry=key, **written))
    return structs.replace(found, **written)


def _make_private(connection: Connection, login: str, entry: str) -> JournalEntry | None:
    if _own(connection, login, entry) is None:
        return None
    withheld = Number(presentation=Presentation.RESTRICTED)
    forgotten = {**_number_values(withheld), "name": None, "company": None, "answered_by": None}
    connection.execute(update(CALLS).where(CALLS.c.id == int(entry)).values(forgotten))
    connection.execute(delete(NOTES).where(NOTES.c.entry == int(entry)))
    return _own(connection, login, entry)


def _own(connection: Connection, login: str, entry: str) -> JournalEntry | None:
    if not (entry.isascii() and entry.isdecimal() and len(entry) < _LONGEST_ID):
        return None
    row = connection.execute(_WITH_NOTES.where(CALLS.c.id == int(entry), CALLS.c.login == login)).one_or_none()
    return None if row is None else _done(connection, login, _entry(row))


def _chosen(login: str | None, e164: str | None, before: int | None) -> ColumnElement[bool]:
    conditions: list[ColumnElement[bool]] = []
    if login is not None:
        conditions.append(CALLS.c.login == login)
    if e164 is not None:
        conditions.append(or_(CALLS.c.e164 == e164, CALLS.c.extension == e164))
    if before is not None:
        conditions.append(CALLS.c.began < before)
    if not conditions:
        raise ValueError("which calls: of a user, with a number, or before a time")
    return and_(*conditions)


def _export(connection: Connection, chosen: ColumnElement[bool]) -> tuple[JournalEntry, ...]:
    return tuple(map(_entry, connection.execute(_WITH_NOTES.where(chosen).order_by(CALLS.c.began, CALLS.c.id))))


def _purge(connection: Connection, chosen: ColumnElement[bool]) -> int:
    connection.execute(delete(NOTES).where(NOTES.c.entry.in_(select(CALLS.c.id).where(chosen))))
    return connection.execute(delete(CALLS).where(chosen)).rowcount


def _entry(row: Row[*tuple[Any, ...]]) -> JournalEntry:
    return JournalEntry(
        id=str(row.id),
        direction=Direction(row.direction),
        number=Number(
            raw=row.raw,
            e164=row.e164,
            internal=row.extension,
            kind=row.kind,
            presentation=Presentation(row.presentation),
            display=row.display,
            verified=row.verified,
        ),
        name=row.name,
        company=row.company,
        internal=row.internal,
        result=row.result,
        answered_by=row.answered_by,
        began=row.began,
        duration=row.duration,
        note=row.note or "",
        disposition=row.disposition or "",
    )
