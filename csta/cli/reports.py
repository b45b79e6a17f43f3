"""An event report as a line for people or programs."""

from __future__ import annotations

from csta.apdu import EVENT_INVOKE_ID, Invoke
from csta.lines import to_line
from csta.messages.base import Event
from csta.messages.common import ConnectionID, DeviceChoice, DeviceID

_PARTIES = (
    ("from", "calling_device"),
    ("to", "called_device"),
    ("ringing", "alerting_device"),
    ("answered by", "answering_device"),
    ("failed at", "failing_device"),
    ("held by", "holding_device"),
    ("retrieved by", "retrieving_device"),
    ("released by", "releasing_device"),
    ("diverted by", "diverting_device"),
    ("new destination", "new_destination"),
    ("transferred by", "transferring_device"),
    ("transferred to", "transferred_to_device"),
    ("conferenced by", "conferencing_device"),
    ("added", "added_party"),
    ("device", "device"),
)
"""What an event says of devices, in the order of a readable line."""

_FACTS = (("state", "local_connection_info"), ("cause", "cause"))


def as_json(event: Event) -> str:
    """The line ``csta decode`` prints for the same event."""
    return to_line(Invoke(EVENT_INVOKE_ID, event)).decode()


def as_text(event: Event) -> str:
    """``Delivered: from 0891234567, to 2001, ringing 2001, state alerting, cause newCall, call 0a01``."""
    said = [f"{word} {device}" for word, name in _PARTIES if (device := _device(getattr(event, name, None)))]
    said += [f"{word} {value}" for word, name in _FACTS if (value := getattr(event, name, None)) is not None]
    call = call_id(event)
    said += [f"call {call}"] if call else []
    return f"{type(event).__name__.removesuffix('Event')}: {', '.join(said)}"


def call_id(event: Event) -> str | None:
    """The call an event is about: that of its first connection, None where it is about no call."""
    for name in event.__struct_fields__:
        value = getattr(event, name)
        if isinstance(value, ConnectionID):
            return value.call_id
    return None


def _device(value: object) -> str:
    if isinstance(value, DeviceChoice):
        return str(value.device or value.chosen)
    return str(value) if isinstance(value, DeviceID) else ""
