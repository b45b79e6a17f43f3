"""What a source of contacts gives, and the interface every source has."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import TYPE_CHECKING, Literal, Protocol, runtime_checkable

from msgspec import Struct

from crm_adapter.numbers import Number
from crm_adapter.users import User

if TYPE_CHECKING:
    from crm_adapter.newnumber import NewNumber

Certainty = Literal["exact", "main_number", "uncertain"]


class Match(Struct, frozen=True, kw_only=True):
    """A record that may be the far party of a call. Names are text of the CRM, never markup.

    :param record_id: the record's key in its source; the login for a user.
    :param company: name of the company a person belongs to, or None.
    :param person_id: id for URL templates, or None.
    :param company_id: id for URL templates, or None.
    :param certainty: ``exact`` when the number is stored at the record; ``main_number`` when it is an extension behind
        a stored main number; ``uncertain`` when only the last digits agree.
    :param source: name of the source.
    """

    kind: Literal["person", "company", "user"]
    record_id: str
    name: str
    company: str | None = None
    person_id: str | None = None
    company_id: str | None = None
    certainty: Certainty = "exact"
    source: str = ""


class LabelledNumber(Struct, frozen=True, kw_only=True):
    """A number of a contact: what the CRM calls it (``mobile``) and how it is stored there."""

    label: str
    raw: str


class Contact(Struct, frozen=True, kw_only=True):
    """A person or company of a CRM with its numbers; fields as in :class:`Match`."""

    kind: Literal["person", "company"]
    record_id: str
    name: str
    company: str | None = None
    person_id: str | None = None
    company_id: str | None = None
    numbers: tuple[LabelledNumber, ...] = ()


def match_of(contact: Contact, source: str) -> Match:
    """The match of a contact that has the number itself."""
    return Match(
        kind=contact.kind,
        record_id=contact.record_id,
        name=contact.name,
        company=contact.company,
        person_id=contact.person_id,
        company_id=contact.company_id,
        source=source,
    )


class Page(Struct, frozen=True, kw_only=True):
    """Some of the contacts of a CRM, as :meth:`Feed.changes` gives them.

    :param contacts: new, changed or just all of them.
    :param gone: kind and record id of contacts that are no longer there.
    :param whole: this page begins a list of everything: what no page of it has is gone.
    :param token: where the next :meth:`Feed.changes` goes on; None when this is not the last page, or the next time
        everything has to be read again.
    """

    contacts: tuple[Contact, ...] = ()
    gone: tuple[tuple[str, str], ...] = ()
    whole: bool = False
    token: str | None = None


class Activity(Struct, frozen=True, kw_only=True):
    """A call as it is written into a CRM, once.

    :param key: the same for every attempt to write the same call, different for every other.
    :param subject: one line for people.
    :param note: what the user wrote about it; empty for nothing.
    :param disposition: the key the user filed it under; empty for none.
    :param login: the user.
    :param direction: ``incoming`` or ``outgoing``.
    :param result: how the call went.
    :param number: of the far party, as people write it.
    :param began: Unix seconds.
    :param duration: seconds connected.
    :param kind: of the record it is written at.
    :param record_id: key of that record.
    """

    key: str
    subject: str
    note: str = ""
    disposition: str = ""
    login: str
    direction: str
    result: str
    number: str
    began: int
    duration: int
    kind: Literal["person", "company"]
    record_id: str


class Feed(Protocol):
    """A CRM whose contacts are copied into the index. What is asked of it may fail with ``DirectoryError``."""

    @property
    def name(self) -> str:
        """Name in configuration, logs and matches."""

    def changes(self, since: str | None) -> AsyncGenerator[Page, None]:
        """What has changed since the page with the token ``since``; everything when it is None."""

    async def users(self) -> tuple[User, ...]:
        """The users the CRM knows; empty for a mere address book."""

    def close(self) -> None:
        """Give back connections and threads."""


@runtime_checkable
class ActivityLog(Protocol):
    """A source calls can be written into."""

    @property
    def takes_calls(self) -> bool:
        """Whether they can, as it is set up."""

    async def write(self, activity: Activity) -> None:
        """Write down a call; the same activity told again is written once."""

    @property
    def takes_notes(self) -> bool:
        """Whether :meth:`update` can change what was written."""

    async def update(self, activity: Activity) -> None:
        """Change note and disposition of a call that was written before, found by its key."""


@runtime_checkable
class NumberBook(Protocol):
    """A source numbers can be written into."""

    @property
    def number_kinds(self) -> tuple[str, ...]:
        """What kinds of numbers a contact can be given, in the words of the CRM; empty: none, as it is set up."""

    async def add_number(self, contact: Contact, number: NewNumber) -> None:
        """Write a number at a contact; one that is there already is not written again.

        :param contact: as somebody has seen it.
        :raises WriteRefused: the source does not take it; nothing was written.
        :raises DirectoryError: the source cannot be asked.
        """


class DirectorySource(Protocol):
    """A place that knows contacts or users. What is asked of it may fail with ``DirectoryError``."""

    @property
    def name(self) -> str:
        """Name in configuration, logs and matches."""

    @property
    def activities(self) -> ActivityLog | None:
        """Where calls can be written down, if the source takes them."""

    @property
    def numbers(self) -> NumberBook | None:
        """Where numbers can be written at contacts, if the source takes them."""

    def start(self) -> Awaitable[None]:
        """Get ready, before anything is asked."""

    def subscribe(self, listener: Callable[[], None]) -> None:
        """Call ``listener`` whenever contacts have changed."""

    def lookup(self, number: Number) -> Awaitable[tuple[Match, ...]]:
        """Every record the number may belong to."""

    def search(self, text: str, limit: int) -> Awaitable[tuple[Contact, ...]]:
        """Contacts by part of a name, company or number, at most ``limit``, in order of name."""

    def users(self) -> Awaitable[tuple[User, ...]]:
        """The users the source knows; empty for a mere address book."""

    def close(self) -> None:
        """Give back connections and threads."""
