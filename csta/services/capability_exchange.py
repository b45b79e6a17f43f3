"""Capability exchange services (ECMA-269 clause 13)."""

from __future__ import annotations

from twisted.internet.defer import Deferred

from csta.messages import capability_exchange as messages
from csta.services.requester import Device, Gathered, Services, device_id, entries, some_device_id


class CapabilityExchange(Services):
    """What the switch and its devices can do."""

    def get_csta_features(self) -> Deferred[messages.GetCSTAFeaturesResponse]:
        """Get CSTA Features (§13.1.1): services and events that some device supports; what is missing, none does."""
        return self._request(messages.GetCSTAFeatures())

    def get_switching_function_caps(self) -> Deferred[messages.GetSwitchingFunctionCapsResponse]:
        """Get Switching Function Capabilities (§13.1.4): what the switch as a whole can do now."""
        return self._request(messages.GetSwitchingFunctionCaps())

    def get_logical_device_information(self, device: Device) -> Deferred[messages.GetLogicalDeviceInformationResponse]:
        """Get Logical Device Information (§13.1.2): what the logical element of a device can do now."""
        return self._request(messages.GetLogicalDeviceInformation(device=device_id(device)))

    def get_physical_device_information(
        self, device: Device
    ) -> Deferred[messages.GetPhysicalDeviceInformationResponse]:
        """Get Physical Device Information (§13.1.3): what the physical element of a device can do now."""
        return self._request(messages.GetPhysicalDeviceInformation(device=device_id(device)))

    def get_switching_function_devices(
        self, device: Device | None = None, category: messages.ReqDeviceCategory | None = None
    ) -> Deferred[tuple[messages.DeviceListItem, ...]]:
        """Get Switching Function Devices (§13.1.5): the devices that can be controlled or observed.

        The list comes in segments (§13.1.6); this gives it when it is complete.

        :param device: ask for this one only.
        :param category: ask for these only.
        """
        request = messages.GetSwitchingFunctionDevices(
            requested_device_id=some_device_id(device), requested_device_category=category
        )
        return self._request(request).addCallback(self._devices)

    def _devices(self, answer: messages.GetSwitchingFunctionDevicesResponse) -> Gathered[messages.DeviceListItem]:
        segments = self._requester.segments(messages.SwitchingFunctionDevices, answer.service_cross_ref_id)
        return segments.addCallback(entries, lambda segment: segment.device_list)
