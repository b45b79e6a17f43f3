"""The event streams to call screens: a snapshot first, numbered events after it, and never more memory than one feed.

A stream knows nothing of WebSockets: :mod:`csta_gateway.websocket` gives it something to write to.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from enum import IntEnum
from typing import Literal, Protocol

import msgspec
from twisted.internet.defer import Deferred

from crm_adapter.clock import Clock, Timer
from crm_adapter.texts import Language
from csta_gateway.auth import Session
from csta_gateway.feed import Feed, Message, Position
from csta_gateway.metrics import Metrics

STREAMS_PER_USER = 20
PATIENCE = 10.0
"""Seconds a browser may leave data unread before its stream is closed."""

KEPT = 300.0
"""Seconds the feed of a user without any open page is kept, for pages that come back."""

Reason = Literal["opened", "lost", "slow", "changed"]
"""Why a page gets a snapshot: it was opened; it was away and what it missed is not known any more; it was too slow to
read everything; or so much has changed at once that single events would not tell it."""


class CloseCode(IntEnum):
    """Why the server closes a stream (RFC 6455 §7.4; 4000 and above are ours)."""

    RESTART = 1012
    NOT_LOGGED_IN = 4001
    CTI_OFF = 4003
    NOT_UNDERSTOOD = 4008
    TOO_SLOW = 4009


class Outlet(Protocol):
    """Where a stream's messages go."""

    def write(self, data: bytes) -> None:
        """Send one message."""

    def close(self, code: int) -> None:
        """Say why and end the connection."""


class Stream:
    """The messages to one page, which is somewhere in the feed of its user.

    While the page does not read, nothing is queued: what happens meanwhile is made up for by a fresh snapshot.

    :param snapshot: gives the whole state now, as the session's user sees it.
    """

    def __init__(
        self,
        outlet: Outlet,
        session: Session,
        feed: Feed,
        snapshot: Callable[[Session], Message],
        clock: Clock,
        metrics: Metrics,
    ) -> None:
        self.session = session
        self._outlet = outlet
        self._feed = feed
        self._snapshot = snapshot
        self._clock = clock
        self._metrics = metrics
        self._seq = 0
        self._stalled: Timer | None = None
        self._closed = False

    def start(self, position: Position | None = None) -> None:
        """Go on after ``position`` where that is possible, else begin with a snapshot."""
        feed = self._feed
        if position is None:
            self._renew("opened")
        elif position.feed == feed.id and feed.reaches(position.seq):
            self._seq = position.seq
            self._write("resumed", self._numbered("resumed", {}))
            self.follow()
        else:
            self._renew("lost")

    def follow(self) -> None:
        """Send what has happened since the last time."""
        while self._seq < self._feed.last and self._stalled is None and not self._closed:
            if self._feed.reaches(self._seq):
                self._seq += 1
                event = self._feed.event(self._seq)
                self._write(event.kind, event.data[self.session.language])
            else:
                self._renew("changed")

    def stall(self) -> None:
        """The page does not keep up: write nothing more until :meth:`resume`."""
        if self._stalled is None and not self._closed:
            self._stalled = self._clock.callLater(PATIENCE, self._give_up)

    def resume(self) -> None:
        """The page has read everything."""
        self._cancel_timer()
        if self._seq < self._feed.last and not self._closed:
            self._renew("slow")

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

    def _renew(self, reason: Reason) -> None:
        self._seq = self._feed.last
        self._metrics.snapshots.labels(reason).inc()
        self._write("snapshot", self._numbered("snapshot", {"reason": reason, **self._snapshot(self.session)}))

    def _numbered(self, kind: str, content: Message) -> bytes:
        """A message for this page alone, which says where in the feed it stands."""
        return msgspec.json.encode({"type": kind, "stream": self._feed.id, "seq": self._seq, **content})

    def _write(self, kind: str, data: bytes) -> None:
        self._metrics.stream_messages.labels(kind).inc()
        self._outlet.write(data)


class Streams:
    """The feeds of all users and the pages that follow them."""

    def __init__(self, metrics: Metrics, clock: Clock) -> None:
        self._metrics = metrics
        self._clock = clock
        self._feeds: dict[str, Feed] = {}
        self._left: dict[str, float] = {}
        self._streams: defaultdict[str, set[Stream]] = defaultdict(set)
        self._waiting: list[Deferred[None]] = []

    def full(self, login: str) -> bool:
        """Whether a user has as many pages open as one may."""
        return len(self._streams.get(login, ())) >= STREAMS_PER_USER

    def feed(self, login: str) -> Feed:
        """The feed of a user, which begins with the user's first page."""
        self._forget_unread()
        return self._feeds.setdefault(login, Feed())

    def add(self, stream: Stream) -> None:
        """A page was opened."""
        login = stream.session.user.login
        self._left.pop(login, None)
        self._streams[login].add(stream)
        self._metrics.streams.inc()

    def discard(self, stream: Stream) -> None:
        """A page is gone."""
        login = stream.session.user.login
        streams = self._streams.get(login, set())
        if stream in streams:
            streams.remove(stream)
            self._metrics.streams.dec()
        if not streams and self._streams.pop(login, None) is not None:
            self._left[login] = self._clock.seconds()
        if not self._streams:
            self._tell_empty()

    def of(self, login: str) -> tuple[Stream, ...]:
        """The open pages of one user."""
        return tuple(self._streams.get(login, ()))

    def all(self) -> tuple[Stream, ...]:
        """Every open page."""
        return tuple(stream for login in tuple(self._streams) for stream in self.of(login))

    def logins(self) -> tuple[str, ...]:
        """The users who have a page, or had one a moment ago."""
        self._forget_unread()
        return tuple(self._feeds)

    def send(self, login: str, kind: str, content: Message) -> None:
        """Tell all pages of one user that something changed."""
        if login in self._feeds:
            self._feeds[login].append(kind, content)
            self._follow(login)

    def send_words(self, login: str, kind: str, say: Callable[[Language], Message]) -> None:
        """Tell all pages of one user in their language."""
        if login in self._feeds:
            self._feeds[login].append_words(kind, say)
            self._follow(login)

    def renew(self, login: str) -> None:
        """Much has changed at once for a user: send everything again."""
        if login in self._feeds:
            self._feeds[login].renew()
            self._follow(login)

    def close_of(self, login: str, code: int) -> None:
        """End the streams of one user."""
        for stream in self.of(login):
            stream.close(code)

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

    def _follow(self, login: str) -> None:
        for stream in self.of(login):
            stream.follow()

    def _forget_unread(self) -> None:
        """Feeds whose last page has been gone for long."""
        oldest = self._clock.seconds() - KEPT
        for login in [login for login, left in self._left.items() if left < oldest]:
            del self._left[login], self._feeds[login]

    def _tell_empty(self) -> None:
        waiting, self._waiting = self._waiting, []
        for each in waiting:
            if not each.called:
                each.callback(None)
