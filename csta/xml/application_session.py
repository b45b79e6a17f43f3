"""XML of :mod:`csta.messages.application_session` (ECMA-354)."""

from __future__ import annotations

from csta.dialect import Login
from csta.messages.application_session import (
    ApplicationInfo,
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
from csta.xml import elements, leaves
from csta.xml.document import Tokens
from csta.xml.elements import Out

NAMESPACE = "http://www.ecma-international.org/standards/ecma-354/appl_session"
"""Namespace these messages are written in; like all others they are read in any."""

AVAYA = "http://www.avaya.com/csta"
"""Namespace of the log-in within the application information."""

_CLEANUP_DELAY = 60  # seconds an Avaya server keeps what a session that was cut off had


_ACCOUNT = elements.table(
    elements.leaf("userName", "name", leaves.text),
    elements.leaf("password", "password", leaves.text),
    elements.leaf("sessionCleanupDelay", "delay", leaves.text),
    elements.leaf("sessionID", "session", leaves.text),
)


def _account(tokens: Tokens, end: str) -> Login:
    values = elements.children(tokens, end, _ACCOUNT)
    return Login(values.get("name", ""), values.get("password", ""))


_SPECIFIC = elements.table(elements.inner("SessionLoginInfo", "login", _account))


def _login(tokens: Tokens, end: str) -> Login | None:
    return elements.children(tokens, end, _SPECIFIC).get("login")


_VERSION = elements.table(elements.leaf("protocolVersion", "", leaves.text))


def _versions(tokens: Tokens, end: str) -> tuple[str, ...]:
    return elements.listed(tokens, end, _VERSION)


_INFO = elements.table(
    elements.leaf("applicationID", "application_id", leaves.text),
    elements.inner("applicationSpecificInfo", "login", _login),
)
_ERROR = elements.table(
    elements.leaf("definedError", "defined_error", leaves.enumeration(SessionError)),
    elements.leaf("applError", "appl_error", leaves.text),
)
_END = elements.table(
    elements.leaf("definedEndReason", "defined", leaves.enumeration(SessionEnd), "definedTermReason"),
    elements.leaf("appEndReason", "own", leaves.text, "serverTermReason"),
)


def _info(tokens: Tokens, end: str) -> ApplicationInfo:
    return elements.structure(tokens, end, ApplicationInfo, _INFO)


def _error(tokens: Tokens, end: str) -> ErrorCode:
    return elements.choice(tokens, end, ErrorCode, _ERROR)


def _end(tokens: Tokens, end: str) -> EndReason:
    return elements.choice(tokens, end, EndReason, _END)


_CHILDREN = (
    elements.leaf("sessionID", "session_id", leaves.text),
    elements.inner("applicationInfo", "application_info", _info),
    elements.inner("requestedProtocolVersions", "requested_protocol_versions", _versions),
    elements.leaf("requestedSessionDuration", "requested_session_duration", leaves.integer),
    elements.leaf("actualProtocolVersion", "actual_protocol_version", leaves.text),
    elements.leaf("actualSessionDuration", "actual_session_duration", leaves.integer),
    elements.inner("errorCode", "error_code", _error),
    elements.inner("sessionEndReason", "session_end_reason", _end),
    elements.inner("sessionTermReason", "session_term_reason", _end),
)
"""Every child of these messages: each name means the same in all of them, and stands in this order."""


def _tag(name: str, value: str | int, out: Out) -> None:
    out.append(f"<{name}>{leaves.escape(str(value))}</{name}>")


def _write_info(info: ApplicationInfo, out: Out) -> None:
    _tag("applicationID", info.application_id, out)
    if info.login is not None:
        out.append(f'<applicationSpecificInfo><SessionLoginInfo xmlns="{AVAYA}">')
        _tag("userName", info.login.name, out)
        _tag("password", info.login.password, out)
        _tag("sessionCleanupDelay", _CLEANUP_DELAY, out)
        out.append("<sessionID></sessionID></SessionLoginInfo></applicationSpecificInfo>")


def _write_start(value: StartApplicationSession, out: Out) -> None:
    out.append("<applicationInfo>")
    _write_info(value.application_info, out)
    out.append("</applicationInfo><requestedProtocolVersions>")
    for version in value.requested_protocol_versions:
        _tag("protocolVersion", version, out)
    out.append("</requestedProtocolVersions>")
    _tag("requestedSessionDuration", value.requested_session_duration, out)


def _write_started(value: StartApplicationSessionPosResponse, out: Out) -> None:
    _tag("sessionID", value.session_id, out)
    _tag("actualProtocolVersion", value.actual_protocol_version, out)
    _tag("actualSessionDuration", value.actual_session_duration, out)


def _write_reset(value: ResetApplicationSessionTimer, out: Out) -> None:
    _tag("sessionID", value.session_id, out)
    _tag("requestedSessionDuration", value.requested_session_duration, out)


def _write_was_reset(value: ResetApplicationSessionTimerPosResponse, out: Out) -> None:
    _tag("actualSessionDuration", value.actual_session_duration, out)


_Refusal = (
    StartApplicationSessionNegResponse | ResetApplicationSessionTimerNegResponse | StopApplicationSessionNegResponse
)


def _write_refusal(value: _Refusal, out: Out) -> None:
    defined = value.error_code.defined_error
    out.append("<errorCode>")
    _tag("applError" if defined is None else "definedError", str(value.error_code), out)
    out.append("</errorCode>")


def _write_stop(value: StopApplicationSession, out: Out) -> None:
    _tag("sessionID", value.session_id, out)
    defined = value.session_end_reason.defined is not None
    out.append("<sessionEndReason>")
    _tag("definedEndReason" if defined else "appEndReason", str(value.session_end_reason), out)
    out.append("</sessionEndReason>")


def _write_terminated(value: ApplicationSessionTerminated, out: Out) -> None:
    _tag("sessionID", value.session_id, out)
    defined = value.session_term_reason.defined is not None
    out.append("<sessionTermReason>")
    _tag("definedTermReason" if defined else "serverTermReason", str(value.session_term_reason), out)
    out.append("</sessionTermReason>")


def _write_nothing(value: StopApplicationSessionPosResponse, out: Out) -> None:
    """It has no children."""


def _reader(kind: type[Message]) -> elements.Reader:
    known = elements.table(*(row for row in _CHILDREN if row[1] in kind.__struct_fields__))
    return lambda tokens, end: elements.structure(tokens, end, kind, known)


_WRITERS: dict[type[Message], elements.Writer] = {
    StartApplicationSession: _write_start,
    StartApplicationSessionPosResponse: _write_started,
    StartApplicationSessionNegResponse: _write_refusal,
    ResetApplicationSessionTimer: _write_reset,
    ResetApplicationSessionTimerPosResponse: _write_was_reset,
    ResetApplicationSessionTimerNegResponse: _write_refusal,
    StopApplicationSession: _write_stop,
    StopApplicationSessionPosResponse: _write_nothing,
    StopApplicationSessionNegResponse: _write_refusal,
    ApplicationSessionTerminated: _write_terminated,
}

MESSAGES: elements.Codecs = {kind.__name__: (_reader(kind), write) for kind, write in _WRITERS.items()}
"""Message name → reader, writer of its children."""
