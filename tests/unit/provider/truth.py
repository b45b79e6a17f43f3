"""What the simulated switch knows for a fact, to hold against what a provider believes."""

from __future__ import annotations

from collections import Counter

from csta.model.call import Call
from csta.model.events import CallEnded, CallEvent, CallOffered, ModelEvent
from csta.simulator.calls import Connection
from csta.simulator.dialplan import ExternalNumber, Timing
from csta.simulator.exchange import Exchange
from csta.simulator.states import State

NEVER = 1e7
PATIENT = Timing(ringing=NEVER, forward_no_answer=NEVER, tone=NEVER, prompt=NEVER)
"""Nothing happens by itself, however long it takes to heal."""

AT_ONCE = (ExternalNumber(r"0[1-9]\d+", rings_after=0.0, answers_after=None),)
"""The world outside rings at once, and somebody has to answer there."""

View = dict[str, tuple[str, frozenset[str]]]
"""Of one device: call → own state, and the far parties of a conference or the state of the only far end."""


def truth(exchange: Exchange, device: str) -> View:
    """The calls that are at a device."""
    return {each.call.id: (each.state.value, _far(each)) for each in exchange.extensions[device].connections}


def _far(connection: Connection) -> frozenset[str]:
    others = list(connection.call.others(connection.device))
    if len(others) > 1:
        return frozenset(other.identity.number if other.identity else "" for other in others)
    if connection.call.failed is not None and not others:
        return frozenset({State.FAIL.value})
    return frozenset(other.state.value for other in others)


def agree(believed: View, true: View) -> bool:
    """Whether both are the same; a device that a call is parked at is not told how the other end fares."""
    untold = {call for call, (state, far) in believed.items() if state == "queued" and not far}
    known = {call: view for call, view in true.items() if call not in untold}
    same = {call: view for call, view in believed.items() if call not in untold} == known
    return same and all(true.get(call, ("", ""))[0] == "queued" for call in untold)


def belief(calls: tuple[Call, ...]) -> View:
    """The same as a provider has it."""
    return {call.call_id: (call.state.value, _believed(call)) for call in calls}


def _believed(call: Call) -> frozenset[str]:
    if len(call.parties) > 1:
        return frozenset(party.number or "" for party in call.parties)
    return frozenset({call.far_state.value} - {"null"})


class Ledger:
    """Counts what comes into being at the switch, and holds what is told to it: nothing doubled, no ghosts."""

    def __init__(self, exchange: Exchange) -> None:
        self.entered: Counter[tuple[str, str]] = Counter()
        self.begun: Counter[tuple[str, str]] = Counter()
        self.calls: dict[str, Call] = {}
        self.offered: set[str] = set()
        self.over: set[str] = set()
        join, transplant = exchange.join, exchange.transplant

        def joined(*args: object, **named: object) -> Connection:
            connection = join(*args, **named)  # type: ignore[arg-type] # as it was called
            self.entered[connection.device.number, connection.call.id] += 1
            return connection

        def transplanted(connection: Connection, call: object) -> None:
            transplant(connection, call)  # type: ignore[arg-type]
            self.entered[connection.device.number, connection.call.id] += 1

        exchange.join = joined  # type: ignore[method-assign]
        exchange.transplant = transplanted  # type: ignore[method-assign]

    def hear(self, event: ModelEvent) -> None:
        """Listen to the provider."""
        if not isinstance(event, CallEvent):
            return
        call = event.call
        assert call.id not in self.over, f"told of a call that is over: {event}"
        assert self.calls.get(call.id) != call, f"told of a change that is none: {event}"
        if isinstance(event, CallOffered):
            assert call.id not in self.offered, f"offered twice: {event}"
            self.offered.add(call.id)
        if call.id not in self.calls:
            self.begun[call.device, call.call_id] += 1
        self.calls[call.id] = call
        if isinstance(event, CallEnded):
            self.over.add(call.id)
            del self.calls[call.id]

    def ghosts(self) -> Counter[tuple[str, str]]:
        """Calls told to have begun more often than they did."""
        return self.begun - self.entered
