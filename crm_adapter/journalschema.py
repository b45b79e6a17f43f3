"""The tables of past calls, what stands in them as values, and the way between the two."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from msgspec import Struct
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
    Text,
    UniqueConstraint,
    and_,
    delete,
    or_,
    select,
)

from crm_adapter.calllist import CallEntry
from crm_adapter.callrules import Result
from crm_adapter.numbers import Number
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
    # A clock that is set back may bring an id again; the time tells the calls apart.
    UniqueConstraint("login", "device", "call_id", "began", name="journal_once_per_call"),
    Index("journal_by_login", "login", "began"),
    Index("journal_by_number", "login", "e164"),
    Index("journal_by_extension", "login", "extension"),
)


def _entry_key() -> Column[int]:
    return Column("entry", ForeignKey("journal.id", ondelete="CASCADE"), primary_key=True)


NOTES = Table(
    "journal_notes",
    METADATA,
    _entry_key(),
    Column("note", String(4000), nullable=False),
    Column("disposition", String(80), nullable=False),
)
"""What users write about a call, apart from what the switch told of it."""

MARKS = Table("journal_marks", METADATA, _entry_key(), Column("done", Boolean, nullable=False))
"""Missed calls a user has marked as done, or as not done after all."""

ACTIVITIES = Table(
    "journal_activities",
    METADATA,
    _entry_key(),
    Column("key", String(300), nullable=False, index=True),
    Column("source", String(80), nullable=False),
    Column("activity", Text, nullable=False, comment="JSON; its note stands in journal_notes"),
    Column("state", String(20), nullable=False),
    Column("revision", Integer, nullable=False, comment="counts changes of the note"),
)
"""What the CRM is to have of a call, and whether it has."""

DRAFTS = Table(
    "journal_drafts",
    METADATA,
    Column("login", String(80), primary_key=True),
    Column("device", String(128), primary_key=True),
    Column("call_id", String(128), primary_key=True),
    Column("written", BigInteger, nullable=False, comment="Unix milliseconds"),
    Column("raw", String(250), nullable=False),
    Column("e164", String(16)),
    Column("extension", String(20)),
    Column("note", String(4000), nullable=False),
    Column("disposition", String(80), nullable=False),
    Column("private", Boolean, nullable=False),
)
"""What users write about a call that is not over yet; it moves to the call when it is."""

PARTS = (NOTES, MARKS, ACTIVITIES)
"""Tables with more about a call."""

CrmState = Literal["waiting", "revised", "written", "without_note", "failed"]
"""Whether the CRM has a call: still to be told; still to be told of the note; as it is here; without the note, which it
cannot take later; not at all, though it was told several times."""


class CallNote(Struct, frozen=True, kw_only=True):
    """What a user writes about a call.

    :param disposition: the key the user files it under, for example ``order``; empty for none.
    :param private: with whom the call was is not kept.
    """

    note: str = ""
    disposition: str = ""
    private: bool = False


class JournalEntry(Struct, frozen=True, kw_only=True):
    """A past call.

    :param id: names the entry.
    :param number: the far party.
    :param name: of the far party as it was known then, or None.
    :param internal: the far party was a colleague.
    :param answered_by: who took the call instead, when ``result`` is ``elsewhere``.
    :param began: Unix milliseconds.
    :param duration: seconds connected, 0 when never.
    :param done: a missed call after which the two have talked, whoever called, or that its user has marked.
    :param note: what the user wrote about it.
    :param disposition: the key the user filed it under, for example ``order``; empty for none.
    :param crm: whether the CRM has the call; None when it is none of the CRM's.
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
    crm: CrmState | None = None


WHOLE = (
    select(CALLS, NOTES.c.note, NOTES.c.disposition, MARKS.c.done, ACTIVITIES.c.state)
    .outerjoin(NOTES, NOTES.c.entry == CALLS.c.id)
    .outerjoin(MARKS, MARKS.c.entry == CALLS.c.id)
    .outerjoin(ACTIVITIES, ACTIVITIES.c.entry == CALLS.c.id)
)
"""Calls with all that is known about them."""

FORGOTTEN: Mapping[str, Any] = {"name": None, "company": None, "answered_by": None}


def values_of(login: str, call: CallEntry) -> dict[str, Any]:
    """The row of an ended call."""
    return {
        "login": login,
        "device": call.device,
        "call_id": call.id,
        "began": call.began,
        "direction": call.direction.value,
        **number_values(call.number),
        "name": call.name[:200] if call.name else None,
        "company": call.company[:200] if call.company else None,
        "internal": call.internal,
        "result": call.result,
        "answered_by": call.answered_by[:200] if call.answered_by else None,
        "duration": call.duration or 0,
    }


def number_values(number: Number) -> dict[str, Any]:
    """The columns of a number."""
    return {
        "raw": number.raw[:250],
        "e164": number.e164,
        "extension": number.internal,
        "kind": number.kind,
        "presentation": number.presentation.value,
        "display": number.display[:250],
        "verified": number.verified,
    }


def withheld() -> dict[str, Any]:
    """The columns that say with whom a call was, saying nothing."""
    return {**number_values(Number(presentation=Presentation.RESTRICTED)), **FORGOTTEN}


def same_number(number: Number) -> ColumnElement[bool] | None:
    """Calls with this number; None when it is not known which it is."""
    known = [
        column == value
        for column, value in ((CALLS.c.e164, number.e164), (CALLS.c.extension, number.internal))
        if value is not None
    ]
    if not known and number.raw and number.presentation is Presentation.ALLOWED:
        known = [CALLS.c.raw == number.raw[:250]]
    return or_(*known) if known else None


def entry_of(connection: Connection, row: Row[*tuple[Any, ...]]) -> JournalEntry:
    """The entry of a row of :data:`WHOLE`."""
    number = Number(
        raw=row.raw,
        e164=row.e164,
        internal=row.extension,
        kind=row.kind,
        presentation=Presentation(row.presentation),
        display=row.display,
        verified=row.verified,
    )
    missed = row.result == "missed"
    talked = missed and row.done is None and _talked_later(connection, row.login, number, row.began)
    return JournalEntry(
        id=str(row.id),
        direction=Direction(row.direction),
        number=number,
        name=row.name,
        company=row.company,
        internal=row.internal,
        result=row.result,
        answered_by=row.answered_by,
        began=row.began,
        duration=row.duration,
        done=missed and bool(row.done or talked),
        note=row.note or "",
        disposition=row.disposition or "",
        crm=row.state,
    )


def _talked_later(connection: Connection, login: str, number: Number, began: int) -> bool:
    """Whether a call with the same number, either way, was answered later, or was still going on."""
    same = same_number(number)
    if same is None:
        return False
    until = CALLS.c.began + CALLS.c.duration * 1000
    talked = and_(CALLS.c.login == login, same, until > began, CALLS.c.result == "answered")
    return connection.execute(select(CALLS.c.id).where(talked).limit(1)).first() is not None


def overwrite_what_goes(connection: Connection) -> None:
    """What is deleted or changed from here on is not to be found in the file of a SQLite database any more."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA secure_delete = ON")


def delete_calls(connection: Connection, chosen: ColumnElement[bool]) -> int:
    """Delete calls with all that is known about them; gives how many."""
    for part in PARTS:
        connection.execute(delete(part).where(part.c.entry.in_(select(CALLS.c.id).where(chosen))))
    return connection.execute(delete(CALLS).where(chosen)).rowcount
