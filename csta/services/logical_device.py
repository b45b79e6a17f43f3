"""Logical device services (ECMA-269 §22.1)."""

from __future__ import annotations

from collections.abc import Sequence

from twisted.internet.defer import Deferred

from csta.errors import LocalProtocolError
from csta.messages import logical_device as messages
from csta.services.requester import Device, Services, device_id, octets, some_device_id, within


class LogicalDevice(Services):
    """Features of a device: agents, forwarding, do-not-disturb, call backs, presence.

    A Set for what is in force already is answered, and makes no event (§9.5.1 FR 8).
    """

    def call_back_non_call_related(
        self, device: Device, target: Device
    ) -> Deferred[messages.CallBackNonCallRelatedResponse]:
        """Call Back Non-Call-Related (§22.1.1): have ``device`` and ``target`` called together when both are free."""
        return self._request(
            messages.CallBackNonCallRelated(originating_device=device_id(device), target_device=device_id(target))
        )

    def call_back_message_non_call_related(
        self, device: Device, target: Device
    ) -> Deferred[messages.CallBackMessageNonCallRelatedResponse]:
        """Call Back Message Non-Call-Related (§22.1.2): leave ``target`` a message that asks it to call ``device``."""
        return self._request(
            messages.CallBackMessageNonCallRelated(
                originating_device=device_id(device), target_device=device_id(target)
            )
        )

    def get_call_back(self, device: Device) -> Deferred[messages.GetCallBackResponse]:
        """Get Call Back (§22.1.8): call backs that ``device`` asked for, or is asked for."""
        return self._request(messages.GetCallBack(device=device_id(device)))

    def cancel_call_back(self, device: Device, target: Device) -> Deferred[messages.CancelCallBackResponse]:
        """Cancel Call Back (§22.1.3): undo it; an empty ``target`` undoes all, where the switch can."""
        return self._request(
            messages.CancelCallBack(originating_device=device_id(device), target_device=device_id(target))
        )

    def cancel_call_back_message(
        self, device: Device, target: Device
    ) -> Deferred[messages.CancelCallBackMessageResponse]:
        """Cancel Call Back Message (§22.1.4): undo it; an empty ``target`` undoes all, where the switch can."""
        return self._request(
            messages.CancelCallBackMessage(originating_device=device_id(device), target_device=device_id(target))
        )

    def get_agent_state(
        self, device: Device, *, group: Device | None = None
    ) -> Deferred[messages.GetAgentStateResponse]:
        """Get Agent State (§22.1.5): states of the agents at a device.

        :param group: in this group only.
        """
        return self._request(messages.GetAgentState(device=device_id(device), acd_group=some_device_id(group)))

    def set_agent_state(
        self,
        device: Device,
        state: messages.ReqAgentState,
        *,
        agent_id: bytes | None = None,
        password: bytes | None = None,
        group: Device | None = None,
    ) -> Deferred[messages.SetAgentStateResponse]:
        """Set Agent State (§22.1.15): log on or off, be ready or not; the answer says when it has to wait.

        :param agent_id: needed where the device has several agents.
        :param password: to log on and off only.
        :param group: log on to this ACD group, or off from it.
        """
        if password is not None and state not in (
            messages.ReqAgentState.LOGGED_ON,
            messages.ReqAgentState.LOGGED_OFF,
        ):
            raise LocalProtocolError("a password is for logging on and off only", "SetAgentState.password")
        return self._request(
            messages.SetAgentState(
                device=device_id(device),
                requested_agent_state=state,
                agent_id=octets(agent_id),
                password=octets(password),
                group=some_device_id(group),
            )
        )

    def get_auto_answer(self, device: Device) -> Deferred[messages.GetAutoAnswerResponse]:
        """Get Auto Answer (§22.1.6): whether calls are answered by the device itself."""
        return self._request(messages.GetAutoAnswer(device=device_id(device)))

    def set_auto_answer(
        self, device: Device, on: bool, *, rings: int | None = None
    ) -> Deferred[messages.SetAutoAnswerResponse]:
        """Set Auto Answer (§22.1.16): let the device answer calls itself.

        :param rings: how often it rings before.
        """
        return self._request(messages.SetAutoAnswer(device=device_id(device), auto_answer_on=on, number_of_rings=rings))

    def get_auto_work_mode(self, device: Device) -> Deferred[messages.GetAutoWorkModeResponse]:
        """Get Auto Work Mode (§22.1.7): whether agents get time for work after a call."""
        return self._request(messages.GetAutoWorkMode(device=device_id(device)))

    def set_auto_work_mode(
        self, device: Device, on: bool, *, interval: int | None = None
    ) -> Deferred[messages.SetAutoWorkModeResponse]:
        """Set Auto Work Mode (§22.1.17): give agents time for work after a call.

        :param interval: seconds; 0 until the agent says so.
        """
        return self._request(
            messages.SetAutoWorkMode(
                device=device_id(device),
                auto_work_on=on,
                auto_work_interval=within(interval, 0, 6000, "SetAutoWorkMode.autoWorkInterval"),
            )
        )

    def get_caller_id_status(self, device: Device) -> Deferred[messages.GetCallerIDStatusResponse]:
        """Get Caller ID Status (§22.1.9): whether calls of the device show its number."""
        return self._request(messages.GetCallerIDStatus(device=device_id(device)))

    def set_caller_id_status(self, device: Device, shown: bool) -> Deferred[messages.SetCallerIDStatusResponse]:
        """Set Caller ID Status (§22.1.18): let calls of the device show its number, or not."""
        return self._request(messages.SetCallerIDStatus(device=device_id(device), caller_id_provided=shown))

    def get_do_not_disturb(self, device: Device) -> Deferred[messages.GetDoNotDisturbResponse]:
        """Get Do Not Disturb (§22.1.10): whether the device is kept from calls."""
        return self._request(messages.GetDoNotDisturb(device=device_id(device)))

    def set_do_not_disturb(
        self,
        device: Device,
        on: bool,
        *,
        origination: messages.CallOrigination | None = None,
        callers: Sequence[Device] | None = None,
    ) -> Deferred[messages.SetDoNotDisturbResponse]:
        """Set Do Not Disturb (§22.1.19): keep calls from the device.

        :param origination: internal calls or external ones only.
        :param callers: calls of these devices only.
        """
        return self._request(
            messages.SetDoNotDisturb(
                device=device_id(device),
                do_not_disturb_on=on,
                call_origination=origination,
                calling_device_list=None if callers is None else tuple(device_id(each) for each in callers),
            )
        )

    def get_forwarding(self, device: Device) -> Deferred[messages.GetForwardingResponse]:
        """Get Forwarding (§22.1.11): where calls of the device are forwarded to."""
        return self._request(messages.GetForwarding(device=device_id(device)))

    def set_forwarding(
        self,
        device: Device,
        forwarding_type: messages.ForwardingType | None,
        destination: Device | None,
        *,
        ring_count: int | None = None,
        ring_duration: int | None = None,
    ) -> Deferred[messages.SetForwardingResponse]:
        """Set Forwarding (§22.1.20): forward calls of a type to ``destination``, or stop that with None.

        :param forwarding_type: None for the type that the switch takes by itself (§6.7.1).
        :param ring_count: rings before a call that is not answered goes on, 1 to 100.
        :param ring_duration: the same in seconds; only one of the two can be said.
        """
        if ring_count is not None and ring_duration is not None:
            raise LocalProtocolError("ring count and ring duration do not go together", "SetForwarding")
        return self._request(
            messages.SetForwarding(
                device=device_id(device),
                forwarding_type=forwarding_type,
                activate_forward=destination is not None,
                forward_dn=some_device_id(destination),
                ring_count=within(ring_count, 1, 100, "SetForwarding.ringCount"),
                ring_duration=ring_duration,
            )
        )

    def get_last_number_dialed(self, device: Device) -> Deferred[messages.GetLastNumberDialedResponse]:
        """Get Last Number Dialled (§22.1.12): last number dialled at the device, by hand or by a service."""
        return self._request(messages.GetLastNumberDialed(device=device_id(device)))

    def get_presence_state(self, device: Device) -> Deferred[messages.GetPresenceStateResponse]:
        """Get Presence State (§22.1.13): what the user of the device says of himself."""
        return self._request(messages.GetPresenceState(device=device_id(device)))

    def set_presence_state(
        self,
        device: Device,
        state: messages.PresenceState,
        *,
        from_time: str | None = None,
        until_time: str | None = None,
        place: bytes | None = None,
        mood: bytes | None = None,
        named: bytes | None = None,
    ) -> Deferred[messages.SetPresenceStateResponse]:
        """Set Presence State (§22.1.21): say whether the user is there; no other feature changes with it.

        :param from_time: since when, as generalized time.
        :param until_time: until when, as generalized time.
        :param place: where he is.
        :param mood: how he feels.
        :param named: state in words of one's own.
        """
        return self._request(
            messages.SetPresenceState(
                device=device_id(device),
                requested_presence_state=state,
                from_time=from_time,
                until_time=until_time,
                place=octets(place),
                mood=octets(mood),
                named_presence_state=octets(named),
            )
        )

    def get_routeing_mode(self, device: Device) -> Deferred[messages.GetRouteingModeResponse]:
        """Get Routeing Mode (§22.1.14): whether the device asks where its calls go."""
        return self._request(messages.GetRouteingMode(device=device_id(device)))

    def set_routeing_mode(self, device: Device, on: bool) -> Deferred[messages.SetRouteingModeResponse]:
        """Set Routeing Mode (§22.1.22): let the device ask where its calls go; registrations stay as they are."""
        return self._request(messages.SetRouteingMode(device=device_id(device), routeing_mode=on))
