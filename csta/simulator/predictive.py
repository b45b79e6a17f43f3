"""Make Predictive Call: the called party first, the calling device when it is worth while (ECMA-269 §17.1.20)."""

from __future__ import annotations

from csta.messages.call_control import (
    DestinationCondition,
    DetectionAction,
    MakePredictiveCall,
    MakePredictiveCallResponse,
    SignallingCondition,
    SignallingConditionsAction,
    SignallingDetection,
)
from csta.messages.call_data import EventCause
from csta.messages.common import ConnectionID
from csta.messages.errors import OperationErrors as Operation
from csta.simulator import progress
from csta.simulator.admission import dialling
from csta.simulator.call_setup import private_data
from csta.simulator.calls import Call, Connection, Extension, Group, Line
from csta.simulator.destinations import route
from csta.simulator.dialplan import ExternalNumber, external_number
from csta.simulator.exchange import Exchange
from csta.simulator.failures import Refusal
from csta.simulator.monitors import Client
from csta.simulator.pending import Prediction
from csta.simulator.states import State

USUAL = SignallingDetection(
    signalling_condition=SignallingCondition.CALL_DELIVERED,
    signalling_conditions_action=SignallingConditionsAction.REMAIN_CONNECTED,
)
"""When nothing is said, the calling device comes in as soon as the called one rings, as in Phase II."""


def make_predictive_call(
    exchange: Exchange, client: Client, request: MakePredictiveCall, now: float
) -> MakePredictiveCallResponse:
    """Make Predictive Call, §17.1.20; the answer names the called device's connection, or the line's (FR 3)."""
    device = exchange.device(request.calling_device.number)
    if not isinstance(device, Extension | Group):
        raise Refusal.operation(Operation.INVALID_CALLING_DEVICE_ID)
    number, complete = dialling(request.called_directory_number)
    if not complete or number == device.number:  # FR 9: no dialling in stages
        raise Refusal.operation(Operation.INVALID_CALLED_DEVICE_ID)
    call = exchange.open_call(device, device.id, number)
    way = route(exchange, call, number)
    if way.failure is not None or not isinstance(way.target, Extension | ExternalNumber):
        exchange.close(call)  # FR 5
        raise Refusal.operation(Operation.INVALID_CALLED_DEVICE_ID)
    call.correlator_data, call.account_code, call.user_data = (
        request.correlator_data,
        request.account_code,
        request.user_data,
    )
    call.private_data = private_data(request.extensions)
    place = progress.connect(exchange, call, number, EventCause.MAKE_PREDICTIVE_CALL, now)
    prediction = Prediction(request, call, device)
    exchange.predictions.append(prediction)
    if request.alert_time:
        exchange.timers.set(prediction, now + request.alert_time, lambda at: _expired(exchange, prediction))
    return MakePredictiveCallResponse(initiated_call=ConnectionID(call_id=call.id, device_id=place))


def _expired(exchange: Exchange, prediction: Prediction) -> None:
    if prediction in exchange.predictions:
        exchange.clear_all(prediction.call, EventCause.ALERT_TIME_EXPIRED)


def settle(exchange: Exchange, now: float) -> bool:
    """Look how far the called parties are; whether anything happened."""
    for prediction in exchange.predictions:
        if exchange.calls.get(prediction.call.id) is not prediction.call:
            _done(exchange, prediction)
            return True
        called = next(iter(prediction.call.connections.values()))
        if _reached(prediction, called):
            _done(exchange, prediction)
            _act(exchange, prediction, called, now)
            return True
    return False


def _done(exchange: Exchange, prediction: Prediction) -> None:
    exchange.predictions.remove(prediction)
    exchange.timers.cancel(prediction)


def _reached(prediction: Prediction, called: Connection) -> bool:
    detection = prediction.request.signalling_detection or USUAL
    if detection.signalling_condition == SignallingCondition.CALL_DELIVERED and not _detects(prediction):
        return called.answered or called.state == State.ALERTING
    return called.answered


def _detects(prediction: Prediction) -> bool:
    """Whether it matters who answers."""
    detection = prediction.request.signalling_detection or USUAL
    return detection.signalling_conditions_action == SignallingConditionsAction.DESTINATION_DETECTION


def _act(exchange: Exchange, prediction: Prediction, called: Connection, now: float) -> None:
    if _detects(prediction) and _verdict(exchange, prediction, called) == DetectionAction.CLEAR_CALLED_CONNECTION:
        exchange.clear_all(prediction.call, EventCause.DEST_DETECTED)
        return
    _bring_in(exchange, prediction.call, prediction.calling, now)


def _verdict(exchange: Exchange, prediction: Prediction, called: Connection) -> DetectionAction:
    """What to do with who answered: the first match counts, then the default (FR 4)."""
    found = DestinationCondition.HUMAN_VOICE
    if isinstance(called.device, Line) and called.party is not None:
        outside = external_number(exchange.numbers, called.party.number)
        found = outside.answered_by if outside is not None else found
    for item in prediction.request.destination_detection or ():
        if item.destination_condition == found:
            return item.detection_action
    return prediction.request.default_action or DetectionAction.REMAIN_CONNECTED


def _bring_in(exchange: Exchange, call: Call, calling: Extension | Group, now: float) -> None:
    """Allocate the calling device; its forwarding and do-not-disturb do not count (FR 7)."""
    if isinstance(calling, Group):
        progress.gather(exchange, call, calling)
    elif calling.busy or not calling.in_service or calling.number in call.connections:
        exchange.clear_all(call, EventCause.BUSY)
    else:
        progress.ring(exchange, call, calling, EventCause.MAKE_PREDICTIVE_CALL, now)
