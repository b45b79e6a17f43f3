"""TCP put together again (RFC 9293): segments in any order, twice or not at all → octets in order, and the holes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

WINDOW = 1 << 20
"""Octets kept while an earlier segment is missing: what a sender may have under way."""

_MODULUS = 1 << 32


class Segment(NamedTuple):
    """One TCP segment of a capture.

    :param t: seconds, of any clock.
    :param source: ``address:port``.
    :param sequence: number of its first octet.
    """

    t: float
    source: str
    destination: str
    sequence: int
    payload: bytes
    syn: bool = False
    ack: bool = False
    fin: bool = False
    rst: bool = False


class Piece(NamedTuple):
    """Octets in order, or a hole.

    :param missing: octets that are not in the capture, before what follows.
    """

    t: float
    octets: bytes
    missing: int = 0


class Stream:
    """One direction of a connection."""

    def __init__(self) -> None:
        self._next: int | None = None
        self._waiting: dict[int, Segment] = {}
        self._held = 0

    def feed(self, segment: Segment) -> Iterator[Piece]:
        """Take a segment; gives what is now in order."""
        if segment.syn:
            self._next = (segment.sequence + 1) % _MODULUS
        if self._next is None:
            self._next = segment.sequence
        if segment.payload and not segment.syn:
            known = self._waiting.get(segment.sequence)
            if known is None or len(known.payload) < len(segment.payload):
                self._waiting[segment.sequence] = segment
                self._held += len(segment.payload) - (len(known.payload) if known is not None else 0)
        yield from self._in_order(segment.t)
        while self._held > WINDOW:
            yield from self._jump()

    def finish(self) -> Iterator[Piece]:
        """Give what still waits for something earlier: it is not in the capture."""
        while self._waiting:
            yield from self._jump()

    def _in_order(self, t: float) -> Iterator[Piece]:
        while (segment := self._take()) is not None:
            octets = segment.payload[-self._ahead(segment) :]  # what of it was not there yet
            self._next = (segment.sequence + len(segment.payload)) % _MODULUS
            yield Piece(max(t, segment.t), octets)

    def _take(self) -> Segment | None:
        """A waiting segment that goes on where the stream is; those that bring nothing new are dropped."""
        for sequence, segment in list(self._waiting.items()):
            start = self._distance(sequence)
            if start > 0:
                continue
            self._held -= len(segment.payload)
            del self._waiting[sequence]
            if start + len(segment.payload) > 0:
                return segment
        return None

    def _ahead(self, segment: Segment) -> int:
        """How many of its octets are new."""
        return self._distance(segment.sequence) + len(segment.payload)

    def _distance(self, sequence: int) -> int:
        """Octets from where the stream is to a sequence number, negative for those before; numbers wrap (§3.4)."""
        ahead = (sequence - (self._next or 0)) % _MODULUS
        return ahead if ahead < _MODULUS // 2 else ahead - _MODULUS

    def _jump(self) -> Iterator[Piece]:
        """Go on behind a hole."""
        nearest = min(self._waiting, key=self._distance)
        t = self._waiting[nearest].t
        yield Piece(t, b"", self._distance(nearest))
        self._next = nearest
        yield from self._in_order(t)
