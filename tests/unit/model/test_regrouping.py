"""Consultation, transfer, conference: several calls at one device, and calls that change their identifier."""

from __future__ import annotations

from dataclasses import replace

import pytest

from csta.errors import LocalProtocolError
from csta.model.call import UNKNOWN, Direction, Party
from csta.model.happenings import (
    Conferenced,
    ConnectionCleared,
    Delivered,
    Established,
    Held,
    Originated,
    Queued,
    ServiceInitiated,
    Transferred,
)
from csta.model.moves import PARK
from csta.model.states import ConnectionState, Service
from csta.model.tracker import Tracker
from tests.unit.model.test_tracker import (
    ANNA,
    ANSWERED,
    ANSWERED_THERE,
    BERT,
    CARL,
    DIALLED,
    HERE,
    OWN,
    RINGS_THERE,
    WITHHELD,
    S,
    follow,
    incoming,
    names,
    outgoing,
    the_call,
)


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


def test_a_new_identifier_is_told_though_the_event_waits_for_a_snapshot() -> None:
    tracker = Tracker()
    follow(tracker, incoming(Delivered), incoming(Established))
    joined = Conferenced(call_id="9", subject=OWN, local=S.ALERTING, old_calls=("1",), added=BERT)
    assert names(follow(tracker, joined)) == "Updated"
    assert the_call(tracker).call_id == "9"


def test_who_calls_may_be_parked_while_it_rings() -> None:
    """The far end of the call that rings is then the one that waits at the parking place, and the other way round."""
    parked = Queued(call_id="1", subject=CARL, cause=PARK)
    gone = ConnectionCleared(call_id="1", subject=BERT, cause=PARK)
    answered = Established(call_id="1", subject=OWN)

    ringing = Tracker()
    follow(ringing, Delivered(call_id="1", subject=OWN, calling=BERT), gone, parked)
    assert (the_call(ringing).state, the_call(ringing).far_state) == (S.ALERTING, S.QUEUED)

    waiting = Tracker()
    waiting.apply("2003", replace(parked, calling=BERT), 1.0)
    waiting.apply("2003", answered, 2.0)
    [call] = waiting.calls("2003")
    assert (call.state, call.far_state) == (S.QUEUED, S.CONNECTED)
    assert not ringing.doubts
    assert not waiting.doubts
