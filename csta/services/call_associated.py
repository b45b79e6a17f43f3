"""Call associated services (ECMA-269 §18.1)."""

from __future__ import annotations

from twisted.internet.defer import Deferred

from csta.messages.base import Octets
from csta.messages.call_associated import (
    AssociateData,
    AssociateDataResponse,
    GenerateDigits,
    GenerateDigitsResponse,
)
from csta.messages.common import ConnectionID
from csta.services.requester import Services


class CallAssociated(Services):
    """Things done in a call that leave its connections as they are."""

    def generate_digits(self, connection: ConnectionID, digits: str) -> Deferred[GenerateDigitsResponse]:
        """Generate Digits (§18.1.4): send DTMF digits to the far end."""
        return self._request(GenerateDigits(connection_to_send_digits=connection, characters_to_send=digits))

    def associate_data(self, connection: ConnectionID, correlator_data: bytes) -> Deferred[AssociateDataResponse]:
        """Associate Data (§18.1.1): let octets travel with the call."""
        return self._request(AssociateData(existing_call=connection, correlator_data=Octets(correlator_data)))
