"""Requests of one client on their way to the switch: so many at a time, the others in their turn."""

from __future__ import annotations

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
            return self.send(message, timeout)
        waiting = _Waiting(self, message, timeout)
        self._turns.wait(type(message).__name__, waiting)
        return waiting.answer

    def send(self, message: Request[R], timeout: float | None) -> Deferred[R]:
        """Send a request now; its end makes room for the next."""
        if self._link.session.state is State.ACTIVE and response_class(type(message)) is None:
            return self._tell(message)
        answer = self._link.request(message, timeout)
        if answer.called:  # it could not even be sent
            return answer
        self._outstanding += 1
        return answer.addBoth(self._ended)

    def give_up(self, waiting: _Waiting) -> None:
        """The caller of a request that is not sent yet does not want it any more."""
        service = type(waiting.message).__name__
        self._turns.leave(service, waiting)
        waiting.answer.errback(RequestCancelled(service, "given up by its caller before it was sent"))

    def stop(self, reason: str) -> None:
        """The link is over; what waits for its turn ends as what waits for its answer did."""
        while (waiting := self._turns.take()) is not None:
            waiting.answer.errback(LinkLost(type(waiting.message).__name__, reason))

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
                waiting.send()
        finally:
            self._pumping = False


class _Waiting:
    """A request that is not sent yet."""

    def __init__(self, sending: Sending, message: Request[Any], timeout: float | None) -> None:
        self.message = message
        self.answer: Deferred[Any] = Deferred(lambda _: self._cancel())
        self._sending = sending
        self._timeout = timeout
        self._sent: Deferred[Any] | None = None

    def send(self) -> None:
        self._sent = self._sending.send(self.message, self._timeout)
        self._sent.chainDeferred(self.answer)

    def _cancel(self) -> None:
        if self._sent is None:
            self._sending.give_up(self)
        else:
            self._sent.cancel()
