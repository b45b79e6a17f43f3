"""What the services stand on."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Protocol, TypeAlias, TypeVar

from twisted.internet.defer import Deferred

from csta.errors import LocalProtocolError
from csta.messages.base import Octets, Request
from csta.messages.call_data import CSTAObject
from csta.messages.common import ConnectionID, DeviceID

R = TypeVar("R")
E = TypeVar("E")
SegmentT = TypeVar("SegmentT", bound=Request[Any])

Whole: TypeAlias = R | Deferred[R]
"""An answer, or one whose segments are on their way."""
Gathered: TypeAlias = tuple[E, ...] | Deferred[tuple[E, ...]]
"""The entries of a list, or of one whose segments are on their way."""

Device: TypeAlias = DeviceID | str
"""A device identifier, or its digits as dialled at the switch."""


class Requester(Protocol):
    """Sends requests: a :class:`csta.client.Client`, or anything that does the same."""

    def request(self, message: Request[R], timeout: float | None = None) -> Deferred[R]:
        """Send a request; gives its positive answer or fails with a :class:`csta.errors.CSTAError`."""

    def segments(self, kind: type[SegmentT], cross_ref_id: str) -> Deferred[list[SegmentT]]:
        """Gather the segments the switch sends under a cross reference; fails as :meth:`request` does."""


class Services:
    """The services of one chapter of ECMA-269.

    A method has the name of its service. It takes what is needed every day; what it leaves out can be said with the
    request itself: ``client.request(MakeCall(...))``. It gives the service's positive answer, and fails with the errors
    of :meth:`csta.client.Client.request`. A parameter that the standard forbids raises
    :class:`csta.errors.LocalProtocolError` at once, before anything is sent.
    """

    def __init__(self, requester: Requester) -> None:
        self._requester = requester
        self._request = requester.request


def device_id(device: Device) -> DeviceID:
    """A device identifier from digits as dialled at the switch."""
    return DeviceID(number=device) if isinstance(device, str) else device


def some_device_id(device: Device | None) -> DeviceID | None:
    """The same for a device that may be left out."""
    return None if device is None else device_id(device)


def csta_object(found: Device | ConnectionID) -> CSTAObject:
    """A device, or the call of a connection, as the object of a service."""
    if isinstance(found, ConnectionID):
        return CSTAObject(call_object=found)
    return CSTAObject(device_object=device_id(found))


def complete(device: Device, parameter: str) -> DeviceID:
    """A device identifier to which nothing may be added later with Dial Digits.

    :raises LocalProtocolError: it is empty, or ends in the ``;`` that says that digits follow.
    """
    found = device_id(device)
    if not found.number or found.number.endswith(";"):
        raise LocalProtocolError(f"{found.number!r} is no complete number", parameter)
    return found


def octets(data: bytes | None) -> Octets | None:
    """Data of a message."""
    return None if data is None else Octets(data)


def within(value: int | None, least: int, most: int, parameter: str) -> int | None:
    """A number in the range that the standard gives.

    :raises LocalProtocolError: it is outside.
    """
    if value is not None and not least <= value <= most:
        raise LocalProtocolError(f"{value} is not between {least} and {most}", parameter)
    return value


def entries(segments: Iterable[SegmentT], of: Callable[[SegmentT], Iterable[E]]) -> tuple[E, ...]:
    """What all segments of a list hold together."""
    return tuple(entry for segment in segments for entry in of(segment))
