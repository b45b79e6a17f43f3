"""Looking things up: contacts, colleagues and past calls; and what users write about these."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from crm_adapter.journal import JournalEntry
from csta_gateway.api.exchange import Answer, Route, Visit
from csta_gateway.failures import ApiError
from csta_gateway.policy import Action

CONTACTS_AT_ONCE = 50
ENTRIES_AT_ONCE = 100
LONGEST_SEARCH = 128


class Annotation(Struct, frozen=True, forbid_unknown_fields=True):
    """Body of a note on a past call."""

    note: Annotated[str, Meta(max_length=4000)] = ""
    disposition: Annotated[str, Meta(max_length=80)] = ""


async def find_contacts(visit: Visit) -> Answer:
    """People and companies by part of a name or number; ``number`` is one that may be added to them."""
    text, number = ((visit.argument(name) or "").strip() for name in ("q", "number"))
    if len(text) > LONGEST_SEARCH or len(number) > LONGEST_SEARCH:
        raise ApiError("too_large")
    contacts = await visit.gateway.contacts.find(text, CONTACTS_AT_ONCE) if text else ()
    views = [visit.gateway.pages.contact_view(contact, visit.user, number) for contact in contacts]
    return Answer(200, {"contacts": views})


async def list_colleagues(visit: Visit) -> Answer:
    """Everybody inside, and who is on the telephone."""
    return Answer(200, {"colleagues": visit.gateway.board.colleagues()})


async def show_journal(visit: Visit) -> Answer:
    """Past calls of the user, newest first."""
    before = _time(visit.argument("before"))
    missed_only = visit.argument("missed") == "1"
    page = await visit.gateway.journal.entries(visit.user.login, before, missed_only, ENTRIES_AT_ONCE)
    return Answer(
        200,
        {"entries": [visit.gateway.pages.journal_view(entry, visit.user) for entry in page.entries], "more": page.more},
    )


async def annotate(visit: Visit, entry: str) -> Answer:
    """Write a note on a past call of one's own."""
    written = visit.body(Annotation)
    journal = visit.gateway.journal
    return _changed(visit, await journal.annotate(visit.user.login, entry, written.note, written.disposition))


async def make_private(visit: Visit, entry: str) -> Answer:
    """Forget for good with whom a past call of one's own was."""
    return _changed(visit, await visit.gateway.journal.make_private(visit.user.login, entry))


def _changed(visit: Visit, entry: JournalEntry | None) -> Answer:
    if entry is None:
        raise ApiError("not_found")
    view = {"entry": visit.gateway.pages.journal_view(entry, visit.user)}
    visit.gateway.streams.send(visit.user.login, "journal", view)
    return Answer(200, view)


def _time(text: str | None) -> int | None:
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 16):
        raise ApiError("bad_request")
    return int(text)


ROUTES = (
    Route("GET", "/contacts", Action.LOOK_UP, find_contacts),
    Route("GET", "/colleagues", Action.SEE_COLLEAGUES, list_colleagues),
    Route("GET", "/journal", Action.SEE_JOURNAL, show_journal),
    Route("PUT", "/journal/<entry>", Action.SEE_JOURNAL, annotate),
    Route("POST", "/journal/<entry>/private", Action.SEE_JOURNAL, make_private),
)
