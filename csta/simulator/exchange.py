"""The state of the switch: devices, calls, timers, monitors, and the single moves everything else is made of."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

from csta.errors import LocalProtocolError
from csta.messages.call_data import EventCause
from csta.messages.common import DeviceID
from csta.simulator import event_reports as reports
from csta.simulator.calls import Agent, Call, Connection, Device, Extension, Group, Line, RoutePoint
from csta.simulator.dialplan import ExternalNumber, Timing
from csta.simulator.event_reports import CallEvent
from csta.simulator.monitors import Monitors, Outbox
from csta.simulator.pending import CallBack, Dialogue, Prediction
from csta.simulator.profile import Profile
from csta.simulator.registrations import Registrations
from csta.simulator.states import GROUP_MOVES, MOVES, NETWORK_MOVES, State
from csta.simulator.timers import Timers

D = TypeVar("D", bound=Device)


class Exchange:
    """Everything the switch knows. The only place where a connection changes its state."""

    def __init__(
        self,
        devices: Iterable[Device],
        numbers: tuple[ExternalNumber, ...],
        timing: Timing,
        profile: Profile,
    ) -> None:
        known = _by_number(devices)
        self.extensions = _of(Extension, known)
        self.lines = _of(Line, known)
        self.groups = _of(Group, known)
        self.route_points = _of(RoutePoint, known)
        self.numbers = numbers
        self.timing = timing
        self.profile = profile
        self.calls: dict[str, Call] = {}
        self.timers = Timers()
        self.outbox: Outbox = deque()
        self.monitors = Monitors(self.outbox)
        self.registrations = Registrations(self.outbox)
        self.dialogues: dict[str, Dialogue] = {}
        self.call_backs: list[CallBack] = []
        self.camped: list[Connection] = []
        self.agents: dict[str, Extension] = {}
        self.predictions: list[Prediction] = []
        self._calls_made = 0
        self._references = 0

    @property
    def devices(self) -> Iterator[Device]:
        """All devices."""
        for kind in (self.extensions, self.groups, self.route_points, self.lines):
            yield from kind.values()

    def device(self, number: str) -> Device | None:
        """The device with that number."""
        found: Device | None = self.extensions.get(number) or self.lines.get(number)
        return found or self.groups.get(number) or self.route_points.get(number)

    def add(self, device: Device) -> None:
        """One more device; raises ValueError when its number is taken."""
        if self.device(device.number) is not None:
            raise ValueError(f"two devices have the number {device.number}")
        kinds: dict[type[Device], dict[str, Any]] = {
            Extension: self.extensions,
            Line: self.lines,
            Group: self.groups,
            RoutePoint: self.route_points,
        }
        kinds[type(device)][device.number] = device

    def forget_promises(self) -> None:
        """What a restart leaves nothing of: dialogues, call-backs, predictive calls, agents at work."""
        self.dialogues.clear()
        self.call_backs.clear()
        self.camped.clear()
        self.predictions.clear()
        self.timers.clear()
        for device in self.agents.values():
            device.agent = Agent(device.agent.id, device.agent.password)
        self.agents.clear()

    def new_reference(self) -> str:
        """A cross reference that was never used before: for dialogues and for answers in segments."""
        self._references += 1
        return f"{self._references:08x}"

    def free_line(self) -> Line | None:
        """A line without a call."""
        return next((line for line in self.lines.values() if not line.connections), None)

    def open_call(self, origin: Device, calling: DeviceID | None, called: str) -> Call:
        """A call without connections yet; its identifier was never used before."""
        self._calls_made += 1
        call = Call(f"{self._calls_made:08x}", origin, calling, DeviceID(number=called))
        self.calls[call.id] = call
        return call

    def join(self, call: Call, device: Device, state: State, party: DeviceID | None = None) -> Connection:
        """Bring a device into a call."""
        connection = Connection(call, device, party=party)
        call.connections[device.number] = connection
        device.connections.append(connection)
        self.move(connection, state)
        return connection

    def move(self, connection: Connection, state: State) -> None:
        """Change the state of a connection; its timer dies with the old state.

        Raises :class:`csta.errors.LocalProtocolError` for a move that is not in the tables.
        """
        moves = MOVES_OF.get(type(connection.device), MOVES)
        if state not in moves[connection.state]:
            where = f"connection {connection.call.id}/{connection.device.number}"
            raise LocalProtocolError(f"a connection does not go from {connection.state} to {state}", where)
        connection.state = state
        self.timers.cancel(connection)
        if state != State.ALERTING:
            connection.offered = False
        if state == State.NULL:
            del connection.call.connections[connection.device.number]
            connection.device.connections.remove(connection)

    def transplant(self, connection: Connection, call: Call) -> None:
        """Move a connection as it is into another call (§12.3.9 FR 8)."""
        del connection.call.connections[connection.device.number]
        connection.call = call
        call.connections[connection.device.number] = connection

    def close(self, call: Call) -> None:
        """Forget a call nobody is in any more."""
        self.monitors.lose(call)
        self.timers.cancel(call)
        del self.calls[call.id]

    def report(self, event: CallEvent, call: Call, *left: Device) -> None:
        """Tell everybody in the call, and the devices that just left it."""
        present = [connection.device for connection in call.connections.values()]
        self.monitors.report_call(event, call, [*(device for device in left if device not in present), *present])

    def report_alone(self, event: CallEvent, connection: Connection) -> None:
        """Tell the device itself and who follows the call (§17.2.14 FR 1, §17.2.17)."""
        self.monitors.report_call(event, connection.call, [connection.device])

    def clear(self, connection: Connection, cause: EventCause) -> None:
        """Take one device out of a call and say so."""
        event = reports.connection_cleared(connection, cause)
        self.move(connection, State.NULL)
        self.report(event, connection.call, connection.device)

    def clear_all(self, call: Call, cause: EventCause) -> None:
        """Take everybody out; the call is over."""
        for connection in list(call.connections.values()):
            self.clear(connection, cause)
        self.monitors.report_end(reports.call_cleared(call, cause), call)
        self.close(call)

    def drop(self, connection: Connection, cause: EventCause) -> None:
        """Take one device out; whoever is left with nobody to talk to goes too (§17.1.8)."""
        call = connection.call
        self.clear(connection, cause)
        if not call.alive:
            self.clear_all(call, cause)


MOVES_OF: dict[type[Device], dict[State, frozenset[State]]] = {
    Line: NETWORK_MOVES,
    Group: GROUP_MOVES,
    RoutePoint: GROUP_MOVES,
}
"""The table for each kind of device; :data:`MOVES` for all others."""


def _by_number(devices: Iterable[Device]) -> dict[str, Device]:
    known: dict[str, Device] = {}
    for device in devices:
        if device.number in known:
            raise ValueError(f"two devices have the number {device.number}")
        known[device.number] = device
    return known


def _of(kind: type[D], devices: dict[str, Device]) -> dict[str, D]:
    return {number: device for number, device in devices.items() if isinstance(device, kind)}
