"""Looking people up: contacts and colleagues."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Literal

from msgspec import Meta, Struct

from crm_adapter.directory import Contact
from crm_adapter.errors import NumberInvalid
from crm_adapter.newnumber import NewNumber
from crm_adapter.numbers import normalise
from csta_gateway.api.exchange import Visit
from csta_gateway.api.route import Route
from csta_gateway.policy import Action, permits
from csta_gateway.texts import Words
from csta_gateway.views import ColleagueView, ContactView, LookupView, StaffView, number_view, staff_view

CONTACTS_AT_ONCE = 50

Sought = Annotated[str, Meta(max_length=128)]
Key = Annotated[str, Meta(min_length=1, max_length=250)]


class Search(Struct, frozen=True, forbid_unknown_fields=True):
    """Whom to find. It is a body, so that numbers stand in no address and no log of a proxy.

    :param text: part of a name or number.
    :param number: one that may be added to who is found.
    """

    text: Sought
    number: Sought = ""


class AddedNumber(Struct, frozen=True, forbid_unknown_fields=True):
    """A number for a contact, as it was found.

    :param source: name of the source the contact is from.
    :param id: key of the record there.
    :param name: of the contact; it is refused when the record is another contact's meanwhile.
    :param number: to write, as the user sees it.
    :param label: one of the contact's ``number_kinds``.
    """

    source: Key
    kind: Literal["person", "company"]
    id: Key
    name: Key
    number: Sought
    label: Key


class Contacts(Struct, frozen=True, kw_only=True):
    """People and companies of the CRM, the best first."""

    contacts: tuple[ContactView, ...]


class Colleagues(Struct, frozen=True, kw_only=True):
    """Everybody who can be called inside."""

    colleagues: tuple[ColleagueView, ...]


class Staff(Struct, frozen=True, kw_only=True):
    """The users of the gateway."""

    users: tuple[StaffView, ...]


class Unknown(Struct, frozen=True, forbid_unknown_fields=True):
    """A number as somebody wrote it or a switch gave it."""

    number: Annotated[str, Meta(min_length=1, max_length=128)]


async def look_up(visit: Visit, body: Unknown) -> LookupView:
    """Whom a number belongs to; it need not be one that can be dialled."""
    number = normalise(body.number, visit.gateway.sites.of(visit.user), "typed")
    found = await visit.gateway.lookup.find(number)
    matches = tuple(visit.gateway.pages.match_view(match, visit.user) for match in found.matches)
    return LookupView(number=number_view(number), kind=number.kind, matches=matches)


async def list_users(visit: Visit) -> Staff:
    """Everybody who can log in, with their telephones; a supervisor with groups sees those who are in them."""
    seen = (user for user in visit.gateway.users if permits(visit.user, Action.SEE_USERS, of=(user,)))
    return Staff(users=tuple(map(staff_view, seen)))


async def find_contacts(visit: Visit, body: Search) -> Contacts:
    """People and companies by part of a name or number, at most 50."""
    text, number = body.text.strip(), body.number.strip()
    found = await visit.gateway.contacts.find(text, CONTACTS_AT_ONCE) if text else ()
    return Contacts(contacts=tuple(visit.gateway.pages.contact_view(contact, visit.user, number) for contact in found))


async def add_number(visit: Visit, body: AddedNumber) -> None:
    """Write a number at a contact, into the CRM. Calls with the number that are there are the contact's at once."""
    number = normalise(body.number, visit.gateway.sites.of(visit.user), "typed")
    if number.e164 is None or number.internal is not None:
        raise NumberInvalid("not_possible")
    contact = Contact(kind=body.kind, record_id=body.id, name=body.name)
    await visit.gateway.contacts.add_number(body.source, contact, NewNumber(label=body.label, e164=number.e164))
    record = f"{body.kind}:{body.id}"  # one word, so that a long key is not masked like a number
    visit.gateway.audit.write(
        "number_added", visit.user.login, number=number.e164, source=body.source, record=record, label=body.label
    )
    visit.gateway.board.calls.look_up_again(number.e164)


async def list_colleagues(visit: Visit) -> Colleagues:
    """Everybody inside, and who is on the telephone."""
    return Colleagues(colleagues=tuple(visit.gateway.board.presence.colleagues()))


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
        method="POST",
        path="/lookup",
        name="lookUpNumber",
        title=Words("Wem eine Nummer gehört", "Whom a number belongs to"),
        action=Action.LOOK_UP,
        handler=look_up,
    ),
    Route(
        method="GET",
        path="/users",
        name="listUsers",
        title=Words("Benutzer und ihre Telefone", "Users and their telephones"),
        action=Action.SEE_USERS,
        handler=list_users,
    ),
    Route(
        method="POST",
        path="/contacts/numbers",
        name="addNumber",
        title=Words("Nummer zu einem Kontakt hinzufügen", "Add a number to a contact"),
        action=Action.WRITE_CONTACTS,
        handler=add_number,
        status=HTTPStatus.NO_CONTENT,
        problems=("number_invalid", "crm_refused", "crm_down"),
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
