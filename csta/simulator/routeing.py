"""Routeing: a computing function says where calls go (ECMA-269 §6.7.8, §20).

A call at a routeing device opens a dialogue with the client that registered for the device. Whatever happens then, the
dialogue ends with Route End, and the call goes somewhere: where the client said, or to the device's default when nobody
answers in time, the client is lost, or it has no idea.
"""

from __future__ import annotations

from typing import Any

from csta.messages.base import Request
from csta.messages.call_data import EventCause
from csta.messages.common import DeviceID
from csta.messages.errors import OperationErrors as Operation
from csta.messages.errors import SubscribedResourceAvailabilityErrors as Subscribed
from csta.messages.errors import UniversalFailure
from csta.messages.identifiers import CalledDeviceID
from csta.messages.routeing import (
    RejectCause,
    ReRoute,
    RouteEnd,
    RouteRegister,
    RouteRegisterCancel,
    RouteRegisterCancelResponse,
    RouteRegisterResponse,
    RouteReject,
    RouteRequest,
    RouteSelect,
    RouteUsed,
)
from csta.messages.system import RegistrationType
from csta.simulator import event_reports as reports
from csta.simulator import progress
from csta.simulator.calls import Connection, RoutePoint
from csta.simulator.destinations import Route, route
from csta.simulator.dialplan import ExternalNumber
from csta.simulator.exchange import Exchange
from csta.simulator.failures import Refusal
from csta.simulator.monitors import Client
from csta.simulator.pending import Dialogue
from csta.simulator.states import State

REJECTIONS: dict[RejectCause, EventCause] = {
    RejectCause.BUSY_OVERFLOW: EventCause.BUSY_OVERFLOW,
    RejectCause.QUEUE_TIME_OVERFLOW: EventCause.QUEUE_TIME_OVERFLOW,
    RejectCause.CAPACITY_OVERFLOW: EventCause.CAPACITY_OVERFLOW,
    RejectCause.CALENDAR_OVERFLOW: EventCause.CALENDAR_OVERFLOW,
    RejectCause.UNKNOWN_OVERFLOW: EventCause.UNKNOWN_OVERFLOW,
}
"""Why a route was rejected → what the caller's side is told."""

MOST_RETRIES = 3
"""Times a client is asked again when its destinations cannot be reached; then the default is used."""


def route_register(exchange: Exchange, client: Client, request: RouteRegister, now: float) -> RouteRegisterResponse:
    """Route Register, §20.1.1, for one routeing device or all; one client for each is enough."""
    number = request.routeing_device.number if request.routeing_device is not None else None
    if number is not None and number not in exchange.route_points:
        raise Refusal.operation(Operation.INVALID_DEVICE_ID)
    taken = exchange.registrations.router(number or "")
    if taken is not None and taken.device == number:
        limit = Subscribed.OBJECT_REGISTRATION_LIMIT_EXCEEDED
        raise Refusal(UniversalFailure(subscribed_resource_availability=limit))
    registration = exchange.registrations.register(client, RegistrationType.ROUTE_REGISTER)
    registration.device = number
    return RouteRegisterResponse(route_register_req_id=registration.id)


def route_register_cancel(
    exchange: Exchange, client: Client, request: RouteRegisterCancel, now: float
) -> RouteRegisterCancelResponse:
    """Route Register Cancel, §20.1.3; open dialogues go on until they end."""
    kind = RegistrationType.ROUTE_REGISTER
    registration = exchange.registrations.find(client, kind, request.route_register_req_id)
    if registration is None:
        raise Refusal.operation(Operation.INVALID_ROUTE_REGISTRATION_CROSS_REF_ID)
    exchange.registrations.cancel(registration)
    return RouteRegisterCancelResponse()


def settle(exchange: Exchange, now: float) -> bool:
    """Ask about one call that came to a routeing device, or end the dialogue of one that is gone."""
    for dialogue in list(exchange.dialogues.values()):
        if dialogue.connection.state == State.NULL:
            _end(exchange, dialogue)
            return True
    asked = {dialogue.connection.id for dialogue in exchange.dialogues.values()}
    for point in exchange.route_points.values():
        for connection in point.connections:
            if connection.id not in asked:
                _ask(exchange, point, connection, now)
                return True
    return False


def _ask(exchange: Exchange, point: RoutePoint, connection: Connection, now: float) -> None:
    """Begin a dialogue, when somebody registered and the route mode is on (§6.7.8.1)."""
    registration = exchange.registrations.router(point.number)
    if registration is None or not point.mode:
        progress.send_on(exchange, connection, point.default, EventCause.REDIRECTED, now)
        return
    reference = exchange.new_reference()
    dialogue = Dialogue(reference, registration.client, registration.id, point, connection)
    exchange.dialogues[reference] = dialogue
    call = connection.call
    _say(
        exchange,
        dialogue,
        RouteRequest(
            cross_ref_identifier=reference,
            route_register_req_id=registration.id,
            current_route=reports.called(call),
            calling_device=reports.calling(call),
            routeing_device=reports.subject(point.id),
            routed_call=connection.id,
            associated_calling_device=reports.associated_calling(call),
            reply_timeout=int(point.reply_timeout),
            correlator_data=call.correlator_data,
        ),
    )
    _await_reply(exchange, dialogue, now)


def _await_reply(exchange: Exchange, dialogue: Dialogue, now: float) -> None:
    at = now + dialogue.point.reply_timeout
    exchange.timers.set(dialogue, at, lambda at: _expired(exchange, dialogue, at))


