"""The call control and call associated services (ECMA-269 §17.1, §18.1): check the request, let the call proceed."""

from __future__ import annotations

import re

from csta.messages.base import Octets
from csta.messages.call_associated import (
    AssociateData,
    AssociateDataResponse,
    GenerateDigits,
    GenerateDigitsResponse,
)
from csta.messages.call_control import (
    AlternateCall,
    AlternateCallResponse,
    AnswerCall,
    AnswerCallResponse,
    ClearCall,
    ClearCallResponse,
    ClearConnection,
    ClearConnectionResponse,
    ConferenceCall,
    ConferenceCallResponse,
    ConsultationCall,
    ConsultationCallResponse,
    DeflectCall,
    DeflectCallResponse,
    DirectedPickupCall,
    DirectedPickupCallResponse,
    HoldCall,
    HoldCallResponse,
    MakeCall,
    MakeCallResponse,
    ParkCall,
    ParkCallResponse,
    ReconnectCall,
    ReconnectCallResponse,
    RetrieveCall,
    RetrieveCallResponse,
    SingleStepTransferCall,
    SingleStepTransferCallResponse,
    TransferCall,
    TransferCallResponse,
)
from csta.messages.call_data import AutoOriginate, ConsultOptions, EventCause
from csta.messages.common import ConnectionID, DeviceID
from csta.messages.errors import OperationErrors as Operation
from csta.messages.errors import StateIncompatibilityErrors as Incompatible
from csta.messages.errors import SystemResourceAvailabilityErrors as Resource
from csta.messages.errors import UniversalFailure
from csta.simulator import event_reports as reports
from csta.simulator import progress
from csta.simulator.admission import (
    clearing_cause,
    connection_for,
    diallable,
    extension_for,
    extension_of,
    pair_for,
    reachable,
    require_mergeable,
    require_no_other_connected,
    require_not_failed,
)
from csta.simulator.calls import Connection, Extension
from csta.simulator.exchange import Exchange
from csta.simulator.failures import Refusal
from csta.simulator.merging import Merger
from csta.simulator.states import NEEDS, State

DTMF = re.compile(r"[0-9A-D*#,]{1,64}")
"""What Generate Digits sends; a comma is a pause (§18.1.4)."""

CONFERENCE_MEMBERS = 8
"""Devices one call may have."""

_NO_TRANSFER = frozenset({ConsultOptions.CONFERENCE_ONLY, ConsultOptions.CONSULT_ONLY})
_NO_CONFERENCE = frozenset({ConsultOptions.TRANSFER_ONLY, ConsultOptions.CONSULT_ONLY})


def make_call(exchange: Exchange, request: MakeCall, now: float) -> MakeCallResponse:
    """Make Call, §17.1.18."""
    device = extension_for(exchange, request.calling_device, Operation.INVALID_CALLING_DEVICE_ID)
    number = diallable(request.called_directory_number)
    if not device.in_service:
        raise Refusal(UniversalFailure(system_resource_availability=Resource.CALLING_DEVICE_OUT_OF_SERVICE))
    if request.auto_originate == AutoOriginate.DO_NOT_PROMPT and not device.hands_free:
        raise Refusal.operation(Operation.REQUEST_INCOMPATIBLE_WITH_CALLING_DEVICE)
    connection = _off_hook(exchange, device, number, request.correlator_data)
    answer = MakeCallResponse(calling_device=connection.id)
    if device.hands_free or connection.destination == "":
        progress.originate(exchange, connection, EventCause.NEW_CALL, now)
    else:
        exchange.timers.set(connection, now + exchange.timing.prompt, lambda at: _unprompted(exchange, connection))
    return answer


