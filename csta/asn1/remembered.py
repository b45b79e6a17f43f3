"""Values of small frozen types that a link says over and over, by their octets."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from csta.asn1 import ber
from csta.asn1.tolerance import unusual

T = TypeVar("T")

MOST = 4096
"""Values remembered of a type; then it begins anew."""

LONGEST = 40
"""Octets of a value that is remembered."""


class Remembered(dict[bytes, T], Generic[T]):
    """Octets of a CHOICE inside an explicit tag → value. A link names the same few thousand devices over and over.

    Generated code asks ``get(octets)`` first and only then :meth:`inside`, which knows where the octets stand.

    :param decode: decoder of the CHOICE's alternative.
    """

    def __init__(self, decode: Callable[[bytes, int, int, int], T]) -> None:
        super().__init__()
        self._decode = decode

    def inside(self, data: bytes, pos: int, stop: int, where: str) -> T:
        """Decode and remember the CHOICE that fills an explicit tag."""
        octet, length, content = data[pos], data[pos + 1], pos + 2
        if length > 127 or content + length != stop:
            octet, content, _ = ber.inner(data, pos, stop, where)
        value = self._decode(data, octet, content, stop)
        # What was skipped may stand in here, and then it is to be told of the next time too.
        if stop - pos <= LONGEST and not unusual.skipped:
            if len(self) >= MOST:
                self.clear()
            self[data[pos:stop]] = value
        return value
