"""The part of a reactor that tells and keeps time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol


class DelayedCall(Protocol):
    """What :meth:`Timing.callLater` gives (the part of ``IDelayedCall`` needed here)."""

    def cancel(self) -> None:
        """Do not call it."""

    def active(self) -> bool:
        """Whether it is still to be called."""


class Timing(Protocol):
    """What is needed of a reactor: its clock. A :class:`twisted.internet.task.Clock` will do."""

    def seconds(self) -> float:
        """Time now, in seconds."""

    def callLater(self, delay: float, what: Callable[..., object], /, *args: object) -> DelayedCall:
        """Call something after ``delay`` seconds."""
