"""The open lines of Windows Telephony, and which device is at which: opened when they are wanted and can be."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Protocol, cast

from twisted.internet.defer import DeferredList, DeferredLock, DeferredSemaphore
from twisted.logger import Logger
from twisted.python.failure import Failure

from csta.errors import CSTAError, LinkLost, LocalProtocolError, ServiceError
from tapi_adapter.constants import LINECALLPRIVILEGE, LINEERR, LINEMEDIAMODE
from tapi_adapter.descriptions import LineDescription
from tapi_adapter.errors import LineError
from tapi_adapter.line import Heard, Line
from tapi_adapter.linecalls import LineCalls
from tapi_adapter.lines import Directory, Place
from tapi_adapter.model import FAILURES, GENERIC
from tapi_adapter.telephony import Telephony
from tapi_adapter.timing import Timing

WINDOW = 16
"""Lines that are opened at the same time."""

OPEN_MODES = (
    LINECALLPRIVILEGE.MONITOR,
    LINECALLPRIVILEGE.MONITOR | LINECALLPRIVILEGE.OWNER,
    LINECALLPRIVILEGE.OWNER,
)
"""Privileges that a line is opened with, the first that the driver takes: to own every call would take them from
whoever works with them on the machine itself."""

OTHER_MODE = frozenset({LINEERR.INVALPRIVSELECT, LINEERR.OPERATIONUNAVAIL, LINEERR.INVALMEDIAMODE, LINEERR.INVALPARAM})
"""Errors after which a line is opened with the next privileges."""


class Owner(Heard, Protocol):
    """Whom the lines are for."""

    def in_service(self, device: str, works: bool) -> None:
        """A device works again, or does not."""

    async def look(self, line: Line) -> None:
        """Learn the calls of a line; raises CSTAError."""

    def dropped(self, line: Line) -> None:
        """A line is closed, its handles are dead."""


class OpenLines:
    """Devices that are to be watched, and the lines they are at.

    :param owner: hears the lines and what becomes of the devices.
    :param name: what logs call the service.
    """

    log = Logger()

    def __init__(self, reactor: Timing, telephony: Telephony, directory: Directory, owner: Owner, name: str) -> None:
        self._reactor = reactor
        self._telephony = telephony
        self._directory = directory
        self._owner = owner
        self._name = name
        self._works: dict[str, bool] = {}  # device → what was last told of it
        self._descriptions: tuple[LineDescription, ...] = ()
        self._lines: dict[int, Line] = {}  # by device identifier
        self._places: dict[str, tuple[Line, int]] = {}
        self._locks: defaultdict[int, DeferredLock] = defaultdict(DeferredLock)

    @property
    def wanted(self) -> tuple[str, ...]:
        """Devices that are to be watched."""
        return tuple(self._works)

    @property
    def missing(self) -> list[str]:
        """Those of them that are not."""
        return [device for device in self._works if device not in self._places]

    @property
    def lines(self) -> tuple[Line, ...]:
        """The open lines."""
        return tuple(self._lines.values())

    def place(self, device: str) -> tuple[Line, int] | None:
        """The open line of a device and its address there, None while there is none."""
        return self._places.get(device)

    def with_handle(self, handle: int) -> Line | None:
        """The open line with a handle."""
        return next((line for line in self._lines.values() if line.handle == handle), None)

    def of_device(self, device: int) -> Line | None:
        """The open line with a device identifier."""
        return self._lines.get(device)

    def want(self, device: str) -> None:
        """Watch a device."""
        self._works.setdefault(device, True)

    async def release(self, device: str) -> None:
        """Watch a device no longer; raises CSTAError."""
        self._works.pop(device, None)
        line, address = self._places.pop(device, (None, 0))
        if line is None:
            return
        if len(line.devices) > 1:
            await line.unwatch(address)
        else:
            self.drop(line)
            await self._telephony.close_line(line.handle)

    async def learn(self) -> None:
        """Ask which lines there are; raises CSTAError."""
        self._descriptions = await self._telephony.lines()
        for description in self._descriptions:
            line = self._lines.get(description.device)
            if line is not None:
                line.description = description

    async def open_missing(self) -> None:
        """Open the lines of all devices that are not watched; those that do not open are told to be out of service.

        :raises LinkLost: the service went down meanwhile.
        """
        window = DeferredSemaphore(WINDOW)
        tried: set[str] = set()
        while untried := [device for device in self.missing if device not in tried]:  # more may be asked for meanwhile
            tried.update(untried)
            each = [window.run(self._open_or_refuse, device) for device in untried]
            for fine, result in await DeferredList(each, consumeErrors=True):
                if not fine:
                    cast(Failure, result).raiseException()

    async def open(self, device: str) -> None:
        """Open the line of a device, where it is not open yet, and learn its calls; raises CSTAError."""
        try:
            place = self._directory.find(device, self._descriptions)
        except LookupError as error:
            raise LocalProtocolError(str(error.args[0]), "monitorStart") from None
        await self._locks[place.line.device].run(self._open_at, device, place)

    def drop(self, line: Line) -> None:
        """A line is closed: its handles are dead."""
        line.close()
        self._lines.pop(line.description.device, None)
        self._places = {device: place for device, place in self._places.items() if place[0] is not line}
        self._owner.dropped(line)

    def void(self) -> None:
        """No line is open any more, and nobody knows what works."""
        for line in self.lines:
            self.drop(line)
        self._works = dict.fromkeys(self._works, True)

    def lose(self, line: Line) -> None:
        """A line was closed under us: its devices do not work."""
        devices = [calls.device for calls in line.devices.values()]
        self.drop(line)
        self.in_service(devices, False)

    def remove(self, device: int) -> Line | None:
        """A line is gone for good; gives it where it was open."""
        self._descriptions = tuple(each for each in self._descriptions if each.device != device)
        line = self._lines.get(device)
        if line is not None:
            self.lose(line)
        return line

    def in_service(self, devices: Iterable[str], works: bool) -> None:
        """Tell of devices that work again or do not; that they work is not told unless they did not."""
        for device in devices:
            if self._works.get(device) is (not works):
                self._works[device] = works
                self._owner.in_service(device, works)

    async def _open_or_refuse(self, device: str) -> None:
        try:
            await self.open(device)
        except LinkLost:
            raise
        except CSTAError as error:
            self.log.warn("{link}: {device} is not watched: {error}", link=self._name, device=device, error=error)
            self.in_service([device], False)
        except Exception:  # one of ours: it costs this device, not the others
            self.log.failure("{link}: {device} is not watched", link=self._name, device=device)
            self.in_service([device], False)

    async def _open_at(self, device: str, place: Place) -> None:
        line = self._lines.get(place.line.device) or await self._opened(place)
        if device not in self._works or device in self._places:
            if not line.devices:  # the device was given up meanwhile
                self.drop(line)
                await self._telephony.close_line(line.handle)
            return
        line.devices[place.address] = LineCalls(device)
        self._places[device] = (line, place.address)
        try:
            await self._owner.look(line)
        except LinkLost:
            raise
        except CSTAError as error:
            self.log.warn("{link}: calls of {line}: {error}", link=self._name, line=line.name, error=error)
        if self.place(device) is not None:  # it may have been given up, or lost, meanwhile
            self.in_service([device], True)

    async def _opened(self, place: Place) -> Line:
        handle = await self._handle(place)
        line = Line(self._reactor, self._telephony, place.line, handle, self._owner, self._name)
        self._lines[place.line.device] = line
        return line

    async def _handle(self, place: Place) -> int:
        """The handle of a line; the driver may not like every way to open it.

        :raises ServiceError: it likes none.
        """
        offered = place.line.media_modes
        media = offered & LINEMEDIAMODE.INTERACTIVEVOICE or offered or LINEMEDIAMODE.INTERACTIVEVOICE
        refused: LineError | None = None
        for privileges in OPEN_MODES:
            try:
                handle = await self._telephony.open_line(place.line.device, privileges, media)
            except LineError as error:
                self.log.warn("{link}: {line}: {error}", link=self._name, line=place.line.name, error=error)
                refused = error
                if error.code not in OTHER_MODE:
                    break
                continue
            if handle:
                return handle
            self.log.warn("{link}: {line}: a line without a handle", link=self._name, line=place.line.name)
            break
        failure = FAILURES.get(refused.code, GENERIC) if refused is not None else GENERIC
        raise ServiceError("monitorStart", *failure)
