"""System registrations: who hears how the switch fares (ECMA-269 §14.1, §14.2)."""

from __future__ import annotations

from dataclasses import dataclass

from csta.messages.system import StatusFilter, SystemStatus, SystemStatusValue
from csta.simulator.monitors import Client, Outbox

FILTER_BITS: dict[SystemStatusValue, str] = {
    SystemStatusValue.INITIALIZING: "initializing",
    SystemStatusValue.ENABLED: "enabled",
    SystemStatusValue.NORMAL: "normal",
    SystemStatusValue.MESSAGES_LOST: "messageLost",
    SystemStatusValue.DISABLED: "disabled",
    SystemStatusValue.PARTIALLY_DISABLED: "partiallyDisabled",
    SystemStatusValue.OVERLOAD_IMMINENT: "overloadImminent",
    SystemStatusValue.OVERLOAD_REACHED: "overloadReached",
    SystemStatusValue.OVERLOAD_RELIEVED: "overloadRelieved",
}
"""Status → its bit in a filter; the bits have an order and a spelling of their own."""


@dataclass(frozen=True, slots=True)
class _Registration:
    client: Client
    statuses: bool
    filter: StatusFilter


class Registrations:
    """Who asked for System Status. A set filter bit keeps that status back (§14.1.2).

    :ivar status: how the switch fares now.
    """

    def __init__(self, outbox: Outbox) -> None:
        self.status = SystemStatusValue.NORMAL
        self._outbox = outbox
        self._by_id: dict[str, _Registration] = {}
        self._made = 0

    def register(self, client: Client, statuses: bool, unwanted: StatusFilter) -> str:
        """Make a registration; gives its identifier (§12.3.31)."""
        self._made += 1
        register_id = f"{self._made:08x}"
        self._by_id[register_id] = _Registration(client, statuses, unwanted)
        return register_id

    def cancel(self, client: Client, register_id: str) -> bool:
        """End a registration; whether the client had it."""
        registration = self._by_id.get(register_id)
        if registration is None or registration.client != client:
            return False
        del self._by_id[register_id]
        return True

    def forget(self, client: Client) -> None:
        """The client is gone."""
        self._by_id = {key: value for key, value in self._by_id.items() if value.client != client}

    def announce(self, status: SystemStatusValue) -> None:
        """The switch fares otherwise now: tell everybody who wants to know (§14.2.2)."""
        self.status = status
        for register_id, registration in self._by_id.items():
            if registration.statuses and FILTER_BITS[status] not in registration.filter:
                message = SystemStatus(sys_stat_register_id=register_id, system_status=status)
                self._outbox.append((registration.client, message))
