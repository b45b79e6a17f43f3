from __future__ import annotations

import base64
import json
import struct
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from twisted.internet.error import ConnectionDone
from twisted.python.failure import Failure

from csta.model.call import Call, Direction, Party
from csta.model.events import CallAnswered, CallEnded, DeviceChanged
from csta.model.states import ConnectionState, Service
from csta_gateway.streams import PATIENCE, STREAMS_PER_USER, CloseCode
from csta_gateway.websocket import LARGEST_MESSAGE

if TYPE_CHECKING:
    from tests.unit.csta_gateway.conftest import Browser, World

MASK = b"\1\2\3\4"
TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10


class Socket:
    """A browser's end of a WebSocket (RFC 6455 §5.2)."""

    def __init__(self, browser: Browser, query: str = "", **headers: str) -> None:
        fields = {
            "Upgrade": "websocket",
            "Connection": "Upgrade",
            "Sec-WebSocket-Key": base64.b64encode(b"0123456789abcdef").decode(),
            "Sec-WebSocket-Version": "13",
            "Origin": "http://cti.example.org",
            **headers,
        }
        self.transport = browser.send(f"GET /api/events{query}", fields)
        head, _, self._rest = self.transport.value().partition(b"\r\n\r\n")
        self.status = int(head.split()[1])
        self.transport.clear()

    def frames(self) -> list[tuple[int, bytes]]:
        """Opcode and payload of what has come since the last time."""
        data, found = self._rest + self.transport.value(), []
        self.transport.clear()
        while data:
            length, start = data[1], 2
            if length == 126:
                length, start = struct.unpack("!H", data[2:4])[0], 4
            elif length == 127:
                length, start = struct.unpack("!Q", data[2:10])[0], 10
            found.append((data[0] & 15, data[start : start + length]))
            data = data[start + length :]
        self._rest = b""
        return found

    def messages(self) -> list[dict[str, Any]]:
        return [json.loads(payload) for opcode, payload in self.frames() if opcode == TEXT]

    def close_code(self) -> int | None:
        codes = [struct.unpack("!H", payload[:2])[0] for opcode, payload in self.frames() if opcode == CLOSE]
        return codes[0] if codes else None

    def send(self, payload: bytes, opcode: int = TEXT, final: bool = True) -> None:
        size = len(payload)
        length = bytes([128 | size]) if size < 126 else bytes([254]) + struct.pack("!H", size)
        masked = bytes(octet ^ MASK[position % 4] for position, octet in enumerate(payload))
        self.raw(bytes([(128 if final else 0) | opcode]) + length + MASK + masked)

    def vanish(self) -> None:
        """The connection breaks."""
        self.transport.protocol.connectionLost(Failure(ConnectionDone()))  # type: ignore[attr-defined] # see raw()

    def raw(self, data: bytes) -> None:
        self.transport.protocol.dataReceived(data)  # type: ignore[attr-defined] # a real one knows its protocol


RINGING = {
    "id": "c1",
    "device": "2001",
    "direction": "incoming",
    "label": "ringing",
    "since": 1_000_000,
    "began": 1_000_000,
    "number": {"raw": "08999123", "e164": "+498999123", "display": "089 99123", "presentation": "allowed"},
    "name": "Erika Mustermann",
    "company": "Muster GmbH",
    "internal": False,
    "matches": [
        {
            "kind": "person",
            "name": "Erika Mustermann",
            "company": "Muster GmbH",
            "certainty": "exact",
            "url": "https://crm.example.org/p/7",
        }
    ],
    "matches_pending": False,
    "called": None,
    "consultation_of": None,
    "conference": [],
    "actions": ["answer", "deflect", "clear"],
    "suspended": [],
    "words": ["answer", "deflect", "refuse"],
    "primary": "answer",
    "url": "https://crm.example.org/case?p=7&n=%2B498999123",
    "way": "incoming",
    "pops": True,
    "stranger": None,
    "result": None,
    "answered_by": None,
    "duration": None,
    "note": "",
    "disposition": "",
    "private": False,
}
"""A call of a contact that has just begun to ring."""


