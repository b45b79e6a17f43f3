"""The links to the switches: which device is reached over which, what works now, and what its features are set to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from typing import Any

from msgspec import Struct, structs
from twisted.internet.defer import DeferredList, ensureDeferred
from twisted.logger import Logger

from crm_adapter.clock import Clock
from csta.errors import CSTAError
from csta.model.events import DeviceChanged, LinkDown, LinkUp, ModelEvent
from csta.model.provider import Provider
from csta.model.states import Service
from csta.recorder.live import Recording
from csta_gateway import config
from csta_gateway.metrics import Metrics
from csta_gateway.namedfiles import names_any
from csta_gateway.traces import recording
from csta_gateway.watching import Watching

log = Logger()


class LinkState(Struct, frozen=True, kw_only=True):
    """Whether a switch can be reached.

    :param since: when it went up or down, seconds.
    :param retry_at: when it is tried again, seconds, or None while it is up or being tried.
    :param reason: why it is down, in words for the log.
    """

    name: str
    up: bool
    since: float
    retry_at: float | None = None
    reason: str = ""


class DeviceState(Struct, frozen=True, kw_only=True):
    """The features of a device; None: not known.

    :param via: what it is reached by instead of its link, empty while it is reached by that.
    :param lacks: what cannot be done with it because of that.
    """

    id: str
    do_not_disturb: bool | None = None
    forwarding: dict[str, str] = {}
    in_service: bool = True
    via: str = ""
    lacks: frozenset[Service] = frozenset()


MakeProvider = Callable[[config.Connection, Recording], Provider]
EventHandler = Callable[["SwitchLink", ModelEvent], None]
Forgetting = Callable[[str], None]
"""Called with a device whose calls are not told of any more."""


class SwitchLink:
    """One link and the devices it serves.

    :ivar state: whether the switch can be reached now.
    :ivar devices: device → its features.
    :ivar recording: what passes on it; ``provider`` writes into it.
    """

    def __init__(
        self,
        name: str,
        provider: Provider,
        recording: Recording,
        devices: Iterable[str],
        clock: Clock,
        metrics: Metrics,
    ) -> None:
        self.provider = provider
        self.recording = recording
        self.state = LinkState(name=name, up=False, since=clock.seconds())
        self.devices = {device: DeviceState(id=device) for device in devices}
        self._clock = clock
        self._metrics = metrics
        self._watching = Watching(name, provider, clock, self._follow, lambda device: self._forget(device))
        self._heard: EventHandler = lambda link, event: None
        self._forget: Forgetting = lambda device: None
        self._unsubscribe: Callable[[], None] = lambda: None

    def start(self, heard: EventHandler, forget: Forgetting) -> None:
        """Open the link and watch the devices.

        :param heard: called with every event, after :attr:`state` and :attr:`devices` have followed it.
        :param forget: called with a device when its calls are not told of any more.
        """
        self._heard = heard
        self._forget = forget
        self._count()
        self._unsubscribe = self.provider.subscribe(self._follow)
        self.provider.start()
        for device in self.devices:
            self._watching.begin(device)

    def add(self, device: str) -> None:
        """Watch one more device."""
        self.devices[device] = DeviceState(id=device)
        self._watching.begin(device)

    def remove(self, device: str) -> None:
        """Watch a device no longer."""
        del self.devices[device]
        self._forget(device)
        self._watching.end(device)
        self._count()

    def retire(self) -> None:
        """Tell nothing more, and let the calls be forgotten; what is left to do is :meth:`stop`."""
        self._watching.stop()
        self._unsubscribe()
        for device in self.devices:
            self._forget(device)

    async def stop(self) -> None:
        """Release the monitors and close the link; what was recorded of it is on the disk then."""
        self._watching.stop()
        try:
            await self.provider.stop()
        finally:
            self.recording.close()

    def capabilities(self, device: str) -> frozenset[Service]:
        """What can be done with a device now."""
        return self.provider.capabilities(device) if self.state.up else frozenset()

    def _follow(self, event: ModelEvent) -> None:
        self._metrics.events.labels(self.state.name, type(event).__name__).inc()
        if isinstance(event, LinkUp):
            self._went_up()
        elif isinstance(event, LinkDown):
            self._went_down(event)
        elif isinstance(event, DeviceChanged):
            self._device_changed(event)
        self._count()
        self._heard(self, event)

    def _went_up(self) -> None:
        self.state = LinkState(name=self.state.name, up=True, since=self._clock.seconds())
        for device, known in self.devices.items():
            if known.in_service:
                ensureDeferred(self._ask_features(device))
        self._watching.retry()

    def _went_down(self, event: LinkDown) -> None:
        now = self._clock.seconds()
        retry_at = None if event.retry_in is None else now + event.retry_in
        if self.state.up:
            self._metrics.link_losses.labels(self.state.name).inc()
        since = now if self.state.up else self.state.since
        self.state = LinkState(name=self.state.name, up=False, since=since, retry_at=retry_at, reason=event.reason)
        # A device the switch refused before may be all right when it is back; it says so again if not.
        self.devices = {device: structs.replace(known, in_service=True) for device, known in self.devices.items()}

    def _device_changed(self, event: DeviceChanged) -> None:
        known = self.devices.get(event.device)
        if known is None:
            return
        said = {name: value for name in FEATURES if (value := FEATURES[name](event)) is not None}
        now = structs.replace(known, **said)
        if now.via != known.via:  # the other way may not be able to tell
            now = structs.replace(now, do_not_disturb=None, forwarding={})
        self.devices[event.device] = now
        if self.state.up and now.in_service and (not known.in_service or now.via != known.via):
            ensureDeferred(self._ask_features(event.device))

    def _count(self) -> None:
        watched = sum(device.in_service for device in self.devices.values()) if self.state.up else 0
        self._metrics.link_up.labels(self.state.name).set(self.state.up)
        self._metrics.monitors.labels(self.state.name).set(watched)

    async def _ask_features(self, device: str) -> None:
        """Learn what was set while nobody listened; a switch without the feature leaves it unknown."""
        able = self.provider.capabilities(device)
        try:
            if Service.GET_DO_NOT_DISTURB in able:
                self._follow(DeviceChanged(device, do_not_disturb=await self.provider.get_do_not_disturb(device)))
            if Service.GET_FORWARDING in able:
                self._follow(DeviceChanged(device, forwarding=await self.provider.get_forwarding(device)))
        except CSTAError as error:
            log.warn("{link}: features of {device}: {error}", link=self.state.name, device=device, error=error)


FEATURES: dict[str, Callable[[DeviceChanged], object]] = {
    "do_not_disturb": lambda event: event.do_not_disturb,
    "forwarding": lambda event: event.forwarding,
    "in_service": lambda event: event.in_service,
    "via": lambda event: event.via,
    "lacks": lambda event: event.lacks,
}
"""Fields of :class:`DeviceState` and what an event says about them."""


def _without_devices(settings: config.Connection) -> config.Connection:
    """What a link depends on: everything but the devices."""
    return structs.replace(settings, switch=structs.replace(settings.switch, devices=()))


class Links:
    """All links; a device goes to the first one that serves it.

    :raises RecordingFailed: the trace of a link cannot be written.
    """

    def __init__(
        self,
        settings: Iterable[config.Connection],
        devices: Iterable[str],
        make_provider: MakeProvider,
        clock: Clock,
        metrics: Metrics,
    ) -> None:
        self._settings = tuple(settings)
        self._make_provider = make_provider
        self._clock = clock
        self._metrics = metrics
        self._heard: EventHandler = lambda link, event: None
        self._forget: Forgetting = lambda device: None
        self._links: list[SwitchLink] = []
        served = self._served(devices)
        for position, each in enumerate(self._settings):
            self._links.append(self._make(each, [device for device, at in served.items() if at == position]))
        self._by_device = {device: self._links[at] for device, at in served.items()}

    def __iter__(self) -> Iterator[SwitchLink]:
        """The links in the order of the settings."""
        return iter(self._links)

    def watch(self, devices: Iterable[str]) -> None:
        """Watch these devices and no others."""
        wanted = set(devices)
        for device in sorted(self._by_device.keys() - wanted):
            self._by_device.pop(device).remove(device)
        for device, at in self._served(wanted - self._by_device.keys()).items():
            self._by_device[device] = self._links[at]
            self._links[at].add(device)

    def replace(
        self,
        settings: Iterable[config.Connection],
        devices: Iterable[str],
        rewritten: frozenset[str] = frozenset(),
    ) -> list[SwitchLink]:
        """Bring the links to other settings; those that differ in ``devices`` at most keep what is open on them.

        :param devices: everything that is to be watched.
        :param rewritten: paths of files that hold something else than before; links they belong to are opened anew.
        :returns: links that are over and have still to be stopped.
        :raises RecordingFailed: the trace of a link cannot be written; all links are as they were.
        :raises CSTAError: from making the source of calls; the same.
        """
        wanted = tuple(settings)
        before, links = self._links, self._kept_or_made(wanted, rewritten)
        self._settings, self._links = wanted, links
        gone = [link for link in before if link not in links]
        for link in gone:
            link.retire()
            self._metrics.link_up.remove(link.state.name)
            self._metrics.monitors.remove(link.state.name)
        for link in links:
            if link not in before:
                link.start(self._heard, self._forget)
        self._distribute(set(devices), gone)
        return gone

    def by_device(self, device: str) -> SwitchLink | None:
        """The link of a device, or None when no link serves it."""
        return self._by_device.get(device)

    def about(self, device: str, call: str = "") -> dict[str, Any]:
        """Fields of a line in the log about a device, or about a call at it; see :data:`csta_gateway.log.FIELDS`."""
        link = self.by_device(device)
        return {"link": link.state.name if link else "", "call": call, "device": device}

    def capabilities(self, device: str) -> frozenset[Service]:
        """What can be done with a device now."""
        link = self.by_device(device)
        return link.capabilities(device) if link else frozenset()

    def start(self, heard: EventHandler, forget: Forgetting) -> None:
        """Open all links; ``heard`` is called with every event, ``forget`` with devices that are watched no longer."""
        self._heard, self._forget = heard, forget
        for link in self._links:
            link.start(heard, forget)

    def _kept_or_made(self, wanted: Iterable[config.Connection], rewritten: frozenset[str]) -> list[SwitchLink]:
        open_now = zip(self._settings, self._links, strict=True)
        known = {_without_devices(each): link for each, link in open_now if not names_any(each.switch, rewritten)}
        links = []
        with ExitStack() as undo:
            for each in wanted:
                link = known.get(_without_devices(each))
                if link is None:
                    link = self._make(each, ())
                    undo.callback(link.recording.close)
                links.append(link)
            undo.pop_all()
        return links

    def _make(self, settings: config.Connection, devices: Iterable[str]) -> SwitchLink:
        kept = recording(settings.switch)
        try:
            provider = self._make_provider(settings, kept)
        except CSTAError:
            kept.close()
            raise
        return SwitchLink(settings.name, provider, kept, devices, self._clock, self._metrics)

    def _distribute(self, devices: set[str], gone: list[SwitchLink]) -> None:
        """Give each device to the link that serves it now."""
        served = {device: self._links[at] for device, at in self._served(devices).items()}
        for device, link in self._by_device.items():
            if served.get(device) is not link and link not in gone:
                link.remove(device)
        for device, link in served.items():
            if self._by_device.get(device) is not link:
                link.add(device)
        self._by_device = served

    def _served(self, devices: Iterable[str]) -> dict[str, int]:
        """Device → position of the first link that serves it."""
        served = {}
        for device in sorted(devices):
            found = next((at for at, each in enumerate(self._settings) if each.serves(device)), None)
            if found is not None:
                served[device] = found
        return served

    async def stop(self) -> None:
        """Close all links."""
        await stop_all(self._links)


async def stop_all(links: Iterable[SwitchLink]) -> None:
    """Close links; one that fails does not keep the others."""
    stopping = {link.state.name: ensureDeferred(link.stop()) for link in links}
    ended = await DeferredList(stopping.values(), consumeErrors=True)
    for name, (fine, result) in zip(stopping, ended, strict=True):
        if not fine:
            log.failure("{link}: did not close cleanly", result, link=name)
