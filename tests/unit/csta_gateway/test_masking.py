"""Numbers of past calls leave the gateway in no other way than their reader's role allows: a walk over all ways out."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Any, cast

import pytest
from msgspec import structs
from twisted.logger import ILogObserver, globalLogPublisher

from crm_adapter.users import UserRole
from csta.model.events import CallEnded
from csta.model.states import ConnectionState
from csta_gateway import config
from csta_gateway.api.application import ROUTES
from csta_gateway.log import Lines
from tests.unit.csta_gateway.test_events import Socket

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.unit.csta_gateway.conftest import Browser, World

STRANGER = "0171 3920099"
TELLTALE = re.compile(rb"3920099|392 ?00 ?99|99123\b")
"""The end of the stranger's number, and of the contact's."""

NOT_OF_THE_JOURNAL = {"/contacts", "/dial/preview", "/events", "/links/<link>/trace"}
"""Contacts of the CRM, for which the user asks by name or number; the stream, which is read below; and traces, which
have pseudonyms for everything and tests of their own."""

BODIES: dict[str, Any] = {
    "/journal/<entry>": {"note": "a note"},
    "/journal/<entry>/done": {"done": True},
    "/calls/<call>/note": {"note": "a note"},
    "/journal/export": {"user": "anna", "format": "csv"},
    "/journal/purge": {"numbers": [STRANGER]},
    "/me": {"language": "en"},
}
LAST = ("/journal/<entry>/private", "/journal/purge", "/logout")
"""Those after which nothing is left to be seen."""


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What is logged, as it is written with the default settings."""
    output = io.StringIO()
    observe = cast(ILogObserver, Lines(config.Log(level="debug"), output))
    globalLogPublisher.addObserver(observe)
    yield output
    globalLogPublisher.removeObserver(observe)


def with_masked(make_world: Callable[..., World], settings: config.Config, roles: tuple[UserRole, ...]) -> World:
    world = make_world(structs.replace(settings, journal=config.Journal(masked_for=roles)))
    for device in ("2001", "2003"):
        for position, number in enumerate((STRANGER, "08999123")):
            call = world.switch.ring(device=device, number=number, call=f"{device}c{position}")
            world.switch.change(call, CallEnded, state=ConnectionState.NULL)
    return world


def asked(browser: Browser, user: str) -> Iterator[tuple[str, bytes]]:
    """Every route with what fits into its path, and the answer."""
    entry = browser.get("/api/journal").json["entries"][-1]["id"]
    device = {"anna": "2001", "chef": "2003"}[user]
    values = {"entry": entry, "call": f"{device}c0", "device": device, "link": "HQ"}
    routes = [route for route in ROUTES if route.path not in NOT_OF_THE_JOURNAL]
    for route in sorted(routes, key=lambda route: LAST.index(route.path) if route.path in LAST else -1):
        path = re.sub(r"<(?:\w+:)?(\w+)>", lambda found: values.get(found[1], "1"), route.path)
        body = None if route.method == "GET" else BODIES.get(route.path, {})
        yield f"{route.method} {route.path}", browser.ask(route.method, f"/api{path}", body).body


@pytest.mark.parametrize("user", ["anna", "chef"])
def test_no_way_out_shows_a_masked_role_the_end_of_a_number(
    make_world: Callable[..., World], settings: config.Config, log: io.StringIO, user: str
) -> None:
    world = with_masked(make_world, settings, ("user", "admin"))
    browser = world.browser(user)
    page = Socket(browser)
    seen = {f"answer of {name}": body for name, body in asked(browser, user)}
    seen["stream"] = b"".join(payload for _, payload in page.frames())
    seen["log"] = log.getvalue().encode()
    seen["metrics"] = world.browser().get("/metrics").body
    assert {name: found[0] for name, body in seen.items() if (found := TELLTALE.search(body))} == {}
    assert b"****" in seen["answer of GET /journal"]


def test_the_end_of_a_call_is_told_without_the_end_of_its_number(
    make_world: Callable[..., World], settings: config.Config
) -> None:
    world = with_masked(make_world, settings, ("user",))
    page = Socket(world.browser("anna"))
    call = world.switch.ring(number="08999123")
    live = page.messages()[-1]
    assert live["call"]["number"]["e164"] == "+498999123"  # as long as the call lasts
    world.switch.change(call, CallEnded, state=ConnectionState.NULL)
    after = [str(each).encode() for each in page.messages()]
    assert [each for each in after if TELLTALE.search(each)] == []


def test_other_roles_see_them(make_world: Callable[..., World], settings: config.Config) -> None:
    world = with_masked(make_world, settings, ("user",))
    entries = world.browser("chef").get("/api/journal").json["entries"]
    assert {entry["number"]["e164"] for entry in entries} == {"+491713920099", "+498999123"}
    given = world.browser("chef").post("/api/journal/export", {"user": "anna"})
    assert TELLTALE.search(given.body)
