"""The call screen of a user whom the proxy before the gateway has logged in."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Page, Route, expect

if TYPE_CHECKING:
    from tests.browser.conftest import ScriptedGateway

pytestmark = pytest.mark.browser

NOBODY = (401, {"id": "not_logged_in", "detail": "Bitte anmelden."})


def test_there_is_no_form_and_a_log_out_goes_to_the_proxys_page(
    gateway: ScriptedGateway, make: Callable[..., Any], picture: Callable[[Page, str], None]
) -> None:
    gateway.answers["me"] = NOBODY
    session = {**make("session"), "logout_url": "/sso/logout"}

    def log_in(route: Route) -> None:
        gateway.answers["me"] = (200, session)
        route.fulfill(json=session)

    def log_out(route: Route) -> None:
        gateway.drop(code=4001)  # as the gateway does before it answers
        route.fulfill(status=204)

    gateway.page.route("**/api/login/proxy", log_in)
    gateway.page.route("**/api/logout", log_out)
    gateway.page.route("**/sso/logout", lambda route: route.fulfill(body="Bye"))
    page = gateway.open()
    expect(page.locator(".me__name")).to_have_text("Anna Berger")
    expect(page.locator(".login")).to_have_count(0)
    picture(page, "screen")
    page.get_by_role("button", name="Einstellungen").click()
    page.get_by_role("button", name="Abmelden").click()
    page.wait_for_url("**/sso/logout")


def test_a_session_that_is_over_is_followed_by_another_without_a_form(
    gateway: ScriptedGateway, make: Callable[..., Any]
) -> None:
    page = gateway.open()
    gateway.send("call", call=make("call"))
    expect(page.locator(".card")).to_be_visible()
    gateway.answers["login/proxy"] = 200, {**make("session"), "csrf": "new"}
    gateway.snapshot["calls"] = [make("call", name="Max Beispiel")]
    gateway.drop(code=4001)
    expect(page.locator(".card__name")).to_have_text(["Max Beispiel"])
    gateway.answers["login/proxy"] = NOBODY
    gateway.drop(code=4001)  # at once again: no cookie was kept, say
    expect(page.get_by_role("alert")).to_have_text("Die Anmeldung ist abgelaufen. Bitte neu anmelden.")
    assert len(gateway.sent("login/proxy")) == 1


def test_when_the_proxy_wants_another_log_in_the_page_says_so(
    gateway: ScriptedGateway, picture: Callable[[Page, str], None]
) -> None:
    page = gateway.open()
    gateway.answers["me"] = 401, None  # in words of the proxy, not of the gateway
    gateway.drop(accepts=False)
    expect(page.get_by_text("Der Proxy verlangt eine neue Anmeldung. Bitte diese Seite neu laden.")).to_be_visible()
    picture(page, "screen")


def test_whom_the_gateway_does_not_know_reads_it(
    gateway: ScriptedGateway, picture: Callable[[Page, str], None]
) -> None:
    sentence = "Der Proxy meldet „otto“ an; einen solchen Benutzer gibt es hier nicht."
    gateway.answers["me"] = NOBODY
    gateway.answers["login/proxy"] = (403, {"id": "user_unknown", "detail": sentence})
    gateway.page.goto("https://screen.test/")
    expect(gateway.page.get_by_role("alert")).to_have_text(sentence)
    picture(gateway.page, "form")
