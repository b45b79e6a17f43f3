"""The call screen in a frame of a CRM, which is the page of examples/embedding: what they tell each other."""

from __future__ import annotations

import mimetypes
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import FrameLocator, Page, Route, expect

from tests.browser.conftest import ROOT, SCREEN

if TYPE_CHECKING:
    from tests.browser.conftest import ScriptedGateway as Gateway

pytestmark = pytest.mark.browser

Make = Callable[..., Any]
CRM = "https://crm.screen.test/"
"""Another origin of the same site, as the how-to asks for."""
RECORD = f"{CRM}person/7"
FIELD = "Name oder Nummer"


class Host:
    """The CRM's page with the call screen in it."""

    def __init__(self, gateway: Gateway) -> None:
        self.gateway = gateway
        self.page: Page = gateway.page
        self.frame: FrameLocator = self.page.frame_locator("#screen")
        self.log = self.page.get_by_role("list", name="What the call screen says").get_by_role("listitem")
        gateway.policy = "default-src 'self'; frame-ancestors https://crm.screen.test"
        gateway.page.add_init_script("""localStorage['csta-gateway.settings'] ??= '{"notifications": false}'""")
        self.page.route(f"{CRM}**", self._serve)

    def open(self, session: str = "logged in") -> None:
        """Open the page and wait for what the call screen says about the session."""
        self.page.set_viewport_size({"width": 1000, "height": 720})
        self.page.goto(f"{CRM}crm.html?gateway={SCREEN}")
        expect(self.log.last).to_have_text(session)

    def _serve(self, route: Route) -> None:
        path = urlsplit(route.request.url).path.removeprefix("/")
        if path.startswith("person/"):
            route.fulfill(body="<h1>Erika</h1>", content_type="text/html")
        else:
            kind = mimetypes.guess_type(path)[0] or "text/html"
            route.fulfill(body=(ROOT / "examples" / "embedding" / path).read_text("utf-8"), content_type=kind)


@pytest.fixture
def host(gateway: Gateway) -> Host:
    return Host(gateway)


def signed_in(host: Host) -> None:
    host.open()
    expect(host.frame.locator(".dot")).to_have_attribute("data-tone", "good")


def test_the_page_hears_of_calls_and_opens_their_record_itself(
    host: Host, gateway: Gateway, make: Make, picture: Callable[[Page, str], None]
) -> None:
    gateway.answers["me"] = 200, {**make("session"), "triggers": {"incoming": "ring"}}
    signed_in(host)
    call = make("call", url=RECORD)
    gateway.send("call", call=call)
    gateway.send("call", call={**call, "note": "Lieferung"})  # which is no business of the page
    gateway.send("call", call={**call, "label": "connected", "actions": ["clear"], "words": ["clear"]})
    gateway.send("call_ended", call={**call, "label": "ended", "result": "answered", "actions": [], "words": []})
    words = [f"{label}: Erika Mustermann" for label in ("ringing", "connected", "ended")]
    expect(host.log.filter(has_text="Erika")).to_have_text(words)
    expect(host.log.first).to_have_text("call screen, version 1")
    expect(host.page.locator("#record")).to_have_attribute("src", RECORD)
    picture(host.page, "crm")
    assert len(host.page.context.pages) == 1


def test_a_number_of_the_page_is_prepared_and_not_dialled(host: Host, gateway: Gateway) -> None:
    signed_in(host)
    host.page.get_by_role("button", name="089 1234567").click()
    expect(host.log.last).to_have_text("ready to dial: +49 89 1234567")
    expect(host.frame.get_by_role("combobox", name=FIELD)).to_have_value("+49 89 1234567")
    assert gateway.sent("calls") == []


def test_a_number_from_before_the_login_is_kept(host: Host, gateway: Gateway, make: Make) -> None:
    gateway.answers["me"] = 401, {"id": "not_logged_in", "detail": "Bitte anmelden."}
    gateway.answers["login"] = 200, make("session")
    host.open("not logged in")
    host.page.get_by_role("button", name="089 1234567").click()
    host.frame.get_by_label("Benutzer").fill("anna")
    host.frame.get_by_label("Kennwort").fill("geheim")
    gateway.answers["me"] = gateway.answers["login"]
    host.frame.get_by_role("button", name="Anmelden").click()
    expect(host.frame.get_by_role("combobox", name=FIELD)).to_have_value("+49 89 1234567")


def test_the_panel_that_is_not_pinned_is_wanted_during_a_call(host: Host, gateway: Gateway, make: Make) -> None:
    signed_in(host)
    screen = host.page.locator("#screen")
    host.frame.get_by_role("button", name="Einstellungen").click()
    host.frame.get_by_label("Auch ohne Anruf sichtbar bleiben").uncheck()
    expect(screen).to_be_hidden()
    gateway.send("call", call=make("call"))
    expect(screen).to_be_visible()


def test_links_of_the_page_lead_into_the_frame(host: Host, gateway: Gateway) -> None:
    signed_in(host)
    host.page.evaluate("document.querySelector('p').append(' oder 030 7654321')")
    host.page.add_script_tag(url=f"{SCREEN}click-to-dial.js")
    host.page.get_by_role("link", name="030 7654321").click()
    expect(host.frame.get_by_role("combobox", name=FIELD)).to_have_value("0307654321")
    assert len(host.page.context.pages) == 1


NONSENSE = [
    None,
    "prepare",
    {"type": "prepare", "number": "110"},
    {"csta": 2, "type": "prepare", "number": "110"},
    {"csta": 1, "type": "prepare", "number": 110},
    {"csta": 1, "type": "prepare"},
    {"csta": 1, "type": "constructor"},
    {"csta": 1, "type": "dial", "number": "110"},
]


def test_what_is_no_message_does_nothing(host: Host, gateway: Gateway) -> None:
    signed_in(host)
    send = "([data, to]) => document.getElementById('screen').contentWindow.postMessage(data, to)"
    for message in [*NONSENSE, {"csta": 1, "type": "prepare", "number": "2002"}]:
        host.page.evaluate(send, [message, SCREEN])
    expect(host.log.last).to_have_text("ready to dial: 2002")
    expect(host.frame.get_by_role("combobox", name=FIELD)).to_have_value("2002")
    assert gateway.sent("calls") == []


def test_another_frame_of_the_page_is_not_listened_to(host: Host, gateway: Gateway) -> None:
    signed_in(host)
    host.page.evaluate("document.getElementById('record').src = 'https://crm.screen.test/person/7'")
    stranger = host.page.frame(url=RECORD) or host.page.wait_for_event("framenavigated")
    message = '{"csta": 1, "type": "prepare", "number": "110"}'
    stranger.evaluate(f"parent.document.getElementById('screen').contentWindow.postMessage({message}, '*')")
    host.page.get_by_role("button", name="089 1234567").click()
    expect(host.log.last).to_have_text("ready to dial: +49 89 1234567")
    assert host.log.filter(has_text="110").count() == 0


def test_a_page_outside_any_frame_listens_to_nobody(gateway: Gateway) -> None:
    page = gateway.open()
    page.evaluate("postMessage({csta: 1, type: 'prepare', number: '110'}, location.origin)")
    page.evaluate("new Promise(resolve => setTimeout(resolve))")
    expect(page.get_by_role("combobox", name=FIELD)).to_have_value("")
