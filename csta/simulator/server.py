"""A :class:`csta.simulator.switch.Switch` on real links: any number of clients, both wires, real time."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from hmac import compare_digest
from typing import Protocol as Structural
from typing import cast

from twisted.internet import protocol
from twisted.internet.address import IPv4Address, IPv6Address, UNIXAddress
from twisted.internet.defer import Deferred, maybeDeferred

from csta.apdu import Associate, AssociateResponse
from csta.asn1 import acse
from csta.dialect import Login
from csta.endpoints import server_endpoint
from csta.errors import DecodeError
from csta.opening import open_session
from csta.protocol import DelayedCall, Link, ReactorTime
from csta.recorder.live import Recording
from csta.session import Role, Session, Settings
from csta.session.association import AUTHENTICATION_FAILURE, AUTHENTICATION_REQUIRED, REFUSED_FOR_GOOD
from csta.simulator.clients import ClientLink
from csta.simulator.faults import Fault, Faults, Kind, Note, unnoted
from csta.simulator.script import Script
from csta.simulator.switch import Switch


class ListeningPort(Structural):
    """What listening gives (the part of ``IListeningPort`` needed here)."""

    def getHost(self) -> IPv4Address | IPv6Address | UNIXAddress:
        """Where it listens."""

    def stopListening(self) -> Deferred[None] | None:
        """Wait for clients no more."""


MOST_CLIENTS = 64
"""Links served at a time; a further one is closed as soon as it is opened."""


class LoginAdmission:
    """Takes the clients that know the switch's name and password."""

    def __init__(self, login: Login) -> None:
        self._login = login

    def __call__(self, asked: Associate) -> AssociateResponse:
        """Answer an association request."""
        try:
            given = acse.login_of(asked)
        except DecodeError:
            return self._refuse(asked, AUTHENTICATION_FAILURE)
        if given is None:
            return self._refuse(asked, AUTHENTICATION_REQUIRED)
        if not self.knows(given):
            return self._refuse(asked, AUTHENTICATION_FAILURE)
        return AssociateResponse(asked.application_context, 0, user_information=asked.user_information)

    def knows(self, login: Login | None) -> bool:
        """Whether name and password are the right ones."""
        return login is not None and compare_digest(_secret(login), _secret(self._login))

    def _refuse(self, asked: Associate, reason: int) -> AssociateResponse:
        return AssociateResponse(asked.application_context, REFUSED_FOR_GOOD, diagnostic=reason)


def _secret(login: Login) -> bytes:
    return f"{login.name}\0{login.password}".encode()


class ClientFactory(protocol.ServerFactory):
    """Makes the link for each connection of one listening port."""

    noisy = False

    def __init__(self, server: SwitchServer, session: Callable[[str], Session]) -> None:
        self._server = server
        self._session = session

    def buildProtocol(self, addr: object) -> Link[ClientLink] | None:
        """Twisted: somebody connects; None closes the connection."""
        if len(self._server.clients) >= MOST_CLIENTS or self._server.closed:
            return None
        return ClientLink(self._server, self._session(_name(addr))).link


def _name(addr: object) -> str:
    """What a recording calls the client at an address."""
    return f"client {addr.host}:{addr.port}" if isinstance(addr, IPv4Address) else "client"


