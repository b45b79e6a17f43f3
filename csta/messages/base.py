"""What every CSTA message is made of; the messages themselves are generated from the schema into this package."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Set
from enum import StrEnum
from typing import Any, ClassVar, Generic, Self, TypeVar

import msgspec

R = TypeVar("R")

MAX_BITS = 256
"""Bits a BIT STRING may have here; the standard's longest has fewer than 100."""


class Structure(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, repr_omit_defaults=True):
    """A SEQUENCE: named fields, those left out are None."""


class Choice(Structure, frozen=True, kw_only=True):
    """A CHOICE: exactly one field is set. Alternatives without a value (NULL) are True when chosen.

    The encoders refuse a choice with no field set with :class:`csta.errors.LocalProtocolError`.
    """

    @property
    def chosen(self) -> str:
        """Name of the field that is set; empty when none is."""
        for name in self.__struct_fields__:
            value = getattr(self, name)
            if value is not None and value is not False:
                return name
        return ""


class Message(Structure, frozen=True, kw_only=True):
    """Anything that travels on its own: request, response, event, error."""


class Request(Message, Generic[R], frozen=True, kw_only=True):
    """A service request; ``R`` is the type of its positive answer (None where the standard defines none)."""

    operation: ClassVar[int]
    """ROSE operation code (ECMA-285)."""


class Response(Message, frozen=True, kw_only=True):
    """The positive answer to a request."""

    operation: ClassVar[int]
    """ROSE operation code of the request it answers."""


class Event(Message, frozen=True, kw_only=True):
    """An event report (ECMA-269 §15.2).

    :param monitor_cross_ref_id: the monitor that caused this report (§12.3.21), as the switch named it.
    """

    monitor_cross_ref_id: str = msgspec.field(name="monitorCrossRefID")


class UnknownEvent(Event, frozen=True, kw_only=True):
    """An event this version of the library has no type for, kept as it came.

    :param tags: where it stood among the event report's alternatives: context tags, outermost first.
    :param raw: its content octets.
    """

    tags: tuple[int, ...]
    raw: bytes


class Enumeration(StrEnum):
    """An ENUMERATED. Values are the ECMA-323 names; one this library does not know is kept, not refused.

    A number without a name (from an ASN.1 peer) becomes a value of its decimal digits.
    """

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        if not isinstance(value, str):
            return None
        unknown = str.__new__(cls, value)
        unknown._name_ = f"UNKNOWN_{value}"
        unknown._value_ = value
        return unknown


class NamedBits(Set[str]):
    """A BIT STRING with named bits, as the set of the ECMA-323 names of those that are set.

    :cvar numbers: name → bit number. A set bit without a name is called ``bit<number>``.
    :cvar xml_names: name → name on an XML link, for the bits that ECMA-323 misspells.
    :ivar width: number of bits the peer sent, so that the same octets can be sent again; 0 for as few as needed.
    """

    __slots__ = ("_names", "width")
    numbers: ClassVar[dict[str, int]] = {}
    xml_names: ClassVar[dict[str, str]] = {}

    def __init__(self, names: Iterable[str] = (), width: int = 0) -> None:
        """Make the set; raises ValueError for a name that is no bit here."""
        self._names = frozenset(names)
        self.width = width
        for name in self._names:
            self.number(name)

    @classmethod
    def number(cls, name: str) -> int:
        """Bit number of ``name``."""
        number = cls.numbers.get(name)
        if number is not None:
            return number
        if name.startswith("bit") and name[3:].isdecimal() and int(name[3:]) < MAX_BITS:
            return int(name[3:])
        raise ValueError(f"{name!r} is not a bit of {cls.__name__}")

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._names, key=self.number))

    def __len__(self) -> int:
        return len(self._names)

    def __hash__(self) -> int:
        return hash(self._names)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({list(self)})"


class Octets(bytes):
    """An OCTET STRING; hexadecimal digits in XML and JSON."""

    __slots__ = ()


def to_json_value(value: object) -> object:
    """Encoding hook of msgspec for the types above."""
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, NamedBits):
        return list(value)
    raise NotImplementedError(f"{type(value).__name__} has no JSON form")


def from_json_value(kind: type[Any], value: object) -> object:
    """Decoding hook of msgspec for the types above; raises ValueError for a value that does not fit."""
    if issubclass(kind, Octets) and isinstance(value, str):
        return kind(bytes.fromhex(value))
    if issubclass(kind, NamedBits) and isinstance(value, list):
        return kind(value)
    raise ValueError(f"expected {'hexadecimal digits' if issubclass(kind, bytes) else 'a list of bit names'}")
