"""Requests that wait for their ``LINE_REPLY``, whichever comes first: the reply, its number, or the end of the wait."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, Protocol

from twisted.internet.defer import Deferred

from csta.errors import LinkLost, RequestTimeout
from tapi_adapter.errors import LineError
from tapi_adapter.issuing import Issued
from tapi_adapter.requests import Reply, Request

MOST_EARLY = 1000


class DelayedCall(Protocol):
    """What :meth:`Timing.callLater` gives."""

    def cancel(self) -> None:
        """Do not call it."""


class Timing(Protocol):
    """What is needed of a reactor: its clock."""

    def seconds(self) -> float:
        """Time now, in seconds."""

    def callLater(self, delay: float, what: Callable[..., object], /, *args: object) -> DelayedCall:
        """Call something after ``delay`` seconds."""


class Waiting(NamedTuple):
    """A request without a reply."""

    request: Request
    issued: Issued
    answer: Deferred[Reply]
    timer: DelayedCall


class GivenUp(NamedTuple):
    """A request for whose reply nobody waits any more."""

    request: Request
    issued: Issued


class Late(NamedTuple):
    """A good reply to a request that nobody waits for any more."""

    request: Request
    reply: Reply


class Pending:
    """Requests by the number that the library gave them. Lives in the reactor's thread.

    A reply can be fetched before the thread that made the request has told its number: it is kept as an early one as
    long as any request is on its way. After a time-out the memory that the library may still write to is kept until the
    reply comes or the application ends.
    """

    def __init__(self, reactor: Timing, patience: float) -> None:
        self._reactor = reactor
        self._patience = patience
        self._waiting: dict[int, Waiting] = {}
        self._given_up: dict[int, GivenUp] = {}
        self._early: dict[int, int] = {}
        self._on_their_way = 0
        self._over = ""

    def sent(self) -> None:
        """A request goes to the library; :meth:`taken` or :meth:`refused` follows."""
        self._on_their_way += 1

    def refused(self) -> None:
        """The library refused a request at once."""
        self._arrived()

    def taken(self, request: Request, issued: Issued, answer: Deferred[Reply]) -> None:
        """The library has taken a request."""
        result = self._early.pop(issued.number, None) if issued.number else 0
        self._arrived()
        if self._over:
            answer.errback(LinkLost(issued.function, self._over))
            return
        if result is not None:
            settle(issued, result, answer)
            return
        timer = self._reactor.callLater(self._patience, self._give_up, issued.number)
        self._waiting[issued.number] = Waiting(request, issued, answer, timer)

    def replied(self, number: int, result: int) -> Late | None:
        """``LINE_REPLY``. Gives what came of a request that timed out, so that nothing of it is lost."""
        waiting = self._waiting.pop(number, None)
        if waiting is not None:
            waiting.timer.cancel()
            settle(waiting.issued, result, waiting.answer)
        elif (given_up := self._given_up.pop(number, None)) is not None:
            return late(given_up, result)
        elif self._on_their_way and len(self._early) < MOST_EARLY:
            self._early[number] = result
        return None

    def abandoned(self, request: Request, issued: Issued) -> None:
        """The library has taken a request for which nobody waits any more."""
        if issued.number and not self._over:
            self._given_up[issued.number] = GivenUp(request, issued)

    def fail_all(self, reason: str) -> None:
        """The service is gone: nothing will be answered any more, and nothing written."""
        self._over = reason
        waiting, self._waiting = list(self._waiting.values()), {}
        self._given_up.clear()
        self._early.clear()
        for each in waiting:
            each.timer.cancel()
            each.answer.errback(LinkLost(each.issued.function, reason))

    def _arrived(self) -> None:
        self._on_their_way -= 1
        if not self._on_their_way:
            self._early.clear()  # replies that no request can claim any more

    def _give_up(self, number: int) -> None:
        waiting = self._waiting.pop(number)
        self._given_up[number] = GivenUp(waiting.request, waiting.issued)
        waiting.answer.errback(RequestTimeout(waiting.issued.function, self._patience))


def settle(issued: Issued, result: int, answer: Deferred[Reply]) -> None:
    """End a request with its result."""
    if result:
        answer.errback(LineError(issued.function, result))
        return
    try:
        answer.callback(issued.result())
    except LineError as error:
        answer.errback(error)


def late(given_up: GivenUp, result: int) -> Late | None:
    """What came of a request that timed out."""
    if result:
        return None
    try:
        return Late(given_up.request, given_up.issued.result())
    except LineError:
        return None
