from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from sqlalchemy import func, select
from twisted.internet.interfaces import IReactorFromThreads
from twisted.python.threadpool import ThreadPool

from crm_adapter.activities import activity
from crm_adapter.activityqueue import Told
from crm_adapter.calllist import CallEntry
from crm_adapter.directory import Match
from crm_adapter.erasure import Subject
from crm_adapter.journal import CallNote, Journal, JournalEntry
from crm_adapter.journalquery import Wanted
from crm_adapter.journalschema import ACTIVITIES, DRAFTS, MARKS, NOTES
from crm_adapter.numbers import Location, Number, normalise
from crm_adapter.numberset import number_set
from crm_adapter.sources.database import PlainDatabase
from csta.model.call import Direction, Presentation
from tests.unit.crm_adapter import journal_rows

if TYPE_CHECKING:
    from tests.unit.crm_adapter.conftest import Done

MISSED = CallEntry(
    id="c1",
    device="2001",
    direction=Direction.INCOMING,
    label="ended",
    since=1_700_000_020_000,
    began=1_700_000_000_000,
    number=normalise("069 90009123", Location()),
    name="Erika Mustermann",
    company="Muster GmbH",
    result="missed",
    duration=0,
)


@pytest.fixture
def journal(done: Done, url: str, here: tuple[IReactorFromThreads, ThreadPool]) -> Journal:
    kept = Journal(url, *here)
    done(kept.start())
    return kept


def calls(count: int) -> list[CallEntry]:
    """Calls one second apart, every second one answered."""
    return [
        msgspec.structs.replace(
            MISSED, id=f"c{number}", began=MISSED.began + 1000 * number, result=("missed", "answered")[number % 2]
        )
        for number in range(count)
    ]


@pytest.mark.parametrize(
    "number",
    [
        MISSED.number,
        normalise("2002", Location(main_numbers=("+49 89 99998",))),
        Number(presentation=Presentation.RESTRICTED),
        Number(raw="x" * 250, display="x" * 250),
    ],
)
@pytest.mark.parametrize(("result", "by"), [("missed", None), ("elsewhere", "Jonas Weber"), ("answered", None)])
def test_a_call_is_given_back_as_it_was_kept(
    done: Done, journal: Journal, number: Number, result: str, by: str | None
) -> None:
    call = msgspec.structs.replace(MISSED, number=number, result=result, answered_by=by, internal=True, duration=75)
    kept = done(journal.record("anna", call))
    assert kept == JournalEntry(
        id=kept.id,
        direction=Direction.INCOMING,
        number=number,
        name="Erika Mustermann",
        company="Muster GmbH",
        internal=True,
        result=call.result or "missed",
        answered_by=by,
        began=1_700_000_000_000,
        duration=75,
    )
    assert done(journal.entries("anna")).entries == (kept,)


def test_a_call_told_twice_is_kept_once(done: Done, journal: Journal) -> None:
    first = done(journal.record("anna", MISSED))
    assert done(journal.record("anna", msgspec.structs.replace(MISSED, name="somebody else"))) == first
    assert done(journal.entries("anna")).entries == (first,)


def test_the_same_call_id_after_a_restart_is_another_call(done: Done, journal: Journal) -> None:
    done(journal.record("anna", MISSED))
    done(journal.record("anna", msgspec.structs.replace(MISSED, began=MISSED.began + 1)))
    assert len(done(journal.entries("anna")).entries) == 2


def test_everyone_has_a_journal_of_their_own(done: Done, journal: Journal) -> None:
    done(journal.record("anna", MISSED))
    done(journal.record("jonas", MISSED))
    assert len(done(journal.entries("anna")).entries) == 1
    assert done(journal.entries("lena")).entries == ()


def test_pages_of_the_journal_newest_first(done: Done, journal: Journal) -> None:
    for call in calls(5):
        done(journal.record("anna", call))
    first = done(journal.entries("anna", limit=3))
    assert [entry.began % 10_000 for entry in first.entries] == [4000, 3000, 2000]
    assert first.more
    rest = done(journal.entries("anna", Wanted(before=first.entries[-1].began), limit=3))
    assert [entry.began % 10_000 for entry in rest.entries] == [1000, 0]
    assert not rest.more


def test_only_missed_calls(done: Done, journal: Journal) -> None:
    for call in calls(5):
        done(journal.record("anna", call))
    page = done(journal.entries("anna", Wanted(result="missed"), limit=3))
    assert {entry.result for entry in page.entries} == {"missed"}
    assert (len(page.entries), page.more) == (3, False)


def test_calls_are_found_by_what_they_have(done: Done, journal: Journal) -> None:
    assert done(journal_rows.found(journal)) == journal_rows.FOUND


def test_a_call_that_is_not_over_is_not_kept(done: Done, journal: Journal) -> None:
    with pytest.raises(ValueError, match="not over"):
        done(journal.record("anna", msgspec.structs.replace(MISSED, result=None)))


