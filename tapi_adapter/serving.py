"""The agent's side of a connection: answers the gateway's questions, and tells what the telephony service tells."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import NoReturn, ParamSpec, TypeVar

from twisted.internet.defer import Deferred, maybeDeferred
from twisted.internet.interfaces import IPushProducer
from twisted.logger import Logger
from twisted.python.failure import Failure
from zope.interface import implementer  # type: ignore[import-untyped] # has no type information

from tapi_adapter import protocol
from tapi_adapter.constants import LINEERR
from tapi_adapter.errors import LineError
from tapi_adapter.messages import Message
from tapi_adapter.protocol import CROSSING, Failed, Tell
from tapi_adapter.requests import Request
from tapi_adapter.telephony import Telephony
from tapi_adapter.timing import Timing
from tapi_adapter.wire import Heard, Wire

P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")

MOST_WAITING = 10_000
"""Messages that are kept while the gateway takes none."""

MOST_TOGETHER = 500
"""Messages that go into one message of AMP."""

MOST_QUESTIONS = 1000
"""Questions that are answered at a time."""

_log = Logger()


@implementer(IPushProducer)
class Outbox:
    """Messages on their way to the gateway. While the connection is full they wait here."""

    def __init__(self, wire: Wire, clock: Timing) -> None:
        self._wire = wire
        self._clock = clock
        self._waiting: deque[Message] = deque()
        self._paused = False
        self._coming = False

    def put(self, message: Message) -> None:
        """Send a message; those of one turn of the reactor go together."""
        if len(self._waiting) >= MOST_WAITING:
            self._wire.end(f"the gateway does not keep up: {MOST_WAITING} messages wait for it")
            return
        self._waiting.append(message)
        if not self._coming:
            self._coming = True
            self._clock.callLater(0, self._turn_over)

    def flush(self) -> None:
        """Send what waits, so that an answer does not overtake it."""
        while self._waiting and not self._paused:
            several = [self._waiting.popleft() for _ in range(min(len(self._waiting), MOST_TOGETHER))]
            self._wire.say(Tell, messages=several)

    def pauseProducing(self) -> None:
        """Twisted: the connection is full."""
        self._paused = True

    def resumeProducing(self) -> None:
        """Twisted: the connection has room."""
        self._paused = False
        self.flush()

    def stopProducing(self) -> None:
        """Twisted: the connection is gone."""
        self._paused = True
        self._waiting.clear()

    def _turn_over(self) -> None:
        self._coming = False
        self.flush()


class Serving(Heard):
    """What an agent listens to.

    :param telephony: what is served.
    """

    def __init__(self, wire: Wire, telephony: Telephony, clock: Timing) -> None:
        super().__init__(wire)
        self._telephony = telephony
        self._outbox = Outbox(wire, clock)
        self._questions = 0

    def begin(self) -> None:
        """The gateway takes this agent: start the service."""
        self.wire.begin()
        self.wire.transport.registerProducer(self._outbox, True)
        self._telephony.start(self._outbox.put)

    @protocol.Lines.responder
    def lines(self) -> Deferred[dict[str, object]]:
        """See :meth:`Telephony.lines`."""
        return self._answer("lineGetDevCaps", self._telephony.lines)

    @protocol.OpenLine.responder
    def open_line(self, device: int, privileges: int, media_modes: int) -> Deferred[dict[str, object]]:
        """See :meth:`Telephony.open_line`."""
        return self._answer("lineOpen", self._telephony.open_line, device, privileges, media_modes)

    @protocol.CloseLine.responder
    def close_line(self, line: int) -> Deferred[dict[str, object]]:
        """See :meth:`Telephony.close_line`."""
        return self._answer("lineClose", self._telephony.close_line, line)

    @protocol.NewCalls.responder
    def new_calls(self, line: int) -> Deferred[dict[str, object]]:
        """See :meth:`Telephony.new_calls`."""
        return self._answer("lineGetNewCalls", self._telephony.new_calls, line)

    @protocol.GetCallInfo.responder
    def call_info(self, call: int) -> Deferred[dict[str, object]]:
        """See :meth:`Telephony.call_info`."""
        return self._answer("lineGetCallInfo", self._telephony.call_info, call)

    @protocol.GetCallStatus.responder
    def call_status(self, call: int) -> Deferred[dict[str, object]]:
        """See :meth:`Telephony.call_status`."""
        return self._answer("lineGetCallStatus", self._telephony.call_status, call)

    @protocol.GetAddressStatus.responder
    def address_status(self, line: int, address: int) -> Deferred[dict[str, object]]:
        """See :meth:`Telephony.address_status`."""
        return self._answer("lineGetAddressStatus", self._telephony.address_status, line, address)

    @protocol.SetPrivilege.responder
    def set_privilege(self, call: int, privilege: int) -> Deferred[dict[str, object]]:
        """See :meth:`Telephony.set_privilege`."""
        return self._answer("lineSetCallPrivilege", self._telephony.set_privilege, call, privilege)

    @protocol.Release.responder
    def release(self, call: int) -> Deferred[dict[str, object]]:
        """See :meth:`Telephony.release`."""
        return self._answer("lineDeallocateCall", self._telephony.release, call)

    @protocol.Do.responder
    def request(self, request: Request) -> Deferred[dict[str, object]]:
        """See :meth:`Telephony.request`."""
        return self._answer(type(request).__name__, self._telephony.request, request)

    def _answer(
        self, function: str, ask: Callable[P, Deferred[T]], /, *args: P.args, **kwargs: P.kwargs
    ) -> Deferred[dict[str, object]]:
        if self._questions >= MOST_QUESTIONS:
            raise Failed.of(LineError(function, LINEERR.REQUESTOVERRUN))
        self._questions += 1
        asked = maybeDeferred(ask, *args, **kwargs).addBoth(self._answered)
        return asked.addCallbacks(lambda result: {"result": result}, lambda failure: _failed(function, failure))

    def _answered(self, result: R) -> R:
        self._questions -= 1
        self._outbox.flush()
        return result


def _failed(function: str, failure: Failure) -> NoReturn:
    error = failure.value
    if not isinstance(error, CROSSING):
        _log.failure("{function}: the agent failed", failure, function=function)
        error = LineError(function, LINEERR.OPERATIONFAILED, "the agent failed; its log says more")
    raise Failed.of(error)
