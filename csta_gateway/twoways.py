"""Devices that are reached by two ways: which of them is used, and what users are told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from twisted.internet.defer import DeferredList, ensureDeferred
from twisted.logger import Logger

from crm_adapter.clock import Clock, Timer
from csta.errors import LocalProtocolError
from csta.model.call import Call
from csta.model.events import CallEvent, DeviceChanged, LinkDown, LinkUp, ModelEvent
from csta.model.listeners import Listeners
from csta.model.provider import Listener, Provider
from csta.model.states import Service
from csta_gateway.onecall import OneCall
from csta_gateway.oneway import OneWay
from csta_gateway.reach import Reach, Turn, Way, after

log = Logger()


@dataclass(slots=True)
class Place:
    """A device.

    :ivar reach: how it is reached now.
    :ivar calls: its calls.
    :ivar usual: what the main way can do for it.
    :ivar told: what was last told of it.
    """

    reach: Reach
    calls: OneCall
    told: DeviceChanged
    usual: frozenset[Service] = field(default_factory=frozenset)


class TwoWays:
    """The ways, the devices, and the moves of :data:`csta_gateway.reach.MOVES`.

    :param names: of the main way and of the fallback.
    :param calls: names for calls.
    :param patience: seconds that the main way may be gone before the fallback takes over.
    :ivar reach: how devices are reached that neither way refuses.
    :ivar reason: why they are not, in words.
    """

    def __init__(
        self,
        main: Provider,
        fallback: Provider,
        clock: Clock,
        *,
        patience: float,
        names: tuple[str, str],
        calls: Iterator[str],
    ) -> None:
        self.reach = Reach.GRACE
        self._main = OneWay(names[0], main, clock, self._main_changed)
        self._fallback = OneWay(names[1], fallback, clock, self._fallback_changed)
        self._ways = {Way.MAIN: self._main, Way.FALLBACK: self._fallback}
        self._clock = clock
        self._patience = patience
        self._timer: Timer | None = None
        self._running = False
        self._places: dict[str, Place] = {}
        self._names = calls
        self._listeners = Listeners(self._listener_failed)

    @property
    def reason(self) -> str:
        """Why no way works, in words; empty while one does."""
        if self.reach.way is not None:
            return ""
        if self.reach is Reach.GRACE:
            return self._main.reason
        return f"{self._main.reason}; {self._fallback.name}: {self._fallback.reason}"

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """See :class:`csta.model.provider.Provider`."""
        return self._listeners.subscribe(listener)

    def start(self) -> None:
        """Open both ways and keep them open."""
        self._running = True
        self._main.provider.subscribe(self._hear_main)
        self._fallback.provider.subscribe(self._hear_fallback)
        self._wait()
        self._fallback.provider.start()
        self._main.provider.start()

    async def stop(self) -> None:
        """Close both; one that fails does not keep the other."""
        self._running = False
        self._stop_waiting()
        stopping = [ensureDeferred(way.stop()) for way in self._ways.values()]
        for fine, result in await DeferredList(stopping, consumeErrors=True):
            if not fine:
                log.failure("a way of {link} did not close cleanly", result, link=self._main.name)

    def watch(self, device: str) -> None:
        """Watch a device on both ways, until :meth:`leave`."""
        if device in self._places:
            return
        known = DeviceChanged(device, in_service=True, via="", lacks=frozenset())
        place = self._places[device] = Place(self.reach, OneCall(self._names), known)
        for way in self._ways.values():
            way.watch(device)
        self._learn(device, place)
        self._tell_of(device, place)

    def leave(self, device: str) -> None:
        """Watch a device no longer."""
        if self._places.pop(device, None) is not None:
            for way in self._ways.values():
                way.leave(device)

    def calls(self, device: str) -> OneCall:
        """The calls of a device.

        :raises LocalProtocolError: it is not watched.
        """
        if device not in self._places:
            raise LocalProtocolError(f"device {device} is not monitored")
        return self._places[device].calls

    def calls_at(self, device: str) -> tuple[Call, ...]:
        """The same as users see them, oldest first; none of a device that is not watched."""
        return self._places[device].calls.calls if device in self._places else ()

    def call_id(self, way: Way, device: str, call_id: str) -> str:
        """What the switch calls a call of a device on a way, from what it calls it on the device's active one."""
        place = self._places.get(device)
        if place is None or place.reach.way in (way, None):
            return call_id
        known = next((call for call in place.calls.calls if call.call_id == call_id), None)
        own = place.calls.on(way, known.id) if known is not None else ""
        return next((call.call_id for call in self.provider(way).calls(device) if call.id == own), call_id)

    def way(self, device: str) -> Way | None:
        """The way that commands to a device go, None while there is none."""
        place = self._places.get(device)
        return place.reach.way if place is not None else self.reach.way

    def provider(self, way: Way) -> Provider:
        """Whom to ask on a way."""
        return self._ways[way].provider

    # What the ways tell

    def _hear_main(self, event: ModelEvent) -> None:
        if isinstance(event, LinkUp):
            self._stop_waiting()
            self._main.went_up()
            self._turn_all(Turn.MAIN_WORKS)
            self._tell(event)
        elif isinstance(event, LinkDown):
            self._main.went_down(event.reason)
            self._turn_all(Turn.MAIN_LOST)
            self._wait()
            if self.reach.way is None:
                self._tell_down(event)
        else:
            self._hear(Way.MAIN, event)

    def _hear_fallback(self, event: ModelEvent) -> None:
        before = self.reach
        if isinstance(event, LinkUp):
            self._fallback.went_up()
            self._turn_all(Turn.FALLBACK_WORKS)
        elif isinstance(event, LinkDown):
            self._fallback.went_down(event.reason)
            self._turn_all(Turn.FALLBACK_FAILS)
        else:
            self._hear(Way.FALLBACK, event)
        if self.reach is not before and isinstance(event, LinkUp):
            self._tell(event)
        elif self.reach is not before and isinstance(event, LinkDown):
            self._tell_down(event)

    def _hear(self, way: Way, event: ModelEvent) -> None:
        if isinstance(event, CallEvent):
            self._call_changed(way, event)
        elif isinstance(event, DeviceChanged):
            place = self._places.get(event.device)
            said = replace(event, in_service=None)
            if place is not None and _speaks(way, place) and said != DeviceChanged(event.device):
                self._tell(said)
            self._ways[way].tells(event)

    def _call_changed(self, way: Way, event: CallEvent) -> None:
        device = event.call.device
        place = self._places.get(device)
        if place is None:
            return
        self._learn(device, place)
        if _speaks(way, place):
            self._tell(*place.calls.hear(way, event, self._ways[way].exact(event.call)))
        for silent, source in self._ways.items():
            if source.serves(device) and not _speaks(silent, place):
                place.calls.pair(silent, source.sightings(device))

    def _main_changed(self, device: str) -> None:
        if self._main.up:  # else it is told when it is
            self._turn(device, Turn.MAIN_WORKS)

    def _fallback_changed(self, device: str) -> None:
        self._turn(device, Turn.FALLBACK_WORKS)

    # Turns

    def _turn_all(self, turn: Turn) -> None:
        self.reach = after(self.reach, turn, self._fallback.up)
        for device in tuple(self._places):
            self._turn(device, turn)

    def _turn(self, device: str, turn: Turn) -> None:
        """What happened to the ways, for one device: a way that works may refuse it all the same."""
        place = self._places[device]
        if turn is Turn.MAIN_WORKS and not self._main.serves(device):
            turn = Turn.MAIN_REFUSES
        if turn is Turn.FALLBACK_WORKS and not self._fallback.serves(device):
            turn = Turn.FALLBACK_FAILS
        self._learn(device, place)
        before, place.reach = place.reach, after(place.reach, turn, self._fallback.serves(device))
        way = place.reach.way
        if way is not None and place.reach is not before:
            self._tell(*place.calls.hand_over(way, self._ways[way].sightings(device)))
        self._tell_of(device, place)

    def _learn(self, device: str, place: Place) -> None:
        """What the main way can do: the switch may turn out not to have something, and is not asked once it is away."""
        if self._main.up:
            place.usual = self._main.provider.capabilities(device)

    def _tell_of(self, device: str, place: Place) -> None:
        """Tell how a device is reached, where that is new; of a link that is down its devices need no word."""
        if place.reach is Reach.FALLBACK:
            able = self._fallback.provider.capabilities(device)
            now = DeviceChanged(device, in_service=True, via=self._fallback.name, lacks=place.usual - able)
        elif place.reach is Reach.NOWHERE and self.reach.way is not None:
            now = replace(place.told, in_service=False)
        elif place.reach is Reach.MAIN:
            now = DeviceChanged(device, in_service=True, via="", lacks=frozenset())
        else:
            return
        if now != place.told:
            place.told = now
            self._tell(now)

    # Waiting

    def _wait(self) -> None:
        if self._running and self.reach is Reach.GRACE and self._timer is None:
            self._timer = self._clock.callLater(self._patience, self._lose_patience)

    def _stop_waiting(self) -> None:
        timer, self._timer = self._timer, None
        if timer is not None:
            timer.cancel()

    def _lose_patience(self) -> None:
        self._timer = None
        self._turn_all(Turn.PATIENCE_ENDS)
        if self.reach is Reach.FALLBACK:
            log.warn("{link}: {fallback} takes over", link=self._main.name, fallback=self._fallback.name)
            self._tell(LinkUp())

    # Telling

    def _tell_down(self, event: LinkDown) -> None:
        """All devices count as in service then, see :class:`csta.model.events.LinkDown`."""
        for place in self._places.values():
            place.told = replace(place.told, in_service=True)
        self._tell(LinkDown(self.reason, event.retry_in))

    def _tell(self, *events: ModelEvent) -> None:
        self._listeners.tell(events)

    def _listener_failed(self, listener: Listener) -> None:
        log.failure("{link}: listener {listener!r} failed", link=self._main.name, listener=listener)


def _speaks(way: Way, place: Place) -> bool:
    """Whether users hear of calls from a way. Of a lost main way that comes back they hear before it is up."""
    return place.reach.way is way or (way is Way.MAIN and place.reach is Reach.GRACE)
