"""Whatever happens to the calls and to both ways: users see each call once, under one name, until it is over."""

from __future__ import annotations

from collections.abc import Callable

import hypothesis.strategies as st
from hypothesis import given, note

from csta.model.call import Call, Party
from csta.model.events import CallEnded, CallEvent, DeviceChanged, LinkDown, LinkUp
from csta.model.fakeswitch import SwitchCall
from csta.model.states import ConnectionState
from csta_gateway.reach import Reach, Way
from tests.unit.csta_gateway.twofakes import PATIENCE, TwoFakes

DEVICES = ("2001", "2002")
_S = ConnectionState


class History:
    """A switch with two ways to it, and what becomes of them."""

    def __init__(self) -> None:
        self.both = TwoFakes()
        self.both.start(*DEVICES)
        self.switch = self.both.main._switch
        self.up = {Way.MAIN: True, Way.FALLBACK: True}
        self.callers = 0
        self.names: dict[str, str] = {}

    def at(self, device: str) -> list[SwitchCall]:
        """The calls there are."""
        return [call for call in self.switch._calls.values() if device in call.connections]

    def ring(self, device: str) -> None:
        self.callers += 1
        self.switch.arrive(device, Party(f"+4989{self.callers:05}"))

    def dial(self, device: str) -> None:
        self.callers += 1
        self.switch.originate(device, f"089{self.callers:05}", "makeCall")

    def _latest(self, device: str, *states: ConnectionState) -> SwitchCall | None:
        return next((call for call in reversed(self.at(device)) if call.connections[device] in states), None)

    def answer(self, device: str) -> None:
        if (call := self._latest(device, _S.ALERTING)) is not None:
            self.switch.establish(call, device)

    def hold(self, device: str) -> None:
        if (call := self._latest(device, _S.CONNECTED)) is not None:
            self.switch.hold(call, device)

    def retrieve(self, device: str) -> None:
        if (call := self._latest(device, _S.HOLD)) is not None:
            self.switch.retrieve(call, device)

    def clear(self, device: str) -> None:
        if (call := self._latest(device, *_S)) is not None:
            self.switch.clear(call, device)

    def clear_oldest(self, device: str) -> None:
        if calls := self.at(device):
            self.switch.clear(calls[0], device)

    def turn_main(self, device: str) -> None:
        self._turn(Way.MAIN)

    def turn_fallback(self, device: str) -> None:
        self._turn(Way.FALLBACK)

    def _turn(self, way: Way) -> None:
        self.up[way] = not self.up[way]
        (self.both.restore if self.up[way] else self.both.lose)(way)

    def main_refuses(self, device: str) -> None:
        self._say(Way.MAIN, device, False)

    def main_takes(self, device: str) -> None:
        self._say(Way.MAIN, device, True)

    def fallback_refuses(self, device: str) -> None:
        self._say(Way.FALLBACK, device, False)

    def fallback_takes(self, device: str) -> None:
        self._say(Way.FALLBACK, device, True)

    def _say(self, way: Way, device: str, works: bool) -> None:
        if self.up[way]:
            fake = self.both.main if way is Way.MAIN else self.both.fallback
            fake._tell(DeviceChanged(device, in_service=works))

    def moment(self, device: str) -> None:
        self.both.clock.advance(1)

    def while_(self, device: str) -> None:
        self.both.clock.advance(PATIENCE)

    def check(self) -> None:
        """What is seen at a device that is reached is what there is."""
        for device in DEVICES:
            if self.both.provider._ways.way(device) is not None:
                seen = [(_far(call), call.state) for call in self.both.provider.calls(device)]
                true = [(each.far_end(device), each.connections[device]) for each in self.at(device)]
                assert sorted(seen, key=str) == sorted(true, key=str)

    def finish(self) -> None:
        """All ways work again, and all calls end."""
        for way, up in self.up.items():
            if not up:
                self._turn(way)
            for device in DEVICES:
                self._say(way, device, True)
        self.check()
        assert {self.both.provider._ways.way(device) for device in DEVICES} == {Way.MAIN}
        for device in DEVICES:
            while self.at(device):
                self.clear(device)
        assert [self.both.provider.calls(device) for device in DEVICES] == [(), ()]


def _far(call: Call) -> str | None:
    return call.other.number


STEPS: list[Callable[[History, str], None]] = [
    History.ring,
    History.dial,
    History.answer,
    History.hold,
    History.retrieve,
    History.clear,
    History.clear_oldest,
    History.turn_main,
    History.turn_fallback,
    History.main_refuses,
    History.main_takes,
    History.fallback_refuses,
    History.fallback_takes,
    History.moment,
    History.while_,
]


@given(st.lists(st.tuples(st.sampled_from(STEPS), st.sampled_from(DEVICES)), max_size=40))
def test_every_call_is_seen_once(steps: list[tuple[Callable[[History, str], None], str]]) -> None:
    history = History()
    for step, device in steps:
        note(f"{step.__name__} {device}")
        step(history, device)
        history.check()
    history.finish()
    names: dict[str | None, set[str]] = {}
    over: set[str] = set()
    for event in history.both.told:
        if isinstance(event, CallEvent):
            assert event.call.id not in over
            names.setdefault(_far(event.call), set()).add(event.call.id)
            if isinstance(event, CallEnded):
                over.add(event.call.id)
    assert all(len(each) == 1 for each in names.values()), names
    assert over == set.union(set(), *names.values())


@given(
    st.lists(st.sampled_from([History.turn_main, History.turn_fallback, History.moment, History.while_]), max_size=30)
)
def test_what_is_told_of_the_link_is_how_it_is(steps: list[Callable[[History, str], None]]) -> None:
    history = History()
    provider = history.both.provider
    up = True
    for step in steps:
        history.both.told.clear()
        step(history, DEVICES[0])
        for event in history.both.told:
            if isinstance(event, LinkUp | LinkDown):
                up = isinstance(event, LinkUp)
        assert up is provider.link_up
        assert bool(provider.link_reason) is not up
        assert all(bool(provider.capabilities(device)) is up for device in DEVICES)
        if history.up[Way.MAIN]:
            assert provider._ways.reach is Reach.MAIN
