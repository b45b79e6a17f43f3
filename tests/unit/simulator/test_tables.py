"""The tables of the simulator agree with each other and with the messages."""

from __future__ import annotations

import pytest

from csta.messages.base import NamedBits
from csta.messages.call_data import CallAssociatedServices, CallControlServices
from csta.messages.call_data import LocalConnectionState as State
from csta.messages.logical_device import ForwardingType
from csta.messages.monitoring import MonitorFilter
from csta.messages.system import StatusFilter, SystemStatusValue
from csta.simulator.calls import Extension
from csta.simulator.destinations import NO_ANSWER, OBSTACLES
from csta.simulator.dialplan import EVERYBODY, external_number
from csta.simulator.monitors import FILTER_BITS as EVENT_BITS
from csta.simulator.registrations import FILTER_BITS as STATUS_BITS
from csta.simulator.states import CALL_ASSOCIATED, ELSEWHERE, MOVES, NEEDS, NETWORK_MOVES, PAIRS, UNTALKING
from csta.simulator.switch import Switch


@pytest.mark.parametrize("moves", [MOVES, NETWORK_MOVES], ids=["extension", "line"])
def test_every_state_that_can_be_entered_can_be_left_for_null(moves: dict[State, frozenset[State]]) -> None:
    entered = frozenset[State]().union(*moves.values()) - {State.NULL}
    assert all(State.NULL in moves[state] for state in entered)


def test_services_are_bits_of_services_permitted() -> None:
    for name in NEEDS.keys() | PAIRS.keys():
        bits = CallAssociatedServices if name in CALL_ASSOCIATED else CallControlServices
        assert name in bits.numbers
    assert ELSEWHERE | UNTALKING | CALL_ASSOCIATED <= NEEDS.keys()


def test_every_status_has_its_filter_bit() -> None:
    assert STATUS_BITS.keys() == set(SystemStatusValue)
    assert set(STATUS_BITS.values()) == StatusFilter.numbers.keys()


def test_event_bits_are_known_to_their_group() -> None:
    for group, bit in EVENT_BITS.values():
        unset = group(MonitorFilter())
        assert isinstance(unset, NamedBits)
        assert bit in unset.numbers


def test_each_forwarding_type_acts_somewhere() -> None:
    acting = {kind for obstacle in OBSTACLES for kind in obstacle.types or ()} | set(NO_ANSWER)
    assert acting == set(ForwardingType)


NUMBERS = {
    "0891234567": "answers",
    "+49891234567": "answers",
    "0890000": "busy",
    "0899999": "numberUnallocated",
    "0898888": "rings",
    "4711": None,
    "": None,
    "08912x4567": None,
}


@pytest.mark.parametrize(("dialled", "behaviour"), NUMBERS.items())
def test_the_world_outside(dialled: str, behaviour: str | None) -> None:
    number = external_number(EVERYBODY, dialled)
    if number is None:
        assert behaviour is None
    elif number.failure is not None:
        assert number.failure.value == behaviour
    else:
        assert behaviour == ("rings" if number.answers_after is None else "answers")


def test_two_devices_with_one_number_are_refused() -> None:
    with pytest.raises(ValueError, match="two devices have the number 2001"):
        Switch([Extension("2001"), Extension("2001")])
