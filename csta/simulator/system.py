"""System services: how the switch fares, and who wants to know (ECMA-269 §14)."""

from __future__ import annotations

from csta.messages.common import DeviceID
from csta.messages.errors import OperationErrors as Operation
from csta.messages.system import (
    ChangeSysStatFilter,
    ChangeSysStatFilterResponse,
    GetRegistrations,
    GetRegistrationsResponse,
    RegistrationInfo,
    RegistrationListEntry,
    RegistrationType,
    RequestSystemStatus,
    RequestSystemStatusResponse,
    StatusFilter,
    SystemRegister,
    SystemRegisterCancel,
    SystemRegisterCancelResponse,
    SystemRegisterResponse,
    SystemStatus,
    SystemStatusResponse,
)
from csta.messages.system import GetRegistrationsResCrossRefIDorRegistrationData as RegistrationList
from csta.simulator.exchange import Exchange
from csta.simulator.failures import Refusal
from csta.simulator.monitors import Client
from csta.simulator.registrations import FILTER_BITS, Registration
from csta.simulator.segments import send_segments


def request_system_status(
    exchange: Exchange, client: Client, request: RequestSystemStatus, now: float
) -> RequestSystemStatusResponse:
    """Request System Status, §14.2.1."""
    return RequestSystemStatusResponse(system_status=exchange.registrations.status)


def system_status(exchange: Exchange, client: Client, request: SystemStatus, now: float) -> SystemStatusResponse:
    """System Status of the client, §14.2.2: taken note of."""
    return SystemStatusResponse()


def system_register(exchange: Exchange, client: Client, request: SystemRegister, now: float) -> SystemRegisterResponse:
    """System Register, §14.1.2: the status filter belongs to the request for System Status."""
    if ("systemStatus" in request.request_types) != (request.requested_status_filter is not None):
        raise Refusal.operation(Operation.AT_LEAST_ONE_CONDITIONAL_PARAMETER_NOT_PROVIDED)
    registration = exchange.registrations.register(client, RegistrationType.SYS_STAT_REGISTER)
    registration.requests = request.request_types
    registration.filter = request.requested_status_filter or StatusFilter()
    return SystemRegisterResponse(
        sys_stat_register_id=registration.id, actual_status_filter=request.requested_status_filter
    )


def system_register_cancel(
    exchange: Exchange, client: Client, request: SystemRegisterCancel, now: float
) -> SystemRegisterCancelResponse:
    """System Register Cancel, §14.1.4."""
    exchange.registrations.cancel(_registration(exchange, client, request.sys_stat_register_id))
    return SystemRegisterCancelResponse()


def change_system_status_filter(
    exchange: Exchange, client: Client, request: ChangeSysStatFilter, now: float
) -> ChangeSysStatFilterResponse:
    """Change System Status Filter, §14.1.1: one status, for that is all the message has room for."""
    registration = _registration(exchange, client, request.sys_stat_register_id)
    bit = FILTER_BITS.get(request.requested_status_filter)
    if bit is None:
        raise Refusal.operation(Operation.SYSTEM_STATUS_OUT_OF_RANGE)
    registration.filter = StatusFilter([bit])
    return ChangeSysStatFilterResponse(actual_status_filter=request.requested_status_filter)


def _registration(exchange: Exchange, client: Client, register_id: str) -> Registration:
    found = exchange.registrations.find(client, RegistrationType.SYS_STAT_REGISTER, register_id)
    if found is None:
        raise Refusal.operation(Operation.SYS_STAT_REG_ID_NOT_SUPPORTED)
    return found


def get_registrations(
    exchange: Exchange, client: Client, request: GetRegistrations, now: float
) -> GetRegistrationsResponse:
    """Get Registrations, §14.2.5: all types where none is asked for."""
    wanted = request.requested_reg_types or tuple(RegistrationType)
    entries = [
        RegistrationListEntry(
            registration_type=each.kind,
            registration_id=each.id,
            registration_object=DeviceID(number=each.device) if each.device is not None else None,
        )
        for each in exchange.registrations.of(client)
        if each.kind in wanted
    ]
    contents = RegistrationList(registration_list=tuple(entries))
    if exchange.profile.segment:
        contents = RegistrationList(service_cross_ref_id=send_segments(exchange, client, entries, _segment))
    return GetRegistrationsResponse(cross_ref_id_or_registration_data=contents)


def _segment(reference: str, number: int, last: bool, part: tuple[RegistrationListEntry, ...]) -> RegistrationInfo:
    """Registration Info, §14.2.6."""
    return RegistrationInfo(
        service_cross_ref_id=reference, segment_id=number, last_segment=last, registration_list=part
    )
