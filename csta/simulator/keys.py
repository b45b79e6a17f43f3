"""The keys of a telephone: what somebody presses, as the service it stands for.

Pressing a key and asking for the service come to the same events (ECMA-269 §9.2), so a key is no more than a request
about the calls that are at the telephone just then.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Any

from csta.errors import LocalProtocolError
from csta.messages.base import Request
from csta.messages.call_control import (
    AlternateCall,
    ConferenceCall,
    ConsultationCall,
    DeflectCall,
    DirectedPickupCall,
    GroupPickupCall,
    HoldCall,
    ParkCall,
    ReconnectCall,
    RetrieveCall,
    SingleStepTransferCall,
    TransferCall,
)
from csta.messages.common import ConnectionID, DeviceID
from csta.messages.logical_device import ForwardingType, SetDoNotDisturb, SetForwarding
from csta.simulator.calls import Device, Extension
from csta.simulator.exchange import Exchange
from csta.simulator.states import State


class Key(StrEnum):
    """Keys of a telephone. Those that take a number say so."""

    ALTERNATE = "alternate"
    """Hold the one call, take the other: the held one, or the one that rings."""
    CONFERENCE = "conference"
    """The held call and this one become one."""
    CONSULT = "consult"
    """Hold the call and dial the number."""
    DEFLECT = "deflect"
    """Send the ringing call to the number."""
    DISTURB = "disturb"
    """Do-not-disturb off."""
    DO_NOT_DISTURB = "do-not-disturb"
    """Do-not-disturb on."""
    FORWARD = "forward"
    """Forward all calls to the number; off without one."""
    HOLD = "hold"
    """Hold the call."""
    PARK = "park"
    """Park the call at the number; at the own telephone without one."""
    PICK_UP = "pick-up"
    """Take the call that rings or is parked at the number; without one, that of a colleague in a pick group."""
    RECONNECT = "reconnect"
    """End this call, take the held one."""
    RETRIEVE = "retrieve"
    """Take the held call."""
    TRANSFER = "transfer"
    """Connect the held party with this one and leave; with a number, send this call there and leave."""


def pressed(exchange: Exchange, device: Extension, key: Key, number: str) -> Request[Any]:
    """The request a key stands for now; raises :class:`csta.errors.LocalProtocolError` when it stands for none."""
    return KEYS[key](exchange, device, DeviceID(number=number))


def _transfer(device: Extension, to: DeviceID) -> Request[Any]:
    if to.number:
        return SingleStepTransferCall(active_call=_at(device, State.CONNECTED), transferred_to=to)
    return TransferCall(held_call=_at(device, State.HOLD), active_call=_at(device, State.CONNECTED))


def _pick_up(exchange: Exchange, device: Extension, where: DeviceID) -> Request[Any]:
    there = exchange.device(where.number)
    if there is None:
        return GroupPickupCall(new_destination=device.id)
    return DirectedPickupCall(
        call_to_be_picked_up=_at(there, State.ALERTING, State.QUEUED), requesting_device=device.id
    )


def _forward(device: Extension, to: DeviceID) -> Request[Any]:
    return SetForwarding(
        device=device.id,
        forwarding_type=ForwardingType.FORWARD_IMMEDIATE,
        activate_forward=bool(to.number),
        forward_dn=to if to.number else None,
    )


def _at(device: Device, *states: State) -> ConnectionID:
    """The connection of the first call in one of these states, the first state first."""
    found = (device.connection_in(state) for state in states)
    connection = next((each for each in found if each is not None), None)
    if connection is None:
        raise LocalProtocolError(f"{device.number} has no call in state {' or '.join(states)}")
    return connection.id


KEYS: dict[Key, Callable[[Exchange, Extension, DeviceID], Request[Any]]] = {
    Key.ALTERNATE: lambda exchange, device, to: AlternateCall(
        held_call=_at(device, State.HOLD, State.ALERTING), active_call=_at(device, State.CONNECTED)
    ),
    Key.CONFERENCE: lambda exchange, device, to: ConferenceCall(
        held_call=_at(device, State.HOLD), active_call=_at(device, State.CONNECTED)
    ),
    Key.CONSULT: lambda exchange, device, to: ConsultationCall(
        existing_call=_at(device, State.CONNECTED), consulted_device=to
    ),
    Key.DEFLECT: lambda exchange, device, to: DeflectCall(
        call_to_be_diverted=_at(device, State.ALERTING), new_destination=to
    ),
    Key.DISTURB: lambda exchange, device, to: SetDoNotDisturb(device=device.id, do_not_disturb_on=False),
    Key.DO_NOT_DISTURB: lambda exchange, device, to: SetDoNotDisturb(device=device.id, do_not_disturb_on=True),
    Key.FORWARD: lambda exchange, device, to: _forward(device, to),
    Key.HOLD: lambda exchange, device, to: HoldCall(call_to_be_held=_at(device, State.CONNECTED)),
    Key.PARK: lambda exchange, device, to: ParkCall(
        parking=_at(device, State.CONNECTED), park_to=to if to.number else device.id
    ),
    Key.PICK_UP: _pick_up,
    Key.RECONNECT: lambda exchange, device, to: ReconnectCall(
        held_call=_at(device, State.HOLD), active_call=_at(device, State.CONNECTED)
    ),
    Key.RETRIEVE: lambda exchange, device, to: RetrieveCall(call_to_be_retrieved=_at(device, State.HOLD)),
    Key.TRANSFER: lambda exchange, device, to: _transfer(device, to),
}
"""Key → the request it stands for."""
