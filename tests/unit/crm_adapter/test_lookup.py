from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from msgspec import structs
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock

from crm_adapter.directory import Match
from crm_adapter.errors import DirectoryError
from crm_adapter.location import Location
from crm_adapter.lookup import Asked, Lookup, LookupResult, ranked
from crm_adapter.numbers import Number, normalise
from crm_adapter.sites import Sites
from crm_adapter.users import User, Users

if TYPE_CHECKING:
    from tests.unit.crm_adapter.conftest import Book

NUMBER = Number(raw="069 90009123", e164="+496990009123", kind="national", display="069 90009123", verified=True)
ERIKA = Match(kind="person", record_id="1", name="Erika Mustermann", company="Muster GmbH", source="a")
MAX = Match(kind="person", record_id="2", name="Max Mustermann", source="b")
MUSTER = Match(kind="company", record_id="1", name="Muster GmbH", source="a")


@pytest.fixture
def books(book: type[Book]) -> tuple[Book, Book]:
    return book("a"), book("b")


@pytest.fixture
def lookup(books: tuple[Book, Book], clock: Clock) -> Lookup:
    return Lookup(books, clock, users=Users([User(login="anna", name="Anna Berger", extension="2001")]))


def found(answer: Deferred[LookupResult]) -> list[LookupResult]:
    results: list[LookupResult] = []
    answer.addCallback(results.append)
    return results


def test_all_sources_are_asked_at_once_and_the_rank_does_not_depend_on_who_is_quicker(
    lookup: Lookup, books: tuple[Book, Book]
) -> None:
    results = found(Deferred.fromCoroutine(lookup.find(NUMBER)))
    assert [book.asked for book in books] == [[NUMBER], [NUMBER]]
    books[1].answer(MAX)
    assert not results
    books[0].answer(MUSTER, ERIKA)
    assert results == [LookupResult(matches=(ERIKA, MAX, MUSTER))]


def test_find_gives_what_there_is_when_the_budget_is_spent(
    lookup: Lookup, books: tuple[Book, Book], clock: Clock
) -> None:
    results = found(Deferred.fromCoroutine(lookup.find(NUMBER)))
    books[0].answer(ERIKA)
    clock.advance(1.0)
    assert results == [LookupResult(matches=(ERIKA,), pending=True)]


def test_a_late_answer_still_reaches_those_who_watch(lookup: Lookup, books: tuple[Book, Book], clock: Clock) -> None:
    heard: list[LookupResult] = []
    assert lookup.watch(NUMBER, heard.append) == LookupResult(pending=True)
    books[0].answer(ERIKA)
    clock.advance(5.0)
    books[1].answer(MAX)
    assert heard == [LookupResult(matches=(ERIKA,), pending=True), LookupResult(matches=(ERIKA, MAX))]
    assert not clock.getDelayedCalls()


def test_a_source_that_fails_does_not_keep_others_from_answering(lookup: Lookup, books: tuple[Book, Book]) -> None:
    results = found(Deferred.fromCoroutine(lookup.find(NUMBER)))
    books[0].fail(DirectoryError("down"))
    books[1].answer(MAX)
    assert results == [LookupResult(matches=(MAX,), failed=("a",))]


def test_an_answer_with_a_gap_is_not_remembered(lookup: Lookup, books: tuple[Book, Book]) -> None:
    found(Deferred.fromCoroutine(lookup.find(NUMBER)))
    books[0].fail(DirectoryError("down"))
    books[1].answer(MAX)
    found(Deferred.fromCoroutine(lookup.find(NUMBER)))
    assert len(books[0].asked) == 2


def test_a_source_that_never_answers_is_given_up(lookup: Lookup, books: tuple[Book, Book], clock: Clock) -> None:
    heard: list[LookupResult] = []
    lookup.watch(NUMBER, heard.append)
    books[0].answer(ERIKA)
    clock.advance(10.0)
    assert heard[-1] == LookupResult(matches=(ERIKA,), failed=("b",))
    books[1].answer(MAX)
    assert MAX in heard[-1].matches


def test_one_question_serves_all_who_ask_at_the_same_time(lookup: Lookup, books: tuple[Book, Book]) -> None:
    first = found(Deferred.fromCoroutine(lookup.find(NUMBER)))
    second = found(Deferred.fromCoroutine(lookup.find(NUMBER)))
    books[0].answer(ERIKA)
    books[1].answer()
    assert first == second == [LookupResult(matches=(ERIKA,))]
    assert len(books[0].asked) == 1


@pytest.mark.parametrize(("matches", "kept"), [((ERIKA,), 300.0), ((), 30.0)])
def test_an_answer_is_remembered_for_a_while(
    lookup: Lookup, books: tuple[Book, Book], clock: Clock, matches: tuple[Match, ...], kept: float
) -> None:
    lookup.watch(NUMBER, lambda result: None)
    books[0].answer(*matches)
    books[1].answer()
    clock.advance(kept - 1.0)
    assert lookup.watch(NUMBER, lambda result: None) == LookupResult(matches=matches)
    clock.advance(1.0)
    assert lookup.watch(NUMBER, lambda result: None).pending
    assert len(books[0].asked) == 2


