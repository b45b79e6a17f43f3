"""Transfer and conference: calls that become one under a new identifier (ECMA-269 §12.2.9, §12.3.9 FR 8)."""

from __future__ import annotations

from csta.messages.call_data import AssociatedNID, ConnectionListItem, Endpoint
from csta.messages.common import ConnectionID
from csta.messages.media import ConnectionInformation
from csta.simulator.calls import Call, Connection, Line
from csta.simulator.exchange import Exchange
from csta.simulator.states import State


class Merger:
    """Two calls of one device becoming one (§12.3.9 FR 8), or one becoming another when ``secondary`` is None.

    :param leaves: whether the device will be gone from the resulting call, as after a transfer.
    :ivar call: the resulting call.
    :ivar items: old and new connections of everybody in it (§12.2.9).
    """

    def __init__(
        self, exchange: Exchange, primary: Connection, secondary: Connection | None, *, leaves: bool = True
    ) -> None:
        self.exchange = exchange
        self.device = primary.device
        self.calls = [primary.call] if secondary is None else [primary.call, secondary.call]
        self.call = self._resulting_call()
        for old in self.calls:
            exchange.monitors.move(old, self.call)
        if leaves:
            self._replace_caller(primary)
        if secondary is not None and secondary.call.called == self.device.id:
            self._replace_called(secondary)
        self.items: list[ConnectionListItem] = []
        for old in self.calls:
            for connection in list(old.others(self.device)):
                self.move(connection)

    def move(self, connection: Connection) -> None:
        """Take a connection over into the resulting call."""
        old = connection.id
        self.exchange.transplant(connection, self.call)
        self.items.append(list_item(connection, old))

    def finish(self) -> None:
        """The old calls are gone, and the merging device's part in them unless it was moved."""
        for old in self.calls:
            for connection in list(old.connections.values()):
                self.exchange.move(connection, State.NULL)
            self.exchange.close(old)

    def _resulting_call(self) -> Call:
        first, second = self.calls[0], self.calls[-1]
        call = self.exchange.open_call(first.origin, first.calling, second.called.number)
        call.associated_calling, call.ddi = first.associated_calling, first.ddi
        call.associated_called = second.associated_called
        call.last_redirection = first.last_redirection
        call.private_data = second.private_data or first.private_data
        call.correlator_data = second.correlator_data or first.correlator_data  # the consultation's wins
        return call

    def _replace_caller(self, primary: Connection) -> None:
        """A device that leaves is no caller any more: its far party takes that place (§12.3.7)."""
        other = next(primary.call.others(self.device), None)
        if self.call.origin is not self.device or other is None:
            return
        self.call.origin, self.call.calling = other.device, other.identity
        self.call.associated_calling = other.device.id if isinstance(other.device, Line) else None

    def _replace_called(self, secondary: Connection) -> None:
        """The secondary call came to the merging device: the called one is who called there (§12.3.6)."""
        other = next(secondary.call.others(self.device), None)
        if other is not None and other.identity is not None:
            self.call.called = other.identity
            self.call.associated_called = other.device.id if isinstance(other.device, Line) else None


def list_item(connection: Connection, old: ConnectionID | None) -> ConnectionListItem:
    """An entry of a connection list (§12.2.9): what a connection is now, and what it was."""
    identity = connection.identity
    return ConnectionListItem(
        new_connection=connection.id,
        old_connection=old,
        endpoint=Endpoint(device_id=identity) if identity else Endpoint(restricted=True),
        associated_nid=AssociatedNID(device_id=connection.device.id) if isinstance(connection.device, Line) else None,
        resulting_connection_info=ConnectionInformation(flow_direction=connection.flow) if connection.flow else None,
    )
