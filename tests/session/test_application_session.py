from __future__ import annotations

import pytest

from csta.dialect import Login
from csta.errors import AssociationRefused, LinkLost
from csta.messages.application_session import StartApplicationSession, StartApplicationSessionPosResponse
from csta.opening import open_session
from csta.session import Closed, Opened, Role, Session, Settings, State
from tests.session.conftest import Joined, document, events

LOGIN = Login("anna", "secret")
SILENT = Settings(heartbeat_interval=0)


def session(role: Role, login: Login | None = None, wanted: Login | None = None) -> Session:
    return open_session(
        role,
        "xml",
        "appl-session",
        login=login,
        settings=SILENT,
        welcome=None if wanted is None else (lambda given: given == wanted),
    )


def joined(login: Login | None = None, wanted: Login | None = None) -> Joined:
    both = Joined("xml")
    both.client, both.switch = session(Role.COMPUTING, login), session(Role.SWITCHING, None, wanted)
    both.client.open(0)
    both.switch.open(0)
    both.exchange()
    return both


def test_a_session_is_opened_prolonged_and_stopped() -> None:
    both = joined(LOGIN, LOGIN)
    [asked], [answered] = both.heard[Role.SWITCHING], both.heard[Role.COMPUTING]
    assert isinstance(asked, Opened)
    assert isinstance(asked.peer, StartApplicationSession)
    assert isinstance(answered, Opened)
    assert isinstance(answered.peer, StartApplicationSessionPosResponse)
    assert both.client.next_deadline() == 90
    both.wait(1000)
    assert [type(event) for event in both.heard[Role.COMPUTING]] == [Opened]
    both.client.release(both.now)
    both.exchange()
    assert both.heard[Role.COMPUTING][-1] == both.heard[Role.SWITCHING][-1] == Closed()


@pytest.mark.parametrize("login", [None, Login("anna", "wrong")])
def test_a_wrong_log_in_is_refused(login: Login | None) -> None:
    both = joined(login, LOGIN)
    for role in Role:
        closed = both.heard[role][-1]
        assert isinstance(closed, Closed)
        assert isinstance(closed.error, AssociationRefused)
    assert "invalidApplicationInfo" in str(both.heard[Role.COMPUTING][-1])


def test_a_session_that_is_not_prolonged_is_ended_by_the_switch() -> None:
    both = joined()
    both.switch.on_timer(180)
    both.exchange()
    closed = both.heard[Role.COMPUTING][-1]
    assert isinstance(closed, Closed)
    assert isinstance(closed.error, LinkLost)
    assert "sessionTimerExpired" in str(closed.error)


def test_a_switch_that_no_longer_answers_loses_the_client() -> None:
    both = joined()
    for now in (90, 180):
        both.client.on_timer(now)
        both.client.data_to_send()
    [closed] = events(both.client)
    assert isinstance(closed, Closed)
    assert "not prolonged in time" in str(closed.error)


FAILURE = "<CSTAErrorCode><operation>generic</operation></CSTAErrorCode>"
STATUS = "<SystemStatus><systemStatus>normal</systemStatus></SystemStatus>"


def test_a_switch_that_does_not_know_sessions_refuses() -> None:
    client = session(Role.COMPUTING)
    client.open(0)
    client.receive_data(document(FAILURE, 1), 0)
    [closed] = events(client)
    assert isinstance(closed, Closed)
    assert isinstance(closed.error, AssociationRefused)


def test_a_switch_that_speaks_first_is_answered() -> None:
    client = session(Role.COMPUTING)
    client.open(0)
    client.data_to_send()
    client.receive_data(document(STATUS, 1), 0)
    assert events(client) == []
    assert b"SystemStatusResponse" in client.data_to_send()
    assert client.state is State.ASSOCIATING


def test_the_switch_ends_a_session() -> None:
    both = joined()
    both.switch.release(both.now)
    both.exchange()
    assert both.heard[Role.SWITCHING][-1] == Closed()
    closed = both.heard[Role.COMPUTING][-1]
    assert isinstance(closed, Closed)
    assert isinstance(closed.error, LinkLost)
    assert str(closed.error) == "link: the switch ended the application session: resourceLimitation"


def asked(both: Joined, text: str) -> str:
    """What the switch answers to a document of the client."""
    both.switch.receive_data(document(text, 77), both.now)
    assert events(both.switch) == []
    return both.switch.data_to_send().decode("latin-1")


START = (
    "<StartApplicationSession><applicationInfo><applicationID>two</applicationID></applicationInfo>"
    "<requestedProtocolVersions/><requestedSessionDuration>60</requestedSessionDuration></StartApplicationSession>"
)
RESET = (
    "<ResetApplicationSessionTimer><sessionID>9</sessionID><requestedSessionDuration>60</requestedSessionDuration>"
    "</ResetApplicationSessionTimer>"
)
STOP = (
    "<StopApplicationSession><sessionID>9</sessionID><sessionEndReason><appEndReason>over</appEndReason>"
    "</sessionEndReason></StopApplicationSession>"
)


@pytest.mark.parametrize(
    ("text", "answer", "code"),
    [
        (START, "StartApplicationSessionNegResponse", "maxNumberSessions"),
        (RESET, "ResetApplicationSessionTimerNegResponse", "invalidSessionID"),
        (STOP, "StopApplicationSessionNegResponse", "invalidSessionID"),
    ],
)
def test_what_is_refused_leaves_the_session_as_it_is(text: str, answer: str, code: str) -> None:
    both = joined()
    said = asked(both, text)
    assert f"<{answer} " in said
    assert code in said
    assert both.switch.state is State.ACTIVE
    both.wait(1000)
    assert both.client.state is both.switch.state is State.ACTIVE
