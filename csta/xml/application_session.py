"""XML of :mod:`csta.messages.application_session` (ECMA-354)."""

from __future__ import annotations

from lxml.etree import _Element

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
from csta.xml import elements
from csta.xml.elements import Out

NAMESPACE = "http://www.ecma-international.org/standards/ecma-354/appl_session"
"""Namespace these messages are written in; like all others they are read in any."""

AVAYA = "http://www.avaya.com/csta"
"""Namespace of the log-in within the application information."""

_CLEANUP_DELAY = 60  # seconds an Avaya server keeps what a session that was cut off had


def _login(element: _Element) -> Login | None:
    for info in element:
        if elements.local_name(info) == "SessionLoginInfo":
            said = {elements.local_name(child): elements.text(child) for child in info}
            return Login(said.get("userName", ""), said.get("password", ""))
        elements.deviate("unknown element", info)
    return None


def _versions(element: _Element) -> tuple[str, ...]:
    return elements.listed(element, "protocolVersion", elements.text)


_INFO: elements.Table = {
    "applicationID": ("application_id", elements.text),
    "applicationSpecificInfo": ("login", _login),
}
_ERROR: elements.Table = {
    "definedError": ("defined_error", elements.enumeration(SessionError)),
    "applError": ("appl_error", elements.text),
}
_END: elements.Table = {
    "definedEndReason": ("defined", elements.enumeration(SessionEnd)),
    "definedTermReason": ("defined", elements.enumeration(SessionEnd)),
    "appEndReason": ("own", elements.text),
    "serverTermReason": ("own", elements.text),
}


def _end(element: _Element) -> EndReason:
    return elements.structure(element, EndReason, _END)


_FIELDS: elements.Table = {
    "applicationInfo": ("application_info", lambda element: elements.structure(element, ApplicationInfo, _INFO)),
    "requestedProtocolVersions": ("requested_protocol_versions", _versions),
    "requestedSessionDuration": ("requested_session_duration", elements.integer),
    "sessionID": ("session_id", elements.text),
    "actualProtocolVersion": ("actual_protocol_version", elements.text),
    "actualSessionDuration": ("actual_session_duration", elements.integer),
    "errorCode": ("error_code", lambda element: elements.structure(element, ErrorCode, _ERROR)),
    "sessionEndReason": ("session_end_reason", _end),
    "sessionTermReason": ("session_term_reason", _end),
}
"""Every child of these messages: each name means the same in all of them."""


def _tag(name: str, value: str | int, out: Out) -> None:
    out.append(f"<{name}>{elements.escape(str(value))}</{name}>")


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
    attributes = frozenset(kind.__struct_fields__)
    table = {name: entry for name, entry in _FIELDS.items() if entry[0] in attributes}
    return lambda element: elements.structure(element, kind, table)


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
