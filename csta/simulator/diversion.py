"""Services that bring a ringing or held call elsewhere: Accept, Deflect, Pickup, Park (ECMA-269 §17.1)."""

from __future__ import annotations

from csta.messages.call_control import (
    AcceptCall,
    AcceptCallResponse,
    DeflectCall,
    DeflectCallResponse,
    DirectedPickupCall,
    DirectedPickupCallResponse,
    GroupPickupCall,
    GroupPickupCallResponse,
    ParkCall,
    ParkCallResponse,
)
from csta.messages.call_data import EventCause
from csta.messages.common import DeviceID
from csta.messages.errors import OperationErrors as Operation
from csta.messages.errors import StateIncompatibilityErrors as Incompatible
from csta.simulator import event_reports as reports
from csta.simulator import progress
from csta.simulator.admission import (
    connection_for,
    extension_for,
    extension_of,
    reachable,
    require_partner,
)
from csta.simulator.calls import Call, Connection, Extension, Group
from csta.simulator.destinations import UNLESS_BUSY, Route, route
from csta.simulator.exchange import Exchange
from csta.simulator.failures import Refusal
from csta.simulator.monitors import Client
from csta.simulator.states import NEEDS, State


def accept_call(exchange: Exchange, client: Client, request: AcceptCall, now: float) -> AcceptCallResponse:
    """Accept Call, §17.1.1: the offered call rings."""
    connection = connection_for(exchange, request.call_to_be_accepted, NEEDS["acceptCall"])
    if not connection.offered:
        raise Refusal.state(Incompatible.INVALID_CONNECTION_STATE)
    progress.deliver(exchange, connection, EventCause.NEW_CALL, now)
    return AcceptCallResponse()


def deflect_call(exchange: Exchange, client: Client, request: DeflectCall, now: float) -> DeflectCallResponse:
    """Deflect Call, §17.1.11. Several destinations have to be telephones; they ring together (FR 9)."""
    connection = connection_for(exchange, request.call_to_be_diverted, NEEDS["deflectCall"])
    if not isinstance(connection.device, Extension | Group):
        raise Refusal.operation(Operation.INVALID_DIVERTING_DEVICE_ID)
    number = reachable(exchange, connection, request.new_destination)
    if not request.add_new_destinations_list:
        _associate(connection.call, request)
        progress.divert(exchange, connection, number, EventCause.REDIRECTED, now)
        return DeflectCallResponse()
    further = [reachable(exchange, connection, each) for each in request.add_new_destinations_list]
    ways = _telephones(exchange, connection.call, [number, *further])
    _associate(connection.call, request)
    progress.divert_to_all(exchange, connection, request.new_destination, ways, now)
    return DeflectCallResponse()


def _telephones(exchange: Exchange, call: Call, numbers: list[str]) -> list[Route]:
    """The ways to several telephones; FR 8: to all of them, or the request is refused."""
    ways = [route(exchange, call, number) for number in numbers]
    if not all(isinstance(way.target, Extension) for way in ways):
        raise Refusal.operation(Operation.PARAMETER_NOT_SUPPORTED)
    ends = {way.number for way in ways}
    if len(ends) < len(ways) or ends & call.connections.keys():
        raise Refusal.operation(Operation.NOT_DIFFERENT_DEVICES)
    return ways


def _associate(call: Call, request: DeflectCall | DirectedPickupCall | GroupPickupCall) -> None:
    """What the request says about the call replaces what was said before (§12.2.10)."""
    if request.correlator_data is not None:
        call.correlator_data = request.correlator_data
    if request.user_data is not None:
        call.user_data = request.user_data


