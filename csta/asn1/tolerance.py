"""What the straight line of the generated codec does not read: unknown elements, indefinite lengths, strings in pieces.

All of it is legal BER (X.690) that switches hardly send: the price of it is paid when it comes, by decoding again.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import local
from typing import Any, Generic, NamedTuple, TypeVar

from csta.asn1 import ber
from csta.errors import DecodeError

T = TypeVar("T")

MAX_SKIPPED = 64
"""Unknown elements told of per PDU."""


class Skipped(NamedTuple):
    """An element the schema does not know, passed over on decoding.

    :param where: the type that does not know it.
    :param octets: the element as it came.
    """

    where: str
    octets: bytes


class Unusual(local):
    """What of the PDU at hand was off the straight line; each thread has its own.

    :ivar skipped: what was passed over.
    :ivar decoded: what was decoded again, by its decoder and octets; None while that goes on.
    """

    def __init__(self) -> None:
        self.skipped: list[Skipped] = []
        self.decoded: dict[tuple[Callable[..., Any], bytes], Any] = {}

    def clear(self) -> None:
        """Forget it, once the PDU is decoded."""
        self.skipped.clear()
        self.decoded.clear()


unusual = Unusual()


class Known(Generic[T]):
    """What a type knows, for decoding it again where something else stands in it.

    :param decode: its decoder.
    :param path: its name in errors.
    :param octets: the identifier octets it knows, in hexadecimal digits. Constructed octets of strings are marked
        (:data:`csta.asn1.ber.STRING_IN_PIECES`); of a CHOICE, only they are told.
    """

    def __init__(self, decode: Callable[..., T], path: str, octets: str) -> None:
        self._decode = decode
        self._path = path
        self._octets = frozenset(int(octet, 16) for octet in octets.split())

    def again(self, data: bytes, begin: int, end: int, member: str, pos: int, *more: str) -> T:
        """Decode a SEQUENCE again with the elements its type does not know taken out (a peer of a newer edition).

        What is inside is decoded again too, and what is inside that: without memory the work would double with each
        level.

        Raises DecodeError when there is none: then the element with content at ``pos`` is repeated or out of order,
        or ``member`` is missing before it.
        """
        key = (self._decode, data[begin:end])
        decoded: dict[tuple[Callable[..., T], bytes], T | None] = unusual.decoded
        found = decoded.setdefault(key, None)
        if found is None:
            kept = self._kept(data, begin, end, member, pos)
            rest = b"".join([element.octets for element in kept])
            try:
                found = decoded[key] = self._decode(rest + ber.PAD, 0, len(rest), *more)
            except DecodeError as error:
                error.offset = _origin(kept, end, error.offset)
                raise
        return found

    def _kept(self, data: bytes, begin: int, end: int, member: str, pos: int) -> list[_Kept]:
        """The elements of a SEQUENCE that its type knows, strings in one piece.

        Additions have context tags; an unknown universal tag is another message altogether (as in Phase II answers).
        """
        kept: list[_Kept] = []
        found = False
        at, culprit = begin, end
        while at < end:
            octet, content, stop = ber.header(data, at, end, self._path)
            if at < pos <= content:
                culprit = at
            if octet in self._octets:
                kept.append(_Kept(data[at:stop], at))
            elif not self._octets.isdisjoint((octet | ber.STRING_IN_PIECES, octet | ber.BITS_IN_PIECES)):
                found = True
                whole, primitive, _, _ = in_one_piece(data, octet, content, stop, self._octets, self._path)
                kept.append(_Kept(ber.tlv(primitive, whole), at))
            elif octet < 0x40:
                ber.unexpected(octet, self._path, content, stop)
            else:
                found = True
                if len(unusual.skipped) < MAX_SKIPPED:
                    unusual.skipped.append(Skipped(self._path, data[at:stop]))
            at = stop
        if not found:
            if culprit == end:
                reason = "element missing"
            elif any(element.octets[0] == data[culprit] for element in kept if element.origin < culprit):
                reason = "element repeated"
            else:
                reason = "element missing or out of order"
            raise DecodeError(reason, f"{self._path}.{member}" if member else self._path, culprit)
        return kept

    def other_alternative(self, data: bytes, octet: int, pos: int, stop: int) -> T:
        """Decode a CHOICE again where a string in constructed form is chosen; raises DecodeError where none is."""
        whole, primitive, start, end = in_one_piece(data, octet, pos, stop, self._octets, self._path)
        if primitive == octet:
            ber.unexpected(octet, self._path, pos, stop)
        return self._decode(whole + ber.PAD, primitive, start, end)


class _Kept(NamedTuple):
    """An element that a type knows, with strings in one piece, and where it stood."""

    octets: bytes
    origin: int


def _origin(kept: list[_Kept], end: int, offset: int | None) -> int:
    """Where an offset in the elements kept stands in the data they came from, which ends at ``end``."""
    at = 0
    for element in kept:
        if offset is not None and offset < at + len(element.octets):
            return element.origin + offset - at
        at += len(element.octets)
    return end


def in_one_piece(
    data: bytes, octet: int, pos: int, stop: int, known: frozenset[int], where: str
) -> tuple[bytes, int, int, int]:
    """Data, octet and content of an element whose octet ``known`` may have as that of a string in constructed form.

    Then they are what the primitive form has (X.690 §8.6.4, §8.7.3, §8.23.6), else what they were.
    """
    if octet | ber.STRING_IN_PIECES in known:
        whole = _joined(data, pos, stop, 0x04, where)
    elif octet | ber.BITS_IN_PIECES in known:
        whole = _joined(data, pos, stop, 0x03, where)
    else:
        return data, octet, pos, stop
    return whole, octet ^ ber.CONSTRUCTED, 0, len(whole)


def _joined(data: bytes, pos: int, stop: int, piece: int, where: str) -> bytes:
    """Contents of the pieces, all with the octet ``piece``, behind each other; a bit string's unused bits in front."""
    bits = piece == 0x03
    whole = bytearray(bits)
    while pos < stop:
        octet, content, end = ber.header(data, pos, stop, where)
        if octet != piece:
            ber.unexpected(octet, where, content, end)
        if bits:
            if whole[0] or content == end:
                raise DecodeError("only the last piece of a bit string may be less than whole octets", where, pos)
            whole[0] = data[content]
            content += 1
        whole += data[content:end]
        pos = end
    return bytes(whole)


