"""Event reports and snapshots in the model's words, as tables."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from csta.messages import _index, message_class
from csta.messages.base import Event
from csta.messages.call_control_events import (
    CallClearedEvent,
    ConferencedEvent,
    DeliveredEvent,
    DigitsDialedEvent,
    DivertedEvent,
    EstablishedEvent,
    HeldEvent,
    NetworkCapabilitiesChangedEvent,
    TransferedEvent,
)
from csta.messages.call_data import ConnectionListItem, Endpoint, EventCause, LocalConnectionState
from csta.messages.common import ConnectionID, DeviceID, TypeOfNumber
from csta.messages.identifiers import (
    CalledDeviceID,
    CallingDeviceID,
    NetworkCallingDeviceID,
    RedirectionDeviceID,
    SubjectDeviceID,
)
from csta.messages.snapshot import (
    CallState,
    SimpleCallState,
    SnapshotDeviceContents,
    SnapshotDeviceResponse,
    SnapshotDeviceResponseInfo,
)
from csta.model import happenings
from csta.model.call import UNKNOWN, Party, Presentation
from csta.model.happenings import SnapshotEntry
from csta.model.states import ConnectionState
from csta.provider.connections import Connections
from csta.provider.events import READINGS, happening
from csta.provider.identifiers import extension, identity, party, party_of_device
from csta.provider.snapshots import SIMPLE_STATES, found
from tests.wire.values import messages

RESTRICTED = Party(presentation=Presentation.RESTRICTED)
S = ConnectionState


def device(number: str) -> DeviceID:
    return DeviceID(number=number)


def subject(number: str) -> SubjectDeviceID:
    return SubjectDeviceID(device_identifier=device(number))


def connection(call_id: str | None, number: str) -> ConnectionID:
    return ConnectionID(call_id=call_id, device_id=device(number))


def delivered(**changed: Any) -> DeliveredEvent:  # noqa: ANN401 # any field of the event
    fields: dict[str, Any] = {
        "monitor_cross_ref_id": "01",
        "connection": connection("0a", "2001"),
        "alerting_device": subject("2001"),
        "calling_device": CallingDeviceID(device_identifier=device("0891234567")),
        "called_device": CalledDeviceID(device_identifier=device("2001")),
        "last_redirection_device": RedirectionDeviceID(not_required=True),
        "cause": EventCause.NEW_CALL,
    }
    return DeliveredEvent(**(fields | changed))


IDENTITIES = [
    ("2001", "2001", None),
    ("N<2001>Anna Berger;displayNumber=2001;noa=nk", "2001", "Anna Berger"),
    ("N<+49891234567>", "+49891234567", None),
    ("<2001>", "2001", None),
    ("sip:2001@pbx.example.org", "2001", None),
    ("tel:+49891234567;phone-context=dialstring", "+49891234567", None),
    ("2001:Switch1:192.0.2.1:0", "2001", None),
    ("", "", None),
    ("N<", "N<", None),
]


@pytest.mark.parametrize(("written", "number", "name"), IDENTITIES)
def test_identities(written: str, number: str, name: str | None) -> None:
    assert identity(written) == (number, name)
    assert extension(written) == number


@given(st.text())
def test_any_identifier_has_a_number(written: str) -> None:
    assert extension(written) in written


PARTIES = [
    (CallingDeviceID(device_identifier=device("2001")), Party("2001")),
    (CallingDeviceID(device_identifier=device("N<2001>Anna")), Party("N<2001>Anna", "Anna")),
    (CallingDeviceID(restricted=True), RESTRICTED),
    (CallingDeviceID(not_known=True), UNKNOWN),
    (RedirectionDeviceID(number_dialed=device("2002")), Party("2002")),
    (RedirectionDeviceID(not_required=True), None),
    (RedirectionDeviceID(not_specified=True), None),
    (RedirectionDeviceID(not_known=True), UNKNOWN),
    (RedirectionDeviceID(), None),
    (None, None),
]


@pytest.mark.parametrize(("identifier", "expected"), PARTIES)
def test_parties(identifier: CallingDeviceID | RedirectionDeviceID | None, expected: Party | None) -> None:
    assert party(identifier) == expected


def test_what_must_not_be_presented_is_not_passed_on() -> None:
    hidden = DeviceID(number="0891234567", private_name="Maier", number_restricted=True, name_restricted=True)
    assert party_of_device(hidden) == RESTRICTED
    named = DeviceID(number="0891234567", private_name="Maier", number_restricted=True)
    assert party_of_device(named) == Party(None, "Maier", Presentation.RESTRICTED)


def test_a_delivered_event() -> None:
    assert happening(delivered(local_connection_info=LocalConnectionState.ALERTING)) == happenings.Delivered(
        call_id="0a",
        subject=Party("2001"),
        local=S.ALERTING,
        cause="newCall",
        calling=Party("0891234567"),
        called=Party("2001"),
    )


def test_the_network_knows_a_caller_the_switch_does_not() -> None:
    by_network = NetworkCallingDeviceID(device_identifier=device("0891234567"))
    found = happening(delivered(calling_device=CallingDeviceID(not_known=True), network_calling_device=by_network))
    assert found is not None
    assert found.calling == Party("0891234567")
    withheld = happening(delivered(calling_device=CallingDeviceID(restricted=True), network_calling_device=by_network))
    assert withheld is not None
    assert withheld.calling == RESTRICTED


def test_an_unknown_state_or_cause_is_no_obstacle() -> None:
    found = happening(delivered(local_connection_info=LocalConnectionState("17"), cause=EventCause("4711")))
    assert found is not None
    assert (found.local, found.cause) == (None, "4711")


def test_an_event_without_a_call_is_about_none() -> None:
    assert happening(delivered(connection=connection(None, "2001"))) is None


def test_a_transfer() -> None:
    items = (
        ConnectionListItem(new_connection=connection("0c", "2002"), old_connection=connection("0a", "2002")),
        ConnectionListItem(new_connection=connection("0c", "T1"), endpoint=Endpoint(device_id=device("0891234567"))),
        ConnectionListItem(new_connection=connection("0c", "T2"), endpoint=Endpoint(restricted=True)),
    )
    event = TransferedEvent(
        monitor_cross_ref_id="01",
        primary_old_call=connection("0a", "2001"),
        secondary_old_call=connection("0b", "2001"),
        transferring_device=subject("2001"),
        transferred_to_device=subject("2002"),
        transferred_connections=items,
        cause=EventCause.TRANSFER,
    )
    assert happening(event) == happenings.Transferred(
        call_id="0c",
        subject=Party("2001"),
        cause="transfer",
        old_calls=("0a", "0b"),
        added=Party("2002"),
        parties=(Party("2002"), Party("0891234567"), RESTRICTED),
    )


def test_a_conference_without_new_identifiers_keeps_the_old() -> None:
    event = ConferencedEvent(
        monitor_cross_ref_id="01",
        primary_old_call=connection("0a", "2001"),
        conferencing_device=subject("2001"),
        added_party=subject("2003"),
        conference_connections=(),
        cause=EventCause.CONFERENCE,
    )
    found = happening(event)
    assert isinstance(found, happenings.Conferenced)
    assert (found.call_id, found.old_calls, found.parties) == ("0a", ("0a",), ())


def test_a_diversion() -> None:
    event = DivertedEvent(
        monitor_cross_ref_id="01",
        connection=connection("0a", "2001"),
        diverting_device=subject("2001"),
        new_destination=subject("2002"),
        last_redirection_device=RedirectionDeviceID(number_dialed=device("2001")),
        cause=EventCause.REDIRECTED,
    )
    found = happening(event)
    assert isinstance(found, happenings.Diverted)
    assert (found.new_destination, found.last_redirection) == (Party("2002"), Party("2001"))


def test_every_event_of_the_chapter_is_read_or_left_out_on_purpose() -> None:
    chapter = {name for name, chapter in _index.CHAPTERS.items() if chapter == "call_control_events"}
    events = {message_class(name) for name in chapter if issubclass(message_class(name), Event)}
    assert events - set(READINGS) == {DigitsDialedEvent, NetworkCapabilitiesChangedEvent}


def test_the_switchs_own_names_of_connections_are_kept() -> None:
    dynamic = ConnectionID(call_id="0a", device_id=DeviceID(number="0001a4ff", type_of_number=TypeOfNumber.DYNAMIC))
    known = Connections()
    assert known.find("2001", "0a") == connection("0a", "2001")
    known.learn_from_event("2001", delivered(connection=dynamic, alerting_device=subject("sip:2001@pbx")))
    assert known.find("2001", "0a") == dynamic
    known.learn_from_event("2001", delivered(connection=connection("0a", "2002"), alerting_device=subject("2002")))
    assert known.find("2001", "0a") == dynamic
    known.forget("2001", ["0a"])
    assert known.find("2001", "0a") == connection("0a", "2001")
    known.learn("2001", dynamic)
    known.forget_device("2001")
    assert known.find("2001", "0a") == connection("0a", "2001")


def test_call_cleared_names_no_connection_of_ours() -> None:
    known = Connections()
    event = CallClearedEvent(
        monitor_cross_ref_id="01", cleared_call=connection("0a", "2009"), cause=EventCause.NORMAL_CLEARING
    )
    known.learn_from_event("2001", event)
    assert known.find("2001", "0a") == connection("0a", "2001")
    found = happening(event)
    assert isinstance(found, happenings.CallCleared)
    assert found.subject == UNKNOWN


def snapshot(*states: CallState) -> SnapshotDeviceResponse:
    calls = tuple(
        SnapshotDeviceResponseInfo(
            connection_identifier=connection(f"{number:02x}", "2001"),
            endpoint_device=subject("2002"),
            local_call_state=state,
        )
        for number, state in enumerate(states)
    )
    data = SnapshotDeviceContents(snapshot_data=calls)
    return SnapshotDeviceResponse(cross_ref_id_or_snapshot_data=data)


@pytest.mark.parametrize("simple", SimpleCallState)
def test_simple_call_states(simple: SimpleCallState) -> None:
    state, far = SIMPLE_STATES[simple]
    expected = [SnapshotEntry(call_id="00", state=state, far_state=far, other=Party("2002"))]
    assert [each.entry for each in found(snapshot(CallState(simple_call_state=simple)))] == expected


def test_compound_and_unknown_call_states() -> None:
    held, connected = LocalConnectionState.HOLD, LocalConnectionState.CONNECTED
    calls = found(
        snapshot(
            CallState(compound_call_state=(held, connected, connected)),
            CallState(compound_call_state=(connected,)),
            CallState(unknown=True),
            CallState(simple_call_state=SimpleCallState("99")),
        )
    )
    states = [(each.entry.call_id, each.entry.state, each.entry.far_state, each.others) for each in calls]
    assert states == [("00", S.HOLD, S.CONNECTED, 2), ("01", S.CONNECTED, S.NULL, 1)]


def test_held_and_established_read_their_own_fields() -> None:
    held = HeldEvent(
        monitor_cross_ref_id="01",
        held_connection=connection("0a", "2001"),
        holding_device=subject("2001"),
        cause=EventCause.NORMAL,
    )
    assert happening(held) == happenings.Held(call_id="0a", subject=Party("2001"), cause="normal")
    established = EstablishedEvent(
        monitor_cross_ref_id="01",
        established_connection=connection("0a", "2001"),
        answering_device=subject("2001"),
        calling_device=CallingDeviceID(device_identifier=device("0891234567")),
        called_device=CalledDeviceID(device_identifier=device("2009")),
        last_redirection_device=RedirectionDeviceID(number_dialed=device("2009")),
        cause=EventCause.NORMAL,
    )
    found = happening(established)
    assert isinstance(found, happenings.Established)
    assert (found.called, found.last_redirection) == (Party("2009"), Party("2009"))


@pytest.mark.parametrize("kind", READINGS, ids=lambda kind: kind.__name__)
@settings(max_examples=5, deadline=None)  # a message of all its fields takes its time to be made
@given(data=st.data())
def test_any_event_of_the_chapter_is_read(kind: type[Event], data: st.DataObject) -> None:
    event = data.draw(messages(kind.__name__))
    found = happening(event)
    assert found is None or isinstance(found, READINGS[kind].kind)
    known = Connections()
    known.learn_from_event("2001", event)
    assert (found is None) == (not any(call_id for call_id in _call_ids(event)))


def _call_ids(event: Event) -> list[str | None]:
    reading = READINGS[type(event)]
    news = [item.new_connection.call_id for item in reading.joined(event) if item.new_connection is not None]
    return [*news[:1], reading.connection(event).call_id]
