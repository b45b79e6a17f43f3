"""Features of devices: do-not-disturb, forwarding, in service (ECMA-269 §22, §23)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from csta.messages.base import Event
from csta.messages.device_maintenance import BackInServiceEvent, OutOfServiceEvent
from csta.messages.logical_device import (
    DoNotDisturbEvent,
    ForwardingEvent,
    ForwardingType,
    GetForwardingResponse,
)
from csta.model.events import DeviceChanged


class Features:
    """What is known of the forwardings of devices: an event tells of one type, the model wants all."""

    def __init__(self) -> None:
        self._forwardings: dict[str, dict[str, str]] = {}

    def changed(self, device: str, event: Event) -> DeviceChanged | None:
        """What an event says of a device's features; None for an event about something else."""
        reading = _READINGS.get(type(event))
        return reading(self, device, event) if reading is not None else None

    def forwardings(self, device: str, answer: GetForwardingResponse) -> dict[str, str]:
        """The active forwardings of a device, type → destination, from the answer of Get Forwarding (§22.1.11)."""
        active = {
            _type(item.forwarding_type): item.forward_dn.number if item.forward_dn else ""
            for item in answer.forwarding_list
            if item.forward_status
        }
        self._forwardings[device] = active
        return dict(active)

    def _do_not_disturb(self, device: str, event: DoNotDisturbEvent) -> DeviceChanged:
        return DeviceChanged(device, do_not_disturb=event.do_not_disturb_on)

    def _forwarding(self, device: str, event: ForwardingEvent) -> DeviceChanged:
        known = self._forwardings.setdefault(device, {})
        if event.forward_status:
            known[_type(event.forwarding_type)] = event.forward_to.number if event.forward_to else ""
        else:
            known.pop(_type(event.forwarding_type), None)
        return DeviceChanged(device, forwarding=dict(known))

    def _in_service(self, device: str, event: Event) -> DeviceChanged:
        return DeviceChanged(device, in_service=isinstance(event, BackInServiceEvent))


def _type(forwarding_type: ForwardingType | None) -> str:
    """Name of a forwarding type; a switch that has only one leaves it out (§22.1.20)."""
    return (forwarding_type or ForwardingType.FORWARD_IMMEDIATE).value


_READINGS: dict[type[Event], Callable[[Features, str, Any], DeviceChanged]] = {
    DoNotDisturbEvent: Features._do_not_disturb,
    ForwardingEvent: Features._forwarding,
    BackInServiceEvent: Features._in_service,
    OutOfServiceEvent: Features._in_service,
}
