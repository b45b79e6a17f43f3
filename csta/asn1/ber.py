"""BER (X.690) primitives that the generated codec calls where its own straight line ends.

Decoding works on one ``bytes`` object with positions; a TLV's content is ``data[pos:stop]``. Behind the PDU stand the
octets of :data:`PAD`, so that the straight line may read identifier and length before it asks whether there are any.
Definite lengths only: a PDU with indefinite lengths is first rewritten (:mod:`csta.asn1.tolerance`), so the fast path
never asks. Strings in constructed form come to light as tags that are not expected; only then are their pieces joined.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from typing import Any, NoReturn, TypeVar

from csta.errors import DecodeError, LocalProtocolError
from csta.messages.base import MAX_BITS, Enumeration, NamedBits

B = TypeVar("B", bound=NamedBits)
N = TypeVar("N", bound=Enumeration)

Codecs = dict[str, tuple[int | None, Callable[..., Any], Callable[..., bytes]]]
"""Message name → octet of its SEQUENCE (None: a CHOICE), decoder, encoder."""

PAD = b"\0\0"
"""Stands behind every PDU while it is decoded."""

END = 0
"""Stands for "no further element": the end-of-contents octet, which no definite-length element starts with."""

LONG_TAG = 0x1F
"""The bits of an identifier octet that say that the tag number follows."""

MAX_LENGTH_OCTETS = 4
"""Octets of a length that follow the first."""

MAX_TAG_OCTETS = 4
"""Octets of a tag number that follows."""

CONSTRUCTED = 0x20
"""The bit of an identifier octet that says that elements are inside."""

STRING_IN_PIECES, BITS_IN_PIECES = 0x100, 0x200
"""Added to the constructed octet of a string, they stand for it among the octets a type knows."""

UNIVERSAL_PIECES = frozenset((0x23, 0x24, 0x36, 0x38))
"""Octets of BIT STRING, OCTET STRING, IA5String and GeneralizedTime in constructed form."""

MAX_DEPTH = 32
"""Nesting a PDU may have; the deepest message of the standard stays below 20."""

MAX_SKIPPED = 64
"""Unknown elements remembered per PDU."""

MAX_INTEGER_OCTETS = 8
"""Octets of an INTEGER; the standard's largest values need four."""


# --- lengths and tags ------------------------------------------------------------------------------------------------


def long_length(data: bytes, pos: int, end: int, where: str) -> tuple[int, int]:
    """Length and content position of a TLV whose first length octet, at ``pos``, is above 127."""
    count = data[pos] & 0x7F
    if count == 0:
        raise Indefinite(pos)
    if count > MAX_LENGTH_OCTETS:
        raise DecodeError(f"length of {count} octets", where, pos)
    content = pos + 1 + count
    if content > end:
        raise DecodeError("length cut off", where, pos)
    return int.from_bytes(data[pos + 1 : content], "big"), content


class Indefinite(Exception):
    """Raised at what :func:`csta.asn1.tolerance.definite` has to rewrite: an indefinite length, a string in pieces.

    Its argument is the offset.
    """


def header(data: bytes, pos: int, end: int, where: str) -> tuple[int, int, int]:
    """Identifier octet, content start and content end of the element at ``pos``; it must lie before ``end``."""
    if pos + 2 > end:
        raise DecodeError("element cut off", where, pos)
    first, stop = data[pos], data[pos + 1]
    content = pos + 2
    if first & LONG_TAG == LONG_TAG:
        content = tag_end(data, pos, end, where) + 1
        stop = data[content - 1]
    if stop > 127:
        stop, content = long_length(data, content - 1, end, where)
    if content + stop > end:
        raise DecodeError("element longer than its surroundings", where, pos)
    return first, content, content + stop


