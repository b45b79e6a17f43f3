"""Devices, calls and the connections between them, as the switch knows them (ECMA-269 §6.1)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from csta.messages.base import Octets
from csta.messages.call_data import ConsultOptions
from csta.messages.common import ConnectionID, DeviceID, PrivateData
from csta.messages.logical_device import AgentState, ForwardingType, PresenceState
from csta.messages.media import FlowDirection
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
class Agent:
    """Somebody who works at a telephone for ACD groups (§6.1.1.6); one state for all of the groups.

    :param id: agent identifier; None when the device is identification enough.
    :param password: asked for at log-on, when there is one.
    :param groups: numbers of the ACD groups it is logged on to.
    :param pending: the state it will go to when its call is over (§22.1.15).
    :param since: when it came into its state: of two that are ready, the one who waits longer gets the call.
    :param auto_work: whether it works after each call without having to ask (§22.1.17).
    :param wrap_up: seconds after which that ends by itself; 0: never.
    """

    id: Octets | None = None
    password: Octets | None = None
    groups: list[str] = field(default_factory=list)
    state: AgentState = AgentState.AGENT_NULL
    pending: AgentState | None = None
    since: float = 0.0
    auto_work: bool = False
    wrap_up: int = 0


@dataclass(frozen=True, slots=True)
class Presence:
    """What its user says about itself (§22.1.21)."""

    state: PresenceState = field(default_factory=lambda: PresenceState(["unknown"]))
    from_time: str | None = None
    until_time: str | None = None
    place: Octets | None = None
    mood: Octets | None = None
    named: Octets | None = None


@dataclass(eq=False, slots=True)
class Apparatus:
    """The physical element of a telephone (§21): what can be asked for and set, and what it was last set to."""

    message_waiting: bool = False
    microphone_muted: bool = False
    speaker_muted: bool = False
    microphone_gain: int = 50
    speaker_volume: int = 50
    ring_volume: int = 50
    ring_pattern: int = 1
    display: str = ""


@dataclass(eq=False, slots=True)
class Extension(Device):
    """A telephone.

    :param name: who sits there.
    :param hands_free: it can answer and dial by itself; otherwise somebody has to lift the handset.
    :param lines: with this many calls at the device it is busy for a further one; 2 gives call waiting.
    :param offers: calls are offered before they ring, so that a client can still turn them away (§17.1.1).
    :param answers_after: seconds after which somebody lifts the handset of the ringing telephone; None: nobody does.
    :param in_service: whether it is reachable (§6.7.9).
    :param auto_answer: rings after which it answers by itself; None: never (§22.1.16).
    :param shows_number: whether those it calls see its number (§22.1.18).
    """

    name: str = ""
    hands_free: bool = True
    lines: int = 1
    offers: bool = False
    answers_after: float | None = None
    in_service: bool = True
    do_not_disturb: bool = False
    forwarding: dict[ForwardingType, Forwarding] = field(default_factory=dict)
    auto_answer: int | None = None
    shows_number: bool = True
    last_dialled: str = ""
    agent: Agent = field(default_factory=Agent)
    presence: Presence = field(default_factory=Presence)
    apparatus: Apparatus = field(default_factory=Apparatus)

    @property
    def busy(self) -> bool:
        """Whether a further call finds it busy; a call parked or camping on here does not count."""
        return sum(connection.state != State.QUEUED for connection in self.connections) >= self.lines

    @property
    def idle(self) -> bool:
        """Whether it is in service and nothing goes on here."""
        return self.in_service and all(connection.state == State.QUEUED for connection in self.connections)


@dataclass(eq=False, slots=True)
class Line(Device):
    """A network interface device: one exchange line, one call at a time (§6.1.1)."""


class GroupKind(StrEnum):
    """What a group does."""

    ACD = "acd"
    """Calls go to agents that are ready, the one who waits longest first."""
    HUNT = "hunt"
    """Calls go to the next member that is free."""
    PICK = "pick"
    """Members take each other's calls; nobody calls the group itself."""