def test_the_server_speaks_first_with_everything(world: World) -> None:
    world.switch.ring()
    socket = Socket(world.browser("anna"))
    assert socket.status == 101
    (snapshot,) = socket.messages()
    (call,), (device,) = snapshot.pop("calls"), snapshot.pop("devices")
    assert [snapshot.pop(key) for key in ("stream", "seq")] == [world.gateway.streams.feed("anna").id, 0]
    assert snapshot == {
        "type": "snapshot",
        "reason": "opened",
        "version": world.gateway.version,
        "link": {"up": True, "name": "HQ", "reason": "", "since": 2_000_000, "retry_at": None},
    }
    assert set(device.pop("capabilities")) == set(Service)
    assert (device.pop("via"), device.pop("lacks"), device.pop("can_dial")) == ("", [], True)
    assert device == {
        "id": "2001",
        "name": "Anna Berger",
        "do_not_disturb": False,
        "forwarding": {},
        "in_service": True,
    }
    assert call == RINGING


def test_a_call_from_ringing_to_its_end(world: World) -> None:
    socket = Socket(world.browser("anna"))
    socket.messages()
    call = world.switch.ring()
    ringing = socket.messages()
    assert [(each["type"], each["seq"]) for each in ringing] == [("call", 1)]
    assert ringing[0]["call"]["name"] == "Erika Mustermann"
    call = world.switch.change(call, CallAnswered, state=ConnectionState.CONNECTED, answered=1990.0)
    (connected,) = socket.messages()
    assert connected["call"]["label"] == "connected"
    world.switch.change(call, CallEnded, state=ConnectionState.NULL)
    ended, journal, told = socket.messages()
    assert (journal["entry"]["crm"], told["entry"]["crm"]) == ("waiting", "written")
    assert (ended["type"], ended["call"]["result"], ended["call"]["duration"]) == ("call_ended", "answered", 10)
    assert (journal["type"], journal["entry"]["result"], journal["entry"]["duration"]) == ("journal", "answered", 10)


def test_everybody_sees_the_own_calls_only(world: World) -> None:
    anna, jonas = Socket(world.browser("anna")), Socket(world.browser("jonas"))
    anna.messages(), jonas.messages()
    world.switch.ring("2001")
    assert [each["type"] for each in anna.messages()] == ["call"]
    assert jonas.messages() == []


def test_the_link_is_told_in_the_users_language(world: World) -> None:
    anna, jonas = Socket(world.browser("anna")), Socket(world.browser("jonas"))
    world.clock.advance(5)
    world.switch.go_down(retry_in=8.0)
    for socket, word in ((anna, "Telefon"), (jonas, "telephone")):
        link = next(each["link"] for each in socket.messages() if each["type"] == "link")
        assert (link["up"], link["since"], link["retry_at"]) == (False, 2_005_000, 2_013_000)
        assert word in link["reason"]
    world.clock.advance(5)
    world.switch.go_down(retry_in=16.0)
    link = next(each["link"] for each in anna.messages() if each["type"] == "link")
    assert (link["since"], link["retry_at"]) == (2_005_000, 2_026_000)
    world.switch.come_up()
    messages = anna.messages()
    assert next(each["link"] for each in messages if each["type"] == "link")["up"]
    assert next(each["device"] for each in messages if each["type"] == "device")["capabilities"]


def test_while_a_call_is_dialled_no_other_can_be(world: World) -> None:
    """D07, D08, B01: nothing before the button, then "dialing" and no button, until somebody answers."""
    browser = world.browser("anna")
    socket = Socket(browser)
    socket.messages()
    browser.post("/api/dial/preview", {"number": "089 7654321"})
    assert (world.switch.sent, socket.messages()) == ([], [])
    call = Call(
        id="c9",
        call_id="x9",
        device="2001",
        state=ConnectionState.CONNECTED,
        direction=Direction.OUTGOING,
        other=Party("00897654321"),
        called=Party("00897654321"),
    )
    world.switch.put(call)
    told = {each["type"]: each for each in socket.messages()}
    assert (told["call"]["call"]["label"], told["call"]["call"]["words"]) == ("dialing", ["clear"])
    assert told["device"]["device"]["can_dial"] is False
    world.switch.tell(CallAnswered(replace(call, far_state=ConnectionState.CONNECTED, answered=1.0)))
    told = {each["type"]: each for each in socket.messages()}
    assert told["call"]["call"]["label"] == "connected"
    assert told["device"]["device"]["can_dial"] is True


