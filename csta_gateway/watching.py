"""Brings the monitors of a link to what is wanted, however often that changes while the switch is still answering."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count

from twisted.internet.defer import ensureDeferred
from twisted.logger import Logger

from crm_adapter.clock import Clock, Timer
from csta.errors import CSTAError, LinkLost
from csta.model.events import DeviceChanged
from csta.model.provider import Listener, Provider

log = Logger()

RETRY = 60.0
"""Seconds until a device the switch refused is asked for again; when the link comes back it is at once."""


class Watching:
    """Monitors of the devices of one provider: for each device one request at a time, and the last wish holds.

    A device that is given up and wanted again while the switch answers gets a new monitor all the same, for what
    happened in between has been forgotten.

    :param name: of the link, in logs.
    :param clock: for trying again.
    :param tell: hears which devices the switch refuses, and which it takes after all.
    :param left: called with a device when its calls are not told of any more.
    """

    def __init__(
        self, name: str, provider: Provider, clock: Clock, tell: Listener, left: Callable[[str], None]
    ) -> None:
        self._name = name
        self._provider = provider
        self._clock = clock
        self._tell = tell
        self._left = left
        self._numbers = count()
        self._wishes: dict[str, int] = {}
        self._fulfilled: dict[str, int] = {}
        self._busy: set[str] = set()
        self._refused: set[str] = set()
        self._out_of_service: set[str] = set()
        self._timer: Timer | None = None
        self._stopped = False

    def begin(self, device: str) -> None:
        """Watch a device."""
        self._wishes[device] = next(self._numbers)
        self._bring(device)

    def end(self, device: str) -> None:
        """Watch a device no longer."""
        self._wishes.pop(device, None)
        self._bring(device)

    def retry(self) -> None:
        """Ask again for what was refused: the switch has been away, or some time has passed."""
        if self._timer is not None and self._timer.active():
            self._timer.cancel()
        self._timer = None
        refused, self._refused = self._refused, set()
        for device in sorted(refused):
            self._fulfilled.pop(device, None)
            self._bring(device)

    def stop(self) -> None:
        """Ask for nothing any more; closing the link ends all monitors."""
        self._stopped = True
        if self._timer is not None and self._timer.active():
            self._timer.cancel()

    def _bring(self, device: str) -> None:
        if device not in self._busy:
            self._busy.add(device)
            ensureDeferred(self._settle(device))

    async def _settle(self, device: str) -> None:
        try:
            while not self._stopped and self._wishes.get(device) != self._fulfilled.get(device):
                if device in self._fulfilled:
                    await self._unmonitor(device)
                else:
                    await self._monitor(device, self._wishes[device])
        finally:
            self._busy.discard(device)

    async def _monitor(self, device: str, wish: int) -> None:
        self._fulfilled[device] = wish
        try:
            await self._provider.monitor(device)
        except LinkLost:
            return  # it is noted, and watched when the link is back
        except CSTAError as error:
            if self._stopped or self._wishes.get(device) != wish:
                return  # nobody wants that monitor any more; the next one gets an answer of its own
            log.error("{link}: {device} cannot be watched: {error}", link=self._name, device=device, error=error)
            self._refused.add(device)
            self._out_of_service.add(device)
            self._retry_later()
            self._tell(DeviceChanged(device, in_service=False))
            return
        if device in self._out_of_service and not self._stopped:
            self._out_of_service.remove(device)
            self._tell(DeviceChanged(device, in_service=True))

    async def _unmonitor(self, device: str) -> None:
        del self._fulfilled[device]
        self._refused.discard(device)
        self._out_of_service.discard(device)
        self._left(device)
        try:
            await self._provider.unmonitor(device)
        except LinkLost:
            return  # its monitors went with the link
        except CSTAError as error:
            log.warn("{link}: {device} is still watched: {error}", link=self._name, device=device, error=error)

    def _retry_later(self) -> None:
        if self._timer is None and not self._stopped:
            self._timer = self._clock.callLater(RETRY, self.retry)
