"""Chromium, the page alone with a scripted gateway, and the real gateway in demo mode."""

from __future__ import annotations

import json
import mimetypes
import os
import re
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zlib import crc32

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, WebSocketRoute, expect, sync_playwright

from csta_gateway.site import PAGES
from tests.browser.office import LOOKS, Office, running

ROOT = Path(__file__).parents[2]
STATIC = ROOT / "csta_gateway" / "static"
ARTEFACTS = ROOT / "artefacts"
NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]

SCREEN = "https://screen.test/"
"""An address nobody has: every request to it is answered inside the test. https makes it a secure context."""
POLICY = "default-src 'self'; frame-ancestors 'none'"

Json = dict[str, Any]
DISPOSITIONS = ["order", "question", "complaint", "appointment", "wrong_number", "Messe 2027"]


IN_CI = bool(os.environ.get("CI"))
"""Continuous integration has twenty minutes, and nobody there who looks at pictures."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Continuous integration sees each row of the office in one language, half of them in German; by hand both run."""
    for item in items if IN_CI else ():
        if isinstance(item, pytest.Function) and "office" in item.fixturenames and hasattr(item, "callspec"):
            spoken = ("de", "en")[crc32(item.originalname.encode()) % 2]
            if item.callspec.params.get("language", spoken) != spoken:
                item.add_marker(pytest.mark.skip(reason="in the other language here; both run without CI=true"))


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The system's Chromium, one process for all tests."""
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        pytest.skip(f"none of {', '.join(NAMES)} is installed")
    expect.set_options(timeout=15_000)  # a busy machine is slow; what happens at all is what counts
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def new_context(chromium: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """Make browser contexts (a user's own cookies and storage); an error in any page fails the test."""
    contexts: list[BrowserContext] = []
    errors: list[str] = []

    def watch(page: Page) -> None:
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda message: errors.append(message.text) if "Security Policy" in message.text else None)

    def make(**options: Any) -> BrowserContext:  # noqa: ANN401 — whatever Browser.new_context takes
        plain = {"locale": "de-DE", "viewport": {"width": 360, "height": 720}}
        still = {"reduced_motion": "reduce"}  # what moves is drawn anew, by the processor
        context = chromium.new_context(**{**plain, **still, **options})
        context.set_default_timeout(10_000)
        context.on("page", watch)
        contexts.append(context)
        return context

    yield make
    for context in contexts:
        context.close()
    assert errors == []


@pytest.fixture
def picture(request: pytest.FixtureRequest) -> Callable[[Page, str], None]:
    """Keep a picture of a page under artefacts/ for whoever wants to look."""

    def keep(page: Page, name: str) -> None:
        if not IN_CI:
            page.screenshot(path=ARTEFACTS / "screenshots" / f"{request.node.name}-{name}.png")

    return keep


@pytest.fixture(scope="session")
def whole_office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """One office for all tests that only look at it."""
    with running(tmp_path_factory.mktemp("office")) as office:
        yield office


@pytest.fixture
def office(whole_office: Office) -> Iterator[Office]:
    """The office; whatever calls the test leaves end with it."""
    yield whole_office
    whole_office.order("quiet")


@pytest.fixture
def enter(office: Office, new_context: Callable[..., BrowserContext]) -> Callable[..., Page]:
    """Open a user's call screen: ``enter("anna", "de", color_scheme="dark")``."""

    def opened(login: str, language: str, notifications: bool | None = False, **options: Any) -> Page:  # noqa: ANN401 — as above
        return office.enter(
            new_context(**{"locale": language, **LOOKS[language], **options}), login, language, notifications
        )

    return opened


