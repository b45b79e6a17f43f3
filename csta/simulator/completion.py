"""Calls that did not get through: Call Back, Call Back Message, Camp On (ECMA-269 §6.7.4, §17.1, §22.1)."""

from __future__ import annotations

from csta.messages.call_control import (
    CallBack,
    CallBackMessage,
    CallBackMessageResponse,
    CallBackResponse,
    CamponCall,
    CamponCallResponse,
)
from csta.messages.call_data import EventCause
from csta.messages.common import DeviceID
from csta.messages.errors import OperationErrors as Operation
from csta.messages.errors import StateIncompatibilityErrors as Incompatible
from csta.messages.logical_device import (
    CallBackEvent,
    CallBackListItem,
    CallBackMessageEvent,
    CallBackMessageNonCallRelated,
    CallBackMessageNonCallRelatedResponse,
    CallBackNonCallRelated,
    CallBackNonCallRelatedResponse,
    CancelCallBack,
    CancelCallBackMessage,
    CancelCallBackMessageResponse,
    CancelCallBackResponse,
    GetCallBack,
    GetCallBackResponse,
)
from csta.simulator import event_reports as reports
from csta.simulator import pending, progress
from csta.simulator.admission import connection_for, extension_at, extension_for, extension_of
from csta.simulator.call_setup import seize, start_out
from csta.simulator.calls import Connection, Extension
from csta.simulator.exchange import Exchange
from csta.simulator.failures import Refusal
from csta.simulator.monitors import Client
from csta.simulator.permissions import CONDITIONS
from csta.simulator.states import NEEDS, State


def call_back(exchange: Exchange, client: Client, request: CallBack, now: float) -> CallBackResponse:
    """Call Back Call-Related, §17.1.4: the call is cleared, the switch will make it again (FR 1)."""
    connection = connection_for(exchange, request.callback_connection, NEEDS["callBack"])
    target = _missed(exchange, connection, "callBack")
    _promise(exchange, extension_of(connection), target, message=False, armed=connection.call.failed is not None)
    exchange.clear_all(connection.call, EventCause.CALL_BACK)
    return CallBackResponse(target_device=target.id)


def call_back_message(
    exchange: Exchange, client: Client, request: CallBackMessage, now: float
) -> CallBackMessageResponse:
    """Call Back Message Call-Related, §17.1.5: the call is cleared; nobody tries again by itself (FR 3)."""
    connection = connection_for(exchange, request.callback_message_connection, NEEDS["callBackMessage"])
    target = _missed(exchange, connection, "callBackMessage")
    _promise(exchange, extension_of(connection), target, message=True)
    exchange.clear_all(connection.call, EventCause.CALL_BACK)
    return CallBackMessageResponse(target_device=target.id)


def camp_on_call(exchange: Exchange, client: Client, request: CamponCall, now: float) -> CamponCallResponse:
    """Camp On Call, §17.1.6: the caller waits in line; the call is not cleared."""
    connection = connection_for(exchange, request.campon_connection, NEEDS["campOnCall"])
    target = _missed(exchange, connection, "campOnCall")
    call = connection.call
    exchange.timers.cancel(connection)
    call.failed = None
    waiting = exchange.join(call, target, State.QUEUED)
    exchange.camped.append(waiting)
    exchange.report(reports.queued(waiting, EventCause.CAMP_ON), call)
    return CamponCallResponse()


def _missed(exchange: Exchange, connection: Connection, service: str) -> Extension:
    """The extension that did not get through to; only those of this switch can be waited for."""
    call = connection.call
    extension_of(connection)
    if not CONDITIONS[service](connection):
        raise Refusal.state(Incompatible.NO_CALL_TO_COMPLETE)
    number = call.failed or next((other.device.id for other in call.others(connection.device)), call.called)
    target = exchange.extensions.get(number.number)
    if target is None or target is connection.device:
        raise Refusal.operation(Operation.REQUEST_INCOMPATIBLE_WITH_CALLED_DEVICE)
    return target


def call_back_non_call_related(
    exchange: Exchange, client: Client, request: CallBackNonCallRelated, now: float
) -> CallBackNonCallRelatedResponse:
    """Call Back Non-Call-Related, §22.1.1."""
    _promise(exchange, *_pair(exchange, request.originating_device, request.target_device), message=False)
    return CallBackNonCallRelatedResponse()


def call_back_message_non_call_related(
    exchange: Exchange, client: Client, request: CallBackMessageNonCallRelated, now: float
) -> CallBackMessageNonCallRelatedResponse:
    """Call Back Message Non-Call-Related, §22.1.2."""
    _promise(exchange, *_pair(exchange, request.originating_device, request.target_device), message=True)
    return CallBackMessageNonCallRelatedResponse()


