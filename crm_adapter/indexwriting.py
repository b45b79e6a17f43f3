"""Brings the contact index up to date with a source. Every function takes a connection and blocks."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, delete, insert, select, tuple_, update

from crm_adapter.directory import Contact, LabelledNumber
from crm_adapter.indexschema import CONTACTS, FEEDS, NUMBERS
from crm_adapter.location import Location
from crm_adapter.phoneindex import index_entry, tail

BATCH = 500
"""Contacts, or keys of contacts, in one statement."""

MOST_NUMBERS = 100
"""Numbers of one contact that are indexed; more of them are no person's."""


class Rules(msgspec.Struct, frozen=True):
    """What decides how numbers are indexed; another index is another reading of the sources.

    :param uncertain: the last digits are indexed too.
    """

    location: Location
    uncertain: bool = False


def token_of(connection: Connection, source: str, rules: Rules) -> str | None:
    """Where reading the source goes on. With other rules than last time it begins anew, with nothing indexed."""
    site = msgspec.json.encode(rules).decode()
    row = connection.execute(select(FEEDS.c.site, FEEDS.c.token).where(FEEDS.c.source == source)).one_or_none()
    if row is not None and row.site == site:
        return None if row.token is None else str(row.token)
    sweep(connection, source, ())
    connection.execute(delete(FEEDS).where(FEEDS.c.source == source))
    connection.execute(insert(FEEDS).values(source=source, site=site))
    return None


def set_token(connection: Connection, source: str, token: str | None) -> None:
    """Remember where reading goes on."""
    connection.execute(update(FEEDS).where(FEEDS.c.source == source).values(token=token))


def put(connection: Connection, source: str, rules: Rules, contacts: Sequence[Contact]) -> tuple[set[int], int]:
    """Index contacts; gives their row numbers, and how many of them were new or different."""
    known = _known(connection, source, [(each.kind, each.record_id) for each in contacts])
    news: dict[tuple[str, str], dict[str, Any]] = {}
    numbers: dict[tuple[str, str], Contact] = {}
    for contact in contacts:
        key, digest = (contact.kind, contact.record_id), _digest(contact)
        if key not in known or known[key][1] != digest:
            news[key] = _row(source, contact, digest)
            numbers[key] = contact
    unchanged = {row for key, (row, _) in known.items() if key not in news}
    if not news:
        return unchanged, 0
    _drop(connection, [known[key][0] for key in news if key in known])
    statement = insert(CONTACTS).returning(CONTACTS.c.id, sort_by_parameter_order=True)
    rows = list(connection.scalars(statement, list(news.values())))
    entries = [entry for row, key in zip(rows, news, strict=True) for entry in _entries(row, numbers[key], rules)]
    if entries:
        connection.execute(insert(NUMBERS), entries)
    return unchanged | set(rows), len(rows)


def add_number(connection: Connection, source: str, rules: Rules, contact: Contact, number: LabelledNumber) -> None:
    """Index one more number of a contact that is there. What the source gives next takes its place, whatever it is."""
    known = _known(connection, source, [(contact.kind, contact.record_id)])
    for row, _ in known.values():
        connection.execute(
            insert(NUMBERS), list(_entries(row, msgspec.structs.replace(contact, numbers=(number,)), rules))
        )
        connection.execute(update(CONTACTS).where(CONTACTS.c.id == row).values(digest=""))


def remove(connection: Connection, source: str, gone: Iterable[tuple[str, str]]) -> int:
    """Take contacts out of the index by kind and record id; gives how many were in it."""
    known = _known(connection, source, list(gone))
    _drop(connection, [row for row, _ in known.values()])
    return len(known)


def sweep(connection: Connection, source: str, kept: Collection[int]) -> int:
    """Take everything out that is not among the row numbers ``kept``; gives how many that were."""
    rows = connection.scalars(select(CONTACTS.c.id).where(CONTACTS.c.source == source))
    stale = [row for row in rows if row not in kept]
    _drop(connection, stale)
    return len(stale)


def _known(connection: Connection, source: str, keys: Sequence[tuple[str, str]]) -> dict[tuple[str, str], Any]:
    found: dict[tuple[str, str], Any] = {}
    columns = select(CONTACTS.c.kind, CONTACTS.c.record_id, CONTACTS.c.id, CONTACTS.c.digest)
    for start in range(0, len(keys), BATCH):
        some = tuple_(CONTACTS.c.kind, CONTACTS.c.record_id).in_(keys[start : start + BATCH])
        for row in connection.execute(columns.where(CONTACTS.c.source == source, some)):
            found[row.kind, row.record_id] = (row.id, row.digest)
    return found


def _drop(connection: Connection, rows: Sequence[int]) -> None:
    for start in range(0, len(rows), BATCH):
        some = rows[start : start + BATCH]
        connection.execute(delete(NUMBERS).where(NUMBERS.c.contact_id.in_(some)))
        connection.execute(delete(CONTACTS).where(CONTACTS.c.id.in_(some)))


def _row(source: str, contact: Contact, digest: str) -> dict[str, Any]:
    return {
        "source": source,
        "kind": contact.kind,
        "record_id": contact.record_id,
        "name": contact.name[:250],
        "company": contact.company[:250] if contact.company else None,
        "person_id": contact.person_id,
        "company_id": contact.company_id,
        "digest": digest,
    }


def _entries(row: int, contact: Contact, rules: Rules) -> Iterable[dict[str, Any]]:
    """A row for each number; one nobody can call from is kept to be shown, and costs nothing but itself."""
    for number in contact.numbers[:MOST_NUMBERS]:
        entry = index_entry(number.raw, rules.location)
        e164 = entry.e164 if entry else None
        yield {
            "contact_id": row,
            "label": number.label[:80],
            "raw": number.raw[:250],
            "e164": e164,
            "main": entry is not None and entry.main,
            "tail": tail(e164) if e164 and rules.uncertain else None,
        }


def _digest(contact: Contact) -> str:
    return hashlib.blake2b(msgspec.json.encode(contact), digest_size=8).hexdigest()
