"""Snapshot services (ECMA-269 §16.1)."""

from __future__ import annotations

from twisted.internet.defer import Deferred

from csta.messages.common import ConnectionID, DeviceID
from csta.messages.snapshot import SnapshotCall, SnapshotCallResponse, SnapshotDevice, SnapshotDeviceResponse
from csta.services.requester import Services, device_id


class Snapshot(Services):
    """Ask for what is, where events only tell what changes."""

    def snapshot_device(self, device: DeviceID | str) -> Deferred[SnapshotDeviceResponse]:
        """Snapshot Device (§16.1.2): the calls at a device."""
        return self._request(SnapshotDevice(snapshot_object=device_id(device)))

    def snapshot_call(self, connection: ConnectionID) -> Deferred[SnapshotCallResponse]:
        """Snapshot Call (§16.1.1): the devices in a call."""
        return self._request(SnapshotCall(snapshot_object=connection))
