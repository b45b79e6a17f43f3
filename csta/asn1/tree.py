"""Any BER as a tree, damaged or not, with the names our schema has for its elements.

Where the decoder refuses a message, this shows how far it can be followed. Nothing here raises for what the octets say.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass, replace

from csta.asn1.generated.elements import TYPES, VALUES
from csta.messages import _index

MAX_DEPTH = 64
"""Nesting that is followed; what lies deeper is shown as octets."""

_LONGEST_TAG = 5
_LONGEST_LENGTH = 8
_ANY = -1
_EVENT_REPORT = 21
_END_OF_CONTENTS = b"\0\0"

Rows = tuple[tuple[str, int, str], ...]

_ROOT: Rows = (
    ("Invoke", 0xA1, "Invoke"),
    ("Result", 0xA2, "Result"),
    ("Error", 0xA3, "Error"),
    ("Reject", 0xA4, "Reject"),
    ("Associate", 0x60, "Associate"),
    ("AssociateResponse", 0x61, "Associate"),
    ("Release", 0x62, ""),
    ("ReleaseResponse", 0x63, ""),
    ("Abort", 0x64, ""),
)
_INVOKE_ID = ("invokeId", 0x02, "INTEGER")
_OPERATION = ("operation", 0x02, "INTEGER")
_ARGUMENT = ("argument", _ANY, "argument")
_PDUS: dict[str, tuple[str, Rows]] = {
    "PDU": ("CHOICE", _ROOT),
    "Invoke": ("SEQUENCE", (_INVOKE_ID, ("linkedId", 0x80, "INTEGER"), _OPERATION, _ARGUMENT)),
    "Result": ("SEQUENCE", (_INVOKE_ID, ("result", 0x30, "ResultValue"))),
    "ResultValue": ("SEQUENCE", (_OPERATION, _ARGUMENT)),
    "Error": ("SEQUENCE", (_INVOKE_ID, ("error", 0x02, "INTEGER"), ("parameter", _ANY, "argument"))),
    "Reject": (
        "SEQUENCE",
        (
            _INVOKE_ID,
            ("invokeId", 0x05, "NULL"),
            ("general", 0x80, "INTEGER"),
            ("invoke", 0x81, "INTEGER"),
            ("returnResult", 0x82, "INTEGER"),
            ("returnError", 0x83, "INTEGER"),
        ),
    ),
    "Associate": (
        "SEQUENCE",
        (
            ("protocolVersion", 0x80, "BIT STRING"),
            ("applicationContextName", 0xA1, ""),
            ("result", 0xA2, ""),
            ("resultSourceDiagnostic", 0xA3, ""),
            ("userInformation", 0xBE, ""),
        ),
    ),
}
"""ROSE (X.880) and ACSE (X.227), in the form of the generated tables."""


@dataclass(frozen=True)
class Element:
    """One element, in the order of its first octet.

    :param depth: 0 for an outermost element.
    :param offset: of its identifier octet.
    :param tag: identifier octets.
    :param start: first octet of the contents.
    :param stop: octet behind the contents, as far as there are any.
    :param length: what its length octets say; None for an indefinite length.
    :param problem: why it cannot be followed to its end; empty when it can.
    :param name: what the schema calls it; empty where it is not known.
    :param kind: name of its type: built in, in the schema, or empty.
    """

    depth: int
    offset: int
    tag: bytes
    start: int
    stop: int
    length: int | None
    problem: str = ""
    name: str = ""
    kind: str = ""

    @property
    def constructed(self) -> bool:
        """Whether elements are inside."""
        return bool(self.tag) and bool(self.tag[0] & 0x20)


def elements(data: bytes) -> Iterator[Element]:
    """The elements of the octets, outer before inner, with their names."""
    namer = _Namer(data)
    for element in _inside(data, 0, len(data), 0):
        yield namer.name(element)


def value_name(kind: str, number: int) -> str:
    """What the schema calls a number of an enumeration or a bit of a bit string; empty when it has no name for it."""
    return VALUES.get(kind, {}).get(number, "")


# --- octets ----------------------------------------------------------------------------------------------------------


def _inside(data: bytes, pos: int, end: int, depth: int, open_ended: bool = False) -> Generator[Element, None, int]:
    """Elements one after the other, up to ``end`` or to their end-of-contents octets; gives the octet behind them."""
    while pos < end:
        if open_ended and data.startswith(_END_OF_CONTENTS, pos):
            return pos + len(_END_OF_CONTENTS)
        element = _element(data, pos, end, depth)
        yield element
        pos = element.stop
        if element.constructed and element.start < element.stop and depth < MAX_DEPTH:
            inner = yield from _inside(data, element.start, element.stop, depth + 1, element.length is None)
            pos = inner if element.length is None else pos
    if open_ended:
        yield Element(depth, pos, b"", pos, pos, 0, "indefinite length without its end")
    return pos


def _element(data: bytes, pos: int, end: int, depth: int) -> Element:
    start = _behind_tag(data, pos, end)
    tag = data[pos:start]
    if start >= end:
        return Element(depth, pos, tag, end, end, 0, "cut off before its length")
    length = data[start]
    start += 1
    if length > 0x80:
        count = length & 0x7F
        if start + count > end or count > _LONGEST_LENGTH:
            return Element(depth, pos, tag, end, end, 0, f"length of {count} octets cut off or too long")
        length = int.from_bytes(data[start : start + count], "big")
        start += count
    elif length == 0x80:
        return Element(depth, pos, tag, start, end, None, _objection(tag, depth, None))
    stop = start + length
    problem = f"octets missing: {stop - end}" if stop > end else _objection(tag, depth, length)
    return Element(depth, pos, tag, start, min(stop, end), length, problem)


def _objection(tag: bytes, depth: int, length: int | None) -> str:
    if tag[0] & 0x20:
        return f"nested deeper than {MAX_DEPTH}" if depth == MAX_DEPTH and length != 0 else ""
    return "indefinite length on a primitive element" if length is None else ""


def _behind_tag(data: bytes, pos: int, end: int) -> int:
    if data[pos] & 0x1F != 0x1F:
        return pos + 1
    stop = pos + 1
    while stop < min(end, pos + _LONGEST_TAG) and data[stop] & 0x80:
        stop += 1
    return min(stop + 1, end)


# --- names -----------------------------------------------------------------------------------------------------------


class _Namer:
    """Follows the tables down the tree."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._open: list[_Context] = [_Context("PDU")]
        self._operation = 0

    def name(self, element: Element) -> Element:
        """The element with its name; called with every element in order."""
        del self._open[element.depth + 1 :]
        name, kind = self._open[-1].row(element.tag)
        if kind == "argument":
            name, kind = self._argument(element.tag)
        elif name == "operation":
            self._operation = int.from_bytes(self._data[element.start : element.stop], "big")
        self._open.append(_Context(kind))
        return replace(element, name=name, kind=kind)

    def _argument(self, tag: bytes) -> tuple[str, str]:
        pdu = self._open[1].kind
        _, request = _index.OPERATIONS.get(self._operation, ("", ""))
        kind = {"Invoke": request, "Result": f"{request}Response", "Error": "UniversalFailure"}[pdu]
        if pdu == "Invoke" and self._operation == _EVENT_REPORT:
            kind = "CSTAEventReport"
        if TYPES.get(kind, ("", ()))[0] != "CHOICE":
            return kind, kind
        alternative, inner = _Context(kind).row(tag)
        return f"{kind}.{alternative}".rstrip("."), inner


class _Context:
    """What may stand inside an element of a type, and how much of it has been seen."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self._shape, self._rows = _PDUS.get(kind) or TYPES.get(kind, ("CHOICE", ()))
        self._next = 0

    def row(self, tag: bytes) -> tuple[str, str]:
        """Name and type of the next element, which has this tag; components of a SEQUENCE come in their order."""
        for index in range(self._next, len(self._rows)):
            name, octet, kind = self._rows[index]
            if octet == _ANY or tag == bytes((octet,)):
                self._next = index + 1 if self._shape == "SEQUENCE" else 0
                return name, kind
        return "", ""
