"""When to ask the switch what calls there are: wherever the events leave a doubt, and now and then without one.

An event that got lost at the end of a call is missed by nobody: the call seems to go on. A monitor that the switch
forgot says nothing any more. Both come to light by a snapshot of devices that are silent (own choice; ECMA-269 says
what "messages lost" means, §12.2.28, not how to find out without being told).
"""

from __future__ import annotations

from collections.abc import Coroutine, Iterable
from typing import Any, Protocol, cast

from twisted.internet.defer import CancelledError, Deferred, DeferredSemaphore
from twisted.python.failure import Failure

from csta.errors import CSTAError, LinkLost
from csta.protocol import DelayedCall, ReactorTime

SETTLING = 2.0
"""Seconds after which a doubtful device is looked at once more, if it was heard of: late events are in by then."""

ROUNDS = 5
"""How often in a row a device is looked at for one doubt."""

SILENCE = 60.0
"""Seconds without an event after which a device with calls is looked at."""

ROTATION = 60
"""Devices without calls that are looked at in every such time, in turn."""

PARALLEL = 8
"""Snapshots under way at a time, so that commands find their way."""


class Devices(Protocol):
    """The watched devices, as an audit needs them."""

    def busy(self) -> Iterable[str]:
        """Devices that have calls."""

    def watched(self) -> tuple[str, ...]:
        """All devices."""

    async def look(self, device: str) -> bool:
        """Take a snapshot of a device; whether it told anything new. Raises CSTAError."""

    async def renew(self, device: str) -> None:
        """Replace the monitor of a device: something happened there and it did not tell. Raises CSTAError."""


class Audit:
    """The snapshots of one link beyond the first of each device.

    :ivar looks: how many were taken.
    """

    def __init__(self, reactor: ReactorTime, devices: Devices) -> None:
        self.looks = 0
        self._reactor = reactor
        self._devices = devices
        self._heard: dict[str, int] = {}
        self._silent: dict[str, int] = {}
        self._doubted: dict[str, Deferred[None] | None] = {}  # with the pause before the next look
        self._pauses: set[Deferred[None]] = set()
        self._window = DeferredSemaphore(PARALLEL)
        self._turn = 0

    def heard(self, device: str) -> None:
        """An event of a device came."""
        self._heard[device] = self._heard.get(device, 0) + 1

    def mark(self, device: str) -> int:
        """A number that changes with every event of the device."""
        return self._heard.get(device, 0)

    def start(self) -> None:
        """The link is up."""
        self._run(self._go_round())

    def stop(self) -> None:
        """The link is over: who waits for the time stops waiting; who waits for the switch is told by the link."""
        for pause in tuple(self._pauses):
            pause.cancel()
        self._doubted.clear()

    def doubt(self, device: str, urgent: bool = False) -> None:
        """What is known of a device may be wrong: look now, and again when late events are in.

        :param urgent: somebody waits for it; where a look was just taken, take the next one now.
        """
        if device not in self._doubted:
            self._doubted[device] = None
            self._run(self._settle(device))
        elif urgent and (pause := self._doubted[device]) is not None:
            self._doubted[device] = None
            pause.callback(None)

    def forget(self, device: str) -> None:
        """A device is watched no longer."""
        self._heard.pop(device, None)
        self._silent.pop(device, None)

    async def _settle(self, device: str) -> None:
        try:
            for _ in range(ROUNDS):
                mark = self.mark(device)
                known = await self._look(device)
                pause: Deferred[None] = Deferred()
                self._doubted[device] = pause
                await self._pause(SETTLING, pause)
                if known is not None and mark == self.mark(device):
                    return
        finally:
            self._doubted.pop(device, None)

    async def _go_round(self) -> None:
        while True:
            await self._pause(SILENCE, Deferred())
            for device in self._due():
                self._run(self._check(device))

    def _due(self) -> list[str]:
        """Devices with calls that were silent since the last time, and some of the others in turn."""
        now = {device: self.mark(device) for device in self._devices.busy()}
        due = [device for device, mark in now.items() if self._silent.get(device) == mark]
        self._silent = now
        watched = self._devices.watched()
        first = self._turn % len(watched) if watched else 0
        turn = (watched[first:] + watched[:first])[:ROTATION]
        self._turn = first + len(turn)
        return [*due, *(device for device in turn if device not in now)]

    async def _check(self, device: str) -> None:
        """Look at a silent device; one that was silent though something happened gets a new monitor."""
        mark = self.mark(device)
        if await self._look(device) and mark == self.mark(device):
            await self._devices.renew(device)

    async def _look(self, device: str) -> bool | None:
        """Take a snapshot; None when the switch gave none."""
        self.looks += 1
        try:
            return await self._window.run(self._devices.look, device)
        except LinkLost:
            raise
        except CSTAError:
            return None

    async def _pause(self, seconds: float, pause: Deferred[None]) -> None:
        """Wait, but not after ``pause`` fires."""
        timer = cast(DelayedCall, self._reactor.callLater(seconds, pause.callback, None))
        self._pauses.add(pause)
        try:
            await pause
        finally:
            self._pauses.discard(pause)
            if timer.active():
                timer.cancel()

    def _run(self, task: Coroutine[Deferred[Any], Any, None]) -> None:
        Deferred.fromCoroutine(task).addErrback(_over)


def _over(failure: Failure) -> None:
    """The link is gone, or the switch refused; the next link, or the next round, does it again."""
    failure.trap(CancelledError, CSTAError)
