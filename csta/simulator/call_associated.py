"""Call associated services (ECMA-269 §18.1): none of them changes a connection."""

from __future__ import annotations

import re

from csta.messages.call_associated import (
    AssociateData,
    AssociateDataResponse,
    CancelTelephonyTones,
    CancelTelephonyTonesResponse,
    ChangeConnectionInformation,
    ChangeConnectionInformationResponse,
    DigitsGeneratedEvent,
    GenerateDigits,
    GenerateDigitsResponse,
    GenerateTelephonyTones,
    GenerateTelephonyTonesResponse,
    SendUserInformation,
    SendUserInformationResponse,
    TelephonyTone,
    TelephonyTonesGeneratedEvent,
)
from csta.messages.errors import OperationErrors as Operation
from csta.messages.errors import StateIncompatibilityErrors as Incompatible
from csta.messages.media import ConnectionInformation, FlowDirection
from csta.simulator import event_reports as reports
from csta.simulator.admission import connection_for, extension_of
from csta.simulator.exchange import Exchange
from csta.simulator.failures import Refusal
from csta.simulator.monitors import Client
from csta.simulator.states import NEEDS

DTMF = re.compile(r"[0-9A-D*#,]{1,64}")
"""What Generate Digits sends; a comma is a pause (§18.1.4)."""

TONES, FLOWS = frozenset(TelephonyTone), frozenset(FlowDirection)


def generate_digits(exchange: Exchange, client: Client, request: GenerateDigits, now: float) -> GenerateDigitsResponse:
    """Generate Digits, §18.1.4, as DTMF whatever mode is asked for."""
    connection = connection_for(exchange, request.connection_to_send_digits, NEEDS["generateDigits"])
    extension_of(connection)
    if not DTMF.fullmatch(request.characters_to_send):
        raise Refusal.operation(Operation.CHARACTERS_TO_SEND_NOT_SUPPORTED)
    event = DigitsGeneratedEvent(
        monitor_cross_ref_id="", connection=connection.id, digit_generated_list=request.characters_to_send
    )
    exchange.monitors.report_about(event, connection.call)
    return GenerateDigitsResponse()


def generate_telephony_tones(
    exchange: Exchange, client: Client, request: GenerateTelephonyTones, now: float
) -> GenerateTelephonyTonesResponse:
    """Generate Telephony Tones, §18.1.5."""
    connection = connection_for(exchange, request.connection_to_send_tone, NEEDS["generateTelephonyTones"])
    extension_of(connection)
    if request.tone_to_send not in TONES:
        raise Refusal.operation(Operation.TONE_CHARACTER_OUT_OF_RANGE)
    event = TelephonyTonesGeneratedEvent(
        monitor_cross_ref_id="", connection=connection.id, tone_generated=request.tone_to_send
    )
    exchange.monitors.report_about(event, connection.call)
    return GenerateTelephonyTonesResponse()


def cancel_telephony_tones(
    exchange: Exchange, client: Client, request: CancelTelephonyTones, now: float
) -> CancelTelephonyTonesResponse:
    """Cancel Telephony Tones, §18.1.2: an event without a tone says that it is over (§18.2.4)."""
    connection = connection_for(exchange, request.connection_to_stop_tone, NEEDS["cancelTelephonyTones"])
    extension_of(connection)
    event = TelephonyTonesGeneratedEvent(monitor_cross_ref_id="", connection=connection.id)
    exchange.monitors.report_about(event, connection.call)
    return CancelTelephonyTonesResponse()


def associate_data(exchange: Exchange, client: Client, request: AssociateData, now: float) -> AssociateDataResponse:
    """Associate Data, §18.1.1; a null string erases what was there (§12.2.10)."""
    connection = connection_for(exchange, request.existing_call, NEEDS["associateData"])
    call = connection.call
    if request.correlator_data is None and request.account_code is None and request.auth_code is None:
        raise Refusal.operation(Operation.AT_LEAST_ONE_CONDITIONAL_PARAMETER_NOT_PROVIDED)
    if request.correlator_data is not None:
        call.correlator_data = request.correlator_data
    if request.account_code is not None:
        call.account_code = request.account_code
    if request.auth_code is not None:
        call.auth_code = request.auth_code
    exchange.monitors.report_about(reports.call_information(connection), call)
    return AssociateDataResponse()


def send_user_information(
    exchange: Exchange, client: Client, request: SendUserInformation, now: float
) -> SendUserInformationResponse:
    """Send User Information, §18.1.6: the other parties learn it by Call Information (§18.2.1)."""
    connection = connection_for(exchange, request.existing_call, NEEDS["sendUserInformation"])
    if not connection.call.talked:
        raise Refusal.state(Incompatible.INVALID_CONNECTION_STATE)
    connection.call.user_data = request.user_data
    exchange.monitors.report_about(reports.call_information(connection), connection.call)
    return SendUserInformationResponse()


def change_connection_information(
    exchange: Exchange, client: Client, request: ChangeConnectionInformation, now: float
) -> ChangeConnectionInformationResponse:
    """Change Connection Information, §18.1.3: the direction; the number of channels is always one."""
    connection = connection_for(exchange, request.connection_to_be_changed, NEEDS["changeConnectionInformation"])
    extension_of(connection)
    wanted = request.requested_connection_info.flow_direction
    if wanted is None or wanted not in FLOWS:
        raise Refusal.operation(Operation.FLOW_DIRECTION_NOT_SUPPORTED)
    connection.flow = wanted
    return ChangeConnectionInformationResponse(actual_connection_info=ConnectionInformation(flow_direction=wanted))
