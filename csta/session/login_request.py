"""The log-in of Zultys MX, on XML links."""

from __future__ import annotations

from collections.abc import Callable
from hmac import compare_digest

from csta.apdu import Apdu, Error, Invoke, Result
from csta.dialect import Login
from csta.errors import AssociationRefused
from csta.messages.zultys import LoginRequest, LoginResponse, hashed
from csta.session.association import Association, Step
from csta.session.settings import Role
from csta.session.states import Move

ACCEPTED, REFUSED = 0, 1
WANTS_PASSWORD = frozenset({2, 4})
"""Answers to a hashed password that ask for the password itself."""


class LoginRequestAssociation(Association):
    """`loginRequest` and its answer; there is no log-out.

    :param login: what the computing function says, and what the switching function wants to hear: None takes everybody.
    """

    def __init__(self, login: Login | None) -> None:
        self._login = login
        self._next_id: Callable[[], int] = lambda: 0
        self._private = False
        self._login_id: int | None = None
        self._said_password = False

    def open(self, role: Role, next_id: Callable[[], int], *, private: bool = False) -> Step:
        """Ask, or wait to be asked."""
        if role is Role.SWITCHING:
            return Step(Move.AWAIT)
        self._next_id, self._private = next_id, private
        login = self._login or Login("", "")
        return Step(Move.ASK, self._ask(LoginRequest(user_name=login.name, pwd=hashed(login.password))))

    def hear(self, apdu: Apdu, now: float) -> Step | None:
        """What the log-in's messages mean; the others are for the session below."""
        if isinstance(apdu, Error) and apdu.invoke_id == self._login_id:
            return _refused("the switch knows no log-in")
        if isinstance(apdu, Result) and isinstance(apdu.message, LoginResponse):
            return self._login_answered(apdu.message)
        if isinstance(apdu, Invoke) and isinstance(apdu.message, LoginRequest):
            return self._was_asked(apdu.invoke_id, apdu.message)
        return None

    def _ask(self, request: LoginRequest) -> Invoke:
        self._login_id = self._next_id()
        return Invoke(self._login_id, request)

    def _login_answered(self, answer: LoginResponse) -> Step:
        if answer.code == ACCEPTED:
            self._login_id = None
            return Step(Move.PEER_ACCEPTS, peer=answer)
        if answer.code in WANTS_PASSWORD and self._login is not None and not self._said_password:
            return self._say_password(self._login)
        words = f": {answer.words}" if answer.words else ""
        return _refused(f"the switch refused the log-in (code {answer.code}{words})")

    def _say_password(self, login: Login) -> Step:
        if not self._private:
            return _refused("the switch wants the password in clear text, which is only sent over TLS")
        self._said_password = True
        return Step(Move.PEER_ASKS_MORE, self._ask(LoginRequest(user_name=login.name, pwd=login.password)))

    def _was_asked(self, invoke_id: int, asked: LoginRequest) -> Step:
        if self._knows(asked):
            answer = LoginResponse(code=ACCEPTED, words="Login OK", extension=asked.user_name)
            return Step(Move.PEER_ASKS, Result(invoke_id, answer), peer=asked)
        refused = AssociationRefused("the application was refused: name or password is wrong or missing")
        return Step(Move.PEER_ASKS_IN_VAIN, Result(invoke_id, LoginResponse(code=REFUSED, words="Denied")), refused)

    def _knows(self, asked: LoginRequest) -> bool:
        if self._login is None:
            return True
        given = f"{asked.user_name}\0{asked.pwd.strip()}".encode()
        known = (hashed(self._login.password).strip(), self._login.password.strip())
        # Both are compared, so that the time it takes tells nothing.
        return any([compare_digest(given, f"{self._login.name}\0{each}".encode()) for each in known])


def _refused(words: str) -> Step:
    return Step(Move.PEER_REFUSES, error=AssociationRefused(words))
