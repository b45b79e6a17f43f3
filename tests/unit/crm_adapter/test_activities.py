"""Calls that become activities of the CRM, and the notes on them."""

from __future__ import annotations

from typing import Any, cast

import msgspec
import pytest
from msgspec import structs
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorFromThreads
from twisted.internet.task import Clock
from twisted.python.threadpool import ThreadPool

from crm_adapter.activities import PAUSES, Activities
from crm_adapter.calllist import CallEntry
from crm_adapter.directory import Activity, Match
from crm_adapter.erasure import Subject
from crm_adapter.errors import DirectoryError
from crm_adapter.journal import CallNote, Journal, JournalEntry
from tests.unit.crm_adapter.conftest import Done
from tests.unit.crm_adapter.test_journal import MISSED

ERIKA = Match(kind="person", record_id="7", name="Erika Mustermann", source="crm")
CALL = structs.replace(MISSED, matches=(ERIKA,))


class Crm:
    """Takes calls unless it is in trouble; keeps what it has of each, by its key."""

    name = "crm"

    def __init__(self) -> None:
        self.written: list[Activity] = []
        self.updated: list[Activity] = []
        self.has: dict[str, Activity] = {}
        self.troubles: list[Exception] = []
        self.takes_notes = True
        self.held: Deferred[None] | None = None
        self.activities: Crm | None = self

    async def write(self, activity: Activity) -> None:
        await self._trouble()
        self.written.append(activity)
        self.has.setdefault(activity.key, activity)

    async def update(self, activity: Activity) -> None:
        await self._trouble()
        self.updated.append(activity)
        self.has[activity.key] = activity

    async def _trouble(self) -> None:
        if self.held is not None:
            await self.held
        if self.troubles:
            raise self.troubles.pop(0)


class Office:
    """Journal, CRM and what stands between them."""

    def __init__(self, taker: Crm, journal: Journal, clock: Clock, done: Done) -> None:
        self.crm, self.journal, self.clock, self.done = taker, journal, clock, done
        self.activities = Activities([cast(Any, taker)], clock, journal)
        self.settled: list[tuple[str, str]] = []
        self.activities.subscribe(lambda login, entry: self.settled.append((login, entry)))

    def end(self, login: str, call: CallEntry, note: str = "") -> JournalEntry:
        """A call ends, as the gateway sees it."""
        told = self.activities.wanted(login, call)
        entry = self.done(self.journal.record(login, call, told, CallNote(note=note)))
        if entry.crm == "waiting":
            self.activities.tell(entry.id)
        return entry

    def note(self, login: str, entry: JournalEntry, text: str) -> None:
        """A user writes a note on it."""
        self.done(self.journal.annotate(login, entry.id, text, ""))
        self.activities.tell(entry.id)

    def state(self, login: str, entry: JournalEntry) -> str | None:
        known = self.done(self.journal.entry(login, entry.id))
        return known.crm if known else "gone"


@pytest.fixture
def taker() -> Crm:
    return Crm()


@pytest.fixture
def office(taker: Crm, clock: Clock, done: Done, url: str, here: tuple[IReactorFromThreads, ThreadPool]) -> Office:
    journal = Journal(url, *here)
    done(journal.start())
    return Office(taker, journal, clock, done)


def test_a_call_is_written_at_the_record_it_was_with(office: Office) -> None:
    entry = office.end("anna", CALL, note="wants an offer")
    assert office.crm.written == [
        Activity(
            key="2001/c1/1700000000000",
            subject=f"incoming call from {CALL.number.display}",
            note="wants an offer",
            login="anna",
            direction="incoming",
            result="missed",
            number=CALL.number.display,
            began=1_700_000_000,
            duration=0,
            kind="person",
            record_id="7",
        )
    ]
    assert office.state("anna", entry) == "written"
    assert office.settled == [("anna", entry.id)]


@pytest.mark.parametrize(
    "call",
    [
        MISSED,
        structs.replace(CALL, matches=(structs.replace(ERIKA, certainty="uncertain"),)),
        structs.replace(CALL, matches=(structs.replace(ERIKA, source="phonebook"),)),
        structs.replace(CALL, result="elsewhere"),
    ],
    ids=["stranger", "uncertain", "source without log", "a colleague took it"],
)
def test_other_calls_are_none_of_the_crm_s(office: Office, call: CallEntry) -> None:
    entry = office.end("anna", call)
    assert (office.crm.written, entry.crm) == ([], None)
    office.note("anna", entry, "a note")
    assert not office.crm.updated


def test_a_note_written_later_changes_the_activity_and_writes_no_second_one(office: Office) -> None:
    entry = office.end("anna", CALL)
    office.note("anna", entry, "one")
    office.note("anna", entry, "two")
    assert len(office.crm.written) == 1
    assert [each.note for each in office.crm.updated] == ["one", "two"]
    assert len(office.crm.has) == 1
    assert office.state("anna", entry) == "written"


