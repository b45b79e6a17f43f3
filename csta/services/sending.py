"""Requests of one client on their way to the switch: so many at a time, the others in their turn."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from twisted.internet.defer import Deferred, fail, succeed

from csta.errors import LinkLost, ProtocolError, RequestCancelled
from csta.messages import response_class
from csta.messages.base import Request
from csta.protocol import Link
from csta.session import State
from csta.session.turns import Turns

R = TypeVar("R")


class Sending:
    """The requests of one link.

    :param most: how many may wait for an answer at a time; 0 for no limit.
    """

    def __init__(self, link: Link[Any], most: int) -> None:
        self._link = link
        self._most = most
        self._outstanding = 0
        self._turns: Turns[_Waiting] = Turns()
        self._pumping = False

    def request(self, message: Request[R], timeout: float | None) -> Deferred[R]:
        """See :meth:`csta.client.Client.request`."""
        if self._link.session.state is not State.ACTIVE or self._has_room():
            return self._send(message, timeout)
        waiting = _Waiting(message, timeout, self._give_up)
        self._turns.wait(type(message).__name__, waiting)
        return waiting.answer

    def stop(self, reason: str) -> None:
        """The link is over; what waits for its turn ends as what waits for its answer did."""
        while (waiting := self._turns.take()) is not None:
            waiting.answer.errback(LinkLost(type(waiting.message).__name__, reason))

    def _send(self, message: Request[R], timeout: float | None) -> Deferred[R]:
        if self._link.session.state is State.ACTIVE and response_class(type(message)) is None:
            return self._tell(message)
        answer = self._link.request(message, timeout)
        if answer.called:  # it could not even be sent
            return answer
        self._outstanding += 1
        return answer.addBoth(self._ended)

    def _give_up(self, waiting: _Waiting) -> None:
        if waiting.sent is not None:
            waiting.sent.cancel()
            return
        service = type(waiting.message).__name__
        self._turns.leave(service, waiting)
        waiting.answer.errback(RequestCancelled(service, "given up by its caller before it was sent"))

    def _tell(self, message: Request[Any]) -> Deferred[Any]:
        try:
            self._link.report(message)
        except ProtocolError as error:
            return fail(error)
        return succeed(None)

    def _has_room(self) -> bool:
        return not self._most or self._outstanding < self._most

    def _ended(self, result: R) -> R:
        self._outstanding -= 1
        self._pump()
        return result

    def _pump(self) -> None:
        if self._pumping:  # a request that ended while it was being sent
            return
        self._pumping = True
        try:
            while self._link.session.state is State.ACTIVE and self._has_room():
                waiting = self._turns.take()
                if waiting is None:
                    return
                waiting.sent = self._send(waiting.message, waiting.timeout)
                waiting.sent.chainDeferred(waiting.answer)
        finally:
            self._pumping = False


class _Waiting:
    """A request that is not sent yet, and the answer that its caller has been given.

    :ivar sent: the answer of the link, once it is sent.
    """

    def __init__(self, message: Request[Any], timeout: float | None, give_up: Callable[[_Waiting], None]) -> None:
        self.message = message
        self.timeout = timeout
        self.sent: Deferred[Any] | None = None
        self.answer: Deferred[Any] = Deferred(lambda _: give_up(self))
