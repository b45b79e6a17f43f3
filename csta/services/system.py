"""System services (ECMA-269 §14)."""

from __future__ import annotations

from twisted.internet.defer import Deferred

from csta.messages.system import (
    RequestSystemStatus,
    RequestSystemStatusResponse,
    RequestTypes,
    StatusFilter,
    SystemRegister,
    SystemRegisterCancel,
    SystemRegisterCancelResponse,
    SystemRegisterResponse,
    SystemStatus,
    SystemStatusResponse,
    SystemStatusValue,
)
from csta.services.requester import Services


class System(Services):
    """The link and the switch as a whole."""

    def request_system_status(self) -> Deferred[RequestSystemStatusResponse]:
        """Request System Status (§14.2.1)."""
        return self._request(RequestSystemStatus())

    def system_status(self, status: SystemStatusValue = SystemStatusValue.NORMAL) -> Deferred[SystemStatusResponse]:
        """System Status (§14.2.2): tell the switch the status of this side."""
        return self._request(SystemStatus(system_status=status))

    def system_register(
        self,
        request_types: RequestTypes | None = None,
        suppress: StatusFilter | None = None,
    ) -> Deferred[SystemRegisterResponse]:
        """System Register (§14.1.2): ask for the switch's own system requests.

        :param request_types: which ones; System Status where left out.
        :param suppress: status values not to be told; the standard wants it when System Status is among the types.
        """
        wanted = RequestTypes(["systemStatus"]) if request_types is None else request_types
        if suppress is None and "systemStatus" in wanted:
            suppress = StatusFilter()
        return self._request(SystemRegister(request_types=wanted, requested_status_filter=suppress))

    def system_register_cancel(self, sys_stat_register_id: str) -> Deferred[SystemRegisterCancelResponse]:
        """System Register Cancel (§14.1.4)."""
        return self._request(SystemRegisterCancel(sys_stat_register_id=sys_stat_register_id))
