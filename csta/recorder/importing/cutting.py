"""Frames cut out of octets whose framing nobody told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from csta.apdu import Frame
from csta.errors import FramingError
from csta.framing import Framing, detect

TLS_HANDSHAKE = b"\x16\x03"
"""First octets of a connection with TLS (RFC 8446 §5.1)."""


class Skipped(NamedTuple):
    """Octets that are no frame.

    :param reason: why, in words.
    """

    octets: int
    reason: str


class Cutter:
    """Cuts the octets of one direction into frames.

    The framing is told by the first octets. Where the stream cannot be followed, octets are skipped until a piece
    begins like a message again: senders begin a message with a packet of its own.

    :ivar kinds: how many frames were cut by each framing.
    """

    def __init__(self) -> None:
        self.kinds: Counter[type[Framing]] = Counter()
        self._framing: Framing | None = None
        self._head = b""

    def feed(self, piece: bytes) -> Iterator[Frame | Skipped]:
        """Take the next octets as they were sent or logged in one piece."""
        if self._framing is None:
            self._head += piece
            try:
                self._framing = self._start()
            except FramingError as error:
                yield self._skip(error.reason)
            if self._framing is None:
                return
            piece, self._head = self._head, b""
        self._framing.receive(piece)
        yield from self._cut(self._framing)

    def lose(self, octets: int, reason: str) -> Iterator[Skipped]:
        """Octets are missing here."""
        pending = len(self._head) + (self._framing.pending if self._framing is not None else 0)
        self._head, self._framing = b"", None
        if octets or pending:
            yield Skipped(octets + pending, reason)

    def _start(self) -> Framing | None:
        found = detect(self._head)
        if found is None:
            return None
        # What was seen most holds: a document of more than 65,535 octets begins like another framing.
        usual = self.kinds.most_common(1)[0][0] if self.kinds else found
        return usual() if usual.carries_invoke_id is found.carries_invoke_id else found()

    def _cut(self, framing: Framing) -> Iterator[Frame | Skipped]:
        try:
            while (frame := framing.next_frame()) is not None:
                self.kinds[type(framing)] += 1
                yield frame
        except FramingError as error:
            self._head, self._framing = b"", None
            yield Skipped(framing.pending, error.reason)

    def _skip(self, reason: str) -> Skipped:
        skipped = Skipped(len(self._head), reason)
        self._head = b""
        return skipped
