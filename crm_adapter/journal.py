"""The list of past calls of every user, kept whether or not anybody is logged in."""

from __future__ import annotations

from typing import Any

from msgspec import Struct
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Index,
    Integer,
    MetaData,
    Row,
    String,
    Table,
    UniqueConstraint,
    and_,
    insert,
    select,
)
from sqlalchemy.exc import IntegrityError
from twisted.internet.interfaces import IReactorFromThreads
from twisted.python.threadpool import ThreadPool

from crm_adapter.calllist import CallEntry
from crm_adapter.callrules import Result
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


class JournalEntry(Struct, frozen=True, kw_only=True):
    """A past call.

    :param id: names the entry.
    :param number: the far party.
    :param name: of the far party as it was known then, or None.
    :param internal: the far party was a colleague.
    :param answered_by: who took the call instead, when ``result`` is ``elsewhere``.
    :param began: Unix milliseconds.
    :param duration: seconds connected, 0 when never.
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
        """Create the table where it is missing.

        :raises DirectoryError: the database cannot be used.
        """
        await self._database.run(METADATA.create_all)

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

    def close(self) -> None:
        """Finish the writing under way and give back threads and connections."""
        self._database.close()


def _values(login: str, call: CallEntry) -> dict[str, Any]:
    number = call.number
    return {
        "login": login,
        "device": call.device,
        "call_id": call.id,
        "began": call.began,
        "direction": call.direction.value,
        "raw": number.raw[:250],
        "e164": number.e164,
        "extension": number.internal,
        "kind": number.kind,
        "presentation": number.presentation.value,
        "display": number.display[:250],
        "verified": number.verified,
        "name": call.name[:200] if call.name else None,
        "company": call.company[:200] if call.company else None,
        "internal": call.internal,
        "result": call.result,
        "answered_by": call.answered_by[:200] if call.answered_by else None,
        "duration": call.duration or 0,
    }


def _record(connection: Connection, values: dict[str, Any]) -> JournalEntry:
    try:
        with connection.begin_nested():
            connection.execute(insert(CALLS).values(values))
    except IntegrityError:  # told before; the row that is there stands
        pass
    same = [CALLS.c[key] == values[key] for key in ("login", "device", "call_id", "began")]
    return _entry(connection.execute(select(CALLS).where(and_(*same))).one())


def _page(connection: Connection, login: str, before: int | None, missed_only: bool, limit: int) -> JournalPage:
    query = select(CALLS).where(CALLS.c.login == login)
    if before is not None:
        query = query.where(CALLS.c.began < before)
    if missed_only:
        query = query.where(CALLS.c.result == "missed")
    # One more than asked for tells whether there are more.
    rows = connection.execute(query.order_by(CALLS.c.began.desc(), CALLS.c.id.desc()).limit(limit + 1)).all()
    return JournalPage(entries=tuple(_entry(row) for row in rows[:limit]), more=len(rows) > limit)


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
    )
