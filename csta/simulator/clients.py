"""The link of one client: what it asks goes to the switch, what the switch says goes out, with its mishaps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from typing import Protocol as Structural

from twisted.logger import Logger
from twisted.python.failure import Failure

from csta.errors import CSTAError
from csta.messages._index import CHAPTERS
from csta.messages.base import Event, Message, Request, Response
from csta.messages.errors import UniversalFailure
from csta.messages.system import SystemStatusValue
from csta.protocol import Link, ReactorTime
from csta.session import Peer, Session, State
from csta.simulator.faults import GARBAGE, Fault, Faults, Kind, Outgoing, Sending, damaged, wrong_invoke_id
from csta.simulator.switch import Switch


class Host(Structural):
    """What serves the switch, as its clients' links need it."""

    reactor: ReactorTime
    switch: Switch
    faults: Faults
    clients: list[ClientLink]

    def pump(self) -> None:
        """Send what the switch has to say."""

    def befall(self, fault: Fault) -> None:
        """Something happens to the switch as a whole."""


class ClientLink:
    """One client of the switch; the switch knows its monitors by this object."""

    log = Logger()

    def __init__(self, server: Host, session: Session) -> None:
        self.link: Link[ClientLink] = Link(server.reactor, session, self)
        self._server = server
        self._outgoing = Outgoing(server.faults)
        self._deaf = False

    def send(self, message: Event | Request[Any]) -> None:
        """Send something of the switch's own; what comes too late for this link is dropped."""
        self._put(Sending(message))

    def flush(self) -> None:
        """Do what is due on this link."""
        while (action := self._outgoing.next_action(self._server.reactor.seconds())) is not None:
            if action.fault is not None and action.sending is not None:
                self._mishap(action.sending, action.fault)
            elif action.sending is not None:
                self._transmit(action.sending)

    def next_deadline(self) -> float | None:
        """When :meth:`flush` is due."""
        return self._outgoing.next_deadline()

    def stop_reading(self, seconds: float) -> None:
        """Take no octets for a while; the peer's pile up on the way."""
        transport: Any = self.link.transport
        if transport is not None and not self._deaf:
            self._deaf = True
            transport.pauseProducing()
            self._server.reactor.callLater(seconds, self._read_again)

    def litter(self) -> None:
        """Send octets that are no message."""
        self._write(GARBAGE)

    def link_opened(self, peer: Peer | None) -> None:
        """See :class:`csta.protocol.Application`."""
        self._server.clients.append(self)

    def request_received(self, invoke_id: int, request: Request[Any]) -> None:
        """Answer first, then let the events go that follow."""
        answer = self._server.switch.handle(self, request, self._server.reactor.seconds())
        if answer is not None:
            self._put(Sending(answer, invoke_id))
        self._server.pump()

    def event_received(self, event: Event) -> None:
        """A computing function has no events to report."""
        self.log.warn("client sent {event}: dropped", event=type(event).__name__)

    def status_received(self, status: SystemStatusValue) -> None:
        """The client's status changes nothing here; the session has acknowledged it."""

    def link_closed(self, error: CSTAError | None) -> None:
        """The client is gone."""
        if error is not None:
            self.log.info("a client is gone: {reason}", reason=str(error))
        if self in self._server.clients:
            self._server.clients.remove(self)
        self._server.switch.disconnect(self, self._server.reactor.seconds())
        self._server.pump()

    def _put(self, sending: Sending) -> None:
        self._outgoing.put(sending, self._server.reactor.seconds())
        self.flush()

    def _transmit(self, sending: Sending) -> None:
        """Send a message as it is."""
        if self.link.session.state is not State.ACTIVE:
            return
        if sending.invoke_id is not None:
            self._answer(sending.invoke_id, sending.message)
        elif isinstance(sending.message, Event) or (isinstance(sending.message, Request) and not _answered(sending)):
            self.link.report(sending.message)
        elif isinstance(sending.message, Request):
            self.link.request(sending.message).addErrback(self._unacknowledged)

    def _answer(self, invoke_id: int, answer: Message | UniversalFailure) -> None:
        if isinstance(answer, UniversalFailure):
            self.link.fail(invoke_id, answer)
        elif isinstance(answer, Response):
            self.link.respond(invoke_id, answer)

    def _mishap(self, sending: Sending, fault: Fault) -> None:
        """Send a message, or what is left of it, with its fault."""
        happens = _MISHAPS.get(fault.what)
        if happens is not None:
            happens(self, sending)
        else:
            self._transmit(sending)
            self._server.befall(fault)

    def _misname(self, sending: Sending) -> None:
        self._transmit(sending._replace(invoke_id=wrong_invoke_id(sending.invoke_id or 0)))

    def _halve(self, sending: Sending) -> None:
        octets = self._octets(sending)
        self._write(octets[: len(octets) // 2])
        self.link.drop()

    def _damage(self, sending: Sending) -> None:
        self._write(damaged(self._octets(sending)))

    def _litter(self, sending: Sending) -> None:
        self._write(GARBAGE)
        self._transmit(sending)

    def _octets(self, sending: Sending) -> bytes:
        """A message as it would go out."""
        session = self.link.session
        if session.state is not State.ACTIVE:
            return b""
        if isinstance(sending.message, UniversalFailure):
            session.fail(sending.invoke_id or 0, sending.message)
        elif isinstance(sending.message, Response):
            session.respond(sending.invoke_id or 0, sending.message)
        elif isinstance(sending.message, Event | Request):
            session.report(sending.message)
        return session.data_to_send()

    def _write(self, octets: bytes) -> None:
        transport: Any = self.link.transport
        if transport is not None:
            transport.write(octets)

    def _read_again(self) -> None:
        self._deaf = False
        transport: Any = self.link.transport
        if transport is not None and self in self._server.clients:
            transport.resumeProducing()

    def _unacknowledged(self, failure: Failure) -> None:
        self.log.info("request not acknowledged: {reason}", reason=failure.getErrorMessage())


def _answered(sending: Sending) -> bool:
    """Whether the standard has a positive answer to the request."""
    return f"{sending.name}Response" in CHAPTERS


_MISHAPS: dict[Kind, Callable[[ClientLink, Sending], None]] = {
    Kind.WRONG_INVOKE_ID: ClientLink._misname,
    Kind.HALF_FRAME: ClientLink._halve,
    Kind.DAMAGE: ClientLink._damage,
    Kind.GARBAGE: ClientLink._litter,
}
"""Faults that change the octets of a message; all others befall the whole switch, after the message was sent."""
