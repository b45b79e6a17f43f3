"""Answers that come in segments: a cross reference first, then requests of the switch (ECMA-269 §13.1.6, §16.1.3)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from csta.messages.base import Request
from csta.simulator.exchange import Exchange
from csta.simulator.monitors import Client

T = TypeVar("T")

USUAL_LENGTH = 50
"""Entries in a segment of lists that always come in segments."""


def send_segments(
    exchange: Exchange,
    client: Client,
    entries: Sequence[T],
    segment: Callable[[str, int, bool, tuple[T, ...]], Request[Any]],
) -> str:
    """Send ``entries`` after the answer; gives the cross reference the answer is to name.

    :param segment: makes one segment of cross reference, number (from 1), whether it is the last, and its entries.
    """
    reference, length = exchange.new_reference(), exchange.profile.segment or USUAL_LENGTH
    starts = range(0, len(entries), length) or [0]
    for number, start in enumerate(starts, 1):
        part = tuple(entries[start : start + length])
        exchange.outbox.append((client, segment(reference, number, start == starts[-1], part)))
    return reference
