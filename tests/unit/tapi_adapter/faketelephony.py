"""A telephony service in memory: :class:`tapi_adapter.telephony.Telephony` on a switch that people's hands move.

It keeps the rules a real one keeps: nobody controls what he does not own, handles are dead after they were given back
or their line was closed, calls that exist when a line is opened are not announced, and replies and messages come in
any order that real ones may come in.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from random import Random
from typing import Any, TypeVar

from msgspec import structs
from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from csta.errors import LinkLost, RequestTimeout
from tapi_adapter.constants import (
    LINEADDRFEATURE,
    LINECALLFEATURE,
    LINECALLPRIVILEGE,
    LINEERR,
    LINEMEDIAMODE,
    LINETRANSFERMODE,
)
from tapi_adapter.descriptions import Address, AddressStatus, CallInfo, CallStatus, Forward, LineDescription
from tapi_adapter.errors import LineError
from tapi_adapter.messages import (
    CallInfoChanged,
    CallStateChanged,
    LineClosed,
    Message,
    NewCall,
    ServiceDown,
    ServiceUp,
)
from tapi_adapter.requests import Reply, Request
from tapi_adapter.telephony import Listener
from tests.unit.tapi_adapter.fakepbx import Appearance, Pbx, S
from tests.unit.tapi_adapter.fakerequests import DO

R = TypeVar("R")
OWNER, MONITOR = LINECALLPRIVILEGE.OWNER, LINECALLPRIVILEGE.MONITOR

EVERYTHING = Address(
    features=sum(LINEADDRFEATURE),
    call_features=sum(LINECALLFEATURE),
    transfer_modes=LINETRANSFERMODE.TRANSFER | LINETRANSFERMODE.CONFERENCE,
)
"""An address with all features."""


class FakeTelephony:
    """One machine with one line for each station.

    :param random: decides in which order replies and messages come; None for replies first.
    :param caps: what each address has.
    :ivar refuses: request or function → error it fails with.
    :ivar silent: requests that are never answered.
    :ivar handles: live handles of calls.
    """

    def __init__(self, stations: tuple[str, ...], random: Random | None = None, caps: Address = EVERYTHING) -> None:
        self.pbx = Pbx(stations, self)
        self.caps = caps
        self.refuses: dict[object, int] = {}
        self.silent: set[type[Request]] = set()
        self.asked: list[Request] = []
        self.handles: dict[int, Appearance] = {}
        self.given_back = 0
        self.descriptions = [self._describe(index, number) for index, number in enumerate(stations)]
        self.open: dict[int, str] = {}
        self.privileges: dict[int, int] = {}
        self.digits: list[str] = []
        self.forwards: dict[str, tuple[Forward, ...]] = {}
        self.up = False
        self.slow_dial_tone = False
        self.loses_handles = False
        self.announces = True
        self.refuses_lines: dict[str, int] = {}
        self.refused_privileges: dict[int, int] = {}
        self._random = random
        self._listener: Listener | None = None
        self._queue: deque[Callable[[], object]] = deque()
        self._own_station: str | None = None
        self._last = 0x10000

    # What the test does

    def settle(self) -> None:
        """Everything that is on its way arrives."""
        while self._queue:
            self._queue.popleft()()

    def say(self, message: Message) -> None:
        """Tell something, true or not."""
        self._queue.append(lambda: self._listener(message) if self._listener is not None else None)

    def lose(self, reason: str, retry_in: float | None = None) -> None:
        """The service goes down."""
        self.up = False
        self._void(set(self.open))
        self.say(ServiceDown(reason=reason, retry_in=retry_in))

    def restore(self) -> None:
        """It is there again."""
        self.up = True
        self.say(ServiceUp())

    def close_under(self, station: str) -> None:
        """A line is closed by somebody else."""
        line = next(handle for handle, number in self.open.items() if number == station)
        self._void({line})
        self.say(LineClosed(line=line))

    def add_line(self, station: str) -> None:
        """A line is new; somebody has to say so."""
        self.pbx.stations = (*self.pbx.stations, station)
        self.descriptions.append(self._describe(len(self.descriptions), station))

    def remove_line(self, station: str) -> None:
        """A line is gone; somebody has to say so."""
        self.descriptions = [each for each in self.descriptions if each.name != f"Line {station}"]
        self._void({line for line, number in self.open.items() if number == station})

    def give_dial_tone(self, station: str) -> None:
        """A station that had to wait for it gets it."""
        self.slow_dial_tone = False
        for each in self.pbx.at(station):
            if not each.state:
                self.pbx.to(each, S.DIALTONE)

    # What the switch tells

    def begun(self, appearance: Appearance) -> None:
        line = self._line(appearance.station)
        if line is None:
            return
        own = appearance.station == self._own_station
        self._give_handle(appearance, OWNER if own else MONITOR)
        if not own and self.announces:
            self.say(NewCall(line=line, address=0, call=appearance.handle, privilege=MONITOR))

    def state(self, appearance: Appearance) -> None:
        if appearance.handle:
            self.say(CallStateChanged(call=appearance.handle, state=appearance.state, mode=appearance.mode))

    def info(self, appearance: Appearance, what: int) -> None:
        if appearance.handle:
            self.say(CallInfoChanged(call=appearance.handle, what=what))

    # Telephony

    def start(self, listener: Listener) -> None:
        self._listener = listener
        self.restore()

    def stop(self) -> Deferred[None]:
        self._listener = None
        self.up = False
        self._void(set(self.open))
        return self._answer(lambda: None)

    def lines(self) -> Deferred[tuple[LineDescription, ...]]:
        return self._ask("lines", lambda: tuple(self.descriptions))

    def open_line(self, device: int, privileges: int, media_modes: int) -> Deferred[int]:
        return self._ask("open_line", lambda: self._open(device, privileges))

    def close_line(self, line: int) -> Deferred[None]:
        return self._ask("close_line", lambda: self._void({line}))

    def new_calls(self, line: int) -> Deferred[tuple[int, ...]]:
        return self._ask("new_calls", lambda: self._new_calls(line))

    def call_info(self, call: int) -> Deferred[CallInfo]:
        return self._ask("call_info", lambda: self._told_info(call))

    def call_status(self, call: int) -> Deferred[CallStatus]:
        return self._ask("call_status", lambda: self._status(call))

    def address_status(self, line: int, address: int) -> Deferred[AddressStatus]:
        return self._ask("address_status", lambda: AddressStatus(forwards=self.forwards.get(self._station(line), ())))

    def set_privilege(self, call: int, privilege: int) -> Deferred[None]:
        def grant() -> None:
            self._appearance(call).privilege = privilege

        return self._ask("set_privilege", grant)

    def release(self, call: int) -> Deferred[None]:
        def give_back() -> None:
            appearance = self._appearance(call)
            if appearance.state != S.IDLE and appearance.privilege & OWNER:
                raise LineError("lineDeallocateCall", LINEERR.INVALCALLSTATE)
            del self.handles[call]
            appearance.handle = 0
            self.given_back += 1

        return self._ask("release", give_back)

    def request(self, request: Request) -> Deferred[Reply]:
        self.asked.append(request)
        if not self.up:
            return self._answer(_fails(LinkLost(type(request).__name__, "the service is down")))
        if type(request) in self.silent:
            return self._answer(_fails(RequestTimeout(type(request).__name__, 10)))
        if type(request) in self.refuses:
            return self._answer(_fails(LineError(type(request).__name__, self.refuses[type(request)])))
        before = len(self._queue)
        try:
            reply = DO[type(request)](self, request)
            reply = Reply() if self.loses_handles else reply
        except LineError as error:
            return self._answer(_fails(error))
        answer: Deferred[Reply] = Deferred()
        when = before if self._random is None else self._random.randint(before, len(self._queue))
        self._queue.insert(when, lambda: answer.callback(reply))
        return answer

    # Below here: how

    def _describe(self, index: int, number: str) -> LineDescription:
        return LineDescription(
            device=index * 2 + 1,  # numbers have holes
            name=f"Line {number}",
            permanent_id=1000 + index,
            guid=f"{{00000000-0000-0000-0000-{index:012}}}",
            provider="Fake TSP",
            version=0x00020002,
            media_modes=LINEMEDIAMODE.INTERACTIVEVOICE,
            addresses=(structs.replace(self.caps, number=number),),
        )

    def _ask(self, function: str, what: Callable[[], R]) -> Deferred[R]:
        if not self.up:
            return self._answer(_fails(LinkLost(function, "the service is down")))
        if function in self.refuses:
            return self._answer(_fails(LineError(function, self.refuses[function])))
        return self._answer(what)

    def _answer(self, what: Callable[[], R]) -> Deferred[R]:
        answer: Deferred[R] = Deferred()

        def give() -> None:
            try:
                answer.callback(what())
            except Exception:
                answer.errback(Failure())

        self._queue.append(give)
        return answer

    def _open(self, device: int, privileges: int) -> int:
        description = next((each for each in self.descriptions if each.device == device), None)
        if description is None:
            raise LineError("lineOpen", LINEERR.BADDEVICEID)
        station = description.name.removeprefix("Line ")
        refused = self.refuses_lines.get(station) or self.refused_privileges.get(privileges)
        if refused:
            raise LineError("lineOpen", refused)
        if self.loses_handles:
            return 0
        self._last += 1
        self.open[self._last] = station
        self.privileges[self._last] = privileges
        return self._last

    def _line(self, station: str) -> int | None:
        return next((line for line, number in self.open.items() if number == station), None)

    def _station(self, line: int) -> str:
        if line not in self.open:
            raise LineError("line", LINEERR.INVALLINEHANDLE)
        return self.open[line]

    def _give_handle(self, appearance: Appearance, privilege: int) -> int:
        self._last += 1
        appearance.handle, appearance.privilege = self._last, privilege
        self.handles[self._last] = appearance
        return self._last

    def _appearance(self, call: int) -> Appearance:
        if call not in self.handles:
            raise LineError("call", LINEERR.INVALCALLHANDLE)
        return self.handles[call]

    def _void(self, lines: set[int]) -> None:
        stations = {self.open.pop(line) for line in lines if line in self.open}
        for handle, appearance in list(self.handles.items()):
            if appearance.station in stations:
                del self.handles[handle]
                appearance.handle = 0

    def _new_calls(self, line: int) -> tuple[int, ...]:
        there = [each for each in self.pbx.at(self._station(line)) if not each.handle]
        return tuple(self._give_handle(each, MONITOR) for each in there)

    def _told_info(self, call: int) -> CallInfo:
        own = self._appearance(call)
        return structs.replace(own.info, line=self._line(own.station) or 0, device=self._device(own.station))

    def _device(self, station: str) -> int:
        return next(each.device for each in self.descriptions if each.name == f"Line {station}")

    def _status(self, call: int) -> CallStatus:
        own = self._appearance(call)
        mode = own.conference.handle if own.conference is not None and own.state == S.CONFERENCED else own.mode
        return CallStatus(state=own.state, mode=mode, privilege=own.privilege)

    def owned(self, call: int) -> Appearance:
        own = self._appearance(call)
        if not own.privilege & OWNER:
            raise LineError("request", LINEERR.NOTOWNER)
        return own

    def mine(self, line: int, make: Callable[[str], Appearance]) -> Appearance:
        """What begins at the station of a line belongs to the application that asked for it."""
        self._own_station = self._station(line)
        try:
            return make(self._own_station)
        finally:
            self._own_station = None

    def line_of(self, own: Appearance) -> int:
        return self._line(own.station) or 0


def _fails(error: Exception) -> Callable[[], Any]:
    def fail() -> None:
        raise error

    return fail