@dataclass(eq=False, slots=True)
class Group(Device):
    """Several extensions under one number (§6.1.1.6).

    :param members: numbers of the extensions, in the order of their turn.
    :param ring: seconds it rings at a member before the next one gets the call.
    :param queue: so many calls wait when no member is free; further ones overflow.
    :param longest_wait: seconds after which a waiting call overflows; None: it waits as long as the caller does.
    :param overflow: where calls go that cannot wait; empty: they fail.
    :ivar turn: whose turn it is in a hunt group.
    """

    kind: GroupKind = GroupKind.ACD
    members: tuple[str, ...] = ()
    ring: float = 15.0
    queue: int = 20
    longest_wait: float | None = None
    overflow: str = ""
    turn: int = field(default=0, init=False)

    @property
    def waiting(self) -> list[Connection]:
        """The calls in its queue, the first come first."""
        return [connection for connection in self.connections if connection.state == State.QUEUED]


@dataclass(eq=False, slots=True)
class RoutePoint(Device):
    """A routeing device: asks a computing function where its calls shall go (§6.7.8).

    :param default: where they go when nobody says; empty: they fail.
    :param reply_timeout: seconds the computing function has to say so.
    :param mode: whether it asks at all (§22.1.22).
    """

    default: str = ""
    reply_timeout: float = 5.0
    mode: bool = True


@dataclass(eq=False, slots=True)
class Connection:
    """A device's part in a call.

    :param party: who is at the far end of a line; None when the network withholds the number.
    :param prompt: number to be dialled once the prompted device goes off-hook, empty for a call without a called
        party; None when the device is not prompted.
    :param dialled: digits dialled so far.
    :param offered: the mode of Alerting before the telephone rings (§6.1.3).
    :param answered: somebody answered here; a line is connected before that, when it reaches the network.
    :param group: number of the group that gave the call to this device.
    :param together: it rings beside others; whoever answers first has the call (§17.1.11 FR 9).
    :param flow: direction in which the device takes part, where it is not both.
    """

    call: Call
    device: Device
    state: State = State.NULL
    party: DeviceID | None = None
    prompt: str | None = None
    dialled: str = ""
    offered: bool = False
    answered: bool = False
    group: str = ""
    together: bool = False
    flow: FlowDirection | None = None

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
    :param account_code: and the two after it: what Associate Data tied to the call (§18.1.1).
    :param private_data: the vendor's, given when the call was made; its events carry it.
    :param recalled_by: who transferred or parked it, and gets it back when nobody takes it (§6.7.3).
    :param tried: members of a group that did not answer.
    :param hops: how often groups and routeing devices sent it on.
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
    account_code: Octets | None = None
    auth_code: Octets | None = None
    user_data: Octets | None = None
    private_data: tuple[PrivateData, ...] = ()
    recalled_by: Extension | None = None
    tried: set[str] = field(default_factory=set)
    hops: int = 0

    @property
    def external(self) -> bool:
        """Whether it came from outside."""
        return self.associated_calling is not None

    @property
    def alive(self) -> bool:
        """Whether there still is a call: two devices, and one of them in it rather than waiting for it."""
        talking = any(other.state in (State.CONNECTED, State.HOLD) for other in self.connections.values())
        return talking and len(self.connections) > 1

    @property
    def talked(self) -> bool:
        """Whether at least two devices are in it."""
        return sum(other.state in (State.CONNECTED, State.HOLD) for other in self.connections.values()) > 1

    @property
    def joinable(self) -> bool:
        """Whether a further device may be brought in: two talk, or one waits for others (§17.1.19)."""
        alone = len(self.connections) == 1 and not self.called.number
        return self.failed is None and (self.talked or alone)

    def others(self, device: Device) -> Iterator[Connection]:
        """The connections of the other devices."""
        return (connection for connection in self.connections.values() if connection.device is not device)
