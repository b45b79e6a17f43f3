"""Call associated services (ECMA-269 §18.1)."""

from __future__ import annotations

from twisted.internet.defer import Deferred

from csta.messages import call_associated as messages
from csta.messages.base import Octets
from csta.messages.common import ConnectionID
from csta.messages.media import ConnectionInformation
from csta.services.requester import Services, octets


class CallAssociated(Services):
    """Things done in a call that leave its connections as they are."""

    def associate_data(
        self,
        connection: ConnectionID,
        *,
        correlator_data: bytes | None = None,
        account_code: bytes | None = None,
        auth_code: bytes | None = None,
        subject: str | None = None,
    ) -> Deferred[messages.AssociateDataResponse]:
        """Associate Data (§18.1.1): let data travel with the call; an empty ``correlator_data`` takes away what was
        there.

        :param correlator_data: octets that travel with the call (§12.2.10).
        :param account_code: whom the call is charged to (§12.2.1).
        :param auth_code: what allows the call (§12.2.3).
        :param subject: what the call is about (§12.2.27).
        """
        return self._request(
            messages.AssociateData(
                existing_call=connection,
                correlator_data=octets(correlator_data),
                account_code=octets(account_code),
                auth_code=octets(auth_code),
                subject_of_call=subject,
            )
        )

    def generate_digits(
        self, connection: ConnectionID, digits: str, *, mode: messages.DigitMode | None = None
    ) -> Deferred[messages.GenerateDigitsResponse]:
        """Generate Digits (§18.1.4): send digits to the far end.

        :param mode: tones or pulses; what the switch usually does where left out.
        """
        return self._request(
            messages.GenerateDigits(connection_to_send_digits=connection, characters_to_send=digits, digit_mode=mode)
        )

    def generate_telephony_tones(
        self, connection: ConnectionID, tone: messages.TelephonyTone, *, duration: int | None = None
    ) -> Deferred[messages.GenerateTelephonyTonesResponse]:
        """Generate Telephony Tones (§18.1.5): send a tone to the far end.

        :param duration: how long; until :meth:`cancel_telephony_tones` where the switch has no limit of its own.
        """
        return self._request(
            messages.GenerateTelephonyTones(
                connection_to_send_tone=connection, tone_to_send=tone, tone_duration=duration
            )
        )

    def cancel_telephony_tones(self, connection: ConnectionID) -> Deferred[messages.CancelTelephonyTonesResponse]:
        """Cancel Telephony Tones (§18.1.2): stop the tone."""
        return self._request(messages.CancelTelephonyTones(connection_to_stop_tone=connection))

    def send_user_information(
        self, connection: ConnectionID, data: bytes
    ) -> Deferred[messages.SendUserInformationResponse]:
        """Send User Information (§18.1.6): send octets to the other parties."""
        return self._request(messages.SendUserInformation(existing_call=connection, user_data=Octets(data)))

    def change_connection_information(
        self, connection: ConnectionID, information: ConnectionInformation
    ) -> Deferred[messages.ChangeConnectionInformationResponse]:
        """Change Connection Information (§18.1.3): change the flow or the media of a connection; the answer says what
        is in force.
        """
        return self._request(
            messages.ChangeConnectionInformation(
                connection_to_be_changed=connection, requested_connection_info=information
            )
        )