def test_the_same_note_again_is_no_change(office: Office) -> None:
    entry = office.end("anna", CALL, note="one")
    assert office.done(office.journal.annotate("anna", entry.id, "one", "")) is not None
    assert office.state("anna", entry) == "written"


def test_a_crm_that_cannot_change_notes_is_said_to_lack_it(office: Office) -> None:
    office.crm.takes_notes = False
    entry = office.end("anna", CALL)
    office.note("anna", entry, "later")
    assert office.state("anna", entry) == "without_note"
    assert not office.crm.updated


def test_a_note_written_while_the_call_is_being_written_comes_after_it(office: Office) -> None:
    held: Deferred[None] = Deferred()
    office.crm.held = held
    entry = office.end("anna", CALL)
    office.note("anna", entry, "quick")
    office.crm.held = None
    held.callback(None)
    assert [each.note for each in office.crm.has.values()] == ["quick"]
    assert (len(office.crm.written), office.state("anna", entry)) == (1, "written")


def test_users_who_share_a_device_make_one_activity_with_the_notes_of_both(office: Office) -> None:
    first, second = office.end("anna", CALL), office.end("jonas", CALL)
    assert len(office.crm.written) == 1
    office.note("anna", first, "rang off")
    office.note("jonas", second, "called back")
    (kept,) = office.crm.has.values()
    assert kept.note == "anna: rang off\njonas: called back"


def test_a_crm_that_is_away_is_told_later_with_the_note_of_then(office: Office) -> None:
    office.crm.troubles = [DirectoryError("down"), DirectoryError("down")]
    entry = office.end("anna", CALL)
    office.done(office.journal.annotate("anna", entry.id, "meanwhile", ""))
    office.clock.advance(PAUSES[0])
    assert (office.crm.written, office.state("anna", entry)) == ([], "waiting")
    office.clock.advance(PAUSES[1])
    assert [each.note for each in office.crm.written] == ["meanwhile"]
    assert not office.clock.getDelayedCalls()


def test_a_crm_that_stays_away_is_given_up_until_the_next_note(office: Office) -> None:
    office.crm.troubles = [DirectoryError("down")] * 9
    entry = office.end("anna", CALL)
    office.clock.pump(PAUSES)
    assert len(office.crm.troubles) == 9 - 1 - len(PAUSES)
    assert (office.clock.getDelayedCalls(), office.state("anna", entry)) == ([], "failed")
    office.crm.troubles.clear()
    office.note("anna", entry, "a note")
    assert (office.crm.has["2001/c1/1700000000000"].note, office.state("anna", entry)) == ("a note", "written")


def test_a_mistake_of_a_source_is_not_repeated(office: Office) -> None:
    office.crm.troubles = [KeyError("id")]
    entry = office.end("anna", CALL)
    assert (office.crm.written, office.state("anna", entry)) == ([], "failed")
    assert not office.clock.getDelayedCalls()


def test_what_was_not_told_before_the_end_is_told_after_the_next_start(office: Office, clock: Clock) -> None:
    office.crm.troubles = [DirectoryError("down")]
    entry = office.end("anna", CALL)
    office.activities.close()
    clock.advance(PAUSES[0])
    assert not office.crm.written
    office.done(Activities([cast(Any, office.crm)], clock, office.journal).resume())
    assert (len(office.crm.written), office.state("anna", entry)) == (1, "written")
    office.done(Activities([cast(Any, office.crm)], clock, office.journal).resume())
    assert len(office.crm.written) == 1


def test_a_source_that_is_no_longer_there_takes_nothing(office: Office, clock: Clock) -> None:
    office.crm.troubles = [DirectoryError("down")]
    entry = office.end("anna", CALL)
    office.done(Activities([], clock, office.journal).resume())
    assert office.state("anna", entry) == "failed"


@pytest.mark.parametrize("how", ["purged", "private"])
def test_what_is_forgotten_is_not_told_any_more(office: Office, how: str) -> None:
    office.crm.troubles = [DirectoryError("down")]
    entry = office.end("anna", CALL)
    if how == "purged":
        assert office.done(office.journal.purge(Subject(login="anna"))) == 1
    else:
        office.done(office.journal.make_private("anna", entry.id))
    office.clock.pump(PAUSES)
    assert not office.crm.written


def test_without_a_journal_the_crm_is_told_all_the_same(office: Office) -> None:
    told = office.activities.wanted("anna", CALL)
    assert told is not None
    office.crm.troubles = [DirectoryError("down")]
    office.activities.tell_without_journal(told)
    office.clock.advance(PAUSES[0])
    assert (len(office.crm.written), office.settled) == (1, [])


def test_a_call_that_is_not_over_is_not_told(office: Office) -> None:
    assert office.activities.wanted("anna", msgspec.structs.replace(CALL, result=None)) is None
