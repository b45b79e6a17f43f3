"""Which devices are to be watched, and by which monitors they are (ECMA-269 §12.3.21)."""

from __future__ import annotations

from enum import Enum


class Standing(Enum):
    """How far the watch of a device is."""

    WANTED = "wanted"
    STARTING = "starting"
    WATCHED = "watched"
    REFUSED = "refused"


class Monitors:
    """Devices to be watched, and the cross references of their monitors on the present link."""

    def __init__(self) -> None:
        self._standings: dict[str, Standing] = {}
        self._devices: dict[str, str] = {}  # by cross reference
        self._lost: set[str] = set()

    @property
    def wanted(self) -> tuple[str, ...]:
        """Devices to be watched, in the order they were asked for."""
        return tuple(self._standings)

    @property
    def references(self) -> tuple[str, ...]:
        """Cross references of all monitors."""
        return tuple(self._devices)

    def want(self, device: str) -> None:
        """Watch a device on this link and the following ones."""
        self._standings.setdefault(device, Standing.WANTED)

    def is_wanted(self, device: str) -> bool:
        """Whether a device is to be watched."""
        return device in self._standings

    def take_missing(self) -> list[str]:
        """Devices that nobody has begun to watch; the caller does so now."""
        missing = [device for device, standing in self._standings.items() if standing is Standing.WANTED]
        self._standings.update(dict.fromkeys(missing, Standing.STARTING))
        return missing

    def take(self, device: str) -> bool:
        """The same for one device; False when somebody has begun to watch it."""
        if self._standings.get(device) not in (Standing.WANTED, Standing.REFUSED):
            return False
        self._standings[device] = Standing.STARTING
        return True

    def started(self, device: str, reference: str) -> bool:
        """A monitor is in place; True when the device had been refused before."""
        self._standings[device] = Standing.WATCHED
        self._devices[reference] = device
        was_lost = device in self._lost
        self._lost.discard(device)
        return was_lost

    def refused(self, device: str) -> None:
        """The switch does not let the device be watched now."""
        if device in self._standings:
            self._standings[device] = Standing.REFUSED
            self._lost.add(device)

    def retry(self) -> None:
        """Let the refused devices be tried again."""
        self._reset(Standing.REFUSED)

    def ended(self, reference: str) -> str | None:
        """The switch ended a monitor; gives its device."""
        return self._devices.pop(reference, None)

    def lost(self, device: str) -> None:
        """The monitor of a device is no good any more; another one is to be started."""
        self._devices.pop(self.reference(device) or "", None)
        if device in self._standings:
            self._standings[device] = Standing.WANTED

    def reference(self, device: str) -> str | None:
        """The cross reference of the monitor of a device, None when there is none."""
        return next((reference for reference, known in self._devices.items() if known == device), None)

    @property
    def watched(self) -> tuple[str, ...]:
        """Devices with a monitor."""
        return tuple(self._devices.values())

    def release(self, device: str) -> str | None:
        """Watch a device no more; gives the cross reference of its monitor when there is one."""
        self._standings.pop(device, None)
        self._lost.discard(device)
        reference = self.reference(device)
        if reference is not None:
            del self._devices[reference]
        return reference

    def device(self, reference: str) -> str | None:
        """The device that an event with this cross reference was reported for."""
        return self._devices.get(reference)

    def void(self) -> None:
        """The link is new, or the switch restarted: no monitor exists any more."""
        self._devices.clear()
        self._reset(*Standing)

    def _reset(self, *standings: Standing) -> None:
        again = [device for device, standing in self._standings.items() if standing in standings]
        self._standings.update(dict.fromkeys(again, Standing.WANTED))
