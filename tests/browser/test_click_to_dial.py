"""Numbers of other pages: found, made links, and opened in the call screen ready to dial; a click alone never dials."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import SCREEN, STATIC

if TYPE_CHECKING:
    from tests.browser.conftest import ScriptedGateway as Gateway

pytestmark = pytest.mark.browser

Make = Callable[..., Any]
FIELD = "Name oder Nummer"
PAGE = "https://intranet.test/"
POLICY = "default-src 'none'; script-src https://screen.test; require-trusted-types-for 'script'; trusted-types 'none'"
"""A page that allows the script and nothing else."""


class Intranet:
    """A page of somebody else that loads the script from the gateway."""

    def __init__(self, context: BrowserContext) -> None:
        self.context = context
        script = (STATIC / "click-to-dial.js").read_text("utf-8")
        context.route(
            f"{SCREEN}**", lambda route: route.fulfill(body="<title>screen</title>", content_type="text/html")
        )
        context.route(
            f"{SCREEN}click-to-dial.js", lambda route: route.fulfill(body=script, content_type="text/javascript")
        )
        self.page = context.new_page()

    def show(self, body: str, language: str = "de") -> Page:
        """Load a page with this body."""
        script = f'<script src="{SCREEN}click-to-dial.js" defer></script>'
        text = (
            f'<!doctype html><html lang="{language}"><meta charset="utf-8"><title>Intranet</title>{script}<body>{body}'
        )
        headers = {"Content-Type": "text/html", "Content-Security-Policy": POLICY}
        self.page.route(f"{PAGE}**", lambda route: route.fulfill(body=text, headers=headers))
        self.page.goto(PAGE)
        return self.page

    def links(self) -> list[str]:
        """The numbers the script has made links of."""
        hrefs: list[str] = self.page.locator("a[data-csta-dial=on]").evaluate_all("all => all.map(a => a.href)")
        return [unquote(href).removeprefix("tel:") for href in hrefs]


@pytest.fixture
def intranet(new_context: Callable[..., BrowserContext]) -> Intranet:
    return Intranet(new_context())


NUMBERS: dict[str, list[str]] = {
    "Rufen Sie 089 1234567 an.": ["0891234567"],
    "+49 (0)89 1234-567": ["+49891234567"],
    "+49 (89) 1234567, 0171/1234567": ["+49891234567", "01711234567"],
    "(089) 12 34 567.": ["0891234567"],
    "0044 161 552-7789": ["00441615527789"],
    "089 1234567 / 0171 1234567": ["0891234567", "01711234567"],
    "089 / 1234567": ["0891234567"],
    "+44.161.552.7789": ["+441615527789"],
    "Tel. 2001": ["2001"],
    "Phone: 1234567": ["1234567"],
    "Durchwahl 34-56": ["3456"],
    "Telefon:089 1234567": ["0891234567"],
    "Fax 089 1234567": [],
    "Telefax: 089 1234567 Telefon: 089 1234568": ["0891234568"],
    "am 01.02.2026 um 08:00": [],
    "01/02/2026 and 01-02-26": [],
    "DE02 1203 0000 0000 2020 51": [],
    "DE89 3704 0044 0532 0130 00": [],
    "Version 1.0.0.1234567": [],
    "0,5 % von 0.123456": [],
    "Artikel 4711-0815": [],
    "https://shop.test/0891234567": [],
    "0891234567@fax.test": [],
    "0012345678901234567890": [],
    "abc0891234567": [],
    "0891234567abc": [],
    "Zimmer 12": [],
    "Intel 8086": [],
}


def test_what_is_a_number(intranet: Intranet) -> None:
    page = intranet.show("".join(f"<p>{text}</p>" for text in NUMBERS))
    page.wait_for_function("window.cstaClickToDial")
    found = {}
    for paragraph in page.locator("p").all():
        hrefs = paragraph.locator("a").evaluate_all("all => all.map(a => a.href)")
        found[paragraph.inner_text()] = [unquote(href).removeprefix("tel:") for href in hrefs]
    assert found == NUMBERS


LEFT_ALONE = [
    '<div data-csta-dial="off">089 1234567</div>',
    "<a href='https://intranet.test/x'>089 1234567</a>",
    "<code>089 1234567</code>",
    "<p contenteditable>089 1234567</p>",
    "<textarea>089 1234567</textarea>",
    "<button>089 1234567</button>",
]


@pytest.mark.parametrize("body", LEFT_ALONE, ids=["off", "link", "code", "editor", "field", "button"])
def test_what_is_left_alone(intranet: Intranet, body: str) -> None:
    page = intranet.show(f"{body}<p>030 7654321</p>")
    page.wait_for_function("window.cstaClickToDial")
    assert intranet.links() == ["0307654321"]


def test_what_comes_later_or_changes_is_seen_too(intranet: Intranet) -> None:
    page = intranet.show("<p>nichts</p><ul></ul>")
    page.evaluate(
        "document.querySelector('ul').append(Object.assign(document.createElement('li'), {textContent: '089 1234567'}))"
    )
    expect(page.get_by_role("link", name="089 1234567")).to_be_visible()
    page.evaluate("document.querySelector('p').firstChild.data = 'jetzt 030 7654321'")
    expect(page.get_by_role("link", name="030 7654321")).to_be_visible()


@pytest.mark.parametrize(
    ("language", "title"), [("de", "089 1234567 anrufen"), ("en-GB", "Call 089 1234567")], ids=["de", "en"]
)
def test_the_words_are_in_the_language_of_the_page(intranet: Intranet, language: str, title: str) -> None:
    page = intranet.show("089 1234567", language)
    expect(page.get_by_title(title)).to_be_visible()


@pytest.mark.parametrize(
    ("body", "opened"),
    [
        ("<p>089 1234567</p>", "dial#tel:0891234567"),
        ("<a href='callto:+49891234567'>Zentrale</a>", "dial#callto:+49891234567"),
        ("<a href='TEL:2001'><b>Empfang</b></a>", "dial#tel:2001"),
    ],
    ids=["text", "callto", "tel"],
)
def test_a_click_opens_the_call_screen_with_the_number_where_no_log_sees_it(
    intranet: Intranet, body: str, opened: str
) -> None:
    page = intranet.show(body)
    with intranet.context.expect_page() as popup:
        page.locator("a").click()
    expect(popup.value).to_have_url(SCREEN + opened)
    assert popup.value.evaluate("window.opener") is None
    assert page.url == PAGE


def test_a_link_that_is_to_be_left_alone_is(intranet: Intranet) -> None:
    page = intranet.show("<div data-csta-dial=off><a href='tel:2001'>Empfang</a></div>")
    page.evaluate("""document.addEventListener("click", (event) => {
        window.taken = event.defaultPrevented;
        event.preventDefault();  // nothing here opens telephone links
    })""")
    page.locator("a").click()
    assert page.evaluate("taken") is False


@pytest.mark.parametrize(
    ("path", "number"),
    [
        ("dial#tel:+441615527789", "+441615527789"),
        ("dial#tel%3A%2B441615527789", "+441615527789"),
        ("#callto:2002", "2002"),
    ],
    ids=["script", "browser", "root"],
)
def test_the_handler_prepares_the_number_and_dials_on_the_press(gateway: Gateway, path: str, number: str) -> None:
    page = gateway.open(path)
    expect(page.get_by_role("combobox", name=FIELD)).to_have_value(number)
    assert page.url == SCREEN
    assert gateway.sent("calls") == []
    page.keyboard.press("Enter")
    expect(page.get_by_role("combobox", name=FIELD)).to_have_value("")
    assert gateway.sent("calls") == [{"number": number}]


def test_a_number_waits_for_the_login_and_for_the_next_when_that_is_refused(gateway: Gateway, make: Make) -> None:
    gateway.answers["me"] = 401, {"id": "not_logged_in", "detail": "Bitte anmelden."}
    gateway.answers["login"] = 200, make("session")
    page = gateway.page
    page.clock.install()
    page.clock.pause_at(time.time() + 1)  # no other window has time to take the number before the refusal
    page.goto(f"{SCREEN}dial#tel:2002")
    log_in(page)
    expect(page.get_by_role("alert")).to_have_text("Die Anmeldung ist abgelaufen. Bitte neu anmelden.")
    page.clock.resume()
    page.wait_for_timeout(500)
    assert page.url == f"{SCREEN}dial#tel:2002"
    gateway.answers["me"] = 200, make("session")
    log_in(page)
    expect(page.get_by_role("combobox", name=FIELD)).to_have_value("2002")
    assert page.url == SCREEN


def log_in(page: Page) -> None:
    page.get_by_label("Benutzer").fill("anna")
    page.get_by_label("Kennwort").fill("geheim")
    page.get_by_role("button", name="Anmelden").click()


HIDDEN = "Object.defineProperty(document, 'visibilityState', {get: () => 'hidden'})"


def test_a_window_in_sight_takes_the_number_of_another(new_context: Callable[..., BrowserContext], make: Make) -> None:
    context = new_context()
    first = make("gateway", context.new_page()).open()
    second = make("gateway", context.new_page())
    second.page.add_init_script("window.close = () => { window.closing = true; }")
    page = second.open("dial#tel:2002")
    expect(page.get_by_text("2002 steht im anderen Fenster zum Wählen bereit.")).to_be_visible()
    expect(first.get_by_role("combobox", name=FIELD)).to_have_value("2002")
    expect(page.get_by_role("combobox", name=FIELD)).to_have_value("")
    assert page.evaluate("closing")


def test_a_number_is_not_lost_in_a_window_nobody_sees(new_context: Callable[..., BrowserContext], make: Make) -> None:
    context = new_context()
    covered = make("gateway", context.new_page())
    covered.page.add_init_script(HIDDEN)
    covered.open()
    page = make("gateway", context.new_page()).open("dial#tel:2002")
    expect(page.get_by_role("combobox", name=FIELD)).to_have_value("2002")
    expect(covered.page.get_by_role("combobox", name=FIELD)).to_have_value("")


def test_the_settings_offer_the_handler_and_a_bookmark(gateway: Gateway) -> None:
    gateway.page.add_init_script("navigator.registerProtocolHandler = (...values) => { window.registered = values; }")
    page = gateway.open()
    page.get_by_role("button", name="Einstellungen").click()
    page.get_by_role("button", name="Hier wählen").click()
    assert page.evaluate("registered") == ["tel", f"{SCREEN}dial#%s"]
    address = page.get_by_role("link", name="Nummer wählen").get_attribute("href")
    assert address is not None
    assert address.startswith("javascript:")


def test_the_browser_takes_the_handler(gateway: Gateway) -> None:
    page = gateway.open()
    assert page.evaluate(f"navigator.registerProtocolHandler('tel', '{SCREEN}dial#%s')") is None


@pytest.mark.parametrize("marked", [True, False], ids=["marked", "nothing marked"])
def test_the_bookmark_dials_what_is_marked_or_makes_links(
    gateway: Gateway, new_context: Callable[..., BrowserContext], marked: bool
) -> None:
    address = gateway.open().evaluate("import('/js/weblinks.js').then(module => module.bookmarklet(document.baseURI))")
    intranet = Intranet(new_context())
    page = intranet.page
    page.route(f"{PAGE}**", lambda route: route.fulfill(body="<p>089 1234567</p>", content_type="text/html"))
    page.goto(PAGE)
    script = unquote(address.removeprefix("javascript:"))
    if not marked:
        page.evaluate(script)
        expect(page.get_by_role("link", name="089 1234567")).to_be_visible()
        return
    page.locator("p").click(click_count=3)
    with intranet.context.expect_page() as popup:
        page.evaluate(script)
    assert popup.value.url.startswith(f"{SCREEN}dial#tel")
    assert unquote(popup.value.url).endswith("tel:089 1234567")