def test_a_change_in_a_source_drops_what_is_remembered(lookup: Lookup, books: tuple[Book, Book]) -> None:
    lookup.watch(NUMBER, lambda result: None)
    books[0].answer(ERIKA)
    books[1].answer()
    for listener in books[1].listeners:
        listener()
    assert lookup.watch(NUMBER, lambda result: None).pending


def test_the_memory_is_limited(books: tuple[Book, Book], clock: Clock) -> None:
    lookup = Lookup(books, clock, size=2)
    for last in "123":
        lookup.watch(Number(e164=f"+4969900091{last}"), lambda result: None)
        books[0].answer()
        books[1].answer()
    assert not lookup.watch(Number(e164="+49699000913"), lambda result: None).pending
    assert lookup.watch(Number(e164="+49699000911"), lambda result: None).pending


def test_colleagues_are_known_without_asking_anybody(lookup: Lookup, books: tuple[Book, Book]) -> None:
    anna = Number(raw="2001", e164="+49891232001", internal="2001", kind="internal", display="2001")
    assert found(Deferred.fromCoroutine(lookup.find(anna))) == [
        LookupResult(matches=(Match(kind="user", record_id="anna", name="Anna Berger", source="users"),))
    ]
    stranger = Number(raw="2999", internal="2999", kind="internal", display="2999")
    assert found(Deferred.fromCoroutine(lookup.find(stranger))) == [LookupResult()]
    assert not books[0].asked


MUNICH = Location(country="DE", area_code="089", main_numbers=("+49 89 1234",))
VIENNA = Location(country="AT", area_code="01", main_numbers=("+43 1 99998",))
SITES = Sites(MUNICH, {"Wien": VIENNA})
ANNA = User(login="anna", name="Anna Berger", extension="2001")
FRANZ = User(login="franz", name="Franz Huber", extension="3001", site="Wien")
DOOR = User(login="door", name="Empfang", extension="2000", cti_enabled=False)


@pytest.mark.parametrize(
    ("seen_from", "raw", "login"),
    [
        (MUNICH, "2001", "anna"),  # by extension
        (MUNICH, "08912342001", "anna"),  # by the full number at home
        (VIENNA, "0049 89 1234 2001", "anna"),  # and as it comes from another site
        (MUNICH, "0043 1 99998 3001", "franz"),
        (VIENNA, "01 99998 3001", "franz"),
        (VIENNA, "3001", "franz"),
        (VIENNA, "+49 89 1234 2000", "door"),  # no call screen, and a colleague all the same
        (MUNICH, "+43 1 99998 2001", None),  # extension 2001 is Anna's, but she is not in Vienna
        (MUNICH, "+43 1 99998", None),
        (MUNICH, "+49 89 12345", None),
    ],
)
def test_colleagues_of_every_site_are_known_by_extension_and_by_full_number(
    books: tuple[Book, Book], clock: Clock, seen_from: Location, raw: str, login: str | None
) -> None:
    lookup = Lookup(books, clock, users=Users([ANNA, FRANZ, DOOR]), sites=SITES)
    result = lookup.watch(normalise(raw, seen_from), lambda later: None)
    assert [match.record_id for match in result.matches] == ([login] if login else [])
    assert result.pending is (login is None)
    assert not (login and books[0].asked)


def test_users_who_move_are_found_where_they_are(books: tuple[Book, Book], clock: Clock) -> None:
    users = Users([ANNA])
    lookup = Lookup(books, clock, users=users, sites=SITES)
    full = normalise("+49 89 1234 2001", VIENNA)
    assert lookup.watch(full, lambda later: None).matches
    users.replace([structs.replace(ANNA, site="Wien")])
    assert not lookup.watch(full, lambda later: None).matches


def test_nobody_is_asked_for_a_withheld_number(lookup: Lookup, books: tuple[Book, Book]) -> None:
    assert found(Deferred.fromCoroutine(lookup.find(Number()))) == [LookupResult()]
    assert not books[0].asked


@pytest.mark.parametrize(
    ("matches", "after", "outcome"),
    [
        ((ERIKA,), 1.0, "found"),
        ((), 0.5, "none"),
        ((structs.replace(ERIKA, certainty="uncertain"),), 0.5, "uncertain"),
        ((ERIKA,), 1.5, "late"),
        ((), 10.0, "late"),
    ],
)
def test_what_came_of_a_question_is_told_once(
    book: type[Book], clock: Clock, matches: tuple[Match, ...], after: float, outcome: str
) -> None:
    heard: list[Asked] = []
    source = book("a")
    lookup = Lookup((source,), clock, budget=1.0, on_asked=heard.append)
    for _ in range(2):
        lookup.watch(NUMBER, lambda result: None)
    clock.advance(after)
    if after < 10.0:  # else it was given up
        source.answer(*matches)
    assert [(asked.outcome, asked.took) for asked in heard] == [(outcome, after)]


def test_without_sources_nothing_is_pending(clock: Clock) -> None:
    assert Lookup((), clock).watch(NUMBER, lambda result: None) == LookupResult()
    assert not clock.getDelayedCalls()


def test_a_record_found_twice_is_shown_once_under_its_best_rank() -> None:
    again = Match(kind="person", record_id="1", name="Erika Mustermann", certainty="uncertain", source="a")
    main = Match(kind="company", record_id="1", name="Muster GmbH", certainty="main_number", source="b")
    assert ranked([again, main, MUSTER, ERIKA]) == (ERIKA, MUSTER, main)
