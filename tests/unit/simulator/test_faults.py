"""Mishaps between the switch and its clients: first the rules alone, then on links joined in memory."""

from __future__ import annotations

import msgspec
import pytest

from csta.errors import FramingError, LinkLost, RequestTimeout
from csta.messages.base import Event
from csta.messages.call_control import MakeCallResponse
from csta.messages.call_control_events import DeliveredEvent
from csta.messages.common import ConnectionID, DeviceID
from csta.messages.errors import OperationErrors, UniversalFailure
from csta.messages.routeing import RouteEnd
from csta.simulator.faults import Action, Fault, Faults, Kind, Outgoing, Sending, damaged, wrong_invoke_id
from tests.unit.simulator.test_server import LINKS, Site, error_of, watched

ANSWER = Sending(MakeCallResponse(calling_device=ConnectionID(call_id="01", device_id=DeviceID(number="1"))), 7)
FAILURE = Sending(UniversalFailure(operation=OperationErrors.GENERIC), 8)
REQUEST = Sending(RouteEnd(cross_ref_identifier="01"))


def event(number: int) -> Sending:
    return Sending(Event(monitor_cross_ref_id=str(number)))


def through(fault: Fault, *sendings: Sending, now: float = 0.0) -> list[Action]:
    outgoing = Outgoing(Faults([fault]))
    for sending in sendings:
        outgoing.put(sending, now)
    return taken(outgoing, now)


def taken(outgoing: Outgoing, now: float) -> list[Action]:
    actions = []
    while (action := outgoing.next_action(now)) is not None:
        actions.append(action)
    return actions


def test_without_a_rule_everything_passes_in_order() -> None:
    assert through(Fault(what=Kind.DROP, on="HeldEvent"), ANSWER, event(1)) == [Action(ANSWER), Action(event(1))]


ONE, TWO, THREE = event(1), event(2), event(3)

RULES: list[tuple[Fault, list[Sending], list[Sending]]] = [
    (Fault(what=Kind.DROP), [ONE, TWO], [TWO]),
    (Fault(what=Kind.DROP, on="event"), [ANSWER, ONE], [ANSWER]),
    (Fault(what=Kind.DROP, on="answer"), [ONE, FAILURE], [ONE]),
    (Fault(what=Kind.DROP, on="failure"), [ANSWER, FAILURE], [ANSWER]),
    (Fault(what=Kind.DROP, on="MakeCallResponse"), [FAILURE, ANSWER], [FAILURE]),
    (Fault(what=Kind.DROP, on="RouteEnd"), [ONE, REQUEST], [ONE]),
    (Fault(what=Kind.DROP, on="any", skip=1), [ONE, TWO, THREE], [ONE, THREE]),
    (Fault(what=Kind.DROP, on="any", times=2), [ONE, TWO, THREE], [THREE]),
    (Fault(what=Kind.DROP, on="any", times=0), [ONE, TWO, THREE], []),
    (Fault(what=Kind.DROP, on="any", times=0, until=0), [ONE, TWO], []),
    (Fault(what=Kind.DROP, on="any", at=1), [ONE], [ONE]),
    (Fault(what=Kind.DUPLICATE, on="event"), [ONE, TWO], [ONE, ONE, TWO]),
    (Fault(what=Kind.REORDER, on="event"), [ONE, TWO, THREE], [TWO, ONE, THREE]),
    (Fault(what=Kind.REORDER, on="event", times=2), [ONE, TWO, THREE], [ONE, THREE, TWO]),
]


@pytest.mark.parametrize(("fault", "sent", "comes"), RULES)
def test_what_comes_of_what_is_sent(fault: Fault, sent: list[Sending], comes: list[Sending]) -> None:
    assert through(fault, *sent) == [Action(each) for each in comes]


@pytest.mark.parametrize("kind", [Kind.HALF_FRAME, Kind.DAMAGE, Kind.GARBAGE, Kind.DROP_LINK, Kind.RESTART])
def test_what_happens_with_a_message(kind: Kind) -> None:
    fault = Fault(what=kind, on="event")
    assert through(fault, ONE, TWO) == [Action(ONE, fault), Action(TWO)]


def test_only_answers_get_a_wrong_invoke_id() -> None:
    fault = Fault(what=Kind.WRONG_INVOKE_ID)
    assert through(fault, ONE, ANSWER) == [Action(ONE), Action(ANSWER, fault)]
    assert all(1 <= wrong_invoke_id(each) <= 9_998 and wrong_invoke_id(each) != each for each in range(1, 70_000, 7))


def test_a_late_message_is_overtaken() -> None:
    outgoing = Outgoing(Faults([Fault(what=Kind.DELAY, on="answer", seconds=2)]))
    outgoing.put(ANSWER, 10)
    outgoing.put(ONE, 10)
    assert taken(outgoing, 11) == [Action(ONE)]
    assert outgoing.next_deadline() == 12
    assert taken(outgoing, 12) == [Action(ANSWER)]
    assert outgoing.next_deadline() is None


def test_a_message_that_nothing_follows_comes_in_the_end() -> None:
    outgoing = Outgoing(Faults([Fault(what=Kind.REORDER, seconds=3)]))
    outgoing.put(ONE, 0)
    assert taken(outgoing, 0) == []
    assert outgoing.next_deadline() == 3
    assert taken(outgoing, 3) == [Action(ONE)]


