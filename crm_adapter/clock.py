"""The part of a Twisted reactor that tells the time; the clock of ``twisted.internet.task`` has it too."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol


class Timer(Protocol):
    """A call that is still to come."""

    def active(self) -> bool:
        """Whether it is still to come."""

    def cancel(self) -> None:
        """Call it off."""


class Clock(Protocol):
    """Tells the time and wakes up later."""

    def seconds(self) -> float:
        """Now, in seconds; of a reactor: Unix time."""

    def callLater(self, delay: float, call: Callable[..., object], /, *args: object) -> Timer:
        """Call ``call`` after ``delay`` seconds."""
