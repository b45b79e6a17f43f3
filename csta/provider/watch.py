"""Watches devices on a link: monitors, snapshots, and what listeners are told of it.

A monitor lives as long as its link; after each connect all are started anew, and a snapshot of each device puts right
what was missed meanwhile (ECMA-269 §15.1.2, §16.1.2).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import cast

from twisted.internet.defer import Deferred, DeferredList, DeferredSemaphore
from twisted.logger import Logger
from twisted.python.failure import Failure

from csta.client import Client
from csta.errors import CSTAError, LinkLost, ServiceError
from csta.messages.base import Event
from csta.messages.errors import OperationErrors
from csta.messages.monitoring import MonitorStop, MonitorStopResponse
from csta.messages.system import SystemStatusValue
from csta.model.events import CallEnded, DeviceChanged, LinkDown, LinkUp, ModelEvent
from csta.model.happenings import Regrouping
from csta.model.listeners import Listeners
from csta.model.provider import Listener
from csta.model.tracker import Tracker
from csta.protocol import DelayedCall, ReactorTime
from csta.provider import snapshots
from csta.provider.audit import Audit
from csta.provider.connections import Connections
from csta.provider.events import happening
from csta.provider.features import Features
from csta.provider.identifiers import extension
from csta.provider.monitors import Monitors
from csta.provider.snapshots import Found

WINDOW = 16
"""Devices that monitors are started for at the same time: a switch may limit the requests under way (§9.3.1)."""

RETRY_REFUSED = 60.0
"""Seconds until a device whose monitor the switch refused is tried again."""

RETRY_SOON = 5.0
"""The same when the switch did not answer, or ended a monitor: it may well be there again."""

TRIES = 3
"""Snapshots in a row that events may cross before one is believed all the same."""

RELEASE_TIMEOUT = 2.0
"""Seconds the switch may take to end the monitors when the provider stops; closing the link ends them too."""

_NO_SUCH_MONITOR = frozenset({OperationErrors.INVALID_MONITOR_CROSS_REF_ID, OperationErrors.INVALID_CROSS_REF_ID})
_STATUS_OF_RESTART = frozenset({SystemStatusValue.INITIALIZING, SystemStatusValue.DISABLED})


class Watch:
    """The devices of one provider.

    :ivar tracker: their calls.
    :ivar connections: the switch's names of their connections.
    :ivar features: what is set at them.
    :ivar audit: puts right what events leave in doubt.
    """

    log = Logger()

    def __init__(self, reactor: ReactorTime, name: str, names: Iterator[str] | None = None) -> None:
        self.tracker = Tracker(extension, names)
        self.connections = Connections()
        self.monitors = Monitors()
        self.features = Features()
        self._reactor = reactor
        self._name = name
        self._listeners = Listeners(self._listener_failed)
        self._client: Client | None = None
        self._restarting = False
        self._retry: DelayedCall | None = None
        self.audit = Audit(reactor, self)

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """See :class:`csta.model.provider.Provider`."""
        return self._listeners.subscribe(listener)

    def tell(self, events: Iterable[ModelEvent]) -> None:
        """Tell every listener."""
        self._listeners.tell(events)

    def _listener_failed(self, listener: Listener) -> None:
        self.log.failure("{link}: listener {listener!r} failed", link=self._name, listener=listener)

    # What the uplink calls

    async def prepare(self, client: Client) -> None:
        """Start all monitors and learn all calls; raises CSTAError when the link does not last so long."""
        self.monitors.void()
        self._restarting = False
        self._client = client
        client.subscribe(self._hear)
        client.subscribe_status(lambda status: self._status(client, status))
        client.serve(MonitorStop, lambda stop: self._stopped(client, stop))
        # Without it some switches tell no status (§14.1.2), others do not know it: nobody waits for the answer.
        client.system.system_register().addErrback(_nothing_lost)
        await self.watch_missing(client)

    def link_up(self) -> None:
        """Tell that the link is up."""
        self.log.info("{link}: up, {count} devices", link=self._name, count=len(self.monitors.wanted))
        self.audit.start()
        self.tell([LinkUp()])

    def link_down(self, reason: str, retry_in: float | None) -> None:
        """Tell that the link is down."""
        self._client = None
        self.audit.stop()
        self.monitors.void()
        if self._retry is not None:
            self._retry.cancel()
            self._retry = None
        self.log.info("{link}: down: {reason}", link=self._name, reason=reason)
        self.tell([LinkDown(reason, retry_in)])

    # Devices

    async def watch_missing(self, client: Client) -> None:
        """Watch every device that is to be watched and is not; those the switch refuses are tried again later.

        :raises LinkLost: the link went away meanwhile.
        """
        window = DeferredSemaphore(WINDOW)
        while missing := self.monitors.take_missing():  # more may be asked for while these are started
            each = [window.run(self._watch_or_refuse, client, device) for device in missing]
            for fine, result in await DeferredList(each, consumeErrors=True):
                if not fine:
                    cast(Failure, result).raiseException()

    async def watch(self, client: Client, device: str) -> None:
        """Start a monitor and take a snapshot; raises CSTAError when the switch does not let us."""
        reference = (await client.monitoring.monitor_start(device)).monitor_cross_ref_id
        if not self.monitors.is_wanted(device) or self.monitors.reference(device) is not None:
            await client.monitoring.monitor_stop(reference)  # given up meanwhile, or asked for once more and there
            return
        back = self.monitors.started(device, reference)
        try:
            await self.take_snapshot(client, device)
        except LinkLost:
            raise
        except CSTAError as error:
            self.log.warn("{link}: no snapshot of {device}: {error}", link=self._name, device=device, error=error)
            if not isinstance(error, ServiceError):  # it may well answer the next time
                self.audit.doubt(device)
        if back:
            self.tell([DeviceChanged(device, in_service=True)])

    async def take_snapshot(self, client: Client, device: str) -> bool:
        """Ask for the calls at a device and put right what was missed; raises CSTAError.

        Where an event crosses the answer nobody can tell which of the two is newer: it is asked again.

        :returns: whether there was something to put right.
        """
        found: list[Found] = []
        for _ in range(TRIES):
            mark = self.audit.mark(device)
            try:
                found = await snapshots.ask(client, device, lambda call_id: self.tracker.named(device, call_id))
            except ServiceError:
                self._tell_of(device, self.tracker.accept(device, self._reactor.seconds()))
                raise
            if mark == self.audit.mark(device):
                break
        for call in found:
            self.connections.learn(device, call.connection)
        events = self.tracker.resynchronise(device, [each.entry for each in found], self._reactor.seconds())
        self._tell_of(device, events)
        return bool(events)

    # What the audit asks for

    def busy(self) -> tuple[str, ...]:
        """See :class:`csta.provider.audit.Devices`."""
        return self.tracker.busy

    def watched(self) -> tuple[str, ...]:
        """See :class:`csta.provider.audit.Devices`."""
        return self.monitors.watched

    async def look(self, device: str) -> bool:
        """See :class:`csta.provider.audit.Devices`."""
        if self._client is None or not self.monitors.is_wanted(device):
            return False
        return await self.take_snapshot(self._client, device)

    async def renew(self, device: str) -> None:
        """See :class:`csta.provider.audit.Devices`. A switch that does not know the monitor knows none of them."""
        reference = self.monitors.reference(device)
        if self._client is None or reference is None:
            return
        self.log.warn("{link}: {device} did not tell of a call: new monitor", link=self._name, device=device)
        client = self._client
        try:
            await client.monitoring.monitor_stop(reference)
        except ServiceError as error:
            if error.code in _NO_SUCH_MONITOR:
                self.monitors.void()
        self.monitors.lost(device)
        await self.watch_missing(client)

    async def release(self, client: Client) -> None:
        """End all monitors; what the switch says to it does not matter any more."""
        stops = [MonitorStop(monitor_cross_ref_id=each) for each in self.monitors.references]
        await DeferredList([client.request(each, RELEASE_TIMEOUT) for each in stops], consumeErrors=True)

    async def _watch_or_refuse(self, client: Client, device: str) -> None:
        try:
            await self.watch(client, device)
        except LinkLost:
            raise
        except CSTAError as error:
            self.log.warn("{link}: {device} is not watched: {error}", link=self._name, device=device, error=error)
            self.monitors.refused(device)
            self.tell([DeviceChanged(device, in_service=False)])
            self._retry_in(RETRY_REFUSED if isinstance(error, ServiceError) else RETRY_SOON, client)

    def _retry_in(self, seconds: float, client: Client) -> None:
        if self._retry is not None:
            if self._retry.getTime() <= self._reactor.seconds() + seconds:
                return
            self._retry.cancel()
        self._retry = cast(DelayedCall, self._reactor.callLater(seconds, self._retry_refused, client))

    def _retry_refused(self, client: Client) -> None:
        self._retry = None
        self.monitors.retry()
        self._again(client)

    def _again(self, client: Client) -> None:
        """Watch what is missing; when the link goes away meanwhile, the next one does it."""
        Deferred.fromCoroutine(self.watch_missing(client)).addErrback(_nothing_lost)

    # What the switch says

    def _hear(self, event: Event) -> None:
        device = self.monitors.device(event.monitor_cross_ref_id)
        if device is None:
            return  # before the answer that names its monitor: the snapshot that follows knows
        self.audit.heard(device)
        changed = self.features.changed(device, event)
        if changed is not None:
            self.tell([changed])
        happened = happening(event)
        if happened is not None:
            self.connections.learn_from_event(device, event)
            old = happened.old_calls if isinstance(happened, Regrouping) else ()
            self._tell_of(device, self.tracker.apply(device, happened, self._reactor.seconds()), old)
            for doubtful in self.tracker.take_doubtful():
                self.audit.doubt(doubtful, urgent=self.tracker.withholds(doubtful))

    def _tell_of(self, device: str, events: list[ModelEvent], old_calls: tuple[str, ...] = ()) -> None:
        """Tell what happened to calls, and forget what the switch called those that are over."""
        self.tell(events)
        ended = [event.call.call_id for event in events if isinstance(event, CallEnded)]
        present = {call.call_id for call in self.tracker.calls(device)}
        self.connections.forget(device, {*ended, *old_calls} - present)

    def _stopped(self, client: Client, stop: MonitorStop) -> MonitorStopResponse:
        """The switch ends a monitor (§15.1.3)."""
        device = self.monitors.ended(stop.monitor_cross_ref_id)
        if device is not None:
            self.log.warn("{link}: the switch ended the monitor of {device}", link=self._name, device=device)
            self.monitors.lost(device)
            self._retry_in(RETRY_SOON, client)
        return MonitorStopResponse()

    def _status(self, client: Client, status: SystemStatusValue) -> None:
        """What a status says of monitors and events (§12.2.28)."""
        if status in _STATUS_OF_RESTART:
            self._restarting = True
        elif status is SystemStatusValue.ENABLED:
            if self._restarting:  # every earlier monitor is void
                self.monitors.void()
            self._restarting = False
            self.monitors.retry()
            self._again(client)
        elif status is SystemStatusValue.MESSAGES_LOST:
            for device in self.monitors.watched:
                self.audit.doubt(device)


def _nothing_lost(failure: Failure) -> None:
    """The switch refused, or the link went away; it does not matter, or the next link does it again."""
    failure.trap(CSTAError)
