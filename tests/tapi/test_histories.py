"""Random histories of calls: what the provider shows is what the switch has, and nothing is left at the end."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from csta.errors import CSTAError
from csta.model.call import Call
from csta.model.states import ConnectionState
from tapi_adapter.constants import LINECALLSTATE
from tests.tapi.bench import StandInBench
from tests.tapi.standin.script import Count, StandIn

STATE, HERE = LINECALLSTATE, ConnectionState
STATIONS = ("2001", "2002", "2003")
SHOWN = {
    STATE.OFFERING: HERE.ALERTING,
    STATE.DIALTONE: HERE.INITIATED,
    STATE.PROCEEDING: HERE.CONNECTED,
    STATE.RINGBACK: HERE.CONNECTED,
    STATE.CONNECTED: HERE.CONNECTED,
    STATE.ONHOLD: HERE.HOLD,
    STATE.ONHOLDPENDTRANSFER: HERE.HOLD,
}
Act = Callable[[StandInBench, str, str], None]


def calls_in(bench: StandInBench, device: str, *states: ConnectionState) -> list[Call]:
    return [call for call in bench.provider.calls(device) if call.state in states]


def make_call(bench: StandInBench, device: str, other: str) -> None:
    bench.run(bench.provider.make_call(device, other))


def arrive(bench: StandInBench, device: str, other: str) -> None:
    bench.standin.offer(STATIONS.index(device))
    bench.settle()


def answer(bench: StandInBench, device: str, other: str) -> None:
    for call in calls_in(bench, device, HERE.ALERTING)[:1]:
        bench.run(bench.provider.answer(device, call.id))


def clear(bench: StandInBench, device: str, other: str) -> None:
    for call in bench.provider.calls(device)[-1:]:
        bench.run(bench.provider.clear_connection(device, call.id))


def hold(bench: StandInBench, device: str, other: str) -> None:
    for call in calls_in(bench, device, HERE.CONNECTED)[:1]:
        bench.run(bench.provider.hold(device, call.id))


def retrieve(bench: StandInBench, device: str, other: str) -> None:
    for call in calls_in(bench, device, HERE.HOLD)[:1]:
        bench.run(bench.provider.retrieve(device, call.id))


def consult(bench: StandInBench, device: str, other: str) -> None:
    for call in calls_in(bench, device, HERE.CONNECTED)[:1]:
        bench.run(bench.provider.consult(device, call.id, other))


def transfer(bench: StandInBench, device: str, other: str) -> None:
    held, active = calls_in(bench, device, HERE.HOLD), calls_in(bench, device, HERE.CONNECTED)
    if held and active:
        bench.run(bench.provider.transfer(device, held[0].id, active[0].id))


def deflect(bench: StandInBench, device: str, other: str) -> None:
    for call in calls_in(bench, device, HERE.ALERTING)[:1]:
        bench.run(bench.provider.deflect(device, call.id, other))


def caller_leaves(bench: StandInBench, device: str, other: str) -> None:
    end = bench.standin.last(STATIONS.index(device))
    if end >= 0:
        bench.standin.far_hangs_up(end)
        bench.settle()


def restart(bench: StandInBench, device: str, other: str) -> None:
    bench.lose_link()
    bench.restore_link()


ACTS: tuple[Act, ...] = (
    make_call,
    arrive,
    answer,
    clear,
    hold,
    retrieve,
    consult,
    transfer,
    deflect,
    caller_leaves,
    restart,
)
STEPS = st.tuples(st.sampled_from(ACTS), st.permutations(STATIONS))


@settings(max_examples=80, deadline=None)
@given(seed=st.integers(1, 1_000_000), steps=st.lists(STEPS, max_size=14))
def test_the_provider_shows_what_the_switch_has(library: Path, seed: int, steps: list[tuple[Act, list[str]]]) -> None:
    standin = StandIn(library)
    standin.reset(seed)
    bench = StandInBench(standin).start(*STATIONS)
    try:
        for act, (device, other, _) in steps:
            take(bench, act, device, other)
            for index, station in enumerate(STATIONS):
                shown = sorted(call.state.name for call in bench.provider.calls(station))
                assert shown == sorted(SHOWN[LINECALLSTATE(state)].name for state in standin.states(index))
    finally:
        bench.run(bench.provider.stop())
    assert [standin.count(each) for each in (Count.APPS, Count.LINES, Count.CALLS)] == [0, 0, 0]
    assert standin.misuse() == ""
    assert not [each for each in threading.enumerate() if each.name.startswith("tapi-")]


def take(bench: StandInBench, act: Act, device: str, other: str) -> None:
    try:
        act(bench, device, other)
    except CSTAError:
        bench.settle()  # a refusal changes nothing
