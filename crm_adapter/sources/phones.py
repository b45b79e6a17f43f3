"""Keeps the phone index in step with the stored numbers."""

from __future__ import annotations

import msgspec
from sqlalchemy import Connection, and_, delete, exists, insert, not_, select

from crm_adapter.location import Location
from crm_adapter.phoneindex import index_entry
from crm_adapter.sources.schema import PHONE_INDEX, PHONE_INDEX_SITE, PHONES

BATCH = 2_000
"""Numbers indexed in one transaction; about a tenth of a second of work."""


def drop_stale(connection: Connection, location: Location) -> int:
    """Drop the entries of numbers that were changed or deleted, all of them when the site's rules changed."""
    site = msgspec.json.encode(location).decode()
    if connection.scalar(select(PHONE_INDEX_SITE.c.site)) != site:
        connection.execute(delete(PHONE_INDEX_SITE))
        connection.execute(insert(PHONE_INDEX_SITE).values(site=site))
        return connection.execute(delete(PHONE_INDEX)).rowcount
    unchanged = exists().where(and_(PHONES.c.id == PHONE_INDEX.c.phone_id, PHONES.c.raw == PHONE_INDEX.c.raw))
    return connection.execute(delete(PHONE_INDEX).where(not_(unchanged))).rowcount


def add_missing(connection: Connection, location: Location) -> int:
    """Index up to :data:`BATCH` numbers that are not in the index yet; gives how many there were."""
    missing = (
        select(PHONES.c.id, PHONES.c.raw)
        .outerjoin(PHONE_INDEX, PHONE_INDEX.c.phone_id == PHONES.c.id)
        .where(PHONE_INDEX.c.phone_id.is_(None))
        .limit(BATCH)
    )
    rows = []
    for phone_id, raw in connection.execute(missing):
        entry = index_entry(raw, location)
        rows.append(
            {
                "phone_id": phone_id,
                "raw": raw,
                "e164": entry.e164 if entry else None,
                "main": entry is not None and entry.main,
            }
        )
    if rows:
        connection.execute(insert(PHONE_INDEX), rows)
    return len(rows)
