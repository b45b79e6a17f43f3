from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from csta import asn1
from csta.apdu import Frame, Reject
from csta.errors import (
    DecodeError,
    FramingError,
    RequestRejected,
)
from csta.framing import LengthFraming
from csta.messages.call_control import HoldCallResponse
from csta.session import (
    Answered,
    Closed,
    EventReceived,
    Irregular,
    Irregularity,
    RequestFailed,
    State,
)
from tests.session.conftest import HELD, HOLD, MAKE, Category, Joined, document, events, joined_ends, length

BAD_ASN1 = [
    # PDU, invoke id and problem of the Reject that answers it
    ("a1090201070202270f0500", 7, "invoke", 1, "an operation that there is not"),
    ("a1090201080201090201ff", 8, "invoke", 2, "an argument of another type"),
    ("a1020500", None, "general", 0, "no invoke id"),
]


@pytest.mark.parametrize(("pdu", "invoke_id", "category", "problem", "why"), BAD_ASN1)
def test_a_bad_frame_is_rejected_and_the_good_ones_around_it_are_kept(
    pdu: str, invoke_id: int | None, category: Category, problem: int, why: str
) -> None:
    joined = joined_ends("asn1")
    joined.switch.report(HELD)
    good = joined.switch.data_to_send()
    joined.client.receive_data(good + length(pdu) + good, 0)
    first, bad, second = (joined.client.next_event() for _ in range(3))
    assert first == second == EventReceived(HELD), why
    assert isinstance(bad, Irregular)
    sent = LengthFraming()
    sent.receive(joined.client.data_to_send())
    frame = sent.next_frame()
    assert frame is not None
    assert asn1.decode(frame.payload) == Reject(invoke_id, category, problem)


def test_a_bad_reject_is_not_rejected() -> None:
    joined = joined_ends("asn1")
    joined.client.receive_data(length("a4020102"), 0)
    assert isinstance(joined.client.next_event(), Irregular)
    assert joined.client.data_to_send() == b""


@pytest.mark.parametrize("pdu", ["a2080201013003020109", "a3060201010201050500"])
def test_a_bad_answer_ends_its_request(pdu: str) -> None:
    joined = joined_ends("asn1")
    invoke_id = joined.client.request(HOLD, 0)
    assert invoke_id == 1
    payload = bytes.fromhex(pdu)
    payload = payload[:1] + bytes([len(payload) - 2]) + payload[2:]
    joined.client.receive_data(LengthFraming().encode(Frame(payload)), 0)
    bad, failed = joined.client.next_event(), joined.client.next_event()
    assert isinstance(bad, Irregular)
    assert isinstance(failed, RequestFailed)
    assert isinstance(failed.error, DecodeError)


BAD_XML = [
    ("<MakeCall><callingDevice>1</callingDevice></MakeCall>", 12, b"CSTAErrorCode", "a request that lacks something"),
    ("<MakeCoffee/>", 12, b"CSTAErrorCode", "a request that there is not"),
    ("<iq/>", 0, b"", "what has no invoke id is not answered"),
    ("<presence/>", 9999, b"", "nor is an event"),
    ("<DeliveredEvent/>", 9999, b"", "nor is an event"),
    ("<CoffeeResponse/>", 12, b"", "nor is an answer"),
    ("not xml", 12, b"", "nor what may be anything"),
]


@pytest.mark.parametrize(("text", "invoke_id", "answer", "why"), BAD_XML)
def test_a_bad_document(text: str, invoke_id: int, answer: bytes, why: str) -> None:
    joined = joined_ends("xml")
    joined.switch.report(HELD)
    good = joined.switch.data_to_send()
    joined.client.receive_data(good + document(text, invoke_id) + good, 0)
    first, bad, second = (joined.client.next_event() for _ in range(3))
    assert first == second == EventReceived(HELD)
    assert isinstance(bad, Irregular)
    sent = joined.client.data_to_send()
    assert answer in sent, why
    assert bool(sent) == bool(answer), why


def test_a_bad_xml_answer_ends_its_request() -> None:
    joined = joined_ends("xml")
    invoke_id = joined.client.request(MAKE, 0)
    joined.client.receive_data(document("<MakeCallResponse/>", invoke_id), 0)
    bad, failed = joined.client.next_event(), joined.client.next_event()
    assert isinstance(bad, Irregular)
    assert isinstance(failed, RequestFailed)


