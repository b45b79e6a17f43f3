"""Past calls, what users write about calls, and what is kept about a person: given out or deleted."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from crm_adapter.activityqueue import OPEN
from crm_adapter.callrules import Result
from crm_adapter.erasure import Subject
from crm_adapter.errors import NumberInvalid
from crm_adapter.journalquery import Wanted
from crm_adapter.journalschema import CallNote, JournalEntry
from crm_adapter.numberset import number_set
from crm_adapter.poprules import Way
from csta_gateway.api.calls import CallId
from csta_gateway.api.exchange import Download, Visit
from csta_gateway.api.route import Route
from csta_gateway.audit import EventName
from csta_gateway.failures import ApiError
from csta_gateway.journalfiles import FORMS, MEDIA_TYPES, masked_calls, of_whom
from csta_gateway.policy import Action
from csta_gateway.texts import Words
from csta_gateway.views import CallView, JournalView

ENTRIES_AT_ONCE = 100
AFTER_THE_CALL = 3_600_000
"""Milliseconds since a call began in which it is still found by its id, so that nothing written in its last moment is
lost."""

Moment = Annotated[int, Meta(ge=0, lt=10**16)]
Note = Annotated[str, Meta(max_length=4000)]
EntryId = Annotated[str, Meta(description="The past call's `id`.")]
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


class Before(Struct, frozen=True, forbid_unknown_fields=True):
    """Which past calls.

    :param before: those that began before this time, in Unix milliseconds.
    :param missed: only missed calls.
    """

    before: Moment | None = None
    missed: bool = False


class SoughtCalls(Struct, frozen=True, forbid_unknown_fields=True):
    """Which past calls. It is a body, so that names and numbers stand in no address and no log of a proxy.

    :param way: ``incoming`` from outside, ``outgoing`` to outside, or ``internal`` with a colleague.
    :param result: how they went.
    :param since: those that began then or later, in Unix milliseconds.
    :param before: those that began earlier.
    :param text: words that all stand in name, company or note; or a number or part of one, in any spelling.
    """

    way: Way | None = None
    result: Result | None = None
    since: Moment | None = None
    before: Moment | None = None
    text: Annotated[str, Meta(max_length=128)] = ""


class JournalPage(Struct, frozen=True, kw_only=True):
    """Past calls, newest first, and whether there are older ones."""

    entries: tuple[JournalView, ...]
    more: bool


class ChangedEntry(Struct, frozen=True, kw_only=True):
    """A past call as it is now."""

    entry: JournalView


class AnnotatedCall(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A call as it is now.

    :param call: while it is not over.
    :param entry: when it is over.
    """

    call: CallView | None = None
    entry: JournalView | None = None


class Deleted(Struct, frozen=True, kw_only=True):
    """How many calls were deleted, or would be."""

    calls: int


async def show_journal(visit: Visit, query: Before) -> JournalPage:
    """Past calls of the user, newest first, at most 100."""
    return await _page(visit, Wanted(before=query.before, result="missed" if query.missed else None))


async def find_calls(visit: Visit, body: SoughtCalls) -> JournalPage:
    """Past calls of the user that fit, newest first, at most 100; what is left out fits any."""
    gateway = visit.gateway
    wanted = Wanted(
        way=body.way,
        result=body.result,
        since=body.since,
        before=body.before,
        text=body.text,
        locations=gateway.sites.all(),
        sees_numbers=not gateway.pages.masks(visit.user),
    )
    return await _page(visit, wanted)


async def annotate(visit: Visit, entry: EntryId, body: Annotation) -> ChangedEntry:
    """Write a note on a past call of one's own; it takes the place of an earlier one."""
    return await _annotated(visit, entry, body.note, body.disposition)


async def annotate_call(visit: Visit, call: CallId, body: LiveAnnotation) -> AnnotatedCall:
    """Write a note on a call of one's own that is not over, or began within the hour."""
    gateway, login = visit.gateway, visit.user.login
    live = gateway.board.calls.entry(login, call)
    if live is not None:
        note = CallNote(note=body.note, disposition=body.disposition, private=body.private)
        return AnnotatedCall(call=await gateway.board.annotate(visit.user, live, note))
    since = round(gateway.clock.seconds() * 1000) - AFTER_THE_CALL
    ended = await gateway.journal.entry_of(login, call, since)
    if ended is None:
        raise ApiError("call_unknown")
    if body.private:
        changed = _changed(visit, await gateway.journal.make_private(login, ended.id))
    else:
        changed = await _annotated(visit, ended.id, body.note, body.disposition)
    return AnnotatedCall(entry=changed.entry)


async def mark_done(visit: Visit, entry: EntryId, body: Mark) -> ChangedEntry:
    """Mark a missed call of one's own as done, or as not done after all."""
    return _changed(visit, await visit.gateway.journal.mark_done(visit.user.login, entry, body.done))


async def make_private(visit: Visit, entry: EntryId) -> ChangedEntry:
    """Forget for good with whom a past call of one's own was."""
    return _changed(visit, await visit.gateway.journal.make_private(visit.user.login, entry))


