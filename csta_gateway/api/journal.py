"""Past calls, what users write about calls, and what is kept about a person: given out or deleted."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from crm_adapter.activityqueue import OPEN
from crm_adapter.erasure import Subject
from crm_adapter.errors import NumberInvalid
from crm_adapter.journalschema import CallNote, JournalEntry
from crm_adapter.numberset import number_set
from csta_gateway.api.exchange import Answer, Download, Route, Visit
from csta_gateway.audit import EventName
from csta_gateway.failures import ApiError
from csta_gateway.journalfiles import FORMS, MEDIA_TYPES, masked_calls, of_whom
from csta_gateway.policy import Action

ENTRIES_AT_ONCE = 100
AFTER_THE_CALL = 3_600_000
"""Milliseconds since a call began in which it is still found by its id, so that nothing written in its last moment is
lost."""

Note = Annotated[str, Meta(max_length=4000)]
Disposition = Annotated[str, Meta(max_length=80)]
Written = Annotated[str, Meta(min_length=1, max_length=128)]


class Annotation(Struct, frozen=True, forbid_unknown_fields=True):
    """Body of a note on a past call."""

    note: Note = ""
    disposition: Disposition = ""


class LiveAnnotation(Struct, frozen=True, forbid_unknown_fields=True):
    """Body of a note on a call that is not over; a private one is kept without number and note."""

    note: Note = ""
    disposition: Disposition = ""
    private: bool = False


class Mark(Struct, frozen=True, forbid_unknown_fields=True):
    """Whether a missed call is done."""

    done: bool


class Person(Struct, frozen=True, forbid_unknown_fields=True):
    """Whose calls: a user's, or those with some numbers, in any spelling. One of the two."""

    numbers: Annotated[tuple[Written, ...], Meta(max_length=50)] = ()
    user: Written | None = None
    format: Literal["json", "csv"] = "json"
    dry_run: bool = False


async def show_journal(visit: Visit) -> Answer:
    """Past calls of the user, newest first."""
    before = _time(visit.argument("before"))
    missed_only = visit.argument("missed") == "1"
    page = await visit.gateway.journal.entries(visit.user.login, before, missed_only, ENTRIES_AT_ONCE)
    views = [visit.gateway.pages.journal_view(entry, visit.user) for entry in page.entries]
    return Answer(200, {"entries": views, "more": page.more})


async def annotate(visit: Visit, entry: str) -> Answer:
    """Write a note on a past call of one's own."""
    written = visit.body(Annotation)
    return await _annotated(visit, entry, written.note, written.disposition)


async def annotate_call(visit: Visit, call: str) -> Answer:
    """Write a note on a call of one's own that is not over, or was not a moment ago."""
    written = visit.body(LiveAnnotation)
    gateway, login = visit.gateway, visit.user.login
    live = gateway.board.calls.entry(login, call)
    if live is not None:
        note = CallNote(note=written.note, disposition=written.disposition, private=written.private)
        return Answer(200, {"call": await gateway.board.annotate(visit.user, live, note)})
    since = round(gateway.clock.seconds() * 1000) - AFTER_THE_CALL
    ended = await gateway.journal.entry_of(login, call, since)
    if ended is None:
        raise ApiError("call_unknown")
    if written.private:
        return _changed(visit, await gateway.journal.make_private(login, ended.id))
    return await _annotated(visit, ended.id, written.note, written.disposition)


async def mark_done(visit: Visit, entry: str) -> Answer:
    """Mark a missed call of one's own as done, or as not done after all."""
    return _changed(visit, await visit.gateway.journal.mark_done(visit.user.login, entry, visit.body(Mark).done))


async def make_private(visit: Visit, entry: str) -> Answer:
    """Forget for good with whom a past call of one's own was."""
    return _changed(visit, await visit.gateway.journal.make_private(visit.user.login, entry))


async def export(visit: Visit) -> Answer:
    """Everything that is kept about a person, as a file."""
    person = visit.body(Person)
    subject = _subject(visit, person)
    hide = masked_calls if visit.gateway.pages.masks(visit.user) else iter
    form = FORMS[person.format]
    content, count = await visit.gateway.journal.export(subject, lambda calls: form(hide(calls)))
    _audit(visit, "journal_exported", count, person)
    return Answer(200, Download(f"calls.{person.format}", MEDIA_TYPES[person.format], content))


async def purge(visit: Visit) -> Answer:
    """Delete everything that is kept about a person, or say how much that would be."""
    person = visit.body(Person)
    subject = _subject(visit, person)
    journal = visit.gateway.journal
    if person.dry_run:
        return Answer(200, {"calls": await journal.count(subject)})
    concerned = await journal.users(subject)
    count = await journal.purge(subject)
    _audit(visit, "journal_purged", count, person)
    for login in concerned:
        visit.gateway.streams.renew(login)
    return Answer(200, {"calls": count})


async def _annotated(visit: Visit, entry: str, note: str, disposition: str) -> Answer:
    written = await visit.gateway.journal.annotate(visit.user.login, entry, note, disposition)
    answer = _changed(visit, written)
    if written is not None and written.crm in OPEN:
        visit.gateway.board.activities.tell(written.id)
    return answer


def _changed(visit: Visit, entry: JournalEntry | None) -> Answer:
    if entry is None:
        raise ApiError("not_found")
    visit.gateway.board.journal_changed(visit.user, entry)
    return Answer(200, {"entry": visit.gateway.pages.journal_view(entry, visit.user)})


def _subject(visit: Visit, person: Person) -> Subject:
    if bool(person.numbers) == (person.user is not None):
        raise ApiError("bad_request")
    try:
        numbers = number_set(person.numbers, visit.gateway.sites.all()) if person.numbers else None
    except NumberInvalid as problem:
        raise ApiError("bad_request") from problem
    return Subject(login=person.user, numbers=numbers)


def _audit(visit: Visit, event: EventName, count: int, person: Person) -> None:
    """Who did what with how many calls; numbers never in full."""
    visit.gateway.audit.write(event, visit.user.login, calls=count, whose=of_whom(person.user, person.numbers))


def _time(text: str | None) -> int | None:
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 16):
        raise ApiError("bad_request")
    return int(text)


ROUTES = (
    Route("GET", "/journal", Action.SEE_JOURNAL, show_journal),
    Route("PUT", "/journal/<entry>", Action.SEE_JOURNAL, annotate),
    Route("PUT", "/journal/<entry>/done", Action.SEE_JOURNAL, mark_done),
    Route("POST", "/journal/<entry>/private", Action.SEE_JOURNAL, make_private),
    Route("PUT", "/calls/<call>/note", Action.SEE_JOURNAL, annotate_call),
    Route("POST", "/journal/export", Action.MANAGE_JOURNAL, export),
    Route("POST", "/journal/purge", Action.MANAGE_JOURNAL, purge),
)
