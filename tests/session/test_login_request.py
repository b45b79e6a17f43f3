"""The log-in of Zultys MX, at both ends, and octet for octet."""

from __future__ import annotations

import pytest

from csta import xml
from csta.apdu import Apdu, Frame, Invoke, Result
from csta.dialect import Login
from csta.errors import AssociationRefused, DecodeError
from csta.framing import XmlHeaderFraming
from csta.messages.zultys import KeepAlive, LoginRequest, LoginResponse, hashed
from csta.opening import open_session
from csta.session import Closed, Opened, Role, Session, State
from tests.session.conftest import Joined, events

LOGIN = Login("anna", "secret")
HASHED = "5en6G6MezRroT3XKqkdPOmY/BfQ="
"""SHA-1 of `secret`, in base64."""


def session(role: Role, login: Login) -> Session:
    return open_session(role, dialect="zultys-mx", login=login)


def joined(given: Login, *, private: bool = False) -> Joined:
    both = Joined("xml")
    both.client, both.switch = session(Role.COMPUTING, given), session(Role.SWITCHING, LOGIN)
    both.client.open(0, private=private)
    both.switch.open(0, private=private)
    both.exchange()
    return both


def answered(*answers: LoginResponse, private: bool) -> tuple[Session, list[LoginRequest]]:
    """A client that has had these answers of a switch, and what it asked."""
    client = session(Role.COMPUTING, LOGIN)
    client.open(0, private=private)
    framing, heard, asked = XmlHeaderFraming(), XmlHeaderFraming(), []
    for answer in answers:
        heard.receive(client.data_to_send())
        frame = heard.next_frame()
        assert frame is not None
        request = xml.decode(frame.payload, frame.invoke_id or 0)
        assert isinstance(request, Invoke)
        assert isinstance(request.message, LoginRequest)
        asked.append(request.message)
        client.receive_data(framing.encode(xml.Codec("").encode(Result(request.invoke_id, answer))), 0)
        client_events.extend(events(client))
    return client, asked


client_events: list[object] = []


@pytest.fixture(autouse=True)
def _none_heard() -> None:
    client_events.clear()


def test_the_right_password_opens_both_ends() -> None:
    both = joined(LOGIN)
    [told], [welcomed] = both.heard[Role.SWITCHING], both.heard[Role.COMPUTING]
    assert isinstance(told, Opened)
    assert told.peer == LoginRequest(user_name="anna", pwd=HASHED)
    assert isinstance(welcomed, Opened)
    assert welcomed.peer == LoginResponse(code=0, words="Login OK", extension="anna")
    assert both.client.state is both.switch.state is State.ACTIVE


@pytest.mark.parametrize("given", [Login("anna", "Secret"), Login("bert", "secret"), Login("", "")])
def test_a_wrong_one_closes_both_ends(given: Login) -> None:
    both = joined(given)
    for role, words in (
        (Role.COMPUTING, "the switch refused the log-in (code 1: Denied)"),
        (Role.SWITCHING, "name or password is wrong"),
    ):
        [closed] = both.heard[role]
        assert isinstance(closed, Closed)
        assert isinstance(closed.error, AssociationRefused)
        assert words in str(closed.error)
        assert "secret" not in str(closed.error).lower()


@pytest.mark.parametrize("code", [2, 4])
def test_the_password_itself_is_said_over_tls(code: int) -> None:
    client, asked = answered(LoginResponse(code=code), LoginResponse(code=0, extension="101"), private=True)
    assert [each.pwd for each in asked] == [HASHED, "secret"]
    assert client.state is State.ACTIVE
    assert client_events == [Opened(LoginResponse(code=0, extension="101"))]


@pytest.mark.parametrize("code", [2, 4])
def test_but_never_where_others_can_read_it(code: int) -> None:
    client, asked = answered(LoginResponse(code=code), private=False)
    assert [each.pwd for each in asked] == [HASHED]
    assert client.data_to_send() == b""
    [closed] = client_events
    assert isinstance(closed, Closed)
    assert "only sent over TLS" in str(closed.error)


def test_it_is_said_once() -> None:
    client, asked = answered(*[LoginResponse(code=2, words="Again")] * 2, private=True)
    assert len(asked) == 2
    [closed] = client_events
    assert isinstance(closed, Closed)
    assert "(code 2: Again)" in str(closed.error)
    assert client.state is State.CLOSED


DOCUMENTS: list[tuple[Apdu, str]] = [
    (
        Invoke(1, LoginRequest(user_name="anna", pwd=HASHED)),
        '<loginRequest type="User" platform="csta-gateway" version="1" loginCapab="Audio" mediaCapab="">'
        f"<userName>anna</userName><pwd>{HASHED}</pwd></loginRequest>",
    ),
    (
        Result(1, LoginResponse(code=0, words="Login OK", extension="101", user_id="7")),
        '<loginResponce Code="0" ext="101" userId="7">Login OK</loginResponce>',
    ),
    (Result(1, LoginResponse(code=1)), '<loginResponce Code="1" ext="" userId=""></loginResponce>'),
    (Invoke(0, KeepAlive()), "<keepalive></keepalive>"),
]


@pytest.mark.parametrize(("apdu", "text"), DOCUMENTS)
def test_documents(apdu: Apdu, text: str) -> None:
    declared = f'<?xml version="1.0" encoding="UTF-8"?>{text}'.encode()
    codec = xml.Codec("")
    assert codec.encode(apdu).payload == declared
    assert codec.decode(codec.encode(apdu)) == apdu
    assert codec.foreign is None
    assert xml.deviations() == []


SEEN: list[tuple[str, object]] = [
    ("<keepalive />", KeepAlive()),
    ('<loginResponce Code="0" sipPwd="x"/>', LoginResponse(code=0)),
    ("<loginRequest><pwd>x\n</pwd><userName>a</userName></loginRequest>", LoginRequest(user_name="a", pwd="x")),
]


@pytest.mark.parametrize(("text", "message"), SEEN)
def test_other_spellings(text: str, message: object) -> None:
    apdu = xml.decode(text.encode(), 3)
    assert isinstance(apdu, Invoke | Result)
    assert apdu.message == message


@pytest.mark.parametrize("code", ["", "x", "-1", "0000000000", "²"])
def test_a_code_that_is_none(code: str) -> None:
    with pytest.raises(DecodeError, match=r"loginResponce, line 1.*|is not a number"):
        xml.Codec("").decode(Frame(f'<loginResponce Code="{code}"/>'.encode(), 1))


def test_the_password_is_not_shown() -> None:
    assert "secret" not in repr(LoginRequest(user_name="anna", pwd="secret"))
    assert hashed("secret") == f"{HASHED}\n"
