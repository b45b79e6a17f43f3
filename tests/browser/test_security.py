"""Names come from outside: wherever one shows, it is text, and nothing in it runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Page, expect

if TYPE_CHECKING:
    from tests.browser.conftest import ScriptedGateway

pytestmark = pytest.mark.browser

Make = Callable[..., Any]

EVIL = '<img src=x onerror="document.title=1">{{7*7}}</script><b>'


def clean(page: Page) -> bool:
    """Whether nothing of the name became part of the page."""
    return page.locator("img, b").count() == 0 and page.title() != "1"


def test_a_name_is_text_on_a_card_in_lists_and_in_notices(
    gateway: ScriptedGateway, make: Make, picture: Callable[[Page, str], None]
) -> None:
    colleague = {"login": "x", "name": EVIL, "extension": "2002", "state": "free"}
    gateway.answers["colleagues"] = (200, {"colleagues": [colleague]})
    gateway.answers["journal"] = (200, {"entries": [make("entry", name=EVIL, company=EVIL, note=EVIL)], "more": False})
    gateway.snapshot["devices"] = [make("device", name=EVIL, in_service=False)]
    gateway.snapshot["link"] = make("link", name=EVIL)
    page = gateway.page
    page.add_init_script("localStorage['csta-gateway.settings'] ??= JSON.stringify({notifications: false})")
    page.goto("https://screen.test/")
    page.locator(".screen").wait_for()
    gateway.send("call", call=make("call", name=EVIL, company=EVIL, matches=[make("match", EVIL)], note=EVIL))
    expect(page.locator(".card__name")).to_have_text(EVIL)
    expect(page.locator(".entry")).to_contain_text(EVIL)
    picture(page, "journal")
    page.get_by_role("tab", name="Kollegen").click()
    expect(page.get_by_role("tabpanel", name="Kollegen")).to_contain_text(EVIL)
    gateway.send("link", link=make("link", name=EVIL, up=False, reason=EVIL))
    expect(page.locator(".notices")).to_contain_text(EVIL)
    picture(page, "notice")
    assert clean(page)


@pytest.mark.parametrize("address", ["javascript:document.title=1", "data:text/html,<script>1</script>"])
def test_a_page_of_the_crm_that_is_none_is_not_opened(gateway: ScriptedGateway, make: Make, address: str) -> None:
    page = gateway.open()
    gateway.send("call", call=make("call", url=address, matches=[make("match", "Erika", url=address)]))
    expect(page.locator(".card")).to_be_visible()
    hrefs = page.evaluate("[...document.querySelectorAll('a[href]')].map((link) => link.getAttribute('href'))")
    assert address not in hrefs
    assert clean(page)
