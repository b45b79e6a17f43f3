from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from twisted.internet.interfaces import IReactorFromThreads
from twisted.python.threadpool import ThreadPool

from crm_adapter.contactindex import ContactIndex
from crm_adapter.directory import Contact, LabelledNumber, Page
from crm_adapter.location import Location
from crm_adapter.numbers import normalise
from tests.unit.crm_adapter.spellings import CALLERS, HOPELESS, STRANGERS, Spelling, spellings

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from tests.unit.crm_adapter.conftest import Done

MUNICH = Location(area_code="089")
CORPUS = list(spellings())


async def pages() -> AsyncGenerator[Page, None]:
    texts = [*(spelling.raw for spelling in CORPUS), *HOPELESS]
    yield Page(
        contacts=tuple(
            Contact(
                kind="person",
                record_id=str(key),
                name=f"Person {key}",
                numbers=(LabelledNumber(label="business", raw=raw),),
            )
            for key, raw in enumerate(texts)
        ),
        whole=True,
    )


@pytest.fixture
def index(tmp_path: Path, here: tuple[IReactorFromThreads, ThreadPool], done: Done) -> ContactIndex:
    index = ContactIndex(f"sqlite:///{tmp_path / 'index.db'}", MUNICH, here[0], pool=here[1])
    done(index.start())
    done(index.token("crm"))
    done(index.take("crm", pages()))
    return index


def test_the_corpus_is_worth_its_name() -> None:
    assert len(CORPUS) >= 300
    assert len({spelling.raw for spelling in CORPUS}) == len(CORPUS)


@pytest.mark.parametrize("spelling", CORPUS, ids=lambda spelling: spelling.raw)
def test_every_spelling_is_the_number_it_means(spelling: Spelling) -> None:
    assert normalise(spelling.raw, MUNICH, "stored").e164 == spelling.e164


def test_every_caller_is_found_in_every_spelling_and_nobody_else_is(index: ContactIndex, done: Done) -> None:
    for caller in CALLERS:
        meant = {str(key) for key, spelling in enumerate(CORPUS) if spelling.e164 == caller}
        found = {match.record_id for match in done(index.lookup("crm", normalise(caller, MUNICH)))}
        assert found == meant


def test_a_stranger_is_nobody(index: ContactIndex, done: Done) -> None:
    for caller in STRANGERS:
        assert done(index.lookup("crm", normalise(caller, MUNICH))) == ()
