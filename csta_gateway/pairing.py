"""Which call of one way is which of another: two sources of calls that see the same telephone."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import product
from typing import NamedTuple

from csta.model.call import Call, Direction, Party
from csta.model.states import ConnectionState

SLACK = 5.0
"""Seconds between the times at which two ways tell of one call beginning, at most."""

SHORTEST = 3
"""Digits of an extension, which one way tells alone and the other at the end of a whole number."""


class Sighting(NamedTuple):
    """A call as one way tells it.

    :param exact: it was seen to begin; else it was found, and began at :attr:`Call.began` at the latest.
    """

    call: Call
    exact: bool


class Likeness(NamedTuple):
    """How much two sightings have in common; the greater, the more likely they are of one call."""

    numbers: int
    same_state: bool
    same_time: float


def pairs(known: Iterable[Sighting], found: Iterable[Sighting]) -> list[tuple[str, str]]:
    """Identifiers of sightings that are of one call, each of them at most once, the likeliest first."""
    rated = [
        (likeness, one.call.id, other.call.id)
        for one, other in product(known, found)
        if (likeness := compare(one, other)) is not None
    ]
    paired: list[tuple[str, str]] = []
    taken: set[tuple[int, str]] = set()
    for _, one_id, other_id in sorted(rated, key=lambda each: each[0], reverse=True):
        if not taken & {(0, one_id), (1, other_id)}:
            taken |= {(0, one_id), (1, other_id)}
            paired.append((one_id, other_id))
    return paired


def compare(known: Sighting, found: Sighting) -> Likeness | None:
    """What two sightings have in common, ``found`` being the newer one; None when they are of two calls."""
    one, other = known.call, found.call
    numbers = max(common(here, there) for here, there in product(_parties(one), _parties(other)))
    told_apart = numbers == 0 or (one.direction is not other.direction and numbers < _SIMILAR)
    rings_again = one.answered is not None and _rings(other)
    if told_apart or rings_again or not _together(known, found):
        return None
    return Likeness(numbers, one.state is other.state, -abs(one.began - other.began))


_NOT_KNOWN, _SIMILAR, _SAME = 1, 2, 3


def common(one: Party, other: Party) -> int:
    """How much two ways agree on a party: 0 when they name two, more the surer it is that they name one.

    Ways write numbers differently: with a prefix for an outside line, with or without country and area code.
    """
    if one.number is None or other.number is None:
        return _SIMILAR if one.number is other.number else _NOT_KNOWN
    short, long = sorted((_digits(one.number), _digits(other.number)), key=len)
    if short == long:
        return _SAME
    return _SIMILAR if len(short) >= SHORTEST and long.endswith(short) else 0


def _digits(number: str) -> str:
    """What stays the same in all spellings: no signs, no leading zeros."""
    return re.sub(r"\D", "", number).lstrip("0") or number


def _parties(call: Call) -> tuple[Party, ...]:
    return call.parties or (call.other,)


def _rings(call: Call) -> bool:
    return call.direction is Direction.INCOMING and call.state is ConnectionState.ALERTING


def _together(known: Sighting, found: Sighting) -> bool:
    """Whether both may have begun at one time."""
    later = found.call.began - known.call.began
    return (not found.exact or later <= SLACK) and (not known.exact or later >= -SLACK)
