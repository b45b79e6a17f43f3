"""Random histories of calls, those that make sense and those that do not: the model follows, and nothing is left."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st

from csta.errors import CSTAError
from csta.model.call import Call
from csta.model.doubts import Doubt
from csta.model.events import CallEnded, CallEvent, ModelEvent
from csta.model.states import ConnectionState
from csta.model.tracker import Tracker
from tapi_adapter.constants import (
    LINECALLINFOSTATE,
    LINECALLORIGIN,
    LINECALLREASON,
    LINECALLSTATE,
    LINECONNECTEDMODE,
    LINEDISCONNECTMODE,
)
from tapi_adapter.descriptions import CallInfo, PartyId
from tapi_adapter.linecalls import LineCalls
from tests.unit.tapi_adapter.conftest import TapiBench
from tests.unit.tapi_adapter.fakepbx import Appearance, named

S = LINECALLSTATE
OWN = "2001"
STATIONS = ("2001", "2002", "2003")
HANDLES = (1, 2, 3)

PARTIES = st.builds(PartyId, flags=st.integers(0, 0x7F), number=st.sampled_from(["", OWN, "2002", "+49 (89) 1|2"]))
INFOS = st.builds(
    CallInfo,
    call_id=st.integers(0, 3),
    origin=st.sampled_from([0, *LINECALLORIGIN]),
    reason=st.sampled_from([0, *LINECALLREASON]),
    caller=PARTIES,
    called=PARTIES,
    connected=PARTIES,
    redirection=PARTIES,
    redirecting=PARTIES,
)
STATES = st.tuples(
    st.sampled_from(HANDLES),
    st.sampled_from([*S, 0, 0x00900000]),
    st.sampled_from([0, *LINECONNECTEDMODE, LINEDISCONNECTMODE.PICKUP, *HANDLES, 0x7FFFFFFF]),
)
STEPS = st.lists(STATES | st.tuples(st.sampled_from(HANDLES), INFOS), max_size=40)


class Followed:
    """A device whose driver may say anything, and the tracker that follows it."""

    def __init__(self) -> None:
        self.calls = LineCalls(OWN)
        self.tracker = Tracker()
        self.told: list[ModelEvent] = []

    def step(self, step: tuple[int, int, int] | tuple[int, CallInfo]) -> None:
        if len(step) == 2:
            handle, info = step
            if self.calls.leg(handle) is None:
                self.calls.begin(handle, info)
            happenings = self.calls.inform(handle, info)
        else:
            handle, state, mode = step
            if self.calls.leg(handle) is None:
                self.calls.begin(handle, CallInfo())
            happenings = self.calls.change(handle, state, mode)
            if state == S.IDLE:
                self.calls.forget(handle)
        for happening in happenings:
            self.told += self.tracker.apply(OWN, happening, 0)
        if self.tracker.take_doubtful():
            self.told += self.tracker.resynchronise(OWN, self.calls.entries(), 0)

    def shown(self) -> dict[str, ConnectionState]:
        return {call.call_id: call.state for call in self.tracker.calls(OWN)}

    def had(self) -> dict[str, ConnectionState]:
        return {entry.call_id: entry.state for entry in self.calls.entries() if entry.state is not ConnectionState.NULL}


@settings(max_examples=400, deadline=None)
@given(steps=STEPS)
def test_whatever_a_driver_says(steps: list[tuple[int, int, int] | tuple[int, CallInfo]]) -> None:
    followed = Followed()
    for step in steps:
        followed.step(step)
        assert followed.shown() == followed.had()
    for handle in HANDLES:
        followed.step((handle, S.IDLE, 0))
    assert followed.tracker.calls(OWN) == ()
    assert followed.calls.handles == ()
    began = {event.call.id for event in followed.told if isinstance(event, CallEvent)}
    ended = [event.call.id for event in followed.told if isinstance(event, CallEnded)]
    assert sorted(ended) == sorted(began)


SHOWN = {
    S.OFFERING: ConnectionState.ALERTING,
    S.DIALTONE: ConnectionState.INITIATED,
    S.PROCEEDING: ConnectionState.CONNECTED,
    S.RINGBACK: ConnectionState.CONNECTED,
    S.BUSY: ConnectionState.FAIL,
    S.CONNECTED: ConnectionState.CONNECTED,
    S.ONHOLD: ConnectionState.HOLD,
    S.ONHOLDPENDTRANSFER: ConnectionState.HOLD,
}
"""Call state at the switch → what is shown of it; calls in a conference are looked at together."""

Act = Callable[[TapiBench, str, str], object]


def first(bench: TapiBench, device: str, *states: ConnectionState) -> Call | None:
    return next((call for call in bench.provider.calls(device) if call.state in states), None)


def on(state: ConnectionState, act: Callable[[TapiBench, str, str, str], object]) -> Act:
    def do(bench: TapiBench, device: str, other: str) -> object:
        call = first(bench, device, state)
        return act(bench, device, call.id, other) if call is not None else None

    return do


def on_two(act: Callable[[TapiBench, str, str, str], object]) -> Act:
    def do(bench: TapiBench, device: str, other: str) -> object:
        held, active = (first(bench, device, state) for state in (ConnectionState.HOLD, ConnectionState.CONNECTED))
        if held is None or active is None:
            return None
        return act(bench, device, held.id, active.id)

    return do


def by_hand(act: Callable[[TapiBench, Appearance], object]) -> Act:
    def do(bench: TapiBench, device: str, other: str) -> object:
        there = [each for each in bench.pbx.at(device) if each.state and each.conference is None]
        return act(bench, there[-1]) if there else None

    return do


def restart(bench: TapiBench, device: str, other: str) -> None:
    bench.lose_link()
    bench.restore_link()


def close_under(bench: TapiBench, device: str, other: str) -> None:
    if device in bench.telephony.open.values():
        bench.telephony.close_under(device)
        bench.settle(10)


N, A, C, H = ConnectionState.NULL, ConnectionState.ALERTING, ConnectionState.CONNECTED, ConnectionState.HOLD
ACTS: tuple[Act, ...] = (
    lambda bench, device, other: bench.run(bench.provider.make_call(device, other)),
    lambda bench, device, other: bench.pbx.arrive(device, "0891234"),
    lambda bench, device, other: bench.pbx.busy.add(other),
    lambda bench, device, other: bench.pbx.busy.discard(other),
    on(A, lambda bench, device, call, other: bench.run(bench.provider.answer(device, call))),
    on(A, lambda bench, device, call, other: bench.run(bench.provider.deflect(device, call, other))),
    on(C, lambda bench, device, call, other: bench.run(bench.provider.hold(device, call))),
    on(C, lambda bench, device, call, other: bench.run(bench.provider.clear_connection(device, call))),
    on(C, lambda bench, device, call, other: bench.run(bench.provider.consult(device, call, other))),
    on(C, lambda bench, device, call, other: bench.run(bench.provider.single_step_transfer(device, call, other))),
    on(H, lambda bench, device, call, other: bench.run(bench.provider.retrieve(device, call))),
    on_two(lambda bench, device, held, active: bench.run(bench.provider.transfer(device, held, active))),
    on_two(lambda bench, device, held, active: bench.run(bench.provider.conference(device, held, active))),
    on_two(lambda bench, device, held, active: bench.run(bench.provider.alternate(device, held, active))),
    on_two(lambda bench, device, held, active: bench.run(bench.provider.reconnect(device, active, held))),
    by_hand(lambda bench, own: bench.pbx.drop(own)),
    by_hand(lambda bench, own: bench.pbx.learn(own, LINECALLINFOSTATE.CALLERID, caller=named("4711"))),
    restart,
    close_under,
)
TAKEN = st.lists(st.tuples(st.sampled_from(ACTS), st.permutations(STATIONS)), max_size=20)


@settings(max_examples=150, deadline=None)
@given(seed=st.none() | st.integers(0, 1000), acts=TAKEN)
def test_the_provider_shows_what_the_switch_has(seed: int | None, acts: list[tuple[Act, list[str]]]) -> None:
    bench = TapiBench(seed=seed, stations=STATIONS).start(*STATIONS)
    for act, (device, other, _) in acts:
        try:
            act(bench, device, other)
        except CSTAError:
            pass  # a refusal changes nothing
        bench.settle(3)
        for station in STATIONS:
            check(bench, station)
    for own in list(bench.pbx.appearances):
        if own in bench.pbx.appearances and own.state:
            bench.pbx.drop(own)
    bench.settle()
    assert [call for station in STATIONS for call in bench.provider.calls(station)] == []
    assert bench.telephony.handles == {}
    bench.run(bench.provider.stop())
    assert bench.clock.getDelayedCalls() == []


def check(bench: TapiBench, station: str) -> None:
    assert bench.provider._watch.tracker.doubts[Doubt.CONTRADICTION] == 0
    there = [each for each in bench.pbx.at(station) if each.conference is None]
    shown = [call.state.name for call in bench.provider.calls(station)]
    assert sorted(shown) == sorted(SHOWN[LINECALLSTATE(each.state)].name for each in there)
