"""Framings that begin with a greeting: both sides exchange octets that are no frame before the first one.

The side that connects greets, the other answers. What is encoded before the answer has come is held back and given out
with it by :meth:`csta.framing.framing.Framing.answers`.
"""

from __future__ import annotations

from abc import abstractmethod

from csta.apdu import Frame
from csta.errors import FramingError
from csta.framing.framing import APDU_TAGS, MAX_FRAME, MAX_LONG_FRAME, Framing
from csta.framing.pdus import LengthFraming


class GreetingFraming(Framing):
    """A framing that begins with a greeting."""

    def __init__(self, limit: int | None = None) -> None:
        super().__init__(limit)
        self._greeted = True  # a stream that is only read, a recorded one for example, waits for nothing
        self._held = bytearray()

    def open(self, *, connecting: bool) -> bytes:
        """Greet, if this side connects."""
        self._greeted = not connecting
        return self._greeting() if connecting else b""

    def answers(self) -> bytes:
        """The answer to the peer's greeting, or what waited for the peer's answer."""
        octets = bytes(self._held) if self._greeted else b""
        if octets:
            self._held.clear()
        return octets

    def encode(self, frame: Frame) -> bytes:
        """Wrap a frame; nothing comes of it before the peer has answered the greeting."""
        octets = super().encode(frame)
        if self._greeted:
            return octets
        self._held += octets
        return b""

    @abstractmethod
    def _greeting(self) -> bytes:
        """What the side that connects says first."""


class OmniPcxFraming(GreetingFraming, LengthFraming):
    """One octet of identification, B, answered with P; then as `length` (the way of Alcatel-Lucent OmniPCX)."""

    name = "omnipcx"

    def __init__(self, limit: int | None = None) -> None:
        super().__init__(limit)
        self._identified = False

    def _greeting(self) -> bytes:
        return b"B"

    def next_frame(self) -> Frame | None:
        """Give the next whole frame; see :meth:`csta.framing.framing.Framing.next_frame`."""
        if self._buffer and not self._identified:
            self._identify(bytes(self._buffer[:1]))
        return super().next_frame()

    def _identify(self, first: bytes) -> None:
        """Take the identification off the stream; a peer that leaves it out is understood, but has no answer."""
        if not self._greeted and first != b"P":
            raise FramingError(f"octet {first.hex()} where P (50) answers the identification", self.name, 0)
        if first in (b"B", b"P"):
            self._held += b"P" if first == b"B" else b""
            del self._buffer[:1]
        self._greeted = self._identified = True


_TPKT = b"\x03\x00"
_TPKT_HEADER = 4
_CONNECT, _CONFIRM, _DATA, _DISCONNECT = 0xE0, 0xD0, 0xF0, 0x80
_LAST = 0x80


class TpktFraming(GreetingFraming):
    """TPKT packets (RFC 1006) with data of the OSI transport protocol, class 0 (X.224), which connects first.

    A PDU that stands in the packet without the transport protocol is read, and answered, in that way too.
    """

    name = "tpkt"
    longest = MAX_FRAME - 7
    _counted = 0

    def __init__(self, limit: int | None = None) -> None:
        super().__init__(limit)
        self._pieces = bytearray()
        self._bare = False

    def _greeting(self) -> bytes:
        return _packet(bytes((6, _CONNECT, 0, 0, 0, 1, 0)))  # from reference 1, class 0

    def _cut(self, data: bytearray) -> tuple[Frame, int] | None:
        start = 0
        while (packet := self._packet(data, start)) is not None:
            end = start + _TPKT_HEADER + len(packet)
            payload = self._payload(packet)
            if payload is not None:
                return Frame(payload), end
            start = end
        del data[:start]  # connection and pieces were taken in, and are not read again
        return None

    def _packet(self, data: bytearray, start: int) -> bytes | None:
        """The contents of the packet at ``start``, None until it is whole."""
        header = data[start : start + _TPKT_HEADER]
        if header and not _TPKT.startswith(bytes(header[:2])):
            raise FramingError(f"octets {header[:2].hex()} where 0300 begins a packet", self.name, 0)
        if len(header) < _TPKT_HEADER:
            return None
        length = int.from_bytes(header[2:], "big")
        if length < _TPKT_HEADER + 3:
            raise FramingError(f"a packet of {length} octets, which leaves no data", self.name, 2)
        packet = bytes(data[start + _TPKT_HEADER : start + length])
        return packet if len(packet) == length - _TPKT_HEADER else None

    def _payload(self, packet: bytes) -> bytes | None:
        """The PDU that a packet brings to its end, None where it is none or goes on in the next."""
        if packet[0] in APDU_TAGS:
            self._bare = self._greeted = True
            return packet
        kind = packet[1] & 0xF0
        if kind == _DATA and packet[0] == 2:
            return self._data(packet)
        if kind == _CONNECT and packet[0] >= 6 and len(packet) >= 7:
            self._held += _packet(bytes((6, _CONFIRM, *packet[4:6], 0, 1, 0)))
        elif kind == _CONFIRM:
            self._greeted = True
        elif kind == _DISCONNECT:
            raise FramingError("the peer disconnects the transport", self.name, 5)
        else:
            raise FramingError(f"octet {packet[1]:02x} is no packet of the transport protocol", self.name, 5)
        return None

    def _data(self, packet: bytes) -> bytes | None:
        self._pieces += packet[3:]
        if len(self._pieces) > MAX_LONG_FRAME:
            raise FramingError(f"a PDU longer than {MAX_LONG_FRAME} octets", self.name, 0)
        if not packet[2] & _LAST:
            return None
        payload = bytes(self._pieces)
        self._pieces.clear()
        return payload

    def _wrap(self, frame: Frame) -> bytes:
        return _packet(frame.payload if self._bare else bytes((2, _DATA, _LAST)) + frame.payload)


def _packet(contents: bytes) -> bytes:
    return _TPKT + (_TPKT_HEADER + len(contents)).to_bytes(2, "big") + contents
