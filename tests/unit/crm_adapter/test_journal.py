from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest
from twisted.internet.interfaces import IReactorFromThreads
from twisted.python.threadpool import ThreadPool

from crm_adapter.calllist import CallEntry
from crm_adapter.journal import Journal, JournalEntry
from crm_adapter.numbers import Location, Number, normalise
from csta.model.call import Direction, Presentation

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
    rest = done(journal.entries("anna", before=first.entries[-1].began, limit=3))
    assert [entry.began % 10_000 for entry in rest.entries] == [1000, 0]
    assert not rest.more


def test_only_missed_calls(done: Done, journal: Journal) -> None:
    for call in calls(5):
        done(journal.record("anna", call))
    page = done(journal.entries("anna", missed_only=True, limit=3))
    assert {entry.result for entry in page.entries} == {"missed"}
    assert (len(page.entries), page.more) == (3, False)


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
