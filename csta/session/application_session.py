"""The application session of ECMA-354, on XML links: opened, prolonged before it expires, and stopped."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from csta.apdu import Apdu, Error, Invoke, Result
from csta.dialect import Login, edition_of
from csta.errors import AssociationRefused, LinkLost
from csta.messages.application_session import (
    ApplicationSessionTerminated,
    EndReason,
    ErrorCode,
    ResetApplicationSessionTimer,
    ResetApplicationSessionTimerNegResponse,
    ResetApplicationSessionTimerPosResponse,
    SessionEnd,
    SessionError,
    StartApplicationSession,
    StartApplicationSessionNegResponse,
    StartApplicationSessionPosResponse,
    StopApplicationSession,
    StopApplicationSessionNegResponse,
    StopApplicationSessionPosResponse,
)
from csta.messages.base import Message
from csta.messages.system import SystemStatus, SystemStatusResponse
from csta.session.association import Association, Step
from csta.session.settings import Role
from csta.session.states import Move

RENEW_AFTER = 0.5
"""Part of a session's duration after which it is prolonged."""

LONGEST_SESSION = 3600
"""Seconds the switching function grants at most."""

_ONLY_SESSION = "1"  # a link has one session, and its id means nothing elsewhere

LoginCheck = Callable[[Login | None], bool]


