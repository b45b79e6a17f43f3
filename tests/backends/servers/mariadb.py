"""MariaDB: a database and a user for each test."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

from sqlalchemy import create_engine, text

from tests.backends.crm import PASSWORD
from tests.backends.sharing import Sharing

_FIRST = f"""\
CREATE USER keeper@'127.0.0.1' IDENTIFIED BY '{PASSWORD}';
GRANT ALL ON *.* TO keeper@'127.0.0.1' WITH GRANT OPTION;
"""


class MariaDb:
    """A database of its own on the server of the test run."""

    identity = "INTEGER AUTO_INCREMENT PRIMARY KEY"
    refusal = "Access denied for user"

    def __init__(self, sharing: Sharing) -> None:
        running = sharing.server(
            "mariadb",
            ["mariadb-install-db", "mariadbd"],
            [
                [
                    "mariadb-install-db",
                    "--no-defaults",
                    "--datadir={folder}/data",
                    "--skip-test-db",
                    "--skip-name-resolve",
                ],
                [
                    "mariadbd",
                    "--no-defaults",
                    "--datadir={folder}/data",
                    "--socket={folder}/socket",
                    "--port={port}",
                    "--bind-address=127.0.0.1",
                    "--init-file={folder}/first.sql",
                    "--skip-name-resolve",
                    "--innodb-flush-log-at-trx-commit=0",
                    "--innodb-buffer-pool-size=32M",
                    "--innodb-log-file-size=8M",
                ],
            ],
            files={"first.sql": _FIRST},
            unprivileged=True,
        )
        self.port = running.port
        self.name = f"test_{uuid4().hex[:12]}"
        self._admin = create_engine(self._url("keeper", PASSWORD, self.port, "mysql"))
        self._do(f"CREATE DATABASE {self.name} CHARACTER SET utf8mb4")
        self._do(f"CREATE USER {self.name}@'127.0.0.1' IDENTIFIED BY '{PASSWORD}'")
        self._do(f"GRANT ALL ON {self.name}.* TO {self.name}@'127.0.0.1'")

    def url(self, port: int | None = None, password: str = PASSWORD) -> str:
        """Of the database, for the user who may use it."""
        return self._url(self.name, password, port or self.port, self.name)

    def url_of_reader(self, port: int | None = None) -> str:
        """Of the database, for a user who may only read."""
        reader = f"{self.name}_reader"
        self._do(f"CREATE USER {reader}@'127.0.0.1' IDENTIFIED BY '{PASSWORD}'")
        self._do(f"GRANT SELECT ON {self.name}.* TO {reader}@'127.0.0.1'")
        return self._url(reader, PASSWORD, port or self.port, self.name)

    @contextmanager
    def busy(self) -> Iterator[None]:
        """The user may have one connection, and has it."""
        self._do(f"ALTER USER {self.name}@'127.0.0.1' WITH MAX_USER_CONNECTIONS 1")
        engine = create_engine(self.url())
        with engine.connect():
            yield
        engine.dispose()
        self._do(f"ALTER USER {self.name}@'127.0.0.1' WITH MAX_USER_CONNECTIONS 0")

    def close(self) -> None:
        """Give the connection back; the database goes with the server."""
        self._admin.dispose()

    def _url(self, user: str, password: str, port: int, database: str) -> str:
        return f"mariadb+pymysql://{user}:{password}@127.0.0.1:{port}/{database}?charset=utf8mb4"

    def _do(self, statement: str) -> None:
        with self._admin.connect() as connection:
            connection.execute(text(statement))
