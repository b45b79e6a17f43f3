"""Event reports in the model's words: one row for each event of ECMA-269 §17.2."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from operator import attrgetter
from typing import Any, NamedTuple

from csta.messages.base import Event
from csta.messages.call_associated import CallInformationEvent
from csta.messages.call_control_events import (
    BridgedEvent,
    CallClearedEvent,
    ConferencedEvent,
    ConnectionClearedEvent,
    DeliveredEvent,
    DivertedEvent,
    EstablishedEvent,
    FailedEvent,
    HeldEvent,
    NetworkReachedEvent,
    OfferedEvent,
    OriginatedEvent,
    QueuedEvent,
    RetrievedEvent,
    ServiceInitiatedEvent,
    TransferedEvent,
)
from csta.messages.call_data import ConnectionListItem, LocalConnectionState
from csta.messages.common import ConnectionID, DeviceChoice, DeviceID
from csta.model.call import UNKNOWN, Party, Presentation
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
from csta.model.states import ConnectionState
from csta.provider.identifiers import party, party_of_device


class Reading(NamedTuple):
    """How an event is read.

    :param connection: gives the connection the event is about; of two calls the primary old one.
    :param subject: gives the device the event is about.
    :param joined: gives the connections that result, for events that make one call of two.
    :param added: gives the device that comes in by that.
    """

    kind: type[Happening]
    connection: Callable[[Any], ConnectionID]
    subject: Callable[[Any], DeviceChoice | None]
    joined: Callable[[Any], tuple[ConnectionListItem, ...]] = lambda event: ()
    added: Callable[[Any], DeviceChoice | None] = lambda event: None


def _everybody(event: Event) -> None:
    """Call Cleared names no device: it is about all."""


_of = attrgetter

READINGS: dict[type[Event], Reading] = {
    ServiceInitiatedEvent: Reading(ServiceInitiated, _of("initiated_connection"), _of("initiating_device")),
    OriginatedEvent: Reading(Originated, _of("originated_connection"), _of("calling_device")),
    NetworkReachedEvent: Reading(NetworkReached, _of("outbound_connection"), _of("network_interface_used")),
    OfferedEvent: Reading(Offered, _of("offered_connection"), _of("offered_device")),
    DeliveredEvent: Reading(Delivered, _of("connection"), _of("alerting_device")),
    EstablishedEvent: Reading(Established, _of("established_connection"), _of("answering_device")),
    HeldEvent: Reading(Held, _of("held_connection"), _of("holding_device")),
    RetrievedEvent: Reading(Retrieved, _of("retrieved_connection"), _of("retrieving_device")),
    QueuedEvent: Reading(Queued, _of("queued_connection"), _of("queue")),
    BridgedEvent: Reading(Queued, _of("bridged_connection"), _of("bridged_appearance")),
    FailedEvent: Reading(Failed, _of("failed_connection"), _of("failing_device")),
    DivertedEvent: Reading(Diverted, _of("connection"), _of("diverting_device")),
    ConnectionClearedEvent: Reading(ConnectionCleared, _of("dropped_connection"), _of("releasing_device")),
    CallClearedEvent: Reading(CallCleared, _of("cleared_call"), _everybody),
    CallInformationEvent: Reading(CallInformation, _of("connection"), _of("device")),
    TransferedEvent: Reading(
        Transferred,
        _of("primary_old_call"),
        _of("transferring_device"),
        _of("transferred_connections"),
        _of("transferred_to_device"),
    ),
    ConferencedEvent: Reading(
        Conferenced,
        _of("primary_old_call"),
        _of("conferencing_device"),
        _of("conference_connections"),
        _of("added_party"),
    ),
}
"""Events about calls; Digits Dialed and Network Capabilities Changed change no connection."""


def happening(event: Event) -> Happening | None:
    """What an event report means; None for an event that is not about a call, or about one it does not name."""
    reading = READINGS.get(type(event))
    if reading is None:
        return None
    joined = reading.joined(event)
    call_id = _resulting(joined) or reading.connection(event).call_id
    if call_id is None:
        return None
    return reading.kind(
        call_id=call_id,
        subject=party(reading.subject(event)) or UNKNOWN,
        local=connection_state(getattr(event, "local_connection_info", None)),
        cause=_cause(event),
        calling=_calling(event),
        called=_said(event, "called_device"),
        last_redirection=_said(event, "last_redirection_device"),
        **_particulars(reading, event, joined),
    )


def _particulars(reading: Reading, event: Event, joined: tuple[ConnectionListItem, ...]) -> dict[str, Any]:
    """What only some happenings have."""
    if isinstance(event, DivertedEvent):
        return {"new_destination": party(event.new_destination) or UNKNOWN}
    if not isinstance(event, TransferedEvent | ConferencedEvent):
        return {}
    return {
        "old_calls": _old_calls(event),
        "added": party(reading.added(event)) or UNKNOWN,
        "parties": tuple(_endpoint(item) for item in joined),
    }


def connections(event: Event) -> Iterator[tuple[ConnectionID, DeviceID | None]]:
    """The connections an event names, each with the device it is at as far as the event says."""
    reading = READINGS[type(event)]
    joined = reading.joined(event)
    for item in joined:
        if item.new_connection is not None:
            yield item.new_connection, _endpoint_device(item)
    if not joined:
        subject = reading.subject(event)
        yield reading.connection(event), subject.device if subject is not None else None


def connection_state(state: LocalConnectionState | None) -> ConnectionState | None:
    """The model's name of a connection state; None for one it does not know."""
    return ConnectionState(state.value) if state is not None and state.value in _STATES else None


_STATES = frozenset(state.value for state in ConnectionState)


def _said(event: Event, field: str) -> Party | None:
    # READINGS is the list of events; which of the shared fields each has is the standard's business.
    return party(getattr(event, field, None))


def _calling(event: Event) -> Party | None:
    """The caller; where the switch does not know it, as the network gave it (§12.3.20)."""
    calling = _said(event, "calling_device")
    if calling is not None and calling.presentation is Presentation.NOT_KNOWN:
        return _said(event, "network_calling_device") or calling
    return calling


def _cause(event: Event) -> str:
    cause = getattr(event, "cause", None)
    return "" if cause is None else str(cause.value)


def _resulting(joined: tuple[ConnectionListItem, ...]) -> str | None:
    return next((item.new_connection.call_id for item in joined if item.new_connection is not None), None)


def _old_calls(event: TransferedEvent | ConferencedEvent) -> tuple[str, ...]:
    old = (event.primary_old_call, event.secondary_old_call)
    return tuple(each.call_id for each in old if each is not None and each.call_id is not None)


def _endpoint_device(item: ConnectionListItem) -> DeviceID | None:
    if item.endpoint is not None and item.endpoint.device_id is not None:
        return item.endpoint.device_id
    return item.new_connection.device_id if item.new_connection is not None else None


def _endpoint(item: ConnectionListItem) -> Party:
    device = _endpoint_device(item)
    if item.endpoint is not None and item.endpoint.restricted:
        return Party(presentation=Presentation.RESTRICTED)
    return Party(presentation=Presentation.NOT_KNOWN) if device is None else party_of_device(device)
