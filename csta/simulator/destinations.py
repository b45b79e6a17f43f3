"""Where a call to a number ends up: forwarding, do-not-disturb, busy, the world outside (ECMA-269 §6.7.1)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from csta.messages.call_data import EventCause
from csta.messages.logical_device import ForwardingType
from csta.simulator.calls import Call, Extension, Forwarding, Group, GroupKind, RoutePoint
from csta.simulator.dialplan import ExternalNumber, external_number
from csta.simulator.exchange import Exchange

MOST_DIVERSIONS = 5
"""After that many forwardings in a row the switch gives up, so that a ring of them does not spin for ever."""

Types = tuple[ForwardingType, ForwardingType, ForwardingType]
"""Forwarding for (all, internal, external) calls."""

NO_ANSWER: Types = (
    ForwardingType.FORWARD_NO_ANS,
    ForwardingType.FORWARD_NO_ANS_INT,
    ForwardingType.FORWARD_NO_ANS_EXT,
)


class Obstacle(NamedTuple):
    """Why a call does not ring at an extension.

    :param applies: whether it is so.
    :param types: forwardings that act then.
    :param diverted: cause when one does.
    :param failed: cause when none does; None lets the call through.
    """

    applies: Callable[[Extension], bool]
    types: Types | None
    diverted: EventCause
    failed: EventCause | None


OBSTACLES: tuple[Obstacle, ...] = (
    Obstacle(lambda device: not device.in_service, None, EventCause.REDIRECTED, EventCause.DEST_OUT_OF_ORDER),
    Obstacle(
        lambda device: True,
        (ForwardingType.FORWARD_IMMEDIATE, ForwardingType.FORWARD_IMM_INT, ForwardingType.FORWARD_IMM_EXT),
        EventCause.CALL_FORWARD_IMMEDIATE,
        None,
    ),
    Obstacle(
        lambda device: device.do_not_disturb,
        (ForwardingType.FORWARD_DND, ForwardingType.FORWARD_DND_INT, ForwardingType.FORWARD_DND_EXT),
        EventCause.CALL_FORWARD,
        EventCause.DO_NOT_DISTURB,
    ),
    Obstacle(
        lambda device: device.busy,
        (ForwardingType.FORWARD_BUSY, ForwardingType.FORWARD_BUSY_INT, ForwardingType.FORWARD_BUSY_EXT),
        EventCause.CALL_FORWARD_BUSY,
        EventCause.BUSY,
    ),
)
"""In the order in which the switch looks."""

UNLESS_BUSY = OBSTACLES[:-1]
"""For what a busy device can take as well: parked calls, text messages."""


class Diversion(NamedTuple):
    """One hop: the extension sends the call on to ``destination``."""

    device: Extension
    destination: str
    cause: EventCause


@dataclass(frozen=True, slots=True)
class Route:
    """The way to a number: the hops, then where it ends or why it does not.

    :param number: the number at the end.
    :param target: what will ring or take the call in; None when ``failure`` is set.
    """

    diversions: tuple[Diversion, ...]
    number: str
    target: Extension | Group | RoutePoint | ExternalNumber | None
    failure: EventCause | None = None


def forwarding(device: Extension, types: Types, external: bool) -> Forwarding | None:
    """The setting that acts for the call: the closer one (internal, external) before that for all calls."""
    close = types[2] if external else types[1]
    return device.forwarding.get(close) or device.forwarding.get(types[0])


def route(exchange: Exchange, call: Call, number: str, obstacles: tuple[Obstacle, ...] = OBSTACLES) -> Route:
    """Find the way of a call to ``number``; nothing happens yet."""
    hops: list[Diversion] = []
    while (device := exchange.extensions.get(number)) is not None:
        step = _step(device, call, obstacles)
        if not isinstance(step, Diversion):
            return Route(tuple(hops), number, None if step else device, step)
        if len(hops) == MOST_DIVERSIONS:
            return Route(tuple(hops), number, None, EventCause.OVERFLOW)
        hops.append(step)
        number = step.destination
    gathering = exchange.groups.get(number) or exchange.route_points.get(number)
    if gathering is not None:
        return _gather(gathering, call, tuple(hops))
    outside = external_number(exchange.numbers, number)
    if outside is None:
        return Route(tuple(hops), number, None, EventCause.DEST_NOT_OBTAINABLE)
    return Route(tuple(hops), number, outside, None if exchange.free_line() else EventCause.TRUNKS_BUSY)


def _gather(gathering: Group | RoutePoint, call: Call, hops: tuple[Diversion, ...]) -> Route:
    """A group or a routeing device takes any call, but not one it has already; nobody calls a pick group."""
    if isinstance(gathering, Group) and gathering.kind is GroupKind.PICK:
        return Route(hops, gathering.number, None, EventCause.DEST_NOT_OBTAINABLE)
    if gathering.number in call.connections:
        return Route(hops, gathering.number, None, EventCause.BUSY)
    return Route(hops, gathering.number, gathering)


def _step(device: Extension, call: Call, obstacles: tuple[Obstacle, ...]) -> Diversion | EventCause | None:
    """What the extension does with the call: send it on, refuse it with a cause, or let it ring (None)."""
    for obstacle in obstacles:
        if not obstacle.applies(device):
            continue
        setting = forwarding(device, obstacle.types, call.external) if obstacle.types else None
        if setting is not None:
            return Diversion(device, setting.destination, obstacle.diverted)
        if obstacle.failed is not None:
            return obstacle.failed
    return EventCause.BUSY if device.number in call.connections else None
