"""One of the ways to devices that have two, and which of them it serves."""

from __future__ import annotations

from collections.abc import Callable

from crm_adapter.clock import Clock
from csta.model.call import Call
from csta.model.events import DeviceChanged, ModelEvent
from csta.model.provider import Provider
from csta_gateway.pairing import Sighting
from csta_gateway.watching import Watching

SETTLING = 10.0
"""Seconds after which a call that a way tells of is no more one that was there when it began to look."""


class OneWay:
    """A source of calls.

    :param name: in logs and for users.
    :param changed: called with a device that it serves from now on, or no longer.
    :ivar up: it has told that it works.
    :ivar reason: why it does not, in words.
    """

    def __init__(self, name: str, provider: Provider, clock: Clock, changed: Callable[[str], None]) -> None:
        self.name = name
        self.provider = provider
        self.up = False
        self.reason = "not started"
        self._clock = clock
        self._changed = changed
        self._watching = Watching(name, provider, clock, self._answered, lambda device: None)
        self._since: dict[str, float] = {}
        self._refused: set[str] = set()
        self._out_of_service: set[str] = set()

    def watch(self, device: str) -> None:
        """Watch a device, until :meth:`leave`."""
        self._since[device] = self._clock.seconds()
        self._watching.begin(device)

    def leave(self, device: str) -> None:
        """Watch a device no longer."""
        self._watching.end(device)
        self._since.pop(device, None)
        self._refused.discard(device)
        self._out_of_service.discard(device)

    async def stop(self) -> None:
        """Close it."""
        self._watching.stop()
        await self.provider.stop()

    def serves(self, device: str) -> bool:
        """Whether the calls of a device are told and commands on them taken now."""
        return self.up and device not in self._refused and device not in self._out_of_service

    def sightings(self, device: str) -> list[Sighting]:
        """The calls at a device."""
        return [Sighting(call, self.exact(call)) for call in self.provider.calls(device)]

    def exact(self, call: Call) -> bool:
        """Whether a call began while somebody looked."""
        return self.serves(call.device) and call.began > self._since[call.device] + SETTLING

    def went_up(self) -> None:
        """It works, and knows the calls of all devices that it does not refuse."""
        self.up, self.reason = True, ""
        self._since = dict.fromkeys(self._since, self._clock.seconds())
        self._watching.retry()

    def went_down(self, reason: str) -> None:
        """It does not work any more; of devices out of service it tells anew when it is back."""
        self.up, self.reason = False, reason
        self._out_of_service.clear()

    def tells(self, event: DeviceChanged) -> None:
        """It says something about a device, perhaps that it is out of service."""
        self._note(self._out_of_service, event)

    def _answered(self, event: ModelEvent) -> None:
        """It takes a device, or refuses it."""
        if isinstance(event, DeviceChanged):
            self._note(self._refused, event)

    def _note(self, without: set[str], event: DeviceChanged) -> None:
        if event.in_service is None or event.device not in self._since:
            return
        if event.in_service:
            without.discard(event.device)
            self._since[event.device] = self._clock.seconds()
        else:
            without.add(event.device)
        self._changed(event.device)
