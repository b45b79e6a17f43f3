from __future__ import annotations

from typing import TYPE_CHECKING

from twisted.internet.task import Clock

from crm_adapter.breaker import Breaker
from crm_adapter.directory import Match
from crm_adapter.errors import DirectoryError
from crm_adapter.lookup import Lookup, LookupResult
from crm_adapter.numbers import Number

if TYPE_CHECKING:
    from tests.unit.crm_adapter.conftest import Book

ERIKA = Match(kind="person", record_id="1", name="Erika Mustermann", source="a")


def test_a_source_is_left_alone_after_failures_in_a_row() -> None:
    breaker = Breaker(failures=2, pause=30.0)
    breaker.failed(0.0)
    breaker.succeeded()
    assert not breaker.failed(1.0)
    assert breaker.allows(1.0)
    assert breaker.failed(2.0)
    assert not breaker.allows(31.9)


def test_after_the_pause_one_question_tries_it_again() -> None:
    breaker = Breaker(failures=1, pause=30.0)
    breaker.failed(0.0)
    assert breaker.allows(30.0)
    assert not breaker.allows(30.0)
    assert not breaker.failed(31.0)
    assert not breaker.allows(60.9)
    assert breaker.allows(61.0)
    breaker.succeeded()
    assert breaker.allows(61.0)


def test_a_broken_source_is_not_waited_for_again(book: type[Book], clock: Clock) -> None:
    broken, sound = book("broken"), book("sound")
    lookup = Lookup((broken, sound), clock)
    results: list[LookupResult] = []
    for last in range(4):
        number = Number(e164=f"+49699000912{last}")
        results.append(lookup.watch(number, results.append))
        if broken.answers:
            broken.fail(DirectoryError("down"))
        sound.answer(ERIKA)
    assert len(broken.asked) == 3
    assert results[-1] == LookupResult(matches=(ERIKA,), failed=("broken",))
    clock.advance(30.0)
    lookup.watch(Number(e164="+496990009129"), results.append)
    assert len(broken.asked) == 4


def test_a_source_that_never_answers_is_left_alone_too(book: type[Book], clock: Clock) -> None:
    silent = book("silent")
    lookup = Lookup((silent,), clock)
    for last in range(3):
        lookup.watch(Number(e164=f"+49699000912{last}"), lambda result: None)
        clock.advance(10.0)
    assert lookup.watch(Number(e164="+496990009129"), lambda result: None) == LookupResult(failed=("silent",))


def test_an_answer_from_before_a_change_is_not_remembered(book: type[Book], clock: Clock) -> None:
    source = book("a")
    lookup = Lookup((source,), clock)
    number = Number(e164="+496990009123")
    lookup.watch(number, lambda result: None)
    for listener in source.listeners:
        listener()
    source.answer()
    assert lookup.watch(number, lambda result: None).pending
