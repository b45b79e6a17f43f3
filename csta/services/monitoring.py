"""Monitoring services (ECMA-269 §15.1)."""

from __future__ import annotations

from twisted.internet.defer import Deferred

from csta.messages.call_data import CSTAObject
from csta.messages.common import DeviceID
from csta.messages.monitoring import (
    ChangeMonitorFilter,
    ChangeMonitorFilterResponse,
    MonitorFilter,
    MonitorStart,
    MonitorStartResponse,
    MonitorStop,
    MonitorStopResponse,
    MonitorType,
)
from csta.services.requester import Services, device_id


class Monitoring(Services):
    """Ask for the events of a device."""

    def monitor_start(
        self,
        device: DeviceID | str,
        *,
        suppress: MonitorFilter | None = None,
        monitor_type: MonitorType | None = MonitorType.DEVICE,
    ) -> Deferred[MonitorStartResponse]:
        """Monitor Start (§15.1.2): report the events at ``device`` from now on.

        :param suppress: events not to report; all are where left out.
        :param monitor_type: device-type monitors follow the device, call-type monitors its calls wherever they go.
        """
        return self._request(
            MonitorStart(
                monitor_object=CSTAObject(device_object=device_id(device)),
                requested_monitor_filter=suppress,
                monitor_type=monitor_type,
            )
        )

    def monitor_stop(self, monitor_cross_ref_id: str) -> Deferred[MonitorStopResponse]:
        """Monitor Stop (§15.1.3): end the monitor that Monitor Start named so."""
        return self._request(MonitorStop(monitor_cross_ref_id=monitor_cross_ref_id))

    def change_monitor_filter(
        self, monitor_cross_ref_id: str, suppress: MonitorFilter
    ) -> Deferred[ChangeMonitorFilterResponse]:
        """Change Monitor Filter (§15.1.1): report everything but ``suppress``."""
        return self._request(
            ChangeMonitorFilter(monitor_cross_ref_id=monitor_cross_ref_id, requested_filter_list=suppress)
        )
