"""Services that bring one more device into a call: Conference, Join, Intrude (ECMA-269 §17.1)."""

from __future__ import annotations

from csta.messages.call_control import (
    ConferenceCall,
    ConferenceCallResponse,
    IntrudeCall,
    IntrudeCallResponse,
    JoinCall,
    JoinCallResponse,
    ParticipationType,
    SingleStepConferenceCall,
    SingleStepConferenceCallResponse,
)
from csta.messages.call_data import ConsultOptions, EventCause
from csta.messages.common import DeviceID
from csta.messages.errors import OperationErrors as Operation
from csta.messages.errors import StateIncompatibilityErrors as Incompatible
from csta.messages.errors import SystemResourceAvailabilityErrors as Resource
from csta.messages.errors import UniversalFailure
from csta.messages.media import FlowDirection
from csta.simulator import event_reports as reports
from csta.simulator import progress
from csta.simulator.admission import (
    connection_for,
    extension_for,
    extension_of,
    pair_for,
    require_mergeable,
    require_no_other_connected,
)
from csta.simulator.calls import Connection, Extension
from csta.simulator.destinations import route
from csta.simulator.exchange import Exchange
from csta.simulator.failures import Refusal
from csta.simulator.merging import Merger, list_item
from csta.simulator.monitors import Client
from csta.simulator.states import NEEDS, State

_NO_CONFERENCE = frozenset({ConsultOptions.TRANSFER_ONLY, ConsultOptions.CONSULT_ONLY})

PARTICIPATION: dict[ParticipationType, FlowDirection | None] = {
    ParticipationType.ACTIVE: None,
    ParticipationType.SILENT: FlowDirection.RECEIVE,
}
"""How somebody takes part → the direction of its media; None is both. The third value nobody explains (§17.1.17)."""


def conference_call(exchange: Exchange, client: Client, request: ConferenceCall, now: float) -> ConferenceCallResponse:
    """Conference Call, §17.1.9."""
    held, active = pair_for(exchange, request.held_call, request.active_call, "conferenceCall")
    require_mergeable(held, active, _NO_CONFERENCE)
    require_no_other_connected(held, active)
    _require_room(exchange, len(held.call.connections) + len(active.call.connections) - 1)
    added = next(active.call.others(active.device))
    old_held, old_active = held.id, active.id
    merger = Merger(exchange, held, active, leaves=False)
    merger.move(held)
    if held.state == State.HOLD:
        exchange.move(held, State.CONNECTED)
    merger.finish()
    items = tuple(merger.items)
    event = reports.conferenced(old_held, old_active, merger.device, added.identity, items)
    exchange.report(event, merger.call)
    return ConferenceCallResponse(conference_call=held.id, connections=items)


def join_call(exchange: Exchange, client: Client, request: JoinCall, now: float) -> JoinCallResponse:
    """Join Call, §17.1.17: connected at once; forwarding and do-not-disturb there do not count (FR 5)."""
    active = connection_for(exchange, request.active_call, NEEDS["joinCall"])
    device = _guest(exchange, active, request.joining_device)
    if not device.hands_free:
        raise Refusal.operation(Operation.REQUEST_INCOMPATIBLE_WITH_DEVICE)
    flow = _flow(request.participation_type)
    joined = _bring_in(exchange, active, device, flow, EventCause.JOIN_CALL, now)
    return JoinCallResponse(conferenced_call=joined.id)


def single_step_conference_call(
    exchange: Exchange, client: Client, request: SingleStepConferenceCall, now: float
) -> SingleStepConferenceCallResponse:
    """Single Step Conference, §17.1.25: forwarding and do-not-disturb at the device count.

    A hands-free device is connected at once, as in Phase II; any other rings first.
    """
    active = connection_for(exchange, request.active_call, NEEDS["singleStepConference"])
    extension_of(active)
    way = route(exchange, active.call, request.device_to_join.number)
    if way.failure is not None or not isinstance(way.target, Extension):
        raise Refusal.operation(Operation.INVALID_DESTINATION_DEVICE_ID)
    device = _guest(exchange, active, way.target.id)
    flow = _flow(request.participation_type)
    progress.follow(exchange, active.call, way, EventCause.SINGLE_STEP_CONFERENCE)
    joined = _bring_in(exchange, active, device, flow, EventCause.SINGLE_STEP_CONFERENCE, now)
    return SingleStepConferenceCallResponse(conferenced_call=joined.id)


