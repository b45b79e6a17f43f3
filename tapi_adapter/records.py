"""Structures of variable size, read so that nothing a driver writes into them can lead outside of them.

The rules are those of "Variably sized data structures" of the TAPI reference: the caller says how much room there is,
the library how much it needs and how much it used; parts behind the fixed fields are named by size and offset.
"""

from __future__ import annotations

import ctypes
import struct
from collections.abc import Callable, Iterator
from enum import Enum
from typing import Any, ClassVar, Generic, NamedTuple, TypeVar

SPARE = 4096
MOST = 1 << 20
ATTEMPTS = 8
WIDE = "utf-16-le"
Buffer = ctypes.Array[ctypes.c_char]


class Kind(Enum):
    """What lies in a part."""

    TEXT = "text"
    OCTETS = "octets"
    LIST = "list"


class Part(NamedTuple):
    """Data behind the fixed fields of a structure: its size stands at ``at``, its offset four octets later."""

    name: str
    at: int
    kind: Kind


class Record(ctypes.Structure):
    """A packed structure of tapi.h, with the size of its fixed fields by the API version they came with."""

    _pack_ = 1
    _layout_ = "ms"  # Python 3.14 wants to be told what _pack_ means
    SIZES: ClassVar[tuple[tuple[int, int], ...]] = ()

    @classmethod
    def fixed_size(cls, version: int) -> int:
        """Octets of the fixed fields for an application of API ``version`` (0x00020002 is 2.2)."""
        return max((size for since, size in cls.SIZES if since <= version), default=ctypes.sizeof(cls))


R = TypeVar("R", bound=Record)
E = TypeVar("E", bound=Record)


class Reading(Generic[R]):
    """A structure the library has filled, or one in a list of it.

    ``fields`` are the fixed fields; those newer than the negotiated version are zero, because the octets at their
    place are already data of the parts. ``faults`` says what was wrong with the parts that were asked for.
    """

    def __init__(self, structure: type[R], content: bytes, version: int, within: Reading[Any] | None = None) -> None:
        fixed = structure.fixed_size(version)
        if len(content) < fixed:
            raise ValueError(f"{structure.__name__} has {len(content)} octets, {fixed} are needed")
        self.fields: R = structure.from_buffer_copy(content[:fixed].ljust(ctypes.sizeof(structure), b"\0"))
        self.faults: list[str] = within.faults if within else []
        self._name = structure.__name__
        self._fixed = fixed
        self._own = content
        self._version = version
        # An entry of a list names its parts by their offset in the structure that holds the list.
        self._whole: bytes = within._whole if within else content
        self._first: int = within._first if within else fixed

    def octets(self, part: Part) -> bytes:
        """The octets of a part; none when it is absent or does not lie within what the library has used."""
        if part.at + 8 > self._fixed:
            return b""
        size, offset = struct.unpack_from("<II", self._own, part.at)
        if not size:
            return b""
        if offset < self._first or offset + size > len(self._whole):
            self._fault(part, f"{size} octets at {offset} are not within {self._first} and {len(self._whole)}")
            return b""
        return self._whole[offset : offset + size]

    def text(self, part: Part) -> str:
        """The text of a part, up to its first NUL; an odd octet at its end is dropped."""
        octets = self.octets(part)
        if len(octets) % 2:
            self._fault(part, f"{len(octets)} octets are no UTF-16 text, the last one is dropped")
            octets = octets[:-1]
        return octets.decode(WIDE, "replace").partition("\0")[0]

    def entries(self, part: Part, structure: type[E], count: int) -> Iterator[Reading[E]]:
        """The structures of a list, at most ``count``."""
        size = structure.fixed_size(self._version)
        for entry in self._slices(part, size, count):
            yield Reading(structure, entry, self._version, self)

    def handles(self, part: Part, count: int) -> list[int]:
        """The handles of a list, at most ``count``; zeroes are left out."""
        found = (int.from_bytes(entry, "little") for entry in self._slices(part, 4, count))
        return [handle for handle in found if handle]

    def _slices(self, part: Part, size: int, count: int) -> list[bytes]:
        octets = self.octets(part)
        room = len(octets) // size
        if count > room:
            self._fault(part, f"{count} entries of {size} octets do not fit into {len(octets)}")
        return [octets[each * size : each * size + size] for each in range(min(count, room))]

    def _fault(self, part: Part, what: str) -> None:
        self.faults.append(f"{self._name}.{part.name}: {what}")


def filled(structure: type[R], version: int, fill: Callable[[Buffer], object]) -> Reading[R]:
    """Let ``fill`` write a structure into a buffer, with more room each time the library says it needs more.

    What it needs may have grown by the next call, so this goes on, up to a limit: then ``OverflowError`` is raised.
    """
    size = ctypes.sizeof(structure) + SPARE
    for _ in range(ATTEMPTS):
        buffer = ctypes.create_string_buffer(size)
        struct.pack_into("<I", buffer, 0, size)
        fill(buffer)
        _, needed, used = struct.unpack_from("<III", buffer)
        if needed <= used or needed <= size:
            fixed = structure.fixed_size(version)
            return Reading(structure, buffer.raw[: max(fixed, min(used, size))], version)
        if needed > MOST:
            break
        size = needed
    raise OverflowError(f"{structure.__name__} needs more than {size} octets, and more each time it is asked for")
