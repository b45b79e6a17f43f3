"""What axe-core finds on every view, in light and dark; and what it cannot see: the keyboard alone, and zoom."""

from __future__ import annotations

import json
from collections.abc import Callable
from importlib import resources
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import SCREEN

if TYPE_CHECKING:
    from tests.browser.conftest import ScriptedGateway as Gateway

pytestmark = pytest.mark.browser

Make = Callable[..., Any]
View = Callable[["Gateway", Make], Page]
AXE = (resources.files("axe_playwright_python") / "axe.min.js").read_text("utf-8")
GRAVE = {"serious", "critical"}
STILL = """() => Promise.allSettled(document.getAnimations()
    .filter((animation) => animation.effect.getTiming().iterations === 1)
    .map((animation) => animation.finished))"""
"""Colours are judged where they end, not on the way."""


def login(gateway: Gateway, make: Make) -> Page:
    gateway.answers["me"] = 401, {"id": "not_logged_in", "detail": "Bitte anmelden."}
    sentence = "Benutzer oder Kennwort ist falsch. Bitte noch einmal eingeben."
    gateway.answers["login"] = 401, {"id": "login_failed", "detail": sentence}
    gateway.page.goto(SCREEN)
    gateway.page.get_by_label("Benutzer").fill("anna")
    gateway.page.get_by_label("Kennwort").fill("falsch")
    gateway.page.get_by_role("button", name="Anmelden").click()
    expect(gateway.page.get_by_text(sentence)).to_be_visible()
    return gateway.page


def idle(gateway: Gateway, make: Make) -> Page:
    page = gateway.open()
    expect(page.get_by_text("Kein aktiver Anruf")).to_be_visible()
    return page


def ringing(gateway: Gateway, make: Make) -> Page:
    page = gateway.open()
    doubtful = make("match", "Max Beispiel", certainty="uncertain", url="https://crm.test/person/2")
    sure = make("match", "Erika Mustermann", url="https://crm.test/person/1")
    stranger = {"new_person": "https://crm.test/new", "new_company": None, "add_number": True}
    gateway.send("call", call=make("call", matches=[sure, doubtful], url="https://crm.test/person/1"))
    gateway.send("call", call=make("call", id="c2", name=None, company=None, matches=[], stranger=stranger))
    page.get_by_text("1 weiterer Treffer").click()
    return page


def consultation(gateway: Gateway, make: Make) -> Page:
    page = gateway.open()
    actions = ["complete", "alternate", "conference", "reconnect", "digits", "clear"]
    gateway.send("call", call=make("call", label="pending", actions=["consult", "clear"], primary=None, note="Rückruf"))
    other = make("call", id="c2", name="Jonas Weber", internal=True, consultation_of="c1", label="consultation")
    gateway.send("call", call={**other, "actions": actions, "words": actions, "primary": "complete"})
    page.locator(".card", has_text="Jonas Weber").get_by_role("button", name="Tasten").click()
    page.locator(".card", has_text="Erika Mustermann").get_by_role("button", name="Rückfrage").click()
    page.keyboard.type("jon")
    expect(page.get_by_role("option", name="Jonas Weber")).to_be_visible()
    return page


def refused(gateway: Gateway, make: Make) -> Page:
    sentence = "Die Anlage lehnt ab: Das Gerät ist besetzt."
    gateway.answers["calls/c1/hold"] = 409, {"id": "refused", "detail": sentence}
    page = gateway.open()
    gateway.send("call", call=make("call", label="connected", actions=["hold", "clear"], primary=None))
    gateway.send("call", call=make("call", id="c2", label="invalid", actions=["clear"], primary=None))
    gateway.send("call", call=make("call", id="c3", label="busy", actions=["clear"], primary=None))
    page.get_by_role("button", name="Halten").click()
    expect(page.get_by_text(sentence)).to_be_visible()
    return page


def lost(gateway: Gateway, make: Make) -> Page:
    page = gateway.open()
    held = {"label": "held", "actions": [], "suspended": ["retrieve", "clear"], "primary": "retrieve"}
    gateway.send("call", call=make("call", **held))
    gateway.send("link", link=make("link", up=False, reason="Die Anlage antwortet nicht."))
    gateway.send("device", device=make("device", capabilities=[], can_dial=False))
    expect(page.locator(".notice").first).to_be_visible()
    return page


def journal(gateway: Gateway, make: Make) -> Page:
    entries = [
        make("entry", id="1", note="Bitte zurückrufen", disposition="order", crm="failed"),
        make("entry", id="2", result="answered", duration=134, name="Jonas Weber", internal=True),
        make("entry", id="3", result="missed", done=True),
        make("entry", id="4", result="busy", direction="outgoing", number=make("number", "", None, "restricted")),
    ]
    gateway.answers["journal"] = gateway.answers["journal/search"] = 200, {"entries": entries, "more": True}
    page = gateway.open()
    page.get_by_role("button", name="Anrufe suchen").click()
    page.get_by_label("Jedes Ergebnis").select_option("missed")
    expect(page.get_by_role("button", name="Nur verpasste")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="Notiz").first.click()
    return page


