"""The physical element of a telephone (ECMA-269 §21): one hookswitch, one handset, one ringer, one display of two rows.

Buttons and lamps there are none; services on them are refused. A Set for the value in force makes no event
(§9.5.1 FR 8).
"""

from __future__ import annotations

from csta.messages.common import DeviceID
from csta.messages.errors import OperationErrors as Operation
from csta.messages.identifiers import SubjectDeviceID
from csta.messages.physical_device import (
    CharacterSet,
    DisplayListItem,
    DisplayUpdatedEvent,
    GetDisplay,
    GetDisplayResponse,
    GetHookswitchStatus,
    GetHookswitchStatusResponse,
    GetMessageWaitingIndicator,
    GetMessageWaitingIndicatorResponse,
    GetMicrophoneGain,
    GetMicrophoneGainResponse,
    GetMicrophoneMute,
    GetMicrophoneMuteResponse,
    GetRingerStatus,
    GetRingerStatusResponse,
    GetSpeakerMute,
    GetSpeakerMuteResponse,
    GetSpeakerVolume,
    GetSpeakerVolumeResponse,
    HookswitchStatusListItem,
    MessageWaitingEvent,
    MicGainInc,
    MicrophoneGain,
    MicrophoneGainEvent,
    MicrophoneGainListItem,
    MicrophoneMuteEvent,
    MicrophoneMuteListItem,
    RingerStatusListItem,
    RingMode,
    SetDisplay,
    SetDisplayResponse,
    SetMessageWaitingIndicator,
    SetMessageWaitingIndicatorResponse,
    SetMicrophoneGain,
    SetMicrophoneGainResponse,
    SetMicrophoneMute,
    SetMicrophoneMuteResponse,
    SetSpeakerMute,
    SetSpeakerMuteResponse,
    SetSpeakerVolume,
    SetSpeakerVolumeResponse,
    SpeakerMuteEvent,
    SpeakerMuteListItem,
    SpeakerVolumeEvent,
    SpeakerVolumeListItem,
    VolInc,
    Volume,
)
from csta.simulator import event_reports as reports
from csta.simulator.admission import extension_at
from csta.simulator.calls import Extension
from csta.simulator.exchange import Exchange
from csta.simulator.failures import Refusal
from csta.simulator.monitors import Client
from csta.simulator.states import State

PART = "01"
"""Identifier of each part: there is one of its kind."""

ROWS, COLUMNS = 2, 24
"""Of the display."""

STEP, LOUDEST = 10, 100
"""An increment of volume or gain, and the most there is (per cent)."""


def get_message_waiting_indicator(
    exchange: Exchange, client: Client, request: GetMessageWaitingIndicator, now: float
) -> GetMessageWaitingIndicatorResponse:
    """Get Message Waiting Indicator, §21.1."""
    waiting = extension_at(exchange, request.device).apparatus.message_waiting
    return GetMessageWaitingIndicatorResponse(message_waiting_on=waiting, lamp_is_present=True)


def set_message_waiting_indicator(
    exchange: Exchange, client: Client, request: SetMessageWaitingIndicator, now: float
) -> SetMessageWaitingIndicatorResponse:
    """Set Message Waiting Indicator, §21.1.18."""
    device = extension_at(exchange, request.device)
    if device.apparatus.message_waiting != request.message_waiting_on:
        device.apparatus.message_waiting = request.message_waiting_on
        event = MessageWaitingEvent(
            monitor_cross_ref_id="",
            target_device=reports.subject(device.id),
            device_for_message=request.device_for_message,
            message_waiting_on=request.message_waiting_on,
        )
        exchange.monitors.report(event, [device])
    return SetMessageWaitingIndicatorResponse()


def get_hookswitch_status(
    exchange: Exchange, client: Client, request: GetHookswitchStatus, now: float
) -> GetHookswitchStatusResponse:
    """Get Hookswitch Status, §21.1: off-hook is who dials or talks."""
    device = _device(exchange, request.device, request.hookswitch)
    on_hook = device.connection_in(State.INITIATED, State.CONNECTED) is None
    return GetHookswitchStatusResponse(
        hookswitch_status_list=(HookswitchStatusListItem(hookswitch=PART, hookswitch_on_hook=on_hook),)
    )


