"""Webhooks: what is told in which shape and order, and what becomes of it when the receiver is down, slow or gone."""

from __future__ import annotations

import hashlib
import hmac
import json
import subprocess
import sys
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, cast
from urllib.parse import parse_qs

import pytest
from msgspec import structs
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock

from csta.model.call import Call
from csta.model.events import CallAnswered, CallEnded
from csta.model.states import ConnectionState
from csta_gateway.config_webhooks import Webhook
from csta_gateway.hookshapes import Message
from csta_gateway.metrics import Metrics
from csta_gateway.webhooks import LONGEST_PAUSE, MOST_WAITING, OLDEST, Hook, Webhooks, signature

if TYPE_CHECKING:
    from tests.unit.csta_gateway.conftest import World

SECRET = b"a long random secret"


class Answer(NamedTuple):
    """A response without a body."""

    code: int
    length: int = 0


class Receiver:
    """The program at the address: answers what the test says, or nothing, when that is None."""

    def __init__(self, code: int | Exception | None = 200) -> None:
        self.code = code
        self.got: list[bytes] = []
        self.headers: list[dict[str, str]] = []
        self.followed: list[bool] = []

    def post(self, url: str, data: bytes, headers: dict[str, str], allow_redirects: bool, unbuffered: bool) -> Any:  # noqa: ANN401 -- a Deferred
        self.got.append(data)
        self.headers.append(headers)
        self.followed.append(allow_redirects)
        waiting: Deferred[Answer] = Deferred()
        if isinstance(self.code, Exception):
            waiting.errback(self.code)
        elif self.code is not None:
            waiting.callback(Answer(self.code))
        return waiting


class Desk:
    """A hook, its receiver and the time."""

    def __init__(self, code: int | Exception | None = 200, **settings: Any) -> None:  # noqa: ANN401 -- any setting
        self.clock = Clock()
        self.clock.advance(1000)
        self.receiver = Receiver(code)
        self.metrics = Metrics("1")
        values = {"name": "desk", "url": "https://desk.example.org/hook", "secret_file": "-", **settings}
        client: Any = self.receiver
        self.hook = Hook(Webhook(**values), SECRET, client, self.clock, self.metrics)

    def tell(self, *bodies: bytes) -> None:
        for body in bodies:
            self.hook.tell(Message("text/plain", body), {"link": "HQ", "call": "c1"})

    def count(self, outcome: str) -> float:
        labels = {"webhook": "desk", "outcome": outcome}
        return self.metrics.registry.get_sample_value("csta_webhooks_total", labels) or 0.0


def test_a_message_is_signed_with_its_time_and_has_an_id() -> None:
    desk = Desk()
    desk.tell(b"hello")
    (headers,) = desk.receiver.headers
    expected = hmac.new(SECRET, b"1000.hello", hashlib.sha256).hexdigest()
    assert headers["X-CSTA-Signature"] == f"t=1000,v1={expected}" == signature(SECRET, 1000, b"hello")
    assert len(headers["X-CSTA-Delivery"]) == 32
    assert desk.count("delivered") == 1


@pytest.mark.parametrize(
    "code", [500, 503, 429, 408, ConnectionRefusedError("refused")], ids=["500", "503", "429", "408", "down"]
)
def test_what_fails_is_tried_again_with_growing_pauses_and_in_order(code: int | Exception) -> None:
    desk = Desk(code)
    desk.tell(b"1", b"2", b"3")
    for pause in (1, 2, 4, 8):
        assert set(desk.receiver.got) == {b"1"}
        before = len(desk.receiver.got)
        desk.clock.advance(pause - 0.5)
        assert len(desk.receiver.got) == before
        desk.clock.advance(0.5)
    desk.receiver.code = 204
    desk.clock.advance(16)
    assert desk.receiver.got[-3:] == [b"1", b"2", b"3"]
    assert (desk.count("failed"), desk.count("delivered")) == (5, 3)
    assert len({headers["X-CSTA-Delivery"] for headers in desk.receiver.headers}) == 3


def test_pauses_have_an_end() -> None:
    desk = Desk(500)
    desk.tell(b"1")
    desk.clock.pump([LONGEST_PAUSE] * 8)
    before = len(desk.receiver.got)
    desk.clock.advance(LONGEST_PAUSE)
    assert len(desk.receiver.got) == before + 1


