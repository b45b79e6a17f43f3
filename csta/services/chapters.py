"""The chapters of ECMA-269 on one client. A chapter is imported when it is used first."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from twisted.internet.defer import Deferred

from csta.messages.base import Request

if TYPE_CHECKING:  # for readers and checkers; a chapter that is not used is not loaded
    from csta.services.call_associated import CallAssociated
    from csta.services.call_control import CallControl
    from csta.services.capability_exchange import CapabilityExchange
    from csta.services.cdr import CallDetailRecords
    from csta.services.data_collection import DataCollection
    from csta.services.io_services import IOServices
    from csta.services.location import Location
    from csta.services.logical_device import LogicalDevice
    from csta.services.media_attachment import MediaAttachment
    from csta.services.monitoring import Monitoring
    from csta.services.physical_device import PhysicalDevice
    from csta.services.routeing import Routeing
    from csta.services.snapshot import Snapshot
    from csta.services.system import System
    from csta.services.vendor_specific import VendorSpecific
    from csta.services.voice_unit import VoiceUnit

R = TypeVar("R")
SegmentT = TypeVar("SegmentT", bound=Request[Any])


class Chapters:
    """The services of every chapter, on what sends their requests."""

    def request(self, message: Request[R], timeout: float | None = None) -> Deferred[R]:
        """See :class:`csta.services.requester.Requester`."""
        raise NotImplementedError

    def segments(self, kind: type[SegmentT], cross_ref_id: str) -> Deferred[list[SegmentT]]:
        """See :class:`csta.services.requester.Requester`."""
        raise NotImplementedError

    @cached_property
    def capability_exchange(self) -> CapabilityExchange:
        """What the switch and its devices can do (clause 13)."""
        from csta.services.capability_exchange import CapabilityExchange

        return CapabilityExchange(self)

    @cached_property
    def system(self) -> System:
        """The link and the switch as a whole (clause 14)."""
        from csta.services.system import System

        return System(self)

    @cached_property
    def monitoring(self) -> Monitoring:
        """Ask for events (§15.1)."""
        from csta.services.monitoring import Monitoring

        return Monitoring(self)

    @cached_property
    def snapshot(self) -> Snapshot:
        """Ask for what is, where events only tell what changes (§16.1)."""
        from csta.services.snapshot import Snapshot

        return Snapshot(self)

    @cached_property
    def call_control(self) -> CallControl:
        """Make, answer, hold, transfer and end calls (§17.1)."""
        from csta.services.call_control import CallControl

        return CallControl(self)

    @cached_property
    def call_associated(self) -> CallAssociated:
        """Things done in a call that leave its connections as they are (§18.1)."""
        from csta.services.call_associated import CallAssociated

        return CallAssociated(self)

    @cached_property
    def media_attachment(self) -> MediaAttachment:
        """Bring media services to a call (clause 19)."""
        from csta.services.media_attachment import MediaAttachment

        return MediaAttachment(self)

    @cached_property
    def routeing(self) -> Routeing:
        """Say where calls go (clause 20)."""
        from csta.services.routeing import Routeing

        return Routeing(self)

    @cached_property
    def physical_device(self) -> PhysicalDevice:
        """Buttons, lamps, displays, hookswitches (§21.1)."""
        from csta.services.physical_device import PhysicalDevice

        return PhysicalDevice(self)

    @cached_property
    def logical_device(self) -> LogicalDevice:
        """Features of a device: agents, forwarding, do-not-disturb (§22.1)."""
        from csta.services.logical_device import LogicalDevice

        return LogicalDevice(self)

    @cached_property
    def io_services(self) -> IOServices:
        """Data to and from devices (clause 24)."""
        from csta.services.io_services import IOServices

        return IOServices(self)

    @cached_property
    def data_collection(self) -> DataCollection:
        """Collect digits and tones (clause 25)."""
        from csta.services.data_collection import DataCollection

        return DataCollection(self)

    @cached_property
    def voice_unit(self) -> VoiceUnit:
        """Play, record and recognise (§26.1)."""
        from csta.services.voice_unit import VoiceUnit

        return VoiceUnit(self)

    @cached_property
    def cdr(self) -> CallDetailRecords:
        """Call detail records (clause 27)."""
        from csta.services.cdr import CallDetailRecords

        return CallDetailRecords(self)

    @cached_property
    def location(self) -> Location:
        """Where devices are (clause 28 of the 9th edition)."""
        from csta.services.location import Location

        return Location(self)

    @cached_property
    def vendor_specific(self) -> VendorSpecific:
        """Escape and the version of private data (§28.1 of the 8th edition)."""
        from csta.services.vendor_specific import VendorSpecific

        return VendorSpecific(self)
