from __future__ import annotations

import pytest

from csta import asn1
from csta.apdu import Associate, AssociateResponse, Frame
from csta.asn1.acse import UserInformation, encode_login, encode_user_information, login_of
from csta.dialect import Login
from csta.errors import AssociationRefused, RemoteProtocolError
from csta.framing import HiPathFraming, LengthFraming
from csta.opening import open_session
from csta.session import Closed, Opened, Role, Session, SessionEvent, State
from csta.simulator.server import LoginAdmission
from tests.session.conftest import events

RIGHT = Login("AMHOST", "77777")
WRONG = Login("AMHOST", "12345")


def switch(login: Login | None = RIGHT) -> Session:
    admission = LoginAdmission(login) if login else None
    return open_session(Role.SWITCHING, "asn1", "acse", framing="hipath", admission=admission)


def exchange(client: Session, server: Session) -> tuple[list[SessionEvent], list[SessionEvent]]:
    client.open(0)
    server.open(0)
    server.receive_data(client.data_to_send(), 0)
    at_server = events(server)
    client.receive_data(server.data_to_send(), 0)
    return events(client), at_server


def test_a_hipath_3000_is_opened_with_name_and_password() -> None:
    client = open_session(Role.COMPUTING, dialect="hipath-3000", login=RIGHT)
    [at_client], [at_server] = exchange(client, switch())
    versions = encode_user_information(UserInformation(frozenset({4})))
    assert at_server == Opened(Associate("1.3.12.0.218", b"", encode_login(RIGHT), versions))
    assert at_client == Opened(AssociateResponse("1.3.12.0.218", 0, user_information=versions))
    assert client.state is State.ACTIVE


@pytest.mark.parametrize(
    ("login", "words"),
    [(WRONG, "name or password is wrong"), (None, "it wants a name and a password")],
)
def test_the_switch_refuses_a_client_that_does_not_log_in(login: Login | None, words: str) -> None:
    client = open_session(Role.COMPUTING, "asn1", "acse", framing="hipath", login=login)
    [at_client], [at_server] = exchange(client, switch())
    for event in (at_client, at_server):
        assert isinstance(event, Closed)
        assert isinstance(event.error, AssociationRefused)
        assert words in str(event.error)
    assert "12345" not in f"{at_client}{at_server}"


def test_a_switch_without_log_in_takes_everybody() -> None:
    client = open_session(Role.COMPUTING, dialect="hipath-3000", login=WRONG)
    [at_client], _ = exchange(client, switch(None))
    assert isinstance(at_client, Opened)


def test_a_damaged_log_in_is_refused() -> None:
    damaged = Associate("1.3.12.0.218", authentication=bytes.fromhex("ac15"))
    answer = LoginAdmission(RIGHT)(damaged)
    assert (answer.result, answer.diagnostic) == (1, 13)


def test_a_second_log_in_is_against_the_rules_whether_right_or_wrong() -> None:
    for login in (RIGHT, WRONG):
        client, server = open_session(Role.COMPUTING, dialect="hipath-3000", login=RIGHT), switch()
        exchange(client, server)
        again = asn1.encode(Associate("1.3.12.0.218", authentication=encode_login(login)))
        server.receive_data(HiPathFraming().encode(Frame(again)), 0)
        [closed] = events(server)
        assert isinstance(closed, Closed)
        assert isinstance(closed.error, RemoteProtocolError)


REASONS = [
    (1, 1, 0, "for good: no reason given"),
    (1, 1, 2, "for good: it does not know the application context"),
    (2, 1, 14, "for now: it wants a name and a password"),
    (1, 2, 2, "for good: no common version of ACSE"),
    (1, 1, 15, "for good: reason 15, which the standard does not have"),
    (1, 1, -1, "for good: reason -1"),
    (2, 9, 1, "for now: reason 1, which"),
]


@pytest.mark.parametrize(("result", "source", "diagnostic", "words"), REASONS)
def test_a_refusal_is_told_in_words(result: int, source: int, diagnostic: int, words: str) -> None:
    client = open_session(Role.COMPUTING, "asn1", "acse")
    client.open(0)
    answer = asn1.encode(AssociateResponse("1.3.12.0.218", result, source, diagnostic))
    client.receive_data(LengthFraming().encode(Frame(answer)), 0)
    [closed] = events(client)
    assert isinstance(closed, Closed)
    assert words in str(closed.error)


def test_the_association_of_a_panasonic_kx_is_octet_for_octet_what_it_knows() -> None:
    client = open_session(Role.COMPUTING, dialect="panasonic-kx")
    client.open(0)
    known = "602380020780a10706052b0c00815abe14281206072b0c00821d8148a007a0050303000800"
    assert client.data_to_send().hex() == "0025" + known


def test_a_log_in_at_a_panasonic_kx_stands_between_context_and_version() -> None:
    client = open_session(Role.COMPUTING, dialect="panasonic-kx", login=RIGHT)
    client.open(0)
    asked = asn1.decode(client.data_to_send()[2:])
    assert isinstance(asked, Associate)
    assert login_of(asked) == RIGHT
