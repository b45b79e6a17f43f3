"""The event streams to call screens: numbered messages, a snapshot first, and never more memory than one snapshot.

A stream knows nothing of WebSockets: :mod:`csta_gateway.websocket` gives it something to write to.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from enum import IntEnum
from typing import Any, Protocol

import msgspec
from twisted.internet.defer import Deferred

from crm_adapter.clock import Clock, Timer
from csta_gateway.auth import Session
from csta_gateway.metrics import Metrics

STREAMS_PER_USER = 20
PATIENCE = 10.0
"""Seconds a browser may leave data unread before its stream is closed."""

Message = Mapping[str, Any]


class CloseCode(IntEnum):
    """Why the server closes a stream (RFC 6455 §7.4; 4000 and above are ours)."""

    RESTART = 1012
    NOT_LOGGED_IN = 4001
    NOT_UNDERSTOOD = 4008
    TOO_SLOW = 4009


class Outlet(Protocol):
    """Where a stream's messages go."""

    def write(self, data: bytes) -> None:
        """Send one message."""

    def close(self, code: int) -> None:
        """Say why and end the connection."""


class Stream:
    """The messages to one page.

    While the page does not read, nothing is queued: what happens meanwhile is made up for by a fresh snapshot.

    :param snapshot: gives the whole state now, as the session's user sees it.
    """

    def __init__(
        self, outlet: Outlet, session: Session, snapshot: Callable[[Session], Message], clock: Clock, metrics: Metrics
    ) -> None:
        self.session = session
        self._outlet = outlet
        self._snapshot = snapshot
        self._clock = clock
        self._metrics = metrics
        self._seq = 0
        self._stale = False
        self._stalled: Timer | None = None
        self._closed = False

    def start(self) -> None:
        """Send a snapshot, with which everything begins."""
        self._write("snapshot", self._snapshot(self.session))

    def send(self, kind: str, content: Message) -> None:
        """Tell the page that something changed."""
        if self._stalled is not None:
            self._stale = True
        elif not self._closed:
            self._write(kind, content)

    def renew(self) -> None:
        """Much has changed at once: send everything again."""
        if self._stalled is not None:
            self._stale = True
        elif not self._closed:
            self.start()

    def stall(self) -> None:
        """The page does not keep up: write nothing more until :meth:`resume`."""
        if self._stalled is None and not self._closed:
            self._stalled = self._clock.callLater(PATIENCE, self._give_up)

    def resume(self) -> None:
        """The page has read everything."""
        self._cancel_timer()
        if self._stale and not self._closed:
            self._stale = False
            self._write("snapshot", self._snapshot(self.session))

    def close(self, code: int) -> None:
        """End the stream from this side."""
        if not self._closed:
            self.closed()
            self._outlet.close(code)

    def closed(self) -> None:
        """The connection is gone; nothing is written any more."""
        self._closed = True
        self._cancel_timer()

    def _cancel_timer(self) -> None:
        if self._stalled is not None:
            self._stalled.cancel()
            self._stalled = None

    def _give_up(self) -> None:
        self._stalled = None
        self._metrics.slow_streams.inc()
        self.close(CloseCode.TOO_SLOW)

    def _write(self, kind: str, content: Message) -> None:
        self._seq += 1
        self._metrics.stream_messages.labels(kind).inc()
        self._outlet.write(msgspec.json.encode({"type": kind, "seq": self._seq, **content}))


class Streams:
    """All open streams, by user."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self._streams: defaultdict[str, set[Stream]] = defaultdict(set)
        self._waiting: list[Deferred[None]] = []

    def full(self, login: str) -> bool:
        """Whether a user has as many pages open as one may."""
        return len(self._streams.get(login, ())) >= STREAMS_PER_USER

    def add(self, stream: Stream) -> None:
        """A page was opened."""
        self._streams[stream.session.user.login].add(stream)
        self._metrics.streams.inc()

    def discard(self, stream: Stream) -> None:
        """A page is gone."""
        login = stream.session.user.login
        streams = self._streams.get(login, set())
        if stream in streams:
            streams.remove(stream)
            self._metrics.streams.dec()
        if not streams:
            self._streams.pop(login, None)
        if not self._streams:
            self._tell_empty()

    def of(self, login: str) -> tuple[Stream, ...]:
        """The open pages of one user."""
        return tuple(self._streams.get(login, ()))

    def all(self) -> tuple[Stream, ...]:
        """Every open page."""
        return tuple(stream for login in tuple(self._streams) for stream in self.of(login))

    def send(self, login: str, kind: str, content: Message) -> None:
        """Tell all pages of one user."""
        for stream in self.of(login):
            stream.send(kind, content)

    def close_all(self, code: int) -> None:
        """End every stream."""
        for stream in self.all():
            stream.close(code)

    def when_empty(self) -> Deferred[None]:
        """Fires when no page is open any more."""
        waiting: Deferred[None] = Deferred()
        self._waiting.append(waiting)
        if not self._streams:
            self._tell_empty()
        return waiting

    def _tell_empty(self) -> None:
        waiting, self._waiting = self._waiting, []
        for each in waiting:
            if not each.called:
                each.callback(None)
