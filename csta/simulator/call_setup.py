"""Services that begin a call: Make Call, Make Connection, Consultation Call, Dial Digits (ECMA-269 §17.1)."""

from __future__ import annotations

from csta.messages.call_control import (
    ConsultationCall,
    ConsultationCallResponse,
    DialDigits,
    DialDigitsResponse,
    MakeCall,
    MakeCallResponse,
    MakeConnection,
    MakeConnectionResponse,
)
from csta.messages.call_data import AutoOriginate, CSTACommonArguments, EventCause
from csta.messages.common import DeviceID, PrivateData
from csta.messages.errors import OperationErrors as Operation
from csta.messages.errors import StateIncompatibilityErrors as Incompatible
from csta.messages.errors import SystemResourceAvailabilityErrors as Resource
from csta.messages.errors import UniversalFailure
from csta.simulator import event_reports as reports
from csta.simulator import progress
from csta.simulator.admission import connection_for, dialling, extension_for, extension_of, require_partner
from csta.simulator.calls import Call, Connection, Extension
from csta.simulator.exchange import Exchange
from csta.simulator.failures import Refusal
from csta.simulator.monitors import Client
from csta.simulator.states import NEEDS, State


def make_call(exchange: Exchange, client: Client, request: MakeCall, now: float) -> MakeCallResponse:
    """Make Call, §17.1.18; with digits missing it waits for Dial Digits (FR 7, 8)."""
    device = _caller(exchange, request.calling_device, request.auto_originate)
    digits, complete = dialling(request.called_directory_number)
    connection, prompt = _off_hook(exchange, device, digits if complete else "", request, EventCause.MAKE_CALL)
    answer = MakeCallResponse(calling_device=connection.id)
    if complete:
        device.last_dialled = digits
        start_out(exchange, connection, EventCause.NEW_CALL, now, prompt=prompt)
    else:
        _dial_on(exchange, connection, digits, EventCause.NORMAL, now)
    return answer


def make_connection(exchange: Exchange, client: Client, request: MakeConnection, now: float) -> MakeConnectionResponse:
    """Make Connection, §17.1.19: a call of one device, which others may join.

    It begins at once (FR 3); the duration is taken for seconds.
    """
    device = _caller(exchange, request.initiating_device, request.auto_originate)
    if request.max_devices is not None and request.max_devices > exchange.profile.conference_members:
        raise Refusal(UniversalFailure(system_resource_availability=Resource.MAX_DEVICES_EXCEEDED))
    if request.start_time is not None:
        raise Refusal(UniversalFailure(system_resource_availability=Resource.START_TIME_OUT_OF_RANGE))
    connection, prompt = _off_hook(exchange, device, "", request, EventCause.MAKE_CONNECTION)
    answer = MakeConnectionResponse(initiating_device=connection.id)
    call = connection.call
    if request.duration is not None:
        exchange.timers.set(
            call, now + request.duration, lambda at: exchange.clear_all(call, EventCause.DURATION_EXCEEDED)
        )
    start_out(exchange, connection, EventCause.MAKE_CONNECTION, now, prompt=prompt)
    return answer


def _caller(exchange: Exchange, wanted: DeviceID, originate: AutoOriginate) -> Extension:
    """The telephone that is to call, if it can."""
    device = extension_for(exchange, wanted, Operation.INVALID_CALLING_DEVICE_ID)
    if not device.in_service:
        raise Refusal(UniversalFailure(system_resource_availability=Resource.CALLING_DEVICE_OUT_OF_SERVICE))
    if originate == AutoOriginate.DO_NOT_PROMPT and not device.hands_free:
        raise Refusal.operation(Operation.REQUEST_INCOMPATIBLE_WITH_CALLING_DEVICE)
    return device


