"""Past calls that are looked for: what is asked, what is shown, and what comes meanwhile; with the keyboard alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

if TYPE_CHECKING:
    from tests.browser.conftest import ScriptedGateway as Gateway

pytestmark = pytest.mark.browser

Make = Callable[..., Any]
DAY = 86_400_000
FIRST_OF_MAY = 1_777_586_400_000  # 2026-05-01 00:00 in Berlin


@pytest.fixture
def gateway(new_context: Callable[..., BrowserContext], make: Make) -> Gateway:
    """Two calls in the journal, of which the answered one is found."""
    answered = make("entry", id="2", name="Max Beispiel", result="answered", duration=61, began=FIRST_OF_MAY)
    played: Gateway = make("gateway", new_context(timezone_id="Europe/Berlin").new_page())
    played.answers["journal"] = 200, {"entries": [make("entry"), answered], "more": False}
    played.answers["journal/search"] = 200, {"entries": [answered], "more": True}
    return played


def names(page: Page, *wanted: str) -> None:
    """Wait until these calls are shown."""
    expect(page.locator(".entry .row__name")).to_have_text(list(wanted))


def test_calls_are_looked_for_with_the_keyboard_and_older_ones_follow(
    gateway: Gateway, make: Make, picture: Callable[[Page, str], None]
) -> None:
    page = gateway.open()
    names(page, "Erika Mustermann", "Max Beispiel")
    page.get_by_role("button", name="Anrufe suchen").press("Enter")
    page.keyboard.type("max 089")
    names(page, "Max Beispiel")
    page.keyboard.press("Tab")
    page.keyboard.type("Anrufe von")  # picks the option that begins so
    page.get_by_label("Von", exact=True).fill("2026-04-30")
    with page.expect_response("**/journal/search"):
        page.get_by_label("Bis", exact=True).fill("2026-05-01")
    with page.expect_response("**/journal/search"):
        page.get_by_role("button", name="Ältere Anrufe").click()
    sought = {"text": "max 089", "way": "incoming", "since": FIRST_OF_MAY - DAY}
    pages = [{**sought, "before": FIRST_OF_MAY + DAY}, {**sought, "before": FIRST_OF_MAY}]
    assert gateway.sent("journal/search")[-2:] == pages
    gateway.send("journal", entry=make("entry", id="3", name="Ida"))
    expect(page.get_by_title("Neue verpasste Anrufe")).to_have_text("1")  # whatever is looked for
    page.get_by_role("button", name="Ältere Anrufe").click()
    expect(page.get_by_title("Neue verpasste Anrufe")).to_be_visible()
    names(page, "Max Beispiel")
    picture(page, "found")
    page.get_by_role("button", name="Alle", exact=True).click()
    names(page, "Ida", "Erika Mustermann", "Max Beispiel")
    expect(page.get_by_role("searchbox", name="Name, Nummer oder Notiz")).to_have_value("")


def test_a_call_that_comes_joins_those_that_are_shown_if_it_fits(gateway: Gateway, make: Make) -> None:
    page = gateway.open()
    missed = page.get_by_role("button", name="Nur verpasste")
    gateway.answers["journal/search"] = 200, {"entries": [make("entry")], "more": False}
    missed.click()
    names(page, "Erika Mustermann")
    gateway.send("journal", entry=make("entry", id="8", name="Otto", result="answered"))
    gateway.send("journal", entry=make("entry", id="9", name="Ida", began=FIRST_OF_MAY))
    names(page, "Erika Mustermann", "Ida")
    gateway.answers["journal/search"] = 200, {"entries": [], "more": False}
    gateway.drop()  # the snapshot asks for everything again
    expect(page.get_by_text("Keine verpassten Anrufe.")).to_be_visible()
    missed.click()
    names(page, "Erika Mustermann", "Max Beispiel")
