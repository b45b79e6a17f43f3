"""Call control services (ECMA-269 §17.1).

A connection is named by the :class:`csta.messages.common.ConnectionID` that an event or answer gave.
"""

from __future__ import annotations

from twisted.internet.defer import Deferred

from csta.messages.base import Octets
from csta.messages.call_control import (
    AcceptCall,
    AcceptCallResponse,
    AlternateCall,
    AlternateCallResponse,
    AnswerCall,
    AnswerCallResponse,
    ClearCall,
    ClearCallResponse,
    ClearConnection,
    ClearConnectionResponse,
    ConferenceCall,
    ConferenceCallResponse,
    ConsultationCall,
    ConsultationCallResponse,
    DeflectCall,
    DeflectCallResponse,
    DirectedPickupCall,
    DirectedPickupCallResponse,
    HoldCall,
    HoldCallResponse,
    MakeCall,
    MakeCallResponse,
    ParkCall,
    ParkCallResponse,
    ReconnectCall,
    ReconnectCallResponse,
    RetrieveCall,
    RetrieveCallResponse,
    SingleStepTransferCall,
    SingleStepTransferCallResponse,
    TransferCall,
    TransferCallResponse,
)
from csta.messages.call_data import AutoOriginate
from csta.messages.common import ConnectionID, DeviceID
from csta.services.requester import Services, device_id


class CallControl(Services):
    """Make, answer, hold, transfer and end calls."""

    def make_call(
        self,
        calling: DeviceID | str,
        called: DeviceID | str,
        *,
        prompt: bool = False,
        correlator_data: bytes | None = None,
    ) -> Deferred[MakeCallResponse]:
        """Make Call (§17.1.18): call ``called`` from the device ``calling``.

        :param prompt: let the calling device ring first; otherwise the switch takes its line at once if it can.
        :param correlator_data: octets that travel with the call.
        """
        return self._request(
            MakeCall(
                calling_device=device_id(calling),
                called_directory_number=device_id(called),
                auto_originate=AutoOriginate.PROMPT if prompt else AutoOriginate.DO_NOT_PROMPT,
                correlator_data=None if correlator_data is None else Octets(correlator_data),
            )
        )

    def answer_call(self, connection: ConnectionID) -> Deferred[AnswerCallResponse]:
        """Answer Call (§17.1.3): connect an alerting, or prompted, connection."""
        return self._request(AnswerCall(call_to_be_answered=connection))

    def accept_call(self, connection: ConnectionID) -> Deferred[AcceptCallResponse]:
        """Accept Call (§17.1.1): let an offered call ring."""
        return self._request(AcceptCall(call_to_be_accepted=connection))

    def clear_connection(self, connection: ConnectionID) -> Deferred[ClearConnectionResponse]:
        """Clear Connection (§17.1.8): take one device out of a call."""
        return self._request(ClearConnection(connection_to_be_cleared=connection))

    def clear_call(self, connection: ConnectionID) -> Deferred[ClearCallResponse]:
        """Clear Call (§17.1.7): take every device out of a call."""
        return self._request(ClearCall(call_to_be_cleared=connection))

    def hold_call(self, connection: ConnectionID) -> Deferred[HoldCallResponse]:
        """Hold Call (§17.1.15)."""
        return self._request(HoldCall(call_to_be_held=connection))

    def retrieve_call(self, connection: ConnectionID) -> Deferred[RetrieveCallResponse]:
        """Retrieve Call (§17.1.23): take a held connection back."""
        return self._request(RetrieveCall(call_to_be_retrieved=connection))

    def alternate_call(self, held: ConnectionID, active: ConnectionID) -> Deferred[AlternateCallResponse]:
        """Alternate Call (§17.1.2): hold the active connection and take the held one."""
        return self._request(AlternateCall(held_call=held, active_call=active))

    def reconnect_call(self, active: ConnectionID, held: ConnectionID) -> Deferred[ReconnectCallResponse]:
        """Reconnect Call (§17.1.22): clear the active connection and take the held one."""
        return self._request(ReconnectCall(active_call=active, held_call=held))

    def consultation_call(
        self, connection: ConnectionID, consulted: DeviceID | str
    ) -> Deferred[ConsultationCallResponse]:
        """Consultation Call (§17.1.10): hold a connection and call ``consulted``."""
        return self._request(ConsultationCall(existing_call=connection, consulted_device=device_id(consulted)))

    def transfer_call(self, held: ConnectionID, active: ConnectionID) -> Deferred[TransferCallResponse]:
        """Transfer Call (§17.1.27): join the far ends of both connections and leave."""
        return self._request(TransferCall(held_call=held, active_call=active))

    def single_step_transfer_call(
        self, connection: ConnectionID, to: DeviceID | str
    ) -> Deferred[SingleStepTransferCallResponse]:
        """Single Step Transfer Call (§17.1.26): pass a call on without asking at ``to`` first."""
        return self._request(SingleStepTransferCall(active_call=connection, transferred_to=device_id(to)))

    def conference_call(self, held: ConnectionID, active: ConnectionID) -> Deferred[ConferenceCallResponse]:
        """Conference Call (§17.1.9): merge both calls of a device."""
        return self._request(ConferenceCall(held_call=held, active_call=active))

    def deflect_call(self, connection: ConnectionID, to: DeviceID | str) -> Deferred[DeflectCallResponse]:
        """Deflect Call (§17.1.11): send an alerting or queued call elsewhere."""
        return self._request(DeflectCall(call_to_be_diverted=connection, new_destination=device_id(to)))

    def directed_pickup_call(
        self, connection: ConnectionID, requesting: DeviceID | str
    ) -> Deferred[DirectedPickupCallResponse]:
        """Directed Pickup Call (§17.1.13): take a call that rings elsewhere to the device ``requesting``."""
        return self._request(
            DirectedPickupCall(call_to_be_picked_up=connection, requesting_device=device_id(requesting))
        )

    def park_call(self, connection: ConnectionID, at: DeviceID | str) -> Deferred[ParkCallResponse]:
        """Park Call (§17.1.21): leave a call waiting at the device ``at``."""
        return self._request(ParkCall(parking=connection, park_to=device_id(at)))