def _off_hook(
    exchange: Exchange, device: Extension, number: str, request: MakeCall | MakeConnection, cause: EventCause
) -> tuple[Connection, bool]:
    """The connection to call with, and whether somebody must be prompted to lift the handset first.

    It is the one of a device off-hook already (§17.1.18 FR 6), else a new one.
    """
    waiting = device.connection_in(State.INITIATED)
    if waiting is not None and waiting.prompt is None:
        waiting.call.called = DeviceID(number=number)
        _attach(waiting.call, request)
        return waiting, False
    if device.connection_in(State.INITIATED, State.CONNECTED, State.ALERTING):
        raise Refusal.state(Incompatible.INVALID_CALLING_DEVICE_STATE)
    connection = seize(exchange, device, number)
    _attach(connection.call, request)
    exchange.report_alone(reports.service_initiated(connection, cause), connection)
    return connection, not device.hands_free


def seize(exchange: Exchange, device: Extension, number: str) -> Connection:
    """The device goes off-hook for a new call; what it calls is told its number, if it gives it (§22.1.18)."""
    call = exchange.open_call(device, device.id if device.shows_number else None, number)
    return exchange.join(call, device, State.INITIATED)


def start_out(exchange: Exchange, connection: Connection, cause: EventCause, now: float, *, prompt: bool) -> None:
    """The number is complete: the call starts out, as soon as the handset is lifted where that is needed."""
    if not prompt:
        progress.originate(exchange, connection, cause, now)
        return
    connection.prompt = connection.call.called.number
    at = now + exchange.timing.prompt
    exchange.timers.set(connection, at, lambda at: exchange.drop(connection, EventCause.CALL_NOT_ANSWERED))


def _attach(call: Call, request: MakeCall | MakeConnection | ConsultationCall) -> None:
    """What the request says about the call; its first events tell it already (§12.2.10)."""
    call.correlator_data = request.correlator_data
    if not isinstance(request, MakeConnection):
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
    require_partner(existing)
    digits, complete = dialling(request.consulted_device)
    if device.connection_in(State.INITIATED):
        raise Refusal.state(Incompatible.INVALID_CALLING_DEVICE_STATE)
    progress.hold(exchange, existing, EventCause.CONSULTATION, now)
    connection = seize(exchange, device, digits if complete else "")
    connection.call.consult_options = request.consult_options
    _attach(connection.call, request)
    exchange.report_alone(reports.service_initiated(connection, EventCause.CONSULTATION), connection)
    answer = ConsultationCallResponse(initiated_call=connection.id)
    if complete:
        device.last_dialled = digits
        progress.originate(exchange, connection, EventCause.CONSULTATION, now)
    else:
        _dial_on(exchange, connection, digits, EventCause.CONSULTATION, now)
    return answer


def dial_digits(exchange: Exchange, client: Client, request: DialDigits, now: float) -> DialDigitsResponse:
    """Dial Digits, §17.1.12; a final ``;`` says that more follow (FR 3, 4)."""
    connection = connection_for(exchange, request.dialling_connection, NEEDS["dialDigits"])
    device = extension_of(connection)
    if connection.prompt is not None:
        raise Refusal.state(Incompatible.INVALID_CONNECTION_STATE)
    digits, complete = dialling(request.dialling_sequence)
    if request.correlator_data is not None:
        connection.call.correlator_data = request.correlator_data
    _dial_on(exchange, connection, digits, EventCause.NORMAL, now)
    if complete:
        device.last_dialled = connection.dialled
        connection.call.called = DeviceID(number=connection.dialled)
        progress.originate(exchange, connection, EventCause.NEW_CALL, now)
    return DialDigitsResponse()


def _dial_on(exchange: Exchange, connection: Connection, digits: str, cause: EventCause, now: float) -> None:
    """Take digits; each time the device has :attr:`csta.simulator.dialplan.Timing.dialling` for the next."""
    connection.dialled += digits
    exchange.report_alone(reports.digits_dialled(connection, digits, cause), connection)
    exchange.timers.set(connection, now + exchange.timing.dialling, lambda at: _locked_out(exchange, connection))


def _locked_out(exchange: Exchange, connection: Connection) -> None:
    exchange.drop(connection, EventCause.LOCKOUT)
