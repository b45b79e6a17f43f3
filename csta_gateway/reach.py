"""By which of two ways a device is reached: all legal moves between them."""

from __future__ import annotations

from enum import StrEnum


class Way(StrEnum):
    """A source of calls."""

    MAIN = "main"
    FALLBACK = "fallback"


class Reach(StrEnum):
    """How a device is reached now."""

    MAIN = "main"
    GRACE = "grace"  # the main way is gone, and may be back in a moment: calls are those last known
    FALLBACK = "fallback"
    NOWHERE = "nowhere"

    @property
    def way(self) -> Way | None:
        """The way that commands go."""
        return WAYS.get(self)


class Turn(StrEnum):
    """What can happen to the ways."""

    MAIN_WORKS = "mainWorks"
    MAIN_LOST = "mainLost"
    MAIN_REFUSES = "mainRefuses"
    PATIENCE_ENDS = "patienceEnds"
    FALLBACK_WORKS = "fallbackWorks"
    FALLBACK_FAILS = "fallbackFails"


WAYS: dict[Reach, Way] = {Reach.MAIN: Way.MAIN, Reach.FALLBACK: Way.FALLBACK}

MOVES: dict[Reach, dict[Turn, Reach]] = {
    Reach.MAIN: {Turn.MAIN_LOST: Reach.GRACE, Turn.MAIN_REFUSES: Reach.NOWHERE},
    Reach.GRACE: {
        Turn.MAIN_WORKS: Reach.MAIN,
        Turn.MAIN_REFUSES: Reach.NOWHERE,
        Turn.PATIENCE_ENDS: Reach.NOWHERE,
    },
    Reach.FALLBACK: {Turn.MAIN_WORKS: Reach.MAIN, Turn.FALLBACK_FAILS: Reach.NOWHERE},
    Reach.NOWHERE: {Turn.MAIN_WORKS: Reach.MAIN, Turn.FALLBACK_WORKS: Reach.FALLBACK},
}
"""Reach → what happens → reach after it; anything else changes nothing. A lost link is waited
for, a refusal is not: then the switch itself says that it does not serve the device."""


def after(reach: Reach, turn: Turn, fallback_works: bool) -> Reach:
    """How a device is reached after something happened.

    :param fallback_works: whether the fallback serves it now; then nobody waits in :attr:`Reach.NOWHERE`.
    """
    moved = MOVES[reach].get(turn, reach)
    return MOVES[moved].get(Turn.FALLBACK_WORKS, moved) if fallback_works else moved
