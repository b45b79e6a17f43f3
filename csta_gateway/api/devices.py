"""Features of the user's telephones."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Literal

from msgspec import Meta, Struct

from csta.model.states import Service
from csta_gateway.api.calls import COMMAND, WITH_A_NUMBER, CallsNow
from csta_gateway.api.exchange import Visit
from csta_gateway.api.route import Route
from csta_gateway.failures import ApiError
from csta_gateway.policy import Action, permits
from csta_gateway.texts import Words
from csta_gateway.views import DeviceView

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


class DeviceList(Struct, frozen=True, kw_only=True):
    """The user's telephones."""

    devices: tuple[DeviceView, ...]


async def list_devices(visit: Visit) -> DeviceList:
    """The user's telephones, their features, and which services the switch offers for them now."""
    return DeviceList(devices=tuple(visit.gateway.board.devices(visit.user)))


async def list_calls(visit: Visit, device: DeviceId) -> CallsNow:
    """The calls at a telephone now: one's own, or for supervisors of their groups, who can do nothing with them."""
    owners = visit.gateway.users.by_device(device)
    if not permits(visit.user, Action.WATCH_CALLS, device, of=owners):
        raise ApiError("forbidden")
    if not owners:
        raise ApiError("not_found")
    return CallsNow(calls=tuple(visit.gateway.board.calls_at(visit.user, [device])))


async def set_do_not_disturb(visit: Visit, device: DeviceId, body: Switched) -> None:
    """Switch do-not-disturb."""
    await visit.gateway.commands.set_do_not_disturb(visit.user, device, body.on)


async def set_forwarding(visit: Visit, device: DeviceId, body: Forwarding) -> None:
    """Forward calls, or stop."""
    await visit.gateway.commands.set_forwarding(visit.user, device, body.type, body.destination)


ROUTES = (
    Route(
        method="GET",
        path="/devices",
        name="listDevices",
        title=Words("Eigene Telefone", "Own telephones"),
        action=Action.WATCH_CALLS,
        handler=list_devices,
    ),
    Route(
        method="GET",
        path="/devices/<device>/calls",
        name="listCallsAt",
        title=Words("Anrufe an einem Telefon", "Calls at a telephone"),
        action=Action.WATCH_CALLS,
        handler=list_calls,
    ),
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
        problems=(*COMMAND, "call_state", *WITH_A_NUMBER),
    ),
)
