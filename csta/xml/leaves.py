"""Text inside an element ↔ a value; what is odd about the text is noted."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import Any

from csta.errors import DecodeError, LocalProtocolError
from csta.messages.base import Enumeration, Octets
from csta.xml.document import here

Leaf = Callable[[str], Any]
"""What makes a value of the text of an element; None counts as left out."""

text = str.strip
"""Text of an element without the white space around it."""


def bad(value: str, expected: str) -> DecodeError:
    """The error for content of the wrong kind."""
    return DecodeError(f"{value.strip()[:40]!r} is not {expected}")


def integer(value: str) -> int | None:
    """An xs:integer; an empty element (seen from phones) counts as left out."""
    digits = value.strip()
    if not digits:
        here.reading.note("empty element")
        return None
    if len(digits) > 19 or not digits.lstrip("+-").isdecimal():
        raise bad(value, "an integer")
    return int(digits)


def empty(value: str) -> bool:
    """An element that counts by being there."""
    return True


def octets(value: str) -> Octets:
    """An xs:hexBinary, also with white space inside (OpenScape Voice)."""
    digits = "".join(value.split())
    if len(digits) != len(value.strip()):
        here.reading.note("white space between hexadecimal digits")
    try:
        return Octets(bytes.fromhex(digits))
    except ValueError:
        raise bad(value, "hexadecimal digits") from None


def words(value: str) -> Octets:
    """Characters that ECMA-285 has as octets: an agent's id, a label."""
    return Octets(value.strip().encode())


def spelt(value: Octets) -> str:
    """The characters of such octets, for XML; raises LocalProtocolError for octets that are none."""
    try:
        return escape(value.decode())
    except UnicodeDecodeError:
        raise LocalProtocolError(f"the octets {value.hex()} are no characters, which is all XML takes here") from None


class _Booleans(dict[str, bool]):
    def __missing__(self, value: str) -> bool:
        said = self.get(value.strip())
        if said is None:
            raise bad(value, "true or false")
        return said


boolean = _Booleans({"true": True, "1": True, "false": False, "0": False}).__getitem__
"""An xs:boolean."""


class _Values(dict[str, Enumeration]):
    def __init__(self, kind: type[Enumeration]) -> None:
        super().__init__({each.value: each for each in kind})
        self.kind = kind

    def __missing__(self, value: str) -> Enumeration | None:
        said = value.strip()
        if not said:
            here.reading.note("empty element")
            return None
        if said not in self:
            here.reading.note(f"unknown value {said[:40]!r}")
            return self.kind(said)
        return self[said]


@cache
def enumeration(kind: type[Enumeration]) -> Leaf:
    """What reads a value of an enumeration; one that is not known is kept."""
    return _Values(kind).__getitem__


_CHARACTERS = re.compile("[\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]*")
_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\r": "&#13;"})


def escape(value: str) -> str:
    """Text for XML; raises LocalProtocolError for a character XML cannot carry (XML 1.0 §2.2)."""
    if value.isprintable():
        return value.translate(_ESCAPES)
    if not _CHARACTERS.fullmatch(value):
        raise LocalProtocolError(f"{value!r} has a character that XML cannot carry")
    return value.translate(_ESCAPES)