def test_no_answer_is_a_failure_after_a_while() -> None:
    desk = Desk(None, timeout_seconds=5)
    desk.tell(b"1", b"2")
    desk.clock.advance(5)
    assert desk.count("failed") == 1
    desk.receiver.code = 200
    desk.clock.advance(1)
    assert desk.receiver.got == [b"1", b"1", b"2"]


@pytest.mark.parametrize("code", [400, 401, 404, 413, 301, 302, 307])
def test_what_is_refused_is_not_sent_again_and_redirects_are_not_followed(code: int) -> None:
    desk = Desk(code)
    desk.tell(b"1", b"2")
    assert desk.receiver.got == [b"1", b"2"]
    assert desk.receiver.followed == [False, False]
    assert desk.count("refused") == 2


def test_an_address_that_is_gone_gets_nothing_more() -> None:
    desk = Desk(410)
    desk.tell(b"1", b"2")
    desk.clock.pump([LONGEST_PAUSE] * 3)
    assert desk.receiver.got == [b"1"]
    assert (desk.count("gone"), desk.count("dropped")) == (1, 1)
    assert desk.clock.getDelayedCalls() == []


def test_memory_is_limited_and_the_newest_are_kept() -> None:
    desk = Desk(500)
    desk.tell(*(str(number).encode() for number in range(MOST_WAITING + 10)))
    assert desk.count("dropped") == 10
    desk.receiver.code = 200
    desk.clock.advance(1)
    assert desk.receiver.got[1:] == [str(number).encode() for number in range(10, MOST_WAITING + 10)]


def test_what_is_old_is_of_no_use_any_more() -> None:
    desk = Desk(500)
    desk.tell(b"old")
    desk.clock.pump([LONGEST_PAUSE] * 10)
    desk.receiver.code = 200
    desk.tell(b"new")
    desk.clock.pump([LONGEST_PAUSE] * (int(OLDEST / LONGEST_PAUSE) + 1))
    assert desk.receiver.got[-1] == b"new"
    assert desk.count("dropped") == 1


def test_stopping_ends_it_at_once() -> None:
    desk = Desk(500)
    desk.tell(b"1", b"2")
    desk.hook.stop()
    assert desk.clock.getDelayedCalls() == []
    desk.tell(b"3")
    assert desk.receiver.got == [b"1"]


def test_a_hook_that_stays_keeps_what_waits_and_takes_another_secret() -> None:
    desk, gone, moved = Desk(500), Desk(500, name="gone"), Desk(500, name="moved")
    told = Webhooks(each.hook for each in (desk, gone, moved))
    for each in (desk, gone, moved):
        each.tell(b"1", b"2")
    elsewhere = Desk(200, name="moved", url="https://desk.example.org/other").hook
    told.replace([Hook(desk.hook.settings, b"renewed", cast(Any, None), desk.clock, desk.metrics), elsewhere])
    for each in (desk, gone, moved):
        each.receiver.code = 200
        each.clock.advance(1)
    assert (desk.receiver.got, desk.count("delivered")) == ([b"1", b"1", b"2"], 2)
    assert desk.receiver.headers[-1]["X-CSTA-Signature"] == signature(b"renewed", 1001, b"2")
    assert gone.receiver.got == moved.receiver.got == [b"1"]


def test_an_address_that_was_gone_is_tried_again_when_its_settings_change() -> None:
    desk = Desk(410)
    told = Webhooks([desk.hook])
    desk.tell(b"1")
    desk.receiver.code = 200
    for timeout in (10.0, 20.0):
        settings = structs.replace(desk.hook.settings, timeout_seconds=timeout)
        told.replace([Hook(settings, SECRET, cast(Any, None), desk.clock, desk.metrics)])
        desk.tell(str(timeout).encode())
    assert desk.receiver.got == [b"1", b"20.0"]


def connected(world: World, make: Callable[..., Desk] = Desk, **settings: Any) -> Desk:  # noqa: ANN401 -- any setting
    desk = make(**settings)
    world.gateway.board.subscribe(Webhooks([desk.hook]).follow)
    return desk


def talk(world: World, **ring: str) -> Call:
    """A call rings, is answered, put on hold and back, and ends."""
    call = world.switch.ring(**ring)
    call = world.switch.change(call, CallAnswered, state=ConnectionState.CONNECTED, answered=1990.0)
    call = world.switch.change(call, CallAnswered, state=ConnectionState.HOLD)
    call = world.switch.change(call, CallAnswered, state=ConnectionState.CONNECTED)
    return world.switch.change(call, CallEnded, state=ConnectionState.NULL)


