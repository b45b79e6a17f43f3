"""Features of the user's telephones."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Literal

from msgspec import Meta, Struct

from csta.model.states import Service
from csta_gateway.api.calls import COMMAND
from csta_gateway.api.exchange import Visit
from csta_gateway.api.route import Route
from csta_gateway.policy import Action
from csta_gateway.texts import Words

ForwardingType = Literal["forwardImmediate", "forwardBusy", "forwardNoAns"]
"""Forwarding types of ECMA-269 §12.2.17 that people use."""


class Switched(Struct, frozen=True, forbid_unknown_fields=True):
    """On or off."""

    on: bool


class Forwarding(Struct, frozen=True, forbid_unknown_fields=True):
    """Where calls go; None: nowhere else."""

    type: ForwardingType
    destination: Annotated[str, Meta(min_length=1, max_length=128)] | None


DeviceId = Annotated[str, Meta(description="The telephone's `id`.")]


async def set_do_not_disturb(visit: Visit, device: DeviceId, body: Switched) -> None:
    """Switch do-not-disturb."""
    await visit.gateway.commands.set_do_not_disturb(visit.user, device, body.on)


async def set_forwarding(visit: Visit, device: DeviceId, body: Forwarding) -> None:
    """Forward calls, or stop."""
    await visit.gateway.commands.set_forwarding(visit.user, device, body.type, body.destination)


ROUTES = (
    Route(
        method="PUT",
        path="/devices/<device>/do-not-disturb",
        name=Service.SET_DO_NOT_DISTURB.value,
        title=Words("Anrufschutz schalten", "Switch do-not-disturb"),
        action=Action.CONTROL_DEVICE,
        handler=set_do_not_disturb,
        status=HTTPStatus.NO_CONTENT,
        problems=(*COMMAND, "call_state"),
    ),
    Route(
        method="PUT",
        path="/devices/<device>/forwarding",
        name=Service.SET_FORWARDING.value,
        title=Words("Umleitung einstellen", "Forward calls, or stop"),
        action=Action.CONTROL_DEVICE,
        handler=set_forwarding,
        status=HTTPStatus.NO_CONTENT,
        problems=(*COMMAND, "call_state", "number_invalid"),
    ),
)
