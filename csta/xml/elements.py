"""What the generated XML readers and writers are made of: tolerant reading of lxml elements, plain text output."""

from __future__ import annotations

import re
from collections.abc import Callable
from threading import local
from typing import Any, NamedTuple, NoReturn, TypeVar

from lxml.etree import _Element
from msgspec.structs import fields

from csta.errors import DecodeError, LocalProtocolError
from csta.messages.base import Enumeration, NamedBits, Octets, Structure

T = TypeVar("T")
S = TypeVar("S", bound=Structure)
E = TypeVar("E", bound=Enumeration)
B = TypeVar("B", bound=NamedBits)

Reader = Callable[[_Element], Any]
Table = dict[str, tuple[str, Reader]]
"""Child element → (attribute, reader)."""
Out = list[str]
Writer = Callable[..., None]
Codecs = dict[str, tuple[Reader, Writer]]
"""Message name → reader, writer of its children."""

MAX_DEVIATIONS = 64
"""Deviations remembered per document."""


class Deviation(NamedTuple):
    """Something the standard does not have, read all the same."""

    what: str
    where: str
    line: int


class _Report(local):
    def __init__(self) -> None:
        self.deviations: list[Deviation] = []
        self.namespace = ""


report = _Report()
"""What the last decode on this thread passed over."""


_LOCAL_NAMES: dict[str, str] = {}
_MOST_LOCAL_NAMES = 4096
_LONGEST_REMEMBERED = 160  # characters of name and namespace; a peer cannot fill the memory with longer ones


def local_name(element: _Element) -> str:
    """Element name without its namespace: peers use any edition's, or none."""
    tag = str(element.tag)
    name = _LOCAL_NAMES.get(tag)
    if name is None:
        name = tag.rpartition("}")[2]
        if len(_LOCAL_NAMES) >= _MOST_LOCAL_NAMES:
            _LOCAL_NAMES.clear()
        if len(tag) <= _LONGEST_REMEMBERED:
            _LOCAL_NAMES[tag] = name
    return name


def namespace(element: _Element) -> str:
    """Namespace of an element, empty for none."""
    return str(element.tag).rpartition("}")[0][1:]


def deviate(what: str, element: _Element) -> None:
    """Note a deviation."""
    if len(report.deviations) < MAX_DEVIATIONS:
        report.deviations.append(Deviation(what, local_name(element), _line(element)))


def _line(element: _Element) -> int:
    return element.sourceline or 0


# --- reading ---------------------------------------------------------------------------------------------------------


def structure(element: _Element, kind: type[S], table: Table) -> S:
    """Read the children of a SEQUENCE or CHOICE; what the table does not know is passed over and noted."""
    values: dict[str, Any] = {}
    for child in list(element):  # a list keeps lxml from making and dropping its proxies one by one
        name = local_name(child)
        entry = table.get(name)
        if entry is None:
            deviate("unknown element", child)
        elif entry[0] in values:
            deviate("repeated element", child)
        else:
            try:
                value = entry[1](child)
            except DecodeError as error:
                raise DecodeError(error.reason, f"{name}.{error.where}" if error.where else name) from None
            if value is not None:
                values[entry[0]] = value
    try:
        return kind(**values)
    except TypeError:
        raise DecodeError(f"line {_line(element)}: {_missing(kind, table, values)} missing") from None


def _missing(kind: type[Structure], table: Table, values: dict[str, Any]) -> str:
    elements = {attribute: element for element, (attribute, _) in table.items()}
    missing = (field.name for field in fields(kind) if field.required and field.name not in values)
    return ", ".join(f"<{elements[name]}>" for name in missing)


def text(element: _Element) -> str:
    """Text of an element without the white space around it."""
    value = element.text
    return value.strip() if value else ""


def bad(element: _Element, expected: str) -> DecodeError:
    """The error for content of the wrong kind."""
    return DecodeError(f"line {_line(element)}: {text(element)[:40]!r} is not {expected}")


