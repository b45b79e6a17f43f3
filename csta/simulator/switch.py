"""A switching function as a plain object: requests and people's hands go in, answers and events come out.

It does no I/O and reads no clock: every input takes the time, :meth:`Switch.next_deadline` says when to call
:meth:`Switch.on_timer`, and after each input :meth:`Switch.next_event` gives what is to be sent, one at a time.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable
from typing import Any

from csta.errors import LocalProtocolError
from csta.messages.base import Event, Message, Request, Response
from csta.messages.call_data import EventCause
from csta.messages.common import DeviceID, PrivateData
from csta.messages.device_maintenance import BackInServiceEvent, OutOfServiceEvent
from csta.messages.errors import OperationErrors, UniversalFailure
from csta.messages.logical_device import AgentState
from csta.messages.system import SystemStatusValue
from csta.session.answers import service_error
from csta.simulator import agents, call_control, completion, distribution, predictive, progress, routeing
from csta.simulator import event_reports as reports
from csta.simulator.calls import Connection, Device, Extension, Line
from csta.simulator.dialplan import DIALLABLE, EVERYBODY, ExternalNumber, Timing
from csta.simulator.exchange import Exchange
from csta.simulator.failures import Refusal
from csta.simulator.keys import Key, pressed
from csta.simulator.monitors import Client
from csta.simulator.profile import Profile
from csta.simulator.services import SERVICES
from csta.simulator.states import State

SETTLERS = (agents.settle, predictive.settle, completion.settle, routeing.settle, distribution.settle)
"""What follows by itself from what just happened; each does one thing and says whether it did."""


class OutsideCaller:
    """Somebody outside who called in, as long as that call lasts, wherever it is transferred to."""

    def __init__(self, switch: Switch, connection: Connection) -> None:
        self._switch = switch
        self._connection = connection

    @property
    def line(self) -> str:
        """Number of the line the call came in on."""
        return self._connection.device.number

    @property
    def gone(self) -> bool:
        """Whether the call is over."""
        return self._connection.state == State.NULL

    @property
    def talking(self) -> bool:
        """Whether somebody answered and is still there."""
        others = self._connection.call.others(self._connection.device)
        return not self.gone and any(other.state in (State.CONNECTED, State.HOLD) for other in others)

    @property
    def ringing(self) -> list[str]:
        """Numbers of the devices where the call rings."""
        others = self._connection.call.connections.values()
        return [other.device.number for other in others if other.state == State.ALERTING]

    def hang_up(self, now: float) -> None:
        """Put the handset down; nothing happens when the call is over already."""
        if not self.gone:
            self._switch.hang_up(self.line, now)


_HANG_UP_ORDER = (State.CONNECTED, State.INITIATED, State.ALERTING, State.FAIL)


class Switch:
    """A switching function.

    :param devices: extensions and lines; without a line nobody outside can be reached.
    :param numbers: how the world outside behaves.
    :param profile: names, limits and manners.
    :raises ValueError: two devices have one number, or a group has a member that is no extension.
    :ivar ready: called after every input that is not a client's, so that whoever serves this switch knows there may
        be something to send.
    """

    def __init__(
        self,
        devices: Iterable[Device],
        numbers: tuple[ExternalNumber, ...] = EVERYBODY,
        timing: Timing | None = None,
        profile: Profile | None = None,
    ) -> None:
        self._exchange = Exchange(devices, numbers, timing or Timing(), profile or Profile())
        self._require_members()
        self.ready: Callable[[], None] = _nobody_listens

    @property
    def devices(self) -> tuple[str, ...]:
        """Numbers of the extensions."""
        return tuple(self._exchange.extensions)

    def handle(self, client: Client, request: Message, now: float) -> Response | UniversalFailure | None:
        """Do what a client asks for; the answer is to be sent before the events that follow.

        None: the standard has no positive answer to such a request.
        """
        service = SERVICES.get(type(request))
        if service is None:
            return UniversalFailure(operation=OperationErrors.SERVICE_NOT_SUPPORTED)
        try:
            answer = service(self._exchange, client, request, now)
        except Refusal as refusal:
            return refusal.failure
        self._settle(now)
        return answer

    def next_event(self) -> tuple[Client, Event | Request[Any]] | None:
        """The next message of the switch's own, and the client it is for."""
        return self._exchange.outbox.popleft() if self._exchange.outbox else None

    def next_deadline(self) -> float | None:
        """When :meth:`on_timer` is due, or None."""
        return self._exchange.timers.next_deadline()

    def on_timer(self, now: float) -> None:
        """Let happen what is due by now, and what follows from it."""
        while self._exchange.timers.run_next(now):
            self._settle(now)

    def disconnect(self, client: Client, now: float) -> None:
        """The client's link is gone: so are its monitors and registrations; the calls go on."""
        self._exchange.monitors.forget(client)
        self._exchange.registrations.forget(client)
        routeing.lose_client(self._exchange, client, now)
        self._settle(now)

    def ring(
        self, caller: str | None, to: str, now: float, name: str = "", private_data: tuple[PrivateData, ...] = ()
    ) -> OutsideCaller | None:
        """Somebody outside calls ``to``.

        :param caller: the number, as the network delivers it; None when it is withheld.
        :param name: display name the network sends along (§10.1); letters beyond ASCII lose their marks.
        :param private_data: the vendor's, for the events of the call.
        :return: the caller, or None when all lines are in use.
        """
        line = self._exchange.free_line()
        if line is None:
            return None
        identity = None if caller is None else DeviceID(number=_presented(caller, name))
        call = self._exchange.open_call(line, identity, to)
        call.associated_calling, call.ddi, call.private_data = line.id, call.called, private_data
        connection = self._exchange.join(call, line, State.CONNECTED, identity)
        progress.connect(self._exchange, call, to, EventCause.NEW_CALL, now)
        self._happened(now)
        return OutsideCaller(self, connection)

    def answer(self, caller: OutsideCaller, now: float) -> None:
        """Somebody lifts the handset where the caller's call rings, unless the device is in another call."""
        for number in caller.ringing:
            device = self._device(number)
            if isinstance(device, Extension) and not device.connection_in(State.CONNECTED, State.INITIATED):
                self.lift(number, now)
                return

    def lift(self, number: str, now: float) -> None:
        """Somebody takes the handset: answers, dials as prompted, or gets dial tone. On a line the far end answers."""
        device = self._device(number)
        ringing = device.connection_in(State.ALERTING)
        waiting = device.connection_in(State.INITIATED)
        if isinstance(device, Line):
            if ringing is not None:
                progress.answer(self._exchange, ringing, EventCause.NETWORK_SIGNAL)
        elif waiting is not None:
            self._take_up_prompt(waiting, now)
        elif device.connection_in(State.CONNECTED) is None:
            if ringing is not None:
                call_control.take_up(self._exchange, ringing, now)
            else:
                self._dial_tone(device)
        self._happened(now)

    def dial(self, number: str, digits: str, now: float) -> None:
        """Somebody who hears dial tone dials a complete number.

        Raises :class:`csta.errors.LocalProtocolError` when there is no dial tone or the number is none.
        """
        device = self._device(number)
        waiting = device.connection_in(State.INITIATED)
        if waiting is None or waiting.prompt is not None or not DIALLABLE.fullmatch(digits):
            raise LocalProtocolError(f"{number} cannot dial {digits!r} now")
        if isinstance(device, Extension):
            device.last_dialled = digits
        waiting.call.called = DeviceID(number=waiting.dialled + digits)
        self._exchange.report_alone(reports.digits_dialled(waiting, digits, EventCause.NORMAL), waiting)
        progress.originate(self._exchange, waiting, EventCause.NEW_CALL, now)
        self._happened(now)

    def press(self, number: str, key: Key, to: str, now: float) -> None:
        """Somebody presses a key of a telephone; ``to`` is the number for those keys that take one.

        Raises :class:`csta.errors.LocalProtocolError` when the key does nothing now.
        """
        device = self._telephone(number)
        answer = self.handle(None, pressed(self._exchange, device, key, to), now)
        self.ready()
        if isinstance(answer, UniversalFailure):
            raise LocalProtocolError(f"{number} cannot {service_error(key.value, answer)}")

    def hears_dial_tone(self, number: str) -> bool:
        """Whether somebody may :meth:`dial` there now."""
        waiting = self._device(number).connection_in(State.INITIATED)
        return waiting is not None and waiting.prompt is None

    def hang_up(self, number: str, now: float) -> None:
        """Somebody puts the handset down, or presses the refuse key of a ringing phone; a held call stays held."""
        device = self._device(number)
        found = (device.connection_in(state) for state in _HANG_UP_ORDER)
        connection = next((candidate for candidate in found if candidate is not None), None)
        if connection is not None:
            self._exchange.drop(connection, EventCause.NORMAL_CLEARING)
        self._happened(now)

    def set_in_service(self, number: str, in_service: bool, now: float) -> None:
        """Plug a telephone in or out; its calls end, its monitors stay (§6.7.9, §23.1)."""
        device = self._device(number)
        if isinstance(device, Extension) and device.in_service != in_service:
            device.in_service = in_service
            while not in_service and device.connections:
                self._exchange.drop(device.connections[0], EventCause.DEST_OUT_OF_ORDER)
            event = BackInServiceEvent if in_service else OutOfServiceEvent
            self._exchange.monitors.report(event(monitor_cross_ref_id="", device=reports.subject(device.id)), [device])
        self._happened(now)

    def announce(self, status: SystemStatusValue) -> None:
        """Tell the registered clients how the switch fares (§14.2.2)."""
        self._exchange.registrations.announce(status)
        self.ready()

    def set_agent_state(self, number: str, state: AgentState, now: float) -> None:
        """Somebody presses the key for an agent state; who is not logged on is logged on first.

        Raises :class:`csta.errors.LocalProtocolError` when the telephone is in no ACD group.
        """
        device = self._telephone(number)
        try:
            if device.agent.state == AgentState.AGENT_NULL and state != AgentState.AGENT_NULL:
                agents.log_on(self._exchange, device, None, device.agent.password, None, now)
        except Refusal:
            raise LocalProtocolError(f"{number} is in no ACD group") from None
        if state != device.agent.state:
            agents.enter(self._exchange, device, state, now)
        self._happened(now)

    def add(self, device: Device, now: float) -> None:
        """Plug in a device that was not there; who registered for it is told (§14.2.4).

        :raises ValueError: there is one with that number.
        """
        self._exchange.add(device)
        self._exchange.registrations.announce_devices()
        self._happened(now)

    def abort_registrations(self) -> None:
        """The switch ends every registration and says so (§14.1.3, §20.1.2); open dialogues go on."""
        self._exchange.registrations.abort_all()
        self.ready()

    def lose_monitors(self) -> None:
        """Every monitor is gone and nobody is told, as on a switch with a fault."""
        self._exchange.monitors.forget_all()

    def stop_monitors(self) -> None:
        """The switch ends every monitor and says so (§15.1.3)."""
        self._exchange.monitors.stop_all()
        self.ready()

    def restart(self) -> None:
        """Power off and on: calls and monitors are gone, who is registered hears "initializing", then "enabled"."""
        self._exchange.monitors.forget_all()
        self._exchange.outbox.clear()
        self._exchange.forget_promises()
        for call in list(self._exchange.calls.values()):
            self._exchange.clear_all(call, EventCause.MAINTENANCE)
        self.announce(SystemStatusValue.INITIALIZING)
        self.announce(SystemStatusValue.ENABLED)

    def _happened(self, now: float) -> None:
        """Something happened that no client asked for."""
        self._settle(now)
        self.ready()

    def _settle(self, now: float) -> None:
        """Let follow what follows."""
        while any(settle(self._exchange, now) for settle in SETTLERS):
            pass

    def _require_members(self) -> None:
        for group in self._exchange.groups.values():
            for number in group.members:
                if number not in self._exchange.extensions:
                    raise ValueError(f"group {group.number}: its member {number!r} is no extension")

    def _take_up_prompt(self, waiting: Connection, now: float) -> None:
        if waiting.prompt is not None:
            call_control.take_up(self._exchange, waiting, now)

    def _dial_tone(self, device: Device) -> None:
        call = self._exchange.open_call(device, device.id, "")
        connection = self._exchange.join(call, device, State.INITIATED)
        self._exchange.report_alone(reports.service_initiated(connection, EventCause.NORMAL), connection)

    def _device(self, number: str) -> Device:
        device = self._exchange.device(number)
        if device is None:
            raise LocalProtocolError(f"this switch has no device {number!r}")
        return device

    def _telephone(self, number: str) -> Extension:
        device = self._device(number)
        if not isinstance(device, Extension):
            raise LocalProtocolError(f"{number} is no telephone")
        return device


def _nobody_listens() -> None:
    """Stand-in for :attr:`Switch.ready` while nobody serves the switch."""


def _presented(number: str, name: str) -> str:
    """Number and name in one identifier, as switches write it (§10.1)."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return f"N<{number}>{plain}" if plain else number
