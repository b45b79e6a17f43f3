"""Devices, calls and the connections between them, as the switch knows them (ECMA-269 §6.1)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from csta.messages.base import Octets
from csta.messages.call_data import ConsultOptions
from csta.messages.common import ConnectionID, DeviceID
from csta.messages.logical_device import ForwardingType
from csta.simulator.states import State


@dataclass(frozen=True, slots=True)
class Forwarding:
    """One user setting (§6.7.1); ``ring_duration`` is in seconds and only used when nobody answers."""

    destination: str
    ring_duration: float | None = None


@dataclass(eq=False, slots=True)
class Device:
    """Something calls can be at; :attr:`number` is its static device identifier."""

    number: str
    connections: list[Connection] = field(default_factory=list, init=False)

    @property
    def id(self) -> DeviceID:
        """The identifier as it is sent."""
        return DeviceID(number=self.number)

    def connection_in(self, *states: State) -> Connection | None:
        """The first connection in one of these states."""
        return next((connection for connection in self.connections if connection.state in states), None)


@dataclass(eq=False, slots=True)
class Extension(Device):
    """A telephone.

    :param name: who sits there.
    :param hands_free: it can answer and dial by itself; otherwise somebody has to lift the handset.
    :param lines: with this many calls at the device it is busy for a further one; 2 gives call waiting.
    :param in_service: whether it is reachable (§6.7.9).
    """

    name: str = ""
    hands_free: bool = True
    lines: int = 1
    in_service: bool = True
    do_not_disturb: bool = False
    forwarding: dict[ForwardingType, Forwarding] = field(default_factory=dict)

    @property
    def busy(self) -> bool:
        """Whether a further call finds it busy; a call parked here does not count."""
        return sum(connection.state != State.QUEUED for connection in self.connections) >= self.lines


@dataclass(eq=False, slots=True)
class Line(Device):
    """A network interface device: one exchange line, one call at a time (§6.1.1)."""


@dataclass(eq=False, slots=True)
class Connection:
    """A device's part in a call.

    :param party: who is at the far end of a line; None when the network withholds the number.
    :param destination: number to be dialled once a prompted device goes off-hook.
    """

    call: Call
    device: Device
    state: State = State.NULL
    party: DeviceID | None = None
    destination: str = ""

    @property
    def id(self) -> ConnectionID:
        """Its identifier as it is now; transfer and conference change it (§12.3.9)."""
        return ConnectionID(call_id=self.call.id, device_id=self.device.id)

    @property
    def identity(self) -> DeviceID | None:
        """Who takes part: the extension, or the party behind the line."""
        return self.party if isinstance(self.device, Line) else self.device.id


@dataclass(eq=False, slots=True)
class Call:
    """A call: its connections by device, in the order they joined, and what its events say about it.

    :param id: call identifier: an even number of hexadecimal digits, so that it is the same text on both wires.
    :param origin: device the call came from.
    :param calling: its identity; None when withheld.
    :param called: the device first called (§12.3.6).
    :param last_redirection: where the call was last diverted from (§12.3.24).
    :param associated_calling: line the call came in on (§12.3.3).
    :param associated_called: line it went out on (§12.3.2).
    :param ddi: number the network delivered with an incoming call (§12.3.22).
    :param failed: number that could not be reached; the caller hears a tone.
    :param consult_options: what a consultation call may become (§17.1.10 FR 2).
    """

    id: str
    origin: Device
    calling: DeviceID | None
    called: DeviceID
    connections: dict[str, Connection] = field(default_factory=dict)
    last_redirection: DeviceID | None = None
    associated_calling: DeviceID | None = None
    associated_called: DeviceID | None = None
    ddi: DeviceID | None = None
    correlator_data: Octets | None = None
    failed: DeviceID | None = None
    consult_options: ConsultOptions = ConsultOptions.UNRESTRICTED

    @property
    def external(self) -> bool:
        """Whether it came from outside."""
        return self.associated_calling is not None

    @property
    def alive(self) -> bool:
        """Whether there still is a call: two devices, and one of them in it rather than waiting for it."""
        talking = any(other.state in (State.CONNECTED, State.HOLD) for other in self.connections.values())
        return talking and len(self.connections) > 1

    def others(self, device: Device) -> Iterator[Connection]:
        """The connections of the other devices."""
        return (connection for connection in self.connections.values() if connection.device is not device)
