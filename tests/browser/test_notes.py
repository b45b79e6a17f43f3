"""Notes, marks and private calls on the page: on cards, in the second column, in the journal, with keys alone."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

if TYPE_CHECKING:
    from tests.browser.conftest import ScriptedGateway as Gateway

pytestmark = pytest.mark.browser

Make = Callable[..., Any]
Picture = Callable[[Page, str], None]
TALKING = {"label": "connected", "actions": ["hold", "consult", "clear"], "primary": None}


def filled(gateway: Gateway, make: Make, **changes: Any) -> None:  # noqa: ANN401 -- fields of an entry
    """A journal with a missed call, one with a note, and a private one."""
    words = "Angebot für 20 Stück bis Montag; ruft am Dienstag noch einmal an, sonst zurückrufen"
    hidden = make("number", "", presentation="restricted")
    order = {"note": words, "disposition": "order", "crm": "written"}
    entries = [
        make("entry", id="1", **changes),
        make("entry", id="2", result="answered", duration=134, name="Emily Clarke", **order),
        make("entry", id="3", result="answered", duration=61, name=None, company=None, number=hidden),
    ]
    gateway.answers["journal"] = (200, {"entries": entries, "more": False})
    for entry in entries:
        gateway.answers[f"journal/{entry['id']}"] = (200, {"entry": entry})


def field(place: Page | Locator, name: str = "Notiz zu Erika Mustermann") -> Locator:
    return place.get_by_label(name, exact=True)


def row(page: Page, name: str = "Erika Mustermann") -> Locator:
    return page.locator(".entry", has_text=name)


def test_a_note_on_a_live_call_is_kept_while_one_types(gateway: Gateway, make: Make) -> None:
    page = gateway.open()
    gateway.send("call", call=make("call", **TALKING))
    card = page.locator(".card")
    card.locator("summary", has_text="Notiz").click()
    field(card).fill("Will ein Angebot")
    expect(card.get_by_role("status")).to_have_text("Noch nicht gespeichert")
    expect(card.get_by_role("status")).to_have_text("Gespeichert")
    card.get_by_label("Ergebnis", exact=True).select_option("Auftrag")
    expect(card.get_by_role("status")).to_have_text("Gespeichert")
    assert gateway.sent("calls/c1/note") == [
        {"note": "Will ein Angebot", "disposition": "", "private": False},
        {"note": "Will ein Angebot", "disposition": "order", "private": False},
    ]


def test_what_another_window_writes_is_shown_unless_one_is_writing(gateway: Gateway, make: Make) -> None:
    page = gateway.open()
    gateway.send("call", call=make("call", **TALKING, note="von drüben", disposition="Messe 2027"))
    card = page.locator(".card")
    card.locator("summary", has_text="Messe 2027 · von drüben").click()
    expect(field(card)).to_have_value("von drüben")
    field(card).fill("von hier")
    gateway.send("call", call=make("call", **TALKING, note="noch einmal von drüben"))
    expect(field(card)).to_have_value("von hier")


def test_a_failure_is_said_and_tried_again(gateway: Gateway, make: Make) -> None:
    gateway.answers["calls/c1/note"] = (500, {"id": "internal", "detail": "Im Gateway klemmt es."})
    page = gateway.open()
    gateway.send("call", call=make("call", **TALKING))
    card = page.locator(".card")
    card.locator("summary", has_text="Notiz").click()
    field(card).fill("wichtig")
    expect(card.get_by_role("status")).to_contain_text("Nicht gespeichert: Im Gateway klemmt es.")
    gateway.answers["calls/c1/note"] = (200, {})
    card.get_by_role("button", name="Noch einmal").click()
    expect(card.get_by_role("status")).to_have_text("Gespeichert")


def test_a_card_stays_while_somebody_writes_on_it(gateway: Gateway, make: Make) -> None:
    gateway.answers["calls/c1/note"] = (200, {"entry": make("entry", id="9", note="letztes Wort", result="answered")})
    page = gateway.open()
    gateway.send("call", call=make("call", **TALKING))
    card = page.locator(".card")
    card.locator("summary", has_text="Notiz").click()
    field(card).press_sequentially("letztes ")
    gateway.send("call_ended", call=make("call", label="ended", actions=[], result="answered", duration=9))
    expect(card).to_contain_text("beendet")
    page.wait_for_timeout(4_500)
    field(card).press_sequentially("Wort")
    expect(card.get_by_role("status")).to_have_text("Gespeichert")
    page.get_by_role("combobox", name="Name oder Nummer").focus()
    expect(card).to_have_count(0)
    expect(row(page)).to_contain_text("letztes Wort")
    bodies = [body["note"] for body in gateway.sent("calls/c1/note") if body]
    assert bodies[-1] == "letztes Wort"


def test_a_call_is_made_private_while_it_lasts(gateway: Gateway, make: Make, picture: Picture) -> None:
    page = gateway.open()
    gateway.send("call", call=make("call", **TALKING))
    card = page.locator(".card")
    card.locator("summary", has_text="Notiz").click()
    card.get_by_role("button", name="Privat").click()
    expect(card.get_by_role("button", name="Privat")).to_have_attribute("aria-pressed", "true")
    expect(card).to_contain_text("bleiben weder Nummer noch Name noch Notiz")
    assert gateway.sent("calls/c1/note") == [{"note": "", "disposition": "", "private": True}]
    picture(page, "private")


def test_a_note_in_the_journal_with_keys_alone(gateway: Gateway, make: Make) -> None:
    filled(gateway, make)
    page = gateway.open()
    note = row(page).get_by_role("button", name="Notiz zu Erika Mustermann schreiben")
    note.focus()
    page.keyboard.press("Enter")
    expect(field(row(page))).to_be_focused()
    written = make("entry", id="1", note="Rückruf zugesagt", crm="revised")
    gateway.answers["journal/1"] = (200, {"entry": written})
    page.keyboard.type("Rückruf zugesagt")
    page.keyboard.press("Control+s")
    expect(row(page).get_by_role("status")).to_have_text("Gespeichert")
    expect(row(page)).to_contain_text("Das CRM bekommt die Notiz noch.")
    gateway.send("journal", entry={**written, "crm": "without_note"})
    expect(row(page)).to_contain_text("Diese Notiz steht nur hier")
    page.keyboard.press("Escape")
    expect(note).to_be_focused()
    expect(row(page).locator(".entry__note")).to_have_text("Rückruf zugesagt")
    assert gateway.sent("journal/1") == [{"note": "Rückruf zugesagt", "disposition": ""}]


def test_a_missed_call_is_marked_as_done(gateway: Gateway, make: Make) -> None:
    filled(gateway, make)
    gateway.answers["journal/1/done"] = (200, {"entry": make("entry", id="1", done=True)})
    page = gateway.open()
    expect(page.locator(".count")).to_have_text("1")
    row(page).get_by_role("button", name="Notiz zu").click()
    row(page).get_by_role("button", name="Erledigt", exact=True).click()
    expect(row(page)).to_contain_text("verpasst, erledigt")
    expect(row(page).get_by_role("button", name="Doch nicht erledigt")).to_be_visible()
    expect(page.locator(".count")).to_be_hidden()
    assert gateway.sent("journal/1/done") == [{"done": True}]


def test_a_past_call_is_made_private_after_a_question(gateway: Gateway, make: Make, picture: Picture) -> None:
    filled(gateway, make)
    hidden = make("entry", id="1", name=None, company=None, number=make("number", "", presentation="restricted"))
    gateway.answers["journal/1/private"] = (200, {"entry": hidden})
    page = gateway.open()
    entry = row(page)
    entry.get_by_role("button", name="Notiz zu").click()
    entry.get_by_role("button", name="Privat").click()
    expect(entry.get_by_role("alert")).to_contain_text("für immer löschen")
    expect(entry.get_by_role("button", name="Behalten")).to_be_focused()
    picture(page, "asked")
    entry.get_by_role("button", name="Behalten").click()
    assert gateway.sent("journal/1/private") == []
    entry.get_by_role("button", name="Privat").click()
    entry.get_by_role("button", name="Löschen").click()
    expect(page.locator(".entry").first).to_contain_text("Nummer unterdrückt")
    assert gateway.sent("journal/1/private") == [None]


@pytest.mark.parametrize("width", [360, 1280])
def test_one_key_leads_to_the_note_of_the_call(
    new_context: Callable[..., BrowserContext], make: Make, width: int
) -> None:
    gateway: Gateway = make("gateway", new_context(viewport={"width": width, "height": 720}).new_page())
    page = gateway.open()
    gateway.send("call", call=make("call", **TALKING))
    expect(page.locator(".card")).to_be_visible()
    page.keyboard.press("Control+m")
    expect(page.locator("textarea:visible")).to_be_focused()
    expect(page.locator("textarea:visible")).to_have_count(1)
    page.keyboard.type("von Hand")
    gateway.send("call", call=make("call", **TALKING, company="Neue GmbH"))
    expect(page.locator("textarea:visible")).to_be_focused()
    expect(page.locator("textarea:visible")).to_have_value("von Hand")


def test_a_note_that_looks_like_markup_stays_text(gateway: Gateway, make: Make) -> None:
    filled(gateway, make, note='<img src=x onerror="document.title=1">', disposition="<b>")
    page = gateway.open()
    expect(row(page).locator(".entry__note")).to_have_text('<b> · <img src=x onerror="document.title=1">')
    expect(page.locator(".entry img")).to_have_count(0)


@pytest.mark.parametrize(
    ("language", "scheme", "width"),
    [("de", "light", 360), ("de", "dark", 360), ("en", "light", 1280), ("en", "dark", 1280)],
)
def test_how_it_looks(
    new_context: Callable[..., BrowserContext], make: Make, picture: Picture, language: str, scheme: str, width: int
) -> None:
    gateway: Gateway = make(
        "gateway", new_context(viewport={"width": width, "height": 1000}, color_scheme=scheme).new_page()
    )
    gateway.answers["me"] = (200, make("session", language))
    filled(gateway, make, crm="without_note", note="Bitte zurückrufen", done=False)
    page = gateway.open()
    gateway.send(
        "call",
        call=make("call", **TALKING, id="c7", name="Max Beispiel", note="Frage zur Rechnung", disposition="question"),
    )
    expect(page.locator(".card")).to_be_visible()
    if width < 900:
        page.locator(".card summary:visible").last.click()
    page.locator(".entry").first.get_by_role("button", name=re.compile("Notiz zu|Write a note")).click()
    expect(page.locator(".entry textarea")).to_be_visible()
    picture(page, f"{language}-{scheme}-{width}")
    assert page.evaluate("document.documentElement.scrollWidth") == width
