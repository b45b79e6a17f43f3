"""Where one message ends and the next begins in the octet stream of a link.

A framing is fed octets as they come and gives whole frames one at a time. "Not yet complete" is None,
never an error; an error here means that the stream cannot be followed any further.
"""

from __future__ import annotations

import struct
from abc import ABC, abstractmethod
from typing import ClassVar

from csta.apdu import EVENT_INVOKE_ID, Frame
from csta.errors import FramingError, LocalProtocolError

MAX_FRAME = 65_535
"""Octets of the longest message: what a 2-octet length can say; the self-delimiting framing keeps to it too."""

MAX_LONG_FRAME = 1 << 20
"""Octets of the longest message where the length has four octets: more than any switch was seen to send."""

XML_HEADER = 8
"""Octets before the document on an XML link (ECMA-323 Annex J)."""

APDU_TAGS = frozenset({0xA1, 0xA2, 0xA3, 0xA4, 0x60, 0x61, 0x62, 0x63, 0x64})
"""First octet of every PDU on an ASN.1 link: the ROSE kinds (X.880) and the ACSE kinds (X.227)."""

_INDICATORS = frozenset({b"\x00\x00", b"00"})  # the second is a slip of one client that switches put up with
_SOAP = 0x01
_HIPATH = 0x26
_HIPATH_LENGTH = 0x8000
_END_OF_CONTENTS = b"\x00\x00"
_LONGEST_LENGTH = 4


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


class XmlHeaderFraming(Framing):
    """Eight octets before each XML document: 00 00, length with this header, invoke id (ECMA-323 Annex J)."""

    name = "xml-tcp"
    carries_invoke_id = True
    last_invoke_id = EVENT_INVOKE_ID - 1
    _counted = XML_HEADER

    def _cut(self, data: bytearray) -> tuple[Frame, int] | None:
        if len(data) < XML_HEADER:
            return None
        end = self._length(data)
        if end <= XML_HEADER:
            raise FramingError(f"a length of {end}, which leaves no document", self.name, 2)
        if len(data) < end:
            return None
        digits = data[4:XML_HEADER]
        # Some clients write the id in binary; the document can still be cut out, so this is not the end of the link.
        invoke_id = int(digits) if digits.isdigit() else None
        return Frame(bytes(data[XML_HEADER:end]), invoke_id), end

    def _length(self, data: bytearray) -> int:
        """Octets of the message with its header, as the header says."""
        if bytes(data[:2]) in _INDICATORS:
            return int.from_bytes(data[2:4], "big")
        if data[0] == _SOAP:
            raise FramingError("the peer wraps messages in SOAP, which this link does not", self.name, 0)
        raise FramingError(f"octets {data[:2].hex()} begin no CSTA XML message", self.name, 0)

    def _wrap(self, frame: Frame) -> bytes:
        if frame.invoke_id is None or not 0 <= frame.invoke_id <= EVENT_INVOKE_ID:
            raise LocalProtocolError(f"invoke id {frame.invoke_id} is not 0 to {EVENT_INVOKE_ID}", self.name)
        # Where the format indicator is zero, it and the length are one number of four octets.
        return struct.pack(">L4s", XML_HEADER + len(frame.payload), b"%04d" % frame.invoke_id) + frame.payload


class LongXmlHeaderFraming(XmlHeaderFraming):
    """The header of `xml-tcp` with its first four octets read as one length: the same octets up to 65,535, and room
    for longer documents after that.
    """

    name = "xml-tcp-32"
    longest = MAX_LONG_FRAME

    def _length(self, data: bytearray) -> int:
        length = int.from_bytes(data[:4], "big")
        if length > self.longest:
            raise FramingError(f"a length of {length}; at most {self.longest} octets are read", self.name, 0)
        return length


class NoFraming(Framing):
    """BER PDUs one after the other: each says by tag and length where it ends."""

    name = "none"

    def _cut(self, data: bytearray) -> tuple[Frame, int] | None:
        if data[0] not in APDU_TAGS:
            raise FramingError(f"octet {data[0]:02x} begins no PDU", self.name, 0)
        end = _element_end(data)
        if (end is None and len(data) > MAX_FRAME) or (end is not None and end > MAX_FRAME):
            raise FramingError(f"a PDU longer than {MAX_FRAME} octets", self.name, 0)
        return (Frame(bytes(data[:end])), end) if end is not None and end <= len(data) else None

    def _wrap(self, frame: Frame) -> bytes:
        return frame.payload


def _element_end(data: bytearray) -> int | None:
    """Octet after the first BER element (it may lie beyond ``data``), None when that cannot be told yet.

    Only elements of indefinite length (X.690 §8.1.3.6) have to be walked through.
    """
    pos = open_elements = 0
    while pos < len(data):
        if open_elements and data[pos : pos + 2] == _END_OF_CONTENTS:
            open_elements -= 1
            pos += 2
        else:
            header = _header(data, pos)
            if header is None:
                return None
            content, length = header
            open_elements += length is None
            pos = content + (length or 0)
        if not open_elements:
            return pos
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


_KINDS: tuple[type[Framing], ...] = (
    LengthFraming,
    HiPathFraming,
    NoFraming,
    XmlHeaderFraming,
    LongXmlHeaderFraming,
)
FRAMINGS: dict[str, type[Framing]] = {each.name: each for each in _KINDS}
"""The framings by name."""


def detect(first: bytes) -> type[Framing] | None:
    """Tell the framing from the first octets of a link; None until there are enough of them.

    Three octets decide: a PDU tag first, 26 (hex) and a length, a length before a PDU tag, or the zero octets of the
    XML header. The two readings of that header differ only for documents longer than 65,535 octets.

    :raises FramingError: it is none of the framings known here.
    """
    if first and first[0] in APDU_TAGS:
        return NoFraming
    if len(first) >= 3 and first[0] == _HIPATH and first[1] & 0x80:
        return HiPathFraming
    if len(first) < XML_HEADER:
        return LengthFraming if len(first) >= 3 and first[2] in APDU_TAGS and any(first[:2]) else None
    if first[:2] in _INDICATORS and first[4:XML_HEADER].isdigit():
        return XmlHeaderFraming
    if first[2] in APDU_TAGS:
        return LengthFraming
    if int.from_bytes(first[:4], "big") <= MAX_LONG_FRAME and first[4:XML_HEADER].isdigit():
        return LongXmlHeaderFraming
    raise FramingError(f"octets {first[:XML_HEADER].hex()} begin no link known here", "link", 0)
