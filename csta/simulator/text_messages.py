"""Send Message: a text as a call nobody answers, over as soon as it is delivered (ECMA-269 §17.1.24).

What happens between Originated and the end the standard leaves open. Here the message comes to the destination as a
call does, Delivered and Established, and both leave; busy is no obstacle. ECMA-285 has room for one destination.
"""

from __future__ import annotations

from typing import TypeVar

from msgspec.structs import replace

from csta.messages.call_control import ConnectionListItems, SendMessage, SendMessageResponse
from csta.messages.call_control_events import DeliveredEvent, EstablishedEvent, OriginatedEvent
from csta.messages.call_data import EventCause
from csta.messages.common import ConnectionID
from csta.messages.errors import OperationErrors as Operation
from csta.messages.media import MediaCallCharacteristics, MediaClass
from csta.simulator import event_reports as reports
from csta.simulator import progress
from csta.simulator.admission import extension_for
from csta.simulator.calls import Call, Extension
from csta.simulator.destinations import UNLESS_BUSY, route
from csta.simulator.exchange import Exchange
from csta.simulator.failures import Refusal
from csta.simulator.monitors import Client
from csta.simulator.states import State

E = TypeVar("E", DeliveredEvent, EstablishedEvent, OriginatedEvent)

MESSAGE = MediaCallCharacteristics(media_class=MediaClass(["message"]))


def send_message(exchange: Exchange, client: Client, request: SendMessage, now: float) -> SendMessageResponse:
    """Send Message, §17.1.24; FR 5: the answer promises no delivery, that fails in an event."""
    device = extension_for(exchange, request.calling_device, Operation.INVALID_CALLING_DEVICE_ID)
    number = request.destination_devices.device.number
    if number == device.number:
        raise Refusal.operation(Operation.NOT_DIFFERENT_DEVICES)
    call = exchange.open_call(device, device.id, number)
    call.correlator_data = request.correlator_data
    connection = exchange.join(call, device, State.CONNECTED)
    answer = SendMessageResponse(connection_list=ConnectionListItems(connection=connection.id))
    exchange.report_alone(_with_text(reports.originated(connection, EventCause.NEW_CALL), request), connection)
    way = route(exchange, call, number, UNLESS_BUSY)
    cause = progress.follow(exchange, call, way, EventCause.NEW_CALL)
    if isinstance(way.target, Extension):
        _hand_over(exchange, call, way.target, cause, request)
        exchange.clear_all(call, EventCause.NORMAL_CLEARING)
    else:
        cause = way.failure or EventCause.INCOMPATIBLE_DESTINATION
        failing = ConnectionID(call_id=call.id)
        exchange.report(reports.failed(call, failing, call.called, cause), call)
        exchange.clear_all(call, cause)
    return answer


def _hand_over(exchange: Exchange, call: Call, device: Extension, cause: EventCause, request: SendMessage) -> None:
    there = exchange.join(call, device, State.ALERTING)
    exchange.report(_with_text(reports.delivered(there, cause), request), call)
    exchange.move(there, State.CONNECTED)
    exchange.report(_with_text(reports.established(there, cause), request), call)


def _with_text(event: E, request: SendMessage) -> E:
    return replace(event, message_info=request.message_info, media_call_characteristics=MESSAGE)