class ScriptedGateway:
    """Stands in for the gateway inside the browser: answers calls from a table, sends the events a test wants."""

    def __init__(self, page: Page) -> None:
        """Answer for ``page`` from now on."""
        self.page = page
        self.requests: list[tuple[str, str, Json | None]] = []
        self.answers: dict[str, tuple[int, Json | None]] = dict(ANSWERS)
        self.snapshot: Json = {"link": link(), "calls": [], "devices": [device()], "version": "1.0"}
        self.socket: WebSocketRoute | None = None
        self.accepts = True
        self.seq = 0
        self.policy = POLICY
        page.route(f"{SCREEN}**", self._static)
        page.route(f"{SCREEN}api/**", self._answer)
        page.route_web_socket(re.compile(r"/api/events(\?|$)"), self._connect)

    def open(self, path: str = "", **changes: Any) -> Page:  # noqa: ANN401 — settings of the browser
        """Load the call screen as a user who is logged in already, without the question about notifications."""
        settings = json.dumps({"notifications": False, **changes})
        self.page.add_init_script(f"localStorage['csta-gateway.settings'] ??= {json.dumps(settings)}")
        self.page.goto(SCREEN + path)
        self.page.locator(".dot[data-tone=good]").wait_for()
        return self.page

    def send(self, kind: str, skip: int = 0, **content: Any) -> None:  # noqa: ANN401 — the fields of a message
        """Send the next message of the stream; ``skip`` leaves out that many sequence numbers."""
        if self.socket is None:
            raise RuntimeError("the page has not opened the stream of events")
        self.seq += 1 + skip
        self.socket.send(json.dumps({"type": kind, "seq": self.seq, **content}))

    def drop(self, accepts: bool = True, code: int = 1012) -> None:
        """Close the stream, as a restarting gateway does; ``accepts`` tells whether it takes the next attempt."""
        self.accepts = accepts
        if self.socket is not None:
            self.socket.close(code=code)

    def sent(self, path: str) -> list[Json | None]:
        """Bodies of the changing requests made to a path so far."""
        return [body for method, asked, body in self.requests if method != "GET" and asked == path]

    def _connect(self, socket: WebSocketRoute) -> None:
        if not self.accepts:
            socket.close(code=1012)
            return
        self.socket = socket
        self.seq = 0
        socket.send(json.dumps({"type": "snapshot", "stream": "s", "seq": 0, **self.snapshot}))

    def _answer(self, route: Route) -> None:
        path = route.request.url.removeprefix(f"{SCREEN}api/").partition("?")[0]
        self.requests.append((route.request.method, path, route.request.post_data_json))
        status, body = self.answers.get(path, (204, None))
        if body is None:
            route.fulfill(status=status)
        else:
            kind = "application/json" if status < 400 else "application/problem+json"
            route.fulfill(status=status, content_type=kind, body=json.dumps(body))

    def _static(self, route: Route) -> None:
        name = urlsplit(route.request.url).path.removeprefix("/")
        path = STATIC / PAGES.get(name, name)
        if not path.is_file():
            route.fulfill(status=404)
            return
        kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        headers = {"Content-Type": kind, "Content-Security-Policy": self.policy}
        route.fulfill(status=200, headers=headers, body=path.read_bytes())


@pytest.fixture
def gateway(new_context: Callable[..., BrowserContext]) -> ScriptedGateway:
    """A page of the panel's size whose gateway the test plays."""
    return ScriptedGateway(new_context().new_page())


def now() -> int:
    """Unix milliseconds."""
    return int(time.time() * 1000)


def link(**changes: Any) -> Json:  # noqa: ANN401 — fields of `Link`
    """A link to the switch that is up."""
    return {"up": True, "name": "HQ", "reason": "", "since": now(), "retry_at": None, **changes}


def device(**changes: Any) -> Json:  # noqa: ANN401 — fields of `Device`
    """Anna's telephone."""
    plain: Json = {"id": "2001", "name": "2001", "do_not_disturb": False, "forwarding": {}, "in_service": True}
    plain |= {"via": "", "lacks": []}
    return {**plain, "capabilities": ["holdCall", "consultationCall", "setForwarding"], "can_dial": True, **changes}


def number(display: str, e164: str | None = None, presentation: str = "allowed") -> Json:
    """A `Number`."""
    return {"raw": display, "e164": e164, "display": display, "presentation": presentation}


