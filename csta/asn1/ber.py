"""BER (X.690) primitives that the generated codec calls where its own straight line ends.

Decoding works on one ``bytes`` object with positions; a TLV's content is ``data[pos:stop]``. Definite lengths only: a
PDU with indefinite lengths is first rewritten (:mod:`csta.asn1.tolerance`), so the fast path never asks. Strings in
constructed form come to light as tags that are not expected; only then are their pieces joined.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from threading import local
from typing import Any, NamedTuple, NoReturn, TypeVar

from csta.errors import DecodeError, LocalProtocolError
from csta.messages.base import MAX_BITS, Enumeration, NamedBits, Octets

T = TypeVar("T")
B = TypeVar("B", bound=NamedBits)
N = TypeVar("N", bound=Enumeration)

Codecs = dict[str, tuple[int | None, Callable[..., Any], Callable[..., bytes]]]
"""Message name → octet of its SEQUENCE (None: a CHOICE), decoder, encoder."""

END = 0
"""Stands for "no further element": the end-of-contents octet, which no definite-length element starts with."""

LONG_TAG = 0x1F
"""The bits of an identifier octet that say that the tag number follows."""

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


class Skipped(NamedTuple):
    """An element the schema does not know, passed over on decoding."""

    where: str
    raw: bytes


class _Report(local):
    def __init__(self) -> None:
        self.skipped: list[Skipped] = []
        self.decoded: dict[tuple[Callable[..., Any], bytes], Any] = {}

    def clear(self) -> None:
        """Forget the last PDU."""
        self.skipped.clear()
        self.decoded.clear()


report = _Report()
"""What the last decode on this thread passed over, and what it had to decode again."""


# --- lengths and tags ------------------------------------------------------------------------------------------------


def long_length(data: bytes, pos: int, first: int) -> tuple[int, int]:
    """Length and content position of a TLV whose first length octet is above 127; ``pos`` is just behind it."""
    count = first & 0x7F
    if count == 0:
        raise Indefinite(pos - 1)
    if count > 4:
        raise DecodeError(f"length of {count} octets", "", pos - 1)
    if pos + count > len(data):
        raise DecodeError("length cut off", "", pos - 1)
    return int.from_bytes(data[pos : pos + count], "big"), pos + count


class Indefinite(Exception):
    """Raised at what :func:`csta.asn1.tolerance.definite` has to rewrite: an indefinite length, a string in pieces."""


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
        stop, content = long_length(data, content, stop)
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
    if pos >= end:
        return END, end, end
    first = data[pos]
    stop = data[pos + 1] + pos + 2
    if data[pos + 1] < 128 and stop <= end and first & LONG_TAG != LONG_TAG:
        return first, pos + 2, stop
    return header(data, pos, end, where)


def inner(data: bytes, pos: int, end: int, where: str) -> tuple[int, int, int]:
    """:func:`header` of the one element that an explicit tag wraps; it must fill the wrapper."""
    first = data[pos]
    stop = data[pos + 1] + pos + 2
    if stop == end and data[pos + 1] < 128 and first & LONG_TAG != LONG_TAG:
        return first, pos + 2, stop
    first, content, stop = header(data, pos, end, where)
    if stop != end:
        raise DecodeError("something follows inside an explicit tag", where, stop)
    return first, content, stop


def unexpected(octet: int, where: str, pos: int) -> NoReturn:
    """Raise for an element that may not stand here."""
    if octet in UNIVERSAL_PIECES:
        raise Indefinite(pos)
    raise DecodeError(f"unexpected tag 0x{octet:02x}", where, pos)


def encode_length(length: int) -> bytes:
    """Definite minimal length octets."""
    if length < 128:
        return bytes((length,))
    octets = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes((0x80 | len(octets),)) + octets


_SHORT = tuple(tuple(bytes((octet, length)) for length in range(128)) for octet in range(256))


def tlv(octet: int, content: bytes) -> bytes:
    """One element."""
    length = len(content)
    if length < 128:
        return _SHORT[octet][length] + content
    return bytes((octet,)) + encode_length(length) + content


# --- values ----------------------------------------------------------------------------------------------------------


def integer(data: bytes, pos: int, stop: int, where: str) -> int:
    """Content of an INTEGER."""
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


def identifier(data: bytes, pos: int, stop: int) -> str:
    """Content of an OCTET STRING that names something: hexadecimal digits."""
    return data[pos:stop].hex()


def encode_identifier(value: str) -> bytes:
    """The octets a name stands for: of its hexadecimal digits, else (a name that came by XML) of its characters."""
    try:
        octets = bytes.fromhex(value)
    except ValueError:
        return value.encode()
    return octets if len(octets) * 2 == len(value) else value.encode()


def enumerated(data: bytes, pos: int, stop: int, table: Mapping[int, N], kind: type[N], where: str) -> N:
    """Content of an ENUMERATED; a number without a name is kept."""
    number = data[pos] if stop - pos == 1 and data[pos] < 128 else integer(data, pos, stop, where)
    return table.get(number) or kind(str(number))


def encode_enumerated(value: N, table: Mapping[N, int]) -> bytes:
    """Content of an ENUMERATED."""
    number = table.get(value)
    if number is None:
        if not re.fullmatch(r"-?\d{1,19}", value):
            raise LocalProtocolError(f"{type(value).__name__} {value.value!r} has no number in ECMA-285")
        number = int(value)
    return encode_integer(number)


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


def octet_string(data: bytes, pos: int, stop: int) -> Octets:
    """Content of an OCTET STRING."""
    return Octets(data[pos:stop])


def none_chosen(where: str) -> NoReturn:
    """Raise for a CHOICE with no alternative set."""
    raise LocalProtocolError("no alternative is chosen", where)
