"""Watches devices on the lines of Windows Telephony: reads the messages, and tells what follows.

What the service says belongs to one of its runs: when it goes down all lines and handles are void, and when it is up
again all are opened anew and asked which calls there are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from twisted.logger import Logger

from csta.errors import CSTAError, LinkLost
from csta.model.events import DeviceChanged, LinkDown, LinkUp, ModelEvent
from csta.model.happenings import Happening
from csta.model.listeners import Listeners
from csta.model.provider import Listener
from csta.model.tracker import Tracker
from tapi_adapter import forwarding
from tapi_adapter.constants import LINEADDRESSSTATE, LINEDEVSTATE
from tapi_adapter.forwarding import Settings
from tapi_adapter.line import CallMessage, Line, run
from tapi_adapter.lines import Directory
from tapi_adapter.messages import (
    AddressStateChanged,
    CallInfoChanged,
    CallStateChanged,
    GenerateEnded,
    LineClosed,
    LineCreated,
    LineRemoved,
    LineStateChanged,
    Message,
    NewCall,
    ServiceDown,
    ServiceUp,
)
from tapi_adapter.openlines import OpenLines
from tapi_adapter.strays import Strays
from tapi_adapter.telephony import Telephony
from tapi_adapter.timing import DelayedCall, Timing

RETRY_SOON = 5.0
"""Seconds until a line that was closed under us, or a service that gave no list of lines, is tried again."""

RETRY_REFUSED = 60.0
"""The same for a line that the driver does not open: somebody has to do something first."""

SILENCE = 60.0
"""Seconds without a message after which a line with calls is asked about them."""

TRIES = 3
"""Looks in a row that messages may cross before one is believed all the same."""

IN_SERVICE: dict[int, bool] = {
    LINEDEVSTATE.INSERVICE: True,
    LINEDEVSTATE.CONNECTED: True,
    LINEDEVSTATE.OUTOFSERVICE: False,
    LINEDEVSTATE.DISCONNECTED: False,
    LINEDEVSTATE.MAINTENANCE: False,
}
"""States of a line that say whether its device works."""

CHANGED_LINES = LINEDEVSTATE.CAPSCHANGE | LINEDEVSTATE.CONFIGCHANGE


class Watch:
    """The devices of one telephony service.

    :ivar name: what logs call it.
    :ivar tracker: their calls.
    :ivar lines: where they are.
    :ivar up: whether all lines are open and their calls known.
    :ivar reason: why not, in words.
    """

    log = Logger()

    def __init__(
        self,
        reactor: Timing,
        telephony: Telephony,
        directory: Directory,
        name: str,
        names: Iterator[str] | None = None,
    ) -> None:
        self.tracker = Tracker(names=names)
        self.lines = OpenLines(reactor, telephony, directory, self, name)
        self.up = False
        self.reason = "not started"
        self._reactor = reactor
        self._telephony = telephony
        self.name = name
        self._listeners = Listeners(self._listener_failed)
        self._calls: dict[int, Line] = {}
        self._features: dict[str, Settings] = {}
        self._looking: set[int] = set()
        self._timers: dict[str, DelayedCall] = {}
        self._strays = Strays(reactor, telephony, self._line_of, name)
        self._run = 0

    # Listeners

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """See :class:`csta.model.provider.Provider`."""
        return self._listeners.subscribe(listener)

    def tell(self, events: Iterable[ModelEvent]) -> None:
        """Tell every listener."""
        self._listeners.tell(events)

    def _listener_failed(self, listener: Listener) -> None:
        self.log.failure("{link}: listener {listener!r} failed", link=self.name, listener=listener)

    # Devices

    async def want(self, device: str) -> None:
        """Watch a device; while the service is down it is only noted.

        :raises CSTAError: its line cannot be opened; it is tried again by and by.
        """
        self.lines.want(device)
        if self.up and self.lines.place(device) is None:
            try:
                await self.lines.open(device)
            except LinkLost:
                raise
            except CSTAError:
                self.lines.in_service([device], False)
                raise

    async def release(self, device: str) -> None:
        """Watch a device no longer; raises CSTAError."""
        self._features.pop(device, None)
        self.tracker.forget(device)
        await self.lines.release(device)

    async def look(self, line: Line) -> None:
        """Ask for the calls of a line and put right what was missed; raises CSTAError.

        Where a message crosses the answers nobody can tell which is newer: it is asked again.
        """
        for _ in range(TRIES):
            mark = line.mark
            await line.look()
            if mark == line.mark:
                break
        now = self._reactor.seconds()
        for calls in tuple(line.devices.values()):
            self.tell(self.tracker.resynchronise(calls.device, calls.entries(), now))

    def doubt(self, device: str) -> None:
        """What is known of a device may be wrong: ask for its calls."""
        line, _ = self.lines.place(device) or (None, 0)
        if line is not None and line.handle not in self._looking:
            self._looking.add(line.handle)
            run(self._settle(line))

    async def ask_features(self, device: str, line: Line, address: int) -> Settings:
        """Ask what is set at a device, and tell what has changed; raises CSTAError."""
        status = await self._telephony.address_status(line.handle, address)
        settings = forwarding.read(status.forwards)
        before = self._features.get(device, Settings(False, {}))
        self._features[device] = settings
        if settings.do_not_disturb != before.do_not_disturb:
            self.tell([DeviceChanged(device, do_not_disturb=settings.do_not_disturb)])
        if settings.forwarding != before.forwarding:
            self.tell([DeviceChanged(device, forwarding=dict(settings.forwarding))])
        return settings

    # What the lines tell

    def happened(self, device: str, happenings: Iterable[Happening]) -> None:
        """See :class:`tapi_adapter.line.Heard`."""
        for happening in happenings:
            self.tell(self.tracker.apply(device, happening, self._reactor.seconds()))
        for doubtful in self.tracker.take_doubtful():
            self.doubt(doubtful)

    def routed(self, handle: int, line: Line) -> None:
        """See :class:`tapi_adapter.line.Heard`."""
        self._calls[handle] = line
        for message in self._strays.claim(handle):
            line.hear(message)

    def released(self, handle: int) -> None:
        """See :class:`tapi_adapter.line.Heard`."""
        self._calls.pop(handle, None)

    def in_service(self, device: str, works: bool) -> None:
        """See :class:`tapi_adapter.openlines.Owner`."""
        self.tell([DeviceChanged(device, in_service=works)])
        if not works and self.lines.place(device) is None:
            self._later("refused", RETRY_REFUSED, self._retry)

    def dropped(self, line: Line) -> None:
        """See :class:`tapi_adapter.openlines.Owner`."""
        self._looking.discard(line.handle)
        self._calls = {handle: each for handle, each in self._calls.items() if each is not line}

    # Messages

    def hear(self, message: Message) -> None:
        """What the service says; nothing of it may harm more than it is about."""
        try:
            _HEARS[type(message)](self, message)
        except Exception:
            self.log.failure("{link}: {message}", link=self.name, message=message)

    def down(self, message: ServiceDown) -> None:
        """The service is gone: all lines and handles are void."""
        self._run += 1
        self.up = False
        self.reason = message.reason
        for timer in self._timers.values():
            if timer.active():
                timer.cancel()
        self._timers.clear()
        self.lines.void()
        self._strays.forget()
        self.log.info("{link}: down: {reason}", link=self.name, reason=message.reason)
        self.tell([LinkDown(message.reason, message.retry_in)])

    def _service_up(self, message: ServiceUp) -> None:
        self._run += 1
        self.reason = "the lines are being opened"
        run(self._prepare(self._run))

    def _new_call(self, message: NewCall) -> None:
        line = self.lines.with_handle(message.line)
        if line is None:
            return
        if not message.call:
            self.log.warn("{link}: {line}: a call without a handle", link=self.name, line=line.name)
            return
        line.announce(message)
        self.routed(message.call, line)

    def _call_changed(self, message: CallMessage) -> None:
        line = self._calls.get(message.call)
        if line is not None:
            line.hear(message)
        else:
            self._strays.keep(message)

    def _line_closed(self, message: LineClosed) -> None:
        line = self.lines.with_handle(message.line)
        if line is not None:
            self.log.warn("{link}: {line} was closed under us", link=self.name, line=line.name)
            self.lines.lose(line)
            self._later("closed", RETRY_SOON, self._retry)

    def _line_removed(self, message: LineRemoved) -> None:
        line = self.lines.remove(message.device)
        if line is not None:
            self.log.warn("{link}: {line} was removed", link=self.name, line=line.name)
            run(_closed(self._telephony, line.handle))

    def _line_created(self, message: LineCreated) -> None:
        self._retry()

    def _line_state(self, message: LineStateChanged) -> None:
        line = self.lines.with_handle(message.line)
        if line is None:
            return
        if message.state & CHANGED_LINES:
            self._retry()
        works = {value for state, value in IN_SERVICE.items() if message.state & state}
        if len(works) == 1:
            self.lines.in_service((calls.device for calls in line.devices.values()), works.pop())
            self._doubt_all(line)

    def _address_state(self, message: AddressStateChanged) -> None:
        line = self.lines.with_handle(message.line)
        calls = line.devices.get(message.address) if line is not None else None
        if line is not None and calls is not None and message.state & LINEADDRESSSTATE.FORWARD:
            run(self.ask_features(calls.device, line, message.address))
        if message.state & LINEADDRESSSTATE.CAPSCHANGE:
            self._retry()

    def _digits_ended(self, message: GenerateEnded) -> None:
        line = self._calls.get(message.call)
        if line is not None and not message.complete:
            self.log.warn("{link}: {line}: not all digits were sent", link=self.name, line=line.name)

    # The service

    async def _prepare(self, this_run: int) -> None:
        """Open the lines of all devices, and learn their calls: the service is up then."""
        try:
            await self.lines.learn()
            await self.lines.open_missing()
        except LinkLost:
            return
        except CSTAError as error:
            if self._run == this_run:
                self.reason = str(error)
                self.log.error("{link}: no list of lines: {error}", link=self.name, error=error)
                self.tell([LinkDown(self.reason, RETRY_SOON)])
                self._later("list", RETRY_SOON, self._again)
            return
        if self._run == this_run:
            self.up, self.reason = True, ""
            self.log.info("{link}: up, {count} devices", link=self.name, count=len(self.lines.wanted))
            self._later("round", SILENCE, self._go_round)
            self.tell([LinkUp()])

    def _again(self) -> None:
        self._service_up(ServiceUp())

    def _retry(self) -> None:
        run(self._refresh())

    async def _refresh(self) -> None:
        """Lines came or changed: open those that were missing."""
        await self.lines.learn()
        await self.lines.open_missing()
        if self.lines.missing:
            self._later("refused", RETRY_REFUSED, self._retry)

    def _line_of(self, handle: int, device: int) -> Line | None:
        return self.lines.with_handle(handle) or self.lines.of_device(device)

    # Looking

    def _doubt_all(self, line: Line) -> None:
        for calls in line.devices.values():
            self.doubt(calls.device)

    async def _settle(self, line: Line) -> None:
        try:
            await self.look(line)
        except LinkLost:
            raise
        except CSTAError as error:
            self.log.warn("{link}: calls of {line}: {error}", link=self.name, line=line.name, error=error)
            for calls in line.devices.values():
                self.tell(self.tracker.accept(calls.device, self._reactor.seconds()))
        finally:
            self._looking.discard(line.handle)

    def _go_round(self) -> None:
        """Ask about calls that were silent: a driver may never tell that they are over."""
        for line in self.lines.lines:
            run(line.reap())
            if line.silent():
                self._doubt_all(line)
        self._later("round", SILENCE, self._go_round)

    def _later(self, why: str, seconds: float, what: Callable[[], object]) -> None:
        timer = self._timers.get(why)
        if timer is None or not timer.active():
            self._timers[why] = self._reactor.callLater(seconds, what)


async def _closed(telephony: Telephony, handle: int) -> None:
    await telephony.close_line(handle)


_HEARS: dict[type[Any], Callable[[Watch, Any], None]] = {
    ServiceUp: Watch._service_up,
    ServiceDown: Watch.down,
    NewCall: Watch._new_call,
    CallStateChanged: Watch._call_changed,
    CallInfoChanged: Watch._call_changed,
    LineClosed: Watch._line_closed,
    LineCreated: Watch._line_created,
    LineRemoved: Watch._line_removed,
    LineStateChanged: Watch._line_state,
    AddressStateChanged: Watch._address_state,
    GenerateEnded: Watch._digits_ended,
}
