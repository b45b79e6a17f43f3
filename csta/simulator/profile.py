"""What kind of switch it is: names, limits and manners that a client may ask for or run into."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Profile:
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
    segment: int = 0
    monitors_per_device: int = 64
    conference_members: int = 8
    settings_per_device: int = 12
