"""Writes a trace while it happens: each line at once, in files that rotate and take bounded room."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import msgspec

from csta.apdu import Frame
from csta.recorder import trace
from csta.recorder.files import FILES, part
from csta.recorder.redaction import Redaction, without_password
from csta.session import Role

MEGABYTE = 1 << 20


class TraceFile:
    """A file of whole lines, and the ones before it: ``trace.jsonl``, then ``trace.1.jsonl``, the older the higher.

    A line is handed to the operating system as soon as it is there: when the program dies, at most the line it was
    writing is damaged; when it stops in order, everything is on the disk.

    :param limit: octets of one file.
    :param files: how many files there are at most; the oldest is deleted.
    :raises OSError: the file cannot be made. What stood there before becomes the file before this one.
    """

    def __init__(self, path: Path, limit: int = 16 * MEGABYTE, files: int = FILES) -> None:
        self.path = path
        self.limit = limit
        self.files = files
        self.size = 0
        if path.exists() and path.stat().st_size:
            self._shift()
        self._open()

    def write(self, line: bytes) -> None:
        """Append a line."""
        self._file.write(line)
        self.size += len(line)

    @property
    def full(self) -> bool:
        """Whether the next line belongs into a new file."""
        return self.size >= self.limit

    @property
    def closed(self) -> bool:
        """Whether :meth:`close` was called."""
        return self._file.closed

    def rotate(self) -> None:
        """Begin a new file."""
        self.close()
        self._shift()
        self._open()

    def close(self) -> None:
        """Everything is on the disk when this returns."""
        if not self._file.closed:
            os.fsync(self._file.fileno())
            self._file.close()

    def _open(self) -> None:
        descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)  # it holds people's numbers
        self._file = os.fdopen(descriptor, "wb", buffering=0)
        self.size = 0

    def _shift(self) -> None:
        part(self.path, self.files - 1).unlink(missing_ok=True)
        for number in range(self.files - 2, -1, -1):
            if part(self.path, number).exists():
                part(self.path, number).replace(part(self.path, number + 1))


class TraceMemory:
    """The last lines of a trace, in memory: like a :class:`TraceFile` and the one before it, and gone with the program.

    :param limit: octets of each of the two parts; between one and two of them are kept.
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.closed = False
        self._size = 0
        self._before: list[bytes] = []
        self._lines: list[bytes] = []

    def __iter__(self) -> Iterator[bytes]:
        """The lines, the oldest first. Each part begins with the header and the links that were open."""
        return iter(self._before + self._lines)

    def write(self, lines: bytes) -> None:
        """Append one line or several."""
        self._lines += lines.splitlines(keepends=True)
        self._size += len(lines)

    @property
    def full(self) -> bool:
        """Whether the next line belongs into a new part."""
        return self._size >= self.limit

    def rotate(self) -> None:
        """Begin a new part; the one before the last is forgotten."""
        self._before, self._lines, self._size = self._lines, [], 0

    def close(self) -> None:
        """Nothing is written any more; what is here stays."""
        self.closed = True


class Recorder:
    """Writes the links of one program into one trace.

    :param started: wall clock now.
    :param now: the clock of the links now, in seconds; it must not go back.
    :param redaction: puts pseudonyms in place of numbers and names; None keeps them. Passwords are never kept.
    :ivar failure: why nothing is written any more; a disk that is full must not end the link.
    """

    def __init__(
        self, file: TraceFile | TraceMemory, started: datetime, now: float, redaction: Redaction | None = None
    ) -> None:
        self.failure: OSError | None = None
        self._file = file
        self._zero = now
        self._redaction = redaction
        self._header = trace.Header(started=started, redacted=redaction is not None)
        self._open: dict[int, trace.Link] = {}
        self._last = 0
        self._write(self._header)

    def begin(self, link: trace.Link, now: float) -> int:
        """A link is opened; gives its number. The number and the time in ``link`` do not matter."""
        self._last += 1
        known = msgspec.structs.replace(link, link=self._last, t=self._time(now))
        self._write(known)
        self._open[self._last] = known
        return self._last

    def message(self, link: int, sender: Role, frame: Frame, now: float) -> None:
        """A frame passes."""
        kept: Frame | None = without_password(frame)
        if self._redaction is not None and kept is not None:
            kept = self._redaction.frame(kept, self._open[link].protocol)
        if kept is None:
            self.gap(link, sender, len(frame.payload), trace.NOT_REDACTED, now)
        else:
            self._write(trace.message(link, self._time(now), sender, kept))

    def gap(self, link: int, sender: Role, octets: int, reason: str, now: float) -> None:
        """Octets passed that are no frame, or none that may be kept."""
        self._write(trace.Gap(link=link, t=self._time(now), sender=sender, octets=octets, reason=reason))

    def end(self, link: int, reason: str, now: float) -> None:
        """A link is over."""
        self._write(trace.End(link=link, t=self._time(now), reason=reason))
        self._open.pop(link, None)

    def close(self) -> None:
        """Write nothing more."""
        try:
            self._file.close()
        except OSError as error:
            self.failure = error

    def _time(self, now: float) -> float:
        return round(now - self._zero, 6)

    def _write(self, entry: trace.Entry) -> None:
        if self.failure is not None or self._file.closed:
            return
        try:
            if self._file.full:
                self._file.rotate()
                self._file.write(trace.encode(self._header) + b"".join(map(trace.encode, self._open.values())))
            self._file.write(trace.encode(entry))
        except OSError as error:
            self.failure = error
