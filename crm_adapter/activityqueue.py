"""What the CRM is still to be told of calls, kept beside the calls: it outlives the gateway and goes with them."""

from __future__ import annotations

import msgspec
from msgspec import Struct, structs
from sqlalchemy import Connection, insert, select, update

from crm_adapter.directory import Activity
from crm_adapter.journalschema import ACTIVITIES, CALLS, NOTES, CrmState

HAD = ("written", "without_note", "revised")
"""States of a call the CRM has, ``revised`` when the note has changed since."""

OPEN = ("waiting", "revised")
"""States of a call the CRM is still to be told of."""


class Told(Struct, frozen=True, kw_only=True):
    """A call for the CRM.

    :param source: name of the source that takes it.
    :param activity: the call, with the notes as they are now.
    :param entry: its journal entry; empty while the journal could not take the call.
    :param revision: counts changes of the note.
    :param before: the source has the call already, perhaps with another note.
    """

    source: str
    activity: Activity
    entry: str = ""
    revision: int = 0
    before: bool = False

    @property
    def login(self) -> str:
        """Whose call it is."""
        return self.activity.login


def keep(connection: Connection, entry: int, told: Told) -> None:
    """Keep a call for the CRM until it has it."""
    text = msgspec.json.encode(structs.replace(told.activity, note="", disposition="")).decode()
    row = {"entry": entry, "key": told.activity.key, "source": told.source, "activity": text}
    connection.execute(insert(ACTIVITIES).values(**row, state="waiting", revision=0))


def load(connection: Connection, entry: int) -> Told | None:
    """The call as the CRM is to have it now; None when it is not to have it any more."""
    row = connection.execute(select(ACTIVITIES).where(ACTIVITIES.c.entry == entry)).one_or_none()
    if row is None:
        return None
    activity = msgspec.json.decode(row.activity, type=Activity)
    had = select(ACTIVITIES.c.entry).where(ACTIVITIES.c.key == row.key, ACTIVITIES.c.state.in_(HAD))
    note, disposition = _notes(connection, row.key)
    return Told(
        source=row.source,
        activity=structs.replace(activity, note=note, disposition=disposition),
        entry=str(entry),
        revision=row.revision,
        before=connection.execute(had.limit(1)).first() is not None,
    )


def revise(connection: Connection, entry: int) -> None:
    """The note was changed: the CRM is to have the new one."""
    row = ACTIVITIES.c.entry == entry
    had = ACTIVITIES.c.state.in_(HAD)
    connection.execute(update(ACTIVITIES).where(row).values(revision=ACTIVITIES.c.revision + 1))
    connection.execute(update(ACTIVITIES).where(row, had).values(state="revised"))
    connection.execute(update(ACTIVITIES).where(row, ACTIVITIES.c.state == "failed").values(state="waiting"))


def settle(connection: Connection, told: Told, state: CrmState) -> None:
    """Note how telling the CRM went; where the note has changed meanwhile, the CRM is still to have that."""
    row = ACTIVITIES.c.entry == int(told.entry)
    as_told = connection.execute(
        update(ACTIVITIES).where(row, ACTIVITIES.c.revision == told.revision).values(state=state)
    )
    if as_told.rowcount == 0 and state in HAD:
        connection.execute(update(ACTIVITIES).where(row).values(state="revised"))


def waiting(connection: Connection) -> tuple[str, ...]:
    """Entries the CRM is still to be told of, oldest first."""
    left = select(ACTIVITIES.c.entry).where(ACTIVITIES.c.state.in_(OPEN))
    return tuple(str(entry) for entry in connection.execute(left.order_by(ACTIVITIES.c.entry)).scalars())


def _notes(connection: Connection, key: str) -> tuple[str, str]:
    """Note and disposition of a call; where users share the telephone, all their notes, each with its login."""
    query = (
        select(CALLS.c.login, NOTES.c.note, NOTES.c.disposition)
        .join(NOTES, NOTES.c.entry == CALLS.c.id)
        .join(ACTIVITIES, ACTIVITIES.c.entry == CALLS.c.id)
        .where(ACTIVITIES.c.key == key)
        .order_by(CALLS.c.id)
    )
    rows = connection.execute(query).all()
    written = [(row.login, row.note) for row in rows if row.note]
    alone = len(written) == 1
    note = "\n".join(note if alone else f"{login}: {note}" for login, note in written)
    return note, next((row.disposition for row in rows if row.disposition), "")
