from __future__ import annotations

import pytest

from csta import asn1
from csta.apdu import Abort, Associate, AssociateResponse, Frame, Release
from csta.errors import (
    AssociationRefused,
    LocalProtocolError,
    RemoteProtocolError,
)
from csta.framing import LengthFraming
from csta.session import (
    Closed,
    EventReceived,
    Opened,
    Role,
    State,
)
from tests.session.conftest import HELD, HOLD, Joined


def test_opening_with_an_association(joined_acse: Joined) -> None:
    joined_acse.client.open(0)
    joined_acse.switch.open(0)
    assert joined_acse.client.state is State.ASSOCIATING
    with pytest.raises(LocalProtocolError, match="associating"):
        joined_acse.client.request(HOLD, 0)
    joined_acse.exchange()
    [opened] = joined_acse.heard[Role.SWITCHING]
    assert opened == Opened(Associate("1.3.12.0.218"))
    assert joined_acse.take() == [Opened(AssociateResponse("1.3.12.0.218", 0))]


def test_release(joined: Joined) -> None:
    joined.client.release(joined.now)
    with pytest.raises(LocalProtocolError):
        joined.client.request(HOLD, joined.now)
    joined.exchange()
    assert joined.heard[Role.COMPUTING] == [Closed()]
    if joined.kind == "acse":
        assert joined.heard[Role.SWITCHING] == [Closed()]


def test_a_release_that_the_peer_does_not_agree_to(joined_acse: Joined) -> None:
    joined_acse.open()
    joined_acse.client.release(0)
    joined_acse.client.data_to_send()
    assert joined_acse.client.next_deadline() == 5
    joined_acse.client.on_timer(5)
    assert joined_acse.client.next_event() == Closed()


def test_events_under_way_are_taken_while_releasing(joined_acse: Joined) -> None:
    joined_acse.open()
    joined_acse.switch.report(HELD)
    joined_acse.client.release(0)
    joined_acse.exchange()
    assert joined_acse.take() == [EventReceived(HELD), Closed()]


def test_both_sides_release_at_once(joined_acse: Joined) -> None:
    joined_acse.open()
    joined_acse.client.release(0)
    joined_acse.switch.release(0)
    joined_acse.exchange()
    assert joined_acse.heard[Role.SWITCHING] == joined_acse.heard[Role.COMPUTING] == [Closed()]


ILLEGAL = [
    (State.ASSOCIATING, asn1.encode(Release()), "release received"),
    (State.ASSOCIATING, bytes.fromhex("a10c020101020200d330030a0102"), "message received"),
    (State.ACTIVE, asn1.encode(Associate("1.3.12.0.218")), "associate received"),
    (State.ACTIVE, asn1.encode(AssociateResponse("1.3.12.0.218", 0)), "associate accepted"),
]


@pytest.mark.parametrize(("state", "pdu", "what"), ILLEGAL)
def test_what_the_peer_may_not_do_ends_the_link(joined_acse: Joined, state: State, pdu: bytes, what: str) -> None:
    if state is State.ACTIVE:
        joined_acse.open()
    else:
        joined_acse.client.open(0)
        joined_acse.client.data_to_send()
    joined_acse.client.receive_data(LengthFraming().encode(Frame(pdu)), 0)
    closed = joined_acse.client.next_event()
    assert isinstance(closed, Closed)
    assert isinstance(closed.error, RemoteProtocolError)
    assert what in str(closed.error)
    assert joined_acse.client.data_to_send() == LengthFraming().encode(Frame(asn1.encode(Abort())))


def test_an_abort_of_the_peer(joined_acse: Joined) -> None:
    joined_acse.open()
    joined_acse.client.receive_data(LengthFraming().encode(Frame(asn1.encode(Abort(1)))), 0)
    closed = joined_acse.client.next_event()
    assert isinstance(closed, Closed)
    assert "ACSE provider aborted" in str(closed.error)


def test_refusal_of_the_association(joined_acse: Joined) -> None:
    joined_acse.client.open(0)
    refusal = asn1.encode(AssociateResponse("1.3.12.0.218", 1, diagnostic=3))
    joined_acse.client.receive_data(LengthFraming().encode(Frame(refusal)), 0)
    closed = joined_acse.client.next_event()
    assert isinstance(closed, Closed)
    assert isinstance(closed.error, AssociationRefused)


def test_nothing_but_silence_where_an_association_was_asked_for(joined_acse: Joined) -> None:
    joined_acse.client.open(0)
    joined_acse.switch.open(0)
    for session in (joined_acse.client, joined_acse.switch):
        session.on_timer(10)
        closed = session.next_event()
        assert isinstance(closed, Closed)
        assert isinstance(closed.error, AssociationRefused)