def test_a_call_survives_the_link_but_offers_nothing_meanwhile(world: World) -> None:
    world.switch.ring()
    socket = Socket(world.browser("anna"))
    socket.messages()
    world.switch.go_down()
    away = next(each["call"] for each in socket.messages() if each["type"] == "call")
    assert away == {**RINGING, "actions": [], "suspended": RINGING["actions"]}
    (opened,) = Socket(world.browser("anna")).messages()[0]["calls"]
    assert opened == away  # also to a page that was not there before
    world.switch.come_up()
    assert next(each["call"] for each in socket.messages() if each["type"] == "call") == RINGING


def test_features_of_a_telephone_are_told(world: World) -> None:
    socket = Socket(world.browser("chef"))
    (snapshot,) = socket.messages()
    assert [(each["id"], each["do_not_disturb"], each["forwarding"]) for each in snapshot["devices"]] == [
        ("2003", False, {}),
        ("2004", True, {"forwardBusy": "2002"}),
    ]
    world.switch.tell(DeviceChanged("2003", do_not_disturb=True))
    world.switch.tell(DeviceChanged("2003", in_service=False))
    states = [(each["device"]["do_not_disturb"], each["device"]["in_service"]) for each in socket.messages()]
    assert states == [(True, True), (True, False)]


def test_without_session_the_page_is_told_by_the_code(world: World) -> None:
    socket = Socket(world.browser())
    assert socket.status == 101
    assert socket.close_code() == CloseCode.NOT_LOGGED_IN
    world.switch.ring()
    assert socket.frames() == []


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://cti.example.org.evil.example", "x"])
def test_a_foreign_page_gets_no_socket(world: World, origin: str) -> None:
    assert Socket(world.browser("anna"), Origin=origin).status == 403


def test_a_listed_page_gets_one(world: World) -> None:
    assert Socket(world.browser("anna"), Origin="https://crm.example.org").status == 101


def test_a_user_without_cti_is_told_by_the_code(world: World) -> None:
    socket = Socket(world.browser("lager"))
    assert socket.status == 101
    assert socket.close_code() == CloseCode.CTI_OFF
    assert world.gateway.streams.of("lager") == ()


def test_a_plain_request_is_refused(world: World) -> None:
    transport = world.browser("anna").send("GET /api/events", {})
    assert transport.value().startswith(b"HTTP/1.1 4")


def test_logging_out_closes_the_page(world: World) -> None:
    browser = world.browser("anna")
    socket, other = Socket(browser), Socket(world.browser("anna"))
    browser.post("/api/logout")
    assert socket.close_code() == CloseCode.NOT_LOGGED_IN
    assert other.close_code() is None


def test_a_ping_is_answered(world: World) -> None:
    socket = Socket(world.browser("anna"))
    socket.messages()
    socket.send(b'{"type": "ping"}')
    assert socket.messages() == [{"type": "pong"}]


@pytest.mark.parametrize(
    "nonsense",
    [b"", b"ping", b"[]", b"{}", b'{"type": "snapshot"}', b'{"type": "ping"', b'{"type": 1}', b"[" * 1000],
)
def test_anything_else_ends_it(world: World, nonsense: bytes) -> None:
    socket = Socket(world.browser("anna"))
    socket.send(nonsense)
    assert socket.close_code() == CloseCode.NOT_UNDERSTOOD


def test_binary_ends_it(world: World) -> None:
    socket = Socket(world.browser("anna"))
    socket.send(b'{"type": "ping"}', BINARY)
    assert socket.close_code() == CloseCode.NOT_UNDERSTOOD


