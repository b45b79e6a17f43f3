from __future__ import annotations

from dataclasses import replace

import pytest

from csta.model.call import UNKNOWN, Direction
from csta.model.happenings import SnapshotEntry
from csta.model.states import ConnectionState
from csta.model.tracker import Tracker
from tests.unit.model.test_tracker import ANNA, ANSWERED, BERT, CARL, HERE, OWN, S, follow, incoming, names, the_call


def entry(call_id: str, state: ConnectionState, far: ConnectionState = S.NULL, **other: object) -> SnapshotEntry:
    return SnapshotEntry(call_id=call_id, state=state, far_state=far, **other)  # type: ignore[arg-type]


RESYNCHRONISED: dict[str, tuple[list[SnapshotEntry], str]] = {
    "nothing changed": ([entry("1", S.CONNECTED, S.CONNECTED)], ""),
    "states not told": ([entry("1", S.CONNECTED)], ""),
    "ended": ([], "Ended"),
    "ended, told as null": ([entry("1", S.NULL)], "Ended"),
    "held": ([entry("1", S.HOLD, S.CONNECTED)], "Held"),
    "held by the far end": ([entry("1", S.CONNECTED, S.HOLD)], "Updated"),
    "a new call rings": ([entry("1", S.CONNECTED), entry("2", S.ALERTING, S.CONNECTED)], "Offered"),
    "a new call in place of it": ([entry("2", S.ALERTING, S.CONNECTED)], "Ended Offered"),
    "a new call each way": (
        [entry("3", S.CONNECTED, S.ALERTING), entry("1", S.HOLD), entry("2", S.CONNECTED, S.CONNECTED)],
        "Delivered Held Answered",
    ),
    "told twice": (
        [entry("1", S.HOLD), entry("1", S.CONNECTED), entry("2", S.FAIL), entry("2", S.FAIL)],
        "Held Failed",
    ),
}


@pytest.mark.parametrize(("snapshot", "expected"), RESYNCHRONISED.values(), ids=RESYNCHRONISED)
def test_resynchronised(snapshot: list[SnapshotEntry], expected: str) -> None:
    tracker = Tracker()
    follow(tracker, incoming(), ANSWERED)
    assert names(tracker.resynchronise(HERE, snapshot, 9.0)) == expected
    assert tracker.resynchronise(HERE, snapshot, 10.0) == []


def test_a_call_ringing_before_the_link_was_lost_is_answered_after() -> None:
    tracker = Tracker()
    follow(tracker, incoming())
    assert names(tracker.resynchronise(HERE, [entry("1", S.CONNECTED, S.CONNECTED)], 9.0)) == "Answered"
    assert (the_call(tracker).answered, the_call(tracker).other) == (9.0, ANNA)


def test_why_a_state_was_reached_meanwhile_is_not_known() -> None:
    tracker = Tracker()
    follow(tracker, incoming())
    tracker.resynchronise(HERE, [entry("1", S.ALERTING, S.HOLD)], 9.0)
    assert the_call(tracker).cause == "newCall"
    tracker.resynchronise(HERE, [entry("1", S.CONNECTED, S.CONNECTED)], 9.0)
    assert the_call(tracker).cause == ""


DIRECTIONS = [
    (entry("1", S.CONNECTED, S.CONNECTED, calling=OWN), Direction.OUTGOING),
    (entry("1", S.CONNECTED, S.CONNECTED, calling=ANNA), Direction.INCOMING),
    (entry("1", S.CONNECTED, S.CONNECTED, calling=UNKNOWN), Direction.INCOMING),
    (entry("1", S.ALERTING, S.CONNECTED), Direction.INCOMING),
    (entry("1", S.QUEUED, S.CONNECTED), Direction.INCOMING),
    (entry("1", S.INITIATED), Direction.OUTGOING),
    (entry("1", S.CONNECTED), Direction.OUTGOING),
    (entry("1", S.CONNECTED, S.ALERTING), Direction.OUTGOING),
    (entry("1", S.HOLD, S.QUEUED), Direction.OUTGOING),
    (entry("1", S.CONNECTED, S.FAIL), Direction.OUTGOING),
]


@pytest.mark.parametrize(("found", "direction"), DIRECTIONS)
def test_who_made_a_call_found_by_a_snapshot(found: SnapshotEntry, direction: Direction) -> None:
    tracker = Tracker()
    tracker.resynchronise(HERE, [replace(found, other=ANNA, called=CARL)], 1.0)
    call = the_call(tracker)
    far = CARL if direction is Direction.OUTGOING else ANNA  # the called party's number is better than a line's
    assert (call.direction, call.other, call.parties, call.called) == (direction, far, (far,), CARL)


def test_a_conference_found_by_a_snapshot() -> None:
    tracker = Tracker()
    tracker.resynchronise(HERE, [entry("1", S.CONNECTED, S.CONNECTED, other=ANNA, parties=(ANNA, BERT))], 1.0)
    assert (the_call(tracker).other, the_call(tracker).parties) == (ANNA, (ANNA, BERT))
    assert tracker.resynchronise(HERE, [entry("1", S.CONNECTED, S.CONNECTED, other=BERT)], 1.0) == []


def test_a_snapshot_is_about_one_device() -> None:
    tracker = Tracker()
    follow(tracker, incoming(subject=BERT), device="2002")
    assert tracker.resynchronise(HERE, [], 1.0) == []
    assert len(tracker.calls("2002")) == 1
