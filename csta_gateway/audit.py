"""Who did what: one JSON object per line, each with the hash of the line before it, so that a change shows.

The files are only ever appended to, by the gateway and by commands beside it; there is one for each day (UTC). Numbers
are masked whatever the log may show.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import IO, Any, Literal, NamedTuple

import msgspec
from msgspec import Struct
from twisted.logger import Logger

from csta_gateway.config import Audit
from csta_gateway.log import masked

if sys.platform != "win32":
    import fcntl

log = Logger()

EventName = Literal[
    "login",
    "login_failed",
    "logout",
    "token_made",
    "token_revoked",
    "dial_refused",
    "forwarding_set",
    "number_added",
    "journal_exported",
    "journal_purged",
    "trace_downloaded",
    "settings_reloaded",
]
BEGINNING = "0" * 64
"""Stands for the line before the first one."""

_PREFIX, _SUFFIX = "audit-", ".jsonl"
_TAIL = 65_536
"""Octets at the end of a file in which its last line is; lines are a few hundred long."""


class Line(Struct, frozen=True, kw_only=True):
    """What every line has; further fields depend on the event."""

    ts: datetime
    event: str
    user: str | None
    previous: str


class AuditLog:
    """Appends to the files of a folder, which is made when there is none.

    A line that cannot be written is told in the log with what it says, and nobody is kept from working.

    :param time: gives Unix time, seconds.
    """

    def __init__(self, settings: Audit, time: Callable[[], float]) -> None:
        self._time = time
        self.replace(settings)

    def replace(self, settings: Audit) -> None:
        """Other settings from now on; what another folder holds stays there."""
        self._folder = Path(settings.folder)
        self._keep_days = settings.keep_days

    def write(self, event: EventName, user: str | None, **details: str | int | None) -> None:
        """Record that ``user`` did something.

        :param user: a login, or whoever ran a command; None when nobody is known.
        :param details: telephone numbers in them are masked.
        """
        now = datetime.fromtimestamp(self._time(), UTC)
        known = {key: masked(value) if isinstance(value, str) else value for key, value in details.items()}
        content = {"ts": now, "event": event, "user": user, **known}
        try:
            self._append(now.date(), content)
        except OSError as problem:
            log.error("audit log: {problem}; not written: {content}", problem=problem, content=content)

    def _append(self, today: date, content: dict[str, Any]) -> None:
        if not self._folder.exists():
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            _give_away(self._folder)
        path = self._folder / f"{_PREFIX}{today}{_SUFFIX}"
        new = not path.exists()
        with os.fdopen(os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600), "rb+") as file:
            _lock(file)  # a command may write at the same moment
            previous = _last(file) or self._before(path)
            file.write(msgspec.json.encode({**content, "previous": previous}) + b"\n")
        if new:
            _give_away(path)
            words = "audit log {file} begins" if previous == BEGINNING else "audit log {file} follows {hash}"
            log.info(words, file=path.name, hash=previous)
            self._delete_old(today)

    def _before(self, path: Path) -> str:
        """The hash of the last line of the file before ``path``."""
        earlier = [each for each in files(self._folder) if each < path]
        if not earlier:
            return BEGINNING
        with earlier[-1].open("rb") as file:
            return _last(file) or BEGINNING

    def _delete_old(self, today: date) -> None:
        if self._keep_days:
            oldest = f"{_PREFIX}{today - timedelta(self._keep_days)}"
            for path in files(self._folder):
                if path.name < oldest:
                    path.unlink()


class Verdict(NamedTuple):
    """What a look at the files has shown.

    :param lines: how many were looked at.
    :param last: hash of the last one: whoever has noted an earlier one can tell whether lines were cut off.
    :param problems: file, line and what is wrong with it.
    """

    lines: int
    last: str
    problems: tuple[str, ...]


def files(folder: Path) -> list[Path]:
    """The files of an audit log, oldest first."""
    return sorted(folder.glob(f"{_PREFIX}????-??-??{_SUFFIX}"))


def verify(folder: Path) -> Verdict:
    """Whether every line follows the one before it. Raises OSError when a file cannot be read."""
    count, problems, last = 0, [], None
    for place, line in _lines(folder):
        count += 1
        try:
            previous = msgspec.json.decode(line, type=Line).previous
        except (msgspec.DecodeError, UnicodeDecodeError) as problem:
            problems.append(f"{place}: {problem}")
        else:
            if last is not None and previous != last:
                problems.append(f"{place}: does not follow the line before it: one was changed or is missing")
        last = hashed(line)
    return Verdict(count, last or BEGINNING, tuple(problems))


def hashed(line: bytes) -> str:
    """What the line after ``line`` says of it: SHA-256 of its octets without the line feed."""
    return hashlib.sha256(line).hexdigest()


def _lines(folder: Path) -> Iterator[tuple[str, bytes]]:
    for path in files(folder):
        for number, line in enumerate(path.read_bytes().splitlines(), 1):
            yield f"{path}:{number}", line


def _last(file: IO[bytes]) -> str | None:
    """The hash of the last line of a file, or None when it is empty."""
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - _TAIL))
    lines = file.read().splitlines()
    return hashed(lines[-1]) if lines else None


def _give_away(made: Path) -> None:
    """Let what root has made belong to whoever owns the folder around it: the gateway goes on writing there."""
    if sys.platform != "win32" and os.geteuid() == 0:
        around = made.parent.stat()
        os.chown(made, around.st_uid, around.st_gid)


def _lock(file: IO[bytes]) -> None:
    if sys.platform != "win32":
        fcntl.flock(file, fcntl.LOCK_EX)