def get_microphone_mute(
    exchange: Exchange, client: Client, request: GetMicrophoneMute, now: float
) -> GetMicrophoneMuteResponse:
    """Get Microphone Mute, §21.1."""
    muted = _device(exchange, request.device, request.auditory_apparatus).apparatus.microphone_muted
    return GetMicrophoneMuteResponse(
        microphone_mute_list=(MicrophoneMuteListItem(auditory_apparatus=PART, microphone_mute_on=muted),)
    )


def set_microphone_mute(
    exchange: Exchange, client: Client, request: SetMicrophoneMute, now: float
) -> SetMicrophoneMuteResponse:
    """Set Microphone Mute, §21.1."""
    device = _device(exchange, request.device, request.auditory_apparatus)
    if device.apparatus.microphone_muted != request.microphone_mute_on:
        device.apparatus.microphone_muted = request.microphone_mute_on
        event = MicrophoneMuteEvent(
            monitor_cross_ref_id="",
            invoking_device=_who(device),
            auditory_apparatus=PART,
            microphone_mute_on=request.microphone_mute_on,
        )
        exchange.monitors.report(event, [device])
    return SetMicrophoneMuteResponse()


def get_speaker_mute(exchange: Exchange, client: Client, request: GetSpeakerMute, now: float) -> GetSpeakerMuteResponse:
    """Get Speaker Mute, §21.1."""
    muted = _device(exchange, request.device, request.auditory_apparatus).apparatus.speaker_muted
    return GetSpeakerMuteResponse(
        speaker_mute_list=(SpeakerMuteListItem(auditory_apparatus=PART, speaker_mute_on=muted),)
    )


def set_speaker_mute(exchange: Exchange, client: Client, request: SetSpeakerMute, now: float) -> SetSpeakerMuteResponse:
    """Set Speaker Mute, §21.1."""
    device = _device(exchange, request.device, request.auditory_apparatus)
    if device.apparatus.speaker_muted != request.speaker_mute_on:
        device.apparatus.speaker_muted = request.speaker_mute_on
        event = SpeakerMuteEvent(
            monitor_cross_ref_id="",
            invoking_device=_who(device),
            auditory_apparatus=PART,
            speaker_mute_on=request.speaker_mute_on,
        )
        exchange.monitors.report(event, [device])
    return SetSpeakerMuteResponse()


def get_microphone_gain(
    exchange: Exchange, client: Client, request: GetMicrophoneGain, now: float
) -> GetMicrophoneGainResponse:
    """Get Microphone Gain, §21.1."""
    gain = _device(exchange, request.device, request.auditory_apparatus).apparatus.microphone_gain
    return GetMicrophoneGainResponse(
        microphone_gain_list=(MicrophoneGainListItem(auditory_apparatus=PART, mic_gain_abs=gain),)
    )


def set_microphone_gain(
    exchange: Exchange, client: Client, request: SetMicrophoneGain, now: float
) -> SetMicrophoneGainResponse:
    """Set Microphone Gain, §21.1."""
    device = _device(exchange, request.device, request.auditory_apparatus)
    wanted = request.microphone_gain
    up = None if wanted.mic_gain_inc is None else wanted.mic_gain_inc == MicGainInc.INCREMENT
    gain = _level(device.apparatus.microphone_gain, wanted.mic_gain_abs, up, Operation.MIC_GAIN_OUT_OF_RANGE)
    if gain != device.apparatus.microphone_gain:
        device.apparatus.microphone_gain = gain
        event = MicrophoneGainEvent(
            monitor_cross_ref_id="",
            invoking_device=_who(device),
            auditory_apparatus=PART,
            microphone_gain=MicrophoneGain(mic_gain_abs=gain),
        )
        exchange.monitors.report(event, [device])
    return SetMicrophoneGainResponse()


