"""Vendor specific services (ECMA-269 §29): an Escape is answered with what it said."""

from __future__ import annotations

from csta.messages.call_data import CSTACommonArguments
from csta.messages.errors import OperationErrors as Operation
from csta.messages.system import RegistrationType
from csta.messages.vendor_specific import (
    Escape,
    EscapeRegister,
    EscapeRegisterCancel,
    EscapeRegisterCancelResponse,
    EscapeRegisterResponse,
    EscapeResponse,
)
from csta.simulator.exchange import Exchange
from csta.simulator.failures import Refusal
from csta.simulator.monitors import Client


def escape(exchange: Exchange, client: Client, request: Escape, now: float) -> EscapeResponse:
    """Escape: the answer carries the private data of the request."""
    return EscapeResponse(extensions=CSTACommonArguments(private_data=(request.private_data,)))


def escape_register(exchange: Exchange, client: Client, request: EscapeRegister, now: float) -> EscapeRegisterResponse:
    """Escape Register: the client takes Escapes of the switch."""
    registration = exchange.registrations.register(client, RegistrationType.ESCAPE_REGISTER)
    return EscapeRegisterResponse(escape_register_id=registration.id)


def escape_register_cancel(
    exchange: Exchange, client: Client, request: EscapeRegisterCancel, now: float
) -> EscapeRegisterCancelResponse:
    """Escape Register Cancel."""
    kind = RegistrationType.ESCAPE_REGISTER
    registration = exchange.registrations.find(client, kind, request.escape_register_id)
    if registration is None:
        raise Refusal.operation(Operation.INVALID_ESCAPE_CROSS_REF_ID)
    exchange.registrations.cancel(registration)
    return EscapeRegisterCancelResponse()
