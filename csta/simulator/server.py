"""A :class:`csta.simulator.switch.Switch` on real links: any number of clients, both wires, real time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast
from typing import Protocol as Structural

from twisted.internet import protocol
from twisted.internet.address import IPv4Address
from twisted.internet.defer import Deferred, maybeDeferred
from twisted.internet.endpoints import serverFromString
from twisted.logger import Logger
from twisted.python.failure import Failure

from csta.apdu import Associate, AssociateResponse
from csta.errors import CSTAError
from csta.messages.base import Event, Request
from csta.messages.errors import UniversalFailure
from csta.messages.system import SystemStatus, SystemStatusValue
from csta.protocol import DelayedCall, Link, ReactorTime, open_session
from csta.session import Role, Session, Settings, State
from csta.simulator.switch import Switch


class ListeningPort(Structural):
    """What listening gives (the part of ``IListeningPort`` needed here)."""

    def getHost(self) -> IPv4Address:
        """Address and port."""

    def stopListening(self) -> Deferred[None] | None:
        """Wait for clients no more."""


MOST_CLIENTS = 64
"""Links served at a time; a further one is closed as soon as it is opened."""


class ClientLink:
    """One client of the switch; the switch knows its monitors by this object."""

    log = Logger()

    def __init__(self, server: SwitchServer, session: Session) -> None:
        self.link: Link[ClientLink] = Link(server.reactor, session, self)
        self._server = server

    def send(self, message: Event | SystemStatus) -> None:
        """Send something of the switch's own; what comes too late for this link is dropped."""
        if self.link.session.state is not State.ACTIVE:
            return
        if isinstance(message, Event):
            self.link.report(message)
        else:
            self.link.request(message).addErrback(self._unacknowledged)

    def link_opened(self, peer: Associate | AssociateResponse | None) -> None:
        """See :class:`csta.protocol.Application`."""
        self._server.clients.append(self)

    def request_received(self, invoke_id: int, request: Request[Any]) -> None:
        """Answer first, then let the events go that follow."""
        answer = self._server.switch.handle(self, request, self._server.reactor.seconds())
        if isinstance(answer, UniversalFailure):
            self.link.fail(invoke_id, answer)
        else:
            self.link.respond(invoke_id, answer)
        self._server.pump()

    def event_received(self, event: Event) -> None:
        """A computing function has no events to report."""
        self.log.warn("client sent {event}: dropped", event=type(event).__name__)

    def status_received(self, status: SystemStatusValue) -> None:
        """The client's status changes nothing here; the session has acknowledged it."""

    def link_closed(self, error: CSTAError | None) -> None:
        """The client is gone."""
        if self in self._server.clients:
            self._server.clients.remove(self)
        self._server.switch.disconnect(self)

    def _unacknowledged(self, failure: Failure) -> None:
        self.log.info("status not acknowledged: {reason}", reason=failure.getErrorMessage())


class ClientFactory(protocol.ServerFactory):
    """Makes the link for each connection of one listening port."""

    noisy = False

    def __init__(self, server: SwitchServer, session: Callable[[], Session]) -> None:
        self._server = server
        self._session = session

    def buildProtocol(self, addr: object) -> Link[ClientLink] | None:
        """Twisted: somebody connects; None closes the connection."""
        if len(self._server.clients) >= MOST_CLIENTS:
            return None
        return ClientLink(self._server, self._session()).link


class SwitchServer:
    """Serves a switch.

    :param reactor: Twisted's reactor; a :class:`twisted.internet.task.Clock` is enough without :meth:`listen`.
    :ivar clients: the links that are open.
    """

    def __init__(self, reactor: ReactorTime, switch: Switch) -> None:
        self.reactor = reactor
        self.switch = switch
        self.clients: list[ClientLink] = []
        self._ports: list[ListeningPort] = []
        self._timer: DelayedCall | None = None
        switch.ready = self.pump

    def factory(
        self, protocol: str = "xml", association: str = "none", settings: Settings | None = None
    ) -> ClientFactory:
        """What makes links of one kind, for any endpoint or for a transport in memory.

        :param protocol: ``xml`` or ``asn1``.
        :param association: ``none`` or ``acse``.
        :raises ValueError: there is no such kind of link.
        """

        def session() -> Session:
            return open_session(Role.SWITCHING, protocol, association, settings=settings)

        session()  # a wrong parameter is told now, not when a client comes
        return ClientFactory(self, session)

    def listen(
        self,
        endpoint: str | int = 0,
        protocol: str = "xml",
        association: str = "none",
        settings: Settings | None = None,
    ) -> Deferred[int]:
        """Wait for clients.

        :param endpoint: a Twisted server endpoint, or a TCP port on the loopback interface; 0 takes a free one.
        :returns: the port in the end; fails with Twisted's ``CannotListenError``.
        :raises ValueError: there is no such kind of link.
        """
        factory = self.factory(protocol, association, settings)
        where = f"tcp:{endpoint}:interface=127.0.0.1" if isinstance(endpoint, int) else endpoint
        listening: Deferred[ListeningPort] = serverFromString(self.reactor, where).listen(factory)
        return listening.addCallback(self._listening)

    def stop(self) -> Deferred[None]:
        """Wait for clients no more and close the links there are."""
        return Deferred.fromCoroutine(self._stop())

    async def _stop(self) -> None:
        self._arm(None)
        self.drop_clients()
        while self._ports:
            await maybeDeferred(self._ports.pop().stopListening)

    def drop_clients(self) -> None:
        """Cut every link, as a broken cable does; the calls go on."""
        for client in list(self.clients):
            client.link.drop()

    def restart(self) -> None:
        """What a PBX does that loses power: links, monitors and calls are gone; then it waits for clients again."""
        self.drop_clients()
        self.switch.restart()

    def pump(self) -> None:
        """Send what the switch has to say, and set the timer."""
        while (message := self.switch.next_event()) is not None:
            client, content = message
            cast(ClientLink, client).send(content)
        self._arm(self.switch.next_deadline())

    def _listening(self, port: ListeningPort) -> int:
        self._ports.append(port)
        return port.getHost().port

    def _arm(self, deadline: float | None) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if deadline is not None:
            delay = max(0.0, deadline - self.reactor.seconds())
            self._timer = cast(DelayedCall, self.reactor.callLater(delay, self._on_timer))

    def _on_timer(self) -> None:
        self._timer = None
        self.switch.on_timer(self.reactor.seconds())
        self.pump()
