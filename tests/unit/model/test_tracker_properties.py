"""A switch that does anything it can, and events that come late, twice, wrong or not at all."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from csta.model.call import Party
from csta.model.events import CallAnswered, CallDelivered, CallEnded, CallEvent, CallUpdated, ModelEvent
from csta.model.fakeswitch import FakeSwitch, SwitchCall
from csta.model.happenings import Diverted, Happening, Regrouping, SnapshotEntry
from csta.model.moves import MOVES
from csta.model.states import NEEDS, ConnectionState, Service
from csta.model.tracker import Tracker

WATCHED = ("2001", "2002", "2003")
NUMBERS = (*WATCHED, "2004", "0911123")
STATES = st.sampled_from(ConnectionState)
PARTIES = st.builds(Party, st.none() | st.sampled_from(NUMBERS), st.none() | st.just("Anna"))
IDENTIFIERS = st.sampled_from("123")
COMMON = {
    "call_id": IDENTIFIERS,
    "subject": PARTIES,
    "local": st.none() | STATES,
    "cause": st.sampled_from(["", "normal", "consultation"]),
    "calling": st.none() | PARTIES,
    "called": st.none() | PARTIES,
}
REGROUPED = {
    "old_calls": st.lists(IDENTIFIERS, max_size=3).map(tuple),
    "added": PARTIES,
    "parties": st.lists(PARTIES, max_size=4).map(tuple),
}


def particulars(kind: type[Happening]) -> dict[str, st.SearchStrategy[object]]:
    if issubclass(kind, Regrouping):
        return dict(REGROUPED)
    return {"new_destination": PARTIES} if kind is Diverted else {}


HAPPENINGS = st.one_of(*(st.builds(kind, **COMMON, **particulars(kind)) for kind in MOVES))
SNAPSHOTS = st.lists(
    st.builds(SnapshotEntry, call_id=IDENTIFIERS, state=STATES, far_state=STATES, other=PARTIES), max_size=4
)
INPUTS = st.lists(st.tuples(st.sampled_from(WATCHED), HAPPENINGS | SNAPSHOTS), max_size=30)


class Listener:
    """Knows nothing but the events, and holds them to what they promise."""

    def __init__(self) -> None:
        self.calls: dict[tuple[str, str], object] = {}
        self.over: set[str] = set()

    def hear(self, events: list[ModelEvent]) -> None:
        for event in events:
            assert isinstance(event, CallEvent)
            call = event.call
            assert call.id not in self.over, "told of a call that is over"
            assert isinstance(event, CallEnded) == (call.state is ConnectionState.NULL)
            assert self.calls.get((call.device, call.id)) != call, "told of a change that is none"
            self.calls[call.device, call.id] = call
            if isinstance(event, CallEnded):
                self.over.add(call.id)
                del self.calls[call.device, call.id]

    def knows_what(self, tracker: Tracker) -> bool:
        return self.calls == {(device, call.id): call for device in WATCHED for call in tracker.calls(device)}


@settings(deadline=None)
@given(INPUTS)
def test_listeners_know_what_the_tracker_knows(inputs: list[tuple[str, Happening | list[SnapshotEntry]]]) -> None:
    tracker, listener = Tracker(), Listener()
    for device, told in inputs:
        if isinstance(told, Happening):
            listener.hear(tracker.apply(device, told, 1.0))
        else:
            listener.hear(tracker.resynchronise(device, told, 1.0))
            present = {each.call_id for each in told if each.state is not ConnectionState.NULL}
            assert {call.call_id for call in tracker.calls(device)} == present
            assert tracker.resynchronise(device, told, 2.0) == []
        assert listener.knows_what(tracker)
        assert all(call.state is not ConnectionState.NULL for call in tracker.calls(device))


@settings(deadline=None)
@given(INPUTS, HAPPENINGS, st.sampled_from(WATCHED))
def test_calls_an_event_does_not_name_stay_as_they_are(
    inputs: list[tuple[str, Happening | list[SnapshotEntry]]], last: Happening, device: str
) -> None:
    tracker = Tracker()
    for where, told in inputs:
        if isinstance(told, Happening):
            tracker.apply(where, told, 1.0)
    named = {last.call_id, *(last.old_calls if isinstance(last, Regrouping) else ())}

    def others() -> list[object]:
        calls = [call for each in WATCHED for call in tracker.calls(each)]
        return [replace(call, consultation_of=None) for call in calls if (call.device, call.call_id) not in touched]

    touched = {(device, call_id) for call_id in named}
    before = others()
    tracker.apply(device, last, 2.0)
    assert others() == before


class Exchange(RuleBasedStateMachine):
    """Whatever a switch does, the tracker has the same calls in the same states."""

    @initialize(local_states=st.booleans(), call_type=st.booleans(), lossy=st.booleans())
    def connect(self, local_states: bool, call_type: bool, lossy: bool) -> None:
        self.switch = FakeSwitch(self.told, local_states, call_type)
        self.tracker, self.listener = Tracker(), Listener()
        self.lossy, self.missed, self.now = lossy, False, 0.0
        self.drop = False

    def told(self, device: str, happening: Happening) -> None:
        self.now += 1
        if device in WATCHED and not self.drop:
            self.listener.hear(self.tracker.apply(device, happening, self.now))
        self.missed |= self.drop
        for doubtful in self.tracker.take_doubtful():
            self.listener.hear(self.tracker.resynchronise(doubtful, self.switch.snapshot(doubtful), self.now))

    def connections(self, service: Service) -> list[tuple[SwitchCall, str]]:
        return [
            (call, device)
            for device in WATCHED
            for each in self.switch.snapshot(device)
            if each.state in NEEDS[service] and (call := self.switch.call(each.call_id)) is not None
        ]

    def pick(self, data: st.DataObject, service: Service) -> tuple[SwitchCall, str] | None:
        found = self.connections(service)
        return data.draw(st.sampled_from(found)) if found else None

    def free(self, call: SwitchCall) -> list[str]:
        return [number for number in NUMBERS if number not in call.connections]

    @rule(device=st.sampled_from(WATCHED), number=st.none() | st.just("0911456"))
    def a_caller(self, device: str, number: str | None) -> None:
        self.switch.arrive(device, Party(number))

    @rule(device=st.sampled_from(WATCHED), number=st.sampled_from(NUMBERS))
    def somebody_dials(self, device: str, number: str) -> None:
        if number != device:
            self.switch.originate(device, number, "makeCall")

    @rule(data=st.data())
    def somebody_answers(self, data: st.DataObject) -> None:
        if picked := self.pick(data, Service.ANSWER_CALL):
            self.switch.establish(*picked)

    @rule(data=st.data(), far=st.booleans())
    def somebody_hangs_up(self, data: st.DataObject, far: bool) -> None:
        if picked := self.pick(data, Service.CLEAR_CONNECTION):
            call, device = picked
            self.switch.clear(call, (call.far_end(device) if far else None) or device)

    @rule(data=st.data())
    def somebody_holds(self, data: st.DataObject) -> None:
        if picked := self.pick(data, Service.HOLD_CALL):
            self.switch.hold(*picked)

    @rule(data=st.data())
    def somebody_retrieves(self, data: st.DataObject) -> None:
        if picked := self.pick(data, Service.RETRIEVE_CALL):
            self.switch.retrieve(*picked)

    @rule(data=st.data())
    def somebody_deflects(self, data: st.DataObject) -> None:
        picked = self.pick(data, Service.DEFLECT_CALL)
        if picked and (free := self.free(picked[0])):
            call, device = picked
            to = data.draw(st.sampled_from(free))
            self.switch.divert(call, device, to, "redirected")
            self.switch.deliver(call, to, "redirected")

    @rule(data=st.data(), confer=st.booleans())
    def somebody_joins_two_calls(self, data: st.DataObject, confer: bool) -> None:
        picked = self.pick(data, Service.RETRIEVE_CALL)
        if picked is None:
            return
        held, device = picked
        active = [call for call, at in self.connections(Service.HOLD_CALL) if at == device]
        alone = [call for call in active if set(call.connections) & set(held.connections) == {device}]
        if not alone:
            return
        if confer:
            self.switch.confer(held, alone[0], device)
        else:
            self.switch.transfer((held, alone[0]), device, alone[0].far_end(device) or "", "transfer")

    @precondition(lambda self: self.lossy)
    @rule(drop=st.booleans())
    def events_get_lost(self, drop: bool) -> None:
        self.drop = drop

    @rule()
    def a_snapshot(self) -> None:
        for device in WATCHED:
            self.now += 1
            events = self.tracker.resynchronise(device, self.switch.snapshot(device), self.now)
            self.listener.hear(events)
            told = {type(event) for event in events}  # of a transfer's new far end only the snapshot tells the state
            assert self.missed or told <= {CallUpdated, CallDelivered, CallAnswered}
        self.missed = False

    @invariant()
    def both_agree(self) -> None:
        assert self.listener.knows_what(self.tracker)
        for device in () if self.missed else WATCHED:
            there = {each.call_id: each.state for each in self.switch.snapshot(device)}
            assert {call.call_id: call.state for call in self.tracker.calls(device)} == there


TestExchange = Exchange.TestCase
TestExchange.settings = settings(max_examples=50, stateful_step_count=30, deadline=None)
