"""Call detail record services (ECMA-269 clause 27)."""

from __future__ import annotations

from twisted.internet.defer import Deferred

from csta.messages import cdr as messages
from csta.services.requester import Services
from csta.services.serving import NOT_SUPPORTED, Answer, Handler, Requests


class CallDetailRecords(Services):
    """Ask for the records of calls that are over."""

    def start_cdr_transmission(self, mode: messages.CDRTransferMode) -> Deferred[messages.StartCDRTransmissionResponse]:
        """Start Call Detail Records Transmission (§27.1.4): ask for records, which come to :class:`CDRHandler`."""
        return self._request(messages.StartCDRTransmission(transfer_mode=mode))

    def send_stored_cdr(
        self, cdr_cross_ref_id: str, period: messages.CDRTimePeriod | None = None
    ) -> Deferred[messages.SendStoredCDRResponse]:
        """Send Stored Call Detail Records (§27.1.3): ask for those that are stored."""
        return self._request(messages.SendStoredCDR(cdr_cross_ref_id=cdr_cross_ref_id, time_period=period))

    def stop_cdr_transmission(
        self, cdr_cross_ref_id: str, reason: messages.CDRTermReason | None = None
    ) -> Deferred[messages.StopCDRTransmissionResponse]:
        """Stop Call Detail Records Transmission (§27.1.5): ask for no more; the cross reference means nothing after the
        answer.
        """
        return self._request(messages.StopCDRTransmission(cdr_cross_ref_id=cdr_cross_ref_id, cdr_term_reason=reason))


class CDRHandler(Handler):
    """Records of calls; :meth:`CallDetailRecords.start_cdr_transmission` asks for them."""

    def requests(self) -> Requests:
        """See :class:`csta.services.serving.Handler`."""
        return {
            messages.CDRReport: self.cdr_report,
            messages.CDRNotification: self.cdr_notification,
            messages.StopCDRTransmission: self.stop_cdr_transmission,
        }

    def cdr_report(self, request: messages.CDRReport) -> Answer[messages.CDRReportResponse]:
        """Call Detail Records Report (§27.1.2): 1 to 128 records."""
        return NOT_SUPPORTED

    def cdr_notification(self, request: messages.CDRNotification) -> Answer[messages.CDRNotificationResponse]:
        """Call Detail Records Notification (§27.1.1): records wait to be asked for."""
        return NOT_SUPPORTED

    def stop_cdr_transmission(
        self, request: messages.StopCDRTransmission
    ) -> Answer[messages.StopCDRTransmissionResponse]:
        """Stop Call Detail Records Transmission (§27.1.5): the switch sends no more."""
        return NOT_SUPPORTED
