"""Call control and call associated services."""

from __future__ import annotations

from csta.messages.base import Octets
from csta.messages.call_associated import (
    AssociateData,
    CancelTelephonyTones,
    ChangeConnectionInformation,
    DigitMode,
    GenerateDigits,
    GenerateTelephonyTones,
    SendUserInformation,
    TelephonyTone,
)
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
    DestinationCondition,
    DestinationDetectionItem,
    DetectionAction,
    DeviceListItems,
    DialDigits,
    DirectedPickupCall,
    GroupPickupCall,
    HoldCall,
    IntrudeCall,
    JoinCall,
    MakeCall,
    MakeConnection,
    MakePredictiveCall,
    ParkCall,
    ParticipationType,
    ReconnectCall,
    RetrieveCall,
    SendMessage,
    SignallingCondition,
    SignallingConditionsAction,
    SignallingDetection,
    SingleStepConferenceCall,
    SingleStepTransferCall,
    TransferCall,
)
from csta.messages.call_data import AutoOriginate, ConsultOptions, EventCause, MessageInfo
from csta.messages.media import ConnectionInformation, FlowDirection
from tests.unit.client.rows import ACTIVE, HELD, Row, device

ROWS: tuple[Row, ...] = (
    (
        lambda c: c.call_control.make_call(
            "2001",
            "2002",
            prompt=True,
            account_code=b"\x03",
            auth_code=b"\x04",
            correlator_data=b"\x05",
            user_data=b"\x06",
        ),
        MakeCall(
            calling_device=device("2001"),
            called_directory_number=device("2002"),
            account_code=Octets(b"\x03"),
            auth_code=Octets(b"\x04"),
            correlator_data=Octets(b"\x05"),
            user_data=Octets(b"\x06"),
        ),
    ),
    (
        lambda c: c.call_control.make_predictive_call(
            "2001",
            "2002",
            signalling_detection=SignallingDetection(
                signalling_condition=SignallingCondition.CALL_ESTABLISHED,
                signalling_conditions_action=SignallingConditionsAction.REMAIN_CONNECTED,
            ),
            destination_detection=[
                DestinationDetectionItem(
                    destination_condition=DestinationCondition.ANSWERING_MACHINE,
                    detection_action=DetectionAction.REMAIN_CONNECTED,
                )
            ],
            default_action=DetectionAction.REMAIN_CONNECTED,
            alert_time=10,
            correlator_data=b"\x07",
        ),
        MakePredictiveCall(
            calling_device=device("2001"),
            called_directory_number=device("2002"),
            signalling_detection=SignallingDetection(
                signalling_condition=SignallingCondition.CALL_ESTABLISHED,
                signalling_conditions_action=SignallingConditionsAction.REMAIN_CONNECTED,
            ),
            destination_detection=(
                DestinationDetectionItem(
                    destination_condition=DestinationCondition.ANSWERING_MACHINE,
                    detection_action=DetectionAction.REMAIN_CONNECTED,
                ),
            ),
            default_action=DetectionAction.REMAIN_CONNECTED,
            alert_time=10,
            correlator_data=Octets(b"\x07"),
        ),
    ),
    (
        lambda c: c.call_control.make_connection(
            "2001",
            auto_originate=AutoOriginate.DO_NOT_PROMPT,
            max_devices=7,
            start_time="0003",
            duration=9,
            correlator_data=b"\x06",
        ),
        MakeConnection(
            initiating_device=device("2001"),
            auto_originate=AutoOriginate.DO_NOT_PROMPT,
            correlator_data=Octets(b"\x06"),
            max_devices=7,
            start_time="0003",
            duration=9,
        ),
    ),
    (
        lambda c: c.call_control.dial_digits(ACTIVE, "2002"),
        DialDigits(dialling_connection=ACTIVE, dialling_sequence=device("2002")),
    ),
    (
        lambda c: c.call_control.send_message(
            "2001", DeviceListItems(device=device("2002")), MessageInfo(contents="0002"), correlator_data=b"\x04"
        ),
        SendMessage(
            calling_device=device("2001"),
            destination_devices=DeviceListItems(device=device("2002")),
            message_info=MessageInfo(contents="0002"),
            correlator_data=Octets(b"\x04"),
        ),
    ),
    (
        lambda c: c.call_control.answer_call(ACTIVE, correlator_data=b"\x02"),
        AnswerCall(call_to_be_answered=ACTIVE, correlator_data=Octets(b"\x02")),
    ),
    (
        lambda c: c.call_control.accept_call(ACTIVE, correlator_data=b"\x02"),
        AcceptCall(call_to_be_accepted=ACTIVE, correlator_data=Octets(b"\x02")),
    ),
    (
        lambda c: c.call_control.clear_connection(ACTIVE, reason=EventCause.ALTERNATE),
        ClearConnection(connection_to_be_cleared=ACTIVE, reason=EventCause.ALTERNATE),
    ),
    (
        lambda c: c.call_control.clear_call(ACTIVE, reason=EventCause.ALTERNATE),
        ClearCall(call_to_be_cleared=ACTIVE, reason=EventCause.ALTERNATE),
    ),
    (
        lambda c: c.call_control.hold_call(ACTIVE, reserve=True),
        HoldCall(call_to_be_held=ACTIVE, connection_reservation=True),
    ),
    (lambda c: c.call_control.retrieve_call(ACTIVE), RetrieveCall(call_to_be_retrieved=ACTIVE)),
    (lambda c: c.call_control.alternate_call(HELD, HELD), AlternateCall(held_call=HELD, active_call=HELD)),
    (lambda c: c.call_control.reconnect_call(ACTIVE, HELD), ReconnectCall(active_call=ACTIVE, held_call=HELD)),
    (
        lambda c: c.call_control.consultation_call(
            ACTIVE,
            "2002",
            consult_options=ConsultOptions.CONSULT_ONLY,
            account_code=b"\x04",
            auth_code=b"\x05",
            correlator_data=b"\x06",
        ),
        ConsultationCall(
            existing_call=ACTIVE,
            consulted_device=device("2002"),
            account_code=Octets(b"\x04"),
            auth_code=Octets(b"\x05"),
            correlator_data=Octets(b"\x06"),
            consult_options=ConsultOptions.CONSULT_ONLY,
        ),
    ),
    (lambda c: c.call_control.transfer_call(HELD, HELD), TransferCall(held_call=HELD, active_call=HELD)),
    (
        lambda c: c.call_control.single_step_transfer_call(
            ACTIVE, "2002", reason=EventCause.ALTERNATE, correlator_data=b"\x04"
        ),
        SingleStepTransferCall(
            active_call=ACTIVE,
            transferred_to=device("2002"),
            correlator_data=Octets(b"\x04"),
            reason=EventCause.ALTERNATE,
        ),
    ),
    (lambda c: c.call_control.conference_call(HELD, HELD), ConferenceCall(held_call=HELD, active_call=HELD)),
    (
        lambda c: c.call_control.single_step_conference_call(
            ACTIVE, "2002", participation=ParticipationType.ACTIVE, correlator_data=b"\x04"
        ),
        SingleStepConferenceCall(active_call=ACTIVE, device_to_join=device("2002"), correlator_data=Octets(b"\x04")),
    ),
    (
        lambda c: c.call_control.join_call(
            ACTIVE, "2002", participation=ParticipationType.ACTIVE, correlator_data=b"\x04"
        ),
        JoinCall(active_call=ACTIVE, joining_device=device("2002"), correlator_data=Octets(b"\x04")),
    ),
    (
        lambda c: c.call_control.intrude_call(ACTIVE, participation=ParticipationType.ACTIVE),
        IntrudeCall(intrude=ACTIVE),
    ),
    (
        lambda c: c.call_control.deflect_call(
            ACTIVE, "2002", also=["2003"], reason=EventCause.ALTERNATE, correlator_data=b"\x05"
        ),
        DeflectCall(
            call_to_be_diverted=ACTIVE,
            new_destination=device("2002"),
            add_new_destinations_list=(device("2003"),),
            correlator_data=Octets(b"\x05"),
            reason=EventCause.ALTERNATE,
        ),
    ),
    (
        lambda c: c.call_control.directed_pickup_call(ACTIVE, "2002", correlator_data=b"\x03"),
        DirectedPickupCall(
            call_to_be_picked_up=ACTIVE, requesting_device=device("2002"), correlator_data=Octets(b"\x03")
        ),
    ),
    (
        lambda c: c.call_control.group_pickup_call("2001", group="2002", correlator_data=b"\x03"),
        GroupPickupCall(new_destination=device("2001"), pick_group=device("2002"), correlator_data=Octets(b"\x03")),
    ),
    (
        lambda c: c.call_control.park_call(ACTIVE, "2002", correlator_data=b"\x03"),
        ParkCall(parking=ACTIVE, park_to=device("2002"), correlator_data=Octets(b"\x03")),
    ),
    (lambda c: c.call_control.campon_call(ACTIVE), CamponCall(campon_connection=ACTIVE)),
    (lambda c: c.call_control.call_back(ACTIVE), CallBack(callback_connection=ACTIVE)),
    (lambda c: c.call_control.call_back_message(ACTIVE), CallBackMessage(callback_message_connection=ACTIVE)),
    (
        lambda c: c.call_associated.associate_data(
            ACTIVE, correlator_data=b"\x02", account_code=b"\x03", auth_code=b"\x04", subject="0004"
        ),
        AssociateData(
            existing_call=ACTIVE,
            account_code=Octets(b"\x03"),
            auth_code=Octets(b"\x04"),
            correlator_data=Octets(b"\x02"),
            subject_of_call="0004",
        ),
    ),
    (
        lambda c: c.call_associated.generate_digits(ACTIVE, "0001", mode=DigitMode.DTMF),
        GenerateDigits(connection_to_send_digits=ACTIVE, digit_mode=DigitMode.DTMF, characters_to_send="0001"),
    ),
    (
        lambda c: c.call_associated.generate_telephony_tones(ACTIVE, TelephonyTone.BILLING, duration=7),
        GenerateTelephonyTones(connection_to_send_tone=ACTIVE, tone_to_send=TelephonyTone.BILLING, tone_duration=7),
    ),
    (lambda c: c.call_associated.cancel_telephony_tones(ACTIVE), CancelTelephonyTones(connection_to_stop_tone=ACTIVE)),
    (
        lambda c: c.call_associated.send_user_information(ACTIVE, b"\x02"),
        SendUserInformation(existing_call=ACTIVE, user_data=Octets(b"\x02")),
    ),
    (
        lambda c: c.call_associated.change_connection_information(
            ACTIVE, ConnectionInformation(flow_direction=FlowDirection.RECEIVE)
        ),
        ChangeConnectionInformation(
            connection_to_be_changed=ACTIVE,
            requested_connection_info=ConnectionInformation(flow_direction=FlowDirection.RECEIVE),
        ),
    ),
)