class ApplicationSession(Association):
    """ECMA-354.

    :param offer: what the computing function asks with.
    :param welcome: whether the switching function takes a client with this log-in; all are taken where left out.
    """

    def __init__(self, offer: StartApplicationSession, welcome: LoginCheck | None = None) -> None:
        self._offer = offer
        self._welcome = welcome or (lambda login: True)
        self._role = Role.COMPUTING
        self._next_id: Callable[[], int] = lambda: 0
        self._start_id: int | None = None
        self._id = ""
        self._renew_at: float | None = None
        self._ends_at: float | None = None

    def open(self, role: Role, next_id: Callable[[], int], *, private: bool = False) -> Step:
        """Ask, or wait to be asked."""
        self._role, self._next_id = role, next_id
        if role is Role.SWITCHING:
            return Step(Move.AWAIT)
        self._start_id = next_id()
        return Step(Move.ASK, Invoke(self._start_id, self._offer))

    def release(self) -> Step:
        """Ask the peer to agree; the switching function does not ask, but tells."""
        self._renew_at = self._ends_at = None
        if self._role is Role.SWITCHING:
            return Step(Move.STOP, self._termination(EndReason(defined=SessionEnd.RESOURCE_LIMITATION)))
        return Step(Move.RELEASE, Invoke(self._next_id(), StopApplicationSession(session_id=self._id)))

    def next_deadline(self) -> float | None:
        """When the session is to be prolonged, or ends."""
        return self._ends_at if self._renew_at is None else self._renew_at

    def due(self, now: float) -> Step | None:
        """Prolong the session, or end it when its time is over."""
        if self._renew_at is not None and self._renew_at <= now:
            self._renew_at = None
            seconds = self._offer.requested_session_duration
            reset = ResetApplicationSessionTimer(session_id=self._id, requested_session_duration=seconds)
            return Step(Move.SEND, Invoke(self._next_id(), reset))
        if self._ends_at is None or now < self._ends_at:
            return None
        lost = LinkLost("link", "the application session was not prolonged in time")
        if self._role is Role.COMPUTING:
            return Step(Move.EXPIRE, error=lost)
        return Step(Move.EXPIRE, self._termination(EndReason(defined=SessionEnd.SESSION_TIMER_EXPIRED)), lost)

    def hear(self, apdu: Apdu, now: float) -> Step | None:
        """What the messages of the session mean; the others are for the session below."""
        if isinstance(apdu, Error) and apdu.invoke_id == self._start_id and not self._id:
            return self._refused(apdu.invoke_id, StartApplicationSessionNegResponse(), now)
        if not isinstance(apdu, Invoke | Result):
            return None
        if isinstance(apdu.message, SystemStatus) and self._start_id is not None and not self._id:
            # OpenScape Voice speaks first; it wants an answer, and the session can wait for its own.
            return Step(Move.PEER_GREETS, Result(apdu.invoke_id, SystemStatusResponse()))
        step = _HEARD.get(type(apdu.message))
        return None if step is None else step(self, apdu.invoke_id, apdu.message, now)

    def _termination(self, reason: EndReason) -> Invoke:
        return Invoke(self._next_id(), ApplicationSessionTerminated(session_id=self._id, session_term_reason=reason))

    def _runs(self, seconds: float, now: float) -> None:
        self._ends_at = now + seconds
        self._renew_at = now + seconds * RENEW_AFTER if self._role is Role.COMPUTING else None

    def _start_asked(self, invoke_id: int, asked: StartApplicationSession, now: float) -> Step:
        if self._id:
            return Step(Move.PEER_SENDS, Result(invoke_id, _no_start(SessionError.MAX_NUMBER_SESSIONS)))
        if not self._welcome(asked.application_info.login):
            refused = AssociationRefused("the application was refused: name or password is wrong or missing")
            no = _no_start(SessionError.INVALID_APPLICATION_INFO)
            return Step(Move.PEER_ASKS_IN_VAIN, Result(invoke_id, no), refused)
        version = _version(asked.requested_protocol_versions)
        if version is None:
            refused = AssociationRefused("the application was refused: it speaks no version that is known here")
            no = _no_start(SessionError.REQUESTED_PROTOCOL_VERSION_NOT_SUPPORTED)
            return Step(Move.PEER_ASKS_IN_VAIN, Result(invoke_id, no), refused)
        return self._started(invoke_id, asked, version, now)

    def _started(self, invoke_id: int, asked: StartApplicationSession, version: str, now: float) -> Step:
        self._id = _ONLY_SESSION
        seconds = self._grant(asked.requested_session_duration, now)
        answer = StartApplicationSessionPosResponse(
            session_id=self._id,
            actual_protocol_version=version,
            actual_session_duration=seconds,
        )
        return Step(Move.PEER_ASKS, Result(invoke_id, answer), peer=asked, edition=edition_of(version))

    def _grant(self, wanted: int, now: float) -> int:
        seconds = min(max(wanted, 1), LONGEST_SESSION)
        self._runs(seconds, now)
        return seconds

    def _accepted(self, _: int, answer: StartApplicationSessionPosResponse, now: float) -> Step:
        self._id = answer.session_id
        self._runs(max(answer.actual_session_duration, 1), now)
        return Step(Move.PEER_ACCEPTS, peer=answer, edition=edition_of(answer.actual_protocol_version))

    def _refused(self, _: int, answer: StartApplicationSessionNegResponse, now: float) -> Step:
        words = f"the switch refused the application session: {answer.error_code}"
        return Step(Move.PEER_REFUSES, error=AssociationRefused(words))

    def _reset(self, invoke_id: int, asked: ResetApplicationSessionTimer, now: float) -> Step:
        if asked.session_id != self._id:
            code = ErrorCode(defined_error=SessionError.INVALID_SESSION_ID)
            no = ResetApplicationSessionTimerNegResponse(error_code=code)
            return Step(Move.PEER_SENDS, Result(invoke_id, no))
        seconds = self._grant(asked.requested_session_duration, now)
        answer = ResetApplicationSessionTimerPosResponse(actual_session_duration=seconds)
        return Step(Move.PEER_SENDS, Result(invoke_id, answer))

    def _was_reset(self, _: int, answer: ResetApplicationSessionTimerPosResponse, now: float) -> Step:
        if self._ends_at is not None:  # not while it is being stopped
            self._runs(max(answer.actual_session_duration, 1), now)
        return Step(Move.PEER_SENDS)

    def _not_reset(self, _: int, answer: ResetApplicationSessionTimerNegResponse, now: float) -> Step:
        words = f"the switch does not prolong the application session: {answer.error_code}"
        return Step(Move.PEER_ABORTS, error=LinkLost("link", words))

    def _stopped(self, invoke_id: int, asked: StopApplicationSession, now: float) -> Step:
        if asked.session_id != self._id:
            code = ErrorCode(defined_error=SessionError.INVALID_SESSION_ID)
            return Step(Move.PEER_SENDS, Result(invoke_id, StopApplicationSessionNegResponse(error_code=code)))
        return Step(Move.PEER_RELEASES, Result(invoke_id, StopApplicationSessionPosResponse()))

    def _stop_answered(self, _: int, answer: Message, now: float) -> Step:
        return Step(Move.PEER_AGREES)

    def _terminated(self, _: int, told: ApplicationSessionTerminated, now: float) -> Step:
        words = f"the switch ended the application session: {told.session_term_reason}"
        return Step(Move.PEER_ABORTS, error=LinkLost("link", words))


def _version(asked: tuple[str, ...]) -> str | None:
    """The first version asked for that is known here; empty where none was asked for."""
    return next((version for version in asked if edition_of(version) is not None), None if asked else "")


def _no_start(reason: SessionError) -> StartApplicationSessionNegResponse:
    return StartApplicationSessionNegResponse(error_code=ErrorCode(defined_error=reason))


_HEARD: dict[type, Callable[[ApplicationSession, int, Any, float], Step]] = {
    StartApplicationSession: ApplicationSession._start_asked,
    StartApplicationSessionPosResponse: ApplicationSession._accepted,
    StartApplicationSessionNegResponse: ApplicationSession._refused,
    ResetApplicationSessionTimer: ApplicationSession._reset,
    ResetApplicationSessionTimerPosResponse: ApplicationSession._was_reset,
    ResetApplicationSessionTimerNegResponse: ApplicationSession._not_reset,
    StopApplicationSession: ApplicationSession._stopped,
    StopApplicationSessionPosResponse: ApplicationSession._stop_answered,
    StopApplicationSessionNegResponse: ApplicationSession._stop_answered,
    ApplicationSessionTerminated: ApplicationSession._terminated,
}
