"""When which button of a call is there (B), as the seed wants it, on the real gateway, in German and in English.

The German screens are light panels, the English ones dark windows. That others than CTI users have no call screen
(B10) is row U01.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.words import ERIKA, LOOKS, WORDS, button, buttons, card, consult, dial, field, rings, says, talk

if TYPE_CHECKING:
    from tests.browser.office import Office

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("language", ["de", "en"])]

Enter = Callable[..., Page]
Picture = Callable[[Page, str], None]


@pytest.fixture
def anna(enter: Enter, language: str) -> Page:
    return enter("anna", language, **LOOKS[language])


def offers(call: Locator, language: str, *words: str) -> None:
    """Wait until these buttons and no others are there."""
    expect(buttons(call)).to_have_text([WORDS[word][language] for word in words])


def test_b01_dial_is_there_unless_a_call_is_being_dialled(
    office: Office, anna: Page, picture: Picture, language: str
) -> None:
    dialling = button(anna, "dial", language)
    expect(dialling).to_be_disabled()
    field(anna, language).fill("0044 161 4960142")
    expect(dialling).to_be_enabled()
    dialling.click()
    expect(dialling).to_be_hidden()
    picture(anna, "dialling")
    office.order("far_end_answers")
    says(card(anna), "connected", language)
    expect(dialling).to_be_visible()


def test_b02_hang_up_is_there_in_every_call(office: Office, anna: Page, picture: Picture, language: str) -> None:
    call = dial(anna, language, "0044 161 4960142")
    offers(call, language, "hang up")  # while it is dialled
    office.order("far_end_answers")
    offers(call, language, "hold", "consult", "transfer", "keypad", "hang up")
    picture(anna, "connected")
    button(call, "hang up", language).click()
    expect(call).to_have_count(0)
    expect(anna.get_by_role("button", name=WORDS["hang up"][language])).to_have_count(0)


@pytest.mark.parametrize("how", ["button", "handset"])
def test_b03_answer_is_there_while_it_rings(
    office: Office, anna: Page, picture: Picture, language: str, how: str
) -> None:
    office.order("ring", ERIKA, "2001")
    call = rings(anna, language)
    offers(call, language, "answer", "redirect", "decline")
    picture(anna, "ringing")
    if how == "button":
        button(call, "answer", language).click()
    else:
        office.order("lift", "2001")
    says(call, "connected", language)
    expect(button(call, "answer", language)).to_have_count(0)


@pytest.mark.parametrize("number", ["089 5550000", "089 5559999"], ids=["busy", "invalid"])
def test_b04_a_call_that_failed_cannot_be_held(anna: Page, picture: Picture, language: str, number: str) -> None:
    call = dial(anna, language, number)
    offers(call, language, "hang up")
    picture(anna, "failed")


def test_b05_hold_and_resume_take_turns(office: Office, anna: Page, picture: Picture, language: str) -> None:
    call = talk(office, anna, language)
    for _ in range(2):
        button(call, "hold", language).click()
        offers(call, language, "resume", "hang up")
        picture(anna, "held")
        button(call, "resume", language).click()
        expect(button(call, "hold", language)).to_be_visible()
        expect(button(call, "resume", language)).to_have_count(0)


def test_b06_a_call_is_passed_on_without_asking(
    office: Office, anna: Page, enter: Enter, picture: Picture, language: str
) -> None:
    call = talk(office, anna, language)
    button(call, "transfer", language).click()
    call.get_by_role("combobox").fill("2002")
    picture(anna, "to whom")
    button(call, "directly", language).click()
    expect(anna.locator(".card")).to_have_count(0)
    jonas = enter("jonas", language)
    rings(jonas, language, "Erika Mustermann")
    picture(jonas, "passed on")


def test_b07_b08_a_consultation_is_asked_for_and_the_transfer_completed(
    office: Office, anna: Page, enter: Enter, picture: Picture, language: str
) -> None:
    first, second = consult(office, anna, language)
    offers(second, language, "back", "hang up")  # not answered yet
    expect(button(second, "complete", language)).to_have_count(0)
    office.order("lift", "2002")
    offers(second, language, "complete", "swap", "conference", "back", "keypad", "hang up")
    picture(anna, "answered")
    button(second, "complete", language).click()
    expect(first).to_have_count(0)
    jonas = enter("jonas", language)
    says(card(jonas, "Erika Mustermann"), "connected", language)


@pytest.mark.parametrize("answered", [False, True], ids=["ringing", "answered"])
def test_b09_after_the_consultation_the_first_call_is_still_held(
    office: Office, anna: Page, picture: Picture, language: str, answered: bool
) -> None:
    first, second = consult(office, anna, language)
    if answered:
        office.order("lift", "2002")
        says(second, "consultation", language)
    button(second, "hang up", language).click()
    expect(second).to_have_count(0)
    says(first, "held", language)
    offers(first, language, "resume", "hang up")
    picture(anna, "held")
    button(first, "resume", language).click()
    offers(first, language, "hold", "consult", "transfer", "keypad", "hang up")


def test_both_calls_are_swapped_and_joined(
    office: Office, anna: Page, enter: Enter, picture: Picture, language: str
) -> None:
    first, second = consult(office, anna, language)
    office.order("lift", "2002")
    button(second, "swap", language).click()
    says(second, "held", language)
    says(first, "connected", language)
    picture(anna, "swapped")
    button(first, "conference", language).click()
    expect(anna.locator(".card")).to_have_count(1)
    says(card(anna), "connected", language)
    picture(anna, "conference")
