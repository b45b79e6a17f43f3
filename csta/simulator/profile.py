"""What kind of switch it is: names, limits and manners that a client may ask for or run into."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

Count = Annotated[int, Meta(ge=0)]


class Profile(Struct, frozen=True, forbid_unknown_fields=True):
    """Manners of the switch.

    :param name: of the switching sub-domain (§13.1.4).
    :param manufacturer: likewise.
    :param segment: entries in one segment of an answer that comes in segments: snapshots and lists of monitors and
        registrations then have a cross reference and follow; 0: they are in the answer. The list of devices always
        comes in segments, of this length or of 50 (§13.1.5).
    :param monitors_per_device: more than that on one device is taken for a client that forgets to stop them.
    :param conference_members: devices one call may have.
    :param settings_per_device: forwardings one device may have on at a time.
    """

    name: str = "simulator"
    manufacturer: str = "csta-gateway"
    segment: Count = 0
    monitors_per_device: Count = 64
    conference_members: Count = 8
    settings_per_device: Count = 12