def _pair(exchange: Exchange, originating: DeviceID, target: DeviceID) -> tuple[Extension, Extension]:
    originator = extension_for(exchange, originating, Operation.INVALID_CALLING_DEVICE_ID)
    called = extension_for(exchange, target, Operation.INVALID_CALLED_DEVICE_ID)
    if originator is called:
        raise Refusal.operation(Operation.NOT_DIFFERENT_DEVICES)
    return originator, called


def _promise(
    exchange: Exchange, originator: Extension, target: Extension, *, message: bool, armed: bool = True
) -> None:
    """One outstanding for a pair, made in a call or not (§17.1.4 FR 2); a second one is refused."""
    if any(_is(each, originator, target.number, message) for each in exchange.call_backs):
        raise Refusal.operation(Operation.FEATURE_ALREADY_SET)
    exchange.call_backs.append(pending.CallBack(originator, target.number, message, armed))
    _report(exchange, originator, target.number, message=message, made=True)


def _is(promise: pending.CallBack, originator: Extension, target: str, message: bool) -> bool:
    return promise.originator is originator and promise.message == message and target in ("", promise.target)


def cancel_call_back(exchange: Exchange, client: Client, request: CancelCallBack, now: float) -> CancelCallBackResponse:
    """Cancel Call Back, §22.1.3; a null target cancels all of the originator's."""
    _cancel(exchange, request.originating_device, request.target_device, message=False)
    return CancelCallBackResponse()


def cancel_call_back_message(
    exchange: Exchange, client: Client, request: CancelCallBackMessage, now: float
) -> CancelCallBackMessageResponse:
    """Cancel Call Back Message, §22.1.4."""
    _cancel(exchange, request.originating_device, request.target_device, message=True)
    return CancelCallBackMessageResponse()


def _cancel(exchange: Exchange, originating: DeviceID, target: DeviceID, *, message: bool) -> None:
    originator = extension_for(exchange, originating, Operation.INVALID_CALLING_DEVICE_ID)
    found = [each for each in exchange.call_backs if _is(each, originator, target.number, message)]
    if not found:
        raise Refusal.operation(Operation.OBJECT_NOT_KNOWN)
    for promise in found:
        _forget(exchange, promise)


def get_call_back(exchange: Exchange, client: Client, request: GetCallBack, now: float) -> GetCallBackResponse:
    """Get Call Back, §22.1.8: those with the device as originator or as target."""
    device = extension_at(exchange, request.device)
    return GetCallBackResponse(
        call_back_list=tuple(
            CallBackListItem(
                originating_device=each.originator.id,
                target_device=DeviceID(number=each.target),
                call_back_message_indicator=each.message,
            )
            for each in exchange.call_backs
            if device.number in (each.originator.number, each.target)
        )
    )


def _forget(exchange: Exchange, promise: pending.CallBack) -> None:
    exchange.call_backs.remove(promise)
    _report(exchange, promise.originator, promise.target, message=promise.message, made=False)


def _report(exchange: Exchange, originator: Extension, target: str, *, message: bool, made: bool) -> None:
    called = exchange.extensions[target]
    from_device, to_device = reports.subject(originator.id), reports.subject(called.id)
    event: CallBackEvent | CallBackMessageEvent
    if message:
        event = CallBackMessageEvent(
            monitor_cross_ref_id="",
            originating_device=from_device,
            target_device=to_device,
            call_back_msg_set_canceled=made,
        )
    else:
        event = CallBackEvent(
            monitor_cross_ref_id="",
            originating_device=from_device,
            target_device=to_device,
            call_back_set_canceled=made,
        )
    exchange.monitors.report(event, [originator, called])


def settle(exchange: Exchange, now: float) -> bool:
    """Ring what can ring now: who camps on at a device that is free, and calls that were promised."""
    return _ring_camped(exchange, now) or _call_back(exchange, now)


def _ring_camped(exchange: Exchange, now: float) -> bool:
    exchange.camped = [each for each in exchange.camped if each.state == State.QUEUED]
    for waiting in exchange.camped:
        device = waiting.device
        if isinstance(device, Extension) and not device.busy and device.in_service:
            exchange.move(waiting, State.ALERTING)
            progress.deliver(exchange, waiting, EventCause.CAMP_ON, now)
            return True
    return False


def _call_back(exchange: Exchange, now: float) -> bool:
    for promise in exchange.call_backs:
        target = exchange.extensions[promise.target]
        promise.armed = promise.armed or target.busy
        if promise.message or not promise.armed or target.busy or not (target.in_service and promise.originator.idle):
            continue
        _forget(exchange, promise)
        _originate(exchange, promise, now)
        return True
    return False


def _originate(exchange: Exchange, promise: pending.CallBack, now: float) -> None:
    connection = seize(exchange, promise.originator, promise.target)
    exchange.report_alone(reports.service_initiated(connection, EventCause.CALL_BACK), connection)
    start_out(exchange, connection, EventCause.CALL_BACK, now, prompt=not promise.originator.hands_free)
