"""Monitors: who is told what (ECMA-269 §6.6.2, §15)."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Container, Hashable, Iterable
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any

from msgspec.structs import replace

from csta.messages.base import Event, Request
from csta.messages.call_associated import (
    CallInformationEvent,
    DigitsGeneratedEvent,
    TelephonyTonesGeneratedEvent,
)
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
from csta.messages.call_data import CSTACommonArguments
from csta.messages.device_maintenance import BackInServiceEvent, OutOfServiceEvent
from csta.messages.logical_device import (
    AgentBusyEvent,
    AgentLoggedOffEvent,
    AgentLoggedOnEvent,
    AgentNotReadyEvent,
    AgentReadyEvent,
    AgentWorkingAfterCallEvent,
    AutoAnswerEvent,
    AutoWorkModeEvent,
    CallBackEvent,
    CallBackMessageEvent,
    CallerIDStatusEvent,
    DoNotDisturbEvent,
    ForwardingEvent,
    PresenceStateEvent,
    RouteingEvent,
)
from csta.messages.monitoring import MonitorFilter, MonitorStop, MonitorType
from csta.messages.physical_device import (
    DisplayUpdatedEvent,
    MessageWaitingEvent,
    MicrophoneGainEvent,
    MicrophoneMuteEvent,
    SpeakerMuteEvent,
    SpeakerVolumeEvent,
)
from csta.simulator.calls import Call, Connection, Device
from csta.simulator.event_reports import CallEvent
from csta.simulator.permissions import permitted
from csta.simulator.states import State

Client = Hashable
"""A computing function: one link, one association. The switch only compares it."""

Outbox = deque[tuple[Client, Event | Request[Any]]]
"""What the switch has to say, in order, and to whom."""

_CALL: Callable[[MonitorFilter], Container[str]] = attrgetter("call_control")
_ASSOCIATED: Callable[[MonitorFilter], Container[str]] = attrgetter("call_associated")
_LOGICAL: Callable[[MonitorFilter], Container[str]] = attrgetter("logical_device_feature")
_PHYSICAL: Callable[[MonitorFilter], Container[str]] = attrgetter("physical_device_feature")
_MAINTENANCE: Callable[[MonitorFilter], Container[str]] = attrgetter("maintenance")

FILTER_BITS: dict[type[Event], tuple[Callable[[MonitorFilter], Container[str]], str]] = {
    CallClearedEvent: (_CALL, "callCleared"),
    ConferencedEvent: (_CALL, "conferenced"),
    ConnectionClearedEvent: (_CALL, "connectionCleared"),
    DeliveredEvent: (_CALL, "delivered"),
    DigitsDialedEvent: (_CALL, "digitsDialed"),
    DivertedEvent: (_CALL, "diverted"),
    EstablishedEvent: (_CALL, "established"),
    FailedEvent: (_CALL, "failed"),
    HeldEvent: (_CALL, "held"),
    NetworkReachedEvent: (_CALL, "networkReached"),
    OfferedEvent: (_CALL, "offered"),
    OriginatedEvent: (_CALL, "originated"),
    QueuedEvent: (_CALL, "queued"),
    RetrievedEvent: (_CALL, "retrieved"),
    ServiceInitiatedEvent: (_CALL, "serviceInitiated"),
    TransferedEvent: (_CALL, "transferred"),
    CallInformationEvent: (_ASSOCIATED, "callInformation"),
    DigitsGeneratedEvent: (_ASSOCIATED, "digitsGenerated"),
    TelephonyTonesGeneratedEvent: (_ASSOCIATED, "telephonyTonesGenerated"),
    AgentBusyEvent: (_LOGICAL, "agentBusy"),
    AgentLoggedOffEvent: (_LOGICAL, "agentLoggedOff"),
    AgentLoggedOnEvent: (_LOGICAL, "agentLoggedOn"),
    AgentNotReadyEvent: (_LOGICAL, "agentNotReady"),
    AgentReadyEvent: (_LOGICAL, "agentReady"),
    AgentWorkingAfterCallEvent: (_LOGICAL, "agentWorkingAfterCall"),
    AutoAnswerEvent: (_LOGICAL, "autoAnswer"),
    AutoWorkModeEvent: (_LOGICAL, "autoWorkMode"),
    CallBackEvent: (_LOGICAL, "callBack"),
    CallBackMessageEvent: (_LOGICAL, "callBackMessage"),
    CallerIDStatusEvent: (_LOGICAL, "callerIDStatus"),
    DoNotDisturbEvent: (_LOGICAL, "doNotDisturb"),
    ForwardingEvent: (_LOGICAL, "forwarding"),
    PresenceStateEvent: (_LOGICAL, "presenceState"),
    RouteingEvent: (_LOGICAL, "routeingMode"),
    DisplayUpdatedEvent: (_PHYSICAL, "displayUpdated"),
    MessageWaitingEvent: (_PHYSICAL, "messageWaiting"),
    MicrophoneGainEvent: (_PHYSICAL, "microphoneGain"),
    MicrophoneMuteEvent: (_PHYSICAL, "microphoneMute"),
    SpeakerMuteEvent: (_PHYSICAL, "speakerMute"),
    SpeakerVolumeEvent: (_PHYSICAL, "speakerVolume"),
    BackInServiceEvent: (_MAINTENANCE, "backInService"),
    OutOfServiceEvent: (_MAINTENANCE, "outOfService"),
}
"""Event → its group and bit in a monitor filter. A set bit keeps the event back (§12.2.23)."""


@dataclass(eq=False, slots=True)
class Monitor:
    """One monitor.

    :param cross_ref_id: names it for as long as it lives (§12.3.21).
    :param device: its object, None for a monitor on a call.
    :param connection: its object where it is on a call, but of type device: it hears what that device would hear of
        the call, and ends when the call leaves the device.
    :param follows: it is of type call: it stays with its calls wherever they go (§6.6.2.3).
    :param filter: events not wanted.
    :param calls: the calls that one of type call follows.
    """

    cross_ref_id: str
    client: Client
    device: Device | None
    connection: Connection | None
    follows: bool
    filter: MonitorFilter
    calls: set[str] = field(default_factory=set)

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
        self._by_call: dict[str, list[Monitor]] = {}
        self._in_call: dict[Device, list[Monitor]] = {}
        self._made = 0

    def start(
        self,
        client: Client,
        wanted: Device | Call | Connection,
        wanted_type: MonitorType | None,
        unwanted: MonitorFilter,
    ) -> Monitor:
        """Make a monitor on a device, on a call (of type call), or on a device's part in a call (of type device)."""
        self._made += 1
        device = wanted if isinstance(wanted, Device) else None
        connection = wanted if isinstance(wanted, Connection) else None
        follows = isinstance(wanted, Call) or (device is not None and wanted_type == MonitorType.CALL)
        monitor = Monitor(f"{self._made:08x}", client, device, connection, follows, unwanted)
        self._by_id[monitor.cross_ref_id] = monitor
        if isinstance(wanted, Call):
            self._follow(monitor, wanted)
        elif isinstance(wanted, Connection):
            self._in_call.setdefault(wanted.device, []).append(monitor)
        else:
            self._by_device.setdefault(wanted, []).append(monitor)
            for there in wanted.connections if follows else ():
                self._follow(monitor, there.call)
        return monitor

    def find(self, client: Client, cross_ref_id: str) -> Monitor | None:
        """The client's monitor of that name; the monitors of others are none of its business."""
        monitor = self._by_id.get(cross_ref_id)
        return monitor if monitor is not None and monitor.client == client else None

    def of(self, client: Client) -> list[Monitor]:
        """All monitors of a client, the oldest first."""
        return [monitor for monitor in self._by_id.values() if monitor.client == client]

    def at(self, device: Device) -> int:
        """How many monitors there are on a device."""
        return len(self._by_device.get(device, ()))

    def stop(self, monitor: Monitor) -> None:
        """End a monitor: no event of it comes any more, not even one that waits already (§15.1.3)."""
        self._remove(monitor)
        kept = [waiting for waiting in self._outbox if not _is_from(waiting[1], monitor)]
        self._outbox.clear()
        self._outbox.extend(kept)

    def _remove(self, monitor: Monitor) -> None:
        del self._by_id[monitor.cross_ref_id]
        if monitor.device is not None:
            self._by_device[monitor.device].remove(monitor)
        if monitor.connection is not None:
            self._in_call[monitor.connection.device].remove(monitor)
        for call in monitor.calls:
            self._by_call[call].remove(monitor)

    def forget(self, client: Client) -> None:
        """The client is gone, and its monitors with it."""
        for monitor in self.of(client):
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
        self._by_call.clear()
        self._in_call.clear()

    def move(self, old: Call, new: Call) -> None:
        """A call goes on under another identifier (§12.3.9 FR 8); who followed it follows that one."""
        for monitor in list(self._by_call.get(old.id, ())):
            self._follow(monitor, new)

    def report_call(self, event: CallEvent, call: Call, devices: Iterable[Device]) -> None:
        """Tell the monitors of ``devices``, each with the state of its own device in ``call`` (§12.2.17)."""
        if call.private_data:
            event = replace(event, extensions=CSTACommonArguments(private_data=call.private_data))
        for device in devices:
            connection = call.connections.get(device.number)
            for monitor in self._watching(device, call):
                if monitor.passes(type(event)):
                    report = replace(
                        event,
                        monitor_cross_ref_id=monitor.cross_ref_id,
                        local_connection_info=connection.state if connection else State.NULL,
                        services_permitted=permitted(connection),
                    )
                    self._outbox.append((monitor.client, report))
            self._end_in_call(device)
        self._report_followers(event, call)

    def report_end(self, event: CallClearedEvent, call: Call) -> None:
        """The call is over: who followed it is told (§17.2.2 FR 2), and follows it no more."""
        self._report_followers(event, call)
        self.lose(call)

    def lose(self, call: Call) -> None:
        """The call's identifier is void; a monitor that was on nothing but this call ends with it (§15.1.2)."""
        for monitor in self._by_call.pop(call.id, ()):
            monitor.calls.discard(call.id)
            if monitor.device is None and not monitor.calls:
                del self._by_id[monitor.cross_ref_id]

    def report_about(self, event: Event, call: Call) -> None:
        """Tell everybody in the call, and who follows it, something without a local state (§18.2)."""
        devices = [connection.device for connection in call.connections.values()]
        for device in devices:
            for monitor in self._watching(device, call):
                self._tell(monitor, event)
        self._report_followers(event, call)

    def report(self, event: Event, devices: Iterable[Device]) -> None:
        """Tell the monitors of ``devices`` something that is the same for all."""
        for device in devices:
            for monitor in self._by_device.get(device, ()):
                self._tell(monitor, event)

    def _watching(self, device: Device, call: Call) -> list[Monitor]:
        """The device-type monitors on a device; those of type call follow the call from now on."""
        watching = []
        for monitor in self._by_device.get(device, ()):
            if monitor.follows:
                self._follow(monitor, call)
            else:
                watching.append(monitor)
        return watching + [each for each in self._in_call.get(device, ()) if _concerns(each, call)]

    def _end_in_call(self, device: Device) -> None:
        """A call that left the device is an object no more (§15.1.2): its monitor heard that, and ends."""
        for monitor in list(self._in_call.get(device, ())):
            if monitor.connection is not None and monitor.connection.state == State.NULL:
                self._remove(monitor)

    def _follow(self, monitor: Monitor, call: Call) -> None:
        if call.id not in monitor.calls:
            monitor.calls.add(call.id)
            self._by_call.setdefault(call.id, []).append(monitor)

    def _report_followers(self, event: Event, call: Call) -> None:
        for monitor in self._by_call.get(call.id, ()):
            self._tell(monitor, event)

    def _tell(self, monitor: Monitor, event: Event) -> None:
        if monitor.passes(type(event)):
            self._outbox.append((monitor.client, replace(event, monitor_cross_ref_id=monitor.cross_ref_id)))


def _concerns(monitor: Monitor, call: Call) -> bool:
    """Whether a monitor on a device's part in a call hears of ``call``: it is that one, or what took its place."""
    connection = monitor.connection
    return connection is not None and (connection.call is call or connection.state == State.NULL)


def _is_from(message: Event | Request[Any], monitor: Monitor) -> bool:
    return isinstance(message, Event) and message.monitor_cross_ref_id == monitor.cross_ref_id
