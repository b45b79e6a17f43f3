"""Services that watch and route calls, and bring media to them."""

from __future__ import annotations

from csta.messages.base import Octets
from csta.messages.call_data import CSTAObject, LocalConnectionState
from csta.messages.data_collection import (
    CallObject,
    DataCollType,
    DigitsReportingCriteria,
    ResumeDataCollection,
    StartDataCollection,
    StopDataCollection,
    SuspendDataCollection,
)
from csta.messages.errors import OperationErrors, UniversalFailure
from csta.messages.identifiers import CalledDeviceID
from csta.messages.media import ConnectionMode, MediaClass, MediaServiceType
from csta.messages.media_attachment import AttachMediaService, DetachMediaService
from csta.messages.monitoring import (
    ChangeMonitorFilter,
    GetMonitors,
    MonitorFilter,
    MonitorStart,
    MonitorStop,
    MonitorType,
)
from csta.messages.routeing import (
    RejectCause,
    RouteEnd,
    RouteRegister,
    RouteRegisterCancel,
    RouteReject,
    RouteRequest,
    RouteSelect,
)
from csta.messages.snapshot import SnapshotCall, SnapshotDevice
from csta.messages.voice_unit import (
    Activate,
    AttributeToQuery,
    AttributeToSet,
    Clear,
    ConcatenateMessage,
    ControlData,
    ControlDataGender,
    Deactivate,
    DeleteMessage,
    Period,
    PeriodAbsolutePosition,
    PeriodToReview,
    PlayMessage,
    QueryVoiceAttribute,
    QueueService,
    RecordMessage,
    Reposition,
    Resume,
    Review,
    SetVoiceAttribute,
    Start,
    Stop,
    Suspend,
    SynthesizeMessage,
    TerminatingConditions,
)
from tests.unit.client.rows import ACTIVE, Row, device

