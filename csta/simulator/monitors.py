"""Monitors: who is told what (ECMA-269 §6.6.2, §15)."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Container, Hashable, Iterable
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from msgspec.structs import replace

from csta.messages.base import Event, Request
from csta.messages.call_associated import CallInformationEvent
from csta.messages.call_control_events import (
    ConferencedEvent,
    ConnectionClearedEvent,
    DeliveredEvent,
    DivertedEvent,
    EstablishedEvent,
    FailedEvent,
    HeldEvent,
    NetworkReachedEvent,
    OriginatedEvent,
    QueuedEvent,
    RetrievedEvent,
    ServiceInitiatedEvent,
    TransferedEvent,
)
from csta.messages.call_data import (
    CallAssociatedServices,
    CallControlServices,
    MediaAttachmentServices,
    RouteingServices,
    ServicesPermitted,
    VoiceUnitServices,
)
from csta.messages.device_maintenance import BackInServiceEvent, OutOfServiceEvent
from csta.messages.logical_device import DoNotDisturbEvent, ForwardingEvent
from csta.messages.monitoring import MonitorFilter, MonitorStop
from csta.simulator.calls import Call, Connection, Device
from csta.simulator.event_reports import CallEvent
from csta.simulator.states import CALL_ASSOCIATED, ELSEWHERE, NEEDS, PAIRS, UNTALKING, State

Client = Hashable
"""A computing function: one link, one association. The switch only compares it."""

Outbox = deque[tuple[Client, Event | Request[Any]]]
"""What the switch has to say, in order, and to whom."""

_CALL: Callable[[MonitorFilter], Container[str]] = attrgetter("call_control")
_ASSOCIATED: Callable[[MonitorFilter], Container[str]] = attrgetter("call_associated")
_LOGICAL: Callable[[MonitorFilter], Container[str]] = attrgetter("logical_device_feature")
_MAINTENANCE: Callable[[MonitorFilter], Container[str]] = attrgetter("maintenance")

FILTER_BITS: dict[type[Event], tuple[Callable[[MonitorFilter], Container[str]], str]] = {
    ConferencedEvent: (_CALL, "conferenced"),
    ConnectionClearedEvent: (_CALL, "connectionCleared"),
    DeliveredEvent: (_CALL, "delivered"),
    DivertedEvent: (_CALL, "diverted"),
    EstablishedEvent: (_CALL, "established"),
    FailedEvent: (_CALL, "failed"),
    HeldEvent: (_CALL, "held"),
    NetworkReachedEvent: (_CALL, "networkReached"),
    OriginatedEvent: (_CALL, "originated"),
    QueuedEvent: (_CALL, "queued"),
    RetrievedEvent: (_CALL, "retrieved"),
    ServiceInitiatedEvent: (_CALL, "serviceInitiated"),
    TransferedEvent: (_CALL, "transferred"),
    CallInformationEvent: (_ASSOCIATED, "callInformation"),
    DoNotDisturbEvent: (_LOGICAL, "doNotDisturb"),
    ForwardingEvent: (_LOGICAL, "forwarding"),
    BackInServiceEvent: (_MAINTENANCE, "backInService"),
    OutOfServiceEvent: (_MAINTENANCE, "outOfService"),
}
"""Event → its group and bit in a monitor filter. A set bit keeps the event back (§12.2.23)."""


@dataclass(slots=True)
class Monitor:
    """A device-type monitor.

    :param cross_ref_id: names it for as long as it lives (§12.3.21).
    :param filter: events not wanted.
    """

    cross_ref_id: str
    client: Client
    device: Device
    filter: MonitorFilter

    def passes(self, event: type[Event]) -> bool:
        """Whether the monitor wants such events."""
        group, bit = FILTER_BITS[event]
        return bit not in group(self.filter)


class Monitors:
    """All monitors; what they report goes to the outbox."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox
        self._by_id: dict[str, Monitor] = {}
        self._by_device: dict[Device, list[Monitor]] = {}
        self._made = 0

    def start(self, client: Client, device: Device, wanted: MonitorFilter) -> Monitor:
        """Make a monitor."""
        self._made += 1
        monitor = Monitor(f"{self._made:08x}", client, device, wanted)
        self._by_id[monitor.cross_ref_id] = monitor
        self._by_device.setdefault(device, []).append(monitor)
        return monitor

    def find(self, client: Client, cross_ref_id: str) -> Monitor | None:
        """The client's monitor of that name; the monitors of others are none of its business."""
        monitor = self._by_id.get(cross_ref_id)
        return monitor if monitor is not None and monitor.client == client else None

    def at(self, device: Device) -> int:
        """How many monitors there are on a device."""
        return len(self._by_device.get(device, ()))

    def stop(self, monitor: Monitor) -> None:
        """End a monitor: no event of it comes any more, not even one that waits already (§15.1.3)."""
        del self._by_id[monitor.cross_ref_id]
        self._by_device[monitor.device].remove(monitor)
        kept = [waiting for waiting in self._outbox if not _is_from(waiting[1], monitor)]
        self._outbox.clear()
        self._outbox.extend(kept)

    def forget(self, client: Client) -> None:
        """The client is gone, and its monitors with it."""
        for monitor in [monitor for monitor in self._by_id.values() if monitor.client == client]:
            self.stop(monitor)

    def stop_all(self) -> None:
        """End every monitor and tell its client (§15.1.3)."""
        for monitor in list(self._by_id.values()):
            self.stop(monitor)
            self._outbox.append((monitor.client, MonitorStop(monitor_cross_ref_id=monitor.cross_ref_id)))

    def forget_all(self) -> None:
        """Every monitor is void, as after a restart (§12.2.28)."""
        self._by_id.clear()
        self._by_device.clear()

    def report_call(self, event: CallEvent, call: Call, devices: Iterable[Device]) -> None:
        """Tell the monitors of ``devices``, each with the state of its own device in ``call`` (§12.2.17)."""
        for device in devices:
            connection = call.connections.get(device.number)
            for monitor in self._wanting(device, type(event)):
                report = replace(
                    event,
                    monitor_cross_ref_id=monitor.cross_ref_id,
                    local_connection_info=connection.state if connection else State.NULL,
                    services_permitted=permitted(connection),
                )
                self._outbox.append((monitor.client, report))

    def report(self, event: Event, devices: Iterable[Device]) -> None:
        """Tell the monitors of ``devices`` something that is the same for all."""
        for device in devices:
            for monitor in self._wanting(device, type(event)):
                self._outbox.append((monitor.client, replace(event, monitor_cross_ref_id=monitor.cross_ref_id)))

    def _wanting(self, device: Device, event: type[Event]) -> list[Monitor]:
        return [monitor for monitor in self._by_device.get(device, ()) if monitor.passes(event)]


def _is_from(message: Event | Request[Any], monitor: Monitor) -> bool:
    return isinstance(message, Event) and message.monitor_cross_ref_id == monitor.cross_ref_id


def permitted(connection: Connection | None) -> ServicesPermitted:
    """What may be asked for on a connection now (§12.2.25)."""
    names = set(_permitted_names(connection)) if connection is not None else set()
    return ServicesPermitted(
        call_control_services=CallControlServices(names - CALL_ASSOCIATED),
        call_associated_services=CallAssociatedServices(names & CALL_ASSOCIATED),
        media_attachment_services=MediaAttachmentServices(),
        routeing_services=RouteingServices(),
        voice_services=VoiceUnitServices(),
    )


def _permitted_names(connection: Connection) -> Iterable[str]:
    others = [other for other in connection.device.connections if other is not connection]
    talking = any(other.state == State.CONNECTED for other in others)
    yield "clearCall"
    for service, need in NEEDS.items():
        if connection.state in need.states and service not in ELSEWHERE and not (talking and service in UNTALKING):
            yield service
    for service, (held, active) in PAIRS.items():
        if any(
            (connection.state in held.states and other.state in active.states)
            or (connection.state in active.states and other.state in held.states)
            for other in others
        ):
            yield service