def contacts(gateway: Gateway, make: Make) -> Page:
    number = {"label": "mobile", "display": "0171 3920014", "dial": "+491713920014"}
    erika = {"kind": "person", "name": "Erika Mustermann", "company": "Muster GmbH", "url": "https://crm.test/1"}
    found = [{**erika, "add_number": None, "number_kinds": [], "numbers": [number]}]
    gateway.answers["contacts/search"] = 200, {"contacts": found}
    page = gateway.open()
    page.get_by_role("tab", name="Kontakte").click()
    page.get_by_role("searchbox", name="Kontakte").fill("Erika")
    expect(page.get_by_text("0171 3920014")).to_be_visible()
    return page


def colleagues(gateway: Gateway, make: Make) -> Page:
    page = gateway.open()
    page.get_by_role("tab", name="Kollegen").click()
    expect(page.get_by_text("Jonas Weber")).to_be_visible()
    return page


def settings(gateway: Gateway, make: Make) -> Page:
    page = gateway.open()
    page.get_by_role("button", name="Einstellungen").click()
    return page


def forwarding(gateway: Gateway, make: Make) -> Page:
    gateway.snapshot["devices"] = [make("device", do_not_disturb=True, forwarding={"forwardBusy": "2002"})]
    page = gateway.open()
    page.get_by_role("button", name="Umleitung").click()
    return page


def keys(gateway: Gateway, make: Make) -> Page:
    page = gateway.open()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    return page


VIEWS: list[View] = [
    *(login, idle, ringing, consultation, refused, lost, journal, contacts, colleagues, settings, forwarding, keys),
]


def findings(page: Page) -> list[str]:
    """What axe-core calls serious or critical: the rule, and the elements it is about."""
    page.evaluate(STILL)
    page.evaluate(AXE)
    found = []
    for violation in page.evaluate("axe.run({resultTypes: ['violations']})")["violations"]:
        if violation["impact"] in GRAVE:
            places = [f"{node['html'][:160]} — {node.get('failureSummary', '')}" for node in violation["nodes"]]
            found.append(f"{violation['id']}: {json.dumps(places, ensure_ascii=False, indent=1)}")
    return found


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("view", VIEWS, ids=[view.__name__ for view in VIEWS])
def test_nothing_is_in_the_way(
    new_context: Callable[..., BrowserContext],
    make: Make,
    picture: Callable[[Page, str], None],
    view: View,
    scheme: str,
) -> None:
    context = new_context(color_scheme=scheme)
    page = view(make("gateway", context.new_page()), make)
    assert findings(page) == []
    picture(page, "panel")
    page.set_viewport_size({"width": 1280, "height": 800})
    assert findings(page) == []
    picture(page, "wide")


STEPS = 40
"""Presses of Tab that are enough for every view here."""
FOCUSED = """() => {
    const at = document.activeElement;
    const name = (at.getAttribute("aria-label") ?? at.textContent).trim();
    return at === document.body ? null : [name, getComputedStyle(at).outlineStyle];
}"""
ORDER = ["Anna Berger", "Nicht stören", "Umleitung", "Einstellungen", "Name oder Nummer", "Erika", "Notiz"]
ORDER += ["Antworten", "Umleiten", "Ablehnen", "Anrufe", "Alle", "Nur verpasste", "Anrufe suchen"]


def test_the_tab_key_reaches_everything_from_top_to_bottom_and_shows_where_it_is(gateway: Gateway, make: Make) -> None:
    page = gateway.open()
    gateway.send("call", call=make("call", url="https://crm.test/person/1"))
    page.locator(".card").wait_for()
    names = []
    for _ in range(STEPS):
        page.keyboard.press("Tab")
        focused = page.evaluate(FOCUSED)
        if focused is None:
            break
        names.append(focused[0])
        assert focused[1] == "solid", focused
    assert len(names) == len(ORDER), names
    assert all(wanted in name for wanted, name in zip(ORDER, names, strict=True)), names


def test_at_twice_the_size_nothing_is_lost(gateway: Gateway, make: Make) -> None:
    page = gateway.open()
    page.set_viewport_size({"width": 320, "height": 480})  # WCAG 2.2, 1.4.10
    actions = ["hold", "consult", "transfer", "digits", "clear"]
    gateway.send("call", call=make("call", label="connected", actions=actions, primary=None))
    page.locator(".card").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    cut = "[...document.querySelectorAll('.card .button')].filter(b => b.scrollWidth > b.clientWidth).length"
    assert page.evaluate(cut) == 0
