"""Tables of services: a method call, and the request that is to reach the switch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from twisted.internet.defer import Deferred

from csta.client import Client
from csta.messages.base import Request
from csta.messages.common import ConnectionID, DeviceID

Row = tuple[Callable[[Client], Deferred[Any]], Request[Any]]


def device(number: str) -> DeviceID:
    return DeviceID(number=number)


ACTIVE = ConnectionID(call_id="0a01", device_id=device("2001"))
HELD = ConnectionID(call_id="0a02", device_id=device("2001"))