ROWS: tuple[Row, ...] = (
    (
        lambda c: c.monitoring.monitor_start(ACTIVE, suppress=MonitorFilter(), monitor_type=MonitorType.DEVICE),
        MonitorStart(
            monitor_object=CSTAObject(call_object=ACTIVE),
            requested_monitor_filter=MonitorFilter(),
            monitor_type=MonitorType.DEVICE,
        ),
    ),
    (lambda c: c.monitoring.monitor_stop("0000"), MonitorStop(monitor_cross_ref_id="0000")),
    (
        lambda c: c.monitoring.change_monitor_filter("0000", MonitorFilter()),
        ChangeMonitorFilter(monitor_cross_ref_id="0000", requested_filter_list=MonitorFilter()),
    ),
    (lambda c: c.monitoring.get_monitors(), GetMonitors()),
    (lambda c: c.snapshot.snapshot_device("2001"), SnapshotDevice(snapshot_object=device("2001"))),
    (lambda c: c.snapshot.snapshot_call(ACTIVE), SnapshotCall(snapshot_object=ACTIVE)),
    (
        lambda c: c.media_attachment.attach_media_service(
            ACTIVE,
            MediaServiceType.DATA_MODEM,
            ConnectionMode.CONSULTATION_CONFERENCE_HOLD,
            version=8,
            instance="05",
            state=LocalConnectionState.INITIATED,
        ),
        AttachMediaService(
            connection=ACTIVE,
            media_service_type=MediaServiceType.DATA_MODEM,
            media_service_version=8,
            media_service_instance_id="05",
            connection_mode=ConnectionMode.CONSULTATION_CONFERENCE_HOLD,
            requested_connection_state=LocalConnectionState.INITIATED,
        ),
    ),
    (
        lambda c: c.media_attachment.detach_media_service(ACTIVE, MediaServiceType.DATA_MODEM),
        DetachMediaService(connection=ACTIVE, media_service_type=MediaServiceType.DATA_MODEM),
    ),
    (
        lambda c: c.routeing.route_register(device="2001", media_class=MediaClass(["mms"])),
        RouteRegister(routeing_device=device("2001"), requested_routeing_media_class=MediaClass(["mms"])),
    ),
    (lambda c: c.routeing.route_register_cancel("0000"), RouteRegisterCancel(route_register_req_id="0000")),
    (
        lambda c: c.routeing.route_select(
            RouteRequest(cross_ref_identifier="0000", current_route=CalledDeviceID(device_identifier=device("2001"))),
            "2002",
            alternatives=["2003"],
            report_used=True,
            correlator_data=b"\x05",
        ),
        RouteSelect(
            cross_ref_identifier="0000",
            route_selected=device("2002"),
            alternate_routes=(device("2003"),),
            route_used_req=True,
            correlator_data=Octets(b"\x05"),
        ),
    ),
    (
        lambda c: c.routeing.route_reject(
            RouteRequest(cross_ref_identifier="0000", current_route=CalledDeviceID(device_identifier=device("2001"))),
            RejectCause.QUEUE_TIME_OVERFLOW,
        ),
        RouteReject(cross_ref_identifier="0000", reject_cause=RejectCause.QUEUE_TIME_OVERFLOW),
    ),
    (
        lambda c: c.routeing.route_end(
            RouteRequest(cross_ref_identifier="0000", current_route=CalledDeviceID(device_identifier=device("2001"))),
            UniversalFailure(operation=OperationErrors.REQUEST_INCOMPATIBLE_WITH_OBJECT),
        ),
        RouteEnd(
            cross_ref_identifier="0000",
            error_value=UniversalFailure(operation=OperationErrors.REQUEST_INCOMPATIBLE_WITH_OBJECT),
        ),
    ),
    (
        lambda c: c.data_collection.start_data_collection(
            ACTIVE, data_type=DataCollType.TEL_TONES, criteria=DigitsReportingCriteria(num_chars=7)
        ),
        StartDataCollection(
            object=CallObject(call=ACTIVE),
            data_coll_type=DataCollType.TEL_TONES,
            digits_reporting_criteria=DigitsReportingCriteria(num_chars=7),
        ),
    ),
    (lambda c: c.data_collection.suspend_data_collection("0000"), SuspendDataCollection(dcoll_cross_ref_id="0000")),
    (lambda c: c.data_collection.resume_data_collection("0000"), ResumeDataCollection(dcoll_cross_ref_id="0000")),
    (lambda c: c.data_collection.stop_data_collection("0000"), StopDataCollection(dcoll_cross_ref_id="0000")),
    (
        lambda c: c.voice_unit.play_message(
            ACTIVE, "02", duration=7, termination=TerminatingConditions(["speechDetected"])
        ),
        PlayMessage(
            message_to_be_played="02",
            over_connection=ACTIVE,
            duration=7,
            termination=TerminatingConditions(["speechDetected"]),
        ),
    ),
    (
        lambda c: c.voice_unit.record_message(
            ACTIVE, max_duration=6, termination=TerminatingConditions(["speechDetected"]), resource="0003"
        ),
        RecordMessage(
            call_to_be_recorded=ACTIVE,
            resource="0003",
            max_duration=6,
            termination=TerminatingConditions(["speechDetected"]),
        ),
    ),
    (
        lambda c: c.voice_unit.concatenate_message(["01"]),
        ConcatenateMessage(messages_to_concatenate=("01",)),
    ),
    (lambda c: c.voice_unit.delete_message("01"), DeleteMessage(message_to_be_deleted="01")),
    (
        lambda c: c.voice_unit.synthesize_message(
            "0000", control=ControlData(gender=ControlDataGender.FEMALE, language=Octets(b"de"))
        ),
        SynthesizeMessage(
            text_to_be_synthesized="0000",
            control=ControlData(gender=ControlDataGender.FEMALE, language=Octets(b"de")),
        ),
    ),
    (
        lambda c: c.voice_unit.stop(ACTIVE, message="02", resource="0002"),
        Stop(connection=ACTIVE, message_to_be_stopped="02", resource="0002"),
    ),
    (
        lambda c: c.voice_unit.suspend(ACTIVE, message="02", resource="0002"),
        Suspend(connection=ACTIVE, message="02", resource="0002"),
    ),
    (
        lambda c: c.voice_unit.resume(ACTIVE, message="02", duration=7, resource="0003"),
        Resume(connection=ACTIVE, message_to_resume="02", resource="0003", duration=7),
    ),
    (
        lambda c: c.voice_unit.reposition(
            ACTIVE, Period(absolute_position=PeriodAbsolutePosition.END_OF_MESSAGE), message="03", resource="0003"
        ),
        Reposition(
            connection=ACTIVE,
            period_of_reposition=Period(absolute_position=PeriodAbsolutePosition.END_OF_MESSAGE),
            message_to_reposition="03",
            resource="0003",
        ),
    ),
    (
        lambda c: c.voice_unit.review(ACTIVE, PeriodToReview(start_of_message=True), message="03", resource="0003"),
        Review(
            connection=ACTIVE,
            period_to_review=PeriodToReview(start_of_message=True),
            message_to_review="03",
            resource="0003",
        ),
    ),
    (
        lambda c: c.voice_unit.query_voice_attribute(
            "01", AttributeToQuery.SAMPLING_RATE, connection=ACTIVE, resource="0003"
        ),
        QueryVoiceAttribute(
            message_to_query="01",
            attribute_to_query=AttributeToQuery.SAMPLING_RATE,
            resource="0003",
            connection=ACTIVE,
        ),
    ),
    (
        lambda c: c.voice_unit.set_voice_attribute(
            ACTIVE, AttributeToSet(current_speed=6), message="03", resource="0003"
        ),
        SetVoiceAttribute(
            connection=ACTIVE,
            attribute_to_set=AttributeToSet(current_speed=6),
            message="03",
            resource="0003",
        ),
    ),
    (
        lambda c: c.voice_unit.activate(ACTIVE, "0001", grammar="0002", resource="0003"),
        Activate(over_connection=ACTIVE, resource="0003", rule_name="0001", grammar_name="0002"),
    ),
    (
        lambda c: c.voice_unit.deactivate(ACTIVE, "0001", grammar="0002", resource="0003"),
        Deactivate(over_connection=ACTIVE, resource="0003", rule_name="0001", grammar_name="0002"),
    ),
    (lambda c: c.voice_unit.clear(ACTIVE, resource="0001"), Clear(over_connection=ACTIVE, resource="0001")),
    (
        lambda c: c.voice_unit.queue_service(ACTIVE, "02", text="0002", resource="0003"),
        QueueService(over_connection=ACTIVE, message="02", resource="0003", text="0002"),
    ),
    (
        lambda c: c.voice_unit.start(ACTIVE, text="0001", resource="0002"),
        Start(over_connection=ACTIVE, resource="0002", text="0001"),
    ),
)
