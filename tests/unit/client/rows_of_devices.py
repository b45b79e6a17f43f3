"""Services on devices."""

from __future__ import annotations

from csta.messages.base import Octets
from csta.messages.call_data import CivicLocGml, EventCause, GeoPriv, GpLocationInfo
from csta.messages.location import (
    CollectionFilter,
    CollectionType,
    GetLocationInformation,
    GetLocationTrackingCapabilities,
    GetLocationTrackingSessions,
    ReplaceMode,
    ReportingType,
    ResumeLocationTrackingSession,
    SetLocationInformation,
    StartLocationTrackingSession,
    StopLocationTrackingSession,
    SuspendLocationTrackingSession,
)
from csta.messages.logical_device import (
    CallBackMessageNonCallRelated,
    CallBackNonCallRelated,
    CallOrigination,
    CancelCallBack,
    CancelCallBackMessage,
    ForwardingType,
    GetAgentState,
    GetAutoAnswer,
    GetAutoWorkMode,
    GetCallBack,
    GetCallerIDStatus,
    GetDoNotDisturb,
    GetForwarding,
    GetLastNumberDialed,
    GetPresenceState,
    GetRouteingMode,
    PresenceState,
    ReqAgentState,
    SetAgentState,
    SetAutoAnswer,
    SetAutoWorkMode,
    SetCallerIDStatus,
    SetDoNotDisturb,
    SetForwarding,
    SetPresenceState,
    SetRouteingMode,
)
from csta.messages.physical_device import (
    ButtonPress,
    GetAuditoryApparatusInformation,
    GetButtonInformation,
    GetDisplay,
    GetHookswitchStatus,
    GetLampInformation,
    GetLampMode,
    GetMessageWaitingIndicator,
    GetMicrophoneGain,
    GetMicrophoneMute,
    GetRingerStatus,
    GetSpeakerMute,
    GetSpeakerVolume,
    LampBrightness,
    MicrophoneGain,
    RingMode,
    SetButtonInformation,
    SetDisplay,
    SetHookswitchStatus,
    SetLampMode,
    SetMessageWaitingIndicator,
    SetMicrophoneGain,
    SetMicrophoneMute,
    SetRingerStatus,
    SetSpeakerMute,
    SetSpeakerVolume,
    Volume,
)
from tests.unit.client.rows import Row, device

