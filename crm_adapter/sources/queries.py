"""What is asked of the embedded CRM's tables. Every function takes a connection and blocks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Connection,
    Row,
    Select,
    and_,
    exists,
    func,
    literal,
    or_,
    select,
    union_all,
)

from crm_adapter.directory import Contact, LabelledNumber, Match
from crm_adapter.phoneindex import Candidate
from crm_adapter.sources.schema import COMPANIES, PEOPLE, PHONE_INDEX, PHONES, USER_DEVICES, USERS
from crm_adapter.users import User

AnyRow = Row[*tuple[Any, ...]]

MOST_MATCHES = 50
"""Records shown for one number; a number more records have says nothing about who is calling."""

LONGEST_SEARCH = 100
"""Characters of a search text that are looked at."""

SHORTEST_DIGITS = 3
"""Digits from which a search text is also looked for in numbers."""


def find_matches(connection: Connection, candidates: Sequence[Candidate], source: str) -> tuple[Match, ...]:
    """Records with the caller's number; when there is none, those with the nearest main number."""
    distance = {each.e164: each.extension_digits for each in candidates}
    # A number without its last digits is only somebody's main number if it belongs to a company or was written as one.
    hits = [
        row
        for row in connection.execute(_owners(list(distance)))
        if not distance[row.e164] or row.main or row.is_company
    ]
    nearest = min((distance[row.e164] for row in hits), default=0)
    return tuple(_match(row, source, exact=not nearest) for row in hits if distance[row.e164] == nearest)


def _owners(numbers: Sequence[str]) -> Select[*tuple[Any, ...]]:
    return (
        select(
            PHONE_INDEX.c.e164,
            PHONE_INDEX.c.main,
            PHONES.c.person_id.is_(None).label("is_company"),
            PHONES.c.person_id,
            PEOPLE.c.name.label("person"),
            COMPANIES.c.id.label("company_id"),
            COMPANIES.c.name.label("company"),
        )
        .join(PHONES, and_(PHONES.c.id == PHONE_INDEX.c.phone_id, PHONES.c.raw == PHONE_INDEX.c.raw))
        .outerjoin(PEOPLE, PEOPLE.c.id == PHONES.c.person_id)
        .outerjoin(COMPANIES, COMPANIES.c.id == func.coalesce(PHONES.c.company_id, PEOPLE.c.company_id))
        .where(PHONE_INDEX.c.e164.in_(numbers))
        .order_by(PEOPLE.c.name, COMPANIES.c.name, PHONES.c.id)
        .limit(MOST_MATCHES)
    )


def _match(row: AnyRow, source: str, *, exact: bool) -> Match:
    return Match(
        kind="company" if row.is_company else "person",
        record_id=str(row.company_id if row.is_company else row.person_id),
        name=row.company if row.is_company else row.person,
        company=None if row.is_company else row.company,
        person_id=_id(row.person_id),
        company_id=_id(row.company_id),
        certainty="exact" if exact else "main_number",
        source=source,
    )


def search_contacts(connection: Connection, text: str, limit: int) -> tuple[Contact, ...]:
    """Contacts with every word of ``text`` in their name or company, or its digits in a number."""
    rows = connection.execute(_contacts(text[:LONGEST_SEARCH]).order_by("name", "kind", "id").limit(limit)).all()
    people = _numbers(connection, PHONES.c.person_id, [row.id for row in rows if row.kind == "person"])
    companies = _numbers(connection, PHONES.c.company_id, [row.id for row in rows if row.kind == "company"])
    return tuple(_contact(row, (people if row.kind == "person" else companies).get(row.id, ())) for row in rows)


def _contacts(text: str) -> CompoundSelect[*tuple[Any, ...]]:
    people = (
        select(
            literal("person").label("kind"),
            PEOPLE.c.id.label("id"),
            PEOPLE.c.name.label("name"),
            COMPANIES.c.name.label("company"),
            COMPANIES.c.id.label("company_id"),
        )
        .outerjoin(COMPANIES, COMPANIES.c.id == PEOPLE.c.company_id)
        .where(
            or_(
                _has_words(func.coalesce(PEOPLE.c.name + " " + COMPANIES.c.name, PEOPLE.c.name), text),
                _has_number(PHONES.c.person_id == PEOPLE.c.id, text),
            )
        )
    )
    companies = select(literal("company"), COMPANIES.c.id, COMPANIES.c.name, literal(None), COMPANIES.c.id).where(
        or_(_has_words(COMPANIES.c.name, text), _has_number(PHONES.c.company_id == COMPANIES.c.id, text))
    )
    return union_all(people, companies)


def _has_words(column: ColumnElement[str], text: str) -> ColumnElement[bool]:
    return and_(*(column.icontains(word, autoescape=True) for word in text.split()))


def _has_number(owner: ColumnElement[bool], text: str) -> ColumnElement[bool]:
    digits = "".join(character for character in text if character in "0123456789").lstrip("0")
    if len(digits) < SHORTEST_DIGITS:
        return literal(False)
    return exists().where(and_(owner, PHONES.c.id == PHONE_INDEX.c.phone_id, PHONE_INDEX.c.e164.contains(digits)))


def _numbers(
    connection: Connection, owner: ColumnElement[Any], ids: Sequence[int]
) -> dict[int, tuple[LabelledNumber, ...]]:
    found: defaultdict[int, list[LabelledNumber]] = defaultdict(list)
    for key, label, raw in connection.execute(
        select(owner, PHONES.c.label, PHONES.c.raw).where(owner.in_(ids)).order_by(PHONES.c.id)
    ):
        found[key].append(LabelledNumber(label=label, raw=raw))
    return {key: tuple(numbers) for key, numbers in found.items()}


def _contact(row: AnyRow, numbers: tuple[LabelledNumber, ...]) -> Contact:
    return Contact(
        kind=row.kind,
        record_id=str(row.id),
        name=row.name,
        company=row.company,
        person_id=str(row.id) if row.kind == "person" else None,
        company_id=_id(row.company_id),
        numbers=numbers,
    )


def load_users(connection: Connection) -> tuple[User, ...]:
    """Every user with the devices in order."""
    devices: defaultdict[str, list[str]] = defaultdict(list)
    for login, device in connection.execute(
        select(USER_DEVICES.c.login, USER_DEVICES.c.device).order_by(USER_DEVICES.c.login, USER_DEVICES.c.position)
    ):
        devices[login].append(device)
    rows = connection.execute(select(USERS).order_by(USERS.c.login)).mappings()
    return tuple(User(**row, devices=tuple(devices[row["login"]])) for row in rows)


def _id(key: int | None) -> str | None:
    return None if key is None else str(key)
