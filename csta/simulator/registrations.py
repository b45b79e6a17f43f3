"""Registrations: what a computing function wants to be asked or told (ECMA-269 §14.1, §20.1, §29.1)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from csta.messages.base import Request
from csta.messages.routeing import RouteRegisterAbort
from csta.messages.system import (
    RegistrationType,
    RequestTypes,
    StatusFilter,
    SwFunctionCapsChanged,
    SwFunctionDevicesChanged,
    SystemRegisterAbort,
    SystemStatus,
    SystemStatusValue,
)
from csta.messages.vendor_specific import EscapeRegisterAbort
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


@dataclass(slots=True)
class Registration:
    """One registration.

    :param id: allocated by the switch (§12.3.31); void when it was cancelled or aborted.
    :param requests: of a system registration: the requests it is for.
    :param filter: of a system registration: statuses not wanted.
    :param device: of a route registration: number of the routeing device; None for all.
    """

    id: str
    client: Client
    kind: RegistrationType
    requests: RequestTypes = field(default_factory=RequestTypes)
    filter: StatusFilter = field(default_factory=StatusFilter)
    device: str | None = None

    def abort(self) -> Request[Any]:
        """The request by which the switch ends it."""
        if self.kind == RegistrationType.ROUTE_REGISTER:
            return RouteRegisterAbort(route_register_req_id=self.id)
        if self.kind == RegistrationType.ESCAPE_REGISTER:
            return EscapeRegisterAbort(escape_register_id=self.id)
        return SystemRegisterAbort(sys_stat_register_id=self.id)


class Registrations:
    """All registrations of all clients.

    :ivar status: how the switch fares now.
    """

    def __init__(self, outbox: Outbox) -> None:
        self.status = SystemStatusValue.NORMAL
        self._outbox = outbox
        self._by_id: dict[str, Registration] = {}
        self._made = 0

    def register(self, client: Client, kind: RegistrationType) -> Registration:
        """Make a registration."""
        self._made += 1
        registration = Registration(f"{self._made:08x}", client, kind)
        self._by_id[registration.id] = registration
        return registration

    def find(self, client: Client, kind: RegistrationType, register_id: str) -> Registration | None:
        """The client's registration of that name."""
        found = self._by_id.get(register_id)
        return found if found is not None and found.client == client and found.kind == kind else None

    def of(self, client: Client) -> Iterator[Registration]:
        """The client's registrations, the oldest first."""
        return (each for each in self._by_id.values() if each.client == client)

    def cancel(self, registration: Registration) -> None:
        """End a registration."""
        del self._by_id[registration.id]

    def forget(self, client: Client) -> None:
        """The client is gone."""
        self._by_id = {key: value for key, value in self._by_id.items() if value.client != client}

    def abort_all(self) -> None:
        """The switch ends every registration and says so (§14.1.3, §20.1.2)."""
        for registration in self._by_id.values():
            self._outbox.append((registration.client, registration.abort()))
        self._by_id.clear()

    def router(self, device: str) -> Registration | None:
        """Who is to be asked where calls to a routeing device go: who registered for it, or for all."""
        routers = [each for each in self._by_id.values() if each.kind == RegistrationType.ROUTE_REGISTER]
        closest = next((each for each in routers if each.device == device), None)
        return closest or next((each for each in routers if each.device is None), None)

    def announce(self, status: SystemStatusValue) -> None:
        """The switch fares otherwise now: tell everybody who wants to know (§14.2.2)."""
        self.status = status
        for each in self._wanting("systemStatus"):
            if FILTER_BITS[status] not in each.filter:
                self._outbox.append((each.client, SystemStatus(sys_stat_register_id=each.id, system_status=status)))

    def announce_devices(self) -> None:
        """There are other devices now (§14.2.4)."""
        for each in self._wanting("switchingFunctionDevicesChanged"):
            self._outbox.append((each.client, SwFunctionDevicesChanged(sys_stat_register_id=each.id)))

    def announce_capabilities(self) -> None:
        """The switch can do other things now (§14.2.3)."""
        for each in self._wanting("switchingFunctionCapsChanged"):
            self._outbox.append((each.client, SwFunctionCapsChanged(sys_stat_register_id=each.id)))

    def _wanting(self, request: str) -> Iterator[Registration]:
        return (each for each in self._by_id.values() if request in each.requests)
