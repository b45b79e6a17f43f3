from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from csta.model.call import UNKNOWN, Call, Direction, Party, Presentation
from csta.model.events import CallEnded, CallEvent, ModelEvent
from csta.model.happenings import (
    CallCleared,
    CallInformation,
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
    Retrieved,
    ServiceInitiated,
)
from csta.model.states import ConnectionState
from csta.model.tracker import REMEMBERED, Tracker

S = ConnectionState
HERE = "2001"
OWN, BERT, CARL = Party(HERE), Party("2002", "Bert"), Party("2003", "Carl")
ANNA = Party("+4991112345", "Anna Groß")
WITHHELD = Party(presentation=Presentation.RESTRICTED)


def incoming(kind: type[Happening] = Delivered, call_id: str = "1", subject: Party = OWN, **other: object) -> Happening:
    fields = {"call_id": call_id, "subject": subject, "calling": ANNA, "called": OWN, "cause": "newCall", **other}
    return kind(**fields)  # type: ignore[arg-type]


def outgoing(kind: type[Happening], call_id: str = "1", subject: Party = OWN, **other: object) -> Happening:
    fields = {"call_id": call_id, "subject": subject, "calling": OWN, "called": BERT, "cause": "newCall", **other}
    return kind(**fields)  # type: ignore[arg-type]


def follow(tracker: Tracker, *happenings: Happening, device: str = HERE, now: float = 1.0) -> list[ModelEvent]:
    return [event for each in happenings for event in tracker.apply(device, each, now)]


def names(events: Sequence[ModelEvent]) -> str:
    return " ".join(type(event).__name__.removeprefix("Call") for event in events)


def the_call(tracker: Tracker, device: str = HERE) -> Call:
    [call] = tracker.calls(device)
    return call


OFF_HOOK = outgoing(ServiceInitiated)
DIALLED = outgoing(Originated)
RINGS_THERE = outgoing(Delivered, subject=BERT)
ANSWERED_THERE = outgoing(Established, subject=BERT)
ANSWERED = incoming(Established)

# What happens at a device that is told no local states, and what listeners are told.
SEQUENCES: dict[str, tuple[list[Happening], str]] = {
    "incoming": (
        [incoming(Offered), incoming(), ANSWERED, incoming(ConnectionCleared)],
        "Offered Answered Ended",
    ),
    "the caller gives up": (
        [incoming(), incoming(ConnectionCleared, subject=ANNA), incoming(ConnectionCleared)],
        "Offered Updated Ended",
    ),
    "outgoing": (
        [OFF_HOOK, DIALLED, RINGS_THERE, ANSWERED_THERE, outgoing(ConnectionCleared)],
        "Initiated Originated Delivered Answered Ended",
    ),
    "outgoing, told of nothing before it rings": ([RINGS_THERE, ANSWERED_THERE], "Delivered Answered"),
    "outgoing, told of the answer only": ([ANSWERED_THERE], "Answered"),
    "prompted by ringing": (
        [outgoing(Delivered, cause="makeCall"), DIALLED, RINGS_THERE],
        "Initiated Originated Delivered",
    ),
    "to the network": (
        [DIALLED, outgoing(NetworkReached, subject=Party("T1")), RINGS_THERE, ANSWERED_THERE],
        "Originated Delivered Answered",
    ),
    "busy": ([DIALLED, outgoing(Failed, subject=BERT, cause="busy")], "Originated Failed"),
    "busy, the failing device not told": ([DIALLED, outgoing(Failed, subject=UNKNOWN)], "Originated Failed"),
    "blocked": ([OFF_HOOK, outgoing(Failed)], "Initiated Failed"),
    "camped on": (
        [DIALLED, outgoing(Failed, subject=BERT), outgoing(Queued, subject=BERT)],
        "Originated Failed Queued",
    ),
    "hold": ([incoming(), ANSWERED, incoming(Held), incoming(Retrieved)], "Offered Answered Held Retrieved"),
    "held by the far end": (
        [incoming(), ANSWERED, incoming(Held, subject=ANNA), incoming(Retrieved, subject=ANNA)],
        "Offered Answered Updated Updated",
    ),
    "everything twice": (
        [*[incoming()] * 2, *[ANSWERED] * 2, *[incoming(Held)] * 2, *[incoming(ConnectionCleared)] * 2],
        "Offered Answered Held Ended",
    ),
    "a caller learned late": (
        [incoming(calling=UNKNOWN), incoming(CallInformation, subject=OWN)],
        "Offered Updated",
    ),
    "queued, then distributed": ([incoming(Queued), incoming()], "Queued Offered"),
    "the whole call": ([incoming(), incoming(CallCleared, subject=UNKNOWN)], "Offered Ended"),
    "late events of a call that is over": (
        [DIALLED, outgoing(ConnectionCleared), RINGS_THERE, ANSWERED_THERE, incoming(Held, local=S.HOLD)],
        "Originated Ended",
    ),
    "the same call comes back, or an event twice": ([incoming(), incoming(Diverted), incoming()], "Offered Ended"),
    "rings where somebody answered": ([incoming(), ANSWERED, incoming()], "Offered Answered"),
    "diverted at the far end, under a new name": (
        [
            DIALLED,
            RINGS_THERE,
            outgoing(Diverted, subject=BERT, new_destination=CARL),
            outgoing(Delivered, "2", subject=CARL),
            outgoing(ConnectionCleared, "2"),
        ],
        "Originated Delivered Updated Delivered Ended",
    ),
    "nothing of ours": (
        [incoming(ConnectionCleared), incoming(Diverted), incoming(Held, subject=BERT), incoming(CallInformation)],
        "",
    ),
    "diverted before it rang here": ([incoming(Diverted, new_destination=BERT)], ""),
    "ringing at a device not told": ([incoming(subject=UNKNOWN)], "Offered"),
    "forwarded at the far end": (
        [DIALLED, RINGS_THERE, outgoing(Diverted, subject=BERT), outgoing(Delivered, subject=CARL)],
        "Originated Delivered Updated Delivered",
    ),
}


