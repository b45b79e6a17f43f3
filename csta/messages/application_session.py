"""Application session services (ECMA-354): an XML link opened, prolonged and ended by messages of its own."""

from __future__ import annotations

import msgspec

from csta.dialect import Login
from csta.messages.base import Choice, Enumeration, Message, Request, Response, Structure


class SessionError(Enumeration):
    """Why an application session service is refused."""

    INVALID_APPLICATION_INFO = "invalidApplicationInfo"
    REQUESTED_PROTOCOL_VERSION_NOT_SUPPORTED = "requestedProtocolVersionNotSupported"
    SERVER_RESOURCES_BUSY = "serverResourcesBusy"
    MAX_NUMBER_SESSIONS = "maxNumberSessions"
    INVALID_SESSION_ID = "invalidSessionID"
    SERVER_CANNOT_RESET_SESSION_TIMER = "serverCannotResetSessionTimer"


class SessionEnd(Enumeration):
    """Why an application session ends."""

    NORMAL = "normal"
    RESOURCE_LIMITATION = "resourceLimitation"
    SESSION_TIMER_EXPIRED = "sessionTimerExpired"


class ErrorCode(Choice, frozen=True, kw_only=True, rename="camel"):
    """A reason of the standard, or one of the server's own in words."""

    defined_error: SessionError | None = None
    appl_error: str | None = None

    def __str__(self) -> str:
        return self.defined_error.value if self.defined_error is not None else self.appl_error or "no reason given"


class EndReason(Choice, frozen=True, kw_only=True, rename="camel"):
    """A reason of the standard, or one of the sender's own in words."""

    defined: SessionEnd | None = None
    own: str | None = None

    def __str__(self) -> str:
        return self.defined.value if self.defined is not None else self.own or "no reason given"


class ApplicationInfo(Structure, frozen=True, kw_only=True, rename="camel"):
    """Which application asks.

    :param login: name and password in the form of Avaya (SessionLoginInfo).
    """

    application_id: str = msgspec.field(name="applicationID", default="")
    login: Login | None = None


class StartApplicationSession(Request["StartApplicationSessionPosResponse"], frozen=True, kw_only=True, rename="camel"):
    """Asks for a session.

    :param requested_protocol_versions: the editions of ECMA-323 the application speaks, best first.
    :param requested_session_duration: seconds until it ends, unless it is prolonged.
    """

    application_info: ApplicationInfo
    requested_protocol_versions: tuple[str, ...]
    requested_session_duration: int


class StartApplicationSessionPosResponse(Response, frozen=True, kw_only=True, rename="camel"):
    """The session is open.

    :param actual_session_duration: seconds until it ends, unless it is prolonged.
    """

    session_id: str = msgspec.field(name="sessionID")
    actual_protocol_version: str = ""
    actual_session_duration: int


class StartApplicationSessionNegResponse(Response, frozen=True, kw_only=True, rename="camel"):
    """There will be no session."""

    error_code: ErrorCode = ErrorCode()


class ResetApplicationSessionTimer(
    Request["ResetApplicationSessionTimerPosResponse"], frozen=True, kw_only=True, rename="camel"
):
    """Prolongs the session by ``requested_session_duration`` seconds from now."""

    session_id: str = msgspec.field(name="sessionID")
    requested_session_duration: int


class ResetApplicationSessionTimerPosResponse(Response, frozen=True, kw_only=True, rename="camel"):
    """The session ends ``actual_session_duration`` seconds from now."""

    actual_session_duration: int


class ResetApplicationSessionTimerNegResponse(Response, frozen=True, kw_only=True, rename="camel"):
    """The session is not prolonged."""

    error_code: ErrorCode = ErrorCode()


class StopApplicationSession(Request["StopApplicationSessionPosResponse"], frozen=True, kw_only=True, rename="camel"):
    """Ends the session in order."""

    session_id: str = msgspec.field(name="sessionID")
    session_end_reason: EndReason = EndReason(defined=SessionEnd.NORMAL)


class StopApplicationSessionPosResponse(Response, frozen=True, kw_only=True):
    """The session has ended."""


class StopApplicationSessionNegResponse(Response, frozen=True, kw_only=True, rename="camel"):
    """There is no such session."""

    error_code: ErrorCode = ErrorCode()


class ApplicationSessionTerminated(Request[None], frozen=True, kw_only=True, rename="camel"):
    """The server ends the session; there is no answer."""

    session_id: str = msgspec.field(name="sessionID")
    session_term_reason: EndReason = EndReason()


MESSAGES: dict[str, type[Message]] = {
    kind.__name__: kind
    for kind in (
        StartApplicationSession,
        StartApplicationSessionPosResponse,
        StartApplicationSessionNegResponse,
        ResetApplicationSessionTimer,
        ResetApplicationSessionTimerPosResponse,
        ResetApplicationSessionTimerNegResponse,
        StopApplicationSession,
        StopApplicationSessionPosResponse,
        StopApplicationSessionNegResponse,
        ApplicationSessionTerminated,
    )
}
"""The messages by their names."""
