"""A message of a trace in a few words."""

from __future__ import annotations

from typing import Any, NamedTuple

from csta.apdu import Error, Invoke, Reject, Result
from csta.messages.base import Event, UnknownEvent
from csta.messages.call_data import CSTAObject
from csta.messages.common import ConnectionID, DeviceChoice, DeviceID
from csta.provider.identifiers import extension
from csta.recorder import trace
from csta.recorder.dialogue import Happened, Step
from csta.session.answers import problem, service_error

_CALLED = (
    "called_device",
    "called_directory_number",
    "consulted_device",
    "new_destination",
    "transferred_to",
    "park_to",
)
_PARTICULARS = ("new_destination", "transferred_to_device", "added_party", "transferred_to", "consulted_device")


class Wording(NamedTuple):
    """A message in a few words.

    :param name: what it is, by its ECMA-323 name.
    :param facts: what it says: who called whom, cause, time to the answer.
    :param trouble: what is wrong with it, empty without.
    """

    kind: str
    name: str
    facts: tuple[str, ...] = ()
    trouble: str = ""


def word(happened: Happened) -> Wording:
    """A thing that happened, in a few words."""
    if isinstance(happened, Step):
        return _message(happened)
    if isinstance(happened, trace.Link):
        said = filter(None, (happened.protocol, happened.framing, happened.dialect, happened.association))
        return Wording("remark", f"link to {happened.name} opened", tuple(said))
    if isinstance(happened, trace.End):
        return Wording("remark", "link closed" if not happened.reason else f"link lost: {happened.reason}")
    if isinstance(happened, trace.Gap):
        return Wording("undecodable", f"{happened.octets} octets", (happened.reason,), happened.reason)
    return Wording("undecodable", "damaged", (str(happened),), str(happened))


def _message(step: Step) -> Wording:
    apdu = step.apdu
    if apdu is None:
        reason = str(step.error)
        return Wording("undecodable", "not decodable", (reason,), reason)
    if isinstance(apdu, Invoke):
        kind = "event" if isinstance(apdu.message, Event) else "request"
        return Wording(kind, type(apdu.message).__name__.removesuffix("Event"), tuple(_facts(apdu.message)))
    if isinstance(apdu, Result):
        name = type(apdu.message).__name__ if apdu.message is not None else f"{_asked(step)}Response"
        return Wording("response", name, _delay(step))
    if isinstance(apdu, Error):
        reason = service_error("", apdu.message).reason
        return Wording("error", f"{_asked(step)} refused", (reason,), reason)
    if isinstance(apdu, Reject):
        reason = problem(apdu)
        return Wording("error", f"{_asked(step)} rejected", (reason,), reason)
    return Wording("association", type(apdu).__name__)


def _asked(step: Step) -> str:
    return type(step.asked_before).__name__ if step.asked_before is not None else ""


def _delay(step: Step) -> tuple[str, ...]:
    if step.request is None:
        return ("answers nothing recorded",)
    return (f"after {(step.t - step.request.t) * 1000:.0f} ms",)


def _facts(message: Any) -> list[str]:  # noqa: ANN401 -- any message
    """Who called whom, what is new, and the cause."""
    if isinstance(message, UnknownEvent):
        return [f"of an unknown kind, tags {'.'.join(map(str, message.tags))}"]
    calling, called = _first(message, "calling_device", "initiating_device"), _first(message, *_CALLED)
    said = [f"{calling or '?'} → {called}"] if called and (calling or isinstance(message, Event)) else []
    if not said and called:
        said.append(f"→ {called}")
    new = _first(message, *_PARTICULARS) if isinstance(message, Event) else ""
    said += [f"+ {new}"] if new and new != called else []
    cause = getattr(message, "cause", None)
    return said + ([str(cause.value)] if cause is not None else [])


def _first(message: Any, *names: str) -> str:  # noqa: ANN401 -- any message
    return next((said for name in names if (said := _number(getattr(message, name, None)))), "")


def _number(value: object) -> str:
    if isinstance(value, DeviceChoice):
        return extension(value.device.number) if value.device is not None else value.chosen.replace("_", " ")
    if isinstance(value, ConnectionID):
        return _number(value.device_id)
    return extension(value.number) if isinstance(value, DeviceID) else ""


def device_of(step: Step) -> str | None:
    """The device a request or its answer is about: the first one the request names."""
    if step.request is not None:
        return device_of(step.request)
    message = step.asked
    for name in () if message is None else message.__struct_fields__:
        value = getattr(message, name)
        device = value.device_object or value.call_object if isinstance(value, CSTAObject) else value
        if found := _number(device):
            return found
    return None
