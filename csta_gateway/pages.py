"""Addresses of the CRM's pages, added to what is known about calls, matches and contacts."""

from __future__ import annotations

from collections.abc import Callable, Container
from typing import TypeVar

from msgspec import structs

from crm_adapter.calllist import CallEntry
from crm_adapter.directory import LabelledNumber, Match
from crm_adapter.journal import CallNote, JournalEntry
from crm_adapter.numbers import Number, normalise
from crm_adapter.poprules import ScreenPop, Trigger, Way, opens_by_itself, way
from crm_adapter.screenpop import Subject
from crm_adapter.sites import Sites
from crm_adapter.users import User, UserRole
from csta_gateway.contacts import Found
from csta_gateway.log import masked
from csta_gateway.policy import Action, permits
from csta_gateway.views import (
    CallView,
    CompanionView,
    ContactNumber,
    ContactView,
    JournalView,
    MatchView,
    NumberView,
    StrangerView,
    journal_view,
    number_view,
)

Past = TypeVar("Past", CallView, JournalView)

NO_NOTE = CallNote()


class Pages:
    """Makes views with links into the CRM.

    :param pop: which page a call opens for whom.
    :param page: name of the template for ``record``, ``new_person``, ``new_company`` or ``add_number``, or None.
    :param sites: where users' numbers are understood; those of contacts are meant as at the main one.
    :param masked_for: roles that see only the first digits of numbers of past calls.
    :param writes: whether some contacts can be given numbers without a page of the CRM.
    :ivar dispositions: what users can file a call under.
    """

    def __init__(
        self,
        pop: ScreenPop,
        page: Callable[[str], str | None],
        sites: Sites,
        masked_for: Container[UserRole] = (),
        dispositions: tuple[str, ...] = (),
        *,
        writes: Callable[[], bool] = lambda: False,
    ) -> None:
        self._sites = sites
        self._writes = writes
        self.replace(pop, page, masked_for, dispositions)

    def replace(
        self,
        pop: ScreenPop,
        page: Callable[[str], str | None],
        masked_for: Container[UserRole],
        dispositions: tuple[str, ...],
    ) -> None:
        """Show other pages from now on; parameters as above."""
        self._pop = pop
        self._page = page
        self._masked_for = masked_for
        self.dispositions = dispositions

    def triggers(self, user: User) -> dict[Way, Trigger]:
        """When pages open by themselves, unless the user has chosen otherwise."""
        return self._pop.triggers(user)

    def masks(self, user: User) -> bool:
        """Whether the user's role may see only the beginning of numbers of past calls."""
        return user.role in self._masked_for

    def call_view(self, call: CallEntry, user: User, note: CallNote = NO_NOTE) -> CallView:
        """A call with the address of the user's call screen in the CRM, and what the user writes about it."""
        view = self._call_view(call, user, note)
        return self._masked(view) if call.result is not None and self.masks(user) else view

    def _call_view(self, call: CallEntry, user: User, note: CallNote) -> CallView:
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
            conference=tuple(
                CompanionView(number=number_view(each.number), name=each.name) for each in call.conference
            ),
            actions=call.actions,
            suspended=call.suspended,
            words=call.words,
            primary=call.primary,
            url=self._pop.url(call, user),
            way=way(call),
            pops=opens_by_itself(call),
            stranger=self._stranger(call, user),
            result=call.result,
            answered_by=call.answered_by,
            duration=call.duration,
            note=note.note,
            disposition=note.disposition,
            private=note.private,
        )

    def match_view(self, match: Match, user: User, call: CallEntry | None = None) -> MatchView:
        """A match with the address of its record."""
        url = self._url("record", Subject(user, self._sites.of(user), call, match))
        return MatchView(kind=match.kind, name=match.name, company=match.company, certainty=match.certainty, url=url)

    def contact_view(self, found: Found, user: User, number: str = "") -> ContactView:
        """A contact with the address of its record and numbers ready to dial.

        :param number: that may be added to the contact, as the user sees it; empty for none.
        """
        location, contact = self._sites.of(user), found.contact
        added = Subject(user, location, record=contact, number=normalise(number, location, "typed"))
        return ContactView(
            source=found.source,
            id=contact.record_id,
            kind=contact.kind,
            name=contact.name,
            company=contact.company,
            url=self._url("record", Subject(user, location, record=contact)),
            add_number=self._url("add_number", added) if number else None,
            number_kinds=found.number_kinds if number and permits(user, Action.WRITE_CONTACTS) else (),
            numbers=tuple(self._number(stored, user) for stored in contact.numbers),
        )

    def journal_view(self, entry: JournalEntry, user: User) -> JournalView:
        """A past call, with as much of the number as the user's role may see."""
        view = journal_view(entry, number_view(entry.number))
        return self._masked(view) if self.masks(user) else view

    def _masked(self, view: Past) -> Past:
        """A call that is over without the end of its number, wherever it stands; addresses may hold it, too."""
        hidden = structs.replace(view, number=_masked_number(view.number), name=view.name and masked(view.name))
        if isinstance(hidden, CallView):
            called = hidden.called and _masked_number(hidden.called)
            return structs.replace(hidden, called=called, conference=(), matches=(), url=None, stranger=None)
        return hidden

    def _url(self, page: str, subject: Subject) -> str | None:
        name = self._page(page)
        return self._pop.templates.url(name, subject) if name else None

    def _stranger(self, call: CallEntry, user: User) -> StrangerView | None:
        """What can be done about a caller of whom nothing is known but the number."""
        subject = self._pop.subject(call, user)
        if call.internal or call.matches_pending or subject.record is not None or not call.number.display:
            return None
        view = StrangerView(
            new_person=self._url("new_person", subject),
            new_company=self._url("new_company", subject),
            add_number=self._writes() or self._page("add_number") is not None,
        )
        return view if view.new_person or view.new_company or view.add_number else None

    def _number(self, stored: LabelledNumber, user: User) -> ContactNumber:
        """A number as the CRM means it, which is as at the main site, and as the user writes and dials it."""
        number = normalise(stored.raw, self._sites.main, "stored")
        if number.e164 is not None:
            number = _seen_from(number.e164, self._sites, user)
        dial = number.internal or number.e164 or stored.raw
        return ContactNumber(label=stored.label, display=number.display or stored.raw, dial=dial)


def _seen_from(e164: str, sites: Sites, user: User) -> Number:
    return normalise(e164, sites.of(user), "stored")


def _masked_number(number: NumberView) -> NumberView:
    return structs.replace(number, raw="", e164=None, display=masked(number.display))
