"""Windows Telephony of this machine as :class:`tapi_adapter.telephony.Telephony`."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TypeVar

from twisted.internet.defer import Deferred, fail, succeed
from twisted.logger import Logger
from twisted.python.failure import Failure

from csta.errors import CSTAError, LinkLost
from tapi_adapter.binding import TAPI_2_2, load
from tapi_adapter.constants import LINEERR
from tapi_adapter.decoding import Decoded, Reinitialize, Replied
from tapi_adapter.descriptions import AddressStatus, CallInfo, CallStatus, LineDescription
from tapi_adapter.errors import LineError
from tapi_adapter.issuing import Issued
from tapi_adapter.messages import LineCreated, LineRemoved, Message, ServiceDown, ServiceUp
from tapi_adapter.pending import DelayedCall, Late, Pending
from tapi_adapter.pump import MessagePump, ReactorThreads, Worker
from tapi_adapter.requests import Reply, Request
from tapi_adapter.service import Service, alive
from tapi_adapter.telephony import Listener

T = TypeVar("T")
OVER = frozenset({LINEERR.REINIT, LINEERR.INVALAPPHANDLE, LINEERR.UNINITIALIZED, LINEERR.SERVICE_NOT_RUNNING})
"""What a function gives when the whole service has to be started anew."""
PASSING = frozenset({LINEERR.OPERATIONFAILED, LINEERR.RESOURCEUNAVAIL})
"""What ``lineOpen`` gives now and then, and not when it is tried again a little later."""
OPEN_AGAIN = (0.5, 2.0)
RETRIES = (1.0, 2.0, 5.0, 15.0, 60.0)
STEADY = 60.0
CHECK_INTERVAL = 5.0
LONGEST_STOP = 20.0
_log = Logger()


class Run:
    """What lives from one start of the service to its end, in the reactor's thread."""

    def __init__(self, service: Service, pending: Pending, since: float) -> None:
        self.service = service
        self.pending = pending
        self.since = since
        self.pump: MessagePump | None = None

    def end(self) -> None:
        """Shut down and let the messages run dry. In the worker's thread."""
        self.service.end()
        if self.pump is not None:
            self.pump.stop()


