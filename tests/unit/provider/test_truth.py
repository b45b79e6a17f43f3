"""Anything may happen at the switch, in any order, and anything may go wrong on the way: the provider has it right."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import ClassVar

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from csta.model.call import Call
from csta.model.doubts import Doubt
from csta.model.provider import Provider
from csta.model.states import NEEDS, PAIRS, Service
from csta.provider.audit import SILENCE
from csta.simulator.faults import Fault, Kind
from tests.unit.provider.conftest import Bench
from tests.unit.provider.truth import Ledger, agree, belief, truth

WATCHED = ("2001", "2002", "2003")
NUMBERS = (*WATCHED, "2004", "7777", "0891234567")

ON_ONE: dict[Service, Callable[[Provider, Call, str], Awaitable[object]]] = {
    Service.ANSWER_CALL: lambda provider, call, _: provider.answer(call.device, call.id),
    Service.CLEAR_CONNECTION: lambda provider, call, _: provider.clear_connection(call.device, call.id),
    Service.HOLD_CALL: lambda provider, call, _: provider.hold(call.device, call.id),
    Service.RETRIEVE_CALL: lambda provider, call, _: provider.retrieve(call.device, call.id),
    Service.CONSULTATION_CALL: lambda provider, call, to: provider.consult(call.device, call.id, to),
    Service.SINGLE_STEP_TRANSFER_CALL: lambda provider, call, to: provider.single_step_transfer(
        call.device, call.id, to
    ),
    Service.DEFLECT_CALL: lambda provider, call, to: provider.deflect(call.device, call.id, to),
    Service.PARK_CALL: lambda provider, call, to: provider.park(call.device, call.id, to),
}
ON_TWO: dict[Service, Callable[[Provider, Call, Call], Awaitable[object]]] = {
    Service.ALTERNATE_CALL: lambda provider, held, active: provider.alternate(held.device, held.id, active.id),
    Service.RECONNECT_CALL: lambda provider, held, active: provider.reconnect(held.device, active.id, held.id),
    Service.TRANSFER_CALL: lambda provider, held, active: provider.transfer(held.device, held.id, active.id),
    Service.CONFERENCE_CALL: lambda provider, held, active: provider.conference(held.device, held.id, active.id),
}
MISHAPS = st.sampled_from(Kind)


class Office(RuleBasedStateMachine):
    """Three watched telephones, others, the world outside, and people who do as they like."""

    wire: ClassVar[str] = "asn1"

    @initialize()
    def open(self) -> None:
        self.bench = Bench(self.wire, "none", patient=True)
        self.ledger = Ledger(self.bench.switch._exchange)
        self.bench.provider.subscribe(self.ledger.hear)
        self.bench.provider.start()
        for device in WATCHED:
            self.bench.run(self.bench.provider.monitor(device))
        self.shaken = False

    @property
    def now(self) -> float:
        return self.bench.network.seconds()

    def command(self, running: Awaitable[object]) -> None:
        """Ask for something; the switch may refuse, the link may break, the answer may never come."""
        self.bench.run_or_fail(running)

    @rule(caller=st.none() | st.just("+49891234567"), to=st.sampled_from(WATCHED))
    def somebody_calls_from_outside(self, caller: str | None, to: str) -> None:
        self.bench.switch.ring(caller, to, self.now)

    @rule(device=st.sampled_from(WATCHED), number=st.sampled_from(NUMBERS))
    def a_click_to_dial(self, device: str, number: str) -> None:
        if device != number:
            self.command(self.bench.provider.make_call(device, number))

    @rule(device=st.sampled_from([*WATCHED, "2004", "T1", "T2"]))
    def a_handset_is_lifted(self, device: str) -> None:
        self.bench.switch.lift(device, self.now)

    @rule(device=st.sampled_from([*WATCHED, "2004", "T1", "T2"]))
    def a_handset_is_put_down(self, device: str) -> None:
        self.bench.switch.hang_up(device, self.now)

    @rule(data=st.data(), service=st.sampled_from(list(ON_ONE)), to=st.sampled_from(NUMBERS))
    def a_service_on_a_call(self, data: st.DataObject, service: Service, to: str) -> None:
        calls = [call for call in self.calls() if call.state in NEEDS[service] and call.device != to]
        if calls:
            self.command(ON_ONE[service](self.bench.provider, data.draw(st.sampled_from(calls)), to))

    @rule(data=st.data(), service=st.sampled_from(list(ON_TWO)))
    def a_service_on_two_calls(self, data: st.DataObject, service: Service) -> None:
        pairs = [
            (held, active)
            for held in self.calls()
            for active in self.calls()
            if held.device == active.device
            and held.id != active.id
            and held.state in PAIRS[service][0]
            and active.state in PAIRS[service][1]
        ]
        if pairs:
            self.command(ON_TWO[service](self.bench.provider, *data.draw(st.sampled_from(pairs))))

    @rule(device=st.sampled_from(WATCHED))
    def a_pickup(self, device: str) -> None:
        if ringing := [
            call for call in self.calls() if call.device != device and call.state in NEEDS[Service.ANSWER_CALL]
        ]:
            self.command(self.bench.provider.pickup(device, ringing[0].device, ringing[0].call_id))

    @rule(data=st.data())
    def the_link_breaks_and_comes_back_later(self, data: st.DataObject) -> None:
        self.bench.lose_link()
        self.meanwhile(data)
        self.bench.restore_link()
        self.bench.network.pass_time(4)

    @rule(data=st.data())
    def the_link_breaks_at_any_moment(self, data: st.DataObject) -> None:
        self.fault(data, Kind.DROP_LINK)

    @rule(data=st.data(), kind=MISHAPS)
    def something_goes_wrong(self, data: st.DataObject, kind: Kind) -> None:
        self.fault(data, kind)

    def fault(self, data: st.DataObject, kind: Kind) -> None:
        """Strike one of the next messages."""
        self.shaken = True
        on, skip = data.draw(st.sampled_from(["event", "answer", "any"])), data.draw(st.integers(0, 3))
        self.bench.network.server.inject(Fault(what=kind, on=on, skip=skip, seconds=1.5))

    def meanwhile(self, data: st.DataObject) -> None:
        """What people do while nobody hears of it."""
        for _ in range(data.draw(st.integers(0, 3))):
            device = data.draw(st.sampled_from([*WATCHED, "2004", "T1", "T2"]))
            hand = data.draw(st.sampled_from([self.bench.switch.lift, self.bench.switch.hang_up]))
            hand(device, self.now)
        if data.draw(st.booleans()):
            self.bench.switch.ring("+49891234567", data.draw(st.sampled_from(WATCHED)), self.now)

    def calls(self) -> list[Call]:
        return [call for device in WATCHED for call in self.bench.provider.calls(device)]

    @invariant()
    def both_agree(self) -> None:
        if not hasattr(self, "bench"):
            return
        self.bench.network.settle()
        if self.shaken:
            self.bench.network.pass_time(4 * SILENCE)
        for device in WATCHED:
            assert agree(belief(self.bench.provider.calls(device)), truth(self.bench.switch._exchange, device))
            assert {call.id for call in self.bench.provider.calls(device)} <= set(self.ledger.calls)
        assert not self.ledger.ghosts()
        if not self.shaken:
            # a call may come back to a device, come as a conference, or change its far party
            assert set(self.bench.provider._watch.tracker.doubts) <= {Doubt.LATE, Doubt.CROWD, Doubt.STRANGER}


class OfficeOnXml(Office):
    wire = "xml"


OFTEN = settings(max_examples=25, stateful_step_count=20, deadline=None)
TestOffice = Office.TestCase
TestOffice.settings = OFTEN
TestOfficeOnXml = OfficeOnXml.TestCase
TestOfficeOnXml.settings = OFTEN
