from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from msgspec import structs

from csta_gateway.api.application import ROUTES

if TYPE_CHECKING:
    from tests.unit.csta_gateway.conftest import World


def test_logging_in_gives_a_session(world: World) -> None:
    answer = world.browser().log_in("jonas")
    assert answer.json["user"] == {
        "login": "jonas",
        "name": "Jonas Weber",
        "language": "en",
        "role": "user",
        "cti_enabled": True,
        "devices": [{"id": "2002", "name": "2002"}],
    }
    assert answer.json["csrf"]
    assert answer.json["version"]


def test_the_cookie_is_for_the_server_alone(world: World) -> None:
    cookie = world.browser().log_in("anna").headers["set-cookie"]
    assert cookie.startswith("csta_session=")
    assert {"HttpOnly", "SameSite=strict", "Path=/"} <= set(cookie.split("; "))
    assert "Secure" not in cookie


def test_on_https_the_cookie_is_secure(make_world: Callable[..., World], settings: Any) -> None:  # noqa: ANN401
    behind_proxy = structs.replace(settings, server=structs.replace(settings.server, behind_proxy=True))
    answer = make_world(behind_proxy).browser().log_in("anna")
    assert "Secure" in answer.headers["set-cookie"]
    assert "strict-transport-security" in answer.headers


def test_a_wrong_password_is_told_in_the_browsers_language(world: World) -> None:
    wrong = {"user": "anna", "password": "x"}
    german = world.browser().post("/api/login", wrong)
    english = world.browser().post("/api/login", wrong, Accept_Language="fr;q=0.1, en-GB, de")
    assert (german.status, german.error) == (401, "login_failed")
    assert german.json["detail"].startswith("Benutzer oder Kennwort")
    assert english.json["detail"].startswith("User or password")


def test_too_many_attempts_are_told_with_the_time_to_wait(world: World) -> None:
    browser = world.browser()
    answers = [browser.log_in("anna", "wrong") for _ in range(6)]
    assert [answer.status for answer in answers] == [401] * 5 + [429]
    assert answers[-1].headers["retry-after"] == "2"
    assert "2 Sekunden" in answers[-1].json["detail"]


def test_logging_out_ends_the_session(world: World) -> None:
    browser = world.browser("anna")
    answer = browser.post("/api/logout")
    assert (answer.status, answer.body) == (204, b"")
    assert "Max-Age=0" in answer.headers["set-cookie"]
    assert browser.get("/api/me").error == "not_logged_in"


def test_the_language_can_be_changed(world: World) -> None:
    browser = world.browser("anna")
    assert browser.put("/api/me", {"language": "en"}).json["user"]["language"] == "en"
    assert browser.get("/api/me").json["user"]["language"] == "en"
    assert browser.post("/api/calls/none/hold").json["detail"] == "This call does not exist any more."
    assert browser.put("/api/me", {"language": "fr"}).error == "bad_request"


PROTECTED = [route for route in ROUTES if route.action is not None and not route.admits]


@pytest.mark.parametrize("route", PROTECTED, ids=lambda route: f"{route.method} {route.path}")
def test_nothing_works_without_a_session(world: World, route: Any) -> None:  # noqa: ANN401
    path = "/api" + route.path.replace("<call>", "c1").replace("<device>", "2001")
    answer = world.browser().ask(route.method, path, {})
    assert (answer.status, answer.error) == (401, "not_logged_in")


@pytest.mark.parametrize(
    "route", [each for each in PROTECTED if each.method != "GET"], ids=lambda route: f"{route.method} {route.path}"
)
def test_no_change_without_the_token(world: World, route: Any) -> None:  # noqa: ANN401
    browser = world.browser("anna")
    browser.csrf = browser.csrf[:-1]
    path = "/api" + route.path.replace("<call>", "c1").replace("<device>", "2001")
    answer = browser.ask(route.method, path, {})
    assert (answer.status, answer.error) == (403, "csrf")
    assert world.switch.sent == []


@pytest.mark.parametrize("route", PROTECTED, ids=lambda route: f"{route.method} {route.path}")
def test_without_cti_only_the_session_is_left(world: World, route: Any) -> None:  # noqa: ANN401
    browser = world.browser("lager")
    path = "/api" + route.path.replace("<call>", "c1").replace("<device>", "2009")
    answer = browser.ask(route.method, path, {})
    if route.path in ("/me", "/logout"):
        assert answer.status in (200, 204)
    else:
        assert (answer.status, answer.error) == (403, "forbidden")


def test_a_foreign_page_may_change_nothing(world: World) -> None:
    browser = world.browser("anna")
    call = {"number": "2002"}
    assert browser.post("/api/calls", call, Origin="https://evil.example").error == "forbidden"
    assert browser.post("/api/calls", call, Origin="http://cti.example.org").status == 201
    assert browser.post("/api/calls", call, Origin="https://crm.example.org").status == 201
    assert len(world.switch.sent) == 2


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"", "bad_request"),
        (b"{", "bad_request"),
        (b"\xff", "bad_request"),
        ([], "bad_request"),
        ({}, "bad_request"),
        ({"number": 5}, "bad_request"),
        ({"number": "2002", "x": 1}, "bad_request"),
        ({"number": "1" * 129}, "bad_request"),
        (b" " * 16_385, "too_large"),
        (b" " * 1_000_000, "too_large"),
    ],
)
def test_a_body_that_makes_no_sense_is_refused(world: World, content: object, error: str) -> None:
    assert world.browser("anna").post("/api/calls", content).error == error


def test_only_json_is_taken(world: World) -> None:
    answer = world.browser("anna").post("/api/calls", {"number": "2002"}, Content_Type="text/plain")
    assert answer.error == "bad_request"


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/api/none"), ("DELETE", "/api/me"), ("POST", "/api/calls/c1/getattr"), ("GET", "/api/")],
)
def test_what_is_not_there_is_told(world: World, method: str, path: str) -> None:
    answer = world.browser("anna").ask(method, path)
    assert (answer.status, answer.error) == (404, "not_found")
