"""Answers to the requests that the switch sends to its computing function.

A chapter's requests come to the methods of a handler, for example :class:`csta.services.routeing.RouteingHandler`:

.. code-block:: python

    class Router(RouteingHandler):
        async def route_request(self, request: RouteRequest) -> None: ...


    client.handle(Router())
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from typing import Any, Protocol, TypeAlias, TypeVar, cast

from twisted.internet import defer
from twisted.internet.defer import Deferred, maybeDeferred
from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger
from twisted.python.failure import Failure

from csta.errors import LocalProtocolError
from csta.messages import response_class
from csta.messages.base import Request, Response
from csta.messages.errors import (
    OperationErrors,
    PerformanceManagementErrors,
    SystemResourceAvailabilityErrors,
    UniversalFailure,
)
from csta.protocol import ReactorTime

RequestT = TypeVar("RequestT", bound=Request[Any])
R = TypeVar("R")

Said: TypeAlias = R | UniversalFailure | None
"""The positive answer, or a failure. None stands for an answer without data, and for agreement where the standard
defines no positive answer."""
Answer: TypeAlias = Said[R] | Deferred[R] | Deferred[None] | Deferred[Said[R]] | Coroutine[Any, Any, Said[R]]
"""What a handler gives, now or later."""
Requests: TypeAlias = Mapping[type[Request[Any]], Callable[[Any], Answer[Any]]]
"""Which request comes to which method of a handler."""

NOT_SUPPORTED = UniversalFailure(operation=OperationErrors.SERVICE_NOT_SUPPORTED)
"""The answer to a request that nothing here serves."""
UNKNOWN_CROSS_REFERENCE = UniversalFailure(operation=OperationErrors.INVALID_CROSS_REF_ID)
"""The answer to a segment of something that nobody asked for."""
TOO_MANY = UniversalFailure(performance_management=PerformanceManagementErrors.PERFORMANCE_LIMIT_EXCEEDED)
"""The answer to a request that comes while :data:`MOST_RUNNING` others are served."""
TOO_SLOW = UniversalFailure(system_resource_availability=SystemResourceAvailabilityErrors.RESOURCE_BUSY)
"""The answer to a request whose handler has not come to an end in its time."""
BROKEN = UniversalFailure(operation=OperationErrors.GENERIC)
"""The answer to a request whose handler failed."""

MOST_RUNNING = 1_000
"""Handlers of one link that may be at work at a time."""


class Answering(Protocol):
    """Sends answers: the part of :class:`csta.protocol.Link` needed here."""

    def respond(self, invoke_id: int, response: Response | None = None) -> None:
        """Answer positively."""

    def fail(self, invoke_id: int, failure: UniversalFailure) -> None:
        """Answer negatively."""


class Handler:
    """Serves the requests of one chapter of ECMA-269; subclass the one of the chapter and write the methods you want.

    A method gets the request and returns its answer, or is an ``async def``. What it returns is an :data:`Answer`. A
    method that is not written refuses its request as not supported; one that raises is logged and its request refused;
    one that takes longer than the client's ``serve_timeout`` is cancelled and its request refused.
    """

    def requests(self) -> Requests:
        """Which request comes to which method."""
        raise NotImplementedError


class Serving:
    """The requests of the switch on one link, and who serves them.

    :param timeout: seconds a handler may take.
    :param name: what logs call the link.
    """

    log = Logger()

    def __init__(self, reactor: ReactorTime, link: Answering, timeout: float, name: str = "") -> None:
        self._reactor = cast(IReactorTime, reactor)
        self._link = link
        self._timeout = timeout
        self._name = name
        self._handlers: dict[type[Request[Any]], Callable[[Any], Answer[Any]]] = {}
        self._running: set[Deferred[None]] = set()
        self._over = False

    def add(self, kind: type[RequestT], handler: Callable[[RequestT], Answer[Any]]) -> None:
        """Let ``handler`` serve the requests of a kind; it takes the place of the one before."""
        self._handlers[kind] = handler

    def receive(self, invoke_id: int, request: Request[Any]) -> None:
        """Serve a request."""
        handler = self._handlers.get(type(request))
        if handler is None:
            segment = "last_segment" in request.__struct_fields__
            self._refuse(invoke_id, UNKNOWN_CROSS_REFERENCE if segment else NOT_SUPPORTED)
        elif len(self._running) >= MOST_RUNNING:
            self._refuse(invoke_id, TOO_MANY)
        else:
            running = Deferred.fromCoroutine(self._serve(invoke_id, request, handler))
            if not running.called:
                self._running.add(running)
                running.addBoth(lambda _: self._running.discard(running))

    def stop(self) -> None:
        """The link is over: give up what is at work."""
        self._over = True
        for running in tuple(self._running):
            running.cancel()

    async def _serve(self, invoke_id: int, request: Request[Any], handler: Callable[[Any], Answer[Any]]) -> None:
        at_work = cast(Callable[[Any], Deferred[Said[Response]]], handler)  # or gives the answer itself: see Answer
        running = maybeDeferred(at_work, request)
        try:
            answer = await running.addTimeout(self._timeout, self._reactor)
        except defer.TimeoutError:
            kind = type(request).__name__
            words = "{kind} refused: not served within {limit} s"
            self.log.warn(words, kind=kind, limit=self._timeout, link=self._name)
            answer = TOO_SLOW
        except Exception as error:  # the link and the other requests are not to suffer
            if self._over:
                return
            kind = type(request).__name__
            self.log.failure("handler of {kind} failed", Failure(error), kind=kind, link=self._name)
            answer = BROKEN
        if not self._over:
            self._answer(invoke_id, request, answer)

    def _answer(self, invoke_id: int, request: Request[Any], answer: Said[Response]) -> None:
        if isinstance(answer, UniversalFailure):
            self._refuse(invoke_id, answer)
        elif (empty := response_class(type(request))) is not None:
            try:
                self._link.respond(invoke_id, empty() if answer is None else answer)
            except (LocalProtocolError, TypeError) as error:  # it does not fit the wire, or lacks what must be there
                kind = type(request).__name__
                self.log.failure("answer to {kind} not sent", Failure(error), kind=kind, link=self._name)
                self._refuse(invoke_id, BROKEN)

    def _refuse(self, invoke_id: int, failure: UniversalFailure) -> None:
        try:
            self._link.fail(invoke_id, failure)
        except LocalProtocolError as error:  # the link is ending
            words = "request {invoke_id} stays unanswered: {error}"
            self.log.info(words, invoke_id=invoke_id, error=error, link=self._name)
