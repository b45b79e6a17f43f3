"""Gateway restarted or network cut in mid-call: the screen is right again by itself, and says what happened."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import BrowserContext, Page, WebSocketRoute, expect

from tests.browser.office import running

if TYPE_CHECKING:
    from tests.browser.office import Office

pytestmark = pytest.mark.browser

Picture = Callable[[Page, str], None]

ERIKA = "06990009123"
LUKAS = "004319999817"
SECONDS = 30_000
"""Milliseconds the screen may take: the pauses between attempts, on a busy machine."""

WORDS = {
    "answer": {"de": "Antworten", "en": "Answer"},
    "connected": {"de": "verbunden", "en": "connected"},
    "held": {"de": "Wird gehalten", "en": "on hold"},
    "hold": {"de": "Halten", "en": "Hold"},
    "lost": {"de": "Verbindung zum Gateway unterbrochen seit", "en": "Connection to the gateway lost at"},
    "restarted": {"de": "neu gestartet", "en": "was restarted at"},
    "renewed": {"de": "Zu sehen ist wieder der jetzige Stand", "en": "shows how things stand now"},
    "resumed": {"de": "ist nachgetragen", "en": "has been added"},
}


@pytest.fixture(scope="module")
def fragile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """An office of its own, for its gateway is ended again and again."""
    with running(tmp_path_factory.mktemp("fragile")) as office:
        yield office


@pytest.fixture(autouse=True)
def quiet(fragile: Office) -> Iterator[None]:
    """Whatever calls a test leaves end with it."""
    yield
    fragile.order("quiet")


def talking(office: Office, page: Page, language: str) -> None:
    """Anna talks to Erika."""
    office.order("ring", ERIKA, "2001")
    page.get_by_role("button", name=WORDS["answer"][language]).click()
    expect(page.locator(".card", has_text="Erika Mustermann")).to_contain_text(WORDS["connected"][language])


@pytest.mark.parametrize(
    ("language", "at_once", "told"),
    [("de", False, "restarted"), ("en", False, "restarted"), ("de", True, "renewed")],
    ids=["de", "en", "killed"],
)
def test_a_call_survives_a_restart_of_the_gateway(
    fragile: Office,
    new_context: Callable[..., BrowserContext],
    picture: Picture,
    language: str,
    at_once: bool,
    told: str,
) -> None:
    page = fragile.enter(new_context(locale=language), "anna", language)
    talking(fragile, page, language)
    fragile.stop(at_once=at_once)
    expect(page.locator(".notices")).to_contain_text(WORDS["lost"][language], timeout=SECONDS)
    picture(page, "1-lost")
    fragile.start()
    expect(page.locator(".notices")).to_contain_text(WORDS[told][language], timeout=SECONDS)
    caller = page.locator(".card", has_text="Erika Mustermann")
    expect(caller).to_have_count(1)  # the old card takes a moment to leave
    expect(caller).to_contain_text(WORDS["connected"][language])
    hold = caller.get_by_role("button", name=WORDS["hold"][language])
    expect(hold).to_be_enabled()
    picture(page, "2-back")
    hold.click()
    expect(caller).to_contain_text(WORDS["held"][language])


def test_a_call_that_ended_meanwhile_is_gone(fragile: Office, new_context: Callable[..., BrowserContext]) -> None:
    page = fragile.enter(new_context(), "anna", "de")
    talking(fragile, page, "de")
    fragile.stop()
    fragile.order("quiet")
    fragile.order("ring", LUKAS, "2001")
    fragile.start()
    expect(page.locator(".card__name")).to_have_text(["Lukas Gruber"], timeout=SECONDS)


class Wire:
    """The network between one page and the gateway."""

    def __init__(self, context: BrowserContext) -> None:
        self._whole = True
        self._open: list[WebSocketRoute] = []
        context.route_web_socket(re.compile("/api/events"), self._connect)

    def cut(self) -> None:
        """Nothing gets through any more, and what was open is gone."""
        self._whole = False
        for socket in self._open:
            socket.close()

    def mend(self) -> None:
        """It works again."""
        self._whole = True

    def _connect(self, socket: WebSocketRoute) -> None:
        if not self._whole:
            socket.close()
            return
        socket.connect_to_server()
        self._open.append(socket)


@pytest.mark.parametrize("language", ["de", "en"])
def test_what_happened_while_the_network_was_cut_is_added(
    fragile: Office, new_context: Callable[..., BrowserContext], picture: Picture, language: str
) -> None:
    context = new_context(locale=language)
    wire = Wire(context)
    page = fragile.enter(context, "anna", language)
    talking(fragile, page, language)
    wire.cut()
    expect(page.locator(".notices")).to_contain_text(WORDS["lost"][language])
    fragile.order("ring", LUKAS, "2001")
    page.wait_for_timeout(1_000)  # in which the call would have been shown
    expect(page.locator(".card", has_text="Lukas Gruber")).to_have_count(0)
    wire.mend()
    expect(page.locator(".card", has_text="Lukas Gruber")).to_be_visible(timeout=SECONDS)
    expect(page.locator(".card", has_text="Erika Mustermann")).to_contain_text(WORDS["connected"][language])
    expect(page.locator(".notices")).to_contain_text(WORDS["resumed"][language])
    picture(page, "back")
