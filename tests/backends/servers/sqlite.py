"""SQLite: a file for each test. There is no server that could be down, slow or busy."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from tests.backends.crm import PASSWORD


class Sqlite:
    """A file."""

    refusal = ""
    port = 0

    def __init__(self, folder: Path) -> None:
        self._file = folder / "crm.db"

    def url(self, port: int | None = None, password: str = PASSWORD) -> str:
        """Of the file."""
        return f"sqlite:///{self._file}"

    def busy(self) -> AbstractContextManager[None]:
        """It is never."""
        return nullcontext()

    def close(self) -> None:
        """Nothing is held."""
