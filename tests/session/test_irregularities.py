"""What a peer does against the standard: the link stays up, each kind is counted, and logged once."""

from __future__ import annotations

import tracemalloc
from typing import Any

import pytest
from twisted.internet.task import Clock
from twisted.internet.testing import StringTransport
from twisted.logger import LogLevel, capturedLogs

from csta import xml
from csta.apdu import Invoke
from csta.client import Client
from csta.dialect import EDITIONS
from csta.framing import make_framing
from csta.messages.call_control import HoldCallResponse
from csta.messages.monitoring import MonitorStartResponse, MonitorStop, MonitorStopResponse
from csta.opening import open_session
from csta.session import Closed, EventReceived, Irregular, Irregularity, Role, Session, State
from tests.session.conftest import HELD, HOLD, MONITOR, document, events, joined_ends, length, make_session

WIRES = ["xml", "asn1"]


def twice(peer: Session, session: Session) -> None:
    """Two answers to one request."""
    invoke_id = session.request(HOLD, 0)
    for _ in range(2):
        peer.respond(invoke_id, HoldCallResponse())


def unasked(peer: Session, session: Session) -> None:
    """An answer to nothing."""
    peer.respond(4711, HoldCallResponse())


def other(peer: Session, session: Session) -> None:
    """Another answer than the request has."""
    peer.respond(session.request(HOLD, 0), MonitorStopResponse())


def late(peer: Session, session: Session) -> None:
    """An answer that nobody waits for any more."""
    invoke_id = session.request(HOLD, 0)
    session.cancel(invoke_id)
    peer.respond(invoke_id, HoldCallResponse())


def of_no_monitor(peer: Session, session: Session) -> None:
    """An event of a monitor nobody started."""
    peer.report(HELD)


DONE = [
    (twice, Irregularity.SECOND_ANSWER, "invoke id 1: answered by HoldCallResponse"),
    (unasked, Irregularity.UNKNOWN_ANSWER, "invoke id 4711: answered by HoldCallResponse"),
    (other, Irregularity.OTHER_ANSWER, "answered by MonitorStopResponse (HoldCall)"),
    (late, Irregularity.LATE_ANSWER, "HoldCall: answered by HoldCallResponse"),
    (of_no_monitor, Irregularity.UNKNOWN_MONITOR, "HeldEvent of monitor 0007"),
]
SENT = [
    ("xml", document("<MakeCoffee/>", 5), Irregularity.UNKNOWN_MESSAGE, "not a message of ECMA-323"),
    ("xml", document("<html><body/></html>", 5), Irregularity.UNKNOWN_MESSAGE, "html"),
    ("xml", document("<CoffeeResponse/>", 5), Irregularity.UNKNOWN_MESSAGE, "CoffeeResponse"),
    ("xml", document("<HeldEvent/>", 9999), Irregularity.MALFORMED, "<monitorCrossRefID>"),
    ("xml", document("<HeldEvent>", 9999), Irregularity.MALFORMED, "line 1"),
    ("asn1", length("a1090201070202270f0500"), Irregularity.UNKNOWN_MESSAGE, "operation 9999 is not known"),
    ("asn1", length("a20b02010730060202270f0500"), Irregularity.UNKNOWN_MESSAGE, "answer of operation 9999"),
    ("asn1", length("a1090201080201090201ff"), Irregularity.MALFORMED, "call_control.HoldCall"),
    ("asn1", length("a1ff0201080201090201ff"), Irregularity.MALFORMED, "length"),
]


def fresh(wire: str) -> tuple[Session, Session]:
    """Both ends, open; the client has no monitor."""
    ends = make_session(wire, Role.SWITCHING), make_session(wire, Role.COMPUTING)
    for end in ends:
        end.open(0)
        assert len(events(end)) == 1
    return ends


@pytest.mark.parametrize("wire", WIRES)
@pytest.mark.parametrize(("do", "kind", "words"), DONE)
def test_what_a_peer_does(wire: str, do: Any, kind: Irregularity, words: str) -> None:  # noqa: ANN401 # one of the above
    peer, session = fresh(wire)
    do(peer, session)
    session.receive_data(peer.data_to_send(), 0)
    assert Irregular(kind, words) in events(session)
    assert session.irregularities.counts == {kind: 1}
    assert session.state is State.ACTIVE


@pytest.mark.parametrize(("wire", "octets", "kind", "words"), SENT)
def test_what_a_peer_sends(wire: str, octets: bytes, kind: Irregularity, words: str) -> None:
    _, session = fresh(wire)
    session.receive_data(octets, 0)
    noticed = events(session)[0]
    assert isinstance(noticed, Irregular)
    assert noticed.kind is kind
    assert words in noticed.words
    assert noticed.frame is not None
    assert session.irregularities.counts == {kind: 1}
    assert session.state is State.ACTIVE