def _off_hook(exchange: Exchange, device: Extension, number: str, correlator: Octets | None) -> Connection:
    """The connection to dial with: the one of a device off-hook already (FR 6), else a new one."""
    waiting = device.connection_in(State.INITIATED)
    if waiting is not None and not waiting.destination:
        waiting.call.called = DeviceID(number=number)
        waiting.call.correlator_data = correlator
        return waiting
    if device.connection_in(State.INITIATED, State.CONNECTED, State.ALERTING):
        raise Refusal.state(Incompatible.INVALID_CALLING_DEVICE_STATE)
    call = exchange.open_call(device, device.id, number)
    call.correlator_data = correlator
    connection = exchange.join(call, device, State.INITIATED)
    connection.destination = number
    exchange.report_alone(reports.service_initiated(connection, EventCause.MAKE_CALL), connection)
    return connection


def _unprompted(exchange: Exchange, connection: Connection) -> None:
    """Nobody took up the prompt."""
    exchange.drop(connection, EventCause.CALL_NOT_ANSWERED)


def answer_call(exchange: Exchange, request: AnswerCall, now: float) -> AnswerCallResponse:
    """Answer Call, §17.1.3; FR 1: it drops no other call."""
    connection = connection_for(exchange, request.call_to_be_answered, NEEDS["answerCall"])
    device = extension_of(connection)
    require_no_other_connected(connection)
    if not device.hands_free:
        raise Refusal.operation(Operation.REQUEST_INCOMPATIBLE_WITH_DEVICE)
    take_up(exchange, connection, now)
    return AnswerCallResponse()


def take_up(exchange: Exchange, connection: Connection, now: float) -> None:
    """Go off-hook for a connection that waits for it: answer the call, or dial as prompted."""
    if connection.state != State.INITIATED:
        progress.answer(exchange, connection, progress.answer_cause(connection.call))
    elif connection.destination:
        progress.originate(exchange, connection, EventCause.NEW_CALL, now)
    else:
        raise Refusal.state(Incompatible.NO_CALL_TO_ANSWER)


def clear_connection(exchange: Exchange, request: ClearConnection, now: float) -> ClearConnectionResponse:
    """Clear Connection, §17.1.8; FR 4: the reason is signalled."""
    connection = connection_for(exchange, request.connection_to_be_cleared, NEEDS["clearConnection"])
    exchange.drop(connection, clearing_cause(request.reason))
    return ClearConnectionResponse()


def clear_call(exchange: Exchange, request: ClearCall, now: float) -> ClearCallResponse:
    """Clear Call, §17.1.7; FR 2: the call identifier alone is enough."""
    call = exchange.calls.get(request.call_to_be_cleared.call_id or "")
    if call is None:
        raise Refusal.state(Incompatible.NO_CALL_TO_CLEAR)
    exchange.clear_all(call, clearing_cause(request.reason))
    return ClearCallResponse()


def hold_call(exchange: Exchange, request: HoldCall, now: float) -> HoldCallResponse:
    """Hold Call, §17.1.15."""
    connection = connection_for(exchange, request.call_to_be_held, NEEDS["holdCall"])
    extension_of(connection)
    require_not_failed(connection)
    progress.hold(exchange, connection, EventCause.NORMAL)
    return HoldCallResponse()


def retrieve_call(exchange: Exchange, request: RetrieveCall, now: float) -> RetrieveCallResponse:
    """Retrieve Call, §17.1.23; FR 1: not while another call is connected."""
    connection = connection_for(exchange, request.call_to_be_retrieved, NEEDS["retrieveCall"])
    require_no_other_connected(connection)
    progress.retrieve(exchange, connection, EventCause.NORMAL)
    return RetrieveCallResponse()


def alternate_call(exchange: Exchange, request: AlternateCall, now: float) -> AlternateCallResponse:
    """Alternate Call, §17.1.2: Hold, then Retrieve or Answer (FR 2)."""
    held, active = pair_for(exchange, request.held_call, request.active_call, "alternateCall")
    require_not_failed(active)
    progress.hold(exchange, active, EventCause.ALTERNATE)
    if held.state == State.HOLD:
        progress.retrieve(exchange, held, EventCause.ALTERNATE)
    else:
        progress.answer(exchange, held, EventCause.ALTERNATE)  # §17.2.16 FR 1
    return AlternateCallResponse()


