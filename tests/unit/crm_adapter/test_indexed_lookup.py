"""From a caller's number to the record in the index: whose location counts where, and what a crowd of records hides."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from twisted.internet.interfaces import IReactorFromThreads
from twisted.python.threadpool import ThreadPool

from crm_adapter.contactindex import ContactIndex
from crm_adapter.directory import Contact, LabelledNumber, Match, Page
from crm_adapter.location import Location
from crm_adapter.lookup import ranked
from crm_adapter.numbers import normalise

if TYPE_CHECKING:
    from tests.unit.crm_adapter.conftest import Done

MUNICH = Location(area_code="089")
VIENNA = Location(country="AT", area_code="01")
ABROAD = Location(country="DE", area_code="089", plus_missing=True, outside_prefixes=("9",))

Fill = Callable[..., ContactIndex]


@pytest.fixture
def fill(tmp_path: Path, here: tuple[IReactorFromThreads, ThreadPool], done: Done) -> Fill:
    """An index of contacts, given as kind, name and numbers, of a CRM that is kept at a location."""

    def filled(*contacts: tuple[str, str, tuple[str, ...]], location: Location = MUNICH) -> ContactIndex:
        async def pages() -> AsyncGenerator[Page, None]:
            yield Page(contacts=tuple(contact(place, *each) for place, each in enumerate(contacts)), whole=True)

        index = ContactIndex(f"sqlite:///{tmp_path / 'index.db'}", location, here[0], pool=here[1])
        done(index.start())
        done(index.token("crm"))
        done(index.take("crm", pages()))
        return index

    return filled


def contact(place: int, kind: str, name: str, numbers: tuple[str, ...]) -> Contact:
    labelled = tuple(LabelledNumber(label="business", raw=raw) for raw in numbers)
    return Contact(kind="company" if kind == "company" else "person", record_id=str(place), name=name, numbers=labelled)


@pytest.fixture
def names(done: Done) -> Callable[..., list[str]]:
    """Who is found for a number as it comes at a site, best first, each once."""

    def found(index: ContactIndex, raw: str, location: Location = MUNICH) -> list[str]:
        matches: tuple[Match, ...] = done(index.lookup("crm", normalise(raw, location)))
        return [match.name for match in ranked(matches)]

    return found


@pytest.mark.parametrize(
    ("raw", "at", "expected"),
    [
        ("0895551234", MUNICH, ["Erika"]),
        ("5551234", MUNICH, ["Erika"]),  # a local call comes without area code
        ("0049895551234", VIENNA, ["Erika"]),
        ("49895551234", ABROAD, ["Erika"]),
        ("5551234", VIENNA, []),  # the same digits in Vienna are somebody else's
        ("015551234", VIENNA, []),
    ],
)
def test_a_caller_is_understood_as_at_the_users_site_and_a_record_as_at_the_crm(
    fill: Fill, names: Callable[..., list[str]], raw: str, at: Location, expected: list[str]
) -> None:
    index = fill(("person", "Erika", ("5551234",)), location=MUNICH)
    assert names(index, raw, at) == expected


def test_the_same_record_kept_in_vienna_is_found_by_callers_of_vienna(
    fill: Fill, names: Callable[..., list[str]]
) -> None:
    index = fill(("person", "Erika", ("5551234",)), location=VIENNA)
    assert names(index, "004315551234", MUNICH) == ["Erika"]
    assert names(index, "0895551234", MUNICH) == []


def test_m04_a_number_in_two_fields_of_one_record_is_one_match(fill: Fill, names: Callable[..., list[str]]) -> None:
    index = fill(("person", "Erika", ("069 90009123", "+49 (0)69 90009-123")), ("person", "Max", ("069/90009123",)))
    assert names(index, "06990009123") == ["Erika", "Max"]


def test_a_crowd_at_the_main_number_does_not_hide_who_has_the_number_itself(
    fill: Fill, names: Callable[..., list[str]]
) -> None:
    crowd = [("company", f"Branch {number:02}", ("069 90009-0",)) for number in range(60)]
    index = fill(*crowd, ("person", "Zoe", ("069 90009-123",)))
    assert names(index, "06990009123") == ["Zoe"]


def test_people_who_only_share_the_main_number_do_not_hide_the_company(
    fill: Fill, names: Callable[..., list[str]]
) -> None:
    crowd = [("person", f"Employee {number:02}", ("069 90009",)) for number in range(60)]
    index = fill(*crowd, ("company", "Muster GmbH", ("069 90009",)))
    assert names(index, "06990009123") == ["Muster GmbH"]