class LocalTelephony:
    """The telephony service of this machine.

    :param reactor: Twisted's reactor.
    :param library: path of a library to be used instead of the ``tapi32.dll`` of Windows.
    :param name: as this program is shown to the users of Windows.
    :param version: newest API version to be spoken; 2.2 is what identifies lines by GUID.
    :param patience: seconds to wait for the reply to a request.
    """

    def __init__(
        self,
        reactor: ReactorThreads,
        *,
        library: str = "",
        name: str = "csta-gateway",
        version: int = TAPI_2_2,
        patience: float = 10.0,
    ) -> None:
        self._reactor = reactor
        self._library = library
        self._name = name
        self._version = version
        self._patience = patience
        self._worker: Worker | None = None
        self._listener: Listener | None = None
        self._run: Run | None = None
        self._retry: DelayedCall | None = None
        self._watch: DelayedCall | None = None
        self._failures = 0

    def start(self, listener: Listener) -> None:
        """See :meth:`Telephony.start`."""
        if self._worker is not None:
            raise RuntimeError("Windows Telephony has been started already")
        self._listener = listener
        self._worker = Worker(self._reactor, self._patience)
        self._watch = self._reactor.callLater(CHECK_INTERVAL, self._check)
        self._begin()

    def stop(self) -> Deferred[None]:
        """See :meth:`Telephony.stop`."""
        worker, self._worker, self._listener = self._worker, None, None
        if worker is None:
            return succeed(None)
        for timer in (self._retry, self._watch):
            if timer is not None:
                timer.cancel()
        self._retry = self._watch = None
        self._end_run("the telephony service was stopped", worker)
        stopped: Deferred[None] = Deferred()
        timer = self._reactor.callLater(LONGEST_STOP, _left_behind, stopped)
        worker.end().addCallback(lambda _: _ended(stopped, timer))
        return stopped

    def lines(self) -> Deferred[tuple[LineDescription, ...]]:
        """See :meth:`Telephony.lines`."""
        return self._ask("lineGetDevCaps", lambda service: service.lines())

    def open_line(self, device: int, privileges: int, media_modes: int) -> Deferred[int]:
        """See :meth:`Telephony.open_line`."""
        return Deferred.fromCoroutine(self._open_patiently(device, privileges, media_modes))

    def close_line(self, line: int) -> Deferred[None]:
        """See :meth:`Telephony.close_line`."""
        return self._ask("lineClose", lambda service: service.close(line))

    def new_calls(self, line: int) -> Deferred[tuple[int, ...]]:
        """See :meth:`Telephony.new_calls`."""
        return self._ask("lineGetNewCalls", lambda service: service.new_calls(line))

    def call_info(self, call: int) -> Deferred[CallInfo]:
        """See :meth:`Telephony.call_info`."""
        return self._ask("lineGetCallInfo", lambda service: service.call_info(call))

    def call_status(self, call: int) -> Deferred[CallStatus]:
        """See :meth:`Telephony.call_status`."""
        return self._ask("lineGetCallStatus", lambda service: service.call_status(call))

    def address_status(self, line: int, address: int) -> Deferred[AddressStatus]:
        """See :meth:`Telephony.address_status`."""
        return self._ask("lineGetAddressStatus", lambda service: service.address_status(line, address))

    def set_privilege(self, call: int, privilege: int) -> Deferred[None]:
        """See :meth:`Telephony.set_privilege`."""
        return self._ask("lineSetCallPrivilege", lambda service: service.set_privilege(call, privilege))

    def release(self, call: int) -> Deferred[None]:
        """See :meth:`Telephony.release`."""
        return self._ask("lineDeallocateCall", lambda service: service.release(call))

    def request(self, request: Request) -> Deferred[Reply]:
        """See :meth:`Telephony.request`."""
        run, what = self._run, type(request).__name__
        if run is None:
            return fail(LinkLost(what, "the telephony service is down"))
        answer: Deferred[Reply] = Deferred()
        run.pending.sent()

        def taken(issued: Issued) -> None:
            run.pending.taken(request, issued, answer)

        def refused(reason: Failure) -> None:
            run.pending.refused()
            answer.errback(reason)

        def abandoned(service: Service, issued: Issued) -> None:
            self._reactor.callFromThread(run.pending.abandoned, request, issued)

        self._ask(what, lambda service: service.issue(request), abandoned).addCallbacks(taken, refused)
        return answer

    def _ask(
        self,
        what: str,
        work: Callable[[Service], T],
        undo: Callable[[Service, T], object] | None = None,
    ) -> Deferred[T]:
        run = self._run
        if run is None or self._worker is None:
            return fail(LinkLost(what, "the telephony service is down"))
        service = run.service

        def undone(result: T) -> None:
            if undo is not None and not service.over:
                undo(service, result)

        asked = self._worker.do(what, lambda: work(alive(service, what)), undone)
        return asked.addErrback(self._failed, run, what)

    def _failed(self, reason: Failure, run: Run, what: str) -> Failure:
        error = reason.value
        if isinstance(error, LineError) and (error.code in OVER or run.service.over):
            self._down(run, str(error))
            return Failure(LinkLost(what, f"the telephony service went down ({error})"))
        return reason

    async def _open_patiently(self, device: int, privileges: int, media_modes: int) -> int:
        for pause in OPEN_AGAIN:
            try:
                return await self._open(device, privileges, media_modes)
            except LineError as error:
                if error.code not in PASSING:
                    raise
            await self._after(pause)
        return await self._open(device, privileges, media_modes)

    def _open(self, device: int, privileges: int, media_modes: int) -> Deferred[int]:
        return self._ask(
            "lineOpen",
            lambda service: service.open(device, privileges, media_modes),
            lambda service, line: service.close(line),
        )

    def _after(self, seconds: float) -> Deferred[None]:
        waited: Deferred[None] = Deferred()
        self._reactor.callLater(seconds, waited.callback, None)
        return waited

    def _begin(self) -> None:
        self._retry = None
        worker = self._worker
        if worker is None:
            return
        begun = worker.do("lineInitializeEx", self._new_service, Service.end)
        begun.addCallbacks(lambda service: self._up(service, worker), self._not_up)

    def _new_service(self) -> Service:
        return Service(load(self._library), self._name, self._version)

    def _up(self, service: Service, worker: Worker) -> None:
        if worker is not self._worker:  # stopped meanwhile
            worker.do("lineShutdown", service.end)
            return
        run = Run(service, Pending(self._reactor, self._patience), self._reactor.seconds())
        run.pump = MessagePump(
            self._reactor,
            service.application,
            lambda decoded: self._deliver(run, decoded),
            lambda error: self._down(run, str(error)),
        )
        self._run = run
        self._tell(ServiceUp())
        run.pump.start()

    def _not_up(self, reason: Failure) -> None:
        if not reason.check(CSTAError):
            _log.failure("Windows Telephony could not be started", reason)
        self._tell_down(str(reason.value))

    def _down(self, run: Run, reason: str) -> None:
        """The service is gone: shut down, so that it can start anew, and start anew after a while."""
        if run is not self._run or self._worker is None:
            return
        if self._reactor.seconds() - run.since >= STEADY:
            self._failures = 0
        self._end_run(reason, self._worker)
        self._tell_down(reason)

    def _end_run(self, reason: str, worker: Worker) -> None:
        run, self._run = self._run, None
        if run is not None:
            run.service.over = True
            run.pending.fail_all(reason)
            ended = worker.do("lineShutdown", run.end)
            ended.addErrback(lambda failure: _log.failure("Windows Telephony did not shut down", failure))

    def _tell_down(self, reason: str) -> None:
        delay = RETRIES[min(self._failures, len(RETRIES) - 1)]
        self._failures += 1
        if self._worker is not None:
            self._retry = self._reactor.callLater(delay, self._begin)
        _log.warn("Windows Telephony is down: {reason}. Next try in {delay:g} s.", reason=reason, delay=delay)
        self._tell(ServiceDown(reason=reason, retry_in=delay))

    def _deliver(self, run: Run, decoded: Decoded) -> None:
        if run is not self._run:
            return
        if isinstance(decoded, Reinitialize):
            self._down(run, "Windows asks all programs to start telephony anew (REINIT)")
        elif isinstance(decoded, Replied):
            late = run.pending.replied(decoded.request, decoded.result)
            if late is not None:
                self._introduce(late)
        else:
            if isinstance(decoded, LineCreated):
                run.service.devices.add(decoded.device)
            elif isinstance(decoded, LineRemoved):
                run.service.devices.discard(decoded.device)
            self._tell(decoded)

    def _introduce(self, late: Late) -> None:
        """Tell of the calls that a request made after all, though nobody waits for it: they ring somewhere."""
        for call in filter(None, (late.reply.call, late.reply.consult)):
            told = self._ask("lineGetCallInfo", partial(Service.introduce, call=call))
            told.addCallbacks(self._tell_all, _lost_call)

    def _tell_all(self, messages: tuple[Message, ...]) -> None:
        for message in messages:
            self._tell(message)

    def _tell(self, message: Message) -> None:
        if self._listener is None:
            return
        try:
            self._listener(message)
        except Exception:  # one message that cannot be handled costs itself only
            _log.failure("a message of Windows Telephony was not handled: {kind}", kind=type(message).__name__)

    def _check(self) -> None:
        if self._worker is not None:
            self._watch = self._reactor.callLater(CHECK_INTERVAL, self._check)
            self._worker.check()


def _ended(stopped: Deferred[None], timer: DelayedCall) -> None:
    if not stopped.called:
        timer.cancel()
        stopped.callback(None)


def _left_behind(stopped: Deferred[None]) -> None:
    _log.error("Windows Telephony does not come back from its driver; its thread ends with the process")
    stopped.callback(None)


def _lost_call(reason: Failure) -> None:
    _log.warn("a call that was made late is lost: {error}", error=reason.getErrorMessage())
