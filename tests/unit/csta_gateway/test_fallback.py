"""What users are told when their telephone goes over to another way, and back."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from csta.errors import LinkLost, LocalProtocolError
from csta.model.events import (
    CallAnswered,
    CallEnded,
    CallEvent,
    CallOffered,
    DeviceChanged,
    LinkDown,
    LinkUp,
    ModelEvent,
)
from csta.model.states import Service
from csta_gateway.reach import MOVES, WAYS, Reach, Turn, Way, after
from tests.unit.csta_gateway.twofakes import FEW, PATIENCE, TwoFakes

ANNA, BERT = "2001", "2002"
CALLER = "0891234567"


@pytest.fixture
def both() -> TwoFakes:
    return TwoFakes().start(ANNA, BERT)


def take(both: TwoFakes) -> list[ModelEvent]:
    told, both.told[:] = list(both.told), []
    return told


def go_over(both: TwoFakes) -> list[ModelEvent]:
    """The main way is lost, and the other one takes over; what is told then."""
    both.lose(Way.MAIN)
    take(both)
    both.clock.advance(PATIENCE)
    return take(both)


def test_the_table_has_a_row_for_every_reach() -> None:
    assert set(MOVES) == set(Reach)
    assert {reach.way for reach in Reach} == {*WAYS.values(), None}


@given(st.lists(st.tuples(st.sampled_from(Turn), st.booleans())))
def test_nobody_waits_while_the_fallback_works(turns: list[tuple[Turn, bool]]) -> None:
    reach = Reach.GRACE
    for turn, works in turns:
        before, reach = reach, after(reach, turn, works)
        assert not (reach is Reach.NOWHERE and works)
        assert reach in {before, *MOVES[before].values(), Reach.FALLBACK}


def test_the_fallback_waits_its_time(both: TwoFakes) -> None:
    call = both.main.ring(ANNA, CALLER, "Erika Mustermann")
    both.lose(Way.MAIN)
    assert [type(event) for event in take(both)] == [CallOffered, LinkDown]
    both.clock.advance(PATIENCE - 1)
    assert take(both) == []
    with pytest.raises(LinkLost):
        both.run(both.provider.answer(ANNA, both.provider.calls(ANNA)[0].id))
    both.clock.advance(1)
    assert take(both) == [
        DeviceChanged(ANNA, in_service=True, via="windows", lacks=frozenset()),
        DeviceChanged(BERT, in_service=True, via="windows", lacks=frozenset()),
        LinkUp(),
    ]
    [seen] = both.provider.calls(ANNA)
    assert (seen.other.name, seen.began) == ("Erika Mustermann", both.main.calls(ANNA)[0].began)
    both.run(both.provider.answer(ANNA, seen.id))
    assert [type(event) for event in take(both)] == [CallAnswered]
    both.restore(Way.MAIN)
    assert [type(event) for event in take(both)] == [DeviceChanged, DeviceChanged, LinkUp]
    assert both.provider.calls(ANNA) == (
        replace(both.main.calls(ANNA)[0], id=seen.id, since=PATIENCE, answered=PATIENCE),
    )
    assert call == both.main.calls(ANNA)[0].id


def test_a_link_that_is_back_in_time_changes_nothing(both: TwoFakes) -> None:
    both.main.ring(ANNA, CALLER)
    both.lose(Way.MAIN)
    both.clock.advance(PATIENCE - 1)
    both.restore(Way.MAIN)
    both.clock.advance(PATIENCE)
    assert [type(event) for event in take(both)] == [CallOffered, LinkDown, LinkUp]


def test_what_the_fallback_lacks_is_told() -> None:
    both = TwoFakes(FEW).start(ANNA)
    changed = go_over(both)[0]
    assert isinstance(changed, DeviceChanged)
    assert changed.lacks == frozenset(Service) - set(FEW)
    assert both.provider.capabilities(ANNA) == set(FEW)
    both.restore(Way.MAIN)
    assert DeviceChanged(ANNA, in_service=True, via="", lacks=frozenset()) in take(both)
    assert both.provider.capabilities(ANNA) == frozenset(Service)


def test_what_ended_changed_and_began_before_the_fallback_took_over_is_told_once(both: TwoFakes) -> None:
    ends, stays = both.main.ring(ANNA, "1111"), both.main.ring(ANNA, "2222")
    both.lose(Way.MAIN)
    names = {call.other.number: call.id for call in both.provider.calls(ANNA)}
    take(both)
    at = {call.other.number: call.id for call in both.fallback.calls(ANNA)}
    both.fallback.far_clears(ANNA, at["1111"])
    both.run(both.fallback.answer(ANNA, at["2222"]))
    both.fallback.ring(ANNA, "3333")
    assert take(both) == []
    both.clock.advance(PATIENCE)
    told = [(type(event), event.call.id) for event in take(both) if isinstance(event, CallEvent)]
    assert told[:2] == [(CallEnded, names["1111"]), (CallAnswered, names["2222"])]
    assert [kind for kind, _ in told[2:]] == [CallOffered]
    assert len({ends, stays}) == 2


def test_a_device_the_switch_refuses_goes_by_the_fallback_at_once(both: TwoFakes) -> None:
    both.main._tell(DeviceChanged(ANNA, in_service=False))
    assert take(both) == [DeviceChanged(ANNA, in_service=True, via="windows", lacks=frozenset())]
    both.fallback.ring(ANNA, CALLER)
    assert [type(event) for event in take(both)] == [CallOffered]
    both.lose(Way.FALLBACK)
    assert take(both) == [DeviceChanged(ANNA, in_service=False, via="windows", lacks=frozenset())]
    with pytest.raises(LinkLost, match="device 2001 is out of service"):
        both.run(both.provider.make_call(ANNA, BERT))
    both.main._tell(DeviceChanged(ANNA, in_service=True))
    assert take(both) == [DeviceChanged(ANNA, in_service=True, via="", lacks=frozenset())]


def test_without_any_way_both_reasons_are_told(both: TwoFakes) -> None:
    go_over(both)
    both.lose(Way.FALLBACK)
    assert take(both) == [LinkDown("the cable is out; windows: the cable is out", 5)]
    assert both.provider.link_reason == "the cable is out; windows: the cable is out"
    both.restore(Way.FALLBACK)
    assert LinkUp() in take(both)


def test_a_consultation_goes_over_with_its_held_call(both: TwoFakes) -> None:
    held = both.run(both.provider.make_call(ANNA, BERT))
    both.run(both.provider.answer(BERT, both.provider.calls(BERT)[0].id))
    active = both.run(both.provider.consult(ANNA, held, "0891111"))
    go_over(both)
    assert [(call.id, call.consultation_of) for call in both.provider.calls(ANNA)] == [(held, None), (active, held)]
    both.run(both.provider.reconnect(ANNA, active, held))
    assert [(call.id, call.consultation_of) for call in both.provider.calls(ANNA)] == [(held, None)]


def test_a_call_at_a_device_on_the_other_way_is_picked_up(both: TwoFakes) -> None:
    both.main._tell(DeviceChanged(BERT, in_service=False))
    both.main.ring(ANNA, CALLER)
    [ringing] = both.provider.calls(ANNA)
    both.run(both.provider.pickup(BERT, ANNA, ringing.call_id))
    assert both.provider.calls(ANNA) == ()
    assert [call.other.number for call in both.provider.calls(BERT)] == [CALLER]


def test_features_are_told_by_the_active_way_only(both: TwoFakes) -> None:
    both.run(both.fallback.set_do_not_disturb(ANNA, True))
    assert take(both) == []
    both.run(both.provider.set_do_not_disturb(ANNA, False))
    assert take(both) == [DeviceChanged(ANNA, do_not_disturb=False)]


def test_a_device_nobody_watches() -> None:
    both = TwoFakes().start(ANNA)
    with pytest.raises(LocalProtocolError):
        both.run(both.provider.make_call(BERT, ANNA))
    assert both.provider.calls(BERT) == ()


def test_stopping_one_way_that_hangs_on_does_not_keep_the_other(both: TwoFakes) -> None:
    async def broken() -> None:
        raise ConnectionError("still talking")

    both.main.stop = broken  # type: ignore[method-assign] # what is shown
    both.run(both.provider.stop())
    assert not both.fallback.link_up
    assert both.clock.getDelayedCalls() == []
