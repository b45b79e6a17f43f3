"""What a source of contacts gives, and the interface every source has."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Literal, Protocol

from msgspec import Struct

from crm_adapter.numbers import Number
from crm_adapter.users import User

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


class DirectorySource(Protocol):
    """A place that knows contacts or users. What is asked of it may fail with ``DirectoryError``."""

    @property
    def name(self) -> str:
        """Name in configuration, logs and matches."""

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
