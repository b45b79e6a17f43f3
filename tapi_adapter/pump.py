"""The only threads of this package: one that makes the blocking calls, and one for each start that fetches messages.

Whatever they find goes to the reactor by ``callFromThread``; nothing else is shared but queues.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from functools import partial
from queue import SimpleQueue
from typing import Any, Protocol, TypeVar

from twisted.internet.defer import Deferred
from twisted.logger import Logger
from twisted.python.failure import Failure

from csta.errors import RequestTimeout
from tapi_adapter.binding import Application
from tapi_adapter.decoding import Decoded, decode
from tapi_adapter.errors import LineError
from tapi_adapter.pending import Timing

T = TypeVar("T")
MOST_MESSAGES = 10_000
MESSAGE_WAIT = 1000
"""Milliseconds for which the library waits for a message; a shut-down wakes it before that."""
TOO_SOON = 0.1
PAUSE = 0.05
_log = Logger()


class ReactorThreads(Timing, Protocol):
    """What is needed of a reactor: its clock, and its way in for other threads."""

    def callFromThread(self, what: Callable[..., object], /, *args: object) -> None:
        """Call something in the reactor's thread."""


class Job:
    """A blocking call, and who waits for it."""

    def __init__(self, what: str, work: Callable[[], Any], undo: Callable[[Any], object] | None) -> None:
        self.what = what
        self.work = work
        self.undo = undo
        self.answer: Deferred[Any] = Deferred()

    def fail(self, error: Exception) -> None:
        """Nobody shall wait any longer."""
        if not self.answer.called:
            self.answer.errback(error)


class Worker:
    """The thread that makes blocking calls, in the order they were asked for.

    A driver that does not come back from a call cannot be stopped; those who wait are told so after ``patience``
    seconds.
    """

    def __init__(self, reactor: ReactorThreads, patience: float) -> None:
        self._reactor = reactor
        self._patience = patience
        self._queue: SimpleQueue[Job | None] = SimpleQueue()
        self._jobs: deque[Job] = deque()
        self._begun = 0.0
        self._ending = False
        self._ended: Deferred[None] = Deferred()
        # A thread that hangs in a driver must not keep the process from ending.
        self._thread = threading.Thread(target=self._run, name="tapi-worker", daemon=True)
        self._thread.start()

    def do(self, what: str, work: Callable[[], T], undo: Callable[[T], object] | None = None) -> Deferred[T]:
        """Make a blocking call.

        :param what: name of the call, for errors.
        :param undo: another blocking call, made with the result of ``work`` when nobody waits for it any more.
        """
        if not self._jobs:
            self._begun = self._reactor.seconds()
        job = Job(what, work, undo)
        self._jobs.append(job)
        self._queue.put(job)
        return job.answer

    def check(self) -> None:
        """Look whether the driver has come back; call this now and then."""
        if not self._jobs or self._reactor.seconds() - self._begun < self._patience:
            return
        if not self._jobs[0].answer.called:
            _log.error("Windows Telephony does not come back from {stuck}", stuck=self._jobs[0].what)
        for job in list(self._jobs):
            job.fail(RequestTimeout(job.what, self._patience))

    def end(self) -> Deferred[None]:
        """End the thread when all is done that was asked for, and what follows from it."""
        self._ending = True
        self._drain()
        return self._ended

    def _run(self) -> None:
        while (job := self._queue.get()) is not None:
            try:
                result = job.work()
            except Exception:  # goes to the one who asked
                result = Failure()
            self._reactor.callFromThread(self._done, job, result)
        self._reactor.callFromThread(self._finish)

    def _done(self, job: Job, result: object) -> None:
        self._jobs.popleft()
        self._begun = self._reactor.seconds()
        if not job.answer.called:
            job.answer.callback(result)
        elif job.undo and not isinstance(result, Failure):
            undone = self.do(job.what, partial(job.undo, result))
            undone.addErrback(lambda reason: _log.failure("{what} came late", reason, what=job.what))
        self._drain()

    def _drain(self) -> None:
        if self._ending and not self._jobs:
            self._queue.put(None)

    def _finish(self) -> None:
        self._thread.join()
        self._ended.callback(None)


class MessagePump:
    """The thread that fetches messages, and only it, else they overtake each other.

    :param deliver: told every message, in the reactor's thread.
    :param ended: told in the reactor's thread why there will be no more.
    """

    def __init__(
        self,
        reactor: ReactorThreads,
        application: Application,
        deliver: Callable[[Decoded], object],
        ended: Callable[[LineError], object],
    ) -> None:
        self._reactor = reactor
        self._application = application
        self._deliver = deliver
        self._ended = ended
        self._fetched: deque[Decoded] = deque()
        self._announced = False
        self._room = threading.Semaphore(MOST_MESSAGES)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="tapi-messages", daemon=True)

    def start(self) -> None:
        """Begin to fetch."""
        self._thread.start()

    def stop(self) -> None:
        """Wait until the thread has ended; the application has been shut down. Not in the reactor's thread."""
        self._stopping.set()
        self._room.release()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopping.is_set():
            begun = time.monotonic()
            try:
                message = self._application.next_message(MESSAGE_WAIT)
            except LineError as error:
                self._reactor.callFromThread(self._ended, error)
                return
            if message is not None:
                self._fetch(decode(message))
            elif time.monotonic() - begun < TOO_SOON:
                self._stopping.wait(PAUSE)  # a driver that does not wait must not take the processor

    def _fetch(self, decoded: Decoded | None) -> None:
        if decoded is None:
            return
        self._room.acquire()  # when the reactor lags behind, the library keeps what comes
        self._fetched.append(decoded)
        if not self._announced:
            self._announced = True
            self._reactor.callFromThread(self._hand_over)

    def _hand_over(self) -> None:
        self._announced = False  # before looking: what is appended from now on is announced again
        for _ in range(len(self._fetched)):
            self._room.release()
            self._deliver(self._fetched.popleft())