def reconnect_call(exchange: Exchange, request: ReconnectCall, now: float) -> ReconnectCallResponse:
    """Reconnect Call, §17.1.22: Clear Connection, then Retrieve (FR 1)."""
    held, active = pair_for(exchange, request.held_call, request.active_call, "reconnectCall")
    require_no_other_connected(held, active)
    exchange.drop(active, EventCause.NORMAL_CLEARING)
    progress.retrieve(exchange, held, EventCause.NORMAL)
    return ReconnectCallResponse()


def consultation_call(exchange: Exchange, request: ConsultationCall, now: float) -> ConsultationCallResponse:
    """Consultation Call, §17.1.10: Hold, then Make Call."""
    existing = connection_for(exchange, request.existing_call, NEEDS["consultationCall"])
    device = extension_of(existing)
    require_not_failed(existing)
    number = diallable(request.consulted_device)
    if device.connection_in(State.INITIATED):
        raise Refusal.state(Incompatible.INVALID_CALLING_DEVICE_STATE)
    progress.hold(exchange, existing, EventCause.CONSULTATION)
    call = exchange.open_call(device, device.id, number)
    call.consult_options = request.consult_options
    call.correlator_data = request.correlator_data
    connection = exchange.join(call, device, State.INITIATED)
    exchange.report_alone(reports.service_initiated(connection, EventCause.CONSULTATION), connection)
    progress.originate(exchange, connection, EventCause.CONSULTATION, now)
    return ConsultationCallResponse(initiated_call=ConnectionID(call_id=call.id, device_id=device.id))


def transfer_call(exchange: Exchange, request: TransferCall, now: float) -> TransferCallResponse:
    """Transfer Call, §17.1.27; the consulted party may still be ringing."""
    held, active = pair_for(exchange, request.held_call, request.active_call, "transferCall")
    require_mergeable(held, active, _NO_TRANSFER)
    others = [*held.call.others(held.device), *active.call.others(held.device)]
    if not any(other.state in (State.CONNECTED, State.HOLD) for other in others):
        raise Refusal.state(Incompatible.INVALID_HELD_CONNECTION_STATE)
    target = next(active.call.others(active.device))
    old_held, old_active = held.id, active.id
    merger = Merger(exchange, held, active)
    merger.finish()
    items = tuple(merger.items)
    event = reports.transferred(old_held, old_active, merger.device, target.identity, items, EventCause.TRANSFER)
    exchange.report(event, merger.call, merger.device)
    return TransferCallResponse(transferred_call=target.id, connections=items)


def conference_call(exchange: Exchange, request: ConferenceCall, now: float) -> ConferenceCallResponse:
    """Conference Call, §17.1.9."""
    held, active = pair_for(exchange, request.held_call, request.active_call, "conferenceCall")
    require_mergeable(held, active, _NO_CONFERENCE)
    require_no_other_connected(held, active)
    if len(held.call.connections) + len(active.call.connections) > CONFERENCE_MEMBERS + 1:
        raise Refusal(UniversalFailure(system_resource_availability=Resource.CONFERENCE_MEMBER_LIMIT_EXCEEDED))
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


def single_step_transfer_call(
    exchange: Exchange, request: SingleStepTransferCall, now: float
) -> SingleStepTransferCallResponse:
    """Single Step Transfer, §17.1.26: the call gets a new identifier, then goes to its new destination."""
    active = connection_for(exchange, request.active_call, NEEDS["singleStepTransfer"])
    extension_of(active)
    if not any(other.state in (State.CONNECTED, State.HOLD) for other in active.call.others(active.device)):
        raise Refusal.state(Incompatible.INVALID_ACTIVE_CONNECTION_STATE)
    number = reachable(exchange, active, request.transferred_to)
    old = active.id
    merger = Merger(exchange, active, None)
    merger.call.called = DeviceID(number=number)
    merger.finish()
    items = tuple(merger.items)
    target = DeviceID(number=number)
    event = reports.transferred(old, None, merger.device, target, items, EventCause.SINGLE_STEP_TRANSFER)
    exchange.report(event, merger.call, merger.device)
    place = progress.connect(exchange, merger.call, number, EventCause.SINGLE_STEP_TRANSFER, now)
    transferred = ConnectionID(call_id=merger.call.id, device_id=place)
    return SingleStepTransferCallResponse(transferred_call=transferred, connections=items)


