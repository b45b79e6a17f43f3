"""SQLite: a file for each test. There is no server that could be down, slow or busy."""

from __future__ import annotations

import sqlite3
from contextlib import AbstractContextManager, closing, nullcontext
from pathlib import Path

from tests.backends.crm import PASSWORD


class Sqlite:
    """A file."""

    refusal = ""
    identity = "INTEGER PRIMARY KEY"
    port = 0

    def __init__(self, folder: Path) -> None:
        self._file = folder / "crm.db"

    def url(self, port: int | None = None, password: str = PASSWORD) -> str:
        """Of the file."""
        return f"sqlite:///{self._file}"

    def url_of_reader(self, port: int | None = None) -> str:
        """Of the file, opened for reading, once it has the journal every connection asks for."""
        with closing(sqlite3.connect(self._file)) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
        return f"sqlite:///file:{self._file}?mode=ro&uri=true"

    def busy(self) -> AbstractContextManager[None]:
        """It is never."""
        return nullcontext()

    def close(self) -> None:
        """Nothing is held."""
