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
    """Content octets → value. A link names the same few thousand devices, several in each event.

    Generated code asks ``get(octets)`` first and only then one of the methods, which know where the octets stand.

    :param decode: decoder of a SEQUENCE, or of a CHOICE's alternative for :meth:`inside`.
    """

    def __init__(self, decode: Callable[..., T]) -> None:
        super().__init__()
        self._decode = decode

    def decode(self, data: bytes, pos: int, stop: int) -> T:
        """Decode and remember the contents of a SEQUENCE."""
        value = self._decode(data, pos, stop)
        if stop - pos <= LONGEST:
            self._learn(data[pos:stop], value)
        return value

    def inside(self, data: bytes, pos: int, stop: int, where: str) -> T:
        """Decode and remember the CHOICE that fills an explicit tag."""
        octet, length, content = data[pos], data[pos + 1], pos + 2
        if length > 127 or content + length != stop:
            octet, content, _ = ber.inner(data, pos, stop, where)
        value = self._decode(data, octet, content, stop)
        if stop - pos <= LONGEST:
            self._learn(data[pos:stop], value)
        return value

    def _learn(self, octets: bytes, value: T) -> None:
        if unusual.skipped:  # maybe in here, and then it is to be told of the next time too
            return
        if len(self) >= MOST:
            self.clear()
        self[octets] = value