ROWS: tuple[Row, ...] = (
    (
        lambda c: c.physical_device.button_press("2001", "02"),
        ButtonPress(device=device("2001"), button="02"),
    ),
    (
        lambda c: c.physical_device.get_button_information("2001", "02"),
        GetButtonInformation(device=device("2001"), button="02"),
    ),
    (
        lambda c: c.physical_device.set_button_information("2001", "02", label="0002", number="2004"),
        SetButtonInformation(
            device=device("2001"), button="02", button_label="0002", button_associated_number=device("2004")
        ),
    ),
    (
        lambda c: c.physical_device.get_display("2001", "02"),
        GetDisplay(device=device("2001"), display="02"),
    ),
    (
        lambda c: c.physical_device.set_display("2001", "0001", display="03", row=8, column=9, offset=10),
        SetDisplay(
            device=device("2001"),
            display="03",
            physical_base_row_number=8,
            physical_base_column_number=9,
            contents_of_display="0001",
            offset=10,
        ),
    ),
    (
        lambda c: c.physical_device.get_lamp_information("2001", "02"),
        GetLampInformation(device=device("2001"), lamp="02"),
    ),
    (
        lambda c: c.physical_device.get_lamp_mode("2001", "02"),
        GetLampMode(device=device("2001"), lamp="02"),
    ),
    (
        lambda c: c.physical_device.set_lamp_mode("2001", "02", 7, brightness=LampBrightness.DIM, color=9),
        SetLampMode(device=device("2001"), lamp="02", lamp_mode=7, lamp_brightness=LampBrightness.DIM, lamp_color=9),
    ),
    (
        lambda c: c.physical_device.get_hookswitch_status("2001", "02"),
        GetHookswitchStatus(device=device("2001"), hookswitch="02"),
    ),
    (
        lambda c: c.physical_device.set_hookswitch_status("2001", "02", True),
        SetHookswitchStatus(device=device("2001"), hookswitch="02", hookswitch_on_hook=True),
    ),
    (
        lambda c: c.physical_device.get_message_waiting_indicator("2001"),
        GetMessageWaitingIndicator(device=device("2001")),
    ),
    (
        lambda c: c.physical_device.set_message_waiting_indicator("2001", True, message_at="2003"),
        SetMessageWaitingIndicator(device=device("2001"), message_waiting_on=True, device_for_message=device("2003")),
    ),
    (
        lambda c: c.physical_device.get_auditory_apparatus_information("2001", "02"),
        GetAuditoryApparatusInformation(device=device("2001"), auditory_apparatus="02"),
    ),
    (
        lambda c: c.physical_device.get_microphone_gain("2001", "02"),
        GetMicrophoneGain(device=device("2001"), auditory_apparatus="02"),
    ),
    (
        lambda c: c.physical_device.set_microphone_gain("2001", "02", MicrophoneGain(mic_gain_abs=7)),
        SetMicrophoneGain(
            device=device("2001"), auditory_apparatus="02", microphone_gain=MicrophoneGain(mic_gain_abs=7)
        ),
    ),
    (
        lambda c: c.physical_device.get_microphone_mute("2001", "02"),
        GetMicrophoneMute(device=device("2001"), auditory_apparatus="02"),
    ),
    (
        lambda c: c.physical_device.set_microphone_mute("2001", "02", True),
        SetMicrophoneMute(device=device("2001"), auditory_apparatus="02", microphone_mute_on=True),
    ),
    (
        lambda c: c.physical_device.get_speaker_volume("2001", "02"),
        GetSpeakerVolume(device=device("2001"), auditory_apparatus="02"),
    ),
    (
        lambda c: c.physical_device.set_speaker_volume("2001", "02", Volume(vol_abs=7)),
        SetSpeakerVolume(device=device("2001"), auditory_apparatus="02", speaker_volume=Volume(vol_abs=7)),
    ),
    (
        lambda c: c.physical_device.get_speaker_mute("2001", "02"),
        GetSpeakerMute(device=device("2001"), auditory_apparatus="02"),
    ),
    (
        lambda c: c.physical_device.set_speaker_mute("2001", "02", True),
        SetSpeakerMute(device=device("2001"), auditory_apparatus="02", speaker_mute_on=True),
    ),
    (
        lambda c: c.physical_device.get_ringer_status("2001", "02"),
        GetRingerStatus(device=device("2001"), ringer="02"),
    ),
    (
        lambda c: c.physical_device.set_ringer_status(
            "2001", "02", mode=RingMode.NOT_RINGING, pattern=8, volume=Volume(vol_abs=9)
        ),
        SetRingerStatus(
            device=device("2001"),
            ringer="02",
            ring_mode=RingMode.NOT_RINGING,
            ring_pattern=8,
            ring_volume=Volume(vol_abs=9),
        ),
    ),
    (
        lambda c: c.logical_device.call_back_non_call_related("2001", "2002"),
        CallBackNonCallRelated(originating_device=device("2001"), target_device=device("2002")),
    ),
    (
        lambda c: c.logical_device.call_back_message_non_call_related("2001", "2002"),
        CallBackMessageNonCallRelated(originating_device=device("2001"), target_device=device("2002")),
    ),
    (lambda c: c.logical_device.get_call_back("2001"), GetCallBack(device=device("2001"))),
    (
        lambda c: c.logical_device.cancel_call_back("2001", "2002"),
        CancelCallBack(originating_device=device("2001"), target_device=device("2002")),
    ),
    (
        lambda c: c.logical_device.cancel_call_back_message("2001", "2002"),
        CancelCallBackMessage(originating_device=device("2001"), target_device=device("2002")),
    ),
    (
        lambda c: c.logical_device.get_agent_state("2001", group="2002"),
        GetAgentState(device=device("2001"), acd_group=device("2002")),
    ),
    (
        lambda c: c.logical_device.set_agent_state(
            "2001", ReqAgentState.LOGGED_ON, agent_id=b"anna", password=b"4711", group="2005"
        ),
        SetAgentState(
            device=device("2001"),
            requested_agent_state=ReqAgentState.LOGGED_ON,
            agent_id=Octets(b"anna"),
            password=Octets(b"4711"),
            group=device("2005"),
        ),
    ),
    (lambda c: c.logical_device.get_auto_answer("2001"), GetAutoAnswer(device=device("2001"))),
    (
        lambda c: c.logical_device.set_auto_answer("2001", True, rings=7),
        SetAutoAnswer(device=device("2001"), auto_answer_on=True, number_of_rings=7),
    ),
    (lambda c: c.logical_device.get_auto_work_mode("2001"), GetAutoWorkMode(device=device("2001"))),
    (
        lambda c: c.logical_device.set_auto_work_mode("2001", True, interval=7),
        SetAutoWorkMode(device=device("2001"), auto_work_on=True, auto_work_interval=7),
    ),
    (lambda c: c.logical_device.get_caller_id_status("2001"), GetCallerIDStatus(device=device("2001"))),
    (
        lambda c: c.logical_device.set_caller_id_status("2001", True),
        SetCallerIDStatus(device=device("2001"), caller_id_provided=True),
    ),
    (lambda c: c.logical_device.get_do_not_disturb("2001"), GetDoNotDisturb(device=device("2001"))),
    (
        lambda c: c.logical_device.set_do_not_disturb(
            "2001", True, origination=CallOrigination(["external"]), callers=["2004"]
        ),
        SetDoNotDisturb(
            device=device("2001"),
            do_not_disturb_on=True,
            call_origination=CallOrigination(["external"]),
            calling_device_list=(device("2004"),),
        ),
    ),
    (lambda c: c.logical_device.get_forwarding("2001"), GetForwarding(device=device("2001"))),
    (
        lambda c: c.logical_device.set_forwarding("2001", ForwardingType.FORWARD_BUSY, "2003", ring_count=8),
        SetForwarding(
            device=device("2001"),
            forwarding_type=ForwardingType.FORWARD_BUSY,
            activate_forward=True,
            forward_dn=device("2003"),
            ring_count=8,
        ),
    ),
    (lambda c: c.logical_device.get_last_number_dialed("2001"), GetLastNumberDialed(device=device("2001"))),
    (lambda c: c.logical_device.get_presence_state("2001"), GetPresenceState(device=device("2001"))),
    (
        lambda c: c.logical_device.set_presence_state(
            "2001",
            PresenceState(["applicationSpec10"]),
            from_time="0002",
            until_time="0003",
            place=b"office",
            mood=b"calm",
            named=b"Anna",
        ),
        SetPresenceState(
            device=device("2001"),
            requested_presence_state=PresenceState(["applicationSpec10"]),
            from_time="0002",
            until_time="0003",
            place=Octets(b"office"),
            mood=Octets(b"calm"),
            named_presence_state=Octets(b"Anna"),
        ),
    ),
    (lambda c: c.logical_device.get_routeing_mode("2001"), GetRouteingMode(device=device("2001"))),
    (
        lambda c: c.logical_device.set_routeing_mode("2001", True),
        SetRouteingMode(device=device("2001"), routeing_mode=True),
    ),
    (lambda c: c.location.get_location_information("2001"), GetLocationInformation(device=device("2001"))),
    (
        lambda c: c.location.set_location_information(
            "2001",
            [GeoPriv(gp_location_info=(GpLocationInfo(civic_loc_gml=CivicLocGml(gml_format=Octets(b"\x02"))),))],
            mode=ReplaceMode.REPLACE_PORTION,
        ),
        SetLocationInformation(
            device=device("2001"),
            location_info=(
                GeoPriv(gp_location_info=(GpLocationInfo(civic_loc_gml=CivicLocGml(gml_format=Octets(b"\x02"))),)),
            ),
            replace_mode=ReplaceMode.REPLACE_PORTION,
        ),
    ),
    (
        lambda c: c.location.get_location_tracking_capabilities("2001"),
        GetLocationTrackingCapabilities(device=device("2001")),
    ),
    (
        lambda c: c.location.start_location_tracking_session(
            "2001",
            collection_type=CollectionType.PERIODIC_WITH_UPDATES,
            collection_interval=7,
            max_collections=8,
            collection_filter=CollectionFilter(horizontal_movement=9),
            reporting_type=ReportingType.PERIODIC,
            reporting_interval=11,
            reporting_count=12,
        ),
        StartLocationTrackingSession(
            loc_device=device("2001"),
            collection_type=CollectionType.PERIODIC_WITH_UPDATES,
            collection_interval=7,
            max_collections=8,
            collection_filter=CollectionFilter(horizontal_movement=9),
            reporting_type=ReportingType.PERIODIC,
            reporting_interval=11,
            reporting_count=12,
        ),
    ),
    (
        lambda c: c.location.suspend_location_tracking_session("0000"),
        SuspendLocationTrackingSession(loc_cross_ref_id="0000"),
    ),
    (
        lambda c: c.location.resume_location_tracking_session("0000"),
        ResumeLocationTrackingSession(loc_cross_ref_id="0000"),
    ),
    (
        lambda c: c.location.stop_location_tracking_session("0000", EventCause.ALTERNATE),
        StopLocationTrackingSession(loc_cross_ref_id="0000", reason=EventCause.ALTERNATE),
    ),
    (lambda c: c.location.get_location_tracking_sessions(), GetLocationTrackingSessions()),
)
