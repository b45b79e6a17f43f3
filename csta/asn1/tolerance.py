"""What the straight line of the generated codec does not read: unknown elements, indefinite lengths, strings in pieces.

All of it is legal BER (X.690) that switches hardly send: the price of it is paid when it comes, by decoding again.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from csta.asn1 import ber
from csta.errors import DecodeError

T = TypeVar("T")


def without_unknown(
    decode: Callable[..., T],
    data: bytes,
    start: int,
    end: int,
    known: frozenset[int],
    more: tuple[str, ...],
    where: str,
    pos: int,
) -> T:
    """Decode a SEQUENCE again with the elements its type does not know taken out (a peer of a newer edition).

    What is inside is decoded again too, and what is inside that: without memory the work would double with each level.

    Raises DecodeError when there is none: then the element at ``pos`` is missing, repeated, or out of order.
    """
    key = (decode, data[start:end])
    decoded: dict[tuple[Callable[..., T], bytes], T | None] = ber.report.decoded
    found = decoded.setdefault(key, None)
    if found is None:
        rest = _known(data, start, end, known, where, pos)
        found = decoded[key] = decode(rest, 0, len(rest), *more)
    return found


def _known(data: bytes, start: int, end: int, known: frozenset[int], where: str, pos: int) -> bytes:
    """The elements of a SEQUENCE that its type knows, strings in one piece.

    Additions have context tags; an unknown universal tag is another message altogether (as in Phase II answers).
    """
    kept: list[bytes] = []
    found = False
    at = start
    while at < end:
        octet, content, stop = ber.header(data, at, end, where)
        if octet in known:
            kept.append(data[at:stop])
        elif not known.isdisjoint((octet | ber.STRING_IN_PIECES, octet | ber.BITS_IN_PIECES)):
            found = True
            whole, primitive, _, _ = in_one_piece(data, octet, content, stop, known, where)
            kept.append(ber.tlv(primitive, whole))
        elif octet < 0x40:
            ber.unexpected(octet, where, at)
        else:
            found = True
            if len(ber.report.skipped) < ber.MAX_SKIPPED:
                ber.report.skipped.append(ber.Skipped(where, data[at:stop]))
        at = stop
    if not found:
        raise DecodeError("element missing, repeated or out of order" if pos < end else "element missing", where, pos)
    return b"".join(kept)


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
            ber.unexpected(octet, where, pos)
        if bits:
            if whole[0] or content == end:
                raise DecodeError("only the last piece of a bit string may be less than whole octets", where, pos)
            whole[0] = data[content]
            content += 1
        whole += data[content:end]
        pos = end
    return bytes(whole)


def other_alternative(
    decode: Callable[[bytes, int, int, int], T],
    data: bytes,
    octet: int,
    pos: int,
    stop: int,
    known: frozenset[int],
    where: str,
) -> T:
    """Decode a CHOICE again where a string in constructed form is chosen; raises DecodeError where none is."""
    whole, primitive, start, end = in_one_piece(data, octet, pos, stop, known, where)
    return ber.unexpected(octet, where, pos) if primitive == octet else decode(whole, primitive, start, end)


def definite(data: bytes) -> bytes:
    """The same PDU with definite lengths only (X.690 §8.1.3.6) and without strings in pieces that have universal tags.

    Raises DecodeError for what is not BER.
    """
    out, pos = _definite_element(data, 0, len(data), 0)
    if pos != len(data):
        raise DecodeError("octets behind the PDU", "", pos)
    return out


def _definite_element(data: bytes, pos: int, end: int, depth: int) -> tuple[bytes, int]:
    if depth > ber.MAX_DEPTH:
        raise DecodeError(f"nested deeper than {ber.MAX_DEPTH}", "", pos)
    if pos + 2 > end:
        raise DecodeError("element cut off", "", pos)
    first = data[pos]
    after = ber.tag_end(data, pos, end, "") if first & ber.LONG_TAG == ber.LONG_TAG else pos + 1
    if data[after] != 0x80:
        _, content, stop = ber.header(data, pos, end, "")
        if not first & ber.CONSTRUCTED:
            return data[pos:stop], stop
        whole, _ = _definite_content(data, content, stop, depth + 1)
    elif first & ber.CONSTRUCTED:
        whole, stop = _definite_content(data, after + 1, end, depth + 1, until_eoc=True)
    else:
        raise DecodeError("indefinite length on a primitive element", "", pos)
    if first in ber.UNIVERSAL_PIECES:
        piece = 0x03 if first == 0x23 else 0x04
        return ber.tlv(first ^ ber.CONSTRUCTED, _joined(whole, 0, len(whole), piece, "")), stop
    return data[pos:after] + ber.encode_length(len(whole)) + whole, stop


def _definite_content(data: bytes, pos: int, end: int, depth: int, until_eoc: bool = False) -> tuple[bytes, int]:
    whole = bytearray()
    while pos < end:
        if until_eoc and data[pos : pos + 2] == b"\0\0":
            return bytes(whole), pos + 2
        element, pos = _definite_element(data, pos, end, depth)
        whole += element
    if until_eoc:
        raise DecodeError("indefinite length without its end", "", pos)
    return bytes(whole), pos
