from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from csta.errors import LocalProtocolError
from csta.model.call import UNKNOWN, Call, Direction, Party, Presentation
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
    Retrieved,
    ServiceInitiated,
    Transferred,
)
from csta.model.states import ConnectionState, Service
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
    "the same call comes back": ([incoming(), incoming(Diverted), incoming()], "Offered Ended Offered"),
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
    "rang elsewhere too": ([incoming(), incoming(subject=BERT), incoming(ConnectionCleared)], None),
}


@pytest.mark.parametrize(("happenings", "taker"), ELSEWHERE.values(), ids=ELSEWHERE)
def test_who_took_a_call_that_rang_here(happenings: list[Happening], taker: str | None) -> None:
    ended = follow(Tracker(), *happenings)[-1]
    assert isinstance(ended, CallEnded)
    assert ended.answered_by == taker
    assert ended.call.other == ANNA
    assert ended.call.far_state is S.CONNECTED


def consulting(tracker: Tracker, hold_cause: str = "consultation", cause: str = "") -> None:
    follow(tracker, incoming(), ANSWERED, incoming(Held, cause=hold_cause))
    follow(
        tracker,
        outgoing(ServiceInitiated, "2", cause=cause),
        outgoing(Originated, "2"),
        outgoing(Delivered, "2", BERT),
        outgoing(Established, "2", BERT),
    )


@pytest.mark.parametrize(
    ("hold_cause", "cause", "linked"),
    [
        ("consultation", "", "c1"),
        ("normal", "consultation", "c1"),
        ("", "transfer", "c1"),
        ("normal", "makeCall", None),
    ],
)
def test_what_a_call_consults_for(hold_cause: str, cause: str, linked: str | None) -> None:
    tracker = Tracker()
    consulting(tracker, hold_cause, cause)
    assert [call.consultation_of for call in tracker.calls(HERE)] == [None, linked]


def test_a_second_incoming_call_is_no_consultation() -> None:
    tracker = Tracker()
    follow(tracker, incoming(), ANSWERED, incoming(Held, cause="consultation"), incoming(call_id="2"))
    assert [call.consultation_of for call in tracker.calls(HERE)] == [None, None]


def test_the_consultation_goes_on_when_the_held_call_ends() -> None:
    tracker = Tracker()
    consulting(tracker)
    assert names(follow(tracker, incoming(ConnectionCleared))) == "Ended Updated"
    assert (the_call(tracker).id, the_call(tracker).consultation_of) == ("c2", None)


TRANSFER = Transferred(
    call_id="3", subject=OWN, cause="transfer", old_calls=("1", "2"), added=BERT, parties=(ANNA, Party("2002"))
)


@pytest.mark.parametrize("local", [None, S.NULL])
def test_the_transferring_device_is_out_of_both_calls(local: ConnectionState | None) -> None:
    tracker = Tracker()
    consulting(tracker)
    assert names(follow(tracker, replace(TRANSFER, local=local))) == "Ended Ended"
    assert tracker.calls(HERE) == ()
    assert follow(tracker, replace(TRANSFER, local=local)) == []


@pytest.mark.parametrize(
    ("parties", "added", "other"),
    [
        ((OWN, CARL), CARL, CARL),
        ((OWN, BERT, CARL), CARL, CARL),
        ((OWN, Party("2003")), CARL, CARL),
        ((), CARL, CARL),
        ((OWN,), CARL, CARL),
        ((OWN, UNKNOWN), UNKNOWN, UNKNOWN),
        ((OWN, WITHHELD), UNKNOWN, WITHHELD),
        ((), UNKNOWN, UNKNOWN),
        ((), OWN, UNKNOWN),
    ],
)
def test_the_party_that_was_transferred(parties: tuple[Party, ...], added: Party, other: Party) -> None:
    tracker = Tracker()
    follow(tracker, DIALLED, RINGS_THERE, ANSWERED_THERE)
    moved = Transferred(call_id="9", subject=BERT, old_calls=("1", "8"), added=added, parties=parties)
    assert names(follow(tracker, moved)) == "Transferred"
    call = the_call(tracker)
    assert (call.id, call.call_id, call.state, call.direction) == ("c1", "9", S.CONNECTED, Direction.OUTGOING)
    assert (call.other, call.parties, call.called) == (other, (other,), BERT)
    assert names(follow(tracker, replace(moved, cause="transfer"))) == ""


def test_later_events_do_not_bring_the_former_party_back() -> None:
    tracker = Tracker()
    follow(tracker, DIALLED, ANSWERED_THERE)
    follow(tracker, Transferred(call_id="9", subject=BERT, old_calls=("1",), added=CARL, parties=(OWN, CARL)))
    follow(tracker, outgoing(Delivered, "9", CARL), outgoing(Established, "9", CARL))
    assert (the_call(tracker).other, the_call(tracker).far_state) == (CARL, S.CONNECTED)