@pytest.mark.parametrize(("happenings", "expected"), SEQUENCES.values(), ids=SEQUENCES)
def test_what_listeners_are_told(happenings: list[Happening], expected: str) -> None:
    assert names(follow(Tracker(), *happenings)) == expected


@pytest.mark.parametrize(("happenings", "expected"), SEQUENCES.values(), ids=SEQUENCES)
def test_another_call_is_never_touched(happenings: list[Happening], expected: str) -> None:
    tracker = Tracker()
    follow(tracker, incoming(call_id="other"), incoming(Established, call_id="other"))
    other = the_call(tracker)
    assert names(follow(tracker, *happenings)) == expected
    assert tracker.find(HERE, other.id) == other


def test_an_incoming_call() -> None:
    tracker = Tracker()
    follow(tracker, incoming(called=Party("2900"), last_redirection=Party("2900"), cause="callForward"), now=5.0)
    call = the_call(tracker)
    assert call == Call(
        id="c1",
        call_id="1",
        device=HERE,
        state=S.ALERTING,
        direction=Direction.INCOMING,
        other=ANNA,
        called=Party("2900"),
        last_redirection=Party("2900"),
        far_state=S.CONNECTED,
        parties=(ANNA,),
        cause="callForward",
        since=5.0,
        began=5.0,
    )
    follow(tracker, ANSWERED, now=8.0)
    assert the_call(tracker) == replace(call, state=S.CONNECTED, called=OWN, cause="newCall", since=8.0, answered=8.0)


def test_an_outgoing_call_is_answered_when_the_far_end_is() -> None:
    tracker = Tracker()
    follow(tracker, DIALLED, RINGS_THERE, now=5.0)
    assert (the_call(tracker).other, the_call(tracker).answered) == (BERT, None)
    follow(tracker, ANSWERED_THERE, now=8.0)
    assert (the_call(tracker).answered, the_call(tracker).since, the_call(tracker).began) == (8.0, 8.0, 5.0)


def test_what_is_known_is_not_taken_back() -> None:
    tracker = Tracker()
    follow(tracker, incoming(), incoming(Established, calling=UNKNOWN), incoming(Held, calling=None, called=None))
    assert (the_call(tracker).other, the_call(tracker).called) == (ANNA, OWN)
    follow(tracker, incoming(CallInformation, calling=replace(ANNA, name=None)))
    assert the_call(tracker).other == ANNA


def test_a_withheld_caller() -> None:
    tracker = Tracker()
    follow(tracker, incoming(calling=WITHHELD))
    assert the_call(tracker).other == WITHHELD


def test_the_name_of_the_called_party_comes_when_it_rings() -> None:
    tracker = Tracker()
    follow(tracker, outgoing(Originated, called=Party("2002")))
    follow(tracker, outgoing(Delivered, subject=BERT, called=Party("2002")))
    assert the_call(tracker).other == BERT


