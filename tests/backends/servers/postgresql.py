"""PostgreSQL: a database and a role for each test."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from glob import glob
from pathlib import Path
from uuid import uuid4

from sqlalchemy import create_engine, text

from tests.backends.crm import PASSWORD
from tests.backends.sharing import Sharing


class PostgreSql:
    """A database of its own on the server of the test run."""

    refusal = "password authentication failed"

    def __init__(self, sharing: Sharing) -> None:
        programs = [f"{folder}/{name}" for folder in _folders() for name in ("initdb", "postgres")]
        initdb, postgres = programs[:2] or ("initdb", "postgres")
        settings = ("fsync=off", "full_page_writes=off", "listen_addresses=127.0.0.1", "shared_buffers=16MB")
        running = sharing.server(
            "postgresql",
            [initdb, postgres],
            [
                [initdb, "--pgdata={folder}/data", "--username=keeper", "--auth=scram-sha-256", *_INITDB],
                [postgres, "-D", "{folder}/data", "-p", "{port}", "-k", "{folder}"]
                + [part for setting in settings for part in ("-c", setting)],
            ],
            files={"password": PASSWORD},
            unprivileged=True,
        )
        self.port = running.port
        self.name = f"test_{uuid4().hex[:12]}"
        self._admin = create_engine(self._url("keeper", PASSWORD, self.port, "postgres"), isolation_level="AUTOCOMMIT")
        self._do(f"CREATE ROLE {self.name} LOGIN PASSWORD '{PASSWORD}'")
        self._do(f"CREATE DATABASE {self.name} OWNER {self.name}")

    def url(self, port: int | None = None, password: str = PASSWORD) -> str:
        """Of the database, for the role that owns it."""
        return self._url(self.name, password, port or self.port, self.name)

    @contextmanager
    def busy(self) -> Iterator[None]:
        """The role may have no more connections."""
        self._do(f"ALTER ROLE {self.name} CONNECTION LIMIT 0")
        yield
        self._do(f"ALTER ROLE {self.name} CONNECTION LIMIT -1")

    def close(self) -> None:
        """Give the connection back; the database goes with the server."""
        self._admin.dispose()

    def _url(self, user: str, password: str, port: int, database: str) -> str:
        return f"postgresql+psycopg://{user}:{password}@127.0.0.1:{port}/{database}"

    def _do(self, statement: str) -> None:
        with self._admin.connect() as connection:
            connection.execute(text(statement))


_INITDB = ("--pwfile={folder}/password", "--encoding=UTF8", "--no-locale", "--no-sync")


def _folders() -> list[str]:
    """Where the programs of the newest version are, which Debian keeps out of the path."""
    found = sorted(glob("/usr/lib/postgresql/*/bin"), key=lambda path: int(Path(path).parent.name))
    return found[-1:]
