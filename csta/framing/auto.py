"""The framing told from the first octets of a link."""

from __future__ import annotations

from csta.apdu import Frame
from csta.errors import FramingError
from csta.framing.documents import INDICATORS, XML_HEADER, LongXmlHeaderFraming, XmlHeaderFraming
from csta.framing.framing import APDU_TAGS, MAX_LONG_FRAME, Framing
from csta.framing.greeting import OmniPcxFraming, TpktFraming
from csta.framing.pdus import HiPathFraming, LengthFraming, NoFraming

AUTO = "auto"
"""What configuration and command line call it."""

_TPKT_ENOUGH = 6
_TPKT_KINDS = frozenset({0xD0, 0xE0, 0xF0})


def detect(first: bytes) -> type[Framing] | None:
    """Tell the framing from the first octets of a link; None until there are enough of them.

    Three octets decide nearly always: a PDU tag first, 26 (hex) and a length, the identification of OmniPCX, a length
    before a PDU tag, 0300 of TPKT, or the zero octets of the XML header. The two readings of that header differ only
    for documents longer than 65,535 octets.

    :raises FramingError: it is none of the framings known here.
    """
    if first and first[0] in APDU_TAGS:
        return NoFraming
    if first[:1] in (b"B", b"P"):
        return OmniPcxFraming
    if first[:2] == b"\x16\x03":
        raise FramingError("the peer speaks TLS, which this link does not", "link", 0)
    if len(first) < 3:
        return None
    return _by_header(first)


def _by_header(first: bytes) -> type[Framing] | None:
    if first[0] == 0x26 and first[1] & 0x80:
        return HiPathFraming
    if first[2] in APDU_TAGS and any(first[:2]) and (len(first) < XML_HEADER or not _is_document(first)):
        return LengthFraming
    if first[:2] == b"\x03\x00" and len(first) >= _TPKT_ENOUGH and (first[5] in _TPKT_KINDS or first[4] in APDU_TAGS):
        return TpktFraming
    if len(first) < XML_HEADER:
        return None
    if _is_document(first):
        return XmlHeaderFraming
    if int.from_bytes(first[:4], "big") <= MAX_LONG_FRAME and first[4:XML_HEADER].isdigit():
        return LongXmlHeaderFraming
    raise FramingError(f"octets {first[:XML_HEADER].hex()} begin no link known here", "link", 0)


def _is_document(first: bytes) -> bool:
    return first[:2] in INDICATORS and first[4:XML_HEADER].isdigit()


class AutoFraming(Framing):
    """That of the peer's first octets; until they come this side writes the usual one.

    :param usual: `length` for ASN.1, `xml-tcp` for XML; a peer of the other wire is told, not understood.
    """

    name = AUTO

    def __init__(self, usual: type[Framing], limit: int | None = None) -> None:
        super().__init__(limit)
        self.carries_invoke_id = usual.carries_invoke_id  # type: ignore[misc] # of this link, not of the class
        self.last_invoke_id = usual.last_invoke_id  # type: ignore[misc]
        self._wanted_limit = limit
        self._actual = usual(limit)
        self._told = False

    @property
    def actual(self) -> str:
        """The name of the framing now in use."""
        return self._actual.name

    @property
    def pending(self) -> int:
        """Octets received that no frame was made of yet."""
        return self._actual.pending if self._told else super().pending

    def receive(self, data: bytes) -> None:
        """Take octets from the link, in pieces of any size."""
        if self._told:
            self._actual.receive(data)
        else:
            super().receive(data)

    def next_frame(self) -> Frame | None:
        """Give the next whole frame, or None until more octets come.

        :raises FramingError: as that of the framing in use, and where the first octets are of none.
        """
        if not self._told and not self._tell():
            return None
        return self._actual.next_frame()

    def answers(self) -> bytes:
        """Octets the framing in use has to send of its own."""
        return self._actual.answers()

    def encode(self, frame: Frame) -> bytes:
        """Wrap a frame for sending; raises LocalProtocolError when it does not fit."""
        return self._actual.encode(frame)

    def _tell(self) -> bool:
        kind = detect(bytes(self._buffer[:XML_HEADER]))
        if kind is None:
            return False
        if kind.carries_invoke_id is not self.carries_invoke_id:
            wire = "XML" if kind.carries_invoke_id else "ASN.1"
            raise FramingError(f"the peer speaks {wire}, which this link does not", self.name, 0)
        if kind is not type(self._actual):
            self._actual = kind(self._wanted_limit)
        self._told = True
        self._actual.receive(bytes(self._buffer))
        self._buffer.clear()
        return True

    def _cut(self, data: bytearray) -> tuple[Frame, int] | None:
        raise NotImplementedError  # the framing in use does it

    def _wrap(self, frame: Frame) -> bytes:
        raise NotImplementedError
