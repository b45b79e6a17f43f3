"""Call control services (ECMA-269 §17.1).

A connection is named by the :class:`csta.messages.common.ConnectionID` that an event or answer gave.
"""

from __future__ import annotations

from collections.abc import Sequence

from twisted.internet.defer import Deferred

from csta.errors import LocalProtocolError
from csta.messages import call_control as messages
from csta.messages.call_data import AutoOriginate, ConsultOptions, EventCause, MessageInfo
from csta.messages.common import ConnectionID
from csta.services.requester import Device, Services, complete, device_id, octets, some_device_id


class CallControl(Services):
    """Make, answer, hold, transfer and end calls."""

    def make_call(
        self,
        calling: Device,
        called: Device,
        *,
        prompt: bool = False,
        account_code: bytes | None = None,
        auth_code: bytes | None = None,
        correlator_data: bytes | None = None,
        user_data: bytes | None = None,
    ) -> Deferred[messages.MakeCallResponse]:
        """Make Call (§17.1.18): call ``called`` from the device ``calling``.

        :param called: may be empty, or end in ``;``: :meth:`dial_digits` goes on then.
        :param prompt: let the calling device ring first; otherwise the switch takes its line at once if it can.
        :param account_code: whom the call is charged to (§12.2.1).
        :param auth_code: what allows the call (§12.2.3).
        :param correlator_data: octets that travel with the call (§12.2.10).
        :param user_data: octets for the parties of the call (§12.2.30).
        """
        return self._request(
            messages.MakeCall(
                calling_device=device_id(calling),
                called_directory_number=device_id(called),
                auto_originate=AutoOriginate.PROMPT if prompt else AutoOriginate.DO_NOT_PROMPT,
                account_code=octets(account_code),
                auth_code=octets(auth_code),
                correlator_data=octets(correlator_data),
                user_data=octets(user_data),
            )
        )

    def make_predictive_call(
        self,
        calling: Device,
        called: Device,
        *,
        signalling_detection: messages.SignallingDetection | None = None,
        destination_detection: Sequence[messages.DestinationDetectionItem] | None = None,
        default_action: messages.DetectionAction | None = None,
        alert_time: int | None = None,
        correlator_data: bytes | None = None,
    ) -> Deferred[messages.MakePredictiveCallResponse]:
        """Make Predictive Call (§17.1.20): call ``called`` first, and bring ``calling``, often a group, to it as the
        detection says.

        :param signalling_detection: which progress of the call matters, and what is done then.
        :param destination_detection: what answers (a person, a machine), and what is done then; the first that fits
            counts.
        :param default_action: what is done when nothing of it fits.
        :param alert_time: seconds the called device may ring.
        :param correlator_data: octets that travel with the call (§12.2.10).
        """
        return self._request(
            messages.MakePredictiveCall(
                calling_device=device_id(calling),
                called_directory_number=complete(called, "MakePredictiveCall.calledDirectoryNumber"),
                signalling_detection=signalling_detection,
                destination_detection=None if destination_detection is None else tuple(destination_detection),
                default_action=default_action,
                alert_time=alert_time,
                correlator_data=octets(correlator_data),
            )
        )

    def make_connection(
        self,
        device: Device,
        *,
        auto_originate: AutoOriginate = AutoOriginate.PROMPT,
        max_devices: int | None = None,
        start_time: str | None = None,
        duration: int | None = None,
        correlator_data: bytes | None = None,
    ) -> Deferred[messages.MakeConnectionResponse]:
        """Make Connection (§17.1.19): make a call that has one device only, for a conference for example.

        :param auto_originate: whether the device is rung first.
        :param max_devices: how many devices the call will have.
        :param start_time: planned start, as generalized time.
        :param duration: planned length.
        :param correlator_data: octets that travel with the call (§12.2.10).
        """
        return self._request(
            messages.MakeConnection(
                initiating_device=device_id(device),
                auto_originate=auto_originate,
                max_devices=max_devices,
                start_time=start_time,
                duration=duration,
                correlator_data=octets(correlator_data),
            )
        )

    def dial_digits(self, connection: ConnectionID, digits: Device) -> Deferred[messages.DialDigitsResponse]:
        """Dial Digits (§17.1.12): dial, or go on dialling; digits that end in ``;`` are followed by more."""
        return self._request(messages.DialDigits(dialling_connection=connection, dialling_sequence=device_id(digits)))

    def send_message(
        self,
        calling: Device,
        called: messages.DeviceListItems,
        message: MessageInfo,
        *,
        correlator_data: bytes | None = None,
    ) -> Deferred[messages.SendMessageResponse]:
        """Send Message (§17.1.24): send one message to some devices; each of them is a call of its own.

        :param correlator_data: octets that travel with the call (§12.2.10).
        """
        return self._request(
            messages.SendMessage(
                calling_device=device_id(calling),
                destination_devices=called,
                message_info=message,
                correlator_data=octets(correlator_data),
            )
        )

    def answer_call(
        self, connection: ConnectionID, *, correlator_data: bytes | None = None
    ) -> Deferred[messages.AnswerCallResponse]:
        """Answer Call (§17.1.3): connect an alerting, queued or prompted connection.

        :param correlator_data: octets that travel with the call (§12.2.10).
        """
        return self._request(
            messages.AnswerCall(call_to_be_answered=connection, correlator_data=octets(correlator_data))
        )

    def accept_call(
        self, connection: ConnectionID, *, correlator_data: bytes | None = None
    ) -> Deferred[messages.AcceptCallResponse]:
        """Accept Call (§17.1.1): let an offered call ring, or enter distribution.

        :param correlator_data: octets that travel with the call (§12.2.10).
        """
        return self._request(
            messages.AcceptCall(call_to_be_accepted=connection, correlator_data=octets(correlator_data))
        )

    def clear_connection(
        self, connection: ConnectionID, *, reason: EventCause | None = None
    ) -> Deferred[messages.ClearConnectionResponse]:
        """Clear Connection (§17.1.8): take one device out of a call.

        :param reason: an event cause, told to the other side where the signalling can (§12.2.15).
        """
        return self._request(messages.ClearConnection(connection_to_be_cleared=connection, reason=reason))

    def clear_call(
        self, connection: ConnectionID, *, reason: EventCause | None = None
    ) -> Deferred[messages.ClearCallResponse]:
        """Clear Call (§17.1.7): take every device out of a call.

        :param reason: an event cause, told to the other side where the signalling can (§12.2.15).
        """
        return self._request(messages.ClearCall(call_to_be_cleared=connection, reason=reason))

    def hold_call(
        self, connection: ConnectionID, *, reserve: bool | None = None
    ) -> Deferred[messages.HoldCallResponse]:
        """Hold Call (§17.1.15): hold a connected connection.

        :param reserve: keep the media channels for taking it back.
        """
        return self._request(messages.HoldCall(call_to_be_held=connection, connection_reservation=reserve))

    def retrieve_call(self, connection: ConnectionID) -> Deferred[messages.RetrieveCallResponse]:
        """Retrieve Call (§17.1.23): take a held connection back."""
        return self._request(messages.RetrieveCall(call_to_be_retrieved=connection))

    def alternate_call(self, held: ConnectionID, active: ConnectionID) -> Deferred[messages.AlternateCallResponse]:
        """Alternate Call (§17.1.2): hold the active connection and take the held one."""
        return self._request(messages.AlternateCall(held_call=held, active_call=active))

    def reconnect_call(self, active: ConnectionID, held: ConnectionID) -> Deferred[messages.ReconnectCallResponse]:
        """Reconnect Call (§17.1.22): clear the active connection and take the held one."""
        return self._request(messages.ReconnectCall(active_call=active, held_call=held))

    def consultation_call(
        self,
        connection: ConnectionID,
        consulted: Device,
        *,
        consult_options: ConsultOptions = ConsultOptions.UNRESTRICTED,
        account_code: bytes | None = None,
        auth_code: bytes | None = None,
        correlator_data: bytes | None = None,
    ) -> Deferred[messages.ConsultationCallResponse]:
        """Consultation Call (§17.1.10): hold a connection and call ``consulted``.

        :param consulted: may be empty, or end in ``;``: :meth:`dial_digits` goes on then.
        :param consult_options: what may finish the consultation.
        :param account_code: whom the call is charged to (§12.2.1).
        :param auth_code: what allows the call (§12.2.3).
        :param correlator_data: octets that travel with the new call; the held one keeps its own (§12.2.10).
        """
        return self._request(
            messages.ConsultationCall(
                existing_call=connection,
                consulted_device=device_id(consulted),
                consult_options=consult_options,
                account_code=octets(account_code),
                auth_code=octets(auth_code),
                correlator_data=octets(correlator_data),
            )
        )

    def transfer_call(self, held: ConnectionID, active: ConnectionID) -> Deferred[messages.TransferCallResponse]:
        """Transfer Call (§17.1.27): join the far ends of both connections of a device, which leaves."""
        return self._request(messages.TransferCall(held_call=held, active_call=active))

    def single_step_transfer_call(
        self,
        connection: ConnectionID,
        to: Device,
        *,
        reason: EventCause | None = None,
        correlator_data: bytes | None = None,
    ) -> Deferred[messages.SingleStepTransferCallResponse]:
        """Single Step Transfer (§17.1.26): pass a call on without asking at ``to`` first.

        :param reason: an event cause, told to the other side where the signalling can (§12.2.15).
        :param correlator_data: octets that travel with the call (§12.2.10).
        """
        return self._request(
            messages.SingleStepTransferCall(
                active_call=connection,
                transferred_to=complete(to, "SingleStepTransferCall.transferredTo"),
                reason=reason,
                correlator_data=octets(correlator_data),
            )
        )

    def conference_call(self, held: ConnectionID, active: ConnectionID) -> Deferred[messages.ConferenceCallResponse]:
        """Conference Call (§17.1.9): merge both calls of a device."""
        return self._request(messages.ConferenceCall(held_call=held, active_call=active))

    def single_step_conference_call(
        self,
        connection: ConnectionID,
        device: Device,
        *,
        participation: messages.ParticipationType = messages.ParticipationType.ACTIVE,
        correlator_data: bytes | None = None,
    ) -> Deferred[messages.SingleStepConferenceCallResponse]:
        """Single Step Conference (§17.1.25): bring ``device`` into a call, as its features allow.

        :param participation: ``active`` speaks and hears, ``silent`` only hears.
        :param correlator_data: octets that travel with the call (§12.2.10).
        """
        return self._request(
            messages.SingleStepConferenceCall(
                active_call=connection,
                device_to_join=complete(device, "SingleStepConferenceCall.deviceToJoin"),
                participation_type=participation,
                correlator_data=octets(correlator_data),
            )
        )

    def join_call(
        self,
        connection: ConnectionID,
        device: Device,
        *,
        participation: messages.ParticipationType = messages.ParticipationType.ACTIVE,
        correlator_data: bytes | None = None,
    ) -> Deferred[messages.JoinCallResponse]:
        """Join Call (§17.1.17): bring ``device`` into a call whatever its forwarding and do-not-disturb say.

        :param participation: ``active`` speaks and hears, ``silent`` only hears.
        :param correlator_data: octets that travel with the call (§12.2.10).
        """
        return self._request(
            messages.JoinCall(
                active_call=connection,
                joining_device=complete(device, "JoinCall.joiningDevice"),
                participation_type=participation,
                correlator_data=octets(correlator_data),
            )
        )

    def intrude_call(
        self, connection: ConnectionID, *, participation: messages.ParticipationType = messages.ParticipationType.ACTIVE
    ) -> Deferred[messages.IntrudeCallResponse]:
        """Intrude Call (§17.1.16): enter the call that the called, busy device has.

        :param participation: ``active`` speaks and hears, ``silent`` only hears.
        """
        return self._request(messages.IntrudeCall(intrude=connection, participation_type=participation))

    def deflect_call(
        self,
        connection: ConnectionID,
        to: Device,
        *,
        also: Sequence[Device] | None = None,
        reason: EventCause | None = None,
        correlator_data: bytes | None = None,
    ) -> Deferred[messages.DeflectCallResponse]:
        """Deflect Call (§17.1.11): send an alerting or queued call elsewhere.

        :param also: more destinations, which ring together with ``to``.
        :param reason: an event cause, told to the other side where the signalling can (§12.2.15).
        :param correlator_data: octets that travel with the call (§12.2.10).
        """
        return self._request(
            messages.DeflectCall(
                call_to_be_diverted=connection,
                new_destination=complete(to, "DeflectCall.newDestination"),
                add_new_destinations_list=None if also is None else tuple(device_id(each) for each in also),
                reason=reason,
                correlator_data=octets(correlator_data),
            )
        )

    def directed_pickup_call(
        self, connection: ConnectionID, requesting: Device, *, correlator_data: bytes | None = None
    ) -> Deferred[messages.DirectedPickupCallResponse]:
        """Directed Pickup Call (§17.1.13): take a call from another device to the device ``requesting``.

        :param correlator_data: octets that travel with the call (§12.2.10).
        """
        requesting = complete(requesting, "DirectedPickupCall.requestingDevice")
        if requesting == connection.device_id:  # FR 6
            raise LocalProtocolError("a device does not pick up its own call", "DirectedPickupCall.requestingDevice")
        return self._request(
            messages.DirectedPickupCall(
                call_to_be_picked_up=connection,
                requesting_device=requesting,
                correlator_data=octets(correlator_data),
            )
        )

    def group_pickup_call(
        self, device: Device, *, group: Device | None = None, correlator_data: bytes | None = None
    ) -> Deferred[messages.GroupPickupCallResponse]:
        """Group Pickup Call (§17.1.14): take a call of a pickup group to ``device``.

        :param group: where it is not the group of the device.
        :param correlator_data: octets that travel with the call (§12.2.10).
        """
        return self._request(
            messages.GroupPickupCall(
                new_destination=complete(device, "GroupPickupCall.newDestination"),
                pick_group=some_device_id(group),
                correlator_data=octets(correlator_data),
            )
        )

    def park_call(
        self, connection: ConnectionID, at: Device, *, correlator_data: bytes | None = None
    ) -> Deferred[messages.ParkCallResponse]:
        """Park Call (§17.1.21): leave a call waiting at the device ``at``.

        :param correlator_data: octets that travel with the call (§12.2.10).
        """
        return self._request(
            messages.ParkCall(
                parking=connection, park_to=complete(at, "ParkCall.parkTo"), correlator_data=octets(correlator_data)
            )
        )

    def campon_call(self, connection: ConnectionID) -> Deferred[messages.CamponCallResponse]:
        """Camp On Call (§17.1.6): wait in line for the busy called device."""
        return self._request(messages.CamponCall(campon_connection=connection))

    def call_back(self, connection: ConnectionID) -> Deferred[messages.CallBackResponse]:
        """Call Back Call-Related (§17.1.4): end a call that did not get through, and have it made again later."""
        return self._request(messages.CallBack(callback_connection=connection))

    def call_back_message(self, connection: ConnectionID) -> Deferred[messages.CallBackMessageResponse]:
        """Call Back Message Call-Related (§17.1.5): end a call, and leave the called device a message that asks for a
        call.
        """
        return self._request(messages.CallBackMessage(callback_message_connection=connection))