async def export(visit: Visit, body: Person) -> Download:
    """Everything that is kept about a person, as a file."""
    subject = _subject(visit, body)
    hide = masked_calls if visit.gateway.pages.masks(visit.user) else iter
    form = FORMS[body.format]
    content, count = await visit.gateway.journal.export(subject, lambda calls: form(hide(calls)))
    _audit(visit, "journal_exported", count, body)
    return Download(f"calls.{body.format}", MEDIA_TYPES[body.format], content)


async def purge(visit: Visit, body: Person) -> Deleted:
    """Delete everything that is kept about a person, or say how much that would be."""
    subject = _subject(visit, body)
    journal = visit.gateway.journal
    if body.dry_run:
        return Deleted(calls=await journal.count(subject))
    concerned = await journal.users(subject)
    count = await journal.purge(subject)
    _audit(visit, "journal_purged", count, body)
    for login in concerned:
        visit.gateway.streams.renew(login)
    return Deleted(calls=count)


async def _page(visit: Visit, wanted: Wanted) -> JournalPage:
    page = await visit.gateway.journal.entries(visit.user.login, wanted, ENTRIES_AT_ONCE)
    views = tuple(visit.gateway.pages.journal_view(entry, visit.user) for entry in page.entries)
    return JournalPage(entries=views, more=page.more)


async def _annotated(visit: Visit, entry: str, note: str, disposition: str) -> ChangedEntry:
    written = await visit.gateway.journal.annotate(visit.user.login, entry, note, disposition)
    answer = _changed(visit, written)
    if written is not None and written.crm in OPEN:
        visit.gateway.board.activities.tell(written.id)
    return answer


def _changed(visit: Visit, entry: JournalEntry | None) -> ChangedEntry:
    if entry is None:
        raise ApiError("not_found")
    visit.gateway.board.journal_changed(visit.user, entry)
    return ChangedEntry(entry=visit.gateway.pages.journal_view(entry, visit.user))


def _subject(visit: Visit, person: Person) -> Subject:
    if bool(person.numbers) == (person.user is not None):
        raise ApiError("bad_request", reason="Expected either `numbers` or `user`")
    try:
        numbers = number_set(person.numbers, visit.gateway.sites.all()) if person.numbers else None
    except NumberInvalid as problem:
        raise ApiError("bad_request", reason="Expected telephone numbers - at `$.numbers`") from problem
    return Subject(login=person.user, numbers=numbers)


def _audit(visit: Visit, event: EventName, count: int, person: Person) -> None:
    """Who did what with how many calls; numbers never in full."""
    visit.gateway.audit.write(event, visit.user.login, calls=count, whose=of_whom(person.user, person.numbers))


ROUTES = (
    Route(
        method="GET",
        path="/journal",
        name="showJournal",
        title=Words("Vergangene Anrufe", "Past calls"),
        action=Action.SEE_JOURNAL,
        handler=show_journal,
    ),
    Route(
        method="POST",
        path="/journal/search",
        name="findCalls",
        title=Words("Vergangene Anrufe suchen", "Find past calls"),
        action=Action.SEE_JOURNAL,
        handler=find_calls,
    ),
    Route(
        method="PUT",
        path="/journal/<entry>",
        name="annotateEntry",
        title=Words("Notiz zu einem vergangenen Anruf", "Note on a past call"),
        action=Action.WRITE_JOURNAL,
        handler=annotate,
        problems=("not_found",),
    ),
    Route(
        method="PUT",
        path="/journal/<entry>/done",
        name="markDone",
        title=Words("Verpassten Anruf als erledigt kennzeichnen", "Mark a missed call as done"),
        action=Action.WRITE_JOURNAL,
        handler=mark_done,
        problems=("not_found",),
    ),
    Route(
        method="POST",
        path="/journal/<entry>/private",
        name="makePrivate",
        title=Words("Vergangenen Anruf unkenntlich machen", "Forget with whom a past call was"),
        action=Action.WRITE_JOURNAL,
        handler=make_private,
        problems=("not_found",),
    ),
    Route(
        method="PUT",
        path="/calls/<call>/note",
        name="annotateCall",
        title=Words("Notiz zu einem Anruf", "Note on a call"),
        action=Action.WRITE_JOURNAL,
        handler=annotate_call,
        problems=(
            "call_unknown",
            "not_found",
        ),
    ),
    Route(
        method="POST",
        path="/journal/export",
        name="exportPerson",
        title=Words("Alles über eine Person herausgeben", "Give out all about a person"),
        action=Action.MANAGE_JOURNAL,
        handler=export,
        media=tuple(MEDIA_TYPES.values()),
    ),
    Route(
        method="POST",
        path="/journal/purge",
        name="purgePerson",
        title=Words("Alles über eine Person löschen", "Delete all about a person"),
        action=Action.MANAGE_JOURNAL,
        handler=purge,
    ),
)