def test_the_clock_strikes_once() -> None:
    faults = Faults([Fault(what=Kind.RESTART, at=5, times=0), Fault(what=Kind.DROP_LINK, at=2)], start=100)
    assert faults.next_deadline() == 102
    assert [each.what for each in faults.due(110)] == [Kind.DROP_LINK, Kind.RESTART]
    assert faults.due(200) == []
    assert faults.next_deadline() is None
    assert len(faults.struck) == 2


def test_a_rule_is_data() -> None:
    rule = msgspec.convert({"what": "drop-link", "at": 3, "seconds": 0.5}, Fault)
    assert rule == Fault(what=Kind.DROP_LINK, at=3.0, seconds=0.5)
    with pytest.raises(msgspec.ValidationError, match="unknown field `wat`"):
        msgspec.convert({"what": "drop", "wat": 1}, Fault)


def test_damage_is_one_octet() -> None:
    assert damaged(b"abcde") == b"ab\x36de"


@pytest.mark.parametrize(("wire", "association"), LINKS)
def test_a_dropped_answer_ends_in_a_timeout(site: Site, wire: str, association: str) -> None:
    client = site.join(wire, association)
    site.server.inject(Fault(what=Kind.DROP, on="SnapshotDeviceResponse"))
    waiting = client.snapshot.snapshot_device("2001")
    site.advance(61)
    assert isinstance(error_of(waiting), RequestTimeout)
    assert [each.what for each in site.server.faults.struck] == [Kind.DROP]


@pytest.mark.parametrize(("wire", "association"), LINKS)
def test_a_delayed_answer_comes_after_its_events(site: Site, wire: str, association: str) -> None:
    client = site.join(wire, association)
    journal = watched(site, client, "2001")
    site.server.inject(Fault(what=Kind.DELAY, on="MakeCallResponse", seconds=2))
    client.call_control.make_call("2001", "2002").addCallback(journal.answer)
    site.flush()
    assert journal.take() == ["ServiceInitiatedEvent", "OriginatedEvent", "DeliveredEvent"]
    site.advance(2)
    assert journal.take() == ["MakeCallResponse"]


@pytest.mark.parametrize(("wire", "association"), LINKS)
def test_a_wrong_invoke_id_answers_nobody(site: Site, wire: str, association: str) -> None:
    client = site.join(wire, association)
    site.server.inject(Fault(what=Kind.WRONG_INVOKE_ID, on="answer"))
    waiting = client.snapshot.snapshot_device("2001")
    site.advance(61)
    assert isinstance(error_of(waiting), RequestTimeout)


@pytest.mark.parametrize(("wire", "association"), LINKS)
def test_half_a_frame_ends_the_link(site: Site, wire: str, association: str) -> None:
    client = site.join(wire, association)
    site.server.inject(Fault(what=Kind.HALF_FRAME, on="answer"))
    waiting = client.snapshot.snapshot_device("2001")
    site.flush()
    assert isinstance(error_of(waiting), LinkLost)


@pytest.mark.parametrize(("wire", "association"), LINKS)
def test_garbage_ends_the_link_and_nothing_before_it_is_lost(site: Site, wire: str, association: str) -> None:
    client = site.join(wire, association)
    journal = watched(site, client, "2001")
    closed: list[object] = []
    client.when_closed().addBoth(closed.append)
    site.switch.ring("0891234567", "2001", site.clock.seconds())
    site.server.inject(Fault(what=Kind.GARBAGE))
    site.advance(10)
    assert journal.take() == ["DeliveredEvent"]
    assert isinstance(closed[0], FramingError)


@pytest.mark.parametrize(("wire", "association"), LINKS)
def test_monitors_get_lost_without_a_word(site: Site, wire: str, association: str) -> None:
    client = site.join(wire, association)
    journal = watched(site, client, "2001")
    site.server.inject(Fault(what=Kind.LOSE_MONITORS))
    site.switch.ring("0891234567", "2001", site.clock.seconds())
    site.flush()
    assert journal.take() == []


def test_nobody_connects_while_the_switch_is_down(site: Site) -> None:
    site.join("xml", "none")
    site.server.inject(Fault(what=Kind.RESTART, seconds=30))
    site.flush()
    assert site.server.clients == []
    assert site.server.factory().buildProtocol(None) is None
    site.advance(30)
    assert site.server.factory().buildProtocol(None) is not None


def test_faults_happen_by_the_clock(site: Site) -> None:
    site.server.inject(Fault(what=Kind.DROP_LINK, at=5))
    client = site.join("xml", "none")
    waiting = client.snapshot.snapshot_device("2001")
    site.advance(4)
    assert len(site.server.clients) == 1
    site.advance(1)
    assert site.server.clients == []
    assert waiting.called


def test_a_message_brings_down_the_link_after_it_was_sent(site: Site) -> None:
    client = site.join("asn1", "none")
    watched(site, client, "2001")
    site.server.inject(Fault(what=Kind.DROP_LINK, on=DeliveredEvent.__name__))
    site.switch.ring("0891234567", "2001", site.clock.seconds())
    site.flush()
    assert site.server.clients == []


@pytest.fixture
def site() -> Site:
    return Site()
