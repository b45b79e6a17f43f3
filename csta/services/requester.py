"""What the services stand on."""

from __future__ import annotations

from typing import Protocol, TypeVar

from twisted.internet.defer import Deferred

from csta.messages.base import Request
from csta.messages.common import DeviceID

R = TypeVar("R")


class Requester(Protocol):
    """Sends requests: a :class:`csta.client.Client`, or anything that does the same."""

    def request(self, message: Request[R], timeout: float | None = None) -> Deferred[R]:
        """Send a request; gives its positive answer or fails with a :class:`csta.errors.CSTAError`."""


class Services:
    """The services of one chapter of ECMA-269.

    Every method gives the service's positive answer; the errors it may fail with are those of
    :meth:`csta.client.Client.request`.
    """

    def __init__(self, requester: Requester) -> None:
        self._request = requester.request


def device_id(device: DeviceID | str) -> DeviceID:
    """A device identifier from digits as dialled at the switch."""
    return DeviceID(number=device) if isinstance(device, str) else device
