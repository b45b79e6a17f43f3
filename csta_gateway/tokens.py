"""The tokens with which programs use the API: what is kept of them, and where.

Of a token only its SHA-256 is kept. It is made of 256 random bits, which nobody finds by trying, so that a hash that is
slow by design, as for passwords, would only slow down every request.
"""

from __future__ import annotations

import hashlib
import secrets
from typing import get_args

from msgspec import Struct
from sqlalchemy import BigInteger, Column, Connection, MetaData, Row, String, Table, delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from twisted.internet.interfaces import IReactorFromThreads
from twisted.python.threadpool import ThreadPool

from crm_adapter.migrations import History, upgrade
from crm_adapter.sources.database import Database
from csta_gateway.policy import Scope

PREFIX = "csta_"
"""How every token begins, so that it is known where it should not be."""

USE_EVERY = 60_000
"""Milliseconds after which it is written down again that a token is in use."""

METADATA = MetaData()

TOKENS = Table(
    "api_tokens",
    METADATA,
    Column("name", String(80), primary_key=True),
    Column("digest", String(64), nullable=False, unique=True, comment="SHA-256, hexadecimal"),
    Column("login", String(80), comment="whom it acts for; NULL: a program of its own"),
    Column("scopes", String(200), nullable=False, comment="with spaces between them"),
    Column("created", BigInteger, nullable=False, comment="Unix milliseconds"),
    Column("expires", BigInteger, nullable=False, comment="Unix milliseconds"),
    Column("used", BigInteger, comment="Unix milliseconds, about to the minute"),
)


class Token(Struct, frozen=True, kw_only=True):
    """What is known of a token. Times are Unix milliseconds.

    :param name: for people, unique.
    :param login: the user it acts for, or None for a program of its own.
    :param scopes: what it is good for.
    :param expires: the end of its time.
    :param used: when it was last used, about to the minute, or None.
    """

    name: str
    login: str | None
    scopes: frozenset[Scope]
    created: int
    expires: int
    used: int | None = None


def make() -> str:
    """A new token."""
    return PREFIX + secrets.token_urlsafe(32)


def digest(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def add(connection: Connection, token: str, known: Token) -> bool:
    """Keep a new token; False when there is one of this name."""
    row = {
        "name": known.name,
        "digest": digest(token),
        "login": known.login,
        "scopes": " ".join(sorted(known.scopes)),
        "created": known.created,
        "expires": known.expires,
    }
    try:
        connection.execute(insert(TOKENS), row)
    except IntegrityError:
        return False
    return True


def every(connection: Connection) -> tuple[Token, ...]:
    """All tokens by name, also those whose time is over."""
    return tuple(_token(row) for row in connection.execute(select(TOKENS).order_by(TOKENS.c.name)))


def revoke(connection: Connection, name: str) -> bool:
    """Forget a token; False when there is none of this name."""
    return connection.execute(delete(TOKENS).where(TOKENS.c.name == name)).rowcount > 0


def find(connection: Connection, hashed: str, now: int) -> Token | None:
    """The token that is good at ``now``, noted as used; None when there is none or its time is over."""
    row = connection.execute(select(TOKENS).where(TOKENS.c.digest == hashed, TOKENS.c.expires > now)).first()
    if row is None:
        return None
    if row.used is None or row.used < now - USE_EVERY:
        connection.execute(update(TOKENS).where(TOKENS.c.digest == hashed).values(used=now))
    return _token(row)


def _token(row: Row[tuple[object, ...]]) -> Token:
    given = row.scopes.split()
    return Token(
        name=row.name,
        login=row.login,
        scopes=frozenset(scope for scope in get_args(Scope) if scope in given),
        created=row.created,
        expires=row.expires,
        used=row.used,
    )


class Tokens:
    """The tokens for a running gateway.

    :param url: of the database they stand in.
    :param pool: threads to use; by default its own.
    """

    def __init__(self, url: str, reactor: IReactorFromThreads, pool: ThreadPool | None = None) -> None:
        self._database = Database(url, reactor, pool)

    async def start(self) -> None:
        """Create the table, or bring it up to date.

        :raises DirectoryError: the database cannot be used.
        """
        await self._database.run(upgrade, History.TOKENS)

    async def find(self, hashed: str, now: int) -> Token | None:
        """As :func:`find`.

        :raises DirectoryError: the database cannot be used.
        """
        return await self._database.run(find, hashed, now)

    def close(self) -> None:
        """Give back threads and connections."""
        self._database.close()
