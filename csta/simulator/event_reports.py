"""The call events as this switch words them (ECMA-269 §17.2).

Each function gives the event as it is the same for everybody; cross reference, local connection state and permitted
services differ by monitor and are filled in by :class:`csta.simulator.monitors.Monitors`.
"""

from __future__ import annotations

from typing import TypedDict

from csta.messages.base import Octets
from csta.messages.call_associated import CallInformationEvent
from csta.messages.call_control_events import (
    CallClearedEvent,
    ConferencedEvent,
    ConnectionClearedEvent,
    DeliveredEvent,
    DigitsDialedEvent,
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
from csta.messages.call_data import ConnectionListItem, EventCause, LocalConnectionState
from csta.messages.common import ConnectionID, DeviceID
from csta.messages.identifiers import (
    AssociatedCalledDeviceID,
    AssociatedCallingDeviceID,
    CalledDeviceID,
    CallingDeviceID,
    NetworkCalledDeviceID,
    NetworkCallingDeviceID,
    RedirectionDeviceID,
    SubjectDeviceID,
)
from csta.simulator.calls import Call, Connection, Device

CallEvent = (
    ConferencedEvent
    | ConnectionClearedEvent
    | DeliveredEvent
    | DigitsDialedEvent
    | DivertedEvent
    | EstablishedEvent
    | FailedEvent
    | HeldEvent
    | NetworkReachedEvent
    | OfferedEvent
    | OriginatedEvent
    | QueuedEvent
    | RetrievedEvent
    | ServiceInitiatedEvent
    | TransferedEvent
)
"""Events that tell a local connection state."""


class Parties(TypedDict):
    """Who the call is between: the fields most events share."""

    calling_device: CallingDeviceID
    called_device: CalledDeviceID
    last_redirection_device: RedirectionDeviceID
    network_calling_device: NetworkCallingDeviceID | None
    network_called_device: NetworkCalledDeviceID | None
    associated_calling_device: AssociatedCallingDeviceID | None
    correlator_data: Octets | None
    user_data: Octets | None


def calling(call: Call) -> CallingDeviceID:
    """The calling device, restricted when the network withholds it (§12.3.7)."""
    if call.calling is None:
        return CallingDeviceID(restricted=True)
    return CallingDeviceID(device_identifier=call.calling)


def called(call: Call) -> CalledDeviceID:
    """The device first called (§12.3.6); not known of a call without a called party (§17.1.19)."""
    return CalledDeviceID(device_identifier=call.called) if call.called.number else CalledDeviceID(not_known=True)


def subject(device: DeviceID | None) -> SubjectDeviceID:
    """A device in the focus of an event (§12.3.30); no number given becomes "not known"."""
    return SubjectDeviceID(device_identifier=device) if device else SubjectDeviceID(not_known=True)


def associated_calling(call: Call) -> AssociatedCallingDeviceID | None:
    """Line the caller is on: always there for external incoming calls (§12.3.3)."""
    line = call.associated_calling
    return AssociatedCallingDeviceID(device_identifier=line) if line else None


def associated_called(call: Call) -> AssociatedCalledDeviceID | None:
    """Line the called party is on: always there for external outgoing calls (§12.3.2)."""
    line = call.associated_called
    return AssociatedCalledDeviceID(device_identifier=line) if line else None


def redirection(call: Call) -> RedirectionDeviceID:
    """Where the call was last diverted from (§12.3.24)."""
    if call.last_redirection is None:
        return RedirectionDeviceID(not_required=True)
    return RedirectionDeviceID(number_dialed=call.last_redirection)


def parties(call: Call) -> Parties:
    """The fields most events share."""
    network_calling, network_called = None, None
    if call.ddi is not None:
        network_called = NetworkCalledDeviceID(device_identifier=call.ddi)
        network_calling = NetworkCallingDeviceID(device_identifier=call.calling, restricted=call.calling is None)
    return Parties(
        calling_device=calling(call),
        called_device=called(call),
        last_redirection_device=redirection(call),
        network_calling_device=network_calling,
        network_called_device=network_called,
        associated_calling_device=associated_calling(call),
        correlator_data=call.correlator_data,
        user_data=call.user_data,
    )


def service_initiated(connection: Connection, cause: EventCause) -> ServiceInitiatedEvent:
    """The device is off-hook, or prompted to go off-hook (§17.2.17)."""
    return ServiceInitiatedEvent(
        monitor_cross_ref_id="",
        initiated_connection=connection.id,
        initiating_device=subject(connection.device.id),
        called_device=called(connection.call) if connection.call.called.number else None,
        correlator_data=connection.call.correlator_data,
        cause=cause,
    )


def originated(connection: Connection, cause: EventCause) -> OriginatedEvent:
    """The device calls (§17.2.14)."""
    return OriginatedEvent(
        monitor_cross_ref_id="",
        originated_connection=connection.id,
        calling_device=subject(connection.device.id),
        called_device=called(connection.call),
        correlator_data=connection.call.correlator_data,
        cause=cause,
    )


def network_reached(connection: Connection, cause: EventCause) -> NetworkReachedEvent:
    """The call leaves by a line (§17.2.12)."""
    return NetworkReachedEvent(
        monitor_cross_ref_id="",
        outbound_connection=connection.id,
        network_interface_used=subject(connection.device.id),
        cause=cause,
        **parties(connection.call),
    )


def delivered(connection: Connection, cause: EventCause) -> DeliveredEvent:
    """The call rings there (§17.2.5)."""
    return DeliveredEvent(
        monitor_cross_ref_id="",
        connection=connection.id,
        alerting_device=subject(connection.identity),
        associated_called_device=associated_called(connection.call),
        cause=cause,
        **parties(connection.call),
    )


def established(connection: Connection, cause: EventCause) -> EstablishedEvent:
    """The device is connected (§17.2.8)."""
    return EstablishedEvent(
        monitor_cross_ref_id="",
        established_connection=connection.id,
        answering_device=subject(connection.identity),
        associated_called_device=associated_called(connection.call),
        cause=cause,
        **parties(connection.call),
    )


def failed(call: Call, failing: ConnectionID, device: DeviceID, cause: EventCause) -> FailedEvent:
    """The call does not get through (§17.2.9); ``failing`` has no device when that device is not told (FR 3)."""
    return FailedEvent(
        monitor_cross_ref_id="",
        failed_connection=failing,
        failing_device=subject(device),
        associated_called_device=associated_called(call),
        cause=cause,
        **parties(call),
    )


def diverted(connection: Connection, destination: DeviceID, cause: EventCause) -> DivertedEvent:
    """The call leaves this device for another (§17.2.7)."""
    return DivertedEvent(
        monitor_cross_ref_id="",
        connection=connection.id,
        diverting_device=subject(connection.device.id),
        new_destination=subject(destination),
        associated_called_device=associated_called(connection.call),
        cause=cause,
        **parties(connection.call),
    )


def queued(connection: Connection, cause: EventCause) -> QueuedEvent:
    """The call waits there (§17.2.15); this one counts in the number of those that wait."""
    waiting = sum(other.state == LocalConnectionState.QUEUED for other in connection.device.connections)
    return QueuedEvent(
        monitor_cross_ref_id="",
        queued_connection=connection.id,
        queue=subject(connection.device.id),
        number_queued=waiting,
        calls_in_front=waiting - 1,
        associated_called_device=associated_called(connection.call),
        cause=cause,
        **parties(connection.call),
    )


def held(connection: Connection, cause: EventCause) -> HeldEvent:
    """The device put the call on hold (§17.2.10)."""
    return HeldEvent(
        monitor_cross_ref_id="",
        held_connection=connection.id,
        holding_device=subject(connection.device.id),
        cause=cause,
    )


def retrieved(connection: Connection, cause: EventCause) -> RetrievedEvent:
    """The device took the call back (§17.2.16)."""
    return RetrievedEvent(
        monitor_cross_ref_id="",
        retrieved_connection=connection.id,
        retrieving_device=subject(connection.device.id),
        cause=cause,
    )


def connection_cleared(connection: Connection, cause: EventCause) -> ConnectionClearedEvent:
    """The device left the call (§17.2.4)."""
    return ConnectionClearedEvent(
        monitor_cross_ref_id="",
        dropped_connection=connection.id,
        releasing_device=subject(connection.identity),
        cause=cause,
    )


def transferred(
    primary: ConnectionID,
    secondary: ConnectionID | None,
    device: Device,
    to: DeviceID | None,
    items: tuple[ConnectionListItem, ...],
    cause: EventCause,
) -> TransferedEvent:
    """``device`` left the others to each other (§17.2.18); a single step transfer has no secondary call."""
    return TransferedEvent(
        monitor_cross_ref_id="",
        primary_old_call=primary,
        secondary_old_call=secondary,
        transferring_device=subject(device.id),
        transferred_to_device=subject(to),
        transferred_connections=items,
        cause=cause,
    )


def conferenced(
    primary: ConnectionID,
    secondary: ConnectionID | None,
    device: Device,
    added: DeviceID | None,
    items: tuple[ConnectionListItem, ...],
    cause: EventCause = EventCause.CONFERENCE,
) -> ConferencedEvent:
    """``device`` made two calls one, or brought one more device in (§17.2.3); then there is no secondary call."""
    return ConferencedEvent(
        monitor_cross_ref_id="",
        primary_old_call=primary,
        secondary_old_call=secondary,
        conferencing_device=subject(device.id),
        added_party=subject(added),
        conference_connections=items,
        cause=cause,
    )


def call_information(connection: Connection) -> CallInformationEvent:
    """Data of the call changed (§18.2.1)."""
    call = connection.call
    return CallInformationEvent(
        monitor_cross_ref_id="",
        connection=connection.id,
        device=subject(connection.device.id),
        account_info=call.account_code,
        auth_code=call.auth_code,
        correlator_data=call.correlator_data,
        user_data=call.user_data,
    )


def call_cleared(call: Call, cause: EventCause) -> CallClearedEvent:
    """The call is over (§17.2.2): its identifier alone."""
    return CallClearedEvent(
        monitor_cross_ref_id="",
        cleared_call=ConnectionID(call_id=call.id),
        correlator_data=call.correlator_data,
        cause=cause,
    )


def offered(connection: Connection, cause: EventCause) -> OfferedEvent:
    """The call is shown to the device before it rings (§17.2.13)."""
    return OfferedEvent(
        monitor_cross_ref_id="",
        offered_connection=connection.id,
        offered_device=subject(connection.identity),
        associated_called_device=associated_called(connection.call),
        cause=cause,
        **parties(connection.call),
    )


def digits_dialled(connection: Connection, digits: str, cause: EventCause) -> DigitsDialedEvent:
    """Digits were dialled, by hand or by a service (§17.2.6)."""
    return DigitsDialedEvent(
        monitor_cross_ref_id="",
        dialing_connection=connection.id,
        dialing_device=subject(connection.device.id),
        dialing_sequence=DeviceID(number=digits),
        correlator_data=connection.call.correlator_data,
        cause=cause,
    )
