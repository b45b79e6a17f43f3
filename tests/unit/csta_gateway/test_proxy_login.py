"""Log-in by the header of a proxy: whom it names gets a session, and nobody else can use it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from msgspec import structs

from csta_gateway.config_login import LogIn
from tests.unit.csta_gateway.conftest import SETTINGS, Browser

if TYPE_CHECKING:
    from tests.unit.csta_gateway.conftest import Reply, World

LOG_IN = LogIn(trusted_header="X-Remote-User", trusted_from=("127.0.0.1", "10.1.0.0/16"), logout_url="/sso/logout")
BEHIND_PROXY = structs.replace(SETTINGS, login=LOG_IN, server=structs.replace(SETTINGS.server, behind_proxy=True))
LOGGED_IN_BY_NOBODY = (401, "not_logged_in")


@pytest.fixture
def proxied(make_world: Callable[..., World]) -> World:
    return make_world(BEHIND_PROXY)


def enter(browser: Browser, login: str, **headers: str) -> Reply:
    """Have the proxy name somebody."""
    answer = browser.post("/api/login/proxy", X_Remote_User=login, **headers)
    if answer.status == 200:
        browser.cookie = answer.headers["set-cookie"].split(";")[0].partition("=")[2]
        browser.csrf = answer.json["csrf"]
    return answer


@pytest.mark.parametrize("address", ["127.0.0.1", "10.1.2.3"])
def test_whom_the_proxy_names_is_logged_in(proxied: World, address: str) -> None:
    browser = Browser(proxied, address)
    answer = enter(browser, "anna", X_Forwarded_For="192.0.2.7")
    assert (answer.json["user"]["login"], answer.json["logout_url"]) == ("anna", "/sso/logout")
    assert {"HttpOnly", "SameSite=strict", "Secure"} <= set(answer.headers["set-cookie"].split("; "))
    assert browser.get("/api/me").json["user"]["login"] == "anna"
    (line,) = proxied.audited()
    assert (line["event"], line["user"], line["address"], line["by"]) == ("login", "anna", "192.0.2.7", "header")


@pytest.mark.parametrize("address", ["10.2.0.1", "192.0.2.7", "::1"])
def test_from_elsewhere_the_header_is_nothing(proxied: World, address: str) -> None:
    answer = enter(Browser(proxied, address), "anna", X_Forwarded_For="127.0.0.1")
    assert (answer.status, answer.error) == LOGGED_IN_BY_NOBODY
    assert "set-cookie" not in answer.headers


def test_without_the_setting_the_header_is_nothing(world: World) -> None:
    answer = enter(world.browser(), "anna")
    assert (answer.status, answer.error) == LOGGED_IN_BY_NOBODY


def test_who_has_no_user_here_is_told_so_in_the_browsers_language(proxied: World) -> None:
    german, english = (enter(proxied.browser(), "otto", Accept_Language=each) for each in ("de", "en"))
    assert (german.status, german.error) == (403, "user_unknown")
    assert german.json["detail"].startswith("Der Proxy meldet „otto“ an; einen solchen Benutzer gibt es hier nicht.")
    assert english.json["detail"].startswith("The proxy names “otto”")


@pytest.mark.parametrize(
    ("values", "status", "error"),
    [
        ([], 401, "not_logged_in"),
        ([b""], 401, "not_logged_in"),
        ([b" "], 401, "not_logged_in"),
        ([b"anna", b"anna"], 400, "bad_request"),
        ([b"", b"anna"], 400, "bad_request"),
        ([b"anna, jonas"], 403, "user_unknown"),
        ([b"Anna"], 403, "user_unknown"),
        ([b"\xff"], 400, "bad_request"),
        ([b"an\x07na"], 400, "bad_request"),
        ([b"a" * 129], 400, "bad_request"),
    ],
)
def test_what_is_no_login_is_refused(proxied: World, values: list[bytes], status: int, error: str) -> None:
    protocol, transport = proxied.browser().connect()
    fields = b"".join(b"X-Remote-User: %s\r\n" % value for value in values)
    protocol.dataReceived(b"POST /api/login/proxy HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n" + fields + b"\r\n")
    head, _, body = transport.value().partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 %d " % status)
    assert b'"id":"%s"' % error.encode() in body
    assert b"Set-Cookie" not in head


def test_a_foreign_page_cannot_log_anybody_in(proxied: World) -> None:
    assert enter(proxied.browser(), "anna", Origin="https://evil.example").error == "forbidden"
    assert enter(proxied.browser(), "anna", Origin="https://cti.example.org").status == 200


def test_changes_need_the_token_as_ever(proxied: World) -> None:
    browser = proxied.browser()
    enter(browser, "anna")
    browser.csrf = ""
    assert browser.post("/api/calls", {"number": "2002"}, X_Remote_User="anna").error == "csrf"


def test_without_cti_only_the_session_is_left(proxied: World) -> None:
    browser = proxied.browser()
    assert enter(browser, "lager").json["user"]["cti_enabled"] is False
    assert browser.get("/api/colleagues").error == "forbidden"


def test_a_session_is_over_when_the_proxy_names_somebody_else(proxied: World) -> None:
    browser = proxied.browser()
    enter(browser, "anna")
    assert browser.get("/api/me", X_Remote_User="anna").status == 200
    assert browser.get("/api/me", X_Remote_User="jonas").error == "not_logged_in"


def test_after_a_restart_too(proxied: World, make_world: Callable[..., World]) -> None:
    browser = proxied.browser()
    enter(browser, "anna")
    browser.world = make_world(BEHIND_PROXY)
    assert browser.get("/api/me", X_Remote_User="jonas").error == "not_logged_in"
    assert browser.get("/api/me", X_Remote_User="anna").json["logout_url"] == "/sso/logout"


def test_a_password_still_opens_a_session_of_whom_it_belongs_to(proxied: World) -> None:
    browser = proxied.browser("chef")
    answer = browser.get("/api/me", X_Remote_User="anna")
    assert (answer.json["user"]["login"], answer.json["logout_url"]) == ("chef", None)


def test_passwords_can_be_switched_off(make_world: Callable[..., World]) -> None:
    world = make_world(structs.replace(BEHIND_PROXY, login=structs.replace(LOG_IN, passwords=False)))
    answer = world.browser().log_in("anna")
    assert (answer.status, answer.error) == (403, "passwords_off")
    assert answer.json["detail"].startswith("Mit Kennwort meldet sich hier niemand an.")
    assert enter(world.browser(), "anna").status == 200