def match(name: str, kind: str = "person", certainty: str = "exact", url: str | None = None) -> Json:
    """A `Match`."""
    return {"kind": kind, "name": name, "company": "Muster GmbH", "certainty": certainty, "url": url}


def call(**changes: Any) -> Json:  # noqa: ANN401 — fields of `Call`
    """A call from Erika Mustermann that rings at Anna's telephone."""
    plain: Json = {
        "id": "c1",
        "device": "2001",
        "direction": "incoming",
        "label": "ringing",
        "since": now(),
        "began": now(),
        "number": number("089 1234567", "+49891234567"),
        "name": "Erika Mustermann",
        "company": "Muster GmbH",
        "internal": False,
        "matches": [match("Erika Mustermann")],
        "matches_pending": False,
        "called": None,
        "consultation_of": None,
        "conference": [],
        "actions": ["answer", "deflect", "clear"],
        "suspended": [],
        "primary": "answer",
        "url": None,
        "way": "incoming",
        "pops": True,
        "stranger": None,
        "result": None,
        "answered_by": None,
        "duration": 0,
        "note": "",
        "disposition": "",
        "private": False,
    }
    changed = {**plain, **changes}
    refusing = changed["label"] == "ringing" and changed["direction"] == "incoming"
    shown = changed["actions"] or changed["suspended"]
    words = ["refuse" if refusing and action == "clear" else action for action in shown]
    return {"words": words, **changed}


def entry(**changes: Any) -> Json:  # noqa: ANN401 — fields of `JournalEntry`
    """A call from Erika Mustermann that Anna missed."""
    plain: Json = {
        "id": "1",
        "direction": "incoming",
        "number": number("089 1234567", "+49891234567"),
        "name": "Erika Mustermann",
        "company": "Muster GmbH",
        "internal": False,
        "result": "missed",
        "began": now(),
        "duration": 0,
        "done": False,
        "note": "",
        "disposition": "",
        "crm": None,
    }
    return {**plain, **changes}


def session(language: str = "de", cti_enabled: bool = True) -> Json:
    """Anna's session, as log-in and `GET /api/me` answer."""
    user = {"login": "anna", "name": "Anna Berger", "language": language, "role": "user", "cti_enabled": cti_enabled}
    triggers = {"incoming": "click", "outgoing": "click", "internal": "click"}
    known = {**user, "devices": [{"id": "2001", "name": "2001"}]}
    return {
        "user": known,
        "csrf": "token",
        "version": "1.0",
        "triggers": triggers,
        "dispositions": DISPOSITIONS,
        "logout_url": None,
    }


ANSWERS: dict[str, tuple[int, Json | None]] = {
    "me": (200, session()),
    "login/proxy": (401, {"id": "not_logged_in", "detail": "Bitte anmelden."}),
    "journal": (200, {"entries": [], "more": False}),
    "journal/search": (200, {"entries": [], "more": False}),
    "contacts/search": (200, {"contacts": []}),
    "colleagues": (
        200,
        {"colleagues": [{"login": "jonas", "name": "Jonas Weber", "extension": "2002", "state": "free"}]},
    ),
    "dial/preview": (
        200,
        {"display": "+44 161 5527789", "dial": "000441615527789", "kind": "international", "matches": []},
    ),
    "calls": (201, {"call": "c9"}),
}


@pytest.fixture(scope="session")
def make() -> Callable[..., Any]:
    """Make a part of the contract by name: ``make("call", label="held")``; ``gateway`` plays it for a page."""
    makers: dict[str, Callable[..., Any]] = {
        "call": call,
        "device": device,
        "entry": entry,
        "gateway": ScriptedGateway,
        "link": link,
        "match": match,
        "number": number,
        "session": session,
    }

    def by_name(part: str, /, *values: Any, **changes: Any) -> Any:  # noqa: ANN401 — fields of the part
        return makers[part](*values, **changes)

    return by_name