def deflect_call(exchange: Exchange, request: DeflectCall, now: float) -> DeflectCallResponse:
    """Deflect Call, §17.1.11, to one destination; FR 8: several are refused."""
    connection = connection_for(exchange, request.call_to_be_diverted, NEEDS["deflectCall"])
    extension_of(connection)
    if request.add_new_destinations_list:
        raise Refusal.operation(Operation.PARAMETER_NOT_SUPPORTED)
    number = reachable(exchange, connection, request.new_destination)
    progress.divert(exchange, connection, number, EventCause.REDIRECTED, now)
    return DeflectCallResponse()


def directed_pickup_call(exchange: Exchange, request: DirectedPickupCall, now: float) -> DirectedPickupCallResponse:
    """Directed Pickup Call, §17.1.13: connected at once (FR 1), same call (FR 3)."""
    picked = connection_for(exchange, request.call_to_be_picked_up, NEEDS["directedPickupCall"])
    if not isinstance(picked.device, Extension):
        raise Refusal.operation(Operation.INVALID_PICK_UP_DEVICE_ID)
    device = extension_for(exchange, request.requesting_device, Operation.INVALID_DESTINATION_DEVICE_ID)
    if device.number in picked.call.connections:
        raise Refusal.operation(Operation.NOT_DIFFERENT_DEVICES)
    if device.connection_in(State.CONNECTED, State.INITIATED):
        raise Refusal.state(Incompatible.CONNECTED_CALL_EXISTS)
    call = picked.call
    require_not_failed(picked)
    progress.leave(exchange, picked, device.id, EventCause.CALL_PICKUP)
    connection = exchange.join(call, device, State.CONNECTED)
    exchange.report(reports.established(connection, EventCause.CALL_PICKUP), call)
    return DirectedPickupCallResponse(picked_call=connection.id)


def park_call(exchange: Exchange, request: ParkCall, now: float) -> ParkCallResponse:
    """Park Call, §17.1.21; FR 2: a device may park at itself."""
    parking = connection_for(exchange, request.parking, NEEDS["parkCall"])
    extension_of(parking)
    require_not_failed(parking)
    device = extension_for(exchange, request.park_to, Operation.INVALID_PARK_TO_DEVICE_ID)
    call = parking.call
    if device is parking.device:
        exchange.move(parking, State.QUEUED)
        parked = parking
    elif device.number in call.connections:
        raise Refusal.operation(Operation.NOT_DIFFERENT_DEVICES)
    else:
        parked = exchange.join(call, device, State.QUEUED)
        exchange.clear(parking, EventCause.PARK)
    exchange.report(reports.queued(parked, EventCause.PARK), call)
    return ParkCallResponse(parked_to=parked.id)


def generate_digits(exchange: Exchange, request: GenerateDigits, now: float) -> GenerateDigitsResponse:
    """Generate Digits, §18.1.4: changes no connection."""
    extension_of(connection_for(exchange, request.connection_to_send_digits, NEEDS["generateDigits"]))
    if not DTMF.fullmatch(request.characters_to_send):
        raise Refusal.operation(Operation.CHARACTERS_TO_SEND_NOT_SUPPORTED)
    return GenerateDigitsResponse()


def associate_data(exchange: Exchange, request: AssociateData, now: float) -> AssociateDataResponse:
    """Associate Data, §18.1.1: correlator data only; a null string erases it (§12.2.10)."""
    connection = connection_for(exchange, request.existing_call, NEEDS["associateData"])
    if request.correlator_data is None:
        raise Refusal.operation(Operation.AT_LEAST_ONE_CONDITIONAL_PARAMETER_NOT_PROVIDED)
    connection.call.correlator_data = request.correlator_data
    devices = [other.device for other in connection.call.connections.values()]
    exchange.monitors.report(reports.call_information(connection), devices)
    return AssociateDataResponse()
