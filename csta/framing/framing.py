"""What every framing does: whole frames out of octets in pieces, octets of a frame."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

from csta.apdu import Frame
from csta.errors import LocalProtocolError

MAX_FRAME = 65_535
"""Octets of the longest message: what a 2-octet length can say; the self-delimiting framing keeps to it too."""

MAX_LONG_FRAME = 1 << 20
"""Octets of the longest message where the length has four octets: more than any switch was seen to send."""

APDU_TAGS = frozenset({0xA1, 0xA2, 0xA3, 0xA4, 0x60, 0x61, 0x62, 0x63, 0x64})
"""First octet of every PDU on an ASN.1 link: the ROSE kinds (X.880) and the ACSE kinds (X.227)."""


class Framing(ABC):
    """Cuts frames out of a stream and wraps frames for sending.

    :param limit: octets of the longest message to send, as the peer takes it; the framing's own limit where left out.
    """

    name: ClassVar[str]
    """What configuration and command line call it."""
    carries_invoke_id: ClassVar[bool] = False
    """Whether the invoke id stands in the framing header (XML) and not in the PDU."""
    last_invoke_id: ClassVar[int] = 32_767
    """Greatest invoke id of a request; peers are known to read it into two octets."""
    longest: ClassVar[int] = MAX_FRAME
    """Octets of the longest message this framing can say the length of."""

    def __init__(self, limit: int | None = None) -> None:
        self.limit = self.longest if limit is None else min(limit, self.longest)
        self._buffer = bytearray()

    def open(self, *, connecting: bool) -> bytes:
        """The connection is there; gives the octets to send before any frame.

        :param connecting: whether this side made the connection.
        """
        return b""

    def answers(self) -> bytes:
        """Octets the framing has to send of its own after what was received, each given once."""
        return b""

    def receive(self, data: bytes) -> None:
        """Take octets from the link, in pieces of any size."""
        self._buffer += data

    @property
    def pending(self) -> int:
        """Octets received that no frame was made of yet."""
        return len(self._buffer)

    def next_frame(self) -> Frame | None:
        """Give the next whole frame, or None until more octets come.

        :raises FramingError: the stream cannot be followed; every later call raises again.
        """
        found = self._cut(self._buffer) if self._buffer else None
        if found is None:
            return None
        frame, end = found
        del self._buffer[:end]
        return frame

    def encode(self, frame: Frame) -> bytes:
        """Wrap a frame for sending.

        :raises LocalProtocolError: the frame does not fit this framing.
        """
        octets = self._counted + len(frame.payload)
        if octets > self.limit:
            raise LocalProtocolError(f"{octets} octets, but a message has at most {self.limit}", self.name)
        return self._wrap(frame)

    _counted: ClassVar[int] = 0
    """Octets of the header that the length counts."""

    @abstractmethod
    def _cut(self, data: bytearray) -> tuple[Frame, int] | None:
        """Give the frame at the start of ``data`` and the octet after it."""

    @abstractmethod
    def _wrap(self, frame: Frame) -> bytes:
        """Put the framing around a frame."""
