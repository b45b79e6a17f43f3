"""The same document through xsdata, which binds XML to dataclasses, given our messages as its classes."""

from __future__ import annotations

import typing
from collections.abc import Callable
from dataclasses import field, make_dataclass
from enum import Enum
from functools import cache
from types import UnionType
from typing import Any

from msgspec.structs import fields
from xsdata.formats.dataclass.context import XmlContext
from xsdata.formats.dataclass.parsers import XmlParser
from xsdata.formats.dataclass.parsers.handlers import LxmlEventHandler

from csta.messages.base import Choice, NamedBits, Octets, Structure
from csta.messages.common import DeviceID
from csta.xml.codec import ED4


def by_xsdata(kind: type[Structure], document: bytes) -> Callable[[], Any]:
    """What reads a document of a message class into dataclasses, by way of lxml."""
    parser = XmlParser(context=XmlContext(), handler=LxmlEventHandler)
    root = binding(kind)
    return lambda: parser.from_bytes(document, root)


@cache
def binding(kind: type[Structure]) -> type[Any]:
    """A structure as a dataclass that says of each field where it stands in XML."""
    if kind is DeviceID:
        return _dataclass(
            kind.__name__, [("number", str, "", "Text"), ("type_of_number", str, "typeOfNumber", "Attribute")]
        )
    hints = typing.get_type_hints(kind)
    flags = issubclass(kind, Choice)
    said = [
        (each.name, _kind(each.name, hints[each.name], flags), each.encode_name, "Element") for each in fields(kind)
    ]
    return _dataclass(kind.__name__, said)


def _kind(name: str, hint: Any, flags: bool) -> Any:  # noqa: ANN401 - see below
    return WRAPPED if name in OCTETS_IN_STRING else bound(hint, flags=flags)


def _dataclass(called: str, said: list[tuple[str, Any, str, str]]) -> type[Any]:
    made = [
        (name, type_ | None, field(default=None, metadata={"name": element, "type": place} | _format(type_)))
        for name, type_, element, place in said
    ]
    meta = type("Meta", (), {"namespace": ED4, "name": called})
    return make_dataclass(called, made, namespace={"Meta": meta}, slots=True)


def _format(kind: Any) -> dict[str, str]:  # noqa: ANN401 - an annotation of any form
    return {"format": "base16"} if kind is bytes else {}


def bound(kind: Any, *, flags: bool) -> Any:  # noqa: ANN401 - see above
    """What stands for an annotation in such a dataclass."""
    origin = typing.get_origin(kind)
    if origin in (typing.Union, UnionType):
        return bound(typing.get_args(kind)[0], flags=flags)
    if origin is tuple or issubclass(kind, NamedBits) or (flags and kind is bool):
        return str  # lists and bits are not in the message; an alternative without content is an empty element
    if issubclass(kind, Octets):
        return bytes
    if issubclass(kind, Structure) and not issubclass(kind, Enum):
        return binding(kind)
    return kind


WRAPPED = _dataclass("Wrapped", [("string", bytes, "string", "Element")])
OCTETS_IN_STRING = frozenset({"correlator_data", "user_data"})
"""Fields whose octets stand in an element of their own."""