@pytest.mark.parametrize("wire", WIRES)
def test_events_belong_to_their_monitor_from_its_start_to_its_end(wire: str) -> None:
    peer, session = fresh(wire)
    peer.respond(session.request(MONITOR, 0), MonitorStartResponse(monitor_cross_ref_id="0007"))
    peer.report(HELD)
    peer.respond(session.request(MonitorStop(monitor_cross_ref_id="0007"), 0), MonitorStopResponse())
    session.receive_data(peer.data_to_send(), 0)
    assert EventReceived(HELD) in events(session)
    assert not session.irregularities.counts
    peer.report(HELD)
    session.receive_data(peer.data_to_send(), 0)
    assert EventReceived(HELD) in events(session), "it is given out all the same"
    assert session.irregularities.counts == {Irregularity.UNKNOWN_MONITOR: 1}


@pytest.mark.parametrize("wire", WIRES)
def test_the_switch_may_end_a_monitor_too(wire: str) -> None:
    peer, session = fresh(wire)
    session.irregularities.follow(MONITOR, MonitorStartResponse(monitor_cross_ref_id="0007"))
    peer.request(MonitorStop(monitor_cross_ref_id="0007"), 0)
    peer.report(HELD)
    session.receive_data(peer.data_to_send(), 0)
    assert EventReceived(HELD) in events(session)
    assert session.irregularities.counts == {Irregularity.UNKNOWN_MONITOR: 1}


def test_another_edition_is_read_and_told_once() -> None:
    client = joined_ends("xml").client
    framing = make_framing("xml-tcp", "xml")
    heard = []
    for edition in ("ed3", "ed3", "none"):
        codec = xml.Codec(EDITIONS[edition])
        client.receive_data(framing.encode(codec.encode(Invoke(0, HELD))), 0)
        heard += events(client)
    kind = Irregularity.OTHER_EDITION
    words = "namespace 'http://www.ecma-international.org/standards/ecma-323/csta/ed3'"
    held = EventReceived(HELD)
    assert heard == [Irregular(kind, words), held, held, Irregular(kind, "no namespace"), held]
    assert client.irregularities.counts == {kind: 3}


def test_each_kind_is_logged_once() -> None:
    peer, session = fresh("xml")
    client = Client(Clock(), make_session("xml", Role.COMPUTING), "HQ")
    client.link.makeConnection(StringTransport())  # type: ignore[no-untyped-call] # Twisted annotates only a part of itself
    for _ in range(3):
        unasked(peer, session)
        of_no_monitor(peer, session)
    with capturedLogs() as logged:
        client.link.dataReceived(peer.data_to_send())
    warned = [each["kind"] for each in logged if each["log_level"] is LogLevel.warn]
    assert warned == ["answer to a request that was not made", "event of a monitor that was not started"]
    assert [each["link"] for each in logged] == ["HQ"] * 6
    assert set(client.link.session.irregularities.counts.values()) == {3}


ABSURD = [
    (
        "xml-tcp-32",
        "7fffffff30303031",
        "a length of 2147483647; at most 1048576 octets are read (xml-tcp-32 at octet 0)",
    ),
    ("none", "a184ffffffff0201", "a PDU longer than 65535 octets (none at octet 0)"),
    ("none", "a1887fffffffffffffff", "a length of 8 octets (none at octet 1)"),
    ("tpkt", "0300000100000000", "a packet of 1 octets, which leaves no data (tpkt at octet 2)"),
    ("hipath", "26ffffff", "octet ff begins no PDU (hipath at octet 3)"),
    ("length", "ffffffff", "octet ff begins no PDU (length at octet 2)"),
    ("auto", "ffffffffffffffff", "octets ffffffffffffffff begin no link known here (link at octet 0)"),
]


@pytest.mark.parametrize(("framing", "octets", "words"), ABSURD)
def test_an_absurd_length_closes_the_link_and_is_never_made_room_for(framing: str, octets: str, words: str) -> None:
    session = open_session(Role.COMPUTING, "xml" if framing.startswith("xml") else "asn1", framing=framing)
    session.open(0)
    session.data_to_send()
    events(session)
    tracemalloc.start()
    session.receive_data(bytes.fromhex(octets), 0)
    [closed] = events(session)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert isinstance(closed, Closed)
    assert str(closed.error) == words
    assert peak < 64_000
