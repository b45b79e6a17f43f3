"""Programs that show a token (RFC 6750): who they are, and for how long what they have opened stays open."""

from __future__ import annotations

from twisted.internet.defer import Deferred
from twisted.logger import Logger

from crm_adapter.clock import Clock, Timer
from crm_adapter.errors import DirectoryError
from crm_adapter.texts import Language
from crm_adapter.users import User, Users
from csta_gateway.auth import Session, Throttle
from csta_gateway.failures import ApiError
from csta_gateway.tokens import Token, Tokens, digest

log = Logger()

LOOK_EVERY = 30.0
"""Seconds after which it is seen whether what a token has opened may stay open."""


class Bearers:
    """Finds out for whom a token speaks.

    :param users: whom tokens act for.
    """

    def __init__(self, tokens: Tokens, users: Users, clock: Clock) -> None:
        self._tokens = tokens
        self._users = users
        self._clock = clock
        self._throttle = Throttle(clock)
        self._sessions: dict[str, Session] = {}
        self._timer: Timer | None = None

    async def session(self, header: str, address: str, language: Language) -> Session | None:
        """The session of a request with an ``Authorization`` header; None when the header shows no token.

        A token that is good is never kept waiting for the wrong ones others try from the same address.

        :param language: of sentences for a program of its own.
        :raises ApiError: ``token_invalid``, or ``too_many_attempts``.
        :raises DirectoryError: the database cannot be used.
        """
        scheme, _, token = header.partition(" ")
        if scheme.lower() != "bearer":
            return None
        hashed = digest(token.strip())
        session = await self._known(hashed, language)
        if session is not None:
            return session
        if pause := self._throttle.pause(address):
            raise ApiError("too_many_attempts", retry_after=int(pause) + 1)
        self._throttle.failed(address)
        raise ApiError("token_invalid")

    def stop(self) -> None:
        """Look no more."""
        if self._timer is not None and self._timer.active():
            self._timer.cancel()

    async def _known(self, hashed: str, language: Language) -> Session | None:
        """The session of a token that is good; the same one as long as something is open in it."""
        token = await self._tokens.find(hashed, round(self._clock.seconds() * 1000))
        user = self._user(token, language) if token is not None else None
        if token is None or user is None:
            return None
        session = self._sessions.get(hashed)
        if session is None:
            session = Session(user, "", user.language, self._clock.seconds(), scopes=token.scopes)
            self._sessions[hashed] = session
            self._look_later()
        session.user = user
        return session

    def _user(self, token: Token, language: Language) -> User | None:
        if token.login is not None:
            return self._users.by_login(token.login)
        return User(login=f"token {token.name}", name=token.name, role="service", language=language)

    def _look_later(self) -> None:
        if self._timer is None or not self._timer.active():
            self._timer = self._clock.callLater(LOOK_EVERY, lambda: Deferred.fromCoroutine(self._look()))

    async def _look(self) -> None:
        """Close what a token has opened that is not good any more."""
        for hashed, session in tuple(self._sessions.items()):
            try:
                good = bool(session.on_end) and await self._known(hashed, session.language) is not None
            except DirectoryError as problem:
                log.warn("{problem}; what tokens have opened stays open for now", problem=problem)
                break
            if not good:
                del self._sessions[hashed]
                for end in tuple(session.on_end):
                    end()
        if self._sessions:
            self._look_later()
