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

XML_HEADER = 8
"""Octets before the document on an XML link (ECMA-323 Annex J)."""

APDU_TAGS = frozenset({0xA1, 0xA2, 0xA3, 0xA4, 0x60, 0x61, 0x62, 0x63, 0x64})
"""First octet of every PDU on an ASN.1 link: the ROSE kinds (X.880) and the ACSE kinds (X.227)."""

_INDICATORS = frozenset({b"\x00\x00", b"00"})  # the second is a slip of one client that switches put up with
_SOAP = 0x01
_END_OF_CONTENTS = b"\x00\x00"
_LONGEST_LENGTH = 4


class Framing(ABC):
    """Cuts frames out of a stream and wraps frames for sending."""

    name: ClassVar[str]
    """What configuration and command line call it."""
    carries_invoke_id: ClassVar[bool] = False
    """Whether the invoke id stands in the framing header (XML) and not in the PDU."""
    last_invoke_id: ClassVar[int] = 32_767
    """Greatest invoke id of a request; peers are known to read it into two octets."""

    def __init__(self) -> None:
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
        wrapped = self._wrap(frame)
        if len(wrapped) > MAX_FRAME + self._uncounted:
            raise LocalProtocolError(f"{len(wrapped)} octets, but a message has at most {MAX_FRAME}", self.name)
        return wrapped

    _uncounted: ClassVar[int] = 0

    @abstractmethod
    def _cut(self, data: bytearray) -> tuple[Frame, int] | None:
        """Give the frame at the start of ``data`` and the octet after it."""

    @abstractmethod
    def _wrap(self, frame: Frame) -> bytes:
        """Put the framing around a frame."""


class LengthFraming(Framing):
    """Two octets of length, big-endian and not counting themselves, before each PDU (most ASN.1 links)."""

    name = "length"
    _uncounted = 2

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
        return (len(frame.payload) & 0xFFFF).to_bytes(2, "big") + frame.payload


class XmlHeaderFraming(Framing):
    """Eight octets before each XML document: 00 00, length with this header, invoke id (ECMA-323 Annex J)."""

    name = "xml-tcp"
    carries_invoke_id = True
    last_invoke_id = EVENT_INVOKE_ID - 1

    def _cut(self, data: bytearray) -> tuple[Frame, int] | None:
        if len(data) < XML_HEADER:
            return None
        self._check_indicator(data)
        end = int.from_bytes(data[2:4], "big")
        if end <= XML_HEADER:
            raise FramingError(f"a length of {end}, which leaves no document", self.name, 2)
        if len(data) < end:
            return None
        digits = data[4:XML_HEADER]
        # Some clients write the id in binary; the document can still be cut out, so this is not the end of the link.
        invoke_id = int(digits) if digits.isdigit() else None
        return Frame(bytes(data[XML_HEADER:end]), invoke_id), end

    def _check_indicator(self, data: bytearray) -> None:
        if bytes(data[:2]) in _INDICATORS:
            return
        if data[0] == _SOAP:
            raise FramingError("the peer wraps messages in SOAP, which this link does not", self.name, 0)
        raise FramingError(f"octets {data[:2].hex()} begin no CSTA XML message", self.name, 0)

    def _wrap(self, frame: Frame) -> bytes:
        if frame.invoke_id is None or not 0 <= frame.invoke_id <= EVENT_INVOKE_ID:
            raise LocalProtocolError(f"invoke id {frame.invoke_id} is not 0 to {EVENT_INVOKE_ID}", self.name)
        length = (XML_HEADER + len(frame.payload)) & 0xFFFF
        return struct.pack(">HH4s", 0, length, b"%04d" % frame.invoke_id) + frame.payload


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


FRAMINGS: dict[str, type[Framing]] = {each.name: each for each in (LengthFraming, XmlHeaderFraming, NoFraming)}
"""The framings by name."""


def detect(first: bytes) -> type[Framing] | None:
    """Tell the framing from the first octets of a link; None until there are enough of them.

    Three octets decide: a PDU tag first, a length before a PDU tag, or the zero octets of the XML header.

    :raises FramingError: it is none of the framings known here.
    """
    if first and first[0] in APDU_TAGS:
        return NoFraming
    if len(first) < XML_HEADER:
        return LengthFraming if len(first) >= 3 and first[2] in APDU_TAGS and any(first[:2]) else None
    if first[:2] in _INDICATORS and first[4:XML_HEADER].isdigit():
        return XmlHeaderFraming
    if first[2] in APDU_TAGS:
        return LengthFraming
    raise FramingError(f"octets {first[:XML_HEADER].hex()} begin no link known here", "link", 0)
