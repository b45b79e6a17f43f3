"""Monitoring services (ECMA-269 §15.1)."""

from __future__ import annotations

from twisted.internet.defer import Deferred

from csta.messages import monitoring as messages
from csta.messages.common import ConnectionID
from csta.services.requester import Device, Gathered, Services, csta_object, entries
from csta.services.serving import NOT_SUPPORTED, Answer, Handler, Requests


class Monitoring(Services):
    """Ask for the events of a device or call."""

    def monitor_start(
        self,
        monitored: Device | ConnectionID,
        *,
        suppress: messages.MonitorFilter | None = None,
        monitor_type: messages.MonitorType | None = messages.MonitorType.DEVICE,
    ) -> Deferred[messages.MonitorStartResponse]:
        """Monitor Start (§15.1.2): report the events at a device, or of the call of a connection, from now on.

        :param suppress: events not to report; all are where left out.
        :param monitor_type: device-type monitors follow the device, call-type monitors its calls wherever they go.
        """
        return self._request(
            messages.MonitorStart(
                monitor_object=csta_object(monitored), requested_monitor_filter=suppress, monitor_type=monitor_type
            )
        )

    def monitor_stop(self, monitor_cross_ref_id: str) -> Deferred[messages.MonitorStopResponse]:
        """Monitor Stop (§15.1.3): end the monitor that Monitor Start named so."""
        return self._request(messages.MonitorStop(monitor_cross_ref_id=monitor_cross_ref_id))

    def change_monitor_filter(
        self, monitor_cross_ref_id: str, suppress: messages.MonitorFilter
    ) -> Deferred[messages.ChangeMonitorFilterResponse]:
        """Change Monitor Filter (§15.1.1): report everything but ``suppress``."""
        return self._request(
            messages.ChangeMonitorFilter(monitor_cross_ref_id=monitor_cross_ref_id, requested_filter_list=suppress)
        )

    def get_monitors(self) -> Deferred[tuple[messages.MonitorListEntry, ...]]:
        """Get Monitors (§15.1): the monitors of this side, whether the answer or the segments after it name them."""
        return self._request(messages.GetMonitors()).addCallback(self._monitors)

    def _monitors(self, answer: messages.GetMonitorsResponse) -> Gathered[messages.MonitorListEntry]:
        found = answer.cross_ref_id_or_registration_data
        if found.service_cross_ref_id is None:
            return found.monitor_list or ()
        segments = self._requester.segments(messages.MonitorInfo, found.service_cross_ref_id)
        return segments.addCallback(entries, lambda segment: segment.monitor_list)


class MonitoringHandler(Handler):
    """The switch ends monitors of its own accord."""

    def requests(self) -> Requests:
        """See :class:`csta.services.serving.Handler`."""
        return {
            messages.MonitorStop: self.monitor_stop,
        }

    def monitor_stop(self, request: messages.MonitorStop) -> Answer[messages.MonitorStopResponse]:
        """Monitor Stop (§15.1.3): the monitor is over; its cross reference means nothing any more."""
        return NOT_SUPPORTED
