"""How late a call is on the screen, from the switch to the document of a real browser, with many screens open.

One screen is in Chromium; the others are WebSockets that read what they are told, spread over the users of an office.
Switch, gateway, browser and all screens share the machine. Nothing is asserted.
"""

from __future__ import annotations

import http.client
import json
import resource
import selectors
import shutil
import socket
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from statistics import quantiles
from time import perf_counter, sleep, time
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, Page, sync_playwright

from tests.browser.conftest import FLAGS, NAMES
from tests.browser.office import PASSWORD, PEOPLE_HERE, Office, running

SCREENS = (1, 50, 200)
CALLS = 60
"""Calls for each number of screens."""
CALLER = "06990009123"
TELEPHONE = "2001"
EACH = 19
"""Screens of one user besides the browser; the gateway allows no more."""
SETTLE = 1.0
"""Seconds after which new screens have read their first messages."""
PAUSE = 0.2
"""Seconds between two calls, in which the browser draws the end of the last one and the colleagues hear of it."""
REQUEST_TIME = 3.0
"""Seconds in which requests are counted."""

WATCH = """() => {
    window.seen = {};
    new MutationObserver(() => {
        for (const card of document.querySelectorAll(".card[data-label=ringing]")) {
            if (card.querySelector(".card__name").textContent)
                window.seen[card.dataset.call] ??= performance.timeOrigin + performance.now();
        }
    }).observe(document.querySelector(".cards"), { subtree: true, childList: true, attributes: true });
}"""


class Crowd:
    """Screens without a browser."""

    def __init__(self, office: Office) -> None:
        where = urlsplit(office.address)
        self._host, self._port = where.hostname or "", where.port or 0
        self._users = [user.login for user in PEOPLE_HERE if user.cti_enabled]
        self._cookies: list[str] = []
        self._selector = selectors.DefaultSelector()
        self._open = 0
        threading.Thread(target=self._read, daemon=True).start()

    def grow(self, count: int) -> None:
        """Open screens until there are ``count``."""
        while self._open < count:
            user = self._open // EACH
            if user == len(self._cookies):
                self._cookies.append(log_in(self._host, self._port, self._users[user]))
            self._selector.register(self._connect(self._cookies[user]), selectors.EVENT_READ)
            self._open += 1

    def _connect(self, cookie: str) -> socket.socket:
        """An open WebSocket (RFC 6455 §4.1); the key is the one of its example."""
        connection = socket.create_connection((self._host, self._port))
        connection.sendall(
            f"GET /api/events HTTP/1.1\r\nHost: {self._host}:{self._port}\r\nUpgrade: websocket\r\n"
            "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
            f"Origin: http://{self._host}:{self._port}\r\nCookie: {cookie}\r\n\r\n".encode()
        )
        if b" 101 " not in connection.recv(4096):
            raise ConnectionError("the gateway refuses a screen")
        return connection

    def _read(self) -> None:
        while True:
            for key, _ in self._selector.select(timeout=0.5):
                connection: Any = key.fileobj
                try:
                    told = connection.recv(65_536)
                except ConnectionError:
                    told = b""
                if not told:  # the office closes
                    self._selector.unregister(connection)


def log_in(host: str, port: int, login: str) -> str:
    """The session cookie of a user."""
    connection = http.client.HTTPConnection(host, port)
    body = json.dumps({"user": login, "password": PASSWORD})
    connection.request("POST", "/api/login", body, {"Content-Type": "application/json"})
    answer = connection.getresponse()
    answer.read()
    return (answer.getheader("Set-Cookie") or "").partition(";")[0]


def latencies(office: Office, page: Page) -> list[float]:
    """Milliseconds from the order to the switch to the caller's name in the document, for each of some calls."""
    page.evaluate(WATCH)
    taken: list[float] = []
    for _ in range(CALLS):
        known = len(taken)
        began = time() * 1000
        office.order("ring", CALLER, TELEPHONE)
        page.wait_for_function("count => Object.keys(window.seen).length > count", arg=known)
        taken.append(max(page.evaluate("Object.values(window.seen)")) - began)
        office.order("give_up")
        page.wait_for_function("() => !document.querySelector('.card[data-label=ringing]')")
        sleep(PAUSE)
    return taken


def requests_a_second(office: Office, method: str, path: str, body: Any = None) -> float:  # noqa: ANN401 -- JSON
    """How often one client, which waits for each answer, is served in a second."""
    where = urlsplit(office.address)
    host, port = where.hostname or "", where.port or 0
    connection = http.client.HTTPConnection(host, port)
    headers = {"Cookie": log_in(host, port, "anna"), "Content-Type": "application/json"}
    connection.request("GET", "/api/me", headers=headers)
    headers["X-CSRF-Token"] = json.loads(connection.getresponse().read())["csrf"]
    text = None if body is None else json.dumps(body)
    count = 0
    begin = perf_counter()
    while perf_counter() - begin < REQUEST_TIME:
        connection.request(method, path, text, headers)
        answer = connection.getresponse()
        answer.read()
        if answer.status != 200:
            raise ConnectionError(f"{method} {path}: {answer.status}")
        count += 1
    return count / (perf_counter() - begin)


def resident(process: int) -> float:
    """Memory of a process, in KiB."""
    pages = int(Path(f"/proc/{process}/statm").read_text("ascii").split()[1])
    return pages * resource.getpagesize() / 1024


def measure(office: Office, new_context: Callable[[], BrowserContext]) -> None:
    """Print everything."""
    page = office.enter(new_context(), "anna", "de")
    crowd = Crowd(office)
    before = memory = 0.0
    for screens in SCREENS:
        crowd.grow(screens - 1)
        sleep(SETTLE)
        points = quantiles(latencies(office, page), n=100)
        memory = resident(office.gateway)
        before = before or memory
        print(
            f"  {screens:>4} screens   p50 {points[49]:6.1f} ms   p95 {points[94]:6.1f} ms   {memory / 1024:6.1f} MiB"
        )
    print(f"  {(memory - before) / (SCREENS[-1] - SCREENS[0]):.0f} KiB for each screen")
    requests = (("GET", "/api/me", None), ("POST", "/api/dial/preview", {"number": "0044 161 4960142"}))
    for method, path, body in requests:
        print(f"  {requests_a_second(office, method, path, body):,.0f} requests/s   {method} {path}")


def main() -> None:
    """Measure, where there is a Chromium."""
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        print(f"Screens: none of {', '.join(NAMES)} is installed")
        return
    print(f"From the switch to the document of a browser, {CALLS} calls each")
    with tempfile.TemporaryDirectory() as folder, running(Path(folder)) as office, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        measure(office, browser.new_context)
        browser.close()


if __name__ == "__main__":
    main()
