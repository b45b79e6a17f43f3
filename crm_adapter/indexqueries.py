"""What is asked of the contact index. Every function takes a connection and blocks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, case, exists, func, or_, select

from crm_adapter.directory import Certainty, Contact, LabelledNumber, Match
from crm_adapter.indexschema import CONTACTS, NUMBERS
from crm_adapter.phoneindex import Candidate

AnyRow = Row[*tuple[Any, ...]]

MOST_MATCHES = 50
"""Records shown for one number; a number more records have says nothing about who is calling."""

LONGEST_SEARCH = 100
"""Characters of a search text that are looked at."""

SHORTEST_DIGITS = 3
"""Digits from which a search text is also looked for in numbers."""


_OF_SOURCE = func.coalesce(CONTACTS.c.source, "")
"""The source of a contact, as something no index helps with: SQLite knows nothing of how many contacts a source has,
and would go through all of them instead of asking the few owners of a number where they come from."""


def find_matches(connection: Connection, source: str, keys: Sequence[Candidate], tail: str | None) -> tuple[Match, ...]:
    """Contacts with the caller's number; when there is none, with the nearest main number, and at last by the tail."""
    distance = {each.e164: each.extension_digits for each in keys}
    # A number without its last digits is only somebody's main number if it belongs to a company or was written as one.
    counts = or_(NUMBERS.c.e164 == keys[0].e164, NUMBERS.c.main, CONTACTS.c.kind == "company")
    nearest_first = case(distance, value=NUMBERS.c.e164)  # a crowd at the main number must not hide who has this one
    found = _owners(source, nearest_first).where(NUMBERS.c.e164.in_(list(distance)), counts)
    hits = connection.execute(found).all()
    nearest = min((distance[row.e164] for row in hits), default=0)
    if hits or tail is None:
        certainty: Certainty = "main_number" if nearest else "exact"
        return _matches((row for row in hits if distance[row.e164] == nearest), source, certainty)
    return _matches(connection.execute(_owners(source).where(NUMBERS.c.tail == tail)), source, "uncertain")


def _owners(source: str, *first: ColumnElement[Any]) -> Select[*tuple[Any, ...]]:
    return (
        select(CONTACTS, NUMBERS.c.e164, NUMBERS.c.main)
        .join(NUMBERS, NUMBERS.c.contact_id == CONTACTS.c.id)
        .where(_OF_SOURCE == source)
        .order_by(*first, CONTACTS.c.name, CONTACTS.c.company, CONTACTS.c.id)
        .limit(MOST_MATCHES)
    )


def _matches(rows: Any, source: str, certainty: Certainty) -> tuple[Match, ...]:  # noqa: ANN401 -- rows of any query
    return tuple(
        Match(
            kind=row.kind,
            record_id=row.record_id,
            name=row.name,
            company=row.company,
            person_id=row.person_id,
            company_id=row.company_id,
            certainty=certainty,
            source=source,
        )
        for row in rows
    )


def search_contacts(connection: Connection, source: str, text: str, limit: int) -> tuple[Contact, ...]:
    """Contacts with every word of ``text`` in their name or company, or its digits in a number."""
    text = text[:LONGEST_SEARCH]
    found = select(CONTACTS).where(CONTACTS.c.source == source, or_(_has_words(text), *_has_digits(text)))
    rows = connection.execute(found.order_by(CONTACTS.c.name, CONTACTS.c.kind, CONTACTS.c.id).limit(limit)).all()
    numbers = _numbers(connection, [row.id for row in rows])
    return tuple(_contact(row, numbers.get(row.id, ())) for row in rows)


def contact_of(connection: Connection, source: str, kind: str, record_id: str) -> Contact | None:
    """The contact with a key, or None."""
    key = (CONTACTS.c.source == source, CONTACTS.c.kind == kind, CONTACTS.c.record_id == record_id)
    row = connection.execute(select(CONTACTS).where(*key)).one_or_none()
    return None if row is None else _contact(row, _numbers(connection, [row.id]).get(row.id, ()))


def _has_words(text: str) -> ColumnElement[bool]:
    whole = func.coalesce(CONTACTS.c.name + " " + CONTACTS.c.company, CONTACTS.c.name)
    return and_(*(whole.icontains(word, autoescape=True) for word in text.split()))


def _has_digits(text: str) -> list[ColumnElement[bool]]:
    digits = "".join(character for character in text if character in "0123456789").lstrip("0")
    if len(digits) < SHORTEST_DIGITS:
        return []
    return [exists().where(and_(NUMBERS.c.contact_id == CONTACTS.c.id, NUMBERS.c.e164.contains(digits)))]


def _numbers(connection: Connection, contacts: Sequence[int]) -> dict[int, tuple[LabelledNumber, ...]]:
    found: defaultdict[int, list[LabelledNumber]] = defaultdict(list)
    for row in connection.execute(select(NUMBERS).where(NUMBERS.c.contact_id.in_(contacts)).order_by(NUMBERS.c.id)):
        found[row.contact_id].append(LabelledNumber(label=row.label, raw=row.raw))
    return {key: tuple(numbers) for key, numbers in found.items()}


def _contact(row: AnyRow, numbers: tuple[LabelledNumber, ...]) -> Contact:
    return Contact(
        kind=row.kind,
        record_id=row.record_id,
        name=row.name,
        company=row.company,
        person_id=row.person_id,
        company_id=row.company_id,
        numbers=numbers,
    )
