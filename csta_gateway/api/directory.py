"""Looking people up: contacts and colleagues."""

from __future__ import annotations

from csta_gateway.api.exchange import Answer, Route, Visit
from csta_gateway.failures import ApiError
from csta_gateway.policy import Action

CONTACTS_AT_ONCE = 50
LONGEST_SEARCH = 128


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


ROUTES = (
    Route("GET", "/contacts", Action.LOOK_UP, find_contacts),
    Route("GET", "/colleagues", Action.SEE_COLLEAGUES, list_colleagues),
)