def tag_end(data: bytes, pos: int, end: int, where: str) -> int:
    """Position behind an identifier of several octets (X.690 §8.1.2.4), which nothing of CSTA has but additions may."""
    number = 0
    for at in range(pos + 1, min(end - 1, pos + 1 + MAX_TAG_OCTETS)):
        number = number << 7 | data[at] & 0x7F
        if data[at] & 0x80:
            continue
        if number < LONG_TAG:
            raise DecodeError(f"tag number {number} in the form for numbers above 30", where, pos)
        return at + 1
    raise DecodeError(f"tag cut off, or of more than {MAX_TAG_OCTETS} octets", where, pos)


def following(data: bytes, pos: int, end: int, where: str) -> tuple[int, int, int]:
    """:func:`header` of the next element of a SEQUENCE, or END where there is none."""
    return header(data, pos, end, where) if pos < end else (END, end, end)


def inner(data: bytes, pos: int, end: int, where: str) -> tuple[int, int, int]:
    """:func:`header` of the one element that an explicit tag wraps; it must fill the wrapper."""
    first, content, stop = header(data, pos, end, where)
    if stop != end:
        raise DecodeError("something follows where only one element may stand", where, stop)
    return first, content, stop


def begin(pos: int, stop: int) -> int:
    """Where an element of this content begins, its length taken to be in the shortest form."""
    length = stop - pos
    return pos - 2 if length < 128 else pos - 2 - (length.bit_length() + 7) // 8


def unexpected(octet: int, where: str, pos: int, stop: int) -> NoReturn:
    """Raise for an element that may not stand here, or for none (END); its content is given."""
    if octet in UNIVERSAL_PIECES:
        raise Indefinite(pos)
    if octet == END:
        raise DecodeError("element missing", where, pos)
    raise DecodeError(f"unexpected tag 0x{octet:02x}", where, begin(pos, stop))


def encode_length(length: int) -> bytes:
    """Definite minimal length octets."""
    if length < 128:
        return bytes((length,))
    octets = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes((0x80 | len(octets),)) + octets


class Headers(dict[int, bytes]):
    """The octets in front of a content, by its length: an identifier octet and the length."""

    def __init__(self, octet: int) -> None:
        super().__init__({length: bytes((octet, length)) for length in range(128)})
        self._identifier = bytes((octet,))

    def __missing__(self, length: int) -> bytes:
        return self._identifier + encode_length(length)


headers = cache(Headers)
"""The :class:`Headers` of an identifier octet."""


def tlv(octet: int, content: bytes) -> bytes:
    """One element."""
    return headers(octet)[len(content)] + content


# --- values ----------------------------------------------------------------------------------------------------------


def integer(data: bytes, pos: int, stop: int, where: str) -> int:
    """Content of an INTEGER."""
    if stop - pos == 1:
        octet = data[pos]
        return octet if octet < 128 else octet - 256
    if not 0 < stop - pos <= MAX_INTEGER_OCTETS:
        raise DecodeError(f"integer of {stop - pos} octets", where, pos)
    return int.from_bytes(data[pos:stop], "big", signed=True)