ELSEWHERE: dict[str, tuple[list[Happening], str | None]] = {
    "picked up": ([incoming(), incoming(Diverted, new_destination=BERT, cause="callPickup")], "2002"),
    "answered at another ringing device": (
        [
            incoming(),
            incoming(subject=BERT),
            incoming(Established, subject=BERT),
            incoming(ConnectionCleared, cause="multipleAlerting"),
        ],
        "2002",
    ),
    "not answered at all": ([incoming(), incoming(ConnectionCleared)], None),
    "answered here, then passed on": ([incoming(), ANSWERED, incoming(Diverted, new_destination=BERT)], None),
    "busy here, forwarded": ([incoming(Failed), incoming(Diverted, new_destination=BERT)], "2002"),
    "not answered, forwarded": (
        [incoming(), incoming(Diverted, new_destination=BERT, cause="callForwardNoAnswer")],
        None,
    ),
    "rang elsewhere too": ([incoming(), incoming(subject=BERT), incoming(ConnectionCleared)], None),
}


@pytest.mark.parametrize(("happenings", "taker"), ELSEWHERE.values(), ids=ELSEWHERE)
def test_who_took_a_call_that_rang_here(happenings: list[Happening], taker: str | None) -> None:
    ended = follow(Tracker(), *happenings)[-1]
    assert isinstance(ended, CallEnded)
    assert ended.answered_by == taker
    assert ended.call.other == ANNA
    assert ended.call.far_state is S.CONNECTED


def test_nobody_takes_a_call_made_here() -> None:
    [*_, ended] = follow(Tracker(), DIALLED, outgoing(Diverted, new_destination=CARL))
    assert isinstance(ended, CallEnded)
    assert ended.answered_by is None


def test_one_call_at_two_devices() -> None:
    tracker = Tracker()
    follow(tracker, DIALLED, RINGS_THERE)
    follow(tracker, RINGS_THERE, device="2002")
    here, there = the_call(tracker), the_call(tracker, "2002")
    assert here.id != there.id
    assert (here.direction, there.direction) == (Direction.OUTGOING, Direction.INCOMING)
    assert (here.state, there.state, there.other) == (S.CONNECTED, S.ALERTING, OWN)
    follow(tracker, outgoing(ConnectionCleared, subject=BERT), device="2002")
    assert tracker.calls("2002") == ()
    assert the_call(tracker) == here


def test_devices_are_compared_as_told() -> None:
    tracker = Tracker(lambda number: number.partition(":")[0])
    follow(tracker, incoming(subject=Party("2001:pbx:10.0.0.1:0")), device="2001")
    assert the_call(tracker).direction is Direction.INCOMING
    follow(tracker, outgoing(Delivered, "2", BERT, calling=Party("2001:pbx:10.0.0.1:0")), device="2001")
    assert tracker.calls("2001")[1].direction is Direction.OUTGOING


def test_a_name_promised_before_the_call_is_seen() -> None:
    tracker = Tracker()
    promised = tracker.identify(HERE, "2")
    follow(tracker, incoming())
    follow(tracker, outgoing(Originated, "2"))
    assert tracker.identify(HERE, "2") == tracker.identify(HERE, "2") == promised
    assert tracker.find(HERE, promised) is not None
    assert len({call.id for call in tracker.calls(HERE)}) == 2


def test_a_promise_ends_with_a_snapshot_that_does_not_know_the_call() -> None:
    tracker = Tracker()
    promised = tracker.identify(HERE, "2")
    tracker.resynchronise(HERE, [], 1.0)
    assert tracker.identify(HERE, "2") != promised


def test_a_forgotten_device() -> None:
    tracker = Tracker()
    follow(tracker, incoming())
    tracker.forget(HERE)
    assert tracker.calls(HERE) == ()
    assert names(follow(tracker, incoming())) == "Offered"


def test_only_so_many_ended_calls_are_remembered() -> None:
    tracker = Tracker()
    for number in range(REMEMBERED + 1):
        follow(tracker, incoming(call_id=str(number)), incoming(ConnectionCleared, call_id=str(number)))
    assert follow(tracker, incoming(Held, call_id=str(REMEMBERED))) == []
    assert names(follow(tracker, incoming(Held, call_id="0"))) == "Held"


def test_every_told_call_is_the_call_after_it() -> None:
    tracker = Tracker()
    for happening in (incoming(), ANSWERED, incoming(Held)):
        [event] = follow(tracker, happening)
        assert isinstance(event, CallEvent)
        assert event.call == the_call(tracker)
