from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from msgspec import structs
from twisted.logger import capturedLogs

from csta_gateway.config import Config
from csta_gateway.site import LARGEST_BODY
from tests.unit.csta_gateway.test_events import Socket

if TYPE_CHECKING:
    from tests.unit.csta_gateway.conftest import Browser, World


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/", "text/html; charset=utf-8"),
        ("/index.html", "text/html; charset=utf-8"),
        ("/js/app.js", "text/javascript; charset=utf-8"),
        ("/css/base.css", "text/css; charset=utf-8"),
        ("/i18n/de.json", "application/json"),
        ("/favicon.svg", "image/svg+xml"),
        ("/reference/", "text/html; charset=utf-8"),
        ("/reference/reference.js", "text/javascript; charset=utf-8"),
    ],
)
def test_the_call_screen_is_served(world: World, path: str, kind: str) -> None:
    answer = world.browser().get(path)
    assert (answer.status, answer.headers["content-type"]) == (200, kind)
    assert answer.body
    head = world.browser().ask("HEAD", path)
    assert (head.status, head.body) == (200, b"")
    assert head.headers["content-length"] == str(len(answer.body))
    again = world.browser().get(path, If_None_Match=answer.headers["etag"])
    assert (again.status, again.body) == (304, b"")


@pytest.mark.parametrize(
    "path",
    [
        "/none",
        "/js",
        "/js/",
        "/../config.py",
        "/js/../../config.py",
        "/%2e%2e/config.py",
        "/js/%00",
        "/%ff",
        "//",
        "/i18n",
    ],
)
def test_nothing_else_is(world: World, path: str) -> None:
    assert world.browser().get(path).status == 404


@pytest.mark.parametrize("path", ["/", "/none", "/api/me", "/api/none", "/healthz", "/metrics"])
def test_every_answer_keeps_the_browser_strict(world: World, path: str) -> None:
    headers = world.browser().get(path).headers
    policy = headers["content-security-policy"].split("; ")
    assert {"default-src 'self'", "frame-ancestors 'none'", "base-uri 'none'"} <= set(policy)
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-frame-options"] == "DENY"
    assert headers["server"] == "csta-gateway"
    assert "strict-transport-security" not in headers


def test_a_crm_may_frame_the_call_screen(make_world: Callable[..., World], settings: Config) -> None:
    framed = structs.replace(settings.server, frame_ancestors=("https://crm.example.org",))
    headers = make_world(structs.replace(settings, server=framed)).browser().get("/").headers
    assert "frame-ancestors https://crm.example.org" in headers["content-security-policy"]
    assert "x-frame-options" not in headers


def test_answers_of_the_api_are_not_kept(world: World) -> None:
    assert world.browser("anna").get("/api/me").headers["cache-control"] == "no-store"


