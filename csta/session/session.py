"""The session: what a CSTA link is between its octets and its messages.

Three things move it, and nothing else: calls of its user, octets from the peer, and time. It does no I/O and reads no
clock; ``now`` is seconds on any clock that does not go back.

After each of the three the user takes :meth:`Session.next_event` until None, then sends :meth:`Session.data_to_send`,
then sets its timer to :meth:`Session.next_deadline`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any

from csta.apdu import EVENT_INVOKE_ID, Apdu, Error, Frame, Invoke, Reject, Result
from csta.errors import (
    AssociationRefused,
    CSTAError,
    DecodeError,
    FramingError,
    LinkLost,
    RemoteProtocolError,
    RequestCancelled,
    RequestTimeout,
    UnknownMessage,
)
from csta.framing import Framing
from csta.messages.base import Event, Request, Response
from csta.messages.errors import OperationErrors, UniversalFailure
from csta.messages.system import (
    RequestSystemStatus,
    RequestSystemStatusResponse,
    SystemStatus,
    SystemStatusResponse,
    SystemStatusValue,
)
from csta.messages.zultys import KeepAlive
from csta.session import answers
from csta.session.association import Association, Step
from csta.session.events import (
    Answered,
    Closed,
    EventReceived,
    Opened,
    RequestFailed,
    RequestReceived,
    SessionEvent,
    StatusReceived,
)
from csta.session.heartbeat import Heartbeat, Pulse
from csta.session.invokes import Invocation, Invocations
from csta.session.irregularities import Irregular, Irregularities, Irregularity
from csta.session.settings import Codec, Role, Settings, Tap
from csta.session.states import Move, State, after


class Session:
    """One end of one link.

    :param association: how the link is opened and ended; None for a link without association.
    :ivar irregularities: what the peer did against the standard, and how often.
    :ivar tap: sees every frame, both ways; set it before :meth:`open`.
    """

    def __init__(
        self,
        role: Role,
        codec: Codec,
        framing: Framing,
        *,
        association: Association | None = None,
        settings: Settings | None = None,
    ) -> None:
        self.role = role
        self.state = State.UNOPENED
        self.settings = settings or Settings()
        self.irregularities = Irregularities()
        self._codec = codec
        self._framing = framing
        self._association = association or Association()
        self._invocations = Invocations(framing.last_invoke_id)
        self._heartbeat = Heartbeat(
            self.settings.heartbeat_interval,
            self.settings.heartbeat_limit,
            answered=self.settings.heartbeat != "keepalive" or role is Role.SWITCHING,
        )
        self._events: deque[SessionEvent] = deque()
        self._outgoing = bytearray()
        self._expiry: float | None = None
        self._now = 0.0
        self.tap: Tap | None = None
        self._peer = Role.SWITCHING if role is Role.COMPUTING else Role.COMPUTING

    # Moved by the user

    def open(self, now: float, *, private: bool = False) -> None:
        """The connection below has been made.

        :param private: whether nobody else can read it (TLS).
        """
        self._now = now
        self._heartbeat.heard(now)
        if self.tap is not None:
            self.tap.opened()
        self._outgoing += self._framing.open(connecting=self.role is Role.COMPUTING)
        self._take(self._association.open(self.role, self._invocations.next_id, private=private))
        if self.state is not State.ACTIVE:
            self._expiry = now + self.settings.association_timeout

    def request(self, message: Request[Any], now: float, timeout: float | None = None) -> int:
        """Ask the peer for a service; gives the invoke id that :class:`Answered` or :class:`RequestFailed` will name.

        :param timeout: seconds the answer may take.
        :raises LocalProtocolError: the link is not open, or the message does not fit the wire.
        """
        seconds = self.settings.request_timeout if timeout is None else timeout
        return self._invoke(message, now, seconds, internal=False)

    def report(self, message: Event | Request[None]) -> None:
        """Send an event report, or a request that the standard gives no answer to.

        :raises LocalProtocolError: as in :meth:`request`.
        """
        self._move(Move.SEND)
        in_header = self._framing.carries_invoke_id and isinstance(message, Event)
        invoke_id = EVENT_INVOKE_ID if in_header else self._invocations.next_id()
        self._write(Invoke(invoke_id, message))
        if isinstance(message, Request):
            self._invocations.park(invoke_id, message)

    def respond(self, invoke_id: int, response: Response | None = None) -> None:
        """Answer a request of the peer positively."""
        self._move(Move.SEND)
        self._write(Result(invoke_id, response))

    def fail(self, invoke_id: int, failure: UniversalFailure) -> None:
        """Answer a request of the peer negatively."""
        self._move(Move.SEND)
        self._write(Error(invoke_id, failure))

    def cancel(self, invoke_id: int) -> None:
        """Stop waiting for an answer; the request may have been carried out nevertheless."""
        invocation = self._invocations.abandon(invoke_id)
        if invocation is not None:
            self._end(invocation, RequestCancelled(type(invocation.request).__name__, "given up by its caller"))

    def release(self, now: float) -> None:
        """End the session in order; :class:`Closed` follows, at once where there is no association."""
        if self.state is not State.ACTIVE:
            self._close(Move.STOP, None)
            return
        self._expiry = now + self.settings.release_timeout
        self._take(self._association.release())

    # Moved by the peer and by the connection below

    def receive_data(self, data: bytes, now: float) -> None:
        """Octets came from the peer; what they mean is given by :meth:`next_event`."""
        self._now = now
        if self.state is not State.CLOSED:
            self._heartbeat.heard(now)
            self._framing.receive(data)

    def connection_lost(self, reason: str) -> None:
        """The connection below is gone; ``reason`` says why, in words."""
        while self._take_frame():  # what came before stands before the end
            pass
        self._close(Move.LOSE, LinkLost("link", reason))

    def next_event(self) -> SessionEvent | None:
        """What happened next, None when there is nothing more. Frames are decoded here, one at a time."""
        while not self._events:
            if not self._take_frame():
                return None
        return self._events.popleft()

    def data_to_send(self) -> bytes:
        """Octets for the peer, each given once."""
        data = bytes(self._outgoing)
        self._outgoing.clear()
        return data

    # Moved by time

    def next_deadline(self) -> float | None:
        """When :meth:`on_timer` is to be called, None for never."""
        session = self._association.next_deadline() if self.state is State.ACTIVE else None
        deadlines = (self._expiry, self._invocations.next_deadline(), self._heartbeat.next_deadline(), session)
        return min((each for each in deadlines if each is not None), default=None)

    def on_timer(self, now: float) -> None:
        """Do what is due: requests end unanswered, the peer is asked for life, or the link is given up."""
        self._now = now
        for invocation in self._invocations.expired(now):
            self._end(invocation, RequestTimeout(type(invocation.request).__name__, invocation.timeout))
        if self._expiry is not None and self._expiry <= now:
            self._expire()
        elif self.state is State.ACTIVE:
            step = self._association.due(now)
            if step is None:
                self._beat(now)
            else:
                self._take(step)

    # Below here: how

    def _move(self, move: Move) -> None:
        self.state = after(self.state, move)

    def _take(self, step: Step) -> None:
        """Take a step of the association; raises what :func:`csta.session.states.after` raises."""
        following = after(self.state, step.move)
        if step.edition is not None:
            self._codec.namespace = step.edition
        if step.send is not None:
            self._write(step.send)
        if following is State.CLOSED:
            self._close(step.move, step.error)
            return
        if following is State.ACTIVE and self.state is not State.ACTIVE:
            self._expiry = None
            self._events.append(Opened(step.peer))
        self.state = following

    def _tell(self, irregular: Irregular | None) -> None:
        if irregular is not None:
            self._events.append(irregular)

    def _write(self, apdu: Apdu) -> None:
        frame = self._codec.encode(apdu)
        self._outgoing += self._framing.encode(frame)
        if self.tap is not None:
            self.tap.passed(self.role, frame)

    def _invoke(self, message: Request[Any], now: float, timeout: float, *, internal: bool) -> int:
        self._move(Move.SEND)
        invoke_id = self._invocations.next_id()
        self._write(Invoke(invoke_id, message))
        self._invocations.begin(Invocation(invoke_id, message, timeout, now + timeout, internal))
        return invoke_id

    def _end(self, invocation: Invocation, end: Response | CSTAError) -> None:
        if invocation.internal:
            return  # that the peer says anything at all is enough
        if isinstance(end, CSTAError):
            self._events.append(RequestFailed(invocation.invoke_id, end))
        else:
            self._events.append(Answered(invocation.invoke_id, end))

    def _close(self, move: Move, error: CSTAError | None) -> None:
        if self.state is State.CLOSED:
            return
        self._move(move)
        self._expiry = None
        self._heartbeat.stop()
        reason = why(error)
        for invocation in self._invocations.drain():
            self._end(invocation, LinkLost(type(invocation.request).__name__, reason))
        self._events.append(Closed(error))
        if self.tap is not None:
            if self._framing.pending:
                self.tap.lost(self._framing.pending, "no whole message")
            self.tap.closed("" if error is None else reason)

    def _expire(self) -> None:
        if self.state is State.RELEASING:
            self._close(Move.EXPIRE, None)
            return
        seconds = f"{self.settings.association_timeout:g} s"
        self._close(Move.EXPIRE, AssociationRefused(f"no association within {seconds}: the peer said nothing"))

    def _beat(self, now: float) -> None:
        pulse = self._heartbeat.due(now)
        if pulse is Pulse.DEAD:
            self._close(Move.EXPIRE, LinkLost("link", f"the peer was silent for {self._heartbeat.silence:g} s"))
        elif pulse is Pulse.ASK:
            self._send_heartbeat(now)

    def _send_heartbeat(self, now: float) -> None:
        kind = self.settings.heartbeat
        if kind != "keepalive":
            self._invoke(_HEARTBEATS[kind], now, self._heartbeat.silence, internal=True)
        elif self.role is Role.COMPUTING:
            self._write(Invoke(0, KeepAlive()))

    def _take_frame(self) -> bool:
        """Handle one frame; False when there is none."""
        if self.state is State.CLOSED:
            return False
        try:
            frame = self._framing.next_frame()
        except FramingError as error:
            self._close(Move.LOSE, error)
            return True
        self._outgoing += self._framing.answers()
        if frame is not None:
            if self.tap is not None:
                self.tap.passed(self._peer, frame)
            self._handle(frame)
        return frame is not None

    def _handle(self, frame: Frame) -> None:
        try:
            apdu = self._decode(frame)
            step = self._association.hear(apdu, self._now)
            if step is None:
                _HANDLERS[type(apdu)](self, apdu)
            else:
                self._take(step)
        except DecodeError as error:
            self._undecodable(frame, error)
        except RemoteProtocolError as error:
            self._abort(error)

    def _decode(self, frame: Frame) -> Apdu:
        if self._framing.carries_invoke_id and frame.invoke_id is None:
            raise DecodeError("the invoke id in the header is not four digits", "header", 4)
        apdu = self._codec.decode(frame)
        if self._codec.foreign is not None:
            self._tell(self.irregularities.edition(self._codec.foreign))
        return apdu

    def _abort(self, error: CSTAError) -> None:
        last_words = self._association.abort()
        if last_words is not None:
            self._write(last_words)
        self._close(Move.LOSE, error)

    def _undecodable(self, frame: Frame, error: DecodeError) -> None:
        self._tell(self.irregularities.undecodable(frame, error))
        if answers.is_answer(frame, error):
            invocation = self._invocations.end(error.invoke_id)
            if invocation is not None:
                self._end(invocation, error)
        elif self.state is State.ACTIVE:
            self._object(frame, error)

    def _object(self, frame: Frame, error: DecodeError) -> None:
        """Tell the peer that its request or event was not understood."""
        if not self._framing.carries_invoke_id:
            unknown = isinstance(error, UnknownMessage)
            problem = answers.UNRECOGNISED_OPERATION if unknown else answers.MISTYPED_ARGUMENT
            general = Reject(None, "general", 0)
            self._write(general if error.invoke_id is None else Reject(error.invoke_id, "invoke", problem))
        elif error.invoke_id and frame.invoke_id != EVENT_INVOKE_ID:  # XML has no reject
            self._write(Error(error.invoke_id, UniversalFailure(operation=OperationErrors.GENERIC)))

    def _on_invoke(self, invoke: Invoke) -> None:
        self._move(Move.PEER_SENDS)
        message = invoke.message
        if isinstance(message, Event):
            self._tell(self.irregularities.event(message))
            self._events.append(EventReceived(message))
        elif isinstance(message, KeepAlive) or self.state is not State.ACTIVE:
            return  # to be heard is enough; and at the end the peer will find its request unanswered
        elif isinstance(message, SystemStatus):
            self.respond(invoke.invoke_id, SystemStatusResponse())
            self._events.append(StatusReceived(message.system_status))
        elif isinstance(message, RequestSystemStatus) and self.role is Role.COMPUTING:
            self.respond(invoke.invoke_id, RequestSystemStatusResponse(system_status=SystemStatusValue.NORMAL))
        elif isinstance(message, Request):
            self.irregularities.follow(message, None)
            self._events.append(RequestReceived(invoke.invoke_id, message))
        else:
            raise RemoteProtocolError("neither request nor event", type(message).__name__)

    def _on_answer(self, answer: Result | Error | Reject) -> None:
        self._move(Move.PEER_SENDS)
        of_ours = not isinstance(answer, Reject) or answer.category in ("invoke", "general")
        invocation = self._invocations.end(answer.invoke_id) if of_ours else None
        if invocation is None:
            kind, late_to = self._invocations.stray(answer.invoke_id if of_ours else None)
            self._tell(self.irregularities.notice(kind, answers.in_words(answer, late_to)))
            return
        outcome = answers.outcome(invocation.request, answer)
        if isinstance(outcome, RemoteProtocolError):
            self._tell(self.irregularities.notice(Irregularity.OTHER_ANSWER, str(outcome)))
        self.irregularities.follow(invocation.request, outcome)
        self._end(invocation, outcome)


def why(error: CSTAError | None) -> str:
    """The end of a link in words, for what ends with it."""
    if isinstance(error, LinkLost):
        return error.reason
    return "the link was closed" if error is None else str(error)


_HEARTBEATS: dict[str, Request[Any]] = {
    "system-status": SystemStatus(system_status=SystemStatusValue.NORMAL),
    "request-system-status": RequestSystemStatus(),
}
_HANDLERS: dict[type[Apdu], Callable[[Session, Any], None]] = {
    Invoke: Session._on_invoke,
    Result: Session._on_answer,
    Error: Session._on_answer,
    Reject: Session._on_answer,
}
