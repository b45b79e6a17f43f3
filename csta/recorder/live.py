"""Recording of links while they are used: the recorder with clocks, and what it says in the log."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from twisted.logger import Logger

from csta.apdu import Frame
from csta.dialect import LinkKind
from csta.recorder import trace
from csta.recorder.files import FILES
from csta.recorder.redaction import Redaction
from csta.recorder.writer import MEGABYTE, Recorder, TraceFile, TraceMemory
from csta.session import Role, Tap

KEY_OCTETS = 32


class Recording:
    """A trace being written, of any number of links one after the other or at the same time.

    :param path: the newest file; older ones get a number before the suffix. None: nothing is written.
    :param redact: put pseudonyms in place of numbers and names, under a key that nobody keeps.
    :param megabytes: of one file.
    :param files: how many files there are at most.
    :param recent: megabytes of the last messages that are kept in memory for :meth:`recent`, without pseudonyms.
    :param seconds: clock that does not go back.
    :param started: wall clock now.
    :raises OSError: the file cannot be made.
    """

    log = Logger()

    def __init__(
        self,
        path: str | Path | None,
        *,
        redact: bool = False,
        megabytes: float = 16,
        files: int = FILES,
        recent: float = 0.0,
        seconds: Callable[[], float] = time.monotonic,
        started: datetime | None = None,
    ) -> None:
        self.path = None if path is None else Path(path)
        redaction = Redaction(secrets.token_bytes(KEY_OCTETS)) if redact else None
        began = (started or datetime.now(UTC), seconds())
        self._seconds = seconds
        self._memory = TraceMemory(round(recent * MEGABYTE / 2))
        self._recorders = [Recorder(self._memory, *began)] if recent else []
        if self.path is not None:
            file = TraceFile(self.path, round(megabytes * MEGABYTE), files)
            self._recorders.append(Recorder(file, *began, redaction))
        self._complained = False
        self._links: dict[str, None] = {}

    def tap(self, name: str) -> Callable[[LinkKind, Role], Tap]:
        """Makes what sees the frames of a session, for :func:`csta.opening.open_session`.

        :param name: what the trace calls the link.
        """
        self._links[name] = None
        return lambda kind, role: _Tap(self, name, kind, role)

    def recent(self) -> Iterator[trace.Entry]:
        """The last messages, the oldest first, after their header and links; none where none are kept."""
        return (entry for entry in trace.read(self._memory) if not isinstance(entry, trace.Damage))

    def close(self) -> None:
        """Write nothing more; everything is on the disk."""
        for recorder in self._recorders:
            recorder.close()
            self._check(recorder)

    def _do(self, write: Callable[[Recorder, float], None]) -> None:
        """Write something; whatever goes wrong with that must not harm the link."""
        now = self._seconds()
        for recorder in self._recorders:
            try:
                write(recorder, now)
            except Exception:
                self.log.failure("a message could not be recorded in {path}", path=self.path, link=self._names)
            self._check(recorder)

    @property
    def _names(self) -> str:
        """The links recorded here."""
        return ", ".join(self._links)

    def _check(self, recorder: Recorder) -> None:
        if recorder.failure is not None and not self._complained:
            self._complained = True
            self.log.error("recording in {path} ends: {why}", path=self.path, why=recorder.failure, link=self._names)


class _Tap:
    """One link of a recording."""

    def __init__(self, recording: Recording, name: str, kind: LinkKind, role: Role) -> None:
        self._recording = recording
        self._role = role
        self._number = 0
        self._link = trace.Link(
            link=0,
            t=0.0,
            name=name,
            protocol=kind.dialect.protocol,
            framing=kind.framing,
            dialect=kind.name,
            association=kind.association,
            recorded_by=role,
        )

    def opened(self) -> None:
        """See :class:`csta.session.Tap`."""
        self._recording._do(self._begin)

    def passed(self, sender: Role, frame: Frame) -> None:
        """See :class:`csta.session.Tap`."""
        self._recording._do(lambda recorder, now: recorder.message(self._number, sender, frame, now))

    def lost(self, octets: int, reason: str) -> None:
        """See :class:`csta.session.Tap`."""
        peer = trace.peer(self._role)
        self._recording._do(lambda recorder, now: recorder.gap(self._number, peer, octets, reason, now))

    def closed(self, reason: str) -> None:
        """See :class:`csta.session.Tap`."""
        if self._number:
            self._recording._do(lambda recorder, now: recorder.end(self._number, reason, now))

    def _begin(self, recorder: Recorder, now: float) -> None:
        self._number = recorder.begin(self._link, now)  # the same with each: they live equally long
