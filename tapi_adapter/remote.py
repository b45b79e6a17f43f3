"""Windows Telephony of another machine, through the agent there, as :class:`tapi_adapter.telephony.Telephony`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, cast

import msgspec
from twisted.internet.defer import Deferred, fail, succeed
from twisted.internet.interfaces import IAddress
from twisted.internet.protocol import Factory
from twisted.logger import Logger
from twisted.protocols import amp
from twisted.python.failure import Failure

from csta.errors import CSTAError, LinkLost, RequestTimeout
from tapi_adapter import protocol
from tapi_adapter.constants import LINEERR
from tapi_adapter.descriptions import AddressStatus, CallInfo, CallStatus, LineDescription
from tapi_adapter.errors import LineError
from tapi_adapter.messages import Message, ServiceDown
from tapi_adapter.protocol import Failed, Hello, NotServed, Question, Tell
from tapi_adapter.requests import Reply, Request
from tapi_adapter.telephony import Listener
from tapi_adapter.timing import Timing
from tapi_adapter.wire import Heard, Wire

LONGEST_ANSWER = 120.0
"""Seconds for an answer; an agent ends each question itself long before that."""

MOST_CONNECTIONS = 500
"""Connections at a time, those that have not yet shown a certificate among them."""

_log = Logger()


class RemoteTelephony:
    """The telephony service of the machine of an agent.

    It may be started before the agent has connected: it is down until then, and whenever the connection is.

    :param clock: Twisted's reactor, or the clock of a test.
    :param name: of the agent, as its certificate says.
    """

    def __init__(self, clock: Timing, name: str) -> None:
        self.name = name
        self._clock = clock
        self._listener: Listener | None = None
        self._wire: Wire | None = None

    @property
    def started(self) -> bool:
        """Whether somebody waits for the agent."""
        return self._listener is not None

    def start(self, listener: Listener) -> None:
        """See :meth:`Telephony.start`."""
        if self._listener is not None:
            raise RuntimeError(f"the telephony service of agent {self.name} has been started already")
        self._listener = listener
        listener(ServiceDown(reason=f"agent {self.name} has not connected"))

    def stop(self) -> Deferred[None]:
        """See :meth:`Telephony.stop`. The agent closes its lines when its connection ends."""
        wire, self._wire, self._listener = self._wire, None, None
        if wire is None:
            return succeed(None)
        over = wire.when_over()
        wire.leave("the gateway ends, or needs this agent no longer")
        return over.addCallback(lambda reason: None)

    def dismiss(self, reason: str) -> None:
        """End the connection of the agent, where there is one."""
        if self._wire is not None:
            self._lost(self._wire, reason)

    def attach(self, wire: Wire) -> None:
        """The agent has connected. An older connection of it ends: its machine may have forgotten it."""
        if self._wire is not None:
            words = f"a newer connection from {wire.peer} took its place"
            _log.warn("agent {agent} at {address}: {reason}", agent=self.name, address=self._wire.peer, reason=words)
            self._lost(self._wire, words)
        _log.info("agent {agent} has connected from {address}", agent=self.name, address=wire.peer)
        self._wire = wire
        wire.when_over().addCallback(lambda reason: self._lost(wire, reason))

    def hear(self, wire: Wire, messages: Iterable[Message]) -> None:
        """What the agent tells; from a connection that has been replaced it is void."""
        for message in messages:
            if wire is self._wire and self._listener is not None:
                self._listener(message)

    def lines(self) -> Deferred[tuple[LineDescription, ...]]:
        """See :meth:`Telephony.lines`."""
        return self._ask(protocol.Lines)

    def open_line(self, device: int, privileges: int, media_modes: int) -> Deferred[int]:
        """See :meth:`Telephony.open_line`."""
        return self._ask(protocol.OpenLine, device=device, privileges=privileges, media_modes=media_modes)

    def close_line(self, line: int) -> Deferred[None]:
        """See :meth:`Telephony.close_line`."""
        return self._ask(protocol.CloseLine, line=line)

    def new_calls(self, line: int) -> Deferred[tuple[int, ...]]:
        """See :meth:`Telephony.new_calls`."""
        return self._ask(protocol.NewCalls, line=line)

    def call_info(self, call: int) -> Deferred[CallInfo]:
        """See :meth:`Telephony.call_info`."""
        return self._ask(protocol.GetCallInfo, call=call)

    def call_status(self, call: int) -> Deferred[CallStatus]:
        """See :meth:`Telephony.call_status`."""
        return self._ask(protocol.GetCallStatus, call=call)

    def address_status(self, line: int, address: int) -> Deferred[AddressStatus]:
        """See :meth:`Telephony.address_status`."""
        return self._ask(protocol.GetAddressStatus, line=line, address=address)

    def set_privilege(self, call: int, privilege: int) -> Deferred[None]:
        """See :meth:`Telephony.set_privilege`."""
        return self._ask(protocol.SetPrivilege, call=call, privilege=privilege)

    def release(self, call: int) -> Deferred[None]:
        """See :meth:`Telephony.release`."""
        return self._ask(protocol.Release, call=call)

    def request(self, request: Request) -> Deferred[Reply]:
        """See :meth:`Telephony.request`."""
        return self._ask(protocol.Do, request=request)

    def _ask(self, question: type[Question], **arguments: object) -> Deferred[Any]:
        what, wire = question.__name__, self._wire
        if wire is None or wire.reason:
            return fail(LinkLost(what, f"agent {self.name} is not connected"))
        try:
            asked = wire.ask(question, **arguments)
        except UnicodeEncodeError:
            return fail(LineError(what, LINEERR.INVALADDRESS, "half a surrogate pair cannot be dialled"))

        def late(result: object, seconds: float) -> None:
            raise RequestTimeout(what, seconds)

        asked.addTimeout(LONGEST_ANSWER, cast(Any, self._clock), onTimeoutCancel=late)
        return asked.addCallbacks(lambda box: box["result"], lambda failure: self._failed(failure, wire, what))

    def _failed(self, failure: Failure, wire: Wire, what: str) -> Failure:
        error = failure.value
        try:
            if isinstance(error, Failed):
                return Failure(error.error())
        except msgspec.MsgspecError as fault:
            error = fault
        if isinstance(error, CSTAError):
            return failure
        if not wire.reason:
            wire.end(f"its answer to {what} cannot be understood: {error}")
        return Failure(LinkLost(what, wire.reason))

    def _lost(self, wire: Wire, reason: str) -> None:
        if wire is not self._wire:
            return
        self._wire = None
        wire.leave(reason)
        _log.warn("agent {agent}: the connection is gone: {reason}", agent=self.name, reason=reason)
        if self._listener is not None:
            self._listener(ServiceDown(reason=f"agent {self.name}: {reason}"))


class Reception(Factory):
    """Where agents connect.

    :param clock: Twisted's reactor, or the clock of a test.
    :param telephony: who it is and who waits for it, by its connection; raises :class:`NotServed`.
    """

    noisy = False

    def __init__(self, clock: Timing, telephony: Callable[[Wire], RemoteTelephony]) -> None:
        self.telephony = telephony
        self.clock = clock
        self._connections = 0

    def buildProtocol(self, address: IAddress | None) -> Wire | None:
        """Twisted: somebody connects."""
        if self._connections >= MOST_CONNECTIONS:
            _log.error("more than {most} connections of agents; one more is refused", most=MOST_CONNECTIONS)
            return None
        self._connections += 1
        wire = Wire(self.clock, lambda wire: Listening(wire, self))
        wire.when_over().addCallback(self._gone)
        return wire

    def _gone(self, reason: str) -> None:
        self._connections -= 1


class Listening(Heard):
    """What the gateway listens to."""

    def __init__(self, wire: Wire, reception: Reception) -> None:
        super().__init__(wire)
        self._reception = reception
        self._telephony: RemoteTelephony | None = None

    @Hello.responder
    def hello(self, versions: tuple[int, ...], program: str) -> dict[str, object]:
        """An agent says who it is; its certificate says whether that is so."""
        if self._telephony is not None:
            raise NotServed("it says hello twice")
        try:
            known = self._reception.telephony(self.wire)
            version = common_version(versions, program)
        except NotServed as refusal:
            _log.warn("an agent at {address} is refused: {reason}", address=self.wire.peer, reason=str(refusal))
            raise
        self._telephony = known
        self.wire.begin()
        known.attach(self.wire)
        return {"version": version}

    @Tell.responder
    def tell(self, messages: tuple[Message, ...]) -> dict[str, object]:
        """The telephony service tells something."""
        if self._telephony is None:
            raise amp.AmpError("an agent tells something before it has said hello")
        self._telephony.hear(self.wire, messages)
        return {}


def common_version(versions: Iterable[int], program: str) -> int:
    """The newest version of the protocol that both sides speak; raises :class:`NotServed`."""
    common = set(versions) & set(protocol.VERSIONS)
    if not common:
        ours, theirs = (", ".join(map(str, sorted(each))) for each in (protocol.VERSIONS, set(versions)))
        raise NotServed(
            f"the gateway speaks version {ours} of the protocol, the agent ({program[:40]}) {theirs or 'none'};"
            " install the same release on both machines"
        )
    return max(common)
