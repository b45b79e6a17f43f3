"""Features of the user's telephones."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from csta_gateway.api.exchange import Answer, Route, Visit
from csta_gateway.policy import Action

ForwardingType = Literal["forwardImmediate", "forwardBusy", "forwardNoAns"]
"""Forwarding types of ECMA-269 §12.2.17 that people use."""


class Switched(Struct, frozen=True, forbid_unknown_fields=True):
    """On or off."""

    on: bool


class Forwarding(Struct, frozen=True, forbid_unknown_fields=True):
    """Where calls go; None: nowhere else."""

    type: ForwardingType
    destination: Annotated[str, Meta(min_length=1, max_length=128)] | None


async def set_do_not_disturb(visit: Visit, device: str) -> Answer:
    """Switch do-not-disturb."""
    await visit.gateway.commands.set_do_not_disturb(visit.user, device, visit.body(Switched).on)
    return Answer(204)


async def set_forwarding(visit: Visit, device: str) -> Answer:
    """Forward calls, or stop."""
    wish = visit.body(Forwarding)
    await visit.gateway.commands.set_forwarding(visit.user, device, wish.type, wish.destination)
    return Answer(204)


ROUTES = (
    Route("PUT", "/devices/<device>/do-not-disturb", Action.CONTROL_DEVICE, set_do_not_disturb),
    Route("PUT", "/devices/<device>/forwarding", Action.CONTROL_DEVICE, set_forwarding),
)
