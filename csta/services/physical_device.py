"""Physical device services (ECMA-269 §21.1)."""

from __future__ import annotations

from twisted.internet.defer import Deferred

from csta.messages import physical_device as messages
from csta.services.requester import Device, Services, device_id, some_device_id


class PhysicalDevice(Services):
    """Buttons, lamps, displays, hookswitches, loudspeakers.

    A part of a device is named as the switch named it: in XML by any characters, in ASN.1 by the hexadecimal digits of
    its octets. Questions are about all parts where it is left out.
    """

    def button_press(self, device: Device, button: str) -> Deferred[messages.ButtonPressResponse]:
        """Button Press (§21.1): press a button, as a hand does."""
        return self._request(messages.ButtonPress(device=device_id(device), button=button))

    def get_button_information(
        self, device: Device, button: str | None = None
    ) -> Deferred[messages.GetButtonInformationResponse]:
        """Get Button Information (§21.1): what the buttons are."""
        return self._request(messages.GetButtonInformation(device=device_id(device), button=button))

    def set_button_information(
        self, device: Device, button: str, *, label: str | None = None, number: Device | None = None
    ) -> Deferred[messages.SetButtonInformationResponse]:
        """Set Button Information (§21.1): label a button, and say which number it stands for.

        :param label: text beside it.
        :param number: that it dials.
        """
        return self._request(
            messages.SetButtonInformation(
                device=device_id(device),
                button=button,
                button_label=label,
                button_associated_number=some_device_id(number),
            )
        )

    def get_display(self, device: Device, display: str | None = None) -> Deferred[messages.GetDisplayResponse]:
        """Get Display (§21.1): what the displays show."""
        return self._request(messages.GetDisplay(device=device_id(device), display=display))

    def set_display(
        self,
        device: Device,
        text: str,
        *,
        display: str | None = None,
        row: int | None = None,
        column: int | None = None,
        offset: int | None = None,
    ) -> Deferred[messages.SetDisplayResponse]:
        """Set Display (§21.1): show a text.

        :param display: which, where the device has several.
        :param row: of the upper left corner.
        :param column: of the upper left corner.
        :param offset: from there, in characters.
        """
        return self._request(
            messages.SetDisplay(
                device=device_id(device),
                contents_of_display=text,
                display=display,
                physical_base_row_number=row,
                physical_base_column_number=column,
                offset=offset,
            )
        )

    def get_lamp_information(
        self, device: Device, lamp: str | None = None
    ) -> Deferred[messages.GetLampInformationResponse]:
        """Get Lamp Information (§21.1): what the lamps are."""
        return self._request(messages.GetLampInformation(device=device_id(device), lamp=lamp))

    def get_lamp_mode(self, device: Device, lamp: str | None = None) -> Deferred[messages.GetLampModeResponse]:
        """Get Lamp Mode (§21.1): whether the lamps are lit, or how they flash."""
        return self._request(messages.GetLampMode(device=device_id(device), lamp=lamp))

    def set_lamp_mode(
        self,
        device: Device,
        lamp: str,
        mode: int,
        *,
        brightness: messages.LampBrightness | None = None,
        color: int | None = None,
    ) -> Deferred[messages.SetLampModeResponse]:
        """Set Lamp Mode (§21.1): light a lamp, or let it flash.

        :param brightness: where the lamp has more than one.
        :param color: where the lamp has more than one, as the switch numbers them.
        """
        return self._request(
            messages.SetLampMode(
                device=device_id(device),
                lamp=lamp,
                lamp_mode=mode,
                lamp_brightness=brightness,
                lamp_color=color,
            )
        )

    def get_hookswitch_status(
        self, device: Device, hookswitch: str | None = None
    ) -> Deferred[messages.GetHookswitchStatusResponse]:
        """Get Hookswitch Status (§21.1): whether the handsets are on their hooks."""
        return self._request(messages.GetHookswitchStatus(device=device_id(device), hookswitch=hookswitch))

    def set_hookswitch_status(
        self, device: Device, hookswitch: str, on_hook: bool
    ) -> Deferred[messages.SetHookswitchStatusResponse]:
        """Set Hookswitch Status (§21.1): lift a handset, or put it down."""
        return self._request(
            messages.SetHookswitchStatus(device=device_id(device), hookswitch=hookswitch, hookswitch_on_hook=on_hook)
        )

    def get_message_waiting_indicator(self, device: Device) -> Deferred[messages.GetMessageWaitingIndicatorResponse]:
        """Get Message Waiting Indicator (§21.1): whether the message lamp is lit."""
        return self._request(messages.GetMessageWaitingIndicator(device=device_id(device)))

    def set_message_waiting_indicator(
        self, device: Device, on: bool, *, message_at: Device | None = None
    ) -> Deferred[messages.SetMessageWaitingIndicatorResponse]:
        """Set Message Waiting Indicator (§21.1.18): light the message lamp, or put it out.

        :param message_at: device that keeps the message.
        """
        return self._request(
            messages.SetMessageWaitingIndicator(
                device=device_id(device), message_waiting_on=on, device_for_message=some_device_id(message_at)
            )
        )

    def get_auditory_apparatus_information(
        self, device: Device, apparatus: str | None = None
    ) -> Deferred[messages.GetAuditoryApparatusInformationResponse]:
        """Get Auditory Apparatus Information (§21.1): loudspeakers and microphones."""
        return self._request(
            messages.GetAuditoryApparatusInformation(device=device_id(device), auditory_apparatus=apparatus)
        )

    def get_microphone_gain(
        self, device: Device, apparatus: str | None = None
    ) -> Deferred[messages.GetMicrophoneGainResponse]:
        """Get Microphone Gain (§21.1): how sensitive the microphones are."""
        return self._request(messages.GetMicrophoneGain(device=device_id(device), auditory_apparatus=apparatus))

    def set_microphone_gain(
        self, device: Device, apparatus: str, gain: messages.MicrophoneGain
    ) -> Deferred[messages.SetMicrophoneGainResponse]:
        """Set Microphone Gain (§21.1): make a microphone more sensitive, or less."""
        return self._request(
            messages.SetMicrophoneGain(device=device_id(device), auditory_apparatus=apparatus, microphone_gain=gain)
        )

    def get_microphone_mute(
        self, device: Device, apparatus: str | None = None
    ) -> Deferred[messages.GetMicrophoneMuteResponse]:
        """Get Microphone Mute (§21.1): whether the microphones are off."""
        return self._request(messages.GetMicrophoneMute(device=device_id(device), auditory_apparatus=apparatus))

    def set_microphone_mute(
        self, device: Device, apparatus: str, mute: bool
    ) -> Deferred[messages.SetMicrophoneMuteResponse]:
        """Set Microphone Mute (§21.1): switch a microphone off, or on."""
        return self._request(
            messages.SetMicrophoneMute(device=device_id(device), auditory_apparatus=apparatus, microphone_mute_on=mute)
        )

    def get_speaker_volume(
        self, device: Device, apparatus: str | None = None
    ) -> Deferred[messages.GetSpeakerVolumeResponse]:
        """Get Speaker Volume (§21.1): how loud the loudspeakers are."""
        return self._request(messages.GetSpeakerVolume(device=device_id(device), auditory_apparatus=apparatus))

    def set_speaker_volume(
        self, device: Device, apparatus: str, volume: messages.Volume
    ) -> Deferred[messages.SetSpeakerVolumeResponse]:
        """Set Speaker Volume (§21.1): make a loudspeaker louder, or less loud."""
        return self._request(
            messages.SetSpeakerVolume(device=device_id(device), auditory_apparatus=apparatus, speaker_volume=volume)
        )

    def get_speaker_mute(
        self, device: Device, apparatus: str | None = None
    ) -> Deferred[messages.GetSpeakerMuteResponse]:
        """Get Speaker Mute (§21.1): whether the loudspeakers are off."""
        return self._request(messages.GetSpeakerMute(device=device_id(device), auditory_apparatus=apparatus))

    def set_speaker_mute(self, device: Device, apparatus: str, mute: bool) -> Deferred[messages.SetSpeakerMuteResponse]:
        """Set Speaker Mute (§21.1): switch a loudspeaker off, or on."""
        return self._request(
            messages.SetSpeakerMute(device=device_id(device), auditory_apparatus=apparatus, speaker_mute_on=mute)
        )

    def get_ringer_status(
        self, device: Device, ringer: str | None = None
    ) -> Deferred[messages.GetRingerStatusResponse]:
        """Get Ringer Status (§21.1): how the ringers are set, and whether they ring."""
        return self._request(messages.GetRingerStatus(device=device_id(device), ringer=ringer))

    def set_ringer_status(
        self,
        device: Device,
        ringer: str,
        *,
        mode: messages.RingMode | None = None,
        pattern: int | None = None,
        volume: messages.Volume | None = None,
    ) -> Deferred[messages.SetRingerStatusResponse]:
        """Set Ringer Status (§21.1): set a ringer.

        :param mode: let it ring, or stop.
        :param pattern: as the switch numbers them.
        :param volume: how loud.
        """
        return self._request(
            messages.SetRingerStatus(
                device=device_id(device),
                ringer=ringer,
                ring_mode=mode,
                ring_pattern=pattern,
                ring_volume=volume,
            )
        )