def get_speaker_volume(
    exchange: Exchange, client: Client, request: GetSpeakerVolume, now: float
) -> GetSpeakerVolumeResponse:
    """Get Speaker Volume, §21.1."""
    volume = _device(exchange, request.device, request.auditory_apparatus).apparatus.speaker_volume
    return GetSpeakerVolumeResponse(
        speaker_volume_list=(SpeakerVolumeListItem(auditory_apparatus=PART, speaker_vol_abs=volume),)
    )


def set_speaker_volume(
    exchange: Exchange, client: Client, request: SetSpeakerVolume, now: float
) -> SetSpeakerVolumeResponse:
    """Set Speaker Volume, §21.1."""
    device = _device(exchange, request.device, request.auditory_apparatus)
    wanted = request.speaker_volume
    up = None if wanted.vol_inc is None else wanted.vol_inc == VolInc.INCREMENT
    volume = _level(device.apparatus.speaker_volume, wanted.vol_abs, up, Operation.SPEAKER_VOLUME_OUT_OF_RANGE)
    if volume != device.apparatus.speaker_volume:
        device.apparatus.speaker_volume = volume
        event = SpeakerVolumeEvent(
            monitor_cross_ref_id="",
            invoking_device=_who(device),
            auditory_apparatus=PART,
            speaker_volume=Volume(vol_abs=volume),
        )
        exchange.monitors.report(event, [device])
    return SetSpeakerVolumeResponse()


def get_ringer_status(
    exchange: Exchange, client: Client, request: GetRingerStatus, now: float
) -> GetRingerStatusResponse:
    """Get Ringer Status, §21.1."""
    device = _device(exchange, request.device, request.ringer)
    ringing = any(each.state == State.ALERTING and not each.offered for each in device.connections)
    return GetRingerStatusResponse(
        ringer_status_list=(
            RingerStatusListItem(
                ringer=PART,
                ring_mode=RingMode.RINGING if ringing else RingMode.NOT_RINGING,
                ring_pattern=device.apparatus.ring_pattern,
                ring_vol_abs=device.apparatus.ring_volume,
            ),
        )
    )


def get_display(exchange: Exchange, client: Client, request: GetDisplay, now: float) -> GetDisplayResponse:
    """Get Display, §21.1."""
    device = _device(exchange, request.device, request.display)
    item = DisplayListItem(
        display_id=PART,
        logical_rows=ROWS,
        logical_columns=COLUMNS,
        character_set=CharacterSet.UNICODE,
        contents_of_display=device.apparatus.display,
    )
    return GetDisplayResponse(display_list=(item,))


def set_display(exchange: Exchange, client: Client, request: SetDisplay, now: float) -> SetDisplayResponse:
    """Set Display, §21.1: the whole text; what is longer than the display is cut off."""
    device = _device(exchange, request.device, request.display)
    text = request.contents_of_display[: ROWS * COLUMNS]
    if text != device.apparatus.display:
        device.apparatus.display = text
        event = DisplayUpdatedEvent(
            monitor_cross_ref_id="",
            device=_who(device),
            display_id=PART,
            logical_rows=ROWS,
            logical_columns=COLUMNS,
            character_set=CharacterSet.UNICODE,
            contents_of_display=text,
        )
        exchange.monitors.report(event, [device])
    return SetDisplayResponse()


def _device(exchange: Exchange, wanted: DeviceID, part: str | None) -> Extension:
    device = extension_at(exchange, wanted)
    if part not in (None, PART):
        raise Refusal.operation(Operation.OBJECT_NOT_KNOWN)
    return device


def _who(device: Extension) -> SubjectDeviceID:
    return reports.subject(device.id)


def _level(now: int, wanted: int | None, up: bool | None, refused: Operation) -> int:
    """The new level, given as such or as a step up or down."""
    if up is not None:
        return min(LOUDEST, now + STEP) if up else max(0, now - STEP)
    if wanted is None or not 0 <= wanted <= LOUDEST:
        raise Refusal.operation(refused)
    return wanted
