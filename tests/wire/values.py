"""Hypothesis strategies for every message, made from the message classes themselves."""

from __future__ import annotations

import datetime
import functools
import types
import typing
from collections.abc import Callable
from enum import Enum
from typing import Any

import msgspec
from hypothesis import strategies as st

from csta.codegen import names
from csta.codegen.schema import Member, Type, load
from csta.messages import message_class
from csta.messages._index import CHAPTERS
from csta.messages.base import Choice, NamedBits, Octets, Structure, UnknownEvent
from csta.messages.common import ConnectionID, DeviceID, PrivateData, TypeOfNumber

MESSAGES = sorted(CHAPTERS)

texts = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=12).map(str.strip)
identifiers = st.binary(min_size=1, max_size=6).map(bytes.hex)
octets = st.binary(max_size=10).map(Octets)
# asn1tools, the second opinion, leaves out seconds that are zero
times = st.datetimes(min_value=datetime.datetime(1970, 1, 1)).map(
    lambda moment: moment.replace(microsecond=0, second=moment.second or 1).isoformat() + "Z"
)
numbers = st.integers(0, 2**31)


def members(wanted: Callable[[Type, Member], bool]) -> set[str]:
    """Python names of the components of any type that are wanted."""
    types = SCHEMA.types.values()
    return {
        names.python_name(each.name, member.name) for each in types for member in each.members if wanted(each, member)
    }


def identifies(_: Type, member: Member) -> bool:
    found = SCHEMA.layers(member.type).base
    return bool(names.IDENTIFIERS & {member.type, found.target})


SCHEMA = load()
IDENTIFIED = members(identifies) | {"monitor_cross_ref_id"}
WORDS = members(lambda owner, member: names.is_words(owner.name, member))
TIMED = {"timestamp", "time_stamp", "call_id_timestamp", "call_linkage_id_timestamp", "thread_id_time_stamp"}
TIMED |= {"retention_expires", "start_time", "current_time", "record_creation_time"}
TIMED |= {"connection_start", "connection_end"}
TIMED |= {"beginning_of_cdr", "end_of_cdr", "from_time", "until_time"}


@st.composite
def devices(draw: st.DrawFn, dynamic: bool = False) -> DeviceID:
    kinds = [kind for kind in TypeOfNumber if kind != TypeOfNumber.DYNAMIC]
    kind = draw(st.sampled_from([*kinds, TypeOfNumber.DYNAMIC] if dynamic else kinds))
    number = texts
    if kind == TypeOfNumber.DEVICE_NUMBER:
        number = numbers.map(str)
    elif kind == TypeOfNumber.DYNAMIC:
        number = identifiers
    return DeviceID(number=draw(number), type_of_number=kind)


connections = st.builds(ConnectionID, call_id=identifiers, device_id=devices(dynamic=True))


@functools.cache
def values(kind: Any, name: str = "") -> st.SearchStrategy[Any]:  # noqa: ANN401 - an annotation of any form
    """Values of an annotation; ``name`` of the field tells text that is an identifier or a time."""
    origin = typing.get_origin(kind)
    if origin in (typing.Union, types.UnionType):
        inner = [each for each in typing.get_args(kind) if each is not type(None)]
        return st.none() | values(inner[0], name)
    if origin is tuple:
        # XML has room for one private data element: tests/wire/differences.py
        least, most = (1, 1) if typing.get_args(kind)[0] is PrivateData else (0, 2)
        return st.lists(values(typing.get_args(kind)[0], name), min_size=least, max_size=most).map(tuple)
    return plain(kind, name)


def plain(kind: type[Any], name: str) -> st.SearchStrategy[Any]:
    special = {DeviceID: devices(), ConnectionID: connections, Octets: octets, bool: st.booleans(), int: numbers}
    if kind is Octets and name in WORDS:
        return texts.map(lambda text: Octets(text.encode()))
    if kind in special:
        return special[kind]
    if kind is PrivateData:
        return st.builds(PrivateData, string=octets)
    if kind is str:
        return identifiers if name in IDENTIFIED else times if name in TIMED else texts
    if issubclass(kind, Enum):
        return st.sampled_from(list(kind))
    if issubclass(kind, NamedBits):
        return st.sets(st.sampled_from(sorted(kind.numbers)), max_size=5).map(kind) if kind.numbers else st.just(kind())
    return choices(kind) if issubclass(kind, Choice) else structures(kind)


@st.composite
def structures(draw: st.DrawFn, kind: type[Structure]) -> Structure:
    hints = typing.get_type_hints(kind)
    chosen = {}
    for field in msgspec.structs.fields(kind):
        if field.required or draw(st.integers(0, 3)) == 0:
            chosen[field.name] = draw(values(hints[field.name], field.name))
    return kind(**chosen)


@st.composite
def choices(draw: st.DrawFn, kind: type[Choice]) -> Choice:
    hints = typing.get_type_hints(kind)
    field = draw(st.sampled_from(msgspec.structs.fields(kind)))
    if hints[field.name] is bool and field.default is False:
        return kind(**{field.name: True})
    wanted = values(hints[field.name], field.name).filter(lambda value: value is not None)
    return kind(**{field.name: draw(wanted)})


def messages(name: str) -> st.SearchStrategy[Any]:
    """Random messages of one class."""
    kind = message_class(name)
    return choices(kind) if issubclass(kind, Choice) else structures(kind)


__all__ = ["MESSAGES", "UnknownEvent", "messages", "values"]
