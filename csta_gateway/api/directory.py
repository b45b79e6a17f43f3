"""Looking people up: contacts and colleagues."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from csta_gateway.api.exchange import Visit
from csta_gateway.api.route import Route
from csta_gateway.policy import Action
from csta_gateway.texts import Words
from csta_gateway.views import ColleagueView, ContactView

CONTACTS_AT_ONCE = 50

Sought = Annotated[str, Meta(max_length=128)]


class Search(Struct, frozen=True, forbid_unknown_fields=True):
    """Whom to find. It is a body, so that numbers stand in no address and no log of a proxy.

    :param text: part of a name or number.
    :param number: one that may be added to who is found.
    """

    text: Sought
    number: Sought = ""


class Contacts(Struct, frozen=True, kw_only=True):
    """People and companies of the CRM, the best first."""

    contacts: tuple[ContactView, ...]


class Colleagues(Struct, frozen=True, kw_only=True):
    """Everybody who can be called inside."""

    colleagues: tuple[ColleagueView, ...]


async def find_contacts(visit: Visit, body: Search) -> Contacts:
    """People and companies by part of a name or number, at most 50."""
    text, number = body.text.strip(), body.number.strip()
    found = await visit.gateway.contacts.find(text, CONTACTS_AT_ONCE) if text else ()
    return Contacts(contacts=tuple(visit.gateway.pages.contact_view(contact, visit.user, number) for contact in found))


async def list_colleagues(visit: Visit) -> Colleagues:
    """Everybody inside, and who is on the telephone."""
    return Colleagues(colleagues=tuple(visit.gateway.board.colleagues()))


ROUTES = (
    Route(
        method="POST",
        path="/contacts/search",
        name="findContacts",
        title=Words("Kontakte suchen", "Find contacts"),
        action=Action.LOOK_UP,
        handler=find_contacts,
    ),
    Route(
        method="GET",
        path="/colleagues",
        name="listColleagues",
        title=Words("Kollegen und ob sie telefonieren", "Colleagues, and who is on the telephone"),
        action=Action.SEE_COLLEAGUES,
        handler=list_colleagues,
    ),
)
