"""The framings of PDUs, on ASN.1 links."""

from __future__ import annotations

import struct

from csta.apdu import Frame
from csta.errors import FramingError
from csta.framing.framing import APDU_TAGS, MAX_FRAME, Framing

_HIPATH = 0x26
_HIPATH_LENGTH = 0x8000
_END_OF_CONTENTS = b"\x00\x00"
_LONGEST_LENGTH = 4


class LengthFraming(Framing):
    """Two octets of length, big-endian and not counting themselves, before each PDU (most ASN.1 links)."""

    name = "length"

    def _cut(self, data: bytearray) -> tuple[Frame, int] | None:
        if len(data) < 3:
            return None
        end = 2 + int.from_bytes(data[:2], "big")
        if end == 2:
            raise FramingError("a length of zero", self.name, 0)
        if data[2] not in APDU_TAGS:  # found at once, not after waiting for a length that is none
            raise FramingError(f"octet {data[2]:02x} begins no PDU", self.name, 2)
        return (Frame(bytes(data[2:end])), end) if len(data) >= end else None

    def _wrap(self, frame: Frame) -> bytes:
        return len(frame.payload).to_bytes(2, "big") + frame.payload


class HiPathFraming(Framing):
    """Octet 26 (hex), then two octets of length with the highest bit set, before each PDU (HiPath 3000)."""

    name = "hipath"
    longest = 0x7FFF

    def _cut(self, data: bytearray) -> tuple[Frame, int] | None:
        if data[0] != _HIPATH:
            raise FramingError(f"octet {data[0]:02x} where 26 begins a message", self.name, 0)
        if len(data) < 4:
            return None
        length = int.from_bytes(data[1:3], "big")
        if length <= _HIPATH_LENGTH:
            raise FramingError(f"a length of {length:04x}, which is none with the highest bit set", self.name, 1)
        if data[3] not in APDU_TAGS:
            raise FramingError(f"octet {data[3]:02x} begins no PDU", self.name, 3)
        end = 3 + length - _HIPATH_LENGTH
        return (Frame(bytes(data[3:end])), end) if len(data) >= end else None

    def _wrap(self, frame: Frame) -> bytes:
        return struct.pack(">BH", _HIPATH, _HIPATH_LENGTH | len(frame.payload)) + frame.payload


class NoFraming(Framing):
    """BER PDUs one after the other: each says by tag and length where it ends."""

    name = "none"

    def __init__(self, limit: int | None = None) -> None:
        super().__init__(limit)
        self._walk = _Walk()

    def _cut(self, data: bytearray) -> tuple[Frame, int] | None:
        if data[0] not in APDU_TAGS:
            raise FramingError(f"octet {data[0]:02x} begins no PDU", self.name, 0)
        end = self._walk.end(data)
        if (end is None and len(data) > MAX_FRAME) or (end is not None and end > MAX_FRAME):
            raise FramingError(f"a PDU longer than {MAX_FRAME} octets", self.name, 0)
        if end is None or end > len(data):
            return None
        self._walk = _Walk()
        return Frame(bytes(data[:end])), end

    def _wrap(self, frame: Frame) -> bytes:
        return frame.payload


class _Walk:
    """The way through one BER element to its end; it goes on where more octets let it, and walks none of them twice.

    Only elements of indefinite length (X.690 §8.1.3.6) have to be walked through.
    """

    def __init__(self) -> None:
        self._pos = 0
        self._open_elements = 0

    def end(self, data: bytearray) -> int | None:
        """Octet after the element (it may lie beyond ``data``), None when that cannot be told yet."""
        while self._pos < len(data):
            if self._open_elements and data[self._pos : self._pos + 2] == _END_OF_CONTENTS:
                self._open_elements -= 1
                self._pos += 2
            else:
                header = _header(data, self._pos)
                if header is None:
                    return None
                content, length = header
                if not self._open_elements and length is not None:
                    return content + length
                self._open_elements += length is None
                self._pos = content + (length or 0)
            if not self._open_elements:
                return self._pos
        return None


def _header(data: bytearray, pos: int) -> tuple[int, int | None] | None:
    """Content position and length (None: indefinite) of the element at ``pos``, or None when it is cut off."""
    tag, pos = data[pos], pos + 1
    if tag & 0x1F == 0x1F:  # high tag number: octets with bit 8 set and one without (X.690 §8.1.2.4)
        while pos < len(data) and data[pos] & 0x80:
            pos += 1
        pos += 1
    if pos >= len(data):
        return None
    first, pos = data[pos], pos + 1
    if first < 0x80:
        return pos, first
    octets = first & 0x7F
    if not octets:
        return pos, None
    if octets > _LONGEST_LENGTH:
        raise FramingError(f"a length of {octets} octets", NoFraming.name, pos - 1)
    return (pos + octets, int.from_bytes(data[pos : pos + octets], "big")) if pos + octets <= len(data) else None
