"""What received octets have that ours do not, so that a message can be passed on as it came.

Both sides are compared element by element, outside the codec's straight line: decoding without unknown elements and
encoding what this side made itself do none of this.
"""

from __future__ import annotations

from collections.abc import Iterable

from csta.apdu import Deviation
from csta.asn1 import ber
from csta.asn1.tolerance import Skipped
from csta.errors import DecodeError

MAX_DEVIATIONS = 64
"""Deviations kept inside one element; with more of them the element is kept whole."""

_CONSTRUCTED = 0x20


def between(received: bytes, ours: bytes, skipped: Iterable[Skipped] = ()) -> tuple[Deviation, ...]:
    """The differences of two PDUs of definite lengths, outer before inner, in the order of the octets.

    :param skipped: what decoding passed over, for the names of the types that do not know it.
    """
    places = {element.octets: element.where for element in skipped}
    return tuple(_differences(received, ours, (), places))


def _differences(received: bytes, ours: bytes, path: tuple[int, ...], places: dict[bytes, str]) -> list[Deviation]:
    if received == ours:
        return []
    whole = [Deviation(path, received, ours)]
    theirs, mine = _elements(received), _elements(ours)
    if theirs is None or mine is None or received[0] != ours[0]:
        return whole
    found: list[Deviation] = []
    matched = 0
    for index, element in enumerate(theirs):
        if matched < len(mine) and mine[matched][0] == element[0]:
            found += _differences(element, mine[matched], (*path, index), places)
            matched += 1
        else:
            found.append(Deviation((*path, index), element, where=places.get(element, "")))
    return found if matched == len(mine) and len(found) <= MAX_DEVIATIONS else whole


def put_back(ours: bytes, deviations: tuple[Deviation, ...]) -> bytes:
    """Our octets with the deviations in their places; one whose place says something else now is left out."""
    for deviation in deviations:
        ours = _put_back(ours, deviation.path, deviation)
    return ours


def _put_back(element: bytes, path: tuple[int, ...], deviation: Deviation) -> bytes:
    if not path:
        return deviation.octets if element == deviation.instead_of else element
    inside = _elements(element)
    if inside is None or path[0] > len(inside):
        return element
    if len(path) == 1 and not deviation.instead_of:
        inside.insert(path[0], deviation.octets)
    elif path[0] < len(inside):
        inside[path[0]] = _put_back(inside[path[0]], path[1:], deviation)
    return ber.tlv(element[0], b"".join(inside))


def _elements(element: bytes) -> list[bytes] | None:
    """The elements inside one; None when only the whole keeps it: it has none, or a length longer than need be."""
    if not element or not element[0] & _CONSTRUCTED:
        return None
    found: list[bytes] = []
    try:
        _, pos, stop = ber.header(element, 0, len(element), "PDU")
        if ber.tlv(element[0], element[pos:stop]) != element:
            return None
        while pos < stop:
            _, _, following = ber.header(element, pos, stop, "PDU")
            found.append(element[pos:following])
            pos = following
    except (DecodeError, ber.Indefinite):  # inside private data, whose octets may be anything
        return None
    return found
