"""All that is kept about a user or a number: given out, and deleted (GDPR Art. 15 and 17)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec import Struct
from sqlalchemy import ColumnElement, Connection, Row, Table, and_, delete, func, or_, select

from crm_adapter.journalschema import CALLS, DRAFTS, WHOLE, CrmState, delete_calls, entry_of, overwrite_what_goes
from crm_adapter.numberset import NumberSet


class Subject(Struct, frozen=True, kw_only=True):
    """Whose calls: a user's, those with some numbers, older ones, or those to which all of this applies.

    :param before: only calls that began before that (Unix milliseconds).
    """

    login: str | None = None
    numbers: NumberSet | None = None
    before: int | None = None

    def __post_init__(self) -> None:
        """Nobody means all calls by saying nothing."""
        if self.login is None and self.numbers is None and self.before is None:
            raise ValueError("which calls: of a user, with a number, or before a time")


class ExportedCall(Struct, frozen=True, kw_only=True):
    """A past call with all that is kept about it, as it is given out.

    :param user: whose call it was.
    :param began: Unix milliseconds.
    :param duration: seconds connected.
    :param number: as people write it; empty when it was withheld or the user has made the call private.
    :param raw: as the switch told it.
    :param crm: whether the CRM has the call.
    """

    user: str
    device: str
    began: int
    duration: int
    direction: str
    result: str
    number: str
    e164: str | None
    raw: str
    name: str | None
    company: str | None
    internal: bool
    answered_by: str | None
    done: bool
    note: str
    disposition: str
    crm: CrmState | None


def calls(connection: Connection, subject: Subject) -> Iterator[ExportedCall]:
    """The calls of a subject, oldest first."""
    chosen = WHOLE.where(_condition(connection, CALLS, subject)).order_by(CALLS.c.began, CALLS.c.id)
    for row in connection.execute(chosen).all():
        yield _exported(connection, row)


def count(connection: Connection, subject: Subject) -> int:
    """How many calls there are."""
    chosen = select(func.count()).select_from(CALLS).where(_condition(connection, CALLS, subject))
    return int(connection.execute(chosen).scalar_one())


def users(connection: Connection, subject: Subject) -> frozenset[str]:
    """Logins of the users whose calls these are."""
    chosen = select(CALLS.c.login).where(_condition(connection, CALLS, subject)).distinct()
    return frozenset(connection.execute(chosen).scalars())


def purge(connection: Connection, subject: Subject) -> int:
    """Delete calls with notes, marks and what the CRM is still to be told, and notes of calls not yet over.

    What is already in the CRM stays there.

    :return: how many calls.
    """
    overwrite_what_goes(connection)
    connection.execute(delete(DRAFTS).where(_condition(connection, DRAFTS, subject)))
    return delete_calls(connection, _condition(connection, CALLS, subject))


def finish(connection: Connection) -> None:
    """Bring a purge out of SQLite's write-ahead log into the file, as far as nobody is reading now."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")


MOMENTS = {CALLS.name: CALLS.c.began, DRAFTS.name: DRAFTS.c.written}
"""When a row came about."""


def _condition(connection: Connection, table: Table, subject: Subject) -> ColumnElement[bool]:
    conditions: list[ColumnElement[bool]] = []
    if subject.login is not None:
        conditions.append(table.c.login == subject.login)
    if subject.numbers is not None:
        conditions.append(_with_number(connection, table, subject.numbers))
    if subject.before is not None:
        conditions.append(MOMENTS[table.name] < subject.before)
    return and_(*conditions)


def _with_number(connection: Connection, table: Table, numbers: NumberSet) -> ColumnElement[bool]:
    """Rows with a number, also those whose number was not understood when it came."""
    not_understood = and_(table.c.e164.is_(None), table.c.extension.is_(None))
    texts = connection.execute(select(table.c.raw).where(not_understood).distinct()).scalars()
    return or_(
        table.c.e164.in_(numbers.e164s),
        table.c.extension.in_(numbers.extensions),
        and_(not_understood, table.c.raw.in_([text for text in texts if numbers.spells(text)])),
    )


def _exported(connection: Connection, row: Row[*tuple[Any, ...]]) -> ExportedCall:
    entry = entry_of(connection, row)
    return ExportedCall(
        user=row.login,
        device=row.device,
        began=entry.began,
        duration=entry.duration,
        direction=entry.direction.value,
        result=entry.result,
        number=entry.number.display,
        e164=entry.number.e164,
        raw=entry.number.raw,
        name=entry.name,
        company=entry.company,
        internal=entry.internal,
        answered_by=entry.answered_by,
        done=entry.done,
        note=entry.note,
        disposition=entry.disposition,
        crm=entry.crm,
    )
