"""What switches write into device identifiers, and what of it is number and name (ECMA-269 §12.3.10)."""

from __future__ import annotations

import re
from typing import NamedTuple

from csta.messages.common import DeviceChoice, DeviceID
from csta.model.call import UNKNOWN, Party, Presentation

_FORMS = (
    re.compile(r"^N?<(?P<number>[^>]+)>(?P<name>[^;]*)"),  # N<2001>Anna;displayNumber=…: OpenScape, and the ECMA form
    re.compile(r"^(?:sips?|tel):(?P<number>[^@;]+)(?P<name>)", re.IGNORECASE),  # uaCSTA
    re.compile(r"^(?P<number>[^:]+):[^:]*:[^:]*:\d+(?P<name>)$"),  # 2001:switch:address:0: Avaya
)


class Identity(NamedTuple):
    """The parts of a device identifier."""

    number: str
    name: str | None


def identity(identifier: str) -> Identity:
    """Take an identifier apart; one of no known form is all number."""
    if ":" not in identifier and "<" not in identifier:  # nearly all of them
        return Identity(identifier, None)
    for form in _FORMS:
        found = form.match(identifier)
        if found is not None:
            return Identity(found["number"], found["name"] or None)
    return Identity(identifier, None)


def extension(identifier: str) -> str:
    """What two spellings of one device have in common."""
    return identity(identifier).number


def party(choice: DeviceChoice | None) -> Party | None:
    """One end of a call from an event's identifier; None where the event says nothing of it."""
    if choice is None or choice.chosen in ("not_required", "not_specified", ""):
        return None
    if choice.device is not None:
        return party_of_device(choice.device)
    return Party(presentation=Presentation.RESTRICTED) if choice.chosen == "restricted" else UNKNOWN


def party_of_device(device: DeviceID) -> Party:
    """One end of a call from a device identifier; what must not be presented (§10.2) is left out."""
    name = device.private_name or identity(device.number).name
    return Party(
        number=None if device.number_restricted else device.number,
        name=None if device.name_restricted else name,
        presentation=Presentation.RESTRICTED if device.number_restricted else Presentation.ALLOWED,
    )
