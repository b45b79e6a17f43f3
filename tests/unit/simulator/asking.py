"""Requests on one connection and on two, and what events say of a connection, for tests that try anything."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from csta.messages.base import Event, Octets, Request
from csta.messages.call_associated import GenerateDigits, SendUserInformation
from csta.messages.call_control import (
    AcceptCall,
    AlternateCall,
    AnswerCall,
    CallBack,
    CallBackMessage,
    CamponCall,
    ClearCall,
    ClearConnection,
    ConferenceCall,
    ConsultationCall,
    DeflectCall,
    DialDigits,
    DirectedPickupCall,
    GroupPickupCall,
    HoldCall,
    IntrudeCall,
    JoinCall,
    ParkCall,
    ReconnectCall,
    RetrieveCall,
    SingleStepConferenceCall,
    SingleStepTransferCall,
    TransferCall,
)
from csta.messages.call_control_events import (
    ConnectionClearedEvent,
    DeliveredEvent,
    DigitsDialedEvent,
    DivertedEvent,
    EstablishedEvent,
    FailedEvent,
    HeldEvent,
    NetworkReachedEvent,
    OfferedEvent,
    OriginatedEvent,
    QueuedEvent,
    RetrievedEvent,
    ServiceInitiatedEvent,
)
from csta.messages.call_data import ConsultOptions
from csta.messages.common import ConnectionID, DeviceID

OF_ONE: dict[str, Callable[[ConnectionID, DeviceID], Request[Any]]] = {
    "answerCall": lambda at, to: AnswerCall(call_to_be_answered=at),
    "clearCall": lambda at, to: ClearCall(call_to_be_cleared=at),
    "clearConnection": lambda at, to: ClearConnection(connection_to_be_cleared=at),
    "holdCall": lambda at, to: HoldCall(call_to_be_held=at),
    "retrieveCall": lambda at, to: RetrieveCall(call_to_be_retrieved=at),
    "consultationCall": lambda at, to: ConsultationCall(existing_call=at, consulted_device=to),
    "consultation for transfer": lambda at, to: ConsultationCall(
        existing_call=at, consulted_device=to, consult_options=ConsultOptions.TRANSFER_ONLY
    ),
    "singleStepTransfer": lambda at, to: SingleStepTransferCall(active_call=at, transferred_to=to),
    "deflectCall": lambda at, to: DeflectCall(call_to_be_diverted=at, new_destination=to),
    "deflection to several": lambda at, to: DeflectCall(
        call_to_be_diverted=at, new_destination=to, add_new_destinations_list=(DeviceID(number="2003"),)
    ),
    "directedPickupCall": lambda at, to: DirectedPickupCall(call_to_be_picked_up=at, requesting_device=to),
    "parkCall": lambda at, to: ParkCall(parking=at, park_to=to),
    "acceptCall": lambda at, to: AcceptCall(call_to_be_accepted=at),
    "callBack": lambda at, to: CallBack(callback_connection=at),
    "callBackMessage": lambda at, to: CallBackMessage(callback_message_connection=at),
    "campOnCall": lambda at, to: CamponCall(campon_connection=at),
    "intrudeCall": lambda at, to: IntrudeCall(intrude=at),
    "dialDigits": lambda at, to: DialDigits(dialling_connection=at, dialling_sequence=to),
    "joinCall": lambda at, to: JoinCall(active_call=at, joining_device=to),
    "singleStepConference": lambda at, to: SingleStepConferenceCall(active_call=at, device_to_join=to),
    "groupPickupCall": lambda at, to: GroupPickupCall(new_destination=to),
    "sendUserInformation": lambda at, to: SendUserInformation(existing_call=at, user_data=Octets(b"u")),
    "generateDigits": lambda at, to: GenerateDigits(connection_to_send_digits=at, characters_to_send=to.number),
}
OF_TWO: dict[str, Callable[[ConnectionID, ConnectionID], Request[Any]]] = {
    "alternateCall": lambda held, active: AlternateCall(held_call=held, active_call=active),
    "reconnectCall": lambda held, active: ReconnectCall(held_call=held, active_call=active),
    "transferCall": lambda held, active: TransferCall(held_call=held, active_call=active),
    "conferenceCall": lambda held, active: ConferenceCall(held_call=held, active_call=active),
}
CONNECTION_OF: dict[type[Event], str] = {
    ConnectionClearedEvent: "dropped_connection",
    DeliveredEvent: "connection",
    DigitsDialedEvent: "dialing_connection",
    DivertedEvent: "connection",
    EstablishedEvent: "established_connection",
    FailedEvent: "failed_connection",
    HeldEvent: "held_connection",
    NetworkReachedEvent: "outbound_connection",
    OfferedEvent: "offered_connection",
    OriginatedEvent: "originated_connection",
    QueuedEvent: "queued_connection",
    RetrievedEvent: "retrieved_connection",
    ServiceInitiatedEvent: "initiated_connection",
}


def device(number: str) -> DeviceID:
    return DeviceID(number=number)
