"""Services on calls that are there: answer, hold, retrieve, transfer, clear (ECMA-269 §17.1)."""

from __future__ import annotations

from csta.messages.call_control import (
    AlternateCall,
    AlternateCallResponse,
    AnswerCall,
    AnswerCallResponse,
    ClearCall,
    ClearCallResponse,
    ClearConnection,
    ClearConnectionResponse,
    HoldCall,
    HoldCallResponse,
    ReconnectCall,
    ReconnectCallResponse,
    RetrieveCall,
    RetrieveCallResponse,
    SingleStepTransferCall,
    SingleStepTransferCallResponse,
    TransferCall,
    TransferCallResponse,
)
from csta.messages.call_data import ConsultOptions, EventCause
from csta.messages.common import ConnectionID, DeviceID
from csta.messages.errors import OperationErrors as Operation
from csta.messages.errors import StateIncompatibilityErrors as Incompatible
from csta.simulator import event_reports as reports
from csta.simulator import progress
from csta.simulator.admission import (
    clearing_cause,
    connection_for,
    extension_of,
    pair_for,
    reachable,
    require_mergeable,
    require_no_other_connected,
    require_partner,
)
from csta.simulator.calls import Connection
from csta.simulator.exchange import Exchange
from csta.simulator.failures import Refusal
from csta.simulator.merging import Merger
from csta.simulator.monitors import Client
from csta.simulator.states import NEEDS, State

_NO_TRANSFER = frozenset({ConsultOptions.CONFERENCE_ONLY, ConsultOptions.CONSULT_ONLY})


def answer_call(exchange: Exchange, client: Client, request: AnswerCall, now: float) -> AnswerCallResponse:
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
        progress.answer(exchange, connection, progress.answer_cause(connection))
    elif connection.prompt is not None:
        progress.originate(exchange, connection, EventCause.NEW_CALL, now)
    else:
        raise Refusal.state(Incompatible.NO_CALL_TO_ANSWER)


def clear_connection(
    exchange: Exchange, client: Client, request: ClearConnection, now: float
) -> ClearConnectionResponse:
    """Clear Connection, §17.1.8; FR 4: the reason is signalled."""
    connection = connection_for(exchange, request.connection_to_be_cleared, NEEDS["clearConnection"])
    exchange.drop(connection, clearing_cause(request.reason))
    return ClearConnectionResponse()


def clear_call(exchange: Exchange, client: Client, request: ClearCall, now: float) -> ClearCallResponse:
    """Clear Call, §17.1.7; FR 2: the call identifier alone is enough."""
    call = exchange.calls.get(request.call_to_be_cleared.call_id or "")
    if call is None:
        raise Refusal.state(Incompatible.NO_CALL_TO_CLEAR)
    exchange.clear_all(call, clearing_cause(request.reason))
    return ClearCallResponse()


def hold_call(exchange: Exchange, client: Client, request: HoldCall, now: float) -> HoldCallResponse:
    """Hold Call, §17.1.15."""
    connection = connection_for(exchange, request.call_to_be_held, NEEDS["holdCall"])
    extension_of(connection)
    require_partner(connection)
    progress.hold(exchange, connection, EventCause.NORMAL, now)
    return HoldCallResponse()


def retrieve_call(exchange: Exchange, client: Client, request: RetrieveCall, now: float) -> RetrieveCallResponse:
    """Retrieve Call, §17.1.23; FR 1: not while another call is connected."""
    connection = connection_for(exchange, request.call_to_be_retrieved, NEEDS["retrieveCall"])
    require_no_other_connected(connection)
    progress.retrieve(exchange, connection, EventCause.NORMAL)
    return RetrieveCallResponse()


def alternate_call(exchange: Exchange, client: Client, request: AlternateCall, now: float) -> AlternateCallResponse:
    """Alternate Call, §17.1.2: Hold, then Retrieve or Answer (FR 2)."""
    held, active = pair_for(exchange, request.held_call, request.active_call, "alternateCall")
    require_partner(active)
    progress.hold(exchange, active, EventCause.ALTERNATE, now)
    if held.state == State.HOLD:
        progress.retrieve(exchange, held, EventCause.ALTERNATE)
    else:
        progress.answer(exchange, held, EventCause.ALTERNATE)  # §17.2.16 FR 1
    return AlternateCallResponse()


def reconnect_call(exchange: Exchange, client: Client, request: ReconnectCall, now: float) -> ReconnectCallResponse:
    """Reconnect Call, §17.1.22: Clear Connection, then Retrieve (FR 1)."""
    held, active = pair_for(exchange, request.held_call, request.active_call, "reconnectCall")
    require_no_other_connected(held, active)
    exchange.drop(active, EventCause.NORMAL_CLEARING)
    progress.retrieve(exchange, held, EventCause.NORMAL)
    return ReconnectCallResponse()


def transfer_call(exchange: Exchange, client: Client, request: TransferCall, now: float) -> TransferCallResponse:
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
    progress.transferred_by(exchange, merger.call, extension_of(held), now)
    return TransferCallResponse(transferred_call=target.id, connections=items)


def single_step_transfer_call(
    exchange: Exchange, client: Client, request: SingleStepTransferCall, now: float
) -> SingleStepTransferCallResponse:
    """Single Step Transfer, §17.1.26: the call gets a new identifier, then goes to its new destination."""
    active = connection_for(exchange, request.active_call, NEEDS["singleStepTransfer"])
    device = extension_of(active)
    if not any(other.state in (State.CONNECTED, State.HOLD) for other in active.call.others(active.device)):
        raise Refusal.state(Incompatible.INVALID_ACTIVE_CONNECTION_STATE)
    number = reachable(exchange, active, request.transferred_to)
    old = active.id
    merger = Merger(exchange, active, None)
    merger.call.called, merger.call.recalled_by = DeviceID(number=number), device
    merger.finish()
    items = tuple(merger.items)
    target = DeviceID(number=number)
    event = reports.transferred(old, None, merger.device, target, items, EventCause.SINGLE_STEP_TRANSFER)
    exchange.report(event, merger.call, merger.device)
    place = progress.connect(exchange, merger.call, number, EventCause.SINGLE_STEP_TRANSFER, now)
    transferred = ConnectionID(call_id=merger.call.id, device_id=place)
    return SingleStepTransferCallResponse(transferred_call=transferred, connections=items)
