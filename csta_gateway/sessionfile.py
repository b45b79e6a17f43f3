"""Log-ins on disk, so that a restart of the gateway does not log anybody out. Only hashes of tokens are kept."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import msgspec
from twisted.logger import Logger

from crm_adapter.texts import Language

log = Logger()


class SavedSession(msgspec.Struct, frozen=True, kw_only=True):
    """A log-in.

    :param token: SHA-256 of the cookie's token, in hexadecimal.
    :param login: whose it is.
    :param language: of its sentences.
    :param used: Unix time of the last use known, seconds.
    :param password: SHA-256 of the password's hash; with another password the log-in is over.
    :param by_proxy: the proxy before the gateway has opened it.
    """

    token: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
    login: str
    language: Language
    used: float
    password: str
    by_proxy: bool = False


class SessionFile:
    """The file, read once at the start and written anew with every log-in and log-out.

    A file that cannot be read or written costs users a log-in, never the gateway its start.

    :ivar content: what is in the file.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.content = self._read()

    def _read(self) -> tuple[SavedSession, ...]:
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=tuple[SavedSession, ...])
        except FileNotFoundError:
            return ()
        except (OSError, msgspec.DecodeError) as problem:
            log.warn("{path}: {problem}; everybody has to log in again", path=str(self._path), problem=problem)
            return ()

    def write(self, sessions: tuple[SavedSession, ...]) -> None:
        """Put these in the place of what is in the file, which only its owner can read."""
        self.content = sessions
        beside = self._path.with_name(f"{self._path.name}.new")
        try:
            with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                file.write(msgspec.json.encode(sessions))
            beside.replace(self._path)
        except OSError as problem:
            log.warn("{path}: {problem}; a restart logs everybody out", path=str(self._path), problem=problem)
