"""Answers that come in segments.

A switch may answer a snapshot, or the question for its devices, monitors or registrations, with a cross reference
instead of the list, and send the list in requests of its own afterwards (§13.1.6, §16.1): ``segmentID`` grows by one
with each, ``lastSegment`` ends the list and with it the cross reference. The number of the first segment, and how long
the switch may take, are not stated; here each segment has the time of an answer.
"""

from __future__ import annotations

from typing import Any, TypeVar, cast

from twisted.internet.defer import Deferred

from csta.errors import CSTAError, LinkLost, RemoteProtocolError, RequestCancelled, RequestTimeout
from csta.messages.base import Request
from csta.protocol import DelayedCall, ReactorTime

SegmentT = TypeVar("SegmentT", bound=Request[Any])
Key = tuple[type[Request[Any]], str | None]

MOST_SEGMENTS = 10_000
"""Segments of one list; a switch that sends more is not waited for."""


class _List:
    """One list on its way."""

    def __init__(self, whole: Deferred[list[Any]]) -> None:
        self.whole = whole
        self.segments: list[Any] = []
        self.timer: DelayedCall | None = None

    def follows(self, segment: Any) -> bool:  # noqa: ANN401 # of any kind of segment
        """Whether a segment is the next one; raises RemoteProtocolError when one between is missing."""
        before = self.segments[-1].segment_id if self.segments else None
        if before is None or segment.segment_id is None or segment.segment_id == before + 1:
            return True
        if segment.segment_id <= before:
            return False
        name = f"{type(segment).__name__}.segmentID"
        raise RemoteProtocolError(f"segment {segment.segment_id} came after segment {before}", name)


class Segments:
    """The lists of one link that come in segments.

    :param timeout: seconds until the first segment, and from each to the next.
    """

    def __init__(self, reactor: ReactorTime, timeout: float) -> None:
        self._reactor = reactor
        self._timeout = timeout
        self._lists: dict[Key, _List] = {}

    def expect(self, kind: type[SegmentT], cross_ref_id: str | None) -> Deferred[list[SegmentT]]:
        """Wait for all segments of a kind under a cross reference; cancelling gives up the list.

        It fails with :class:`csta.errors.RequestTimeout`, ``LinkLost``, or ``RemoteProtocolError`` when one is missing.
        """
        key: Key = (kind, cross_ref_id)
        if key in self._lists:
            self._fail(key, RemoteProtocolError(f"cross reference {cross_ref_id!r} is used again", kind.__name__))
        given_up = RequestCancelled(kind.__name__, "given up by its caller")
        whole: Deferred[list[SegmentT]] = Deferred(lambda _: self._fail(key, given_up))
        self._lists[key] = _List(whole)
        self._wait(key)
        return whole

    def take(self, segment: Any) -> bool:  # noqa: ANN401 # any request of the switch; few are segments
        """Take a request of the switch; False when it is no segment of a list that somebody waits for."""
        key = type(segment), getattr(segment, "service_cross_ref_id", None)
        found = self._lists.get(key)
        if found is None:
            return False
        try:
            if found.follows(segment):
                found.segments.append(segment)
        except RemoteProtocolError as error:
            self._fail(key, error)
            return True
        if segment.last_segment:
            self._forget(key)
            found.whole.callback(found.segments)
        elif len(found.segments) >= MOST_SEGMENTS:
            self._fail(key, RemoteProtocolError(f"more than {MOST_SEGMENTS} segments", type(segment).__name__))
        else:
            self._wait(key)
        return True

    def stop(self, reason: str) -> None:
        """The link is over."""
        for key in tuple(self._lists):
            self._fail(key, LinkLost(key[0].__name__, reason))

    def _wait(self, key: Key) -> None:
        found = self._lists[key]
        if found.timer is not None:
            found.timer.cancel()
        late = RequestTimeout(key[0].__name__, self._timeout)
        found.timer = cast(DelayedCall, self._reactor.callLater(self._timeout, self._expire, key, late))

    def _expire(self, key: Key, late: RequestTimeout) -> None:
        self._lists[key].timer = None
        self._fail(key, late)

    def _forget(self, key: Key) -> None:
        timer = self._lists.pop(key).timer
        if timer is not None:
            timer.cancel()

    def _fail(self, key: Key, error: CSTAError) -> None:
        whole = self._lists[key].whole
        self._forget(key)
        whole.errback(error)