def test_a_body_without_end_is_not_kept(world: World) -> None:
    browser = world.browser("anna")
    fields = {"Content-Type": "application/json", "Transfer-Encoding": "chunked", "X-CSRF-Token": browser.csrf}
    transport = browser.send("POST /api/calls", fields)
    protocol = transport.protocol  # type: ignore[attr-defined] # a real one knows its protocol
    for _ in range(2 * LARGEST_BODY // 1000):
        protocol.dataReceived(b"3E8\r\n" + b" " * 1000 + b"\r\n")
    (request,) = protocol._channel.requests
    assert len(request.content.getvalue()) <= LARGEST_BODY
    protocol.dataReceived(b"0\r\n\r\n")
    assert transport.value().startswith(b"HTTP/1.1 413")


def test_the_process_is_alive(world: World) -> None:
    answer = world.browser().get("/healthz")
    assert (answer.status, answer.body) == (200, b"ok\n")


def test_it_is_ready_when_the_links_are(world: World) -> None:
    browser = world.browser()
    assert browser.get("/readyz").status == 200
    world.switch.go_down("Connection refused")
    answer = browser.get("/readyz")
    assert answer.status == 503
    assert answer.json == {
        "ready": False,
        "links": [{"name": "HQ", "up": False, "since": 2000.0, "retry_at": 2008.0, "reason": "Connection refused"}],
    }


def elsewhere(world: World, user: str | None = None) -> Browser:
    browser = world.browser(user)
    browser.address = "192.0.2.7"
    return browser


@pytest.mark.parametrize("path", ["/metrics", "/readyz", "/status"])
@pytest.mark.parametrize(("user", "status"), [(None, 403), ("anna", 403), ("chef", 200)])
def test_others_see_neither_metrics_nor_reasons(world: World, path: str, user: str | None, status: int) -> None:
    assert elsewhere(world, user).get(path).status == status


@pytest.mark.parametrize(
    ("forwarded", "status"),
    [("192.0.2.9", 403), ("127.0.0.1, 192.0.2.9", 403), ("192.0.2.9, 127.0.0.1", 200), ("x", 403)],
)
def test_behind_a_proxy_the_proxys_word_counts(
    make_world: Callable[..., World], settings: Config, forwarded: str, status: int
) -> None:
    world = make_world(structs.replace(settings, server=structs.replace(settings.server, behind_proxy=True)))
    assert world.browser().get("/metrics", X_Forwarded_For=forwarded).status == status


def test_without_a_proxy_nobody_claims_to_be_one(world: World) -> None:
    assert elsewhere(world).get("/metrics", X_Forwarded_For="127.0.0.1").status == 403


def test_the_status_says_what_runs_and_names_nobody(world: World) -> None:
    Socket(world.browser("anna"))
    world.switch.go_down("Connection refused")
    answer = world.browser().get("/status")
    assert answer.json == {
        "version": world.gateway.version,
        "links": [
            {
                "name": "HQ",
                "up": False,
                "since": 2000.0,
                "retry_at": 2008.0,
                "reason": "Connection refused",
                "devices": 4,
            }
        ],
        "sources": [{"name": "crm", "answering": True}],
        "users": 4,
        "streams": 1,
        "findings": 0,
    }


@pytest.mark.parametrize("name", ["Accept-Language", "Authorization", "Cookie", "Content-Type", "Origin"])
def test_a_header_that_is_no_text_is_no_error_of_ours(world: World, name: str) -> None:
    protocol, transport = world.browser().connect()
    protocol.dataReceived(f"GET /api/me HTTP/1.1\r\nHost: x\r\n{name}: Bearer ".encode() + b"\xff\xfe\r\n\r\n")
    assert transport.value().startswith(b"HTTP/1.1 401 ")


@pytest.mark.parametrize(
    ("path", "status"), [("/api/calls/%FF", 400), ("/api/%FF", 400), ("/%FF", 404), ("/api/calls/%00", 404)]
)
def test_an_address_that_is_no_text_is_no_error_of_ours(world: World, path: str, status: int) -> None:
    with capturedLogs() as lines:
        assert world.browser("anna").get(path).status == status
    assert [line for line in lines if "log_failure" in line] == []


def test_nor_is_a_host_that_is_no_text(world: World) -> None:
    protocol, transport = world.browser().connect()
    with capturedLogs() as lines:
        protocol.dataReceived(b"GET /api/me HTTP/1.1\r\nHost: \xff\r\n\r\n")
    assert transport.value().startswith(b"HTTP/1.1 400 ")
    assert [line for line in lines if "log_failure" in line] == []


def test_metrics_count_and_name_nobody(world: World) -> None:
    browser = world.browser("anna")
    world.switch.ring()
    browser.post("/api/calls/c1/answer")
    text = browser.get("/metrics").body.decode()
    assert 'csta_link_up{link="HQ"} 1.0' in text
    assert 'csta_monitors{link="HQ"} 4.0' in text
    assert 'csta_lookups_total{result="found"} 1.0' in text
    assert "csta_lookup_seconds_count 1.0" in text
    assert 'csta_commands_total{action="answer",outcome="done"} 1.0' in text
    assert 'csta_events_total{link="HQ",type="CallOffered"} 1.0' in text
    assert 'csta_http_requests_total{route="POST /calls/<call>/answer",status="204"} 1.0' in text
    assert not any(secret in text for secret in ("8999123", "2001", "anna", "Erika"))
