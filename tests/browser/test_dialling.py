"""Phone fields (F) and dialling (D) as the seed wants them, on the real gateway, in German and in English."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect

from tests.browser.words import ERIKA, STRANGER, WORDS, button, card, dial, field, rings, says

if TYPE_CHECKING:
    from tests.browser.office import Office

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("language", ["de", "en"])]

Enter = Callable[..., Page]
Picture = Callable[[Page, str], None]


def test_f01_numbers_wherever_they_stand_can_be_dialled(
    office: Office, enter: Enter, picture: Picture, language: str
) -> None:
    page = enter("anna", language)
    office.order("ring", ERIKA, "2001")
    rings(page, language)
    office.order("give_up")
    expect(card(page)).to_have_count(0)
    page.locator(".entry .row__press", has_text="Erika Mustermann").first.click()
    expect(field(page, language)).to_have_value("069 90009123")
    page.get_by_role("tab", name=WORDS["contacts"][language]).click()
    page.get_by_role("searchbox", name=WORDS["search"][language]).fill("Clarke")
    page.get_by_role("button", name="161 496 0142").click()
    expect(field(page, language)).to_have_value("+44 161 496 0142")
    picture(page, "contact")
    page.get_by_role("tab", name=WORDS["colleagues"][language]).click()
    page.get_by_role("button", name="Jonas Weber").click()
    expect(field(page, language)).to_have_value("2002")


@pytest.mark.parametrize(
    ("typed", "digits"),
    [
        ("0044 161 5527789", "000441615527789"),
        ("+ 44 (161) 5527789", "000441615527789"),
        ("030 1234567", "00301234567"),
        ("1234567", "00891234567"),
        ("2004", "2004"),
        ("+49 89 99998 2004", "2004"),
    ],
    ids=["D01", "D02", "D03", "D04", "D05", "D06"],
)
def test_d01_what_will_be_dialled_is_said_before(
    enter: Enter, picture: Picture, language: str, typed: str, digits: str
) -> None:
    page = enter("anna", language)
    field(page, language).fill(typed)
    expect(page.locator(".dial__hint")).to_contain_text(f"{WORDS['dials'][language]} {digits}")
    picture(page, "announced")


def test_d07_a_click_prepares_the_number_and_the_button_dials_it(
    office: Office, enter: Enter, picture: Picture, language: str
) -> None:
    page = enter("anna", language)
    page.get_by_role("tab", name=WORDS["colleagues"][language]).click()
    page.get_by_role("button", name="Jonas Weber").click()
    expect(page.locator(".dial__hint")).to_contain_text("Jonas Weber")
    picture(page, "prepared")
    expect(card(page)).to_have_count(0)
    jonas = enter("jonas", language)
    expect(card(jonas)).to_have_count(0)
    button(page, "dial", language).click()
    rings(jonas, language, "Anna Berger")


def test_d08_while_it_is_dialled_the_field_and_the_list_say_so(enter: Enter, picture: Picture, language: str) -> None:
    page = enter("anna", language)
    call = dial(page, language, "0044 161 4960142")
    says(call, "dialing", language)
    expect(page.locator(".dial__hint")).to_have_text(f"Emily Clarke: {WORDS['dialing'][language]}")
    picture(page, "dialling")


def test_d09_dialling_can_be_stopped_at_any_time(office: Office, enter: Enter, picture: Picture, language: str) -> None:
    page = enter("anna", language)
    office.order("lift", "2001")  # dial tone: the connection is initiated
    says(card(page), "dialing", language)
    picture(page, "lifted")
    button(card(page), "hang up", language).click()
    expect(card(page)).to_have_count(0)
    call = dial(page, language, "0044 161 4960142")  # it rings there
    says(call, "dialing", language)
    button(call, "hang up", language).click()
    expect(card(page)).to_have_count(0)
    expect(page.get_by_text(WORDS["no call"][language])).to_be_visible()


def test_d10_a_number_nobody_has_can_be_dialled(office: Office, enter: Enter, picture: Picture, language: str) -> None:
    page = enter("anna", language)
    call = dial(page, language, STRANGER)
    says(call, "dialing", language)
    office.order("far_end_answers")
    says(call, "connected", language)
    expect(call.locator(".card__name")).to_have_text(STRANGER)
    picture(page, "free")
