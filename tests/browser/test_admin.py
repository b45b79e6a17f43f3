"""The page of those who run the gateway: what it shows, to whom, and that it stays when the gateway does not answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import SCREEN
from tests.browser.test_accessibility import findings

if TYPE_CHECKING:
    from tests.browser.conftest import ScriptedGateway as Gateway

pytestmark = pytest.mark.browser

Make = Callable[..., Any]
LINK = {"name": "HQ", "up": True, "reason": "", "since": 0, "retry_at": None, "monitors": 212, "out_of_service": []}
DOWN = {**LINK, "name": "Büro 1/2", "up": False, "reason": "Connection refused", "out_of_service": ["2001"]}
MATCH = {"kind": "person", "name": "Erika Mustermann", "company": "Muster GmbH", "certainty": "exact", "source": "crm"}
EXTENSION = {**MATCH, "kind": "company", "name": "Beispiel AG", "company": "Beispiel AG", "certainty": "main_number"}
LOOKUP = {"asked": 0, "took": 12, "number": "089 12…", "matches": [MATCH, EXTENSION], "failed": ["tryton"]}
STATUS = {
    "version": "1.0",
    "screens": 7,
    "links": [LINK, DOWN],
    "sources": [{"name": "crm", "failures": 0}, {"name": "tryton", "failures": 3}],
    "findings": [{"place": "users.rolf", "text": "2001 belongs to anna"}],
    "lookups": [LOOKUP, {**LOOKUP, "matches": [], "failed": []}],
}


def look(gateway: Gateway, make: Make, language: str = "de") -> Page:
    """The page, opened by an administrator."""
    gateway.answers["me"] = 200, make("session", language)
    gateway.answers["status"] = 200, STATUS
    gateway.page.goto(f"{SCREEN}admin")
    gateway.page.get_by_role("table").first.wait_for()
    return gateway.page


@pytest.mark.parametrize(
    ("language", "sections", "reason"),
    [
        (
            "de",
            ["Verbindungen zu Anlagen", "Quellen von Kontakten", "Fehler bei Benutzern", "Letzte Fragen"],
            "Erika Mustermann, Muster GmbH (Person, crm): Die Nummer steht an diesem Datensatz.",
        ),
        (
            "en",
            ["Links to switches", "Sources of contacts", "What is wrong", "Last questions"],
            "Erika Mustermann, Muster GmbH (Person, crm): The number stands at this record.",
        ),
    ],
    ids=["de", "en"],
)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everything_is_there(
    new_context: Callable[..., BrowserContext],
    make: Make,
    picture: Callable[[Page, str], None],
    language: str,
    sections: list[str],
    reason: str,
    scheme: str,
) -> None:
    context = new_context(color_scheme=scheme, viewport={"width": 1000, "height": 900})
    page = look(make("gateway", context.new_page()), make, language)
    for section in sections:
        expect(page.get_by_role("region").filter(has_text=section)).to_be_visible()
    for words in ("Connection refused", "212", "2001 belongs to anna", "089 12…", "tryton", "12 ms", reason):
        expect(page.locator(".admin").first).to_contain_text(words)
    trace = page.get_by_role("row").filter(has_text="Büro 1/2").get_by_role("link")
    expect(trace).to_have_attribute("href", f"{SCREEN}api/links/B%C3%BCro%201%2F2/trace")
    assert findings(page) == []
    picture(page, "wide")
    page.set_viewport_size({"width": 360, "height": 720})
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    assert findings(page) == []


def test_it_looks_again_and_keeps_what_it_has_when_the_gateway_does_not_answer(gateway: Gateway, make: Make) -> None:
    gateway.page.clock.install()
    page = look(gateway, make)
    sentence = "Im Gateway ist etwas schiefgegangen."
    gateway.answers["status"] = 500, {"id": "internal", "title": sentence, "detail": sentence, "status": 500}
    page.clock.run_for(6_000)
    expect(page.get_by_role("alert")).to_contain_text(sentence)
    expect(page.locator(".admin").first).to_contain_text("Connection refused")
    gateway.answers["status"] = 200, {**STATUS, "links": [LINK]}
    page.clock.run_for(6_000)
    expect(page.locator(".admin").first).not_to_contain_text("Connection refused")
    expect(page.get_by_role("alert")).to_have_text("")


def test_a_stranger_logs_in_first(gateway: Gateway, make: Make) -> None:
    gateway.answers["me"] = 401, {"id": "not_logged_in", "title": "…", "detail": "Bitte anmelden.", "status": 401}
    gateway.answers["login"] = 200, make("session")
    gateway.answers["status"] = 200, STATUS
    page = gateway.page
    page.goto(f"{SCREEN}admin")
    page.get_by_label("Benutzer").fill("jonas")
    page.get_by_label("Kennwort").fill("geheim")
    page.get_by_role("button", name="Anmelden").click()
    expect(page.get_by_role("region").first).to_contain_text("HQ")
