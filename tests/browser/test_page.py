"""The page alone, its gateway played by the test: what it shows, what it sends, and how it takes faults."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import BrowserContext, Dialog, Locator, Page, expect

if TYPE_CHECKING:
    from tests.browser.conftest import ScriptedGateway as Gateway

pytestmark = pytest.mark.browser

Make = Callable[..., Any]


def card(page: Page, name: str = "Erika Mustermann") -> Locator:
    return page.locator(".card", has_text=name)


def test_a_ringing_call_shows_name_company_number_and_state(gateway: Gateway, make: Make) -> None:
    page = gateway.open()
    expect(page.get_by_text("Kein aktiver Anruf")).to_be_visible()
    gateway.send("call", call=make("call"))
    for words in ("Erika Mustermann", "Muster GmbH", "089 1234567", "ruft an"):
        expect(card(page)).to_contain_text(words)
    expect(card(page).get_by_role("button", name="Antworten")).to_be_visible()
    expect(page.get_by_role("status").first).to_be_attached()
    expect(page.locator("#announcer")).to_have_text("Erika Mustermann, Muster GmbH, ruft an")
    page.wait_for_function("document.title.includes('Erika Mustermann')")


def test_every_match_is_listed_and_opens_its_record(gateway: Gateway, make: Make) -> None:
    matches = [
        make("match", "Erika Mustermann", url="https://crm.test/person/1"),
        make("match", "Max Beispiel", certainty="uncertain"),
        make("match", "Muster GmbH", kind="company", certainty="main_number"),
    ]
    page = gateway.open()
    gateway.send("call", call=make("call", matches=matches))
    card(page).get_by_text("2 weitere Treffer").click()
    expect(card(page).get_by_role("listitem")).to_have_count(3)
    expect(card(page).get_by_role("listitem").nth(1)).to_contain_text("unsicher")
    record = card(page).get_by_role("listitem").get_by_role("link", name="Erika Mustermann")
    expect(record).to_have_attribute("href", "https://crm.test/person/1")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": None}, ["Muster GmbH", "089 1234567"]),
        ({"name": None, "company": None, "matches": []}, ["089 1234567"]),
        ({"internal": True}, ["Erika Mustermann", "intern"]),
        ({"matches_pending": True, "name": None, "company": None, "matches": []}, ["089 1234567", "wird gesucht"]),
        ({"called": {"raw": "100", "e164": None, "display": "100", "presentation": "allowed"}}, ["für 100"]),
        ({"label": "held", "actions": ["retrieve"], "primary": "retrieve"}, ["Wird gehalten", "Wiederaufnehmen"]),
        ({"label": "pending", "actions": []}, ["Zu bearbeiten"]),
        ({"label": "invalid", "actions": ["clear"]}, ["ungültig", "Auflegen"]),
    ],
)
def test_what_a_card_says(gateway: Gateway, make: Make, changes: dict[str, Any], words: list[str]) -> None:
    page = gateway.open()
    gateway.send("call", call=make("call", **changes))
    for text in words:
        expect(page.locator(".card")).to_contain_text(text)


def test_a_withheld_number_is_said_in_words(gateway: Gateway, make: Make) -> None:
    page = gateway.open()
    hidden = make("number", "", presentation="restricted")
    gateway.send("call", call=make("call", number=hidden, name=None, company=None, matches=[]))
    expect(page.locator(".card__name")).to_have_text("Nummer unterdrückt")


def test_data_never_becomes_markup_or_script(gateway: Gateway, make: Make) -> None:
    nasty = '<img src=x onerror="document.title=1">'
    page = gateway.open()
    gateway.send("call", call=make("call", name=nasty, url="javascript:alert(1)", matches=[make("match", nasty)]))
    expect(page.locator(".card__name")).to_have_text(nasty)
    expect(page.locator(".card img")).to_have_count(0)
    expect(page.locator(".card a")).to_have_count(0)


def test_an_action_is_sent_once_however_often_it_is_pressed(gateway: Gateway, make: Make) -> None:
    page = gateway.open()
    gateway.send("call", call=make("call"))
    answer = card(page).get_by_role("button", name="Antworten")
    answer.dblclick()
    expect(answer).to_have_attribute("aria-busy", "true")
    gateway.send("call", call=make("call", label="connected", actions=["hold", "clear"], primary=None))
    expect(card(page)).to_contain_text("verbunden")
    assert len(gateway.sent("calls/c1/answer")) == 1


def test_a_refusal_is_a_sentence_on_the_card(gateway: Gateway, make: Make) -> None:
    sentence = "Die Anlage lehnt ab: Das Gerät ist besetzt. Bitte später noch einmal versuchen."
    gateway.answers["calls/c1/answer"] = (409, {"id": "refused", "detail": sentence})
    page = gateway.open()
    gateway.send("call", call=make("call"))
    answer = card(page).get_by_role("button", name="Antworten")
    answer.click()
    expect(card(page).get_by_role("alert")).to_have_text(sentence)
    expect(answer).to_be_enabled()


def test_nothing_is_dialled_before_the_button(gateway: Gateway) -> None:
    page = gateway.open()
    page.get_by_role("combobox", name="Name oder Nummer").fill("0044 161 5527789")
    expect(page.locator(".dial__hint")).to_contain_text("wählt 000441615527789")
    assert gateway.sent("calls") == []
    page.get_by_role("button", name="Wählen").click()
    expect(page.get_by_role("combobox", name="Name oder Nummer")).to_have_value("")
    assert gateway.sent("calls") == [{"number": "0044 161 5527789"}]


def test_the_gateway_says_whether_a_call_can_be_dialled(gateway: Gateway, make: Make) -> None:
    page = gateway.open()
    button = page.get_by_role("button", name="Wählen")
    expect(button).to_be_visible()
    gateway.send("device", device=make("device", can_dial=False))
    expect(button).to_be_hidden()
    gateway.send("device", device=make("device"))
    expect(button).to_be_visible()


def test_an_impossible_number_is_explained_and_stays_in_the_field(gateway: Gateway) -> None:
    sentence = "Die Nummer ist ungültig. Bitte mit Vorwahl eingeben."
    gateway.answers["calls"] = gateway.answers["dial/preview"] = (
        422,
        {"id": "number_invalid", "detail": sentence},
    )
    page = gateway.open()
    field = page.get_by_role("combobox", name="Name oder Nummer")
    field.fill("12345678901234567890")
    field.press("Enter")
    expect(page.locator(".dial__hint")).to_have_text(sentence)
    expect(field).to_have_value("12345678901234567890")


def test_a_colleague_is_found_by_name_and_only_prepared(gateway: Gateway) -> None:
    page = gateway.open()
    page.get_by_role("tab", name="Kollegen").click()
    page.get_by_role("button", name="Jonas Weber").click()
    expect(page.get_by_role("combobox", name="Name oder Nummer")).to_have_value("2002")
    assert gateway.sent("calls") == []


def test_a_consultation_is_started_with_the_keyboard_alone(gateway: Gateway, make: Make) -> None:
    page = gateway.open()
    gateway.send("call", call=make("call", label="connected", actions=["consult", "transfer", "clear"], primary=None))
    expect(card(page)).to_contain_text("verbunden")
    page.keyboard.press("Control+r")
    expect(card(page).get_by_role("combobox")).to_be_focused()
    page.keyboard.type("jon")
    expect(page.get_by_role("option", name="Jonas Weber")).to_be_visible()
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    expect(card(page).get_by_role("combobox")).to_have_count(0)
    assert gateway.sent("calls/c1/consult") == [{"number": "2002"}]


def test_escape_closes_the_panel_and_never_hangs_up(gateway: Gateway, make: Make) -> None:
    page = gateway.open()
    gateway.send("call", call=make("call", label="connected", actions=["consult", "clear"], primary=None))
    card(page).get_by_role("button", name="Rückfrage").click()
    for _ in range(3):
        page.keyboard.press("Escape")
    expect(card(page).get_by_role("combobox")).to_have_count(0)
    assert gateway.sent("calls/c1/clear") == []


def test_a_held_call_and_its_consultation_stand_on_one_rail(gateway: Gateway, make: Make) -> None:
    page = gateway.open()
    gateway.send("call", call=make("call", id="c7", name="Fremder Anruf", began=2_000))
    gateway.send("call", call=make("call", id="c2", name="Jonas Weber", began=3_000, consultation_of="c1"))
    gateway.send("call", call=make("call", id="c1", label="held", began=1_000))
    expect(page.locator(".card__name")).to_have_text(["Erika Mustermann", "Jonas Weber", "Fremder Anruf"])
    expect(page.locator(".card").nth(0)).to_have_attribute("data-rail", "top")
    expect(page.locator(".card").nth(1)).to_have_attribute("data-rail", "bottom")


def test_an_ended_call_shows_how_it_went_then_leaves(gateway: Gateway, make: Make) -> None:
    gateway.page.clock.install()
    page = gateway.open()
    gateway.send("call", call=make("call"))
    ended = make("call", label="ended", result="elsewhere", answered_by="Jonas Weber", actions=[])
    gateway.send("call_ended", call=ended)
    expect(card(page)).to_contain_text("angenommen von Jonas Weber")
    page.clock.run_for(3_500)
    expect(card(page)).to_be_visible()
    page.clock.run_for(1_000)
    expect(page.locator(".card")).to_have_count(0)


def test_a_lost_stream_keeps_the_last_state_and_a_snapshot_replaces_it(gateway: Gateway, make: Make) -> None:
    page = gateway.open()
    gateway.send("call", call=make("call"))
    expect(card(page)).to_be_visible()
    gateway.drop(accepts=False)
    expect(page.locator(".notice__words").first).to_contain_text("Verbindung zum Gateway unterbrochen")
    expect(page.locator(".calls[data-stale] .card__name")).to_have_text("Erika Mustermann")
    expect(card(page).get_by_role("button", name="Antworten")).to_have_attribute("aria-disabled", "true")
    gateway.snapshot["calls"] = [make("call", id="c5", name="Max Beispiel", label="connected", actions=["clear"])]
    gateway.accepts = True
    expect(page.locator(".card__name")).to_have_text(["Max Beispiel"])
    expect(page.get_by_text("Verbindung zum Gateway unterbrochen")).to_be_hidden()
    expect(page.locator(".calls[data-stale]")).to_have_count(0)


def test_a_gap_in_the_stream_asks_for_a_new_snapshot(gateway: Gateway, make: Make) -> None:
    page = gateway.open()
    expect(page.get_by_text("Kein aktiver Anruf")).to_be_visible()
    gateway.snapshot["calls"] = [make("call", name="Max Beispiel")]
    gateway.send("call", skip=1, call=make("call", name="Verspätet"))
    expect(page.locator(".card__name")).to_have_text(["Max Beispiel"])


def test_the_switch_down_is_said_in_words_and_disables_the_buttons(gateway: Gateway, make: Make) -> None:
    page = gateway.open()
    gateway.send("call", call=make("call"))
    answer = card(page).get_by_role("button", name="Antworten")
    answer.focus()
    place = answer.bounding_box()
    gateway.send("call", call=make("call", actions=[], suspended=["answer", "deflect", "clear"]))
    gateway.send("link", link=make("link", up=False, reason="Die Anlage antwortet nicht."))
    gateway.send("device", device=make("device", capabilities=[], can_dial=False))
    expect(page.locator(".notice__words").first).to_contain_text("Die Anlage antwortet nicht.")
    expect(page.locator(".notice__words").first).to_contain_text("Anlage HQ nicht erreichbar seit")
    away = "Geht wieder, sobald die Anlage erreichbar ist."
    for button in (*card(page).get_by_role("button").all(), page.get_by_role("button", name="Umleitung ist aus")):
        expect(button).to_be_disabled()
        expect(button).to_have_attribute("title", away)
    expect(answer).to_be_focused()  # it is the same button
    moved = answer.bounding_box()
    assert place
    assert moved
    assert (moved["x"], moved["width"]) == (place["x"], place["width"])
    page.keyboard.press("Control+Enter")
    expect(card(page).get_by_role("alert")).to_have_text(away)
    gateway.send("call", call=make("call"))
    gateway.send("link", link=make("link"))
    expect(page.locator(".notice").first).to_be_hidden()
    expect(answer).to_be_enabled()
    assert gateway.sent("calls/c1/answer") == []


def test_an_expired_session_leads_to_the_login_with_the_reason(gateway: Gateway) -> None:
    page = gateway.open()
    gateway.drop(code=4001)
    expect(page.get_by_role("alert")).to_have_text("Die Anmeldung ist abgelaufen. Bitte neu anmelden.")
    expect(page.get_by_label("Benutzer")).to_be_focused()


def test_cti_that_is_switched_off_is_said_and_comes_back_by_itself(gateway: Gateway, make: Make) -> None:
    gateway.page.clock.install()
    page = gateway.open()
    gateway.send("call", call=make("call"))
    expect(card(page)).to_be_visible()
    gateway.answers["me"] = 200, make("session", cti_enabled=False)
    gateway.drop(code=4003)
    expect(page.get_by_role("main")).to_contain_text("CTI ist für Sie nicht eingeschaltet.")
    expect(card(page)).to_have_count(0)
    expect(page.get_by_text("Verbindung zum Gateway unterbrochen")).to_be_hidden()
    gateway.answers["me"] = 200, make("session")
    gateway.snapshot["calls"] = [make("call", name="Max Beispiel")]
    page.clock.run_for(30_000)
    expect(page.locator(".card__name")).to_have_text(["Max Beispiel"])
    expect(page.get_by_role("combobox", name="Name oder Nummer")).to_be_visible()


def test_the_language_changes_everything_on_the_page(gateway: Gateway, make: Make) -> None:
    page = gateway.open()
    gateway.send("call", call=make("call"))
    gateway.answers["me"] = (200, make("session", "en"))
    page.get_by_role("button", name="Einstellungen").click()
    page.get_by_label("Sprache").select_option("en")
    expect(card(page)).to_contain_text("is calling")
    expect(card(page).get_by_role("button", name="Answer")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    assert gateway.sent("me") == [{"language": "en"}]


def test_leaving_during_a_call_is_asked_about(gateway: Gateway, make: Make) -> None:
    page = gateway.open()
    gateway.send("call", call=make("call"))
    card(page).click()  # browsers ask only where somebody has touched the page
    asked: list[str] = []

    def leave(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", leave)
    page.reload()
    assert asked == ["beforeunload"]


NOTES = """window.notes = [];
window.Notification = class {
    static permission = "granted";
    constructor(title, { body, tag }) { window.notes.push([title, body, tag]); }
    addEventListener() {}
    close() {}
};"""


def test_only_one_window_notifies_and_once_for_each_thing_it_learns(
    new_context: Callable[..., BrowserContext], make: Make
) -> None:
    context = new_context()
    context.add_init_script(NOTES)
    windows = [make("gateway", context.new_page()) for _ in range(2)]
    pages = [window.open(notifications=True) for window in windows]
    unknown = make("call", name=None, company=None, matches=[], matches_pending=True)
    for window in windows:
        for known in (unknown, make("call"), make("call")):
            window.send("call", call=known)
        talking = make("call", id="c2", name="Max Beispiel", label="connected")
        window.snapshot["calls"] = [make("call"), talking]
        window.drop()  # the snapshot that follows must not ring again
    for page in pages:
        expect(card(page, "Max Beispiel")).to_be_visible()
    assert pages[0].evaluate("notes") == [
        ["089 1234567 ruft an", "", "call c1"],
        ["Erika Mustermann ruft an", "Muster GmbH · 089 1234567", "call c1"],
    ]
    assert pages[1].evaluate("notes") == []


def test_keys_can_be_changed_and_double_ones_are_marked(gateway: Gateway, make: Make) -> None:
    page = gateway.open()
    page.keyboard.press("?")
    keys = page.get_by_role("dialog").get_by_role("listitem").filter(has_text="Auflegen").get_by_role("button")
    expect(keys).to_have_text("Strg + .")
    keys.click()
    page.keyboard.press("Control+h")
    expect(keys).to_have_text("Strg + H")
    expect(page.locator(".key[data-twice]")).to_have_count(2)
    keys.click()
    page.keyboard.press("F9")
    expect(page.locator(".key[data-twice]")).to_have_count(0)
    page.keyboard.press("Escape")
    gateway.send("call", call=make("call", label="connected", actions=["clear"], primary=None))
    expect(card(page)).to_be_visible()
    page.keyboard.press("F9")
    expect(card(page).get_by_role("button", name="Auflegen")).to_have_attribute("aria-busy", "true")
    assert gateway.sent("calls/c1/clear") == [None]


def test_an_administrator_finds_the_last_messages_of_each_link_in_the_settings(gateway: Gateway, make: Make) -> None:
    session = make("session")
    gateway.answers["me"] = 200, {**session, "user": {**session["user"], "role": "admin"}}
    gateway.answers["links"] = 200, {"links": [{"name": "Büro 1/2", "up": True}]}
    page = gateway.open()
    page.get_by_role("button", name="Einstellungen").click()
    row = page.locator(".setting", has_text="Letzte Meldungen von „Büro 1/2“ für den Support")
    download = row.get_by_role("link", name="Herunterladen")
    expect(download).to_have_attribute("href", "https://screen.test/api/links/B%C3%BCro%201%2F2/trace")
    expect(download).to_have_attribute("download", "")


def test_nobody_else_asks_for_links(gateway: Gateway) -> None:
    page = gateway.open()
    page.get_by_role("button", name="Einstellungen").click()
    expect(page.get_by_role("dialog", name="Einstellungen")).to_be_visible()
    expect(page.get_by_role("link", name="Herunterladen")).to_have_count(0)
    assert not any(path == "links" for _method, path, _body in gateway.requests)


@pytest.mark.parametrize("width", [360, 900, 1600])
def test_nothing_is_wider_than_the_window(gateway: Gateway, make: Make, width: int) -> None:
    page = gateway.open()
    page.set_viewport_size({"width": width, "height": 720})
    long = "Dr. Friederike von Hohenstein-Wittgenstein"
    actions = ["complete", "alternate", "conference", "reconnect", "digits", "clear"]
    gateway.send("call", call=make("call", name=long, label="consultation", actions=actions, primary="complete"))
    expect(card(page, long)).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == width
    overflowing = "[...document.querySelectorAll('.card .button')].filter(b => b.scrollWidth > b.clientWidth).length"
    assert page.evaluate(overflowing) == 0
