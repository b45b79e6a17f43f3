"""Data collection services (ECMA-269 clause 25)."""

from __future__ import annotations

from twisted.internet.defer import Deferred

from csta.messages import data_collection as messages
from csta.messages.common import ConnectionID
from csta.services.requester import Device, Services, device_id
from csta.services.serving import NOT_SUPPORTED, Answer, Handler, Requests


class DataCollection(Services):
    """Collect digits and tones that a party of a call sends."""

    def start_data_collection(
        self,
        at: Device | ConnectionID,
        *,
        data_type: messages.DataCollType | None = None,
        criteria: messages.DigitsReportingCriteria | None = None,
    ) -> Deferred[messages.StartDataCollectionResponse]:
        """Start Data Collection (§25.1.5): on a connection, or on the next one at a device.

        It ends with :meth:`stop_data_collection`, or with the connection.

        :param data_type: digits or telephony tones.
        :param criteria: when digits are reported: how many, after which one, after how long.
        """
        if isinstance(at, ConnectionID):
            observed = messages.CallObject(call=at)
        else:
            observed = messages.CallObject(device=device_id(at))
        return self._request(
            messages.StartDataCollection(
                object=observed,
                data_coll_type=data_type,
                digits_reporting_criteria=criteria,
            )
        )

    def suspend_data_collection(self, dcoll_cross_ref_id: str) -> Deferred[messages.SuspendDataCollectionResponse]:
        """Suspend Data Collection (§25.1.7): let it rest."""
        return self._request(messages.SuspendDataCollection(dcoll_cross_ref_id=dcoll_cross_ref_id))

    def resume_data_collection(self, dcoll_cross_ref_id: str) -> Deferred[messages.ResumeDataCollectionResponse]:
        """Resume Data Collection (§25.1.4): let it go on."""
        return self._request(messages.ResumeDataCollection(dcoll_cross_ref_id=dcoll_cross_ref_id))

    def stop_data_collection(self, dcoll_cross_ref_id: str) -> Deferred[messages.StopDataCollectionResponse]:
        """Stop Data Collection (§25.1.6): end it."""
        return self._request(messages.StopDataCollection(dcoll_cross_ref_id=dcoll_cross_ref_id))


class DataCollectionHandler(Handler):
    """What was collected; :meth:`DataCollection.start_data_collection` asks for it."""

    def requests(self) -> Requests:
        """See :class:`csta.services.serving.Handler`."""
        return {
            messages.DataCollected: self.data_collected,
            messages.DataCollectionSuspended: self.data_collection_suspended,
            messages.DataCollectionResumed: self.data_collection_resumed,
        }

    def data_collected(self, request: messages.DataCollected) -> Answer[messages.DataCollectedResponse]:
        """Data Collected (§25.1.1): digits or tones came."""
        return NOT_SUPPORTED

    def data_collection_suspended(
        self, request: messages.DataCollectionSuspended
    ) -> Answer[messages.DataCollectionSuspendedResponse]:
        """Data Collection Suspended (§25.1.3): the switch lets it rest."""
        return NOT_SUPPORTED

    def data_collection_resumed(
        self, request: messages.DataCollectionResumed
    ) -> Answer[messages.DataCollectionResumedResponse]:
        """Data Collection Resumed (§25.1.2): the switch lets it go on."""
        return NOT_SUPPORTED
