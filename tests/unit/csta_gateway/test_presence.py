"""Who is free, as everybody else is told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from csta.model.events import CallAnswered, CallEnded
from csta.model.states import ConnectionState
from csta_gateway.presence import DELAY
from tests.unit.csta_gateway.test_events import Socket

if TYPE_CHECKING:
    from tests.unit.csta_gateway.conftest import World


def test_everybody_is_told_who_is_free(world: World) -> None:
    socket = Socket(world.browser("jonas"))
    socket.messages()

    def told() -> list[Any]:
        world.clock.advance(DELAY)
        return [each["colleagues"] for each in socket.messages()]

    told()  # what was new at the start
    anna = {"login": "anna", "name": "Anna Berger", "extension": "2001"}
    call = world.switch.ring("2001")
    assert socket.messages() == []  # the others hear of it after Anna
    assert told() == [[{**anna, "state": "ringing"}]]
    call = world.switch.change(call, CallAnswered, state=ConnectionState.CONNECTED, answered=1990.0)
    assert told() == [[{**anna, "state": "busy"}]]
    second = world.switch.ring("2001", call="c2")
    world.switch.change(second, CallEnded, state=ConnectionState.NULL)
    assert told() == []  # busy as before
    world.switch.change(call, CallEnded, state=ConnectionState.NULL)
    assert told() == [[{**anna, "state": "free"}]]