def integer(element: _Element) -> int | None:
    """An xs:integer; an empty element (seen from phones) counts as left out."""
    value = text(element)
    if not value:
        deviate("empty element", element)
        return None
    if len(value) > 19 or not value.lstrip("+-").isdecimal():
        raise bad(element, "an integer")
    return int(value)


_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}


def boolean(element: _Element) -> bool:
    """An xs:boolean."""
    value = _BOOLEANS.get(text(element))
    if value is None:
        raise bad(element, "true or false")
    return value


def empty(element: _Element) -> bool:
    """An element that counts by being there."""
    return True


def octets(element: _Element) -> Octets:
    """An xs:hexBinary, also with line breaks inside (OpenScape Voice)."""
    try:
        return Octets(bytes.fromhex("".join(text(element).split())))
    except ValueError:
        raise bad(element, "hexadecimal digits") from None


def wrapped_octets(element: _Element) -> Octets | None:
    """Correlator or user data: ``<string>`` with hexadecimal digits (ECMA-323 lets vendors put ``<private>`` there)."""
    for child in element:
        if local_name(child) == "string":
            return octets(child)
    deviate("no <string> inside", element)
    return None


def enumeration(kind: type[E]) -> Callable[[_Element], E | None]:
    """Reader of an enumeration."""

    def read(element: _Element) -> E | None:
        value = text(element)
        return kind(value) if value else None

    return read


def named_bits(kind: type[B]) -> Callable[[_Element], B]:
    """Reader of a set of flags: one boolean child per bit, those left out are false."""
    printed = {wire: name for name, wire in kind.xml_names.items()}

    def read(element: _Element) -> B:
        names = []
        for child in element:
            name = local_name(child)
            name = printed.get(name, name)
            if name not in kind.numbers:
                deviate("unknown flag", child)
            elif boolean(child):
                names.append(name)
        return kind(names)

    return read


def listed(element: _Element, item: str, read: Callable[[_Element], T | None]) -> tuple[T, ...]:
    """Entries of a list."""
    values: list[T] = []
    for child in element:
        if local_name(child) != item:
            deviate(f"<{item}> expected", child)
        elif (value := read(child)) is not None:
            values.append(value)
    return tuple(values)


def first_of(read: Callable[[_Element], T]) -> Callable[[_Element], T | None]:
    """Reader of a list of which ASN.1 and so the message has the first entry only."""

    def read_first(element: _Element) -> T | None:
        entries = list(element)
        if len(entries) > 1:
            deviate("entries after the first", element)
        return read(entries[0]) if entries else None

    return read_first


# --- writing ---------------------------------------------------------------------------------------------------------

_CHARACTERS = re.compile("[\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]*")
_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\r": "&#13;"})


def escape(value: str) -> str:
    """Text for XML; raises LocalProtocolError for a character XML cannot carry (XML 1.0 §2.2)."""
    if value.isprintable():
        return value.translate(_ESCAPES)
    if not _CHARACTERS.fullmatch(value):
        raise LocalProtocolError(f"{value!r} has a character that XML cannot carry")
    return value.translate(_ESCAPES)


def write_bits(tag: str, value: NamedBits, out: Out) -> None:
    """Write a set of flags; bits without a name have no form in XML."""
    out.append(f"<{tag}>")
    printed = (value.xml_names.get(name, name) for name in value if name in value.numbers)
    out.extend(f"<{name}>true</{name}>" for name in printed)
    out.append(f"</{tag}>")


def only(values: tuple[T, ...]) -> T:
    """The one entry of what is a list in ASN.1 and a single element in XML; raises LocalProtocolError for more."""
    if len(values) != 1:
        raise LocalProtocolError(f"XML has room for one privateData, not for {len(values)}")
    return values[0]


def none_chosen(where: str) -> NoReturn:
    """Raise for a CHOICE with no alternative set."""
    raise LocalProtocolError("no alternative is chosen", where)