def test_each_stage_of_a_call_is_told_once_with_the_call_as_the_api_has_it(world: World) -> None:
    desk = connected(world)
    talk(world)
    told = [json.loads(body) for body in desk.receiver.got]
    assert [(each["event"], each["user"]) for each in told] == [
        ("ringing", "anna"),
        ("answered", "anna"),
        ("ended", "anna"),
    ]
    assert (told[0]["call"]["name"], told[2]["call"]["result"]) == ("Erika Mustermann", "answered")
    assert {each["call"]["id"] for each in told} == {"c1"}


def test_the_shape_help_desks_take(world: World) -> None:
    desk = connected(world, shape="helpdesk")
    talk(world)
    ring = {"event": "newCall", "user": "Anna Berger", "from": "498999123", "to": "2001", "direction": "in"}
    told = [{key: value for key, (value,) in parse_qs(body.decode()).items()} for body in desk.receiver.got]
    assert told[0] == {**ring, "callId": "c1"}
    assert told[1] == {**ring, "callId": "c1", "event": "answer"}
    assert told[2] == {**ring, "callId": "c1", "event": "hangup", "cause": "normalClearing"}
    assert desk.receiver.headers[0]["Content-Type"] == "application/x-www-form-urlencoded"


def test_who_withholds_the_number_has_none(world: World) -> None:
    desk = connected(world, shape="helpdesk")
    world.switch.ring(number=None)
    assert parse_qs(desk.receiver.got[0].decode())["from"] == ["anonymous"]


def test_a_missed_call_is_told_as_such(world: World) -> None:
    desk = connected(world, shape="helpdesk")
    world.switch.change(world.switch.ring(), CallEnded, state=ConnectionState.NULL)
    events = [parse_qs(body.decode()) for body in desk.receiver.got]
    assert [each["event"] for each in events] == [["newCall"], ["hangup"]]
    assert events[1]["cause"] == ["noAnswer"]


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"events": ("ended",)}, ["ended"]),
        ({"users": ("jonas",)}, []),
        ({"users": ("anna",), "devices": ("20*",)}, ["ringing", "answered", "ended"]),
        ({"devices": ("3*",)}, []),
    ],
    ids=["events", "another user", "user and device", "another device"],
)
def test_only_what_is_wanted_is_told(world: World, settings: dict[str, Any], told: list[str]) -> None:
    desk = connected(world, **settings)
    talk(world)
    assert [json.loads(body)["event"] for body in desk.receiver.got] == told


@pytest.mark.parametrize(
    "url",
    ["http://desk.example.org/", "ftp://desk.example.org/", "desk.example.org", "https://", "https://u:p@desk/", ""],
)
def test_an_address_that_is_none_or_in_the_clear_is_told(url: str) -> None:
    with pytest.raises(ValueError, match="`url`"):
        Webhook(name="desk", url=url, secret_file="-")


SENDER = """
import sys
from twisted.internet import reactor
from twisted.internet.task import deferLater, react
from csta_gateway.config_webhooks import Webhook
from csta_gateway.hookshapes import Message
from csta_gateway.metrics import Metrics
from csta_gateway.webhooks import hooks

async def main(reactor, url, secret):
    metrics = Metrics("1")
    (hook,) = hooks([Webhook(name="desk", url=url, secret_file=secret)], reactor, metrics)
    for body in (b"1", b"2", b"3"):
        hook.tell(Message("text/plain", body), {})
    while hook._busy:
        await deferLater(reactor, 0.05, lambda: None)

from twisted.internet.defer import ensureDeferred
react(lambda reactor, *args: ensureDeferred(main(reactor, *args)), sys.argv[1:])
"""


def test_a_real_server_that_fails_redirects_and_recovers_gets_everything_once_in_order(tmp_path: Path) -> None:
    answers = [503, 200, 302, 200]
    got: list[tuple[str, bytes, str]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            got.append((self.path, body, self.headers["X-CSTA-Signature"]))
            self.send_response(answers[len(got) - 1])
            self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None: ...  # noqa: A002 -- the name of the library

    secret = tmp_path / "secret"
    secret.write_bytes(SECRET + b"\n")
    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}/hook"
        subprocess.run([sys.executable, "-c", SENDER, url, str(secret)], check=True, timeout=60)
        server.shutdown()
    assert [(path, body) for path, body, _ in got] == [("/hook", body) for body in (b"1", b"1", b"2", b"3")]
    for _, body, signed in got:
        time = int(signed.partition(",")[0].removeprefix("t="))
        assert signed == signature(SECRET, time, body)
