"""An open line: reads what the driver tells of its calls, asks for what it does not, and gives handles back.

Messages of one call are taken one after the other, while those of other calls go on: a driver that does not answer
costs the call it was asked about.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Coroutine, Iterable
from typing import Any, Protocol

from twisted.internet.defer import CancelledError, Deferred
from twisted.logger import Logger
from twisted.python.failure import Failure

from csta.errors import CSTAError, LinkLost
from csta.model.happenings import Happening
from tapi_adapter.constants import LINECALLINFOSTATE, LINECALLPRIVILEGE, LINECALLSTATE, LINEERR
from tapi_adapter.descriptions import CallInfo, CallStatus, LineDescription
from tapi_adapter.errors import LineError
from tapi_adapter.legs import Leg
from tapi_adapter.linecalls import LineCalls
from tapi_adapter.messages import CallInfoChanged, CallStateChanged, NewCall
from tapi_adapter.telephony import Telephony
from tapi_adapter.timing import Timing

CALLER_WAIT = 0.1
"""Seconds that a ringing call is kept back for the number of its caller, which drivers send after the ringing."""

WAITING_LIMIT = 200
"""Messages of one call that may wait; a driver that sends more does not mean them."""

WORTH_ASKING = (
    LINECALLINFOSTATE.CALLERID
    | LINECALLINFOSTATE.CALLEDID
    | LINECALLINFOSTATE.CONNECTEDID
    | LINECALLINFOSTATE.REDIRECTIONID
    | LINECALLINFOSTATE.REDIRECTINGID
    | LINECALLINFOSTATE.CALLID
    | LINECALLINFOSTATE.RELATEDCALLID
    | LINECALLINFOSTATE.ORIGIN
    | LINECALLINFOSTATE.REASON
)
"""Changes of ``LINECALLINFO`` that mean something to us."""

GONE = frozenset({LINEERR.INVALCALLHANDLE})
"""What a function says of a call that is over."""

KNOWN_STATES = frozenset(LINECALLSTATE) - {LINECALLSTATE.UNKNOWN}

CallMessage = CallStateChanged | CallInfoChanged


class Heard(Protocol):
    """Hears what happens at the devices of a line."""

    def happened(self, device: str, happenings: Iterable[Happening]) -> None:
        """Events of calls at a device."""

    def routed(self, handle: int, line: Line) -> None:
        """Messages of a call belong to a line."""

    def released(self, handle: int) -> None:
        """A handle is of no use any more."""


class Line:
    """One open line.

    :param handle: ``HLINE``.
    :param heard: whom to tell.
    :param link: what logs call the service.
    :ivar devices: address → calls of the device there.
    :ivar mark: changes with every message.
    """

    log = Logger()

    def __init__(
        self, reactor: Timing, telephony: Telephony, description: LineDescription, handle: int, heard: Heard, link: str
    ) -> None:
        self.description = description
        self.handle = handle
        self.devices: dict[int, LineCalls] = {}
        self.mark = 0
        self.closed = False
        self._reactor = reactor
        self._telephony = telephony
        self._heard = heard
        self._link = link
        self._queues: dict[int, deque[CallMessage]] = {}
        self._wakers: dict[int, Deferred[None]] = {}
        self._watchers: list[tuple[Leg, frozenset[int], Deferred[None]]] = []
        self._announced: dict[int, NewCall] = {}
        self._disconnected: set[int] = set()
        self._silent: dict[int, int] = {}

    @property
    def name(self) -> str:
        """What logs call it."""
        return self.description.name or f"line {self.description.device}"

    @property
    def handles(self) -> tuple[int, ...]:
        """The calls it has handles of."""
        return tuple(handle for calls in self.devices.values() for handle in calls.handles)

    def calls_of(self, handle: int) -> LineCalls | None:
        """The device that a call is at."""
        return next((calls for calls in self.devices.values() if calls.leg(handle) is not None), None)

    def leg(self, handle: int) -> Leg | None:
        """What is known of a call."""
        calls = self.calls_of(handle)
        return calls.leg(handle) if calls is not None else None

    def _about(self, handle: int) -> dict[str, Any]:
        """Fields of a line in the log about a call."""
        calls = self.calls_of(handle)
        device = calls.device if calls is not None else ""
        return {"link": self._link, "line": self.name, "handle": handle, "device": device}

    # Messages

    def hear(self, message: CallMessage) -> None:
        """A message of one of its calls."""
        self.mark += 1
        queue = self._queues.get(message.call)
        if queue is None:
            self._queues[message.call] = deque([message])
            run(self._work(message.call))
            return
        if len(queue) < WAITING_LIMIT:
            queue.append(message)
        waker = self._wakers.pop(message.call, None)
        if waker is not None:
            waker.callback(None)

    def announce(self, message: NewCall) -> None:
        """A call begins; its state follows."""
        self.mark += 1
        self._announced[message.call] = message

    async def made(self, handle: int, address: int, dialled: str, purpose: str) -> Leg | None:
        """A call that we made, before its first messages are heard; None when it is at none of our devices.

        :param dialled: its destination.
        :param purpose: event cause, empty for the usual one.
        """
        self._announced[handle] = NewCall(
            line=self.handle, address=address, call=handle, privilege=LINECALLPRIVILEGE.OWNER
        )
        leg = await self._known(handle)
        if leg is not None:
            leg.dialled, leg.purpose = leg.dialled or dialled, leg.purpose or purpose
            leg.privilege = LINECALLPRIVILEGE.OWNER
        return leg

    def reached(self, leg: Leg, states: Iterable[int]) -> Deferred[None]:
        """Wait until a call is in one of these states; fires never when it never is."""
        wanted = frozenset(states)
        waiting: Deferred[None] = Deferred()
        if leg.state in wanted:
            waiting.callback(None)
        else:
            self._watchers.append((leg, wanted, waiting))
        return waiting

    async def unwatch(self, address: int) -> None:
        """A device is watched no longer: its handles are given back."""
        calls = self.devices.pop(address, None)
        for handle in calls.handles if calls is not None else ():
            await self._give_back(handle)

    def adopt(self, handle: int) -> None:
        """Hear the messages of a call that is on this line."""
        self._heard.routed(handle, self)

    def close(self) -> None:
        """The line is closed, its handles are dead."""
        self.closed = True
        self._queues.clear()
        for waker in self._wakers.values():
            waker.cancel()
        self._wakers.clear()
        for _, _, waiting in self._watchers:
            waiting.cancel()
        self._watchers.clear()

    # Asking

    async def look(self) -> None:
        """Learn what calls there are and what state they are in; what follows is for a snapshot to tell.

        :raises CSTAError: the driver does not say which calls there are.
        """
        for handle in await self._telephony.new_calls(self.handle):
            if handle:
                self._heard.routed(handle, self)
                await self._known(handle)
        for handle in self.handles:
            await self._settle(handle)

    def silent(self) -> bool:
        """Whether it has calls and none of them was heard of since the last time this was asked."""
        before, self._silent = self._silent, dict.fromkeys(self.handles, self.mark)
        return any(before.get(handle) == self.mark for handle in self.handles)

    async def _settle(self, handle: int) -> None:
        calls = self.calls_of(handle)
        if calls is None:
            return
        status = await self._status(handle)
        if status is None or status.state == LINECALLSTATE.IDLE:
            self._disconnected.discard(handle)
            calls.change(handle, LINECALLSTATE.IDLE, 0)
            await self._release(calls, handle)
        elif status.state in KNOWN_STATES:
            leg = calls.leg(handle)
            if leg is not None:
                leg.privilege = status.privilege or leg.privilege
            calls.change(handle, status.state, status.mode)
            self._notice(calls, handle)

    async def reap(self) -> None:
        """End the calls that have been disconnected since the last time: their last state does not come."""
        disconnected = {handle for handle in self.handles if self._is_disconnected(handle)}
        for handle in disconnected & self._disconnected:
            calls = self.calls_of(handle)
            if calls is not None:
                self.log.warn("{line}: call {handle:#x} was never over; taken for over", **self._about(handle))
                self._tell(calls, calls.change(handle, LINECALLSTATE.IDLE, 0))
                await self._release(calls, handle)
        self._disconnected = disconnected - self._disconnected

    def _is_disconnected(self, handle: int) -> bool:
        leg = self.leg(handle)
        return leg is not None and leg.state == LINECALLSTATE.DISCONNECTED

    # One call

    async def _work(self, handle: int) -> None:
        queue = self._queues[handle]
        try:
            while queue and not self.closed:
                await self._take(handle, queue.popleft())
        except (CancelledError, LinkLost):
            return  # the line is closed: whoever opens it again asks what calls there are
        except CSTAError as error:
            self.log.warn("{line}: call {handle:#x}: {error}", **self._about(handle), error=error)
        except Exception:  # one of ours: it costs this call, not the line
            self.log.failure("{line}: call {handle:#x}", **self._about(handle))
        finally:
            if self._queues.get(handle) is queue:
                del self._queues[handle]
                if queue and not self.closed:
                    self._queues[handle] = queue
                    run(self._work(handle))

    async def _take(self, handle: int, message: CallMessage) -> None:
        if isinstance(message, CallInfoChanged):
            calls = self.calls_of(handle)
            if calls is not None and message.what & WORTH_ASKING:
                self._tell(calls, calls.inform(handle, await self._info(handle)))
            return
        leg = await self._known(handle)
        calls = self.calls_of(handle)
        if leg is None or calls is None or self.closed:
            return
        leg.privilege = message.privilege or leg.privilege
        state, mode = await self._meant(message)
        if state == LINECALLSTATE.OFFERING and not leg.state and leg.caller_may_come:
            await self._wait_for_caller(handle, calls)
        self._tell(calls, calls.change(handle, state, mode))
        self._notice(calls, handle)
        if state == LINECALLSTATE.IDLE:
            await self._release(calls, handle)

    async def _known(self, handle: int) -> Leg | None:
        """The leg of a handle, begun where it is new; None, and given back, when it is at none of our devices."""
        leg = self.leg(handle)
        if leg is not None:
            return leg
        announced = self._announced.get(handle)
        info = await self._info(handle, announced.address if announced is not None else 0)
        leg = self.leg(handle)  # somebody else may have asked at the same time
        if leg is not None:
            return leg
        calls = self._device_at(info.address)
        self._announced.pop(handle, None)
        if calls is None:
            await self._give_back(handle)
            return None
        leg = calls.begin(handle, info)
        leg.privilege = announced.privilege if announced is not None else 0
        return leg

    def _device_at(self, address: int) -> LineCalls | None:
        """The device at an address; of a line that has one only, this one whatever the driver says."""
        alone = len(self.description.addresses) <= 1
        return next(iter(self.devices.values()), None) if alone else self.devices.get(address)

    async def _info(self, handle: int, address: int = 0) -> CallInfo:
        """What is said of a call; nothing, where the driver does not say."""
        try:
            return await self._telephony.call_info(handle)
        except LinkLost:
            raise
        except CSTAError as error:
            self.log.warn("{line}: call {handle:#x} is not described: {error}", **self._about(handle), error=error)
        leg = self.leg(handle)
        return leg.info if leg is not None else CallInfo(line=self.handle, address=address)

    async def _status(self, handle: int) -> CallStatus | None:
        """State of a call, None when it is over; UNKNOWN when the driver does not say."""
        try:
            return await self._telephony.call_status(handle)
        except LinkLost:
            raise
        except LineError as error:
            if error.code in GONE:
                return None
            self.log.warn("{line}: call {handle:#x} has no state: {error}", **self._about(handle), error=error)
        except CSTAError as error:
            self.log.warn("{line}: call {handle:#x} has no state: {error}", **self._about(handle), error=error)
        return CallStatus(state=LINECALLSTATE.UNKNOWN)

    async def _meant(self, message: CallStateChanged) -> tuple[int, int]:
        """The state a message tells; one that nobody knows is asked for."""
        if message.state in KNOWN_STATES:
            return message.state, message.mode
        if message.state != LINECALLSTATE.UNKNOWN:
            about = self._about(message.call)
            self.log.warn("{line}: call {handle:#x}: no call state is {state:#x}", state=message.state, **about)
        status = await self._status(message.call)
        return (LINECALLSTATE.IDLE, 0) if status is None else (status.state, status.mode)

    async def _wait_for_caller(self, handle: int, calls: LineCalls) -> None:
        waker = self._wakers[handle] = Deferred[None]()
        timer = self._reactor.callLater(CALLER_WAIT, self._wake, handle)
        try:
            if self._queues[handle]:
                self._wake(handle)
            await waker
        finally:
            if timer.active():
                timer.cancel()
        calls.inform(handle, await self._info(handle))

    def _wake(self, handle: int) -> None:
        waker = self._wakers.pop(handle, None)
        if waker is not None:
            waker.callback(None)

    async def _release(self, calls: LineCalls, handle: int) -> None:
        calls.forget(handle)
        await self._give_back(handle)

    async def _give_back(self, handle: int) -> None:
        self._heard.released(handle)
        try:
            await self._telephony.release(handle)
        except LinkLost:
            raise
        except CSTAError as error:
            self.log.warn("{line}: call {handle:#x} is not given back: {error}", **self._about(handle), error=error)

    def _tell(self, calls: LineCalls, happenings: list[Happening]) -> None:
        if happenings and not self.closed:
            self._heard.happened(calls.device, happenings)

    def _notice(self, calls: LineCalls, handle: int) -> None:
        """Let those go on who waited for the state that a call is in now."""
        leg = calls.leg(handle)
        due = [each for each in self._watchers if each[0] is leg and leg.state in each[1]]
        self._watchers = [each for each in self._watchers if each not in due]
        for _, _, waiting in due:
            if not waiting.called:
                waiting.callback(None)


def run(task: Coroutine[Deferred[Any], Any, object]) -> Deferred[None]:
    """Let something run by itself; a line that closes meanwhile ends it."""
    running: Deferred[Any] = Deferred.fromCoroutine(task)
    return running.addCallbacks(lambda _: None, _over)


def _over(failure: Failure) -> None:
    """The line, or the service, is gone, or refused; whoever opens it again asks what calls there are."""
    if failure.check(CancelledError, CSTAError) is None:
        Line.log.failure("a fault of ours", failure)
