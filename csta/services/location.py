"""Location services (ECMA-269 clause 28 of the 9th edition)."""

from __future__ import annotations

from collections.abc import Sequence

from twisted.internet.defer import Deferred

from csta.messages import location as messages
from csta.messages.call_data import EventCause, GeoPriv
from csta.services.requester import Device, Gathered, Services, device_id, entries
from csta.services.serving import NOT_SUPPORTED, Answer, Handler, Requests


class Location(Services):
    """Where devices are."""

    def get_location_information(self, device: Device) -> Deferred[messages.GetLocationInformationResponse]:
        """Get Location Information (§28.1.1): where a device is."""
        return self._request(messages.GetLocationInformation(device=device_id(device)))

    def set_location_information(
        self, device: Device, locations: Sequence[GeoPriv] | None = None, *, mode: messages.ReplaceMode | None = None
    ) -> Deferred[messages.SetLocationInformationResponse]:
        """Set Location Information (§28.1.2): say where a device is.

        :param mode: whether what was said before is replaced.
        """
        return self._request(
            messages.SetLocationInformation(
                device=device_id(device),
                location_info=None if locations is None else tuple(locations),
                replace_mode=mode,
            )
        )

    def get_location_tracking_capabilities(
        self, device: Device
    ) -> Deferred[messages.GetLocationTrackingCapabilitiesResponse]:
        """Get Location Tracking Capabilities (§28.1.10): how a device can be tracked."""
        return self._request(messages.GetLocationTrackingCapabilities(device=device_id(device)))

    def start_location_tracking_session(
        self,
        device: Device,
        *,
        collection_type: messages.CollectionType | None = None,
        collection_interval: int | None = None,
        max_collections: int | None = None,
        collection_filter: messages.CollectionFilter | None = None,
        reporting_type: messages.ReportingType | None = None,
        reporting_interval: int | None = None,
        reporting_count: int | None = None,
    ) -> Deferred[messages.StartLocationTrackingSessionResponse]:
        """Start Location Tracking Session (§28.1.7): track a device.

        :param collection_type: when its location is taken.
        :param collection_interval: how often.
        :param max_collections: how many times.
        :param collection_filter: moves that are too small to count.
        :param reporting_type: when it is told: at once, from time to time, after so many.
        :param reporting_interval: how often.
        :param reporting_count: after how many.
        """
        return self._request(
            messages.StartLocationTrackingSession(
                loc_device=device_id(device),
                collection_type=collection_type,
                collection_interval=collection_interval,
                max_collections=max_collections,
                collection_filter=collection_filter,
                reporting_type=reporting_type,
                reporting_interval=reporting_interval,
                reporting_count=reporting_count,
            )
        )

    def suspend_location_tracking_session(
        self, loc_cross_ref_id: str
    ) -> Deferred[messages.SuspendLocationTrackingSessionResponse]:
        """Suspend Location Tracking Session (§28.1.9): let it rest."""
        return self._request(messages.SuspendLocationTrackingSession(loc_cross_ref_id=loc_cross_ref_id))

    def resume_location_tracking_session(
        self, loc_cross_ref_id: str
    ) -> Deferred[messages.ResumeLocationTrackingSessionResponse]:
        """Resume Location Tracking Session (§28.1.5): let it go on."""
        return self._request(messages.ResumeLocationTrackingSession(loc_cross_ref_id=loc_cross_ref_id))

    def stop_location_tracking_session(
        self, loc_cross_ref_id: str, reason: EventCause | None = None
    ) -> Deferred[messages.StopLocationTrackingSessionResponse]:
        """Stop Location Tracking Session (§28.1.8): end it."""
        return self._request(messages.StopLocationTrackingSession(loc_cross_ref_id=loc_cross_ref_id, reason=reason))

    def get_location_tracking_sessions(self) -> Deferred[tuple[messages.LocationSessionListEntry, ...]]:
        """Get Location Tracking Sessions (§28.1.11): whether the answer or the segments after it name them."""
        return self._request(messages.GetLocationTrackingSessions()).addCallback(self._sessions)

    def _sessions(
        self, answer: messages.GetLocationTrackingSessionsResponse
    ) -> Gathered[messages.LocationSessionListEntry]:
        found = answer.cross_ref_id_or_registration_data
        if found.service_cross_ref_id is None:
            return found.location_session_info_list or ()
        segments = self._requester.segments(messages.LocationSessionInfo, found.service_cross_ref_id)
        return segments.addCallback(entries, lambda segment: segment.location_session_info_list)


class LocationHandler(Handler):
    """Where tracked devices are; :meth:`Location.start_location_tracking_session` asks for it."""

    def requests(self) -> Requests:
        """See :class:`csta.services.serving.Handler`."""
        return {
            messages.LocationInformationReport: self.location_information_report,
            messages.LocationTrackingSessionSuspended: self.location_tracking_session_suspended,
            messages.LocationTrackingSessionResumed: self.location_tracking_session_resumed,
            messages.StopLocationTrackingSession: self.stop_location_tracking_session,
        }

    def location_information_report(
        self, request: messages.LocationInformationReport
    ) -> Answer[messages.LocationInformationReportResponse]:
        """Location Information Report (§28.1.6): a location."""
        return NOT_SUPPORTED

    def location_tracking_session_suspended(
        self, request: messages.LocationTrackingSessionSuspended
    ) -> Answer[messages.LocationTrackingSessionSuspendedResponse]:
        """Location Tracking Session Suspended (§28.1.4): the switch lets it rest."""
        return NOT_SUPPORTED

    def location_tracking_session_resumed(
        self, request: messages.LocationTrackingSessionResumed
    ) -> Answer[messages.LocationTrackingSessionResumedResponse]:
        """Location Tracking Session Resumed (§28.1.3): the switch lets it go on."""
        return NOT_SUPPORTED

    def stop_location_tracking_session(
        self, request: messages.StopLocationTrackingSession
    ) -> Answer[messages.StopLocationTrackingSessionResponse]:
        """Stop Location Tracking Session (§28.1.8): the switch ends it."""
        return NOT_SUPPORTED
