"""A database whose blocking work is done in threads of its own."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection, Executable, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorFromThreads
from twisted.internet.threads import deferToThreadPool
from twisted.python.threadpool import ThreadPool

from crm_adapter.errors import DirectoryError
from crm_adapter.sources.silence import Silence, TimeLimit, driver_options

T = TypeVar("T")
P = ParamSpec("P")


class PlainDatabase:
    """Runs work on a database here and now; for commands that have no reactor.

    :param url: SQLAlchemy URL; its password never shows in errors or logs.
    :param limit: how long the server may be silent; by default as long as the driver waits.
    :raises DirectoryError: the URL makes no sense, or its driver is not installed.
    """

    def __init__(self, url: str, limit: TimeLimit | None = None) -> None:
        self.url = _parsed(url)
        try:
            options = driver_options(self.url.get_driver_name(), limit)
            # Errors end up in logs, numbers must not.
            self._engine = create_engine(self.url, hide_parameters=True, connect_args=options)
        except (NoSuchModuleError, ImportError) as problem:
            raise DirectoryError(f"database {self.label}: the driver is missing: {problem}") from problem
        if self._engine.dialect.name == "sqlite":
            event.listen(self._engine, "connect", _prepare_sqlite)

    @property
    def label(self) -> str:
        """The URL for people, without its password."""
        return self.url.render_as_string(hide_password=True)

    def do(self, work: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Do ``work(connection, …)`` as one transaction.

        :raises DirectoryError: the database does not answer or refuses.
        """
        with self._told(), self._engine.begin() as connection:
            return work(connection, *args, **kwargs)

    def close(self) -> None:
        """Give back connections."""
        self._engine.dispose()

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except SQLAlchemyError as problem:
            raise DirectoryError(f"database {self.label}: {_reason(problem)}") from problem


class Database(PlainDatabase):
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
        super().__init__(url, limit)
        self._limit = limit
        self._reactor = reactor
        self._pool = pool if pool is not None else ThreadPool(minthreads=0, maxthreads=4, name="database")
        self._closed = False

    def run(self, work: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> Deferred[T]:
        """Do ``work(connection, …)`` as one transaction in a thread.

        Fails with DirectoryError when the database does not answer or refuses, or after :meth:`close`.
        """
        held: list[Any] = []

        def watched(connection: Connection) -> T:
            held.append(connection.connection.driver_connection)
            return work(connection, *args, **kwargs)

        return self._in_thread(lambda: self.do(watched), held)

    async def stream(
        self, statement: Executable, parameters: Mapping[str, object], size: int
    ) -> AsyncGenerator[list[dict[str, Any]], None]:
        """Rows of a query, at most ``size`` at a time; none are fetched ahead. Fails as :meth:`run` does."""
        connection = await self._in_thread(self._engine.connect, [])
        held = [connection.connection.driver_connection]
        try:
            streaming = connection.execution_options(stream_results=True)
            result = (await self._in_thread(lambda: streaming.execute(statement, parameters), held)).mappings()
            while rows := await self._in_thread(lambda: result.fetchmany(size), held):
                yield [dict(row) for row in rows]
        finally:
            await self._in_thread(connection.close, held)

    def _in_thread(self, work: Callable[[], T], held: list[Any]) -> Deferred[T]:
        """Do ``work`` in a thread; ``held`` has the driver's connection, as soon as there is one."""

        def told() -> T:
            try:
                with self._told():
                    return work()
            except DirectoryError as problem:
                if silence.reason:
                    raise DirectoryError(f"database {self.label}: {silence.reason}") from problem
                raise

        if self._closed:
            raise DirectoryError(f"database {self.label}: already closed")
        if not self._pool.started:
            self._pool.start()
        silence = Silence(self._limit, held)
        return deferToThreadPool(self._reactor, self._pool, told).addBoth(silence.end)

    def close(self) -> None:
        """Finish the work under way and give back threads and connections."""
        if self._closed:
            return
        self._closed = True
        if self._pool.started:
            self._pool.stop()
        super().close()


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
    """Readers do not wait for the writer (WAL), writers wait for each other, references hold, and Ö is a letter."""
    cursor = connection.cursor()
    for pragma in ("journal_mode = WAL", "synchronous = NORMAL", "busy_timeout = 5000", "foreign_keys = ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
    connection.create_function("lower", 1, _lower, deterministic=True)  # its own knows A to Z


def _lower(text: str | None) -> str | None:
    return None if text is None else text.lower()
