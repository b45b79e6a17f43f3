from __future__ import annotations

import pytest

from csta.model.call import Call, Direction, Party
from csta.model.doubts import Doubt
from csta.model.events import CallEnded, CallEvent, ModelEvent
from csta.model.happenings import (
    CallCleared,
    CallInformation,
    Conferenced,
    ConnectionCleared,
    Delivered,
    Diverted,
    Established,
    Failed,
    Happening,
    Held,
    NetworkReached,
    Offered,
    Originated,
    Queued,
    Regrouping,
    Retrieved,
    ServiceInitiated,
    SnapshotEntry,
    Transferred,
)
from csta.model.moves import MOVES
from csta.model.states import ConnectionState
from csta.model.tracker import Tracker

# A letter for each state, in the order of ConnectionState:
# Null, Initiated, Alerting, Connected, Hold, Queued, Fail.
STATES = dict(zip("NIACHQF", ConnectionState, strict=True))
HERE, FAR, CALL_ID = "2001", "2002", "17"

# States after an event in each state before, when the event is about the device, about the other end of a call the
# device made, and about the other end of a call made to it. A call in NULL is one not heard of before.
EXPECTED: dict[type[Happening], tuple[str, str, str]] = {
    ServiceInitiated: ("IIIIIII", "NIACHQF", "NIACHQF"),
    Originated: ("CCCCCCC", "NIACHQF", "NIACHQF"),
    Offered: ("AAAAAAA", "CCCCHQF", "NIACHQF"),
    Delivered: ("AAAAAAA", "CCCCHQF", "NIACHQF"),
    NetworkReached: ("CCCCCCC", "CCCCHQF", "NIACHQF"),
    Established: ("CCCCCCC", "CCCCHQF", "NIACHQF"),
    Held: ("HHHHHHH", "NIACHQF", "NIACHQF"),
    Retrieved: ("CCCCCCC", "NIACHQF", "NIACHQF"),
    Queued: ("QQQQQQQ", "CCCCHQF", "NIACHQF"),
    Failed: ("FFFFFFF", "CCCCHQF", "NIACHQF"),
    Diverted: ("NNNNNNN", "CCCCHQF", "NIACHQF"),
    Transferred: ("NNNNNNN", "NIACHQF", "NIACHQF"),
    Conferenced: ("CCCCCCC", "NIACHQF", "NIACHQF"),
    ConnectionCleared: ("NNNNNNN", "NIACHQF", "NIACHQF"),
    CallCleared: ("NNNNNNN", "NNNNNNN", "NNNNNNN"),
    CallInformation: ("NIACHQF", "NIACHQF", "NIACHQF"),
}

BACK = {told + before for told in "IA" for before in "CH"}
"""Moves, after and before, from taking part to ringing: believed only when a snapshot agrees."""

CASES = [
    pytest.param(
        kind, position, before, after, id=f"{kind.__name__}-{('subject', 'caller', 'party')[position]}-{before}"
    )
    for kind, rows in EXPECTED.items()
    for position, row in enumerate(rows)
    for before, after in zip(STATES, row, strict=True)
]


def test_every_event_is_in_the_table() -> None:
    kinds = {kind.__name__ for base in (Happening, Regrouping) for kind in base.__subclasses__()}
    assert {kind.__name__ for kind in MOVES} == kinds - {"Regrouping"}
    assert set(EXPECTED) == set(MOVES)


def tracker_with(state: ConnectionState, outgoing: bool) -> Tracker:
    tracker = Tracker()
    caller = Party(HERE if outgoing else FAR)
    entry = SnapshotEntry(call_id=CALL_ID, state=state, calling=caller, other=Party(FAR))
    tracker.resynchronise(HERE, [entry], 1.0)
    return tracker


def happening(kind: type[Happening], subject: str, outgoing: bool) -> Happening:
    caller, called = (HERE, FAR) if outgoing else (FAR, HERE)
    made = kind(call_id=CALL_ID, subject=Party(subject), calling=Party(caller), called=Party(called), cause="normal")
    return made


def state_of(tracker: Tracker) -> ConnectionState:
    calls = tracker.calls(HERE)
    return calls[0].state if calls else ConnectionState.NULL


@pytest.mark.parametrize(("kind", "position", "before", "after"), CASES)
def test_without_a_local_state_the_table_decides(kind: type[Happening], position: int, before: str, after: str) -> None:
    outgoing = position == 1
    tracker = tracker_with(STATES[before], outgoing)
    events = tracker.apply(HERE, happening(kind, FAR if position else HERE, outgoing), 2.0)
    if after + before in BACK:
        assert (state_of(tracker), events) == (STATES[before], [])
        events = tracker.accept(HERE, 2.0)
    assert state_of(tracker) is STATES[after]
    if before != after:
        assert len(events) == 1
    assert told_states(events) == [STATES[after]] * len(events)


@pytest.mark.parametrize("kind", MOVES)
@pytest.mark.parametrize("subject", [HERE, FAR])
@pytest.mark.parametrize("before", STATES)
@pytest.mark.parametrize("told", STATES)
def test_a_local_state_is_believed(kind: type[Happening], subject: str, before: str, told: str) -> None:
    tracker = tracker_with(STATES[before], outgoing=False)
    said = kind(call_id=CALL_ID, subject=Party(subject), local=STATES[told], calling=Party(FAR), called=Party(HERE))
    events = tracker.apply(HERE, said, 2.0)
    if told + before in BACK:
        assert (state_of(tracker), events) == (STATES[before], [])
        assert (tracker.take_doubtful(), tracker.doubts[Doubt.LATE]) == ((HERE,), 1)
        events = tracker.resynchronise(HERE, [SnapshotEntry(call_id=CALL_ID, state=STATES[told])], 3.0)
    assert state_of(tracker) is STATES[told]
    assert told_states(events) == [STATES[told]] * len(events)
    if before != told:
        assert [isinstance(event, CallEnded) for event in events] == [told == "N"]


def told_states(events: list[ModelEvent]) -> list[ConnectionState]:
    return [event.call.state for event in events if isinstance(event, CallEvent)]


def test_direction_does_not_change() -> None:
    tracker = tracker_with(ConnectionState.HOLD, outgoing=True)
    tracker.apply(HERE, Delivered(call_id=CALL_ID, subject=Party(HERE), calling=Party(FAR)), 2.0)
    [call] = tracker.calls(HERE)
    assert isinstance(call, Call)
    assert call.direction is Direction.OUTGOING
