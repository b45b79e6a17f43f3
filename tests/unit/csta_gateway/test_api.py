from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from twisted.internet.defer import Deferred

from csta.errors import (
    CSTAError,
    LinkLost,
    LocalProtocolError,
    RequestCancelled,
    RequestRejected,
    RequestTimeout,
    ServiceError,
)
from csta.model.events import CallAnswered, CallHeld, CallOriginated
from csta.model.states import ConnectionState

if TYPE_CHECKING:
    from tests.unit.csta_gateway.conftest import World


def test_preview_says_what_would_be_dialled_and_sends_nothing(world: World) -> None:
    answer = world.browser("anna").post("/api/dial/preview", {"number": "089 99-123"})
    assert answer.json == {
        "display": "089 99123",
        "dial": "008999123",
        "kind": "national",
        "matches": [
            {
                "kind": "person",
                "name": "Erika Mustermann",
                "company": "Muster GmbH",
                "certainty": "exact",
                "url": "https://crm.example.org/p/7",
            }
        ],
    }
    assert world.switch.sent == []


@pytest.mark.parametrize("path", ["/api/dial/preview", "/api/calls"])
def test_an_impossible_number_is_told_and_nothing_sent(world: World, path: str) -> None:
    answer = world.browser("jonas").post(path, {"number": "hello"})
    assert (answer.status, answer.error) == (422, "number_invalid")
    assert answer.json["detail"].startswith("That is not a phone number.")
    assert world.switch.sent == []


@pytest.mark.parametrize(
    ("user", "body", "sent"),
    [
        ("anna", {"number": "+44 161 4960142"}, ("make_call", "2001", "000441614960142")),
        ("anna", {"number": "2002"}, ("make_call", "2001", "2002")),
        ("chef", {"number": "2002"}, ("make_call", "2003", "2002")),
        ("chef", {"number": "2002", "device": "2004"}, ("make_call", "2004", "2002")),
    ],
)
def test_dialling(world: World, user: str, body: dict[str, str], sent: tuple[str, ...]) -> None:
    answer = world.browser(user).post("/api/calls", body)
    assert (answer.status, answer.json) == (201, {"call": "new"})
    assert world.switch.sent == [sent]


@pytest.mark.parametrize("user", ["anna", "jonas", "chef"])
def test_nobody_dials_from_a_foreign_telephone(world: World, user: str) -> None:
    foreign = "2002" if user != "jonas" else "2001"
    assert world.browser(user).post("/api/calls", {"number": "2009", "device": foreign}).error == "forbidden"
    assert world.switch.sent == []


ACTIONS = [
    ("answer", None, ("answer", "2001", "c1")),
    ("clear", None, ("clear_connection", "2001", "c1")),
    ("hold", None, ("hold", "2001", "c1")),
    ("retrieve", None, ("retrieve", "2001", "c1")),
    ("transfer", {"number": "2002"}, ("single_step_transfer", "2001", "c1", "2002")),
    ("deflect", {"number": "030 123456"}, ("deflect", "2001", "c1", "0030123456")),
    ("digits", {"digits": "12#"}, ("generate_digits", "2001", "c1", "12#")),
]


@pytest.mark.parametrize(("action", "body", "sent"), ACTIONS)
def test_actions_on_a_call(world: World, action: str, body: object, sent: tuple[str, ...]) -> None:
    world.switch.ring()
    answer = world.browser("anna").post(f"/api/calls/c1/{action}", body)
    assert (answer.status, answer.body) == (204, b"")
    assert world.switch.sent == [sent]


@pytest.mark.parametrize(("action", "body"), [(action, body) for action, body, _ in ACTIONS] + [("complete", None)])
def test_the_call_of_somebody_else_does_not_exist(world: World, action: str, body: object) -> None:
    world.switch.ring()
    assert world.browser("chef").post(f"/api/calls/c1/{action}", body).error == "call_unknown"
    assert world.switch.sent == []


@pytest.mark.parametrize(
    ("action", "sent"),
    [
        ("alternate", ("alternate", "2001", "c1", "c2")),
        ("reconnect", ("reconnect", "2001", "c2", "c1")),
        ("complete", ("transfer", "2001", "c1", "c2")),
        ("conference", ("conference", "2001", "c1", "c2")),
    ],
)
def test_the_gateway_knows_the_held_call(world: World, action: str, sent: tuple[str, ...]) -> None:
    first = world.switch.ring()
    world.switch.change(first, CallHeld, state=ConnectionState.HOLD, answered=1001.0)
    second = world.switch.ring(number="2002", call="c2")
    world.switch.change(second, CallAnswered, state=ConnectionState.CONNECTED, answered=1002.0, consultation_of="c1")
    browser = world.browser("anna")
    assert browser.post(f"/api/calls/c2/{action}").status == 204
    assert world.switch.sent == [sent]
    assert browser.post(f"/api/calls/c1/{action}").error == "call_state"


def test_consulting(world: World) -> None:
    world.switch.ring()
    answer = world.browser("anna").post("/api/calls/c1/consult", {"number": "2002"})
    assert (answer.status, answer.json) == (201, {"call": "new"})
    assert world.switch.sent == [("consult", "2001", "c1", "2002")]


@pytest.mark.parametrize("digits", ["", "x", "1" * 33, "1 2"])
def test_digits_that_are_none(world: World, digits: str) -> None:
    world.switch.ring()
    assert world.browser("anna").post("/api/calls/c1/digits", {"digits": digits}).error == "bad_request"


