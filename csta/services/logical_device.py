"""Logical device services (ECMA-269 §22.1)."""

from __future__ import annotations

from twisted.internet.defer import Deferred

from csta.messages.common import DeviceID
from csta.messages.logical_device import (
    ForwardingType,
    GetDoNotDisturb,
    GetDoNotDisturbResponse,
    GetForwarding,
    GetForwardingResponse,
    SetDoNotDisturb,
    SetDoNotDisturbResponse,
    SetForwarding,
    SetForwardingResponse,
)
from csta.services.requester import Services, device_id


class LogicalDevice(Services):
    """Features of a device: do-not-disturb, forwarding."""

    def get_do_not_disturb(self, device: DeviceID | str) -> Deferred[GetDoNotDisturbResponse]:
        """Get Do Not Disturb (§22.1.10)."""
        return self._request(GetDoNotDisturb(device=device_id(device)))

    def set_do_not_disturb(self, device: DeviceID | str, on: bool) -> Deferred[SetDoNotDisturbResponse]:
        """Set Do Not Disturb (§22.1.19)."""
        return self._request(SetDoNotDisturb(device=device_id(device), do_not_disturb_on=on))

    def get_forwarding(self, device: DeviceID | str) -> Deferred[GetForwardingResponse]:
        """Get Forwarding (§22.1.11)."""
        return self._request(GetForwarding(device=device_id(device)))

    def set_forwarding(
        self,
        device: DeviceID | str,
        forwarding_type: ForwardingType,
        destination: DeviceID | str | None,
    ) -> Deferred[SetForwardingResponse]:
        """Set Forwarding (§22.1.20): forward calls of a type to ``destination``, or stop that with None."""
        return self._request(
            SetForwarding(
                device=device_id(device),
                forwarding_type=forwarding_type,
                activate_forward=destination is not None,
                forward_dn=None if destination is None else device_id(destination),
            )
        )
