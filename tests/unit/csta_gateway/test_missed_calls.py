"""Which calls are missed, and which of those are done: by table, also after a restart and with nobody logged in."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from csta.model.call import Call, Direction, Party
from csta.model.events import CallEnded, CallOffered
from csta.model.states import ConnectionState

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.unit.csta_gateway.conftest import World

ERIKA = "08999123"
MISSED_AT = 1000.0


class Later(NamedTuple):
    """A call after (or around) the missed one."""

    number: str = ERIKA
    direction: Direction = Direction.INCOMING
    began: float = 1500.0
    answered: float | None = 1600.0
    device: str = "2001"


def end(world: World, later: Later, call_id: str, **told: Any) -> None:  # noqa: ANN401 -- fields of the event
    """A call comes and is over; the clock stands at 2000."""
    call = Call(
        id=call_id,
        call_id=f"x{call_id}",
        device=later.device,
        state=ConnectionState.ALERTING if later.direction is Direction.INCOMING else ConnectionState.CONNECTED,
        direction=later.direction,
        other=Party(later.number),
        called=Party(later.device if later.direction is Direction.INCOMING else later.number),
        began=later.began,
        since=later.began,
        answered=later.answered,
    )
    world.switch.tell(CallOffered(call))
    world.switch.tell(CallEnded(replace(call, state=ConnectionState.NULL), **told))


def missed(world: World, user: str = "anna") -> list[bool]:
    """Whether each missed call is done, newest first."""
    entries = world.browser(user).get("/api/journal?missed=1").json["entries"]
    return [entry["done"] for entry in entries]


THE_MISSED = Later(began=MISSED_AT, answered=None)
OUT = Direction.OUTGOING


@pytest.mark.parametrize(
    ("later", "done"),
    [
        (Later(), True),
        (Later(direction=OUT, number="0089 99123"), True),
        (Later(direction=OUT, number="0089 99123", answered=None), False),
        (Later(number="004989 99 123"), True),
        (Later(number="+49 (89) 99123"), True),
        (Later(answered=None), False),
        (Later(number="08999124"), False),
        (Later(began=500.0, answered=510.0), True),  # still talking on another line when the second call came
        (Later(device="2002"), False),
    ],
    ids=[
        "called again",
        "called back",
        "called back in vain",
        "other spelling",
        "canonical",
        "missed again",
        "somebody else",
        "talking meanwhile",
        "a colleague talked",
    ],
)
def test_a_missed_call_is_done_by_a_talk_with_the_same_number(world: World, later: Later, done: bool) -> None:
    end(world, THE_MISSED, "c1")
    end(world, later, "c2")
    assert missed(world)[-1] is done


def test_a_talk_that_was_over_before_does_not_count(world: World) -> None:
    world.clock.rightNow = 900.0
    end(world, Later(began=700.0, answered=710.0), "c0")
    world.clock.rightNow = 2000.0
    end(world, THE_MISSED, "c1")
    assert missed(world) == [False]


def test_a_colleague_is_the_same_by_extension_and_by_full_number(world: World) -> None:
    end(world, THE_MISSED._replace(number="2002"), "c1")
    end(world, Later(direction=OUT, number="2002"), "c2")
    assert missed(world) == [True]


@pytest.mark.parametrize(
    ("told", "action", "result"),
    [
        ({"answered_by": "2002"}, None, "elsewhere"),
        ({"answered_by": "7777"}, None, "elsewhere"),
        ({}, "clear", "refused"),
        ({}, "deflect", "elsewhere"),
        ({}, None, "missed"),
    ],
    ids=["a colleague took it", "another telephone took it", "refused", "sent on", "nobody took it"],
)
def test_what_counts_as_missed(world: World, told: dict[str, str], action: str | None, result: str) -> None:
    world.switch.ring(number=ERIKA)
    if action is not None:
        body = {"number": "2002"} if action == "deflect" else None
        assert world.browser("anna").post(f"/api/calls/c1/{action}", body).status == 204
    over = replace(world.switch.known["c1"], state=ConnectionState.NULL)
    world.switch.tell(CallEnded(over, **told))
    (entry,) = world.browser("anna").get("/api/journal").json["entries"]
    assert entry["result"] == result
    assert missed(world) == ([False] if result == "missed" else [])


def test_who_calls_back_after_a_restart_has_called_back(make_world: Callable[..., World]) -> None:
    end(make_world(), THE_MISSED, "c1")
    after = make_world()
    assert missed(after) == [False]
    end(after, Later(direction=OUT, number="0089 99123"), "c1")
    assert missed(after) == [True]


def test_a_call_that_rang_before_a_restart_and_ends_after_it_is_missed(make_world: Callable[..., World]) -> None:
    make_world().switch.ring(number=ERIKA)
    after = make_world()
    end(after, THE_MISSED, "c1")
    assert missed(after) == [False]


def test_nobody_has_to_be_logged_in(make_world: Callable[..., World]) -> None:
    world = make_world()
    assert world.gateway.streams.all() == ()
    end(world, THE_MISSED, "c1")
    end(world, THE_MISSED._replace(began=1100.0), "c2", answered_by="2002")
    end(world, Later(direction=OUT, number="0089 99123"), "c3")
    assert missed(make_world()) == [True]


def test_a_mark_of_the_user_counts_more_than_the_rule(world: World) -> None:
    end(world, THE_MISSED, "c1")
    end(world, Later(), "c2")
    anna = world.browser("anna")
    entry = anna.get("/api/journal?missed=1").json["entries"][0]["id"]
    anna.put(f"/api/journal/{entry}/done", {"done": False})
    assert missed(world) == [False]
