"""Numbers outside the switch, and how the people there behave."""

from __future__ import annotations

import re
from typing import Annotated

from msgspec import Meta, Struct

from csta.messages.call_control import DestinationCondition
from csta.messages.call_data import EventCause

DIALLABLE = re.compile(r"\+?[0-9*#]{1,32}")
"""Diallable digits (§10.1) as this switch takes them: complete numbers only."""

Seconds = Annotated[float, Meta(ge=0)]

SECONDS_PER_RING = 5
"""A ring and the silence after it."""


class ExternalNumber(Struct, frozen=True, forbid_unknown_fields=True):
    """How numbers behave that match :attr:`pattern` as a whole (regular expression). Times are in seconds.

    :param rings_after: from the time the network is reached until the far end rings or fails.
    :param answers_after: from ringing to answering; None lets it ring.
    :param talks_for: from answering to hanging up; None leaves that to this side.
    :param failure: why it cannot be reached, or None.
    :param answered_by: who or what answers; only Make Predictive Call wants to know (§17.1.20).
    """

    pattern: str
    rings_after: Seconds = 1.0
    answers_after: Seconds | None = 5.0
    talks_for: Seconds | None = None
    failure: EventCause | None = None
    answered_by: DestinationCondition = DestinationCondition.HUMAN_VOICE


EVERYBODY: tuple[ExternalNumber, ...] = (
    ExternalNumber(r"\+?\d+0000", failure=EventCause.BUSY),
    ExternalNumber(r"\+?\d+9999", failure=EventCause.NUMBER_UNALLOCATED),
    ExternalNumber(r"\+?\d+8888", answers_after=None),
    ExternalNumber(r"\+?\d+7777", failure=EventCause.NETWORK_CONGESTION),
    ExternalNumber(r"\+?\d+6666", answered_by=DestinationCondition.ANSWERING_MACHINE),
    ExternalNumber(r"\+?\d{5,}"),
)
"""The world unless told otherwise: …0000 is busy, …9999 does not exist, …8888 never answers, …7777 meets a full
network, at …6666 a machine answers, at all others a person."""


class Timing(Struct, frozen=True, forbid_unknown_fields=True):
    """How long the switch waits, in seconds.

    :param ringing: until a call that nobody answers is given up.
    :param forward_no_answer: until a no-answer forwarding without a time of its own acts.
    :param prompt: until a device that was prompted to go off-hook is left alone.
    :param tone: how long the caller of a failed call hears the tone.
    :param dialling: until a device that dials digit by digit is locked out for want of the next.
    :param offer: until an offered call rings although nobody accepted it.
    :param recall: until a transferred call that nobody answers, or a parked one that nobody fetches, comes back to who
        transferred or parked it (§6.7.3); None: it does not.
    :param hold: until a held call rings at who holds it (§17.1.15 FR 1); None: it is held for ever.
    """

    ringing: Seconds = 120.0
    forward_no_answer: Seconds = 15.0
    prompt: Seconds = 30.0
    tone: Seconds = 15.0
    dialling: Seconds = 20.0
    offer: Seconds = 5.0
    recall: Seconds | None = None
    hold: Annotated[float, Meta(gt=0)] | None = None


def external_number(numbers: tuple[ExternalNumber, ...], dialled: str) -> ExternalNumber | None:
    """The first entry ``dialled`` matches."""
    return next((number for number in numbers if re.fullmatch(number.pattern, dialled)), None)