def directed_pickup_call(
    exchange: Exchange, client: Client, request: DirectedPickupCall, now: float
) -> DirectedPickupCallResponse:
    """Directed Pickup Call, §17.1.13: connected at once (FR 1), same call (FR 3)."""
    picked = connection_for(exchange, request.call_to_be_picked_up, NEEDS["directedPickupCall"])
    if not isinstance(picked.device, Extension | Group):
        raise Refusal.operation(Operation.INVALID_PICK_UP_DEVICE_ID)
    device = extension_for(exchange, request.requesting_device, Operation.INVALID_DESTINATION_DEVICE_ID)
    if device.number in picked.call.connections:
        raise Refusal.operation(Operation.NOT_DIFFERENT_DEVICES)
    return DirectedPickupCallResponse(picked_call=_pick(exchange, picked, device, request).id)


def group_pickup_call(
    exchange: Exchange, client: Client, request: GroupPickupCall, now: float
) -> GroupPickupCallResponse:
    """Group Pickup Call, §17.1.14: the switch picks the call that rings at the first member of the group (FR 2)."""
    device = extension_for(exchange, request.new_destination, Operation.INVALID_DESTINATION_DEVICE_ID)
    if request.pick_group is not None:
        if request.pick_group.number not in exchange.groups:
            raise Refusal.operation(Operation.INVALID_DESTINATION)
        groups = [exchange.groups[request.pick_group.number]]
    else:
        groups = [group for group in exchange.groups.values() if device.number in group.members]
    for group in groups:
        for ringing in _ringing(exchange, group):
            if device.number not in ringing.call.connections:
                return GroupPickupCallResponse(picked_call=_pick(exchange, ringing, device, request).id)
    raise Refusal.state(Incompatible.NO_CALL_TO_ANSWER)


def _ringing(exchange: Exchange, group: Group) -> list[Connection]:
    members = [exchange.extensions[number] for number in group.members]
    return [each for member in members for each in member.connections if each.state == State.ALERTING]


def _pick(
    exchange: Exchange, picked: Connection, device: Extension, request: DirectedPickupCall | GroupPickupCall
) -> Connection:
    if device.connection_in(State.CONNECTED, State.INITIATED):
        raise Refusal.state(Incompatible.CONNECTED_CALL_EXISTS)
    require_partner(picked)
    call, group = picked.call, picked.group
    _associate(call, request)
    progress.leave(exchange, picked, device.id, EventCause.CALL_PICKUP)
    connection = exchange.join(call, device, State.CONNECTED)
    connection.group = group
    exchange.report(reports.established(connection, EventCause.CALL_PICKUP), call)
    progress.silence(exchange, call)
    return connection


def park_call(exchange: Exchange, client: Client, request: ParkCall, now: float) -> ParkCallResponse:
    """Park Call, §17.1.21; FR 2: a device may park at itself."""
    parking = connection_for(exchange, request.parking, NEEDS["parkCall"])
    device = extension_of(parking)
    require_partner(parking)
    call = parking.call
    if request.park_to == device.id:
        exchange.move(parking, State.QUEUED)
        parked = parking
    else:
        way = _parking_place(exchange, call, request.park_to)
        progress.follow(exchange, call, way, EventCause.PARK)
        parked = exchange.join(call, exchange.extensions[way.number], State.QUEUED)
        exchange.clear(parking, EventCause.PARK)
    exchange.report(reports.queued(parked, EventCause.PARK), call)
    progress.recall_later(exchange, parked, device, now)
    return ParkCallResponse(parked_to=parked.id)


def _parking_place(exchange: Exchange, call: Call, wanted: DeviceID) -> Route:
    """Where the call is parked: forwarding and do-not-disturb there count (FR 4), other calls there do not."""
    extension_for(exchange, wanted, Operation.INVALID_PARK_TO_DEVICE_ID)
    if wanted.number in call.connections:
        raise Refusal.operation(Operation.NOT_DIFFERENT_DEVICES)
    way = route(exchange, call, wanted.number, UNLESS_BUSY)
    if not isinstance(way.target, Extension):
        raise Refusal.state(Incompatible.INVALID_PARK_TO_DEVICE_STATE)
    return way
