"""A database whose blocking work is done in threads of its own."""

from __future__ import annotations

import math
import os
import socket
from collections.abc import AsyncGenerator, Callable, Mapping
from types import MappingProxyType
from typing import Any, Concatenate, NamedTuple, ParamSpec, Protocol, TypeVar, runtime_checkable

from sqlalchemy import Connection, Executable, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorFromThreads
from twisted.internet.threads import deferToThreadPool
from twisted.python.threadpool import ThreadPool

from crm_adapter.clock import Clock
from crm_adapter.errors import DirectoryError

T = TypeVar("T")
P = ParamSpec("P")


class TimeLimit(NamedTuple):
    """How long a server may be silent.

    :param seconds: after which it is given up, when connecting and in each step of an answer.
    :param clock: tells when they are over.
    """

    seconds: float
    clock: Clock


DRIVERS: Mapping[str, Callable[[float], dict[str, object]]] = MappingProxyType(
    {
        "psycopg": lambda seconds: {"connect_timeout": max(2, math.ceil(seconds))},  # libpq takes 1 for 2
        "pymysql": lambda seconds: dict.fromkeys(("connect_timeout", "read_timeout", "write_timeout"), seconds),
        "pymssql": lambda seconds: dict.fromkeys(("login_timeout", "timeout"), math.ceil(seconds)),
    }
)
"""What drivers know of a limit; psycopg waits for an answer without one, and is cut off."""


class Database:
    """Runs work on a database in threads; results and errors come back on the reactor's thread.

    :param url: SQLAlchemy URL; its password never shows in errors or logs.
    :param reactor: gives the results back.
    :param pool: threads to use; by default four of its own, started with the first work.
    :param limit: how long the server may be silent; by default as long as the driver waits.
    :raises DirectoryError: the URL makes no sense, or its driver is not installed.
    """

    def __init__(
        self, url: str, reactor: IReactorFromThreads, pool: ThreadPool | None = None, *, limit: TimeLimit | None = None
    ) -> None:
        self.url = _parsed(url)
        self._reactor = reactor
        self._limit = limit
        self._pool = pool if pool is not None else ThreadPool(minthreads=0, maxthreads=4, name="database")
        self._closed = False
        try:
            # Errors end up in logs, numbers must not.
            self._engine = create_engine(self.url, hide_parameters=True, connect_args=self._options())
        except (NoSuchModuleError, ImportError) as problem:
            raise DirectoryError(f"database {self.label}: the driver is missing: {problem}") from problem
        if self._engine.dialect.name == "sqlite":
            event.listen(self._engine, "connect", _prepare_sqlite)

    @property
    def label(self) -> str:
        """The URL for people, without its password."""
        return self.url.render_as_string(hide_password=True)

    def run(self, work: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> Deferred[T]:
        """Do ``work(connection, …)`` as one transaction in a thread.

        Fails with DirectoryError when the database does not answer or refuses, or after :meth:`close`.
        """

        held: list[Any] = []

        def transaction() -> T:
            with self._engine.begin() as connection:
                held.append(connection.connection.driver_connection)
                return work(connection, *args, **kwargs)

        return self._in_thread(transaction, held)

    async def stream(
        self, statement: Executable, parameters: Mapping[str, object], size: int
    ) -> AsyncGenerator[list[dict[str, Any]], None]:
        """Rows of a query, at most ``size`` at a time; none are fetched ahead. Fails as :meth:`run` does."""
        connection = await self._in_thread(self._engine.connect)
        held = [connection.connection.driver_connection]
        try:
            streaming = connection.execution_options(stream_results=True)
            result = (await self._in_thread(lambda: streaming.execute(statement, parameters), held)).mappings()
            while rows := await self._in_thread(lambda: result.fetchmany(size), held):
                yield [dict(row) for row in rows]
        finally:
            await self._in_thread(connection.close, held)

    def _in_thread(self, work: Callable[[], T], held: list[Any] | None = None) -> Deferred[T]:
        """Do ``work`` in a thread; ``held`` has the driver's connection, as soon as there is one."""
        late = Silence(self._limit, [] if held is None else held)

        def told() -> T:
            try:
                return work()
            except SQLAlchemyError as problem:
                raise DirectoryError(f"database {self.label}: {late.reason or _reason(problem)}") from problem

        if self._closed:
            raise DirectoryError(f"database {self.label}: already closed")
        if not self._pool.started:
            self._pool.start()
        return deferToThreadPool(self._reactor, self._pool, told).addBoth(late.end)

    def _options(self) -> dict[str, object]:
        options = DRIVERS.get(self.url.get_driver_name())
        return {} if options is None or self._limit is None else options(self._limit.seconds)

    def close(self) -> None:
        """Finish the work under way and give back threads and connections."""
        if self._closed:
            return
        self._closed = True
        if self._pool.started:
            self._pool.stop()
        self._engine.dispose()


@runtime_checkable
class Wired(Protocol):
    """A driver's connection that shows its socket."""

    closed: bool

    def fileno(self) -> int:
        """Of the socket."""


class Silence:
    """Watches one piece of work, and cuts the connection it is done on when the server says nothing for too long.

    :param limit: how long is too long, or None for never.
    :param held: has the driver's connection, as soon as there is one; until then the driver has its own limit.
    :ivar reason: what to tell, once it was cut.
    """

    def __init__(self, limit: TimeLimit | None, held: list[Any]) -> None:
        self.reason = ""
        self._limit = limit
        self._held = held
        self._timer = None if limit is None else limit.clock.callLater(limit.seconds, self._cut, limit)

    def end(self, result: T) -> T:
        """The work is done, whatever came of it."""
        if self._timer is not None and self._timer.active():
            self._timer.cancel()
        return result

    def _cut(self, limit: TimeLimit) -> None:
        for connection in self._held:
            if isinstance(connection, Wired) and not connection.closed:
                self.reason = f"no answer in {limit.seconds:g} s"
                with socket.socket(fileno=os.dup(connection.fileno())) as wire:
                    wire.shutdown(
                        socket.SHUT_RDWR
                    )  # whoever waits for an answer in a thread is told that there is none
        if not self.reason:
            self._timer = limit.clock.callLater(limit.seconds, self._cut, limit)


def _parsed(url: str) -> URL:
    try:
        return make_url(url)
    except ArgumentError as problem:
        # The text is not repeated: it may hold a password.
        raise DirectoryError("the database URL cannot be read; it looks like sqlite:///file.db") from problem


def _reason(problem: SQLAlchemyError) -> str:
    """What the driver said, without the statement and its values (they hold numbers of people)."""
    return str(getattr(problem, "orig", None) or type(problem).__name__)


def _prepare_sqlite(connection: DBAPIConnection, record: ConnectionPoolEntry) -> None:
    """Readers do not wait for the writer (WAL), writers wait for each other, references hold."""
    cursor = connection.cursor()
    for pragma in ("journal_mode = WAL", "synchronous = NORMAL", "busy_timeout = 5000", "foreign_keys = ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
