"""Logical device features of a telephone besides forwarding and agents (ECMA-269 §22.1).

A Set for the value in force is acknowledged and makes no event (§9.5.1 FR 8).
"""

from __future__ import annotations

from csta.messages.common import DeviceID
from csta.messages.errors import OperationErrors as Operation
from csta.messages.logical_device import (
    AutoAnswerEvent,
    CallerIDStatusEvent,
    GetAutoAnswer,
    GetAutoAnswerResponse,
    GetCallerIDStatus,
    GetCallerIDStatusResponse,
    GetLastNumberDialed,
    GetLastNumberDialedResponse,
    GetPresenceState,
    GetPresenceStateResponse,
    GetRouteingMode,
    GetRouteingModeResponse,
    PresenceStateEvent,
    RouteingEvent,
    SetAutoAnswer,
    SetAutoAnswerResponse,
    SetCallerIDStatus,
    SetCallerIDStatusResponse,
    SetPresenceState,
    SetPresenceStateResponse,
    SetRouteingMode,
    SetRouteingModeResponse,
)
from csta.simulator import event_reports as reports
from csta.simulator.admission import device_for, extension_at
from csta.simulator.calls import Presence, RoutePoint
from csta.simulator.exchange import Exchange
from csta.simulator.failures import Refusal
from csta.simulator.monitors import Client


def get_auto_answer(exchange: Exchange, client: Client, request: GetAutoAnswer, now: float) -> GetAutoAnswerResponse:
    """Get Auto Answer, §22.1.6."""
    rings = extension_at(exchange, request.device).auto_answer
    return GetAutoAnswerResponse(auto_answer_on=rings is not None, number_of_rings=rings)


def set_auto_answer(exchange: Exchange, client: Client, request: SetAutoAnswer, now: float) -> SetAutoAnswerResponse:
    """Set Auto Answer, §22.1.16: at once where the number of rings is left out; only for hands-free telephones."""
    device = extension_at(exchange, request.device)
    if request.auto_answer_on and not device.hands_free:
        raise Refusal.operation(Operation.AUTO_ANSWER_NOT_SUPPORTED)
    rings = (request.number_of_rings or 0) if request.auto_answer_on else None
    if rings != device.auto_answer:
        device.auto_answer = rings
        event = AutoAnswerEvent(
            monitor_cross_ref_id="",
            invoking_device=reports.subject(device.id),
            auto_answer_on=rings is not None,
            number_of_rings=rings,
        )
        exchange.monitors.report(event, [device])
    return SetAutoAnswerResponse()


def get_caller_id_status(
    exchange: Exchange, client: Client, request: GetCallerIDStatus, now: float
) -> GetCallerIDStatusResponse:
    """Get Caller ID Status, §22.1.9."""
    return GetCallerIDStatusResponse(caller_id_provided=extension_at(exchange, request.device).shows_number)


def set_caller_id_status(
    exchange: Exchange, client: Client, request: SetCallerIDStatus, now: float
) -> SetCallerIDStatusResponse:
    """Set Caller ID Status, §22.1.18."""
    device = extension_at(exchange, request.device)
    if device.shows_number != request.caller_id_provided:
        device.shows_number = request.caller_id_provided
        event = CallerIDStatusEvent(monitor_cross_ref_id="", device=device.id, caller_id_provided=device.shows_number)
        exchange.monitors.report(event, [device])
    return SetCallerIDStatusResponse()


def get_last_number_dialled(
    exchange: Exchange, client: Client, request: GetLastNumberDialed, now: float
) -> GetLastNumberDialedResponse:
    """Get Last Number Dialled, §22.1.12; a null number when the device has not called yet."""
    return GetLastNumberDialedResponse(
        number_dialed=DeviceID(number=extension_at(exchange, request.device).last_dialled)
    )


def get_presence_state(
    exchange: Exchange, client: Client, request: GetPresenceState, now: float
) -> GetPresenceStateResponse:
    """Get Presence State, §22.1.13."""
    presence = extension_at(exchange, request.device).presence
    return GetPresenceStateResponse(
        presence_state=presence.state,
        from_time=presence.from_time,
        until_time=presence.until_time,
        place=presence.place,
        mood=presence.mood,
        named_presence_state=presence.named,
    )


def set_presence_state(
    exchange: Exchange, client: Client, request: SetPresenceState, now: float
) -> SetPresenceStateResponse:
    """Set Presence State, §22.1.21; it switches on no other feature, and stays until it is set again."""
    device = extension_at(exchange, request.device)
    wanted = Presence(
        request.requested_presence_state,
        request.from_time,
        request.until_time,
        request.place,
        request.mood,
        request.named_presence_state,
    )
    if wanted != device.presence:
        device.presence = wanted
        event = PresenceStateEvent(
            monitor_cross_ref_id="",
            device=reports.subject(device.id),
            presence_state=wanted.state,
            from_time=wanted.from_time,
            until_time=wanted.until_time,
            place=wanted.place,
            mood=wanted.mood,
            named_presence_state=wanted.named,
        )
        exchange.monitors.report(event, [device])
    return SetPresenceStateResponse()


def get_routeing_mode(
    exchange: Exchange, client: Client, request: GetRouteingMode, now: float
) -> GetRouteingModeResponse:
    """Get Routeing Mode, §22.1.14."""
    return GetRouteingModeResponse(routeing_mode=_route_point(exchange, request.device).mode)


def set_routeing_mode(
    exchange: Exchange, client: Client, request: SetRouteingMode, now: float
) -> SetRouteingModeResponse:
    """Set Routeing Mode, §22.1.22: off suspends the requests and keeps the registration (§6.7.8.1)."""
    point = _route_point(exchange, request.device)
    if point.mode != request.routeing_mode:
        point.mode = request.routeing_mode
        event = RouteingEvent(monitor_cross_ref_id="", device=reports.subject(point.id), routeing_mode=point.mode)
        exchange.monitors.report(event, [point])
    return SetRouteingModeResponse()


def _route_point(exchange: Exchange, wanted: DeviceID) -> RoutePoint:
    device = device_for(exchange, wanted)
    if not isinstance(device, RoutePoint):
        raise Refusal.operation(Operation.REQUEST_INCOMPATIBLE_WITH_DEVICE)
    return device
