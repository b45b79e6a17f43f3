"""What may be asked for on a connection now (ECMA-269 §12.2.25)."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from csta.messages.call_data import (
    CallAssociatedServices,
    CallControlServices,
    MediaAttachmentServices,
    RouteingServices,
    ServicesPermitted,
    VoiceUnitServices,
)
from csta.simulator.calls import Call, Connection, Extension
from csta.simulator.states import CALL_ASSOCIATED, ELSEWHERE, NEEDS, PAIRS, UNTALKING, State


def unanswered(call: Call) -> bool:
    """Whether the called party has not come in: it failed, still rings, or waits."""
    if call.failed is not None:
        return True
    return any(other.state in (State.ALERTING, State.QUEUED) for other in call.connections.values())


CONDITIONS: dict[str, Callable[[Connection], bool]] = {
    "acceptCall": lambda connection: connection.offered,
    "callBack": lambda connection: connection.call.origin is connection.device and unanswered(connection.call),
    "callBackMessage": lambda connection: connection.call.origin is connection.device and unanswered(connection.call),
    "campOnCall": lambda connection: connection.call.failed is not None,
    "intrudeCall": lambda connection: connection.call.failed is not None,
    "dialDigits": lambda connection: connection.prompt is None,
    "joinCall": lambda connection: connection.call.joinable,
    "singleStepConference": lambda connection: connection.call.joinable,
    "sendUserInformation": lambda connection: connection.call.talked,
}
"""What else has to be true of the connection, besides its state."""


def permitted(connection: Connection | None) -> ServicesPermitted:
    """What may be asked for on a connection now (§12.2.25)."""
    names = set(_permitted_names(connection)) if connection is not None else set()
    return ServicesPermitted(
        call_control_services=CallControlServices(names - CALL_ASSOCIATED),
        call_associated_services=CallAssociatedServices(names & CALL_ASSOCIATED),
        media_attachment_services=MediaAttachmentServices(),
        routeing_services=RouteingServices(),
        voice_services=VoiceUnitServices(),
    )


def _permitted_names(connection: Connection) -> Iterable[str]:
    if not isinstance(connection.device, Extension):  # a line, a group or a routeing device has no features
        yield from ("clearCall", "clearConnection")
        return
    others = [other for other in connection.device.connections if other is not connection]
    talking = any(other.state == State.CONNECTED for other in others)
    yield "clearCall"
    for service, need in NEEDS.items():
        if service in ELSEWHERE or (talking and service in UNTALKING):
            continue
        if connection.state in need.states and CONDITIONS.get(service, _nothing_else)(connection):
            yield service
    for service, (held, active) in PAIRS.items():
        if any(
            (connection.state in held.states and other.state in active.states)
            or (connection.state in active.states and other.state in held.states)
            for other in others
        ):
            yield service


def _nothing_else(connection: Connection) -> bool:
    return True
