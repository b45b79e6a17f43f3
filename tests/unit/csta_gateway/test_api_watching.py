"""What can be seen over the API besides the stream: calls, telephones, users; and calls taken or left elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from msgspec import structs

from crm_adapter.users import User
from csta.model.events import CallAnswered
from csta.model.states import ConnectionState
from tests.unit.csta_gateway.crm import USERS

if TYPE_CHECKING:
    from tests.unit.csta_gateway.conftest import World

SUPERVISOR = User(login="sina", name="Sina Abt", role="supervisor", devices=("2005",), password_hash="s")


@pytest.fixture
def supervised(make_world: Callable[..., World]) -> World:
    return make_world(users=(*USERS, SUPERVISOR))


def test_own_calls_are_listed_oldest_first_and_each_can_be_seen(world: World) -> None:
    world.switch.ring(call="c1")
    world.switch.ring(call="c2", number="2002")
    world.switch.ring("2002", call="c3")
    anna = world.browser("anna")
    calls = anna.get("/api/calls").json["calls"]
    assert [(call["id"], call["actions"]) for call in calls] == [
        ("c1", ["answer", "deflect", "clear"]),
        ("c2", ["answer", "deflect", "clear"]),
    ]
    assert anna.get("/api/calls/c1").json == calls[0]
    assert anna.get("/api/calls/c3").error == "call_unknown"


@pytest.mark.parametrize("user", ["sina", "chef"])
def test_supervisors_see_others_calls_and_can_do_nothing_with_them(supervised: World, user: str) -> None:
    supervised.switch.ring()
    supervised.browser("anna").put("/api/calls/c1/note", {"note": "hush"})
    browser = supervised.browser(user)
    (call,) = browser.get("/api/devices/2001/calls").json["calls"]
    assert (call["name"], call["actions"], call["words"], call["primary"], call["note"]) == (
        "Erika Mustermann", [], [], None, ""
    )  # fmt: skip
    assert browser.get("/api/calls").json == {"calls": []}
    assert browser.post("/api/calls/c1/clear").error == "call_unknown"
    assert browser.get("/api/devices/2999/calls").error == "not_found"
    assert supervised.switch.sent == []


def test_others_see_only_the_calls_at_their_own_telephones(world: World) -> None:
    world.switch.ring()
    assert len(world.browser("anna").get("/api/devices/2001/calls").json["calls"]) == 1
    assert world.browser("jonas").get("/api/devices/2001/calls").error == "forbidden"
    assert world.browser("jonas").get("/api/devices/2999/calls").error == "forbidden"


def test_own_telephones_are_listed_with_what_can_be_done(world: World) -> None:
    devices = world.browser("chef").get("/api/devices").json["devices"]
    assert [device["id"] for device in devices] == ["2003", "2004"]
    assert "makeCall" in devices[0]["capabilities"]
    assert devices[1]["forwarding"] == {"forwardBusy": "2002"}


def test_users_are_listed_for_supervisors_without_passwords(supervised: World) -> None:
    users = supervised.browser("sina").get("/api/users").json["users"]
    assert [user["login"] for user in users] == ["anna", "jonas", "chef", "lager", "sina"]
    assert users[0] == {
        "login": "anna", "name": "Anna Berger", "language": "de", "role": "user", "extension": "2001",
        "devices": ["2001"], "cti_enabled": True, "site": "", "groups": [],
    }  # fmt: skip
    assert supervised.browser("anna").get("/api/users").error == "forbidden"


def test_a_supervisor_with_groups_sees_and_takes_the_calls_of_these_only(make_world: Callable[..., World]) -> None:
    anna, jonas, *others = USERS
    staff = (structs.replace(anna, groups=("sales",)), structs.replace(jonas, groups=("service",)), *others)
    world = make_world(users=(*staff, structs.replace(SUPERVISOR, groups=("sales",))))
    sina, chef = world.browser("sina"), world.browser("chef")
    world.switch.ring("2001"), world.switch.ring("2002", call="c2")
    assert [user["login"] for user in sina.get("/api/users").json["users"]] == ["anna", "sina"]
    assert len(sina.get("/api/devices/2001/calls").json["calls"]) == 1
    for hidden in ("2002", "2003", "2999"):
        assert sina.get(f"/api/devices/{hidden}/calls").error == "forbidden"
        assert sina.post("/api/calls/pickup", {"ringing": hidden}).error == "forbidden"
    assert sina.post("/api/calls/pickup", {"ringing": "2001"}).status == 204
    assert world.switch.sent == [("pickup", "2005", "2001", "xc1")]
    assert len(chef.get("/api/devices/2002/calls").json["calls"]) == 1  # administrators see everybody
    assert len(sina.get("/api/colleagues").json["colleagues"]) == 4  # as everybody does


@pytest.mark.parametrize(
    ("number", "e164", "kind", "names"),
    [
        ("089/99123", "+498999123", "national", ["Erika Mustermann"]),
        ("2002", None, "internal", ["Jonas Weber"]),
        ("hello", None, "unknown", []),
    ],
)
def test_a_number_is_looked_up(world: World, number: str, e164: str | None, kind: str, names: list[str]) -> None:
    found = world.browser("anna").post("/api/lookup", {"number": number}).json
    assert (found["number"]["raw"], found["number"]["e164"], found["kind"]) == (number, e164, kind)
    assert [match["name"] for match in found["matches"]] == names


def test_a_call_is_parked(world: World) -> None:
    world.switch.ring()
    assert world.browser("anna").post("/api/calls/c1/park", {"number": "2999"}).status == 204
    assert world.switch.sent == [("park", "2001", "c1", "2999")]
    assert world.browser("jonas").post("/api/calls/c1/park", {"number": "2999"}).error == "call_unknown"
    assert len(world.switch.sent) == 1


def test_a_call_is_taken_from_another_of_the_own_telephones(world: World) -> None:
    world.switch.ring("2004")
    browser = world.browser("chef")
    assert browser.post("/api/calls/pickup", {"ringing": "2004"}).status == 204
    assert browser.post("/api/calls/pickup", {"ringing": "2004", "device": "2003"}).status == 204
    assert world.switch.sent == [("pickup", "2003", "2004", "xc1")] * 2


def test_only_supervisors_take_the_calls_of_others_and_only_at_their_own_telephone(supervised: World) -> None:
    call = supervised.switch.ring()
    jonas, sina = supervised.browser("jonas"), supervised.browser("sina")
    assert jonas.post("/api/calls/pickup", {"ringing": "2001"}).error == "forbidden"
    assert sina.post("/api/calls/pickup", {"ringing": "2001", "device": "2002"}).error == "forbidden"
    assert supervised.switch.sent == []
    assert sina.post("/api/calls/pickup", {"ringing": "2001"}).status == 204
    assert supervised.switch.sent == [("pickup", "2005", "2001", "xc1")]
    assert sina.post("/api/calls/pickup", {"ringing": "2999"}).error == "call_unknown"
    supervised.switch.change(call, CallAnswered, state=ConnectionState.CONNECTED)
    assert sina.post("/api/calls/pickup", {"ringing": "2001"}).error == "call_unknown"
