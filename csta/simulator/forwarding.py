"""Do-not-disturb and forwarding: what becomes of calls that a device does not take (ECMA-269 §6.7.1, §22.1)."""

from __future__ import annotations

from csta.messages.common import DeviceID
from csta.messages.errors import OperationErrors as Operation
from csta.messages.logical_device import (
    DoNotDisturbEvent,
    ForwardingEvent,
    ForwardingType,
    ForwardListItem,
    GetDoNotDisturb,
    GetDoNotDisturbResponse,
    GetForwarding,
    GetForwardingResponse,
    SetDoNotDisturb,
    SetDoNotDisturbResponse,
    SetForwarding,
    SetForwardingResponse,
)
from csta.simulator import event_reports as reports
from csta.simulator.admission import extension_at
from csta.simulator.calls import Extension, Forwarding
from csta.simulator.dialplan import SECONDS_PER_RING, external_number
from csta.simulator.exchange import Exchange
from csta.simulator.failures import Refusal
from csta.simulator.monitors import Client

FORWARDING_TYPES = frozenset(ForwardingType)


def get_do_not_disturb(
    exchange: Exchange, client: Client, request: GetDoNotDisturb, now: float
) -> GetDoNotDisturbResponse:
    """Get Do Not Disturb, §22.1.10."""
    return GetDoNotDisturbResponse(do_not_disturb_on=extension_at(exchange, request.device).do_not_disturb)


def set_do_not_disturb(
    exchange: Exchange, client: Client, request: SetDoNotDisturb, now: float
) -> SetDoNotDisturbResponse:
    """Set Do Not Disturb, §22.1.19, for all calls; no event when nothing changes (§9.5.1 FR 8)."""
    device = extension_at(exchange, request.device)
    if request.do_not_disturb_on != device.do_not_disturb:
        device.do_not_disturb = request.do_not_disturb_on
        exchange.monitors.report(
            DoNotDisturbEvent(
                monitor_cross_ref_id="",
                device=reports.subject(device.id),
                do_not_disturb_on=device.do_not_disturb,
            ),
            [device],
        )
    return SetDoNotDisturbResponse()


def get_forwarding(exchange: Exchange, client: Client, request: GetForwarding, now: float) -> GetForwardingResponse:
    """Get Forwarding, §22.1.11: the settings that are on."""
    settings = extension_at(exchange, request.device).forwarding
    return GetForwardingResponse(
        forwarding_list=tuple(
            ForwardListItem(
                forwarding_type=kind,
                forward_status=True,
                forward_dn=DeviceID(number=setting.destination),
                ring_duration=None if setting.ring_duration is None else int(setting.ring_duration),
            )
            for kind, setting in settings.items()
        )
    )


def set_forwarding(exchange: Exchange, client: Client, request: SetForwarding, now: float) -> SetForwardingResponse:
    """Set Forwarding, §22.1.20: one user setting; this switch has no default ones."""
    device = extension_at(exchange, request.device)
    kind = request.forwarding_type
    if kind not in FORWARDING_TYPES:
        raise Refusal.operation(Operation.INVALID_FORWARDING_TYPE)
    before = device.forwarding.get(kind)
    after = _setting(exchange, device, request) if request.activate_forward else None
    if after is None:
        device.forwarding.pop(kind, None)
    else:
        device.forwarding[kind] = after
    if after != before:
        _report_forwarding(exchange, device, kind, after)
    return SetForwardingResponse()


def _setting(exchange: Exchange, device: Extension, request: SetForwarding) -> Forwarding:
    destination = request.forward_dn.number if request.forward_dn else ""
    outside = external_number(exchange.numbers, destination) is not None
    if destination == device.number or not (
        outside or destination in exchange.extensions or destination in exchange.groups
    ):
        raise Refusal.operation(Operation.INVALID_FORWARDING_DESTINATION)
    duration = request.ring_duration
    if duration is None and request.ring_count is not None:
        duration = request.ring_count * SECONDS_PER_RING
    return Forwarding(destination, duration)


def _report_forwarding(exchange: Exchange, device: Extension, kind: ForwardingType, setting: Forwarding | None) -> None:
    event = ForwardingEvent(
        monitor_cross_ref_id="",
        device=reports.subject(device.id),
        forwarding_type=kind,
        forward_status=setting is not None,
        forward_to=DeviceID(number=setting.destination) if setting else None,
    )
    exchange.monitors.report(event, [device])
