from __future__ import annotations

import pytest

from csta import xml
from csta.apdu import Apdu, Invoke, Result
from csta.dialect import Login
from csta.errors import DecodeError
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

ED4 = "http://www.ecma-international.org/standards/ecma-323/csta/ed4"
SPACE = "http://www.ecma-international.org/standards/ecma-354/appl_session"
LOGIN = (
    '<applicationSpecificInfo><SessionLoginInfo xmlns="http://www.avaya.com/csta"><userName>anna</userName>'
    "<password>&lt;secret&gt;</password><sessionCleanupDelay>60</sessionCleanupDelay><sessionID></sessionID>"
    "</SessionLoginInfo></applicationSpecificInfo>"
)


def start(login: Login | None = None) -> StartApplicationSession:
    return StartApplicationSession(
        application_info=ApplicationInfo(application_id="demo", login=login),
        requested_protocol_versions=(ED4,),
        requested_session_duration=300,
    )


def start_document(login: str = "") -> str:
    return (
        f"<applicationInfo><applicationID>demo</applicationID>{login}</applicationInfo><requestedProtocolVersions>"
        f"<protocolVersion>{ED4}</protocolVersion></requestedProtocolVersions>"
        "<requestedSessionDuration>300</requestedSessionDuration>"
    )


BUSY = ErrorCode(defined_error=SessionError.SERVER_RESOURCES_BUSY)
REFUSED = "<errorCode><definedError>serverResourcesBusy</definedError></errorCode>"
TABLE: list[tuple[Apdu, str]] = [
    (Invoke(1, start()), start_document()),
    (Invoke(1, start(Login("anna", "<secret>"))), start_document(LOGIN)),
    (
        Result(
            1,
            StartApplicationSessionPosResponse(
                session_id="7", actual_protocol_version=ED4, actual_session_duration=180
            ),
        ),
        f"<sessionID>7</sessionID><actualProtocolVersion>{ED4}</actualProtocolVersion>"
        "<actualSessionDuration>180</actualSessionDuration>",
    ),
    (Result(1, StartApplicationSessionNegResponse(error_code=BUSY)), REFUSED),
    (
        Result(1, StartApplicationSessionNegResponse(error_code=ErrorCode(appl_error="not today"))),
        "<errorCode><applError>not today</applError></errorCode>",
    ),
    (
        Invoke(2, ResetApplicationSessionTimer(session_id="7", requested_session_duration=300)),
        "<sessionID>7</sessionID><requestedSessionDuration>300</requestedSessionDuration>",
    ),
    (
        Result(2, ResetApplicationSessionTimerPosResponse(actual_session_duration=180)),
        "<actualSessionDuration>180</actualSessionDuration>",
    ),
    (Result(2, ResetApplicationSessionTimerNegResponse(error_code=BUSY)), REFUSED),
    (
        Invoke(3, StopApplicationSession(session_id="7")),
        "<sessionID>7</sessionID><sessionEndReason><definedEndReason>normal</definedEndReason></sessionEndReason>",
    ),
    (
        Invoke(3, StopApplicationSession(session_id="7", session_end_reason=EndReason(own="holiday"))),
        "<sessionID>7</sessionID><sessionEndReason><appEndReason>holiday</appEndReason></sessionEndReason>",
    ),
    (Result(3, StopApplicationSessionPosResponse()), ""),
    (Result(3, StopApplicationSessionNegResponse(error_code=BUSY)), REFUSED),
    (
        Invoke(
            4,
            ApplicationSessionTerminated(
                session_id="7", session_term_reason=EndReason(defined=SessionEnd.SESSION_TIMER_EXPIRED)
            ),
        ),
        "<sessionID>7</sessionID><sessionTermReason><definedTermReason>sessionTimerExpired</definedTermReason>"
        "</sessionTermReason>",
    ),
    (
        Invoke(4, ApplicationSessionTerminated(session_id="7", session_term_reason=EndReason(own="maintenance"))),
        "<sessionID>7</sessionID><sessionTermReason><serverTermReason>maintenance</serverTermReason>"
        "</sessionTermReason>",
    ),
]


@pytest.mark.parametrize(("apdu", "children"), TABLE)
def test_messages_of_a_session(apdu: Apdu, children: str) -> None:
    assert isinstance(apdu, Invoke | Result)
    name = type(apdu.message).__name__
    document = f'<?xml version="1.0" encoding="UTF-8"?><{name} xmlns="{SPACE}">{children}</{name}>'
    assert xml.encode(apdu).decode() == document
    assert xml.decode(document.encode(), apdu.invoke_id) == apdu
    bare = f"<{name}>{children}</{name}>"
    assert xml.decode(bare.encode(), apdu.invoke_id) == apdu


BAD = [
    (
        "<StartApplicationSession/>",
        "<applicationInfo>, <requestedProtocolVersions>, <requestedSessionDuration> missing",
    ),
    ("<StartApplicationSessionPosResponse><sessionID>7</sessionID></StartApplicationSessionPosResponse>", "missing"),
    (
        "<ResetApplicationSessionTimerPosResponse><actualSessionDuration>soon</actualSessionDuration>"
        "</ResetApplicationSessionTimerPosResponse>",
        "'soon' is not an integer",
    ),
]


@pytest.mark.parametrize(("document", "reason"), BAD)
def test_what_is_no_message_of_a_session(document: str, reason: str) -> None:
    with pytest.raises(DecodeError, match=reason):
        xml.decode(document.encode(), 1)


def test_what_vendors_add_is_passed_over() -> None:
    document = (
        "<StartApplicationSessionPosResponse><sessionID>7</sessionID><actualSessionDuration>60</actualSessionDuration>"
        "<extensions><actualHBT>30</actualHBT></extensions></StartApplicationSessionPosResponse>"
    )
    accepted = StartApplicationSessionPosResponse(session_id="7", actual_session_duration=60)
    assert xml.decode(document.encode(), 1) == Result(1, accepted)
