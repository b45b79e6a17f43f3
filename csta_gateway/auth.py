"""Who is it: passwords, throttled attempts, and sessions that live in a cookie.

The clock is a parameter. Only hashes of tokens are written to disk, see :mod:`csta_gateway.sessionfile`.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from itertools import takewhile

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from crm_adapter.clock import Clock
from crm_adapter.texts import Language
from crm_adapter.users import User, Users
from csta_gateway.audit import AuditLog
from csta_gateway.failures import ApiError
from csta_gateway.policy import Scope
from csta_gateway.sessionfile import SavedSession, SessionFile

COOKIE = "csta_session"
SESSIONS_PER_USER = 20
FREE_ATTEMPTS = 5
LONGEST_PAUSE = 900.0
THROTTLE_ENTRIES = 10_000

Verifier = Callable[[str, str], Awaitable[bool]]
"""Whether a password fits a stored hash, asked away from the reactor: it is slow by design."""


_HASHER = PasswordHasher()
_NOBODY = _HASHER.hash(secrets.token_urlsafe())  # takes as long as a real one, so that user names cannot be felt out


def hashed(password: str) -> str:
    """What is stored of a password (argon2id, RFC 9106)."""
    return _HASHER.hash(password)


def verify(stored: str, password: str) -> bool:
    """Whether ``password`` fits the argon2id hash ``stored``."""
    try:
        return _HASHER.verify(stored, password)
    except (Argon2Error, InvalidHashError):
        return False


@dataclass
class Session:
    """One browser's log-in.

    :param csrf: what the page must send with every change.
    :param language: the language of sentences in this session.
    :param used: time of the last use, seconds.
    :param scopes: what the token it was opened with is good for; None: it was opened with a password.
    :param by_proxy: the proxy before the gateway has opened it, not a password.
    :param on_end: called when the session ends, to close what hangs on it.
    """

    user: User
    csrf: str
    language: Language
    used: float
    scopes: frozenset[Scope] | None = None
    by_proxy: bool = False
    on_end: set[Callable[[], None]] = field(default_factory=set)

    def has_csrf(self, value: str) -> bool:
        """Whether ``value`` is this session's token."""
        return hmac.compare_digest(self.csrf.encode(), value.encode())