FAILURES: list[tuple[CSTAError, int, str, str]] = [
    (ServiceError("MakeCall", "stateIncompatibility", "invalidObjectState"), 409, "refused", "im falschen Zustand"),
    (ServiceError("MakeCall", "systemResourceAvailability", "resourceBusy"), 409, "refused", "ist besetzt"),
    (ServiceError("MakeCall", "unspecified"), 409, "refused", "passt nicht"),
    (RequestRejected("MakeCall", "unrecognizedOperation"), 409, "refused", "passt nicht"),
    (LinkLost("MakeCall", "connection lost"), 503, "link_down", "nicht erreichbar"),
    (RequestTimeout("MakeCall", 5), 504, "timeout", "antwortet nicht"),
    (RequestCancelled("MakeCall", "stopping"), 504, "timeout", "antwortet nicht"),
    (LocalProtocolError("no such call"), 409, "call_state", "geht im Augenblick"),
]


@pytest.mark.parametrize(("error", "status", "id_", "words"), FAILURES)
def test_a_failure_is_told_in_words(world: World, error: CSTAError, status: int, id_: str, words: str) -> None:
    world.switch.outcome = error
    answer = world.browser("anna").post("/api/calls", {"number": "2002"})
    assert (answer.status, answer.error) == (status, id_)
    assert words in answer.json["detail"]
    sample = world.gateway.metrics.registry.get_sample_value
    assert sample("csta_commands_total", {"action": "dial", "outcome": id_}) == 1


def test_a_refusal_names_category_and_code(world: World) -> None:
    world.switch.outcome = ServiceError("MakeCall", "operation", "invalidDestination")
    error = world.browser("anna").post("/api/calls", {"number": "2002"}).json
    assert (error["category"], error["code"]) == ("operation", "invalidDestination")


def test_what_nobody_foresaw_is_told_without_details(world: World) -> None:
    world.switch.outcome = ZeroDivisionError("secret")
    answer = world.browser("anna").post("/api/calls", {"number": "2002"})
    assert (answer.status, answer.error) == (500, "internal")
    assert b"secret" not in answer.body


def test_nothing_is_sent_while_the_link_is_down(world: World) -> None:
    world.switch.ring()
    world.switch.go_down()
    browser = world.browser("anna")
    assert browser.post("/api/calls", {"number": "2002"}).error == "link_down"
    assert browser.post("/api/calls/c1/answer").error == "link_down"
    assert world.switch.sent == []


def test_an_answer_comes_when_the_switch_has_answered(world: World) -> None:
    waiting: Deferred[None] = Deferred()
    world.switch.outcome = waiting
    browser = world.browser("anna")
    transport = browser.send(
        "POST /api/calls",
        {"Content-Type": "application/json", "Content-Length": "17", "X-CSRF-Token": browser.csrf},
        b'{"number":"2002"}',
    )
    assert transport.value() == b""
    waiting.callback(None)
    assert transport.value().startswith(b"HTTP/1.1 201")


@pytest.mark.parametrize(
    ("path", "body", "sent"),
    [
        ("2001/do-not-disturb", {"on": True}, ("set_do_not_disturb", "2001", "True")),
        (
            "2001/forwarding",
            {"type": "forwardImmediate", "destination": "0171 3920014"},
            ("set_forwarding", "2001", "forwardImmediate", "001713920014"),
        ),
        (
            "2001/forwarding",
            {"type": "forwardBusy", "destination": None},
            ("set_forwarding", "2001", "forwardBusy", "None"),
        ),
    ],
)
def test_features_of_the_own_telephone(world: World, path: str, body: object, sent: tuple[str, ...]) -> None:
    assert world.browser("anna").put(f"/api/devices/{path}", body).status == 204
    assert world.switch.sent == [sent]
    world.switch.sent.clear()
    assert world.browser("chef").put(f"/api/devices/{path}", body).error == "forbidden"
    assert world.switch.sent == []


def test_contacts(world: World) -> None:
    browser = world.browser("anna")
    (erika,) = browser.post("/api/contacts/search", {"text": "erika"}).json["contacts"]
    assert erika == {
        "kind": "person",
        "name": "Erika Mustermann",
        "company": "Muster GmbH",
        "url": "https://crm.example.org/p/7",
        "add_number": None,
        "numbers": [
            {"label": "business", "display": "089 99123", "dial": "+498999123"},
            {"label": "?", "display": "ask Eva", "dial": "ask Eva"},
        ],
    }
    for text in ("nobody", "", " "):
        assert browser.post("/api/contacts/search", {"text": text}).json == {"contacts": []}
    assert browser.post("/api/contacts/search", {"text": "x" * 129}).error == "bad_request"


def test_a_broken_source_costs_only_its_contacts(world: World) -> None:
    world.crm.broken = True
    assert world.browser("anna").post("/api/contacts/search", {"text": "erika"}).json == {"contacts": []}


def test_colleagues_and_their_presence(world: World) -> None:
    browser = world.browser("anna")

    def states() -> dict[str, str]:
        return {each["login"]: each["state"] for each in browser.get("/api/colleagues").json["colleagues"]}

    assert states() == {"anna": "free", "jonas": "free", "chef": "free", "lager": "unknown"}
    ringing = world.switch.ring("2002")
    assert states()["jonas"] == "ringing"
    world.switch.change(ringing, CallAnswered, state=ConnectionState.CONNECTED)
    world.switch.change(world.switch.ring("2004", call="c4"), CallOriginated, state=ConnectionState.INITIATED)
    assert states() == {"anna": "free", "jonas": "busy", "chef": "busy", "lager": "unknown"}
    world.switch.go_down()
    assert set(states().values()) == {"unknown"}
