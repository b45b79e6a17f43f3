"""The life of the window (W) as the seed wants it, on the real gateway, in German and in English.

That it stays awake while it is out of sight (W02) is row M01.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import BrowserContext, Dialog, Page, expect

from tests.browser.words import ERIKA, WORDS, button, buttons, card, rings, says, talk

if TYPE_CHECKING:
    from tests.browser.office import Office

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("language", ["de", "en"])]

Enter = Callable[..., Page]
Picture = Callable[[Page, str], None]


UNDECIDED = "window.Notification = class { static permission = 'default'; };"
"""A browser whose user was not asked yet; one without a window refuses for the user."""


def test_w01_the_first_visit_asks_once_whether_the_browser_may_notify(
    office: Office, new_context: Callable[..., BrowserContext], picture: Picture, language: str
) -> None:
    context = new_context(locale=language)
    context.add_init_script(UNDECIDED)
    page = office.enter(context, "anna", language, notifications=None)
    question = page.locator(".notice", has_text=WORDS["ask"][language])
    expect(question).to_be_visible()
    picture(page, "asked")
    question.get_by_role("button").last.click()
    expect(question).to_be_hidden()
    page.reload()
    expect(page.locator(".dot")).to_have_attribute("data-tone", "good")
    expect(question).to_be_hidden()


def test_w03_closing_during_a_call_is_asked_about(office: Office, enter: Enter, language: str) -> None:
    page = enter("anna", language)
    talk(office, page, language).click()  # browsers ask only where somebody has touched the page
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    page.close(run_before_unload=True)
    expect(card(page)).to_have_count(1)
    assert asked == ["beforeunload"]


def test_w03_calls_that_came_while_the_window_was_closed_are_in_the_journal(
    office: Office, enter: Enter, new_context: Callable[..., BrowserContext], picture: Picture, language: str
) -> None:
    enter("miriam", language).close()
    office.order("ring", ERIKA, "2003")
    office.order("give_up")
    page = enter("miriam", language)
    entry = page.locator(".entry", has_text="Erika Mustermann").first
    expect(entry).to_contain_text(WORDS["missed"][language])
    expect(page.get_by_role("tab").locator(".count")).to_be_visible()
    picture(page, "missed")


def test_a_lost_link_is_told_and_the_calls_are_right_when_it_is_back(
    office: Office, enter: Enter, picture: Picture, language: str
) -> None:
    page = enter("anna", language)
    call = talk(office, page, language)
    office.order("drop_link", 6.0)
    notice = page.locator(".notice", has_text=WORDS["unreachable"][language])
    expect(notice).to_be_visible()
    says(call, "connected", language)  # as far as is known
    held = buttons(call)
    expect(held).to_have_count(5)  # where they were, for the hand that knows its way
    for each in held.all():
        expect(each).to_be_disabled()
    picture(page, "lost")
    office.order("ring", "2002", "2001")  # the second line rings meanwhile
    expect(notice).to_be_hidden(timeout=30_000)
    says(call, "connected", language)
    rings(page, language, "Jonas Weber")
    expect(button(call, "hang up", language)).to_be_enabled()
    picture(page, "back")