def _expired(exchange: Exchange, dialogue: Dialogue, now: float) -> None:
    _default(exchange, dialogue, now, UniversalFailure(operation=Operation.ROUTEING_TIMER_EXPIRED))


def route_select(exchange: Exchange, client: Client, request: RouteSelect, now: float) -> None:
    """Route Select, §20.2.5: the first destination that can be reached, of the one selected and its alternates."""
    dialogue = _dialogue(exchange, client, request.cross_ref_identifier, request.route_register_req_id)
    dialogue.tells_used = bool(request.route_used_req)
    call = dialogue.connection.call
    if request.correlator_data is not None:
        call.correlator_data = request.correlator_data
    for wanted in (request.route_selected, *(request.alternate_routes or ())):
        way = route(exchange, call, wanted.number)
        if way.failure is None and wanted.number != dialogue.point.number:
            _send(exchange, dialogue, wanted, way, now)
            return
    retries = request.remain_retries.retry_count if request.remain_retries is not None else None
    dialogue.retries += 1
    if dialogue.retries > MOST_RETRIES or retries == 0:
        _default(exchange, dialogue, now, UniversalFailure(operation=Operation.INVALID_DESTINATION))
        return
    again = ReRoute(cross_ref_identifier=dialogue.id, route_register_req_id=dialogue.register_id)
    _say(exchange, dialogue, again)
    _await_reply(exchange, dialogue, now)


def _send(exchange: Exchange, dialogue: Dialogue, wanted: DeviceID, way: Route, now: float) -> None:
    connection, call = dialogue.connection, dialogue.connection.call
    del exchange.dialogues[dialogue.id]
    exchange.timers.cancel(dialogue)
    progress.send_on(exchange, connection, wanted.number, EventCause.REDIRECTED, now)
    if dialogue.tells_used:
        used = RouteUsed(
            cross_ref_identifier=dialogue.id,
            route_register_req_id=dialogue.register_id,
            route_used=CalledDeviceID(device_identifier=DeviceID(number=way.number)),
            calling_device=reports.calling(call),
            domain=not isinstance(way.target, ExternalNumber),
        )
        _say(exchange, dialogue, used)
    _say_end(exchange, dialogue, None)


def route_end(exchange: Exchange, client: Client, request: RouteEnd, now: float) -> None:
    """Route End of the client, §20.2.2: it has no destination, so the default is used."""
    dialogue = _dialogue(exchange, client, request.cross_ref_identifier, request.route_register_req_id)
    if request.correlator_data is not None:
        dialogue.connection.call.correlator_data = request.correlator_data
    lose(exchange, dialogue, now)


def route_reject(exchange: Exchange, client: Client, request: RouteReject, now: float) -> None:
    """Route Reject, §20.2.3: the call goes back to where it came from."""
    dialogue = _dialogue(exchange, client, request.cross_ref_identifier, request.route_register_req_id)
    if request.reject_cause is not None and request.reject_cause not in REJECTIONS:
        raise Refusal.operation(Operation.INVALID_PARAMETER_VALUE)
    cause = REJECTIONS[request.reject_cause or RejectCause.UNKNOWN_OVERFLOW]
    _end(exchange, dialogue)
    progress.give_up(exchange, dialogue.connection, cause, now)


def lose(exchange: Exchange, dialogue: Dialogue, now: float) -> None:
    """Nobody is there any more to say where the call goes."""
    del exchange.dialogues[dialogue.id]
    exchange.timers.cancel(dialogue)
    progress.send_on(exchange, dialogue.connection, dialogue.point.default, EventCause.REDIRECTED, now)


def lose_client(exchange: Exchange, client: Client, now: float) -> None:
    """The client is gone, and its calls must go somewhere."""
    for dialogue in [each for each in exchange.dialogues.values() if each.client == client]:
        lose(exchange, dialogue, now)


def _default(exchange: Exchange, dialogue: Dialogue, now: float, why: UniversalFailure) -> None:
    _end(exchange, dialogue, why)
    progress.send_on(exchange, dialogue.connection, dialogue.point.default, EventCause.REDIRECTED, now)


def _end(exchange: Exchange, dialogue: Dialogue, why: UniversalFailure | None = None) -> None:
    del exchange.dialogues[dialogue.id]
    exchange.timers.cancel(dialogue)
    _say_end(exchange, dialogue, why)


def _say_end(exchange: Exchange, dialogue: Dialogue, why: UniversalFailure | None) -> None:
    end = RouteEnd(cross_ref_identifier=dialogue.id, route_register_req_id=dialogue.register_id, error_value=why)
    _say(exchange, dialogue, end)


def _say(exchange: Exchange, dialogue: Dialogue, request: Request[Any]) -> None:
    exchange.outbox.append((dialogue.client, request))


def _dialogue(exchange: Exchange, client: Client, reference: str, register_id: str | None) -> Dialogue:
    """The dialogue a message belongs to; one that ended meanwhile is refused."""
    dialogue = exchange.dialogues.get(reference)
    if dialogue is None or dialogue.client != client:
        raise Refusal.operation(Operation.INVALID_ROUTEING_CROSS_REF_ID)
    if register_id not in (None, dialogue.register_id):
        raise Refusal.operation(Operation.INVALID_ROUTE_REGISTRATION_CROSS_REF_ID)
    return dialogue