def test_events_of_the_new_identifier_that_come_before_the_transfer() -> None:
    tracker = Tracker()
    follow(tracker, DIALLED, ANSWERED_THERE, outgoing(Delivered, "9", CARL, called=CARL))
    events = follow(tracker, Transferred(call_id="9", subject=BERT, old_calls=("1",), added=CARL, parties=(OWN, CARL)))
    assert names(events) == "Ended Transferred"
    assert (the_call(tracker).id, the_call(tracker).other) == ("c1", CARL)


def test_a_transfer_of_others() -> None:
    tracker = Tracker()
    follow(tracker, incoming())
    assert follow(tracker, Transferred(call_id="9", subject=BERT, old_calls=("7", "8"), added=CARL)) == []
    assert the_call(tracker).id == "c1"


CONFERENCE = Conferenced(
    call_id="3", subject=OWN, cause="conference", old_calls=("1", "2"), added=BERT, parties=(OWN, ANNA, BERT)
)


@pytest.mark.parametrize("parties", [(OWN, ANNA, BERT), (OWN, UNKNOWN, Party("2002")), ()])
def test_the_conferencing_device(parties: tuple[Party, ...]) -> None:
    tracker = Tracker()
    consulting(tracker)
    assert names(follow(tracker, replace(CONFERENCE, parties=parties))) == "Ended Conferenced"
    call = the_call(tracker)
    assert (call.id, call.call_id, call.state) == ("c1", "3", S.CONNECTED)
    assert call.other == ANNA
    assert set(call.parties) == {ANNA, BERT}


def test_a_party_leaves_a_conference() -> None:
    tracker = Tracker()
    consulting(tracker)
    follow(tracker, CONFERENCE)
    assert names(follow(tracker, ConnectionCleared(call_id="3", subject=Party(ANNA.number)))) == "Updated"
    assert (the_call(tracker).other, the_call(tracker).parties) == (BERT, (BERT,))
    assert the_call(tracker).far_state is S.CONNECTED
    follow(tracker, ConnectionCleared(call_id="3", subject=BERT))
    assert (the_call(tracker).parties, the_call(tracker).far_state) == ((BERT,), S.NULL)


def test_an_unnamed_party_leaves_a_conference() -> None:
    tracker = Tracker()
    follow(tracker, incoming(calling=WITHHELD), incoming(Established, calling=WITHHELD))
    follow(tracker, replace(CONFERENCE, subject=WITHHELD, old_calls=("1",), parties=(OWN, WITHHELD, BERT)))
    follow(tracker, ConnectionCleared(call_id="3", subject=Party("T1")))
    assert the_call(tracker).parties == (BERT,)


def test_added_to_a_conference() -> None:
    tracker = Tracker()
    follow(tracker, DIALLED, ANSWERED_THERE)
    follow(tracker, Conferenced(call_id="3", subject=BERT, old_calls=("1", "2"), added=CARL, parties=(OWN, BERT, CARL)))
    assert (the_call(tracker).id, the_call(tracker).other, the_call(tracker).parties) == ("c1", BERT, (BERT, CARL))


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


@pytest.mark.parametrize("call", ["c9", "", "1"])
def test_a_service_on_no_call(call: str) -> None:
    tracker = Tracker()
    follow(tracker, incoming())
    with pytest.raises(LocalProtocolError, match="there is no call"):
        tracker.require(HERE, call, Service.ANSWER_CALL)


def test_a_service_the_state_does_not_allow() -> None:
    tracker = Tracker()
    consulting(tracker)
    held, active = tracker.calls(HERE)
    assert tracker.require(HERE, held.id, Service.RETRIEVE_CALL) == held
    assert tracker.require_pair(HERE, held.id, active.id, Service.ALTERNATE_CALL) == (held, active)
    with pytest.raises(LocalProtocolError, match="retrieveCall needs a connection that is hold; call c2 is connected"):
        tracker.require(HERE, active.id, Service.RETRIEVE_CALL)
    with pytest.raises(LocalProtocolError, match="alternateCall needs"):
        tracker.require_pair(HERE, active.id, held.id, Service.ALTERNATE_CALL)


def test_every_told_call_is_the_call_after_it() -> None:
    tracker = Tracker()
    for happening in (incoming(), ANSWERED, incoming(Held)):
        [event] = follow(tracker, happening)
        assert isinstance(event, CallEvent)
        assert event.call == the_call(tracker)
