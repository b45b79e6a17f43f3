"""A recorded switch on real links: clients connect to a trace."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

from twisted.internet import protocol
from twisted.logger import Logger

from csta.dialect import names
from csta.errors import CSTAError
from csta.messages.base import Event, Request
from csta.messages.errors import UniversalFailure
from csta.messages.system import SystemStatusValue
from csta.opening import open_session
from csta.protocol import DelayedCall, Link, ReactorTime, Transport
from csta.recorder import trace
from csta.recorder.dialogue import Step, follow
from csta.recorder.switching import Answer, Loss, RecordedSwitch
from csta.session import Peer, Role, Session


def link_parameters(link: trace.Link) -> dict[str, Any]:
    """How to open a link like a recorded one; parameters as of :func:`csta.opening.open_session`."""
    dialect = link.dialect if link.dialect in names() else None
    return {
        "protocol": link.protocol,
        "association": link.association or None,
        "dialect": dialect,
        "framing": link.framing,
    }


class ReplayServer:
    """Serves the switching side of a trace.

    :param entries: the trace.
    :param speed: how many times as fast as recorded; None for as fast as possible.
    :param patience: seconds of silence after which requests that are waited for are passed over.
    :ivar kind: how to connect to it.
    :ivar switches: the recorded switches, one for each connection made so far.
    :raises ValueError: the trace has no link.
    """

    def __init__(
        self,
        reactor: ReactorTime,
        entries: Iterable[trace.Entry | trace.Damage],
        speed: float | None = None,
        patience: float = 10.0,
    ) -> None:
        self.reactor = reactor
        self.switches: list[RecordedSwitch] = []
        self._speed = speed
        self._patience = patience
        self._steps: dict[int, list[Step]] = {}
        self._links: list[trace.Link] = []
        self._ends: dict[int, trace.End] = {}
        for happened in follow(entries):
            if isinstance(happened, trace.Link) and happened.link not in self._steps:
                self._links.append(happened)
                self._steps[happened.link] = []
            elif isinstance(happened, trace.End):
                self._ends[happened.link] = happened
            elif isinstance(happened, Step):
                self._steps[happened.link.link].append(happened)
        if not self._links:
            raise ValueError("the trace has no link")
        self.kind = link_parameters(self._links[0])

    @property
    def unknown(self) -> list[Request[Any]]:
        """What clients asked that is not in the trace."""
        return [request for switch in self.switches for request in switch.unknown]

    @property
    def missing(self) -> list[Request[Any]]:
        """What the recorded application asked and the clients did not, of the links they opened."""
        return [request for switch in self.switches for request in switch.missing()]

    def factory(self) -> protocol.ServerFactory:
        """What makes the server's end of connections: each meets the next link of the trace, in the end the last."""
        return _Factory(self)

    def next_link(self) -> Link[_Served]:
        """The server's end of the next connection."""
        recorded = self._links[min(len(self.switches), len(self._links) - 1)]
        steps, end = self._steps[recorded.link], self._ends.get(recorded.link)
        switch = RecordedSwitch(steps, self._speed, self._patience, end)
        self.switches.append(switch)
        session = open_session(Role.SWITCHING, **link_parameters(recorded))
        return _Served(self.reactor, session, switch).link


class _Factory(protocol.ServerFactory):
    noisy = False

    def __init__(self, server: ReplayServer) -> None:
        self._server = server

    def buildProtocol(self, addr: object) -> Link[_Served]:
        """Twisted: somebody connects."""
        return self._server.next_link()


class _Served:
    """One client of a recorded switch."""

    log = Logger()

    def __init__(self, reactor: ReactorTime, session: Session, switch: RecordedSwitch) -> None:
        self.link: Link[_Served] = Link(reactor, session, self)
        self._reactor = reactor
        self._switch = switch
        self._timer: DelayedCall | None = None
        self._open = False

    def link_opened(self, peer: Peer | None) -> None:
        """See :class:`csta.protocol.Application`."""
        self._open = True
        self._switch.begin(self._reactor.seconds())
        self._pump()

    def request_received(self, invoke_id: int, request: Request[Any]) -> None:
        """Answer as recorded."""
        self._switch.receive(invoke_id, request, self._reactor.seconds())
        self._pump()

    def event_received(self, event: Event) -> None:
        """A computing function has no events to report."""
        self.log.warn("client sent {event}: dropped", event=type(event).__name__)

    def status_received(self, status: SystemStatusValue) -> None:
        """The client's status changes nothing here."""

    def link_closed(self, error: CSTAError | None) -> None:
        """The client is gone."""
        self._open = False
        self._arm(None)

    def _pump(self) -> None:
        """Send what is due, and set the timer."""
        while (said := self._switch.next(self._reactor.seconds())) is not None:
            self._send(said)
        self._arm(self._switch.next_deadline())

    def _send(self, said: Answer | Event | Loss) -> None:
        if isinstance(said, Loss):
            cast(Transport, self.link.transport).loseConnection()
        elif isinstance(said, Event):
            self.link.report(said)
        elif isinstance(said.content, UniversalFailure):
            self.link.fail(said.number, said.content)
        else:
            self.link.respond(said.number, said.content)

    def _on_timer(self) -> None:
        self._timer = None
        if self._open:
            self._pump()

    def _arm(self, deadline: float | None) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if deadline is not None:
            delay = max(0.0, deadline - self._reactor.seconds())
            self._timer = cast(DelayedCall, self._reactor.callLater(delay, self._on_timer))
