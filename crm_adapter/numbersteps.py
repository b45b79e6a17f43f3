"""How a number was understood, step by step, for people who want to know why."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple

StepName = Literal[
    "identifier",
    "withheld",
    "rule",
    "feature",
    "spelling",
    "behind",
    "emergency",
    "internal",
    "service",
    "outside",
    "abroad",
    "plus",
    "area",
    "guess",
    "plan",
    "own",
    "refused",
    "area_rule",
    "dialled",
]
"""What was applied: a rule of the site, or a stage everything goes through."""


class Step(NamedTuple):
    """One step of how a number was understood.

    :param name: key of the words in :data:`crm_adapter.texts.NUMBER_STEPS`.
    :param outcome: what came of it.
    :param detail: which rule, number plan or block it was.
    """

    name: StepName
    outcome: str
    detail: str = ""


Trace = Callable[[Step], None]
"""Hears of every step."""


def unheard(step: Step) -> None:
    """Nobody wants to know the steps."""
