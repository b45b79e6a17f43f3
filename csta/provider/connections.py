"""The switch's own names of the connections of monitored devices.

A connection identifier may hold a device identifier that only the switch understands (dynamic, ECMA-269 §12.3.11); a
service on the connection must give it back exactly as it came.
"""

from __future__ import annotations

from collections.abc import Iterable

from csta.messages.base import Event
from csta.messages.common import ConnectionID, DeviceID
from csta.provider import events
from csta.provider.identifiers import extension


class Connections:
    """Device and call identifier → connection identifier."""

    def __init__(self) -> None:
        self._known: dict[str, dict[str, ConnectionID]] = {}

    def learn(self, device: str, connection: ConnectionID) -> None:
        """Remember the connection of a device."""
        if connection.call_id is not None and connection.device_id is not None:
            self._known.setdefault(device, {})[connection.call_id] = connection

    def learn_from_event(self, device: str, event: Event) -> None:
        """Remember what an event at a monitored device says of its connections."""
        for connection, owner in events.connections(event):
            if owner is not None and extension(owner.number) == extension(device):
                self.learn(device, connection)

    def find(self, device: str, call_id: str) -> ConnectionID:
        """The connection of a call at a device, in the plain form where the switch never named it."""
        known = self._known.get(device, {}).get(call_id)
        return known or ConnectionID(call_id=call_id, device_id=DeviceID(number=device))

    def forget(self, device: str, call_ids: Iterable[str]) -> None:
        """Forget the connections of calls that are over at a device."""
        known = self._known.get(device, {})
        for call_id in call_ids:
            known.pop(call_id, None)
        if not known:
            self._known.pop(device, None)

    def forget_device(self, device: str) -> None:
        """Forget all connections of a device."""
        self._known.pop(device, None)
