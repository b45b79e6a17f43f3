"""What a hostile page, client or caller may try, and gets nothing by."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from csta.model.call import Party
from csta.model.events import CallOffered
from csta_gateway.auth import FREE_ATTEMPTS
from csta_gateway.site import LARGEST_BODY
from csta_gateway.streams import CloseCode
from tests.unit.csta_gateway.test_events import Socket

if TYPE_CHECKING:
    from tests.unit.csta_gateway.conftest import Browser, World

CHANGES: list[tuple[str, str, Any]] = [
    ("POST", "/api/calls", {"number": "2002"}),
    ("POST", "/api/calls/c1/answer", None),
    ("POST", "/api/calls/c1/deflect", {"number": "2002"}),
    ("PUT", "/api/devices/2001/do-not-disturb", {"on": True}),
    ("PUT", "/api/devices/2001/forwarding", {"type": "forwardImmediate", "destination": "2002"}),
    ("PUT", "/api/me", {"language": "en"}),
    ("POST", "/api/logout", None),
    ("POST", "/api/journal/purge", {"user": "anna"}),
]
CHANGING = pytest.mark.parametrize(("method", "path", "body"), CHANGES)


@pytest.fixture
def anna(world: World) -> Browser:
    world.switch.ring()
    return world.browser("anna")


def untouched(world: World, anna: Browser) -> bool:
    return world.switch.sent == [] and anna.get("/api/me").json["user"]["language"] == "de"


@CHANGING
@pytest.mark.parametrize("token", ["", "0" * 64, "another"])
def test_nothing_changes_without_the_sessions_own_token(
    world: World, anna: Browser, method: str, path: str, body: object, token: str
) -> None:
    anna.csrf, own = token, anna.csrf
    assert anna.ask(method, path, body).error == "csrf"
    anna.csrf = world.browser("jonas").csrf
    assert anna.ask(method, path, body).error == "csrf"
    anna.csrf = own
    assert untouched(world, anna)


@CHANGING
@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://cti.example.org.evil.example", "https://cti.example.org"]
)
def test_a_foreign_page_changes_nothing_even_with_the_token(
    world: World, anna: Browser, method: str, path: str, body: object, origin: str
) -> None:
    assert anna.ask(method, path, body, Origin=origin).error == "forbidden"
    assert untouched(world, anna)


@pytest.mark.parametrize(
    "type_", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]
)
def test_what_a_form_of_another_page_can_send_is_not_read(world: World, anna: Browser, type_: str) -> None:
    assert anna.post("/api/calls", b'{"number": "2002"}', Content_Type=type_).status == 400
    assert untouched(world, anna)


NONSENSE = [
    b"",
    b"{",
    b"null",
    b"[]",
    b'"2002"',
    b"\xff\xfe",
    b'{"number": 2002}',
    b'{"number": null}',
    b'{"number": ["2002"]}',
    b'{"number": "2002", "device": {}}',
    b'{"number": "2002", "admin": true}',
    b'{"__proto__": {"number": "2002"}}',
    b'{"number": "' + b"0" * 129 + b'"}',
    b"[" * 10_000,
    b'{"number":' * 1_000,
]


@pytest.mark.parametrize("body", NONSENSE, ids=[str(position) for position in range(len(NONSENSE))])
def test_a_body_that_is_no_order_is_told_and_not_done(world: World, anna: Browser, body: bytes) -> None:
    assert anna.post("/api/calls", body).error == "bad_request"
    assert untouched(world, anna)


def test_a_body_that_is_too_large_is_refused(world: World, anna: Browser) -> None:
    body = json.dumps({"number": "2002", "more": "x" * LARGEST_BODY}).encode()
    answer = anna.post("/api/calls", body)
    assert (answer.status, answer.error) == (413, "too_large")
    assert untouched(world, anna)


@pytest.mark.parametrize(
    "hidden",
    ["2001%0d%0aSet-Cookie:%20csta_session=x", "2001%0aX-Evil:%201", "2001%00", "..%2f..%2fjournal", "%2e%2e", "%ff"],
)
def test_nothing_in_a_path_becomes_a_header_or_another_path(world: World, anna: Browser, hidden: str) -> None:
    answer = anna.put(f"/api/devices/{hidden}/do-not-disturb", {"on": True})
    assert answer.status in (400, 403, 404)
    assert not {"set-cookie", "x-evil"} & answer.headers.keys()
    assert untouched(world, anna)


@pytest.mark.parametrize("name", ["HQ%0d%0aX-Evil: 1", 'HQ".zip', "..%2f..%2fetc%2fpasswd", "%00"])
def test_a_name_asked_for_is_none_of_a_file(world: World, name: str) -> None:
    answer = world.browser("chef").get(f"/api/links/{name.replace(' ', '%20')}/trace")
    assert (answer.status, "x-evil" in answer.headers) == (404, False)


@pytest.mark.parametrize("cookie", ["", "x", "a" * 5000, "%0d%0a", "../../etc/passwd", "csta_session=", "\u00ff\u00fe"])
def test_a_cookie_of_ones_own_making_is_nobodys(world: World, cookie: str) -> None:
    browser = world.browser()
    browser.cookie = cookie
    assert browser.get("/api/me").status in (400, 401)


def test_guessing_a_password_stops_before_it_gets_anywhere(world: World) -> None:
    browser = world.browser()
    answers = [browser.log_in("anna", f"guess {number}") for number in range(4 * FREE_ATTEMPTS)]
    assert [answer.status for answer in answers[: FREE_ATTEMPTS + 1]] == [401] * FREE_ATTEMPTS + [429]
    assert {answer.status for answer in answers[FREE_ATTEMPTS:]} == {429}
    assert browser.log_in("anna").status == 429
    told = [line["reason"] for line in world.audited()]
    assert (told[0], told[-1], len(told)) == ("password", "too many attempts", 4 * FREE_ATTEMPTS + 1)


def test_an_unknown_user_and_a_wrong_password_look_alike(world: World) -> None:
    browser = world.browser()
    unknown, known = browser.log_in("nobody"), browser.log_in("anna", "wrong")
    assert (unknown.status, unknown.json) == (known.status, known.json)


def test_a_session_token_is_in_no_address_and_no_body(world: World) -> None:
    browser = world.browser()
    answer = browser.log_in("anna")
    assert browser.cookie.encode() not in answer.body
    assert {"HttpOnly", "SameSite=strict"} <= set(answer.headers["set-cookie"].split("; "))
    assert world.browser().get(f"/api/me?csta_session={browser.cookie}").status in (400, 401)


NAMES = [
    "<img src=x onerror=alert(1)>",
    "</script><script>alert(1)</script>",
    "{person_id}",
    "{{7*7}}",
    "${7*7}",
    "\r\nSet-Cookie: x=1",
    'x" onmouseover="alert(1)',
    "&p=8#",
]


@pytest.mark.parametrize("name", NAMES)
def test_a_callers_name_is_data_everywhere(world: World, name: str) -> None:
    socket = Socket(world.browser("anna"))
    socket.messages()
    ringing = world.switch.ring(number="030 1234567")
    world.switch.change(ringing, CallOffered, other=Party("030 1234567", name))
    (call,) = [each["call"] for each in socket.messages() if each["type"] == "call"][-1:]
    assert call["url"] in (None, "https://crm.example.org/case?p=&n=%2B49301234567")
    answer = world.browser("anna").get("/api/journal")
    assert answer.headers["content-type"].startswith("application/json")


@pytest.mark.parametrize(
    "message",
    [b'{"type":"ping","x":' + b"[" * 900, b'{"type": "snapshot", "calls": []}', b"\x00" * 100, b"\xff" * 100],
    ids=["deep", "as if from the server", "zeros", "no UTF-8"],
)
def test_a_message_that_is_none_ends_only_its_own_socket(world: World, message: bytes) -> None:
    bad, good = Socket(world.browser("jonas")), Socket(world.browser("anna"))
    good.messages()
    bad.send(message)
    assert bad.close_code() == CloseCode.NOT_UNDERSTOOD or bad.transport.disconnecting
    world.switch.ring()
    assert good.messages()