def test_the_journal_outlives_the_process(
    done: Done, journal: Journal, url: str, here: tuple[IReactorFromThreads, ThreadPool]
) -> None:
    kept = done(journal.record("anna", MISSED))
    again = Journal(url, *here)
    done(again.start())
    assert done(again.entries("anna")).entries == (kept,)


def after(call: CallEntry, seconds: int, **changes: Any) -> CallEntry:  # noqa: ANN401 -- fields of any type
    return msgspec.structs.replace(call, began=call.began + 1000 * seconds, **changes)


@pytest.mark.parametrize("direction", [Direction.INCOMING, Direction.OUTGOING])
def test_a_missed_call_is_done_when_the_two_have_talked_later(
    done: Done, journal: Journal, direction: Direction
) -> None:
    assert not done(journal.record("anna", MISSED)).done
    done(journal.record("anna", after(MISSED, 60, direction=direction, result="unreachable")))
    done(journal.record("jonas", after(MISSED, 61, direction=direction, result="answered")))
    assert [entry.done for entry in done(journal.entries("anna", Wanted(result="missed"))).entries] == [False]
    done(journal.record("anna", after(MISSED, 62, direction=direction, result="answered")))
    assert [entry.done for entry in done(journal.entries("anna", Wanted(result="missed"))).entries] == [True]


def test_calls_without_a_number_are_never_done_by_each_other(done: Done, journal: Journal) -> None:
    nobody = msgspec.structs.replace(MISSED, number=Number(presentation=Presentation.RESTRICTED))
    done(journal.record("anna", nobody))
    done(journal.record("anna", after(nobody, 9, result="answered")))
    assert not done(journal.entries("anna", Wanted(result="missed"))).entries[0].done


def test_a_later_note_takes_the_place_of_the_first(done: Done, journal: Journal) -> None:
    entry = done(journal.record("anna", MISSED))
    done(journal.annotate("anna", entry.id, "one", ""))
    written = done(journal.annotate("anna", entry.id, "two", "offer"))
    assert written == msgspec.structs.replace(entry, note="two", disposition="offer")
    assert done(journal.entries("anna")).entries == (written,)


@pytest.mark.parametrize(
    ("chosen", "left"),
    [
        ({"login": "anna"}, {"jonas"}),
        ({"numbers": ["069/90009-123"]}, set()),
        ({"numbers": ["069/90009-123"], "login": "jonas"}, {"anna"}),
        ({"numbers": ["030 1234567", "+49 69 90009123"]}, set()),
        ({"numbers": ["030 1234567"]}, {"anna", "jonas"}),
        ({"before": MISSED.began + 1}, {"jonas"}),
    ],
)
def test_what_is_kept_about_a_user_or_number_is_given_out_and_deleted_with_its_notes(
    done: Done, journal: Journal, chosen: dict[str, Any], left: set[str]
) -> None:
    first = done(journal.record("anna", MISSED))
    done(journal.record("jonas", after(MISSED, 1)))
    done(journal.annotate("anna", first.id, "a note", ""))
    if "numbers" in chosen:
        chosen = {**chosen, "numbers": number_set(chosen["numbers"], [Location()])}
    subject = Subject(**chosen)
    assert {call.user for call in done(journal.export(subject, list))} == {"anna", "jonas"} - left
    assert done(journal.count(subject)) == 2 - len(left)
    assert done(journal.users(subject)) == {"anna", "jonas"} - left
    assert done(journal.purge(subject)) == 2 - len(left)
    assert {login for login in ("anna", "jonas") if done(journal.entries(login)).entries} == left
    if "anna" in left:
        assert done(journal.entries("anna")).entries[0].note == "a note"


def test_nothing_is_deleted_unless_something_says_what() -> None:
    with pytest.raises(ValueError, match="which calls"):
        Subject()


def test_old_calls_go_with_all_that_is_known_about_them(done: Done, journal: Journal, url: str) -> None:
    told = Told(source="crm", activity=activity("anna", MISSED, Match(kind="person", record_id="7", name="E")))
    entry = done(journal.record("anna", MISSED, told, CallNote(note="a note")))
    done(journal.mark_done("anna", entry.id, True))
    done(journal.draft("anna", after(MISSED, 1, id="live"), CallNote(note="of a live call"), MISSED.began))
    tables = (NOTES, MARKS, ACTIVITIES, DRAFTS)
    database = PlainDatabase(url)
    count = [select(func.count()).select_from(table) for table in tables]
    assert [database.do(lambda connection, each: connection.scalar(each), each) for each in count] == [1, 1, 1, 1]
    assert done(journal.purge(Subject(before=MISSED.began + 1))) == 1
    assert [database.do(lambda connection, each: connection.scalar(each), each) for each in count] == [0, 0, 0, 0]
