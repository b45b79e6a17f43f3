"""What the generated XML readers and writers are made of: tolerant reading of tags, plain text output.

A reader takes what is left of the document (:data:`csta.xml.document.Tokens`) and the end tag of the element it reads,
and stops behind that end tag. The loops look a name up as it most often stands; what is written in another way (with
attributes, a prefix, white space, empty, or not of the standard) takes :func:`_unusual`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import cache, partial
from typing import Any, NoReturn, TypeVar

from msgspec.structs import fields

from csta.errors import DecodeError, LocalProtocolError
from csta.messages.base import NamedBits, Octets, Structure
from csta.xml import leaves
from csta.xml.document import NotPlain, Tokens, here, not_plain, resolved
from csta.xml.leaves import Leaf

T = TypeVar("T")
S = TypeVar("S", bound=Structure)
B = TypeVar("B", bound=NamedBits)

Reader = Callable[[Tokens, str], Any]
"""What reads the elements inside an element, up to the end tag given."""
Out = list[str]
Writer = Callable[..., None]
Codecs = dict[str, tuple[Reader, Writer]]
"""Message name → reader, writer of its children."""

INNER, LEAF, DEVICE = range(3)
"""Kinds of elements: with elements inside, with text only, and device identifiers: text and attributes."""

Row = tuple[tuple[str, ...], str, int, Callable[..., Any]]
"""Names of an element, attribute of the message, kind, what reads it."""
Entry = tuple[int, str, str, int, Callable[..., Any]]
"""Place among its siblings from 1 (0: any), attribute of the message, end tag, kind, what reads it."""
Table = dict[str, Entry]
"""Name of a child → what is to be known to read it."""


def inner(name: str, attribute: str, read: Reader, *also: str) -> Row:
    """An element with elements inside; ``also``: other spellings that are read."""
    return (name, *also), attribute, INNER, read


def leaf(name: str, attribute: str, read: Leaf, *also: str) -> Row:
    """An element with text inside."""
    return (name, *also), attribute, LEAF, read


def device(name: str, attribute: str, read: Leaf, *also: str) -> Row:
    """A device identifier; ``read`` takes the text, and attributes where there are any."""
    return (name, *also), attribute, DEVICE, read


def table(*rows: Row) -> Table:
    """The children an element may have, in the order of the schema."""
    known: Table = {}
    for place, (names, attribute, kind, read) in enumerate(rows, 1):
        for name in names:
            known[name] = (place, attribute, f"/{name}>", kind, read)
            if read is leaves.empty:
                known[f"{name}/"] = (place, attribute, "", INNER, _there)
    return known


def _there(tokens: Tokens, end: str) -> bool:
    """An empty element without an end tag: all of it is read."""
    return True


def unordered(*rows: Row) -> Table:
    """Children that have no order."""
    return {name: (0, *entry[1:]) for name, entry in table(*rows).items()}


# --- reading ---------------------------------------------------------------------------------------------------------


def structure(tokens: Tokens, end: str, kind: type[S], known: Table) -> S:
    """Read the children of a SEQUENCE; what the table does not know is passed over and noted."""
    values = children(tokens, end, known)
    try:
        return kind(**values)
    except TypeError:
        raise DecodeError(f"{_missing(kind, known, values)} missing") from None


def choice(tokens: Tokens, end: str, kind: type[S], known: Table, otherwise: S | None = None) -> S:
    """Read the one child of a CHOICE.

    :param otherwise: what none that is known here stands for; without it that is refused.
    """
    values = children(tokens, end, known)
    if len(values) != 1:
        if not values and otherwise is not None:
            here.reading.note("nothing known inside")
            return otherwise
        raise DecodeError(_not_one(values, known))
    return kind(**values)


def _not_one(values: dict[str, Any], known: Table) -> str:
    if values:
        names = {entry[1]: name for name, entry in reversed(known.items())}
        return f"{' and '.join(f'<{names[attribute]}>' for attribute in values)} together, but only one can be"
    return f"none of {', '.join(f'<{name}>' for name in known if not name.endswith('/'))}"


def _missing(kind: type[Structure], known: Table, values: dict[str, Any]) -> str:
    names = {entry[1]: name for name, entry in reversed(known.items())}
    missing = (field.name for field in fields(kind) if field.required and field.name not in values)
    return ", ".join(f"<{names[name]}>" for name in missing)


def children(tokens: Tokens, end: str, known: Table) -> dict[str, Any]:
    """Read elements up to an end tag: attribute of the message → value."""
    values: dict[str, Any] = {}
    last = -1
    for token in tokens:
        if token == end:
            return values
        head, closed, text = token.partition(">")
        entry = known.get(head)
        inside = tokens
        if entry is None or not closed:
            if _ends(token, end):
                return values
            entry, inside = _unusual(token, known, tokens)
            if entry is None:
                continue
            text = text if inside is tokens else ""  # behind an empty element stands what is its parent's
        place, attribute, own_end, kind, read = entry
        if place > last:
            last = place
        elif place:
            here.reading.note("repeated element" if attribute in values else "out of order")
        value = read(text) if kind else read(inside, own_end)
        if kind and next(inside) != own_end:
            value = _inside_leaf(entry, value, inside)
        if value is not None:
            values.setdefault(attribute, value)
    not_plain()


def listed(tokens: Tokens, end: str, item: Table) -> tuple[Any, ...]:
    """Entries of a list: elements of one name."""
    values: list[Any] = []
    for token in tokens:
        if token == end:
            return tuple(values)
        head, closed, text = token.partition(">")
        entry = item.get(head)
        inside = tokens
        if entry is None or not closed:
            if _ends(token, end):
                return tuple(values)
            entry, inside = _unusual(token, item, tokens)
            if entry is None:
                continue
            text = text if inside is tokens else ""  # behind an empty element stands what is its parent's
        value = _content(entry, text, inside)
        if value is not None:
            values.append(value)
    not_plain()


def _content(entry: Entry, text: str, inside: Tokens) -> Any:  # noqa: ANN401 - the type is the entry's
    _, _, end, kind, read = entry
    if not kind:
        return read(inside, end)
    value = read(text)
    return value if next(inside) == end else _inside_leaf(entry, value, inside)


def _ends(token: str, end: str) -> bool:
    """Whether a tag is the end tag of an element, in whatever way it is written."""
    if not token.startswith("/"):
        return False
    if here.reading.plain and not token.startswith(end):
        raise NotPlain
    return True


def _unusual(token: str, known: Table, tokens: Tokens) -> tuple[Entry | None, Tokens]:
    """A start tag that is not just the name of a child: what it stands for, and where its content is."""
    head, closed, _ = token.partition(">")
    if not closed:
        raise NotPlain
    name, attributes = opened(head)
    empty = head.endswith("/")
    entry = known.get(name)
    if entry is None:
        if here.reading.plain:
            raise NotPlain
        here.reading.note("unknown element")
        if not empty:
            skip(tokens)
        return None, tokens
    if attributes:
        entry = _with_attributes(entry, attributes)
    return entry, iter((entry[2],)) if empty else tokens


_NAME = re.compile(r"[^\s/>\"'=]+")
_ATTRIBUTE = re.compile(r"""\s+([^\s=<>"'/]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_PLAIN_ATTRIBUTE = re.compile(r' ([A-Za-z]+)="([^"&\n\t]*)"()')


def opened(head: str) -> tuple[str, dict[str, str]]:
    """Name and attributes of a start tag, without prefix and declarations of namespaces."""
    found = _NAME.match(head)
    if found is None:
        raise NotPlain
    name, at = found.group(), found.end()
    attributes: dict[str, str] = {}
    pattern = _PLAIN_ATTRIBUTE if here.reading.plain else _ATTRIBUTE
    while (found := pattern.match(head, at)) is not None:
        if found[1] in attributes:
            raise NotPlain
        attributes[found[1]] = found[2] or found[3] or ""
        at = found.end()
    if here.reading.plain:
        if head[at:] not in ("", "/", " /") or "xmlns" in attributes:
            raise NotPlain
        return name, attributes
    local = {name: resolved(value) for name, value in attributes.items() if not name.startswith(_NOT_CSTA)}
    return name.rpartition(":")[2], local


_NOT_CSTA = ("xmlns", "xml:", "xsi:")


def _with_attributes(entry: Entry, attributes: dict[str, str]) -> Entry:
    place, attribute, end, kind, read = entry
    if kind == DEVICE:
        return place, attribute, end, kind, partial(read, attributes=attributes)
    unknown_attributes(attributes)
    return entry


def unknown_attributes(names: Iterable[str]) -> None:
    """Note attributes that the standard does not have."""
    for name in names:
        if here.reading.plain:
            raise NotPlain
        here.reading.note(f"unknown attribute {name}")


def skip(tokens: Tokens) -> None:
    """Pass over the rest of an element."""
    depth = 1
    for token in tokens:
        if token.startswith("/"):
            depth -= 1
            if not depth:
                return
        elif not token.partition(">")[0].endswith("/"):
            depth += 1


_LISTED = (0, "", "/device>", DEVICE)


def _inside_leaf(entry: Entry, value: Any, tokens: Tokens) -> Any:  # noqa: ANN401 - the type is the entry's
    """The rest of a leaf whose text is not followed by its end tag as it mostly stands.

    Edition 6 of ECMA-323 lists the targets of a deflection, ``<newDestination><device>…``: the first is taken.
    """
    listed_here = entry[3] == DEVICE and entry[2] != _LISTED[2]  # no list within an entry of the list
    known: Table = {"device": (*_LISTED, entry[4])} if listed_here else {}
    found = False
    token = here.reading.last_tag
    while not _ends(token, entry[2]):
        child, inside = _unusual(token, known, tokens)
        if child is not None:
            each = _content(child, token.partition(">")[2] if inside is tokens else "", inside)
            if found:
                here.reading.note("entries after the first")
            else:
                value, found = each, True
        token = next(tokens)
    return value


# --- shapes ----------------------------------------------------------------------------------------------------------


@cache
def _flags(kind: type[NamedBits]) -> Table:
    return unordered(*(leaf(kind.xml_names.get(name, name), name, leaves.boolean, name) for name in kind.numbers))


def named_bits(kind: type[B]) -> Reader:
    """What reads a set of flags: one boolean child per bit, those left out are false."""

    def read(tokens: Tokens, end: str) -> B:
        values = children(tokens, end, _flags(kind))
        return kind(name for name, value in values.items() if value)

    return read


_STRING = table(leaf("string", "string", leaves.octets))


def wrapped_octets(tokens: Tokens, end: str) -> Octets | None:
    """Correlator or user data: ``<string>`` with hexadecimal digits (ECMA-323 lets vendors put ``<private>`` there)."""
    values = children(tokens, end, _STRING)
    if not values:
        here.reading.note("no <string> inside")
    return values.get("string")


def first_of(item: Row) -> Reader:
    """What reads a list of which ASN.1 and so the message has the first entry only."""
    known = table(item)

    def read(tokens: Tokens, end: str) -> Any:  # noqa: ANN401 - the type is the item's
        entries = listed(tokens, end, known)
        if len(entries) > 1:
            here.reading.note("entries after the first")
        return entries[0] if entries else None

    return read


# --- writing ---------------------------------------------------------------------------------------------------------


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


def two_chosen(where: str) -> NoReturn:
    """Raise for a CHOICE with more than one alternative set."""
    raise LocalProtocolError("more than one alternative is chosen", where)