def intrude_call(exchange: Exchange, client: Client, request: IntrudeCall, now: float) -> IntrudeCallResponse:
    """Intrude Call, §17.1.16: the caller comes into the call of the busy device, whose identifier stays."""
    intruder = connection_for(exchange, request.intrude, NEEDS["intrudeCall"])
    extension_of(intruder)
    flow = _flow(request.participation_type)
    failed = intruder.call.failed
    busy = exchange.extensions.get(failed.number) if failed is not None else None
    active = busy.connection_in(State.CONNECTED) if busy is not None else None
    if active is None or not active.call.talked:
        raise Refusal.state(Incompatible.NO_CALL_TO_COMPLETE)
    if intruder.device.number in active.call.connections:
        raise Refusal.operation(Operation.NOT_DIFFERENT_DEVICES)
    _require_room(exchange, len(active.call.connections) + 1)
    old, former = intruder.id, intruder.call
    exchange.timers.cancel(intruder)
    exchange.monitors.move(former, active.call)
    exchange.transplant(intruder, active.call)
    exchange.close(former)
    intruder.flow = flow
    items = tuple(list_item(each, old if each is intruder else each.id) for each in active.call.connections.values())
    device = intruder.device
    event = reports.conferenced(old, active.id, device, device.id, items, EventCause.INTRUDE)
    exchange.report(event, active.call)
    return IntrudeCallResponse(conferenced_call=intruder.id)


def _bring_in(
    exchange: Exchange,
    active: Connection,
    device: Extension,
    flow: FlowDirection | None,
    cause: EventCause,
    now: float,
) -> Connection:
    """One more device in the call, which keeps its identifier."""
    call, there = active.call, list(active.call.connections.values())
    guest = exchange.join(call, device, State.CONNECTED if device.hands_free else State.ALERTING)
    guest.flow = flow
    items = (*(list_item(each, each.id) for each in there), list_item(guest, None))
    exchange.report(reports.conferenced(active.id, None, active.device, device.id, items, cause), call)
    if guest.state == State.CONNECTED:
        exchange.report(reports.established(guest, cause), call)
    else:
        progress.deliver(exchange, guest, cause, now)
    return guest


def _guest(exchange: Exchange, active: Connection, wanted: DeviceID) -> Extension:
    """The device to be brought in: a free telephone that is not in the call."""
    device = extension_for(exchange, wanted, Operation.INVALID_DESTINATION_DEVICE_ID)
    if not active.call.joinable:
        raise Refusal.state(Incompatible.INVALID_ACTIVE_CONNECTION_STATE)
    if device.number in active.call.connections:
        raise Refusal.operation(Operation.NOT_DIFFERENT_DEVICES)
    if not device.in_service or device.connection_in(State.CONNECTED, State.INITIATED, State.ALERTING):
        raise Refusal.state(Incompatible.INVALID_DESTINATION_DEVICE_STATE)
    _require_room(exchange, len(active.call.connections) + 1)
    return device


def _require_room(exchange: Exchange, members: int) -> None:
    if members > exchange.profile.conference_members:
        raise Refusal(UniversalFailure(system_resource_availability=Resource.CONFERENCE_MEMBER_LIMIT_EXCEEDED))


def _flow(participation: ParticipationType) -> FlowDirection | None:
    if participation not in PARTICIPATION:
        raise Refusal.operation(Operation.INVALID_PARTICIPATION_TYPE)
    return PARTICIPATION[participation]
