"""Pages of the CRM that open by themselves, and what can be done about callers nobody knows."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

if TYPE_CHECKING:
    from tests.browser.conftest import ScriptedGateway as Gateway

pytestmark = pytest.mark.browser

Make = Callable[..., Any]
RECORD = "https://crm.test/person/7"
HALF_A_SECOND = 500
"""Milliseconds in which a page that must not open would have opened."""


class Crm:
    """The pages of the CRM a context has opened."""

    def __init__(self, context: BrowserContext) -> None:
        context.route("https://crm.test/**", lambda route: route.fulfill(body="<title>CRM</title>"))
        self.pages: list[Page] = []
        context.on("page", lambda page: self.pages.append(page))

    def opened(self, count: int, screen: Page) -> list[str]:
        """Addresses opened so far, once there are ``count`` of them and there was time for one too many."""
        for _ in range(100):
            if len(self.pages) >= count and all(page.url != "about:blank" for page in self.pages):
                break
            screen.wait_for_timeout(50)
        screen.wait_for_timeout(HALF_A_SECOND)
        return [page.url for page in self.pages]


@pytest.fixture
def crm(gateway: Gateway) -> Crm:
    gateway.open()
    return Crm(gateway.page.context)


def begin(gateway: Gateway, **triggers: str) -> Page:
    """The call screen of a user for whom the administrator has chosen these triggers."""
    session: Any = gateway.answers["me"][1]
    gateway.answers["me"] = 200, {**session, "triggers": {**session["triggers"], **triggers}}
    gateway.page.reload()
    gateway.page.locator(".dot[data-tone=good]").wait_for()
    return gateway.page


@pytest.mark.parametrize(
    ("way", "trigger", "label", "count"),
    [
        ("incoming", "ring", "ringing", 1),
        ("incoming", "ring", "connected", 1),
        ("incoming", "answer", "ringing", 0),
        ("incoming", "answer", "connected", 1),
        ("incoming", "click", "connected", 0),
        ("incoming", "never", "connected", 0),
        ("outgoing", "ring", "dialing", 1),
        ("outgoing", "answer", "dialing", 0),
        ("outgoing", "answer", "consultation", 1),
        ("outgoing", "ring", "busy", 0),
        ("internal", "ring", "ringing", 1),
    ],
)
def test_a_page_opens_at_the_moment_that_was_chosen(
    gateway: Gateway, crm: Crm, make: Make, way: str, trigger: str, label: str, count: int
) -> None:
    page = begin(gateway, **{way: trigger})
    gateway.send("call", call=make("call", way=way, label=label, url=RECORD))
    assert crm.opened(count, page) == [RECORD] * count


def test_a_page_opens_once_for_a_call_however_often_it_changes_and_the_screen_is_loaded(
    gateway: Gateway, crm: Crm, make: Make
) -> None:
    page = begin(gateway, incoming="ring")
    gateway.send("call", call=make("call", began=1, url=RECORD))
    assert crm.opened(1, page) == [RECORD]
    for label in ("ringing", "connected", "held", "connected"):
        gateway.send("call", call=make("call", began=1, label=label, url=RECORD, name="Erika M."))
    gateway.snapshot["calls"] = [make("call", began=1, label="connected", url=RECORD)]
    gateway.drop()
    expect(page.locator(".card__name")).to_have_text("Erika Mustermann")
    page.reload()
    page.locator(".card").wait_for()
    assert crm.opened(1, page) == [RECORD]
    gateway.send("call", call=make("call", id="c2", began=2, url=f"{RECORD}0"))
    assert crm.opened(2, page) == [RECORD, f"{RECORD}0"]


def test_a_page_cannot_reach_back_to_the_call_screen(gateway: Gateway, crm: Crm, make: Make) -> None:
    page = begin(gateway, incoming="ring")
    gateway.send("call", call=make("call", url=RECORD))
    crm.opened(1, page)
    assert crm.pages[0].evaluate("window.opener") is None


def test_only_the_primary_window_opens_pages(new_context: Callable[..., BrowserContext], make: Make) -> None:
    context = new_context()
    windows = [make("gateway", context.new_page()) for _ in range(2)]
    for window in windows:
        window.answers["me"] = 200, {**make("session"), "triggers": {"incoming": "ring"}}
    pages = [window.open() for window in windows]
    crm = Crm(context)
    for window in windows:
        window.send("call", call=make("call", began=1, url=RECORD))
    assert crm.opened(1, pages[0]) == [RECORD]
    pages[0].close()
    windows[1].send("call", call=make("call", began=1, label="connected", url=RECORD))  # it is the primary one now
    assert crm.opened(1, pages[1]) == [RECORD]


def test_a_call_that_was_answered_before_the_screen_was_opened_is_left_in_peace(
    gateway: Gateway, crm: Crm, make: Make
) -> None:
    gateway.snapshot["calls"] = [make("call", label="connected", url=RECORD)]
    page = begin(gateway, incoming="answer")
    expect(page.get_by_role("link", name="Erika Mustermann")).to_have_attribute("href", RECORD)
    assert crm.opened(0, page) == []


def test_an_uncertain_match_is_never_opened_unasked(gateway: Gateway, crm: Crm, make: Make) -> None:
    page = begin(gateway, incoming="ring")
    doubtful = [make("match", "Max Beispiel", certainty="uncertain")]
    gateway.send("call", call=make("call", name=None, company=None, matches=doubtful, pops=False, url=RECORD))
    expect(page.locator(".card")).to_contain_text("unsicher")
    assert crm.opened(0, page) == []


def test_a_known_caller_is_not_kept_waiting_by_a_slow_source_and_an_unknown_one_is(
    gateway: Gateway, crm: Crm, make: Make
) -> None:
    page = begin(gateway, incoming="ring")
    new = "https://crm.test/person/new"
    unknown = {"id": "c2", "began": 2, "name": None, "company": None, "matches": []}
    gateway.send("call", call=make("call", **unknown, matches_pending=True, url=new))
    gateway.send("call", call=make("call", matches_pending=True, url=RECORD))
    assert crm.opened(1, page) == [RECORD]
    page.wait_for_timeout(2 * HALF_A_SECOND)
    assert crm.opened(1, page) == [RECORD]
    gateway.send("call", call=make("call", **unknown, url=new))
    assert crm.opened(2, page) == [RECORD, new]


@pytest.mark.parametrize(
    ("language", "sentence", "link"),
    [
        ("de", "Der Browser hat die CRM-Seite zurückgehalten: Erika Mustermann.", "Im CRM öffnen"),
        ("en", "The browser has held back the CRM page: Erika Mustermann.", "Open in CRM"),
    ],
    ids=["de", "en"],
)
def test_a_page_the_browser_holds_back_is_offered_as_a_link(
    gateway: Gateway, make: Make, picture: Callable[[Page, str], None], language: str, sentence: str, link: str
) -> None:
    gateway.page.add_init_script("window.open = () => null")
    gateway.answers["me"] = 200, {**make("session", language), "triggers": {"incoming": "ring"}}
    page = gateway.open()
    crm = Crm(page.context)
    gateway.send("call", call=make("call", url=RECORD))
    notice = page.locator(".notice", has_text=sentence)
    expect(notice).to_be_visible()
    picture(page, "blocked")
    notice.get_by_role("link", name=link).click()
    assert crm.opened(1, page) == [RECORD]
    expect(notice).to_be_hidden()


def test_within_a_page_of_the_crm_nothing_opens_by_itself_and_a_click_still_works(gateway: Gateway, make: Make) -> None:
    gateway.policy = "default-src 'self'"
    gateway.answers["me"] = 200, {**make("session"), "triggers": {"incoming": "ring"}}
    page = gateway.page
    crm = Crm(page.context)
    frame = '<iframe src="https://screen.test/" width=360 height=700></iframe>'
    page.route("https://screen.test/host", lambda route: route.fulfill(body=frame, content_type="text/html"))
    page.goto("https://screen.test/host")
    screen = page.frame_locator("iframe")
    screen.locator(".dot[data-tone=good]").wait_for()
    gateway.send("call", call=make("call", url=RECORD))
    expect(screen.locator(".card")).to_contain_text("ruft an")
    assert crm.opened(0, page) == []
    screen.locator(".card").get_by_role("link", name="Erika Mustermann").click()
    assert crm.opened(1, page) == [RECORD]


def test_where_a_page_is_never_to_open_the_name_is_no_link_but_matches_are(
    gateway: Gateway, crm: Crm, make: Make
) -> None:
    page = begin(gateway, internal="never")
    matches = [make("match", "Erika Mustermann", url=RECORD), make("match", "Max Beispiel", url=f"{RECORD}0")]
    gateway.send("call", call=make("call", way="internal", url=RECORD, matches=matches))
    card = page.locator(".card")
    expect(card.locator(".card__name")).to_have_text("Erika Mustermann")
    expect(card.locator(".card__name a")).to_have_count(0)
    card.get_by_text("1 weiterer Treffer").click()
    expect(card.get_by_role("link", name="Max Beispiel")).to_have_attribute("href", f"{RECORD}0")
    assert crm.opened(0, page) == []


@pytest.mark.parametrize(
    ("language", "settings", "row", "given", "ring"),
    [
        ("de", "Einstellungen", "Anrufe von außen", "wie eingerichtet: nur auf Klick", "sobald es klingelt"),
        ("en", "Settings", "Calls from outside", "as set up: on a click only", "as soon as it rings"),
    ],
    ids=["de", "en"],
)
def test_users_choose_for_themselves_when_pages_open(
    gateway: Gateway,
    make: Make,
    picture: Callable[[Page, str], None],
    language: str,
    settings: str,
    row: str,
    given: str,
    ring: str,
) -> None:
    gateway.answers["me"] = 200, make("session", language)
    page = gateway.open()
    crm = Crm(page.context)
    page.get_by_role("button", name=settings).click()
    choice = page.get_by_label(row)
    expect(choice.locator("option:checked")).to_have_text(given)
    choice.select_option(ring)
    choice.scroll_into_view_if_needed()
    picture(page, "settings")
    page.keyboard.press("Escape")
    gateway.send("call", call=make("call", url=RECORD))
    assert crm.opened(1, page) == [RECORD]
    page.reload()
    page.get_by_role("button", name=settings).click()
    expect(choice.locator("option:checked")).to_have_text(ring)
    choice.select_option("")
    page.keyboard.press("Escape")
    gateway.send("call", call=make("call", id="c2", began=2, url=RECORD))
    assert crm.opened(1, page) == [RECORD]


STRANGER = {
    "new_person": "https://crm.test/person/new?phone=%2B496990009417",
    "new_company": "https://crm.test/company/new?phone=%2B496990009417",
    "add_number": True,
}


def contact(name: str, url: str | None) -> dict[str, Any]:
    numbers = [{"label": "mobile", "display": "0171 3920014", "dial": "+491713920014"}]
    person = {"kind": "person", "name": name, "company": "Muster GmbH", "url": None, "numbers": numbers}
    return {**person, "add_number": url}


@pytest.mark.parametrize(
    ("language", "person", "company", "add", "search", "copied"),
    [
        ("de", "Neue Person", "Neue Firma", "Zu Kontakt …", "Wem gehört die Nummer?", "ist in der Zwischenablage"),
        ("en", "New person", "New company", "To a contact …", "Whose number is it?", "is in the clipboard"),
    ],
    ids=["de", "en"],
)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_an_unknown_caller_becomes_a_record_or_a_number_of_one(
    new_context: Callable[..., BrowserContext],
    make: Make,
    picture: Callable[[Page, str], None],
    language: str,
    person: str,
    company: str,
    add: str,
    search: str,
    copied: str,
    scheme: str,
) -> None:
    context = new_context(color_scheme=scheme, permissions=["clipboard-read", "clipboard-write"])
    gateway = make("gateway", context.new_page())
    edit = "https://crm.test/person/7/edit?phone=%2B496990009417"
    gateway.answers["me"] = 200, make("session", language)
    gateway.answers["contacts/search"] = (
        200,
        {"contacts": [contact("Erika Mustermann", edit), contact("Max Nirgends", None)]},
    )
    page = gateway.open()
    crm = Crm(context)
    number = make("number", "069 90009417", "+496990009417")
    unknown = make("call", name=None, company=None, matches=[], number=number, stranger=STRANGER)
    gateway.send("call", call=unknown)
    card = page.locator(".card")
    expect(card.get_by_role("link", name=person)).to_have_attribute("href", STRANGER["new_person"])
    expect(card.get_by_role("link", name=company)).to_have_attribute("href", STRANGER["new_company"])
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    picture(page, "card")
    card.get_by_role("button", name=add).click()
    dialog = page.get_by_role("dialog")
    gateway.send("call_ended", call={**unknown, "label": "ended", "result": "missed"})  # the dialog stays
    dialog.get_by_role("searchbox", name=search).fill("erika")
    expect(dialog.get_by_role("listitem")).to_have_count(2)
    expect(dialog.get_by_role("link")).to_have_count(1)
    picture(page, "dialog")
    dialog.get_by_role("link", name="Erika Mustermann").click()
    assert crm.opened(1, page) == [edit]
    expect(dialog).to_be_hidden()
    page.bring_to_front()
    expect(page.locator(".notice", has_text=copied)).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == "+496990009417"


def test_the_number_is_told_when_contacts_are_searched_for_it(gateway: Gateway, make: Make) -> None:
    page = gateway.open()
    gateway.send("call", call=make("call", name=None, company=None, matches=[], stranger=STRANGER))
    page.get_by_role("button", name="Zu Kontakt …").click()
    page.get_by_role("dialog").get_by_role("searchbox").fill("Erika")
    expect(page.get_by_role("dialog")).to_contain_text("Kein Kontakt zu „Erika“ gefunden.")
    assert gateway.sent("contacts/search")[-1] == {"text": "Erika", "number": "+49891234567"}


def test_the_settings_fit_into_the_panel(gateway: Gateway) -> None:
    page = gateway.open()
    page.get_by_role("button", name="Einstellungen").click()
    form = page.get_by_role("dialog").locator("form")
    assert form.evaluate("form => form.scrollWidth") <= form.evaluate("form => form.clientWidth")


def test_the_answer_button_stays_where_it_is_when_the_caller_turns_out_to_be_unknown(
    gateway: Gateway, make: Make
) -> None:
    page = gateway.open()
    unknown: dict[str, Any] = {"name": None, "company": None, "matches": []}
    gateway.send("call", call=make("call", **unknown, matches_pending=True))
    answer = page.get_by_role("button", name="Antworten")
    before = answer.bounding_box()
    gateway.send("call", call=make("call", **unknown, stranger=STRANGER))
    expect(page.get_by_role("link", name="Neue Person")).to_be_visible()
    assert answer.bounding_box() == before
