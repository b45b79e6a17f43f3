"""What a request names, and whether the service may be asked for (ECMA-269 §12.3.9, §17.1).

Each function gives what it found or raises :class:`csta.simulator.failures.Refusal`.
"""

from __future__ import annotations

from csta.messages.call_data import ConsultOptions, EventCause
from csta.messages.common import ConnectionID, DeviceID
from csta.messages.errors import OperationErrors as Operation
from csta.messages.errors import StateIncompatibilityErrors as Incompatible
from csta.simulator.calls import Call, Connection, Device, Extension
from csta.simulator.destinations import route
from csta.simulator.dialplan import DIALLABLE
from csta.simulator.exchange import Exchange
from csta.simulator.failures import Refusal
from csta.simulator.states import PAIRS, Need, State

CAUSES = frozenset(EventCause)


def connection_for(exchange: Exchange, wanted: ConnectionID, need: Need) -> Connection:
    """The connection a request names, in a state the service takes; both parts are needed (§12.3.9)."""
    call: Call | None = exchange.calls.get(wanted.call_id or "")
    connection = call.connections.get(wanted.device_id.number) if call and wanted.device_id else None
    if connection is None:
        raise Refusal(need.missing)
    if connection.state not in need.states:
        raise Refusal(need.refused)
    return connection


def pair_for(
    exchange: Exchange, held: ConnectionID, active: ConnectionID, service: str
) -> tuple[Connection, Connection]:
    """Held and active connection of one device in two calls."""
    need_held, need_active = PAIRS[service]
    first, second = connection_for(exchange, held, need_held), connection_for(exchange, active, need_active)
    if first.device is not second.device:
        raise Refusal.operation(Operation.NOT_SAME_DEVICE)
    if first is second:
        raise Refusal.state(Incompatible.INVALID_CONNECTION_ID_FOR_ACTIVE_CALL)
    extension_of(first)
    return first, second


def require_mergeable(held: Connection, active: Connection, barred: frozenset[ConsultOptions]) -> None:
    """Both calls have got somewhere, share no third device, and the consultation allows it (§17.1.10 FR 2 to 5)."""
    if active.call.consult_options in barred:
        raise Refusal.operation(Operation.REQUEST_INCOMPATIBLE_WITH_ACTIVE_CONNECTION)
    require_partner(held)
    require_partner(active)
    if held.call.connections.keys() & active.call.connections.keys() - {held.device.number}:
        raise Refusal.operation(Operation.NOT_DIFFERENT_DEVICES)


def require_partner(connection: Connection) -> None:
    """There is somebody else in the call; not so when it failed, or waits for others (§17.1.19)."""
    if connection.call.failed is not None or len(connection.call.connections) < 2:
        raise Refusal.state(Incompatible.INVALID_ACTIVE_CONNECTION_STATE)


def require_no_other_connected(connection: Connection, *besides: Connection) -> None:
    """No other call may be connected at the device, nor dialled; ``besides`` are those that will not be."""
    for other in connection.device.connections:
        if other.state in (State.CONNECTED, State.INITIATED) and other not in (connection, *besides):
            raise Refusal.state(Incompatible.CONNECTED_CALL_EXISTS)


def extension_of(connection: Connection) -> Extension:
    """The extension of the connection; a line has no features."""
    if not isinstance(connection.device, Extension):
        raise Refusal.operation(Operation.REQUEST_INCOMPATIBLE_WITH_CONNECTION)
    return connection.device


def extension_for(exchange: Exchange, wanted: DeviceID, unknown: Operation) -> Extension:
    """The extension a request names by its number; ``unknown`` is the refusal when there is none."""
    device = exchange.extensions.get(wanted.number)
    if device is None:
        raise Refusal.operation(unknown)
    return device


def dialling(wanted: DeviceID) -> tuple[str, bool]:
    """Digits, and whether they are the whole number; none, or a final ``;``, promise more (§17.1.18 FR 7, 8)."""
    digits = wanted.number.removesuffix(";")
    if digits and not DIALLABLE.fullmatch(digits):
        raise Refusal.operation(Operation.INVALID_CALLED_DEVICE_ID)
    return digits, bool(digits) and digits == wanted.number


def reachable(exchange: Exchange, connection: Connection, wanted: DeviceID) -> str:
    """A destination the call can go to now; asked for before anything happens, so that the call is not lost."""
    if wanted.number == connection.device.number:
        raise Refusal.operation(Operation.NOT_DIFFERENT_DEVICES)
    way = route(exchange, connection.call, wanted.number)
    if way.failure == EventCause.DEST_NOT_OBTAINABLE:
        raise Refusal.operation(Operation.INVALID_DESTINATION_DEVICE_ID)
    if way.failure is not None:
        raise Refusal.state(Incompatible.INVALID_DESTINATION_DEVICE_STATE)
    return wanted.number


def clearing_cause(reason: EventCause | None) -> EventCause:
    """The cause others are told (§12.2.15); one without a meaning here is refused, for it might not fit their wire."""
    if reason is None:
        return EventCause.NORMAL_CLEARING
    if reason not in CAUSES:
        raise Refusal.operation(Operation.INVALID_PARAMETER_VALUE)
    return reason


def device_for(exchange: Exchange, wanted: DeviceID) -> Device:
    """Any device a request names by its number."""
    device = exchange.device(wanted.number)
    if device is None:
        raise Refusal.operation(Operation.INVALID_DEVICE_ID)
    return device


def extension_at(exchange: Exchange, wanted: DeviceID) -> Extension:
    """The extension a feature is asked for; other devices have none."""
    device = device_for(exchange, wanted)
    if not isinstance(device, Extension):
        raise Refusal.operation(Operation.REQUEST_INCOMPATIBLE_WITH_DEVICE)
    return device
