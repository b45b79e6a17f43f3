"""Looking things up: contacts, colleagues and past calls."""

from __future__ import annotations

from csta_gateway.api.exchange import Answer, Route, Visit
from csta_gateway.failures import ApiError
from csta_gateway.policy import Action
from csta_gateway.views import journal_view

CONTACTS_AT_ONCE = 50
ENTRIES_AT_ONCE = 100
LONGEST_SEARCH = 128


async def find_contacts(visit: Visit) -> Answer:
    """People and companies by part of a name or number."""
    text = (visit.argument("q") or "").strip()
    if len(text) > LONGEST_SEARCH:
        raise ApiError("too_large")
    contacts = await visit.gateway.contacts.find(text, CONTACTS_AT_ONCE) if text else ()
    views = [visit.gateway.pages.contact_view(contact, visit.user) for contact in contacts]
    return Answer(200, {"contacts": views})


async def list_colleagues(visit: Visit) -> Answer:
    """Everybody inside, and who is on the telephone."""
    return Answer(200, {"colleagues": visit.gateway.board.colleagues()})


async def show_journal(visit: Visit) -> Answer:
    """Past calls of the user, newest first."""
    before = _time(visit.argument("before"))
    missed_only = visit.argument("missed") == "1"
    page = await visit.gateway.journal.entries(visit.user.login, before, missed_only, ENTRIES_AT_ONCE)
    return Answer(200, {"entries": [journal_view(entry) for entry in page.entries], "more": page.more})


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
)