def test_a_header_without_an_invoke_id() -> None:
    joined = joined_ends("xml")
    joined.client.receive_data(bytes.fromhex("0000000c000000073c412f3e"), 0)
    bad = joined.client.next_event()
    assert isinstance(bad, Irregular)
    assert "not four digits" in bad.words
    assert joined.client.state is State.ACTIVE


def test_a_lost_stream_closes_the_link(joined: Joined) -> None:
    invoke_id = joined.client.request(HOLD, joined.now)
    joined.client.receive_data(b"GET / HTTP/1.1", joined.now)
    failed, closed = joined.client.next_event(), joined.client.next_event()
    assert isinstance(failed, RequestFailed)
    assert failed.invoke_id == invoke_id
    assert isinstance(closed, Closed)
    assert isinstance(closed.error, FramingError)


@pytest.mark.parametrize(
    ("category", "problem", "words"),
    [
        ("invoke", 1, "unrecognised operation"),
        ("invoke", 2, "mistyped argument"),
        ("general", 0, "unrecognised APDU"),
        ("invoke", 99, "invoke problem 99"),
    ],
)
def test_a_reject_ends_its_request(category: Category, problem: int, words: str) -> None:
    joined = joined_ends("asn1")
    invoke_id = joined.client.request(HOLD, 0)
    reject = asn1.encode(Reject(invoke_id, category, problem))
    joined.client.receive_data(LengthFraming().encode(Frame(reject)), 0)
    failed = joined.client.next_event()
    assert isinstance(failed, RequestFailed)
    assert isinstance(failed.error, RequestRejected)
    assert words in str(failed.error)


def test_a_reject_of_an_answer_is_not_one_of_our_request() -> None:
    joined = joined_ends("asn1")
    invoke_id = joined.client.request(HOLD, 0)
    reject = Reject(invoke_id, "returnResult", 2)
    joined.client.receive_data(LengthFraming().encode(Frame(asn1.encode(reject))), 0)
    words = f"invoke id {invoke_id}: rejected: mistyped result"
    assert joined.client.next_event() == Irregular(Irregularity.UNKNOWN_ANSWER, words)


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_any_split_and_interleaving_gives_the_same_events(data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(["xml", "asn1"]))
    joined = joined_ends(kind)
    pending = [joined.client.request(HOLD, 0) for _ in range(3)]
    joined.client.data_to_send()
    for step in data.draw(st.permutations([*pending, "event", "event", "bad"])):
        if step == "event":
            joined.switch.report(HELD)
        elif step == "bad":
            bad = document("<MakeCoffee/>", 5) if kind == "xml" else length("a1090201070202270f0500")
            joined.switch._outgoing += bad
        elif isinstance(step, int):
            joined.switch.respond(step, HoldCallResponse())
    stream = joined.switch.data_to_send()
    whole = joined_ends(kind)
    for _ in pending:
        whole.client.request(HOLD, 0)
    whole.client.receive_data(stream, 0)
    expected = events(whole.client)
    received = []
    position = 0
    for cut in sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=10))):
        joined.client.receive_data(stream[position:cut], 0)
        received += events(joined.client)
        position = cut
    joined.client.receive_data(stream[position:], 0)
    received += events(joined.client)
    assert [repr(each) for each in received] == [repr(each) for each in expected]
    assert len(received) == 6


@given(st.sampled_from(["xml", "asn1", "acse"]), st.lists(st.binary(max_size=40), max_size=5))
@settings(deadline=None)
def test_any_octets_end_in_events(kind: str, pieces: list[bytes]) -> None:
    joined = joined_ends(kind)
    invoke_id = joined.client.request(HOLD, 0)
    heard: list[object] = []
    for piece in pieces:
        joined.client.receive_data(piece, 0)
        heard += events(joined.client)
    joined.client.connection_lost("the end")
    heard += events(joined.client)
    ends = [each for each in heard if isinstance(each, Answered | RequestFailed)]
    assert [each.invoke_id for each in ends] == [invoke_id]
    assert isinstance(heard[-1], Closed)
    assert sum(isinstance(each, Closed) for each in heard) == 1