class SwitchServer:
    """Serves a switch.

    :param reactor: Twisted's reactor; a :class:`twisted.internet.task.Clock` is enough without :meth:`listen`.
    :param faults: what goes wrong, by the clock or to messages, counted from now.
    :param script: what happens on the switch by itself.
    :param note: told of every fault that happens.
    :param record: where the messages of all links are recorded.
    :ivar clients: the links that are open.
    :ivar faults: the same rules; more may be added, see :meth:`inject`.
    """

    def __init__(
        self,
        reactor: ReactorTime,
        switch: Switch,
        faults: Iterable[Fault] = (),
        script: Script | None = None,
        note: Note = unnoted,
        record: Recording | None = None,
    ) -> None:
        self.reactor = reactor
        self.switch = switch
        self.faults = Faults(faults, reactor.seconds(), note)
        self.record = record
        self.clients: list[ClientLink] = []
        self._script = script
        self._closed_until = reactor.seconds()
        self._ports: list[ListeningPort] = []
        self._timer: DelayedCall | None = None
        switch.ready = self.pump
        self.pump()

    def factory(
        self,
        protocol: str | None = None,
        association: str | None = None,
        settings: Settings | None = None,
        *,
        dialect: str | None = None,
        framing: str | None = None,
        login: Login | None = None,
    ) -> ClientFactory:
        """What makes links of one kind, for any endpoint or for a transport in memory.

        :param protocol: ``xml`` or ``asn1``; the dialect's where left out, ``xml`` without one.
        :param association: ``none`` or ``acse``; the dialect's where left out.
        :param dialect: which switch to behave like (:mod:`csta.dialect`).
        :param framing: how messages are cut apart, where it is not the dialect's usual way.
        :param login: name and password every client must give; any client is taken where left out.
        :raises ValueError: there is no such kind of link.
        """
        admission = LoginAdmission(login) if login is not None else None

        def session(client: str) -> Session:
            return open_session(
                Role.SWITCHING,
                protocol,
                association,
                dialect=dialect,
                framing=framing,
                login=login,
                settings=settings,
                admission=admission,
                welcome=None if admission is None else admission.knows,
                tap=None if self.record is None else self.record.tap(client),
            )

        session("")  # a wrong parameter is told now, not when a client comes
        return ClientFactory(self, session)

    def listen(
        self,
        endpoint: str | int = 0,
        protocol: str | None = None,
        association: str | None = None,
        settings: Settings | None = None,
        *,
        dialect: str | None = None,
        framing: str | None = None,
        login: Login | None = None,
    ) -> Deferred[int]:
        """Wait for clients; parameters as of :meth:`factory`.

        :param endpoint: where to listen (:mod:`csta.endpoints`), or a TCP port on the loopback interface, 0 for any.
        :returns: the port in the end, 0 for ``unix:``; fails with Twisted's ``CannotListenError``.
        :raises ValueError: there is no such kind of link, or no such endpoint.
        """
        factory = self.factory(protocol, association, settings, dialect=dialect, framing=framing, login=login)
        where = f"tcp:{endpoint}:interface=127.0.0.1" if isinstance(endpoint, int) else endpoint
        listening: Deferred[ListeningPort] = server_endpoint(self.reactor, where).listen(factory)
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

    def inject(self, fault: Fault) -> None:
        """One more fault, its times counted from now; without ``on`` and ``at`` it happens at once."""
        self.faults.add(fault, self.reactor.seconds())
        self._on_timer()

    def befall(self, fault: Fault) -> None:
        """Something happens to the switch as a whole, or to all its links."""
        now = self.reactor.seconds()
        if fault.what in (Kind.DROP_LINK, Kind.RESTART):
            self._closed_until = max(self._closed_until, now + fault.seconds)
        _BEFALLS[fault.what](self, fault)

    @property
    def closed(self) -> bool:
        """Whether nobody can connect now."""
        return self.reactor.seconds() < self._closed_until

    def pump(self) -> None:
        """Send what the switch has to say, and set the timer."""
        while (message := self.switch.next_event()) is not None:
            client, content = message
            cast(ClientLink, client).send(content)
        deadlines = [self.switch.next_deadline(), self.faults.next_deadline()]
        deadlines += [self._script.next_deadline()] if self._script is not None else []
        deadlines += [client.next_deadline() for client in self.clients]
        self._arm(min((each for each in deadlines if each is not None), default=None))

    def _listening(self, port: ListeningPort) -> int:
        self._ports.append(port)
        address = port.getHost()
        return address.port if isinstance(address, IPv4Address | IPv6Address) else 0

    def _arm(self, deadline: float | None) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if deadline is not None:
            delay = max(0.0, deadline - self.reactor.seconds())
            self._timer = cast(DelayedCall, self.reactor.callLater(delay, self._on_timer))

    def _on_timer(self) -> None:
        if self._timer is not None and self._timer.active():
            self._timer.cancel()
        self._timer = None
        now = self.reactor.seconds()
        self.switch.on_timer(now)
        if self._script is not None:
            self._script.on_timer(now)
        for fault in self.faults.due(now):
            self.befall(fault)
        for client in list(self.clients):
            client.flush()
        self.pump()

    def _litter(self) -> None:
        for client in list(self.clients):
            client.litter()

    def _stop_reading(self, seconds: float) -> None:
        for client in self.clients:
            client.stop_reading(seconds)


_BEFALLS: dict[Kind, Callable[[SwitchServer, Fault], None]] = {
    Kind.DROP_LINK: lambda server, fault: server.drop_clients(),
    Kind.RESTART: lambda server, fault: server.restart(),
    Kind.LOSE_MONITORS: lambda server, fault: server.switch.lose_monitors(),
    Kind.STOP_MONITORS: lambda server, fault: server.switch.stop_monitors(),
    Kind.SLOW_READER: lambda server, fault: server._stop_reading(fault.seconds),
    Kind.GARBAGE: lambda server, fault: server._litter(),
}