class Throttle:
    """Slows down guessing: after some failures each further one doubles the pause before the next attempt."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._failures: OrderedDict[str, tuple[int, float]] = OrderedDict()

    def pause(self, *keys: str) -> float:
        """Seconds until an attempt is allowed for all ``keys`` (user, address); 0 now."""
        now = self._clock.seconds()
        return max(0.0, *(self._failures.get(key, (0, 0.0))[1] - now for key in keys))

    def failed(self, *keys: str) -> None:
        """An attempt went wrong."""
        for key in keys:
            count = self._failures.pop(key, (0, 0.0))[0] + 1
            pause = min(LONGEST_PAUSE, 2.0 ** (count - FREE_ATTEMPTS)) if count >= FREE_ATTEMPTS else 0.0
            self._failures[key] = (count, self._clock.seconds() + pause)
        while len(self._failures) > THROTTLE_ENTRIES:
            self._failures.popitem(last=False)

    def succeeded(self, user: str, address: str) -> None:
        """The right password was given: the user starts afresh, the address only gets back this one attempt.

        Otherwise anybody with an account could guess at the others' without end.
        """
        self._failures.pop(user, None)
        count, _ = self._failures.pop(address, (0, 0.0))
        if count > 1:
            self._failures[address] = (count - 1, self._clock.seconds())


class Sessions:
    """All log-ins. The token is only in the cookie; here is its hash.

    :param lifetime: seconds without use after which a log-in is over.
    :param file: where log-ins outlive a restart.
    """

    def __init__(
        self,
        users: Users,
        clock: Clock,
        lifetime: float,
        verifier: Verifier,
        file: SessionFile,
        audit: AuditLog,
    ) -> None:
        self._users = users
        self._clock = clock
        self._lifetime = lifetime
        self._verifier = verifier
        self._throttle = Throttle(clock)
        self._sessions: OrderedDict[bytes, Session] = OrderedDict()
        self._file = file
        self._audit = audit
        self._saved = {bytes.fromhex(each.token): each for each in file.content if self._is_fresh(each.used)}

    def replace(self, lifetime: float, file: SessionFile) -> None:
        """Other settings from now on; the file takes up who is logged in."""
        self._lifetime = lifetime
        self._file = file
        self.save()

    async def open(self, login: str, password: str, address: str) -> tuple[str, Session]:
        """Log in; gives token and session. Raises :class:`ApiError` ``login_failed`` or ``too_many_attempts``."""
        keys = (f"user {login.casefold()}", f"address {address}")
        if pause := self._throttle.pause(*keys):
            self._audit.write("login_failed", login, address=address, reason="too many attempts")
            raise ApiError("too_many_attempts", retry_after=int(pause) + 1)
        self._throttle.failed(*keys)  # counted first: many attempts at the same moment are as many
        user = self._users.by_login(login)
        right = await self._verifier(user.password_hash if user and user.password_hash else _NOBODY, password)
        if not (user and user.password_hash and right):
            self._audit.write("login_failed", login, address=address, reason="password")
            raise ApiError("login_failed")
        self._throttle.succeeded(*keys)
        self._audit.write("login", login, address=address)
        return self._begin(user)

    def open_by_proxy(self, user: User, address: str) -> tuple[str, Session]:
        """Log in whom the proxy before the gateway has logged in; gives token and session."""
        self._audit.write("login", user.login, address=address, by="header")
        return self._begin(user, by_proxy=True)

    def find(self, token: str) -> Session | None:
        """The session of a cookie, or None when it is over or never was."""
        self._expire()
        key = digest(token)
        if key in self._saved:
            self._take_up(key, token)
        session = self._sessions.get(key)
        if session is not None:
            session.used = self._clock.seconds()
            self._sessions.move_to_end(key)
        return session

    def close(self, session: Session) -> None:
        """Log out."""
        self._audit.write("logout", session.user.login)
        self._end([key for key, each in self._sessions.items() if each is session])

    def follow(self, changed: Iterable[str]) -> None:
        """Users have changed: who is gone or has another password is logged out, the others are as they are now."""
        logins = frozenset(changed)
        ended = []
        for key, session in self._sessions.items():
            if session.user.login in logins:
                user = self._users.by_login(session.user.login)
                if user is None or user.password_hash != session.user.password_hash:
                    ended.append(key)
                else:
                    session.user = user
        self._end(ended)

    def save(self) -> None:
        """Write down who is logged in and since when unused, for the next start."""
        live = (self._written(key, session) for key, session in self._sessions.items())
        known = (*self._saved.values(), *live)
        if known != self._file.content:
            self._file.write(known)

    def _begin(self, user: User, by_proxy: bool = False) -> tuple[str, Session]:
        token = secrets.token_urlsafe(32)
        session = self._add(token, user, user.language, by_proxy)
        self.save()
        return token, session

    def _add(self, token: str, user: User, language: Language, by_proxy: bool) -> Session:
        own = [key for key, each in self._sessions.items() if each.user.login == user.login]
        self._end(own[: max(0, len(own) + 1 - SESSIONS_PER_USER)])
        session = Session(user, _csrf(token), language, self._clock.seconds(), by_proxy=by_proxy)
        self._sessions[digest(token)] = session
        return session

    def _take_up(self, key: bytes, token: str) -> None:
        """A log-in from before the restart is used again, unless it is over by now."""
        saved = self._saved.pop(key)
        user = self._users.by_login(saved.login)
        same = user is not None and digest(user.password_hash).hex() == saved.password
        if user is not None and same and self._is_fresh(saved.used):
            self._add(token, user, saved.language, saved.by_proxy)

    def _is_fresh(self, used: float) -> bool:
        return used >= self._clock.seconds() - self._lifetime

    def _written(self, key: bytes, session: Session) -> SavedSession:
        return SavedSession(
            token=key.hex(),
            login=session.user.login,
            language=session.language,
            used=session.used,
            password=digest(session.user.password_hash).hex(),
            by_proxy=session.by_proxy,
        )

    def _expire(self) -> None:
        """End what was not used for too long. An open page is use: a call screen may stay open for days."""
        now = self._clock.seconds()
        stale = list(takewhile(lambda key: self._sessions[key].used < now - self._lifetime, self._sessions))
        for key in stale:
            if self._sessions[key].on_end:
                self._sessions[key].used = now
                self._sessions.move_to_end(key)
        self._end([key for key in stale if self._sessions[key].used < now])

    def _end(self, keys: list[bytes]) -> None:
        for key in keys:
            for ended in tuple(self._sessions.pop(key).on_end):
                ended()
        if keys:
            self.save()


def _csrf(token: str) -> str:
    """What a page sends with every change; nobody can tell the token from it, and it is the same after a restart."""
    return hashlib.sha256(f"csrf {token}".encode()).hexdigest()


def digest(token: str) -> bytes:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).digest()
