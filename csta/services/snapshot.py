"""Snapshot services (ECMA-269 §16.1)."""

from __future__ import annotations

from msgspec.structs import replace
from twisted.internet.defer import Deferred

from csta.messages import snapshot as messages
from csta.messages.common import ConnectionID
from csta.services.requester import Device, Services, Whole, device_id, entries


class Snapshot(Services):
    """Ask for what is, where events only tell what changes."""

    def snapshot_device(self, device: Device) -> Deferred[messages.SnapshotDeviceResponse]:
        """Snapshot Device (§16.1.2): the calls at a device, whether the answer or the segments after it name them."""
        return self._request(messages.SnapshotDevice(snapshot_object=device_id(device))).addCallback(self._calls)

    def snapshot_call(self, connection: ConnectionID) -> Deferred[messages.SnapshotCallResponse]:
        """Snapshot Call (§16.1.1): the devices in a call, whether the answer or the segments after it name them."""
        return self._request(messages.SnapshotCall(snapshot_object=connection)).addCallback(self._devices)

    def _calls(self, answer: messages.SnapshotDeviceResponse) -> Whole[messages.SnapshotDeviceResponse]:
        cross_ref_id = answer.cross_ref_id_or_snapshot_data.service_cross_ref_id
        if cross_ref_id is None:
            return answer

        def whole(calls: tuple[messages.SnapshotDeviceResponseInfo, ...]) -> messages.SnapshotDeviceResponse:
            data = messages.SnapshotDeviceContents(snapshot_data=calls)
            return replace(answer, cross_ref_id_or_snapshot_data=data)

        segments = self._requester.segments(messages.SnapshotDeviceData, cross_ref_id)
        return segments.addCallback(entries, lambda segment: segment.snapshot_data).addCallback(whole)

    def _devices(self, answer: messages.SnapshotCallResponse) -> Whole[messages.SnapshotCallResponse]:
        cross_ref_id = answer.cross_ref_id_or_snapshot_data.service_cross_ref_id
        if cross_ref_id is None:
            return answer

        def whole(devices: tuple[messages.SnapshotCallResponseInfo, ...]) -> messages.SnapshotCallResponse:
            data = messages.SnapshotCallContents(snapshot_data=devices)
            return replace(answer, cross_ref_id_or_snapshot_data=data)

        segments = self._requester.segments(messages.SnapshotCallData, cross_ref_id)
        return segments.addCallback(entries, lambda segment: segment.snapshot_data).addCallback(whole)
