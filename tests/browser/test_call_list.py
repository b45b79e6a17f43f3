"""The labels of active calls (L) as the seed has them, on the real gateway, in German and in English.

The German screens are light panels, the English ones dark windows.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect

from tests.browser.words import ERIKA, LOOKS, WORDS, button, card, consult, dial, says

if TYPE_CHECKING:
    from tests.browser.office import Office

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("language", ["de", "en"])]

Enter = Callable[..., Page]
Picture = Callable[[Page, str], None]
FAR = "0044 161 4960142"


@pytest.fixture
def anna(enter: Enter, language: str) -> Page:
    return enter("anna", language, **LOOKS[language])


def test_l01_without_a_call_the_list_says_so(anna: Page, picture: Picture, language: str) -> None:
    expect(anna.locator(".calls")).to_have_text(WORDS["no call"][language])
    picture(anna, "empty")


def test_l02_l04_a_call_to_outside_is_dialled_then_connected(
    office: Office, anna: Page, picture: Picture, language: str
) -> None:
    call = dial(anna, language, FAR)
    says(call, "dialing", language)
    picture(anna, "dialling")
    office.order("far_end_answers")
    says(call, "connected", language)


def test_l03_l04_l05_a_call_from_outside_rings_is_connected_and_held(
    office: Office, anna: Page, picture: Picture, language: str
) -> None:
    office.order("ring", ERIKA, "2001")
    call = card(anna, "Erika Mustermann")
    says(call, "ringing", language)
    office.order("lift", "2001")
    says(call, "connected", language)
    button(call, "hold", language).click()
    says(call, "held", language)
    picture(anna, "held")
    button(call, "resume", language).click()
    says(call, "connected", language)


def test_l06_l08_a_consultation_has_a_row_of_its_own(
    office: Office, anna: Page, picture: Picture, language: str
) -> None:
    first, second = consult(office, anna, language)
    says(first, "pending", language)
    says(second, "dialing", language)
    office.order("lift", "2002")
    says(second, "consultation", language)
    expect(anna.locator(".card")).to_have_count(2)
    picture(anna, "consultation")


def test_l07_a_transfer_under_way_is_told(office: Office, anna: Page, picture: Picture, language: str) -> None:
    first, second = consult(office, anna, language)
    office.order("lift", "2002")
    says(second, "consultation", language)
    office.order("late", "TransferedEvent", 1.0)
    button(second, "complete", language).click()
    says(first, "transferring", language)
    says(second, "transferring", language)
    picture(anna, "transferring")
    expect(anna.locator(".card")).to_have_count(0)


def test_l09_a_colleague_is_internal_on_the_card_and_in_the_journal(
    anna: Page, picture: Picture, language: str
) -> None:
    call = dial(anna, language, "2002")
    says(call, "dialing", language)
    expect(call.locator(".badge")).to_have_text(WORDS["internal"][language])
    expect(call).to_contain_text("Jonas Weber")
    button(call, "hang up", language).click()
    entry = anna.locator(".entry", has_text="Jonas Weber").first
    anna.set_viewport_size({"width": 360, "height": 720})
    badge, row = entry.locator(".badge").bounding_box(), entry.locator(".row__who").bounding_box()
    assert badge
    assert row
    assert badge["x"] + badge["width"] <= row["x"] + row["width"]  # whole, however long the name is
    picture(anna, "journal")


@pytest.mark.parametrize(("number", "word"), [("089 5550000", "busy"), ("089 5559999", "invalid")])
def test_l10_busy_and_invalid_numbers_are_told(
    anna: Page, picture: Picture, language: str, number: str, word: str
) -> None:
    call = dial(anna, language, number)
    says(call, word, language)
    expect(button(call, "hang up", language)).to_be_visible()
    picture(anna, "failed")