def definite(data: bytes) -> bytes:
    """The same PDU with definite lengths only (X.690 §8.1.3.6) and without strings in pieces that have universal tags.

    Raises DecodeError for what is not BER.
    """
    out, pos = _definite_element(data, 0, len(data), 0)
    if pos != len(data):
        raise DecodeError("octets behind the PDU", "PDU", pos)
    return out


def _definite_element(data: bytes, pos: int, end: int, depth: int) -> tuple[bytes, int]:
    if depth > ber.MAX_DEPTH:
        raise DecodeError(f"nested deeper than {ber.MAX_DEPTH}", "PDU", pos)
    if pos + 2 > end:
        raise DecodeError("element cut off", "PDU", pos)
    first = data[pos]
    after = ber.tag_end(data, pos, end, "PDU") if first & ber.LONG_TAG == ber.LONG_TAG else pos + 1
    if data[after] != 0x80:
        _, content, stop = ber.header(data, pos, end, "PDU")
        if not first & ber.CONSTRUCTED:
            return data[pos:stop], stop
        whole, _ = _definite_content(data, content, stop, depth + 1)
    elif first & ber.CONSTRUCTED:
        whole, stop = _definite_content(data, after + 1, end, depth + 1, until_eoc=True)
    else:
        raise DecodeError("indefinite length on a primitive element", "PDU", pos)
    if first in ber.UNIVERSAL_PIECES:
        try:
            whole = _joined(whole, 0, len(whole), 0x03 if first == 0x23 else 0x04, "PDU")
        except DecodeError as error:
            error.offset = pos
            raise
        return ber.tlv(first ^ ber.CONSTRUCTED, whole), stop
    return data[pos:after] + ber.encode_length(len(whole)) + whole, stop


def _definite_content(data: bytes, pos: int, end: int, depth: int, until_eoc: bool = False) -> tuple[bytes, int]:
    whole = bytearray()
    while pos < end:
        if until_eoc and data[pos : pos + 2] == b"\0\0":
            return bytes(whole), pos + 2
        element, pos = _definite_element(data, pos, end, depth)
        whole += element
    if until_eoc:
        raise DecodeError("indefinite length without its end", "PDU", pos)
    return bytes(whole), pos


def origin(came: bytes, rewritten: bytes, offset: int) -> int:
    """Where an offset in a PDU that :func:`definite` has rewritten stands in the PDU as it came."""
    at = pos = 0
    end = len(rewritten)
    while at < end:
        _, content, stop = ber.header(rewritten, at, end, "PDU")
        if offset < content:
            return pos
        if offset >= stop:
            at, (_, pos) = stop, _definite_element(came, pos, len(came), 0)
            continue
        constructed = came[pos] & ber.CONSTRUCTED
        inside = _content_of(came, pos)
        if not constructed:
            return inside + offset - content
        if not rewritten[at] & ber.CONSTRUCTED:  # a string that came in pieces
            return inside
        at, pos, end = content, inside, stop
    return pos


def _content_of(data: bytes, pos: int) -> int:
    """Position of the contents of an element with definite or indefinite length."""
    long_tag = data[pos] & ber.LONG_TAG == ber.LONG_TAG
    length = ber.tag_end(data, pos, len(data), "PDU") if long_tag else pos + 1
    return length + 1 + (data[length] & 0x7F if data[length] > 0x80 else 0)
