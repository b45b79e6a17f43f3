"""The framings of XML documents (ECMA-323 Annex J)."""

from __future__ import annotations

import struct

from csta.apdu import EVENT_INVOKE_ID, Frame
from csta.errors import FramingError, LocalProtocolError
from csta.framing.framing import MAX_LONG_FRAME, Framing

XML_HEADER = 8
"""Octets before the document on an XML link (ECMA-323 Annex J)."""

INDICATORS = frozenset({b"\x00\x00", b"00"})
"""Format indicators of documents without SOAP; the second is a slip of one client that switches put up with."""

_SOAP = 0x01


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
        if bytes(data[:2]) in INDICATORS:
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
