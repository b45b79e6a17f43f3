"""A computing function: connect to a switch, ask for services, hear events.

.. code-block:: python

    client = await connect(reactor, "tcp:pbx.example.org:8882", protocol="xml")
    client.subscribe(print)
    await client.monitoring.monitor_start("2001")
    call = await client.call_control.make_call("2001", "0891234567")
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from twisted.internet import protocol
from twisted.internet.defer import Deferred, succeed
from twisted.internet.error import ConnectError
from twisted.logger import Logger
from twisted.python.failure import Failure

from csta.dialect import Login
from csta.endpoints import ClientEndpoint, client_endpoint
from csta.errors import CSTAError, LinkLost
from csta.messages.base import Event, Request
from csta.messages.system import SystemStatusValue
from csta.opening import open_session
from csta.protocol import Link, ReactorTime
from csta.recorder.live import Recording
from csta.services.chapters import Chapters
from csta.services.segments import Segments
from csta.services.sending import Sending
from csta.services.serving import Answer, Handler, Serving
from csta.session import Peer, Role, Session, Settings, why

R = TypeVar("R")
RequestT = TypeVar("RequestT", bound=Request[Any])
SegmentT = TypeVar("SegmentT", bound=Request[Any])


class Client(Chapters):
    """One link to a switch, as its user sees it: the services of a chapter are ``client.call_control`` and so on.

    :param name: what logs call the link.
    :ivar peer: what the switch said of itself when the association was made, None without association.
    """

    log = Logger()

    def __init__(self, reactor: ReactorTime, session: Session, name: str = "") -> None:
        self.link: Link[Client] = Link(reactor, session, self, name)
        self.peer: Peer | None = None
        self._listeners: list[Callable[[Event], None]] = []
        self._status_listeners: list[Callable[[SystemStatusValue], None]] = []
        settings = session.settings
        self._sending = Sending(self.link, settings.most_outstanding)
        self._segments = Segments(reactor, settings.request_timeout)
        self._serving = Serving(reactor, self.link, settings.serve_timeout, name)
        self._name = name
        self._opened: Deferred[Client] = Deferred()
        self._closed: list[Deferred[CSTAError | None]] = []
        self._end: tuple[CSTAError | None] | None = None

    def request(self, message: Request[R], timeout: float | None = None) -> Deferred[R]:
        """Ask the switch for any service.

        When as many requests wait for an answer as the settings allow, it is sent in its turn; see
        :mod:`csta.session.turns`. Cancelling gives it up: it is not sent, or its answer is not waited for.

        :param timeout: seconds the answer may take from when it is sent, where it is not the session's usual time.
        :returns: the positive answer, None at once where the standard defines none; or fails with
            :class:`csta.errors.ServiceError` (the switch refused), ``RequestRejected``, ``RequestTimeout``,
            ``RequestCancelled``, ``LinkLost``, or a :class:`csta.errors.ProtocolError`.
        """
        return self._sending.request(message, timeout)

    def segments(self, kind: type[SegmentT], cross_ref_id: str) -> Deferred[list[SegmentT]]:
        """Gather what the switch sends in segments under the cross reference of its answer; in order, the last last.

        The services that may be answered so do it by themselves: ``client.snapshot.snapshot_device("2001")``.
        """
        return self._segments.expect(kind, cross_ref_id)

    def subscribe(self, listener: Callable[[Event], None]) -> Callable[[], None]:
        """Call ``listener`` with every event report, in their order; returns a function that ends it."""
        return _subscribe(self._listeners, listener)

    def subscribe_status(self, listener: Callable[[SystemStatusValue], None]) -> Callable[[], None]:
        """Call ``listener`` with every status the switch tells (§14.2.2); returns a function that ends it."""
        return _subscribe(self._status_listeners, listener)

    def serve(self, kind: type[RequestT], handler: Callable[[RequestT], Answer[Any]]) -> None:
        """Answer the switch's requests of one kind with what ``handler`` gives, now or later.

        What nobody serves is refused as not supported; see :class:`csta.services.serving.Handler` for the rest.
        """
        self._serving.add(kind, handler)

    def handle(self, handler: Handler) -> None:
        """Let a handler serve the requests of its chapter."""
        for kind, method in handler.requests().items():
            self._serving.add(kind, method)

    def when_open(self) -> Deferred[Client]:
        """Fires once, when the link works; fails with what prevented it."""
        return self._opened

    def when_closed(self) -> Deferred[CSTAError | None]:
        """Fires when the link is over, with the error that ended it, or None when it was closed in order."""
        if self._end is not None:
            return succeed(self._end[0])
        waiting: Deferred[CSTAError | None] = Deferred()
        self._closed.append(waiting)
        return waiting

    def close(self) -> Deferred[CSTAError | None]:
        """End the link in order; fires when it is over."""
        closed = self.when_closed()
        self.link.close()
        return closed

    # Called by the link

    def link_opened(self, peer: Peer | None) -> None:
        """See :class:`csta.protocol.Application`."""
        self.peer = peer
        self._opened.callback(self)

    def event_received(self, event: Event) -> None:
        """See :class:`csta.protocol.Application`."""
        self._tell(self._listeners, event)

    def status_received(self, status: SystemStatusValue) -> None:
        """See :class:`csta.protocol.Application`."""
        self._tell(self._status_listeners, status)

    def request_received(self, invoke_id: int, request: Request[Any]) -> None:
        """See :class:`csta.protocol.Application`."""
        if not self._segments.take(request):
            self._serving.receive(invoke_id, request)

    def link_closed(self, error: CSTAError | None) -> None:
        """See :class:`csta.protocol.Application`."""
        self._end = (error,)
        self._serving.stop()
        self._sending.stop(why(error))
        self._segments.stop(why(error))
        if not self._opened.called:
            self._opened.errback(error or LinkLost("link", "closed before it was open"))
        waiting, self._closed = self._closed, []
        for each in waiting:
            each.callback(error)

    def _tell(self, listeners: list[Callable[[R], None]], what: R) -> None:
        for listener in tuple(listeners):
            try:
                listener(what)
            except Exception:  # the link and the other listeners are not to suffer
                self.log.failure("listener {listener!r} failed", listener=listener, link=self._name)


def _subscribe(listeners: list[Callable[[R], None]], listener: Callable[[R], None]) -> Callable[[], None]:
    listeners.append(listener)

    def unsubscribe() -> None:
        if listener in listeners:
            listeners.remove(listener)

    return unsubscribe


class ClientFactory(protocol.Factory):
    """Makes a :class:`Client` for each connection; parameters as of :func:`connect`.

    :param record: the recording the links go into.
    :param name: what the recording and logs call the link.
    :raises ValueError: there is no such kind of link.
    """

    noisy = False

    def __init__(
        self,
        reactor: ReactorTime,
        protocol: str | None = None,
        association: str | None = None,
        *,
        dialect: str | None = None,
        framing: str | None = None,
        login: Login | None = None,
        settings: Settings | None = None,
        record: Recording | None = None,
        name: str = "link",
    ) -> None:
        tap = None if record is None else record.tap(name)

        def make() -> Client:
            session = open_session(
                Role.COMPUTING,
                protocol,
                association,
                dialect=dialect,
                framing=framing,
                login=login,
                settings=settings,
                tap=tap,
            )
            return Client(reactor, session, name)

        make()  # a wrong parameter is told now, not when the switch is reached
        self._make = make

    def buildProtocol(self, addr: object) -> Link[Client]:
        """Twisted: a connection is being made."""
        return self._make().link

    def connect(self, endpoint: ClientEndpoint, where: str) -> Deferred[Client]:
        """Connect to a switch; see :func:`connect`.

        :param where: what the endpoint is called in errors.
        """

        def unreachable(failure: Failure) -> Failure:
            if isinstance(failure.value, ConnectError | OSError):
                raise LinkLost(f"connect to {where}", failure.getErrorMessage()) from failure.value
            return failure

        connected = endpoint.connect(self)
        return connected.addErrback(unreachable).addCallback(lambda link: link.application.when_open())


def connect(
    reactor: ReactorTime,
    endpoint: str,
    protocol: str | None = None,
    association: str | None = None,
    *,
    dialect: str | None = None,
    framing: str | None = None,
    login: Login | None = None,
    settings: Settings | None = None,
    record: Recording | str | Path | None = None,
) -> Deferred[Client]:
    """Connect to a switch.

    :param endpoint: ``tcp:host:port`` or ``tls:host:port`` and what belongs to it (:mod:`csta.endpoints`).
    :param protocol: ``xml`` (ECMA-323) or ``asn1`` (ECMA-285); the dialect's where left out, ``xml`` without one.
    :param association: ``none``, or ``acse`` for switches that want an association first; the dialect's where left out.
    :param dialect: what is known of the switches of one family (:mod:`csta.dialect`), for example ``hipath-3000``.
    :param framing: how messages are cut apart, where it is not the dialect's usual way (:mod:`csta.framing`).
    :param login: name and password, for switches that want them.
    :param record: file for the trace of this link, or a recording that other links share.
    :returns: the client once messages may flow; fails with :class:`csta.errors.LinkLost` when the switch is not
        reached and :class:`csta.errors.AssociationRefused` when it does not accept.
    :raises ValueError: there is no such kind of link.
    :raises OSError: the trace cannot be written.
    """
    target = client_endpoint(reactor, endpoint)
    recording = Recording(record) if isinstance(record, str | Path) else record
    factory = ClientFactory(
        reactor,
        protocol,
        association,
        dialect=dialect,
        framing=framing,
        login=login,
        settings=settings,
        record=recording,
        name=endpoint,
    )
    connected = factory.connect(target, endpoint)
    if recording is not None and recording is not record:  # nobody else knows it
        connected.addCallbacks(lambda client: _closing(client, recording), lambda failure: _closed(failure, recording))
    return connected


def _closing(client: Client, recording: Recording) -> Client:
    client.when_closed().addCallback(_closed, recording)
    return client


def _closed(result: R, recording: Recording) -> R:
    recording.close()
    return result