def test_a_large_message_is_refused_by_its_length(world: World) -> None:
    socket = Socket(world.browser("anna"))
    socket.raw(bytes([129, 255]) + struct.pack("!Q", 30_000_000) + MASK)
    assert socket.close_code() == CloseCode.NOT_UNDERSTOOD


def test_a_message_of_many_pieces_is_refused_too(world: World) -> None:
    socket = Socket(world.browser("anna"))
    socket.send(b" " * 100, TEXT, final=False)
    for _ in range(LARGEST_MESSAGE // 100):
        socket.send(b" " * 100, 0, final=False)
    assert socket.close_code() == CloseCode.NOT_UNDERSTOOD


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.binary(max_size=200))
def test_rubbish_never_harms_the_others(world: World, data: bytes) -> None:
    broken, healthy = Socket(world.browser("jonas")), Socket(world.browser("anna"))
    healthy.messages()
    broken.raw(data)
    world.switch.tell(DeviceChanged("2001", do_not_disturb=True))
    assert [each["type"] for each in healthy.messages()] == ["device"]
    broken.vanish()
    healthy.vanish()


def test_a_slow_page_gets_a_snapshot_when_it_reads_again(world: World) -> None:
    socket = Socket(world.browser("anna"))
    socket.messages()
    producer = socket.transport.producer
    assert producer is not None
    producer.pauseProducing()
    for number in range(50):
        world.switch.ring(call=f"c{number}")
    assert socket.messages() == []
    producer.resumeProducing()
    (snapshot,) = socket.messages()
    assert (snapshot["type"], snapshot["reason"], len(snapshot["calls"])) == ("snapshot", "slow", 50)


def test_a_page_that_never_reads_is_closed(world: World) -> None:
    socket = Socket(world.browser("anna"))
    socket.messages()
    assert socket.transport.producer is not None
    socket.transport.producer.pauseProducing()
    world.clock.advance(PATIENCE)
    assert socket.close_code() == CloseCode.TOO_SLOW
    world.switch.ring()
    assert socket.frames() == []


def test_a_page_that_was_away_hears_what_it_missed(world: World) -> None:
    browser = world.browser("anna")
    socket = Socket(browser)
    (snapshot,) = socket.messages()
    socket.vanish()
    call = world.switch.ring()
    world.switch.change(call, CallAnswered, state=ConnectionState.CONNECTED, answered=1990.0)
    back = Socket(browser, f"?stream={snapshot['stream']}&since={snapshot['seq']}")
    resumed, ringing, *_ = messages = back.messages()
    assert resumed == {"type": "resumed", "stream": snapshot["stream"], "seq": 0}
    assert ringing["call"]["label"] == "ringing"
    assert [each["seq"] for each in messages] == list(range(len(messages)))
    assert [each["call"]["label"] for each in messages if each["type"] == "call"][-1] == "connected"


def test_a_position_nobody_knows_leads_to_a_snapshot(world: World) -> None:
    (snapshot,) = Socket(world.browser("anna"), "?stream=0123456789abcdef&since=3").messages()
    assert (snapshot["type"], snapshot["reason"]) == ("snapshot", "lost")


@pytest.mark.parametrize(
    "query", ["?stream=x", "?since=1", "?stream=x&since=", "?stream=x&since=-1", "?stream=x&since=x", "?since=%ff"]
)
def test_a_position_that_is_none_is_refused(world: World, query: str) -> None:
    assert Socket(world.browser("anna"), query).status == 400


def test_too_many_pages_of_one_user(world: World) -> None:
    browser = world.browser("anna")
    sockets = [Socket(browser) for _ in range(STREAMS_PER_USER + 1)]
    assert [socket.status for socket in sockets[-2:]] == [101, 429]
    sockets[0].send(struct.pack("!H", 1000), CLOSE)
    sockets[0].vanish()
    assert Socket(browser).status == 101


def test_a_restart_is_told(world: World) -> None:
    socket = Socket(world.browser("anna"))
    world.gateway.streams.close_all(CloseCode.RESTART)
    assert socket.close_code() == 1012
