"""System services (ECMA-269 clause 14)."""

from __future__ import annotations

from collections.abc import Sequence

from twisted.internet.defer import Deferred

from csta.errors import LocalProtocolError
from csta.messages import system as messages
from csta.services.requester import Gathered, Services, entries
from csta.services.serving import NOT_SUPPORTED, Answer, Handler, Requests


class System(Services):
    """The link and the switch as a whole."""

    def request_system_status(self) -> Deferred[messages.RequestSystemStatusResponse]:
        """Request System Status (§14.2.1): ask how the switch fares."""
        return self._request(messages.RequestSystemStatus())

    def system_status(
        self, status: messages.SystemStatusValue = messages.SystemStatusValue.NORMAL
    ) -> Deferred[messages.SystemStatusResponse]:
        """System Status (§14.2.2): tell the switch how this side fares."""
        return self._request(messages.SystemStatus(system_status=status))

    def system_register(
        self, request_types: messages.RequestTypes | None = None, suppress: messages.StatusFilter | None = None
    ) -> Deferred[messages.SystemRegisterResponse]:
        """System Register (§14.1.2): ask for the switch's own system requests.

        :param request_types: which ones; System Status where left out.
        :param suppress: status values not to be told; only where System Status is among the types.
        """
        wanted = messages.RequestTypes(["systemStatus"]) if request_types is None else request_types
        if "systemStatus" not in wanted:
            if suppress is not None:
                raise LocalProtocolError("a status filter goes with System Status only", "SystemRegister")
        elif suppress is None:  # the standard wants one then
            suppress = messages.StatusFilter()
        return self._request(messages.SystemRegister(request_types=wanted, requested_status_filter=suppress))

    def system_register_cancel(self, sys_stat_register_id: str) -> Deferred[messages.SystemRegisterCancelResponse]:
        """System Register Cancel (§14.1.4): end the registration; what is under way still comes until the answer."""
        return self._request(messages.SystemRegisterCancel(sys_stat_register_id=sys_stat_register_id))

    def change_sys_stat_filter(
        self, sys_stat_register_id: str, suppress: messages.SystemStatusValue
    ) -> Deferred[messages.ChangeSysStatFilterResponse]:
        """Change System Status Filter (§14.1.1): keep another status back; the answer says what is in force."""
        return self._request(
            messages.ChangeSysStatFilter(sys_stat_register_id=sys_stat_register_id, requested_status_filter=suppress)
        )

    def get_registrations(
        self, types: Sequence[messages.RegistrationType] | None = None
    ) -> Deferred[tuple[messages.RegistrationListEntry, ...]]:
        """Get Registrations (§14.2.5): those of this side, whether the answer or the segments after it name them.

        :param types: registrations for what; all where left out.
        """
        wanted = None if types is None else tuple(types)
        return self._request(messages.GetRegistrations(requested_reg_types=wanted)).addCallback(self._registrations)

    def _registrations(self, answer: messages.GetRegistrationsResponse) -> Gathered[messages.RegistrationListEntry]:
        found = answer.cross_ref_id_or_registration_data
        if found.service_cross_ref_id is None:
            return found.registration_list or ()
        segments = self._requester.segments(messages.RegistrationInfo, found.service_cross_ref_id)
        return segments.addCallback(entries, lambda segment: segment.registration_list)


class SystemHandler(Handler):
    """The switch tells of itself; :meth:`System.system_register` asks for it.

    System Status is not here: the session answers it, and ``client.subscribe_status`` hears it.
    """

    def requests(self) -> Requests:
        """See :class:`csta.services.serving.Handler`."""
        return {
            messages.SystemRegisterAbort: self.system_register_abort,
            messages.SwFunctionCapsChanged: self.sw_function_caps_changed,
            messages.SwFunctionDevicesChanged: self.sw_function_devices_changed,
        }

    def system_register_abort(self, request: messages.SystemRegisterAbort) -> Answer[None]:
        """System Register Abort (§14.1.3): the registration is over."""
        return NOT_SUPPORTED

    def sw_function_caps_changed(
        self, request: messages.SwFunctionCapsChanged
    ) -> Answer[messages.SwFunctionCapsChangedResponse]:
        """Sw Function Caps Changed (§14.2.3): ask for the capabilities again."""
        return NOT_SUPPORTED

    def sw_function_devices_changed(
        self, request: messages.SwFunctionDevicesChanged
    ) -> Answer[messages.SwFunctionDevicesChangedResponse]:
        """Sw Function Devices Changed (§14.2.4): ask for the devices again."""
        return NOT_SUPPORTED