def encode_integer(value: int) -> bytes:
    """Content of an INTEGER, as short as it may be."""
    if not -(2**63) <= value < 2**63:
        raise LocalProtocolError(f"{value} does not fit into {MAX_INTEGER_OCTETS} octets")
    return value.to_bytes((value + (value < 0)).bit_length() // 8 + 1, "big", signed=True)


def boolean(data: bytes, pos: int, stop: int, where: str) -> bool:
    """Content of a BOOLEAN: any octet but zero is true (X.690 §8.2.2)."""
    if stop - pos != 1:
        raise DecodeError(f"boolean of {stop - pos} octets", where, pos)
    return data[pos] != 0


def encode_boolean(value: bool) -> bytes:
    """Content of a BOOLEAN."""
    return b"\xff" if value else b"\0"


def null(pos: int, stop: int, where: str) -> bool:
    """Content of a NULL; gives True, for "chosen"."""
    if pos != stop:
        raise DecodeError("NULL with contents", where, pos)
    return True


def text(data: bytes, pos: int, stop: int) -> str:
    """Content of an IA5String. Switches put other characters there too: UTF-8 where it is, else Latin-1."""
    try:
        return data[pos:stop].decode()
    except UnicodeDecodeError:
        return data[pos:stop].decode("latin-1")


def encode_text(value: str) -> bytes:
    """Content of an IA5String."""
    return value.encode()


_GENERALIZED = re.compile(r"(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\.\d+)?(Z|[+-]\d{4})?\Z")
_ISO = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(\.\d+)?(Z|[+-]\d\d:\d\d)?\Z")


def time(data: bytes, pos: int, stop: int) -> str:
    """Content of a GeneralizedTime in the form of ISO 8601 (as XML has it); kept as it is where it has no seconds."""
    value = text(data, pos, stop)
    match = _GENERALIZED.match(value)
    if match is None:
        return value
    year, month, day, hour, minute, second, fraction, zone = match.groups(default="")
    zone = zone if len(zone) < 5 else f"{zone[:3]}:{zone[3:]}"
    return f"{year}-{month}-{day}T{hour}:{minute}:{second}{fraction}{zone}"


def encode_time(value: str) -> bytes:
    """Content of a GeneralizedTime, from either form."""
    return (re.sub("[-:T]", "", value[:19]) + value[19:].replace(":", "") if _ISO.match(value) else value).encode()


def encode_identifier(value: str) -> bytes:
    """Content of an OCTET STRING that names something; decoding gives its hexadecimal digits.

    They stand for their octets; anything else is a name that came by XML and stands for its characters.
    """
    try:
        octets = bytes.fromhex(value)
    except ValueError:
        return value.encode()
    return octets if len(octets) * 2 == len(value) else value.encode()


def other_value(data: bytes, pos: int, stop: int, values: Mapping[bytes, N], kind: type[N], where: str) -> N:
    """Content of an ENUMERATED that is none of ``values``: one of them in more octets, or a number without a name."""
    number = integer(data, pos, stop, where)
    return values.get(encode_integer(number)) or kind(str(number))


def encode_other_value(value: Enumeration) -> bytes:
    """Content of an ENUMERATED whose value is a number without a name."""
    if not re.fullmatch(r"-?\d{1,19}", value):
        raise LocalProtocolError(f"{type(value).__name__} {value.value!r} has no number in ECMA-285")
    return encode_integer(int(value))


@lru_cache(maxsize=1024)
def _bits(kind: type[B], octets: bytes) -> B:
    width = (len(octets) - 1) * 8 - octets[0]
    named = {number: name for name, number in kind.numbers.items()}
    value = int.from_bytes(octets[1:], "big") >> octets[0]
    on = (number for number in range(width) if value >> (width - 1 - number) & 1)
    return kind((named.get(number, f"bit{number}") for number in on), width)


def bits(data: bytes, pos: int, stop: int, kind: type[B], where: str) -> B:
    """Content of a BIT STRING with named bits."""
    octets = data[pos:stop]
    if not octets or octets[0] > 7 or (len(octets) == 1 and octets[0]) or (len(octets) - 1) * 8 > MAX_BITS:
        raise DecodeError("not a bit string", where, pos)
    found: B = _bits(kind, octets)
    return found


def encode_bits(value: NamedBits) -> bytes:
    """Content of a BIT STRING: as wide as the peer sent it, else without trailing zero bits (X.690 §11.2.2)."""
    numbers = [value.number(name) for name in value]
    width = max(value.width, max(numbers, default=-1) + 1)
    unused = -width % 8
    number = sum(1 << (width - 1 - bit) for bit in numbers) << unused
    return bytes((unused,)) + number.to_bytes((width + unused) // 8, "big")


def none_chosen(where: str) -> NoReturn:
    """Raise for a CHOICE with no alternative set."""
    raise LocalProtocolError("no alternative is chosen", where)
