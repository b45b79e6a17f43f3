"""A small office on the simulator, watched at every telephone."""

from __future__ import annotations

import textwrap
from typing import Any, TypeVar

import msgspec
import pytest
from msgspec import structs

from csta.messages.base import Event, Request, Response
from csta.messages.call_control import (
    AnswerCall,
    AnswerCallResponse,
    ClearConnection,
    ClearConnectionResponse,
    ConsultationCall,
    ConsultationCallResponse,
    MakeCall,
    MakeCallResponse,
)
from csta.messages.call_control_events import CallClearedEvent
from csta.messages.call_data import AutoOriginate, ConnectionListItem, ConsultOptions, CSTAObject, LocalConnectionState
from csta.messages.common import ConnectionID, DeviceID
from csta.messages.errors import UniversalFailure
from csta.messages.monitoring import MonitorStart, MonitorStartResponse, MonitorType
from csta.messages.snapshot import SnapshotDevice, SnapshotDeviceResponse, SnapshotDeviceResponseInfo
from csta.simulator.calls import Extension, Line
from csta.simulator.snapshots import SIMPLE_STATES
from csta.simulator.switch import OutsideCaller, Switch

R = TypeVar("R", bound=Response)
E = TypeVar("E", bound=Event)


class Office:
    """Anna 2001, Bert 2002 (two calls at a time), Carla 2003, Dora 2004 who has to lift the handset, three lines."""

    def __init__(self) -> None:
        self.now = 0.0
        self.events: list[Event] = []
        self.asked: list[Request[Any]] = []
        self.use(
            Switch(
                [
                    Extension("2001", "Anna"),
                    Extension("2002", "Bert", lines=2),
                    Extension("2003", "Carla"),
                    Extension("2004", "Dora", hands_free=False),
                    Line("T1"),
                    Line("T2"),
                    Line("T3"),
                ]
            )
        )

    def use(self, switch: Switch) -> None:
        """Another switch, watched at every telephone."""
        self.switch = switch
        self.watched: dict[str, str] = {}
        for device in switch.devices:
            self.watch(device)

    def watch(self, device: str, kind: MonitorType | None = None) -> str:
        request = MonitorStart(monitor_object=CSTAObject(device_object=DeviceID(number=device)), monitor_type=kind)
        started = self.granted(request, MonitorStartResponse)
        self.watched[started.monitor_cross_ref_id] = device if kind is None else f"{kind.value} monitor of {device}"
        return started.monitor_cross_ref_id

    def ask(self, request: Request[Any]) -> Response | UniversalFailure | None:
        return self.switch.handle("client", request, self.now)

    def granted(self, request: Request[R], kind: type[R]) -> R:
        answer = self.ask(request)
        assert isinstance(answer, kind), answer
        return answer

    def refused(self, request: Request[Any]) -> str:
        answer = self.ask(request)
        assert isinstance(answer, UniversalFailure), answer
        content = msgspec.to_builtins(answer)
        assert len(content) == 1, content
        ((category, value),) = content.items()
        return f"{category}/{value}"

    def wait(self, seconds: float) -> None:
        self.now += seconds
        self.switch.on_timer(self.now)

    def ring(self, to: str, caller: str | None = "0891234567", name: str = "") -> OutsideCaller:
        outside = self.switch.ring(caller, to, self.now, name)
        assert outside is not None
        return outside

    def lift(self, device: str) -> None:
        self.switch.lift(device, self.now)

    def hang_up(self, device: str) -> None:
        self.switch.hang_up(device, self.now)

    def make_call(self, device: str, number: str, prompt: AutoOriginate = AutoOriginate.PROMPT) -> ConnectionID:
        request = MakeCall(
            calling_device=DeviceID(number=device),
            called_directory_number=DeviceID(number=number),
            auto_originate=prompt,
        )
        return self.granted(request, MakeCallResponse).calling_device

    def answer(self, device: str) -> None:
        ringing = self.connection(device, LocalConnectionState.ALERTING)
        self.granted(AnswerCall(call_to_be_answered=ringing), AnswerCallResponse)

    def clear(self, connection: ConnectionID) -> None:
        self.granted(ClearConnection(connection_to_be_cleared=connection), ClearConnectionResponse)

    def talk(self, caller: str, called: str) -> ConnectionID:
        """A call that is up and whose events have been read; gives the caller's connection."""
        connection = self.make_call(caller, called)
        self.answer(called)
        self.heard()
        return connection

    def consult(
        self, device: str, number: str, options: ConsultOptions = ConsultOptions.UNRESTRICTED
    ) -> tuple[ConnectionID, ConnectionID]:
        """Hold the call of ``device`` and call ``number``: the held and the new connection."""
        held = self.connection(device, LocalConnectionState.CONNECTED)
        request = ConsultationCall(
            existing_call=held, consulted_device=DeviceID(number=number), consult_options=options
        )
        return held, self.granted(request, ConsultationCallResponse).initiated_call

    def calls(self, device: str) -> tuple[SnapshotDeviceResponseInfo, ...]:
        snapshot = self.granted(SnapshotDevice(snapshot_object=DeviceID(number=device)), SnapshotDeviceResponse)
        return snapshot.cross_ref_id_or_snapshot_data.snapshot_data or ()

    def states(self, device: str) -> dict[ConnectionID, LocalConnectionState]:
        return {call.connection_identifier: local_state(call) for call in self.calls(device)}

    def connection(self, device: str, state: LocalConnectionState) -> ConnectionID:
        found = [connection for connection, now in self.states(device).items() if now == state]
        assert found, f"{device} has no connection in {state}"
        return found[0]

    def heard(self) -> list[str]:
        """What the telephones' monitors said since last asked: device, event, local state, cause."""
        self.events, self.asked = [], []
        lines = []
        while (message := self.switch.next_event()) is not None:
            event = message[1]
            if isinstance(event, Event):
                self.events.append(event)
                lines.append(f"{self.watched[event.monitor_cross_ref_id]} {told(event)}")
            else:
                self.asked.append(event)
                lines.append(told(event))
        return lines

    def moves(self, items: tuple[ConnectionListItem, ...]) -> dict[str, tuple[str | None, str | None]]:
        """Endpoint → (old, new) call identifier."""
        told = {}
        for item in items:
            assert item.endpoint is not None
            assert item.old_connection is not None
            assert item.new_connection is not None
            assert item.old_connection.device_id == item.new_connection.device_id
            told[str(item.endpoint.device_id)] = (item.old_connection.call_id, item.new_connection.call_id)
        return told

    def expect(self, lines: str) -> None:
        """The monitors said just this, in this order."""
        assert self.heard() == textwrap.dedent(lines).strip().splitlines()

    def last(self, kind: type[E]) -> E:
        """The last event of its kind among those read last."""
        return [event for event in self.events if isinstance(event, kind)][-1]


def told(event: Event | Request[Any]) -> str:
    """Name, local state and cause, as far as the message tells them; of device events the name alone."""
    name = type(event).__name__.removesuffix("Event")
    fields = structs.asdict(event)
    state = fields.get("local_connection_info")
    if state is None and not isinstance(event, CallClearedEvent):
        return name
    return " ".join(each for each in (name, state and state.value, fields["cause"].value) if each)


def local_state(call: SnapshotDeviceResponseInfo) -> LocalConnectionState:
    states = call.local_call_state.compound_call_state
    if states is not None:
        return states[0]
    named = call.local_call_state.simple_call_state
    return next(local for (local, _), name in SIMPLE_STATES.items() if name == named)


@pytest.fixture
def office() -> Office:
    return Office()
