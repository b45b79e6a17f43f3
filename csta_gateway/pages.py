"""Addresses of the CRM's pages, added to what is known about calls, matches and contacts."""

from __future__ import annotations

from collections.abc import Container

from msgspec import structs

from crm_adapter.calllist import CallEntry
from crm_adapter.directory import Contact, LabelledNumber, Match
from crm_adapter.journal import JournalEntry
from crm_adapter.location import Location
from crm_adapter.numbers import normalise
from crm_adapter.screenpop import Templates
from crm_adapter.users import User, UserRole
from csta_gateway.log import masked
from csta_gateway.views import CallView, ContactNumber, ContactView, JournalView, MatchView, journal_view, number_view


class Pages:
    """Makes views with links into the CRM.

    :param templates: the addresses by name.
    :param record: name of the template that opens the record of a match or contact, or None.
    :param location: how numbers of contacts are meant.
    :param masked_for: roles that see only the first digits of numbers of past calls.
    """

    def __init__(
        self, templates: Templates, record: str | None, location: Location, masked_for: Container[UserRole] = ()
    ) -> None:
        self._templates = templates
        self._record = record
        self._location = location
        self._masked_for = masked_for

    def call_view(self, call: CallEntry, user: User) -> CallView:
        """A call with the address of the user's call screen in the CRM."""
        return CallView(
            id=call.id,
            device=call.device,
            direction=call.direction,
            label=call.label,
            since=call.since,
            began=call.began,
            number=number_view(call.number),
            name=call.name,
            company=call.company,
            internal=call.internal,
            matches=tuple(self.match_view(match, user, call) for match in call.matches),
            matches_pending=call.matches_pending,
            called=number_view(call.called) if call.called else None,
            consultation_of=call.consultation_of,
            actions=call.actions,
            words=call.words,
            primary=call.primary,
            url=self._templates.url(user.call_screen, call, user),
            result=call.result,
            answered_by=call.answered_by,
            duration=call.duration,
        )

    def match_view(self, match: Match, user: User, call: CallEntry | None = None) -> MatchView:
        """A match with the address of its record."""
        url = self._templates.url(self._record, match, user, call=call) if self._record else None
        return MatchView(kind=match.kind, name=match.name, company=match.company, certainty=match.certainty, url=url)

    def contact_view(self, contact: Contact, user: User) -> ContactView:
        """A contact with the address of its record and numbers ready to dial."""
        return ContactView(
            kind=contact.kind,
            name=contact.name,
            company=contact.company,
            url=self._templates.url(self._record, contact, user) if self._record else None,
            numbers=tuple(map(self._number, contact.numbers)),
        )

    def journal_view(self, entry: JournalEntry, user: User) -> JournalView:
        """A past call, with as much of the number as the user's role may see."""
        number = number_view(entry.number)
        if user.role in self._masked_for:
            number = structs.replace(number, raw="", e164=None, display=masked(number.display))
        return journal_view(entry, number)

    def _number(self, stored: LabelledNumber) -> ContactNumber:
        number = normalise(stored.raw, self._location, "stored")
        dial = number.internal or number.e164 or stored.raw
        return ContactNumber(label=stored.label, display=number.display or stored.raw, dial=dial)
