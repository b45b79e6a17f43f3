"""Services that begin a call: Make Call, Consultation Call, Dial Digits, Make Predictive Call (ECMA-269 §17.1)."""

from __future__ import annotations

from csta.messages.call_control import (
    ConsultationCall,
    ConsultationCallResponse,
    DialDigits,
    DialDigitsResponse,
    MakeCall,
    MakeCallResponse,
)
from csta.messages.call_data import AutoOriginate, CSTACommonArguments, EventCause
from csta.messages.common import DeviceID, PrivateData
from csta.messages.errors import OperationErrors as Operation
from csta.messages.errors import StateIncompatibilityErrors as Incompatible
from csta.messages.errors import SystemResourceAvailabilityErrors as Resource
from csta.messages.errors import UniversalFailure
from csta.simulator import event_reports as reports
from csta.simulator import progress
from csta.simulator.admission import connection_for, dialling, extension_for, extension_of, require_not_failed
from csta.simulator.calls import Call, Connection, Extension
from csta.simulator.exchange import Exchange
from csta.simulator.failures import Refusal
from csta.simulator.monitors import Client
from csta.simulator.states import NEEDS, State


def make_call(exchange: Exchange, client: Client, request: MakeCall, now: float) -> MakeCallResponse:
    """Make Call, §17.1.18; with digits missing it waits for Dial Digits (FR 7, 8)."""
    device = extension_for(exchange, request.calling_device, Operation.INVALID_CALLING_DEVICE_ID)
    digits, complete = dialling(request.called_directory_number)
    if not device.in_service:
        raise Refusal(UniversalFailure(system_resource_availability=Resource.CALLING_DEVICE_OUT_OF_SERVICE))
    if request.auto_originate == AutoOriginate.DO_NOT_PROMPT and not device.hands_free:
        raise Refusal.operation(Operation.REQUEST_INCOMPATIBLE_WITH_CALLING_DEVICE)
    connection = _off_hook(exchange, device, digits if complete else "")
    _attach(connection.call, request)
    answer = MakeCallResponse(calling_device=connection.id)
    if not complete:
        _dial_on(exchange, connection, digits, now)
        return answer
    device.last_dialled = digits
    if device.hands_free or connection.destination == "":
        progress.originate(exchange, connection, EventCause.NEW_CALL, now)
    else:
        exchange.timers.set(connection, now + exchange.timing.prompt, lambda at: unprompted(exchange, connection))
    return answer


def _off_hook(exchange: Exchange, device: Extension, number: str) -> Connection:
    """The connection to dial with: the one of a device off-hook already (FR 6), else a new one."""
    waiting = device.connection_in(State.INITIATED)
    if waiting is not None and not waiting.destination:
        waiting.call.called = DeviceID(number=number)
        return waiting
    if device.connection_in(State.INITIATED, State.CONNECTED, State.ALERTING):
        raise Refusal.state(Incompatible.INVALID_CALLING_DEVICE_STATE)
    connection = seize(exchange, device, number)
    connection.destination = number
    exchange.report_alone(reports.service_initiated(connection, EventCause.MAKE_CALL), connection)
    return connection


def seize(exchange: Exchange, device: Extension, number: str) -> Connection:
    """The device goes off-hook for a new call; what it calls is told its number, if it gives it (§22.1.18)."""
    call = exchange.open_call(device, device.id if device.shows_number else None, number)
    return exchange.join(call, device, State.INITIATED)


def unprompted(exchange: Exchange, connection: Connection) -> None:
    """Nobody took up the prompt, or dialled on."""
    exchange.drop(connection, EventCause.CALL_NOT_ANSWERED)


def _attach(call: Call, request: MakeCall | ConsultationCall) -> None:
    """What the request says about the call."""
    call.correlator_data = request.correlator_data
    call.user_data = request.user_data
    call.account_code, call.auth_code = request.account_code, request.auth_code
    call.private_data = private_data(request.extensions)


def private_data(extensions: CSTACommonArguments | None) -> tuple[PrivateData, ...]:
    """The vendor's data of a message (§12.2.11)."""
    return (extensions.private_data if extensions else None) or ()


def consultation_call(
    exchange: Exchange, client: Client, request: ConsultationCall, now: float
) -> ConsultationCallResponse:
    """Consultation Call, §17.1.10: Hold, then Make Call."""
    existing = connection_for(exchange, request.existing_call, NEEDS["consultationCall"])
    device = extension_of(existing)
    require_not_failed(existing)
    digits, complete = dialling(request.consulted_device)
    if device.connection_in(State.INITIATED):
        raise Refusal.state(Incompatible.INVALID_CALLING_DEVICE_STATE)
    progress.hold(exchange, existing, EventCause.CONSULTATION)
    connection = seize(exchange, device, digits if complete else "")
    connection.call.consult_options = request.consult_options
    _attach(connection.call, request)
    exchange.report_alone(reports.service_initiated(connection, EventCause.CONSULTATION), connection)
    answer = ConsultationCallResponse(initiated_call=connection.id)
    if complete:
        device.last_dialled = digits
        progress.originate(exchange, connection, EventCause.CONSULTATION, now)
    else:
        _dial_on(exchange, connection, digits, now)
    return answer


def dial_digits(exchange: Exchange, client: Client, request: DialDigits, now: float) -> DialDigitsResponse:
    """Dial Digits, §17.1.12; a final ``;`` says that more follow (FR 3, 4)."""
    connection = connection_for(exchange, request.dialling_connection, NEEDS["dialDigits"])
    device = extension_of(connection)
    if connection.destination:
        raise Refusal.state(Incompatible.INVALID_CONNECTION_STATE)
    digits, complete = dialling(request.dialling_sequence)
    if request.correlator_data is not None:
        connection.call.correlator_data = request.correlator_data
    _dial_on(exchange, connection, digits, now)
    if complete:
        device.last_dialled = connection.dialled
        connection.call.called = DeviceID(number=connection.dialled)
        progress.originate(exchange, connection, EventCause.NEW_CALL, now)
    return DialDigitsResponse()


def _dial_on(exchange: Exchange, connection: Connection, digits: str, now: float) -> None:
    """Take digits; each time the device has :attr:`csta.simulator.dialplan.Timing.dialling` for the next."""
    connection.dialled += digits
    exchange.report_alone(reports.digits_dialled(connection, digits, EventCause.NORMAL), connection)
    exchange.timers.set(connection, now + exchange.timing.dialling, lambda at: _locked_out(exchange, connection))


def _locked_out(exchange: Exchange, connection: Connection) -> None:
    exchange.drop(connection, EventCause.LOCKOUT)
