"""Whatever clients ask and people do: nothing raises, and a mirror built from events alone equals the switch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from csta.errors import LocalProtocolError
from csta.messages.base import Event, Request, Response
from csta.messages.call_associated import GenerateDigits
from csta.messages.call_control import (
    AlternateCall,
    AnswerCall,
    ClearCall,
    ClearConnection,
    ConferenceCall,
    ConsultationCall,
    DeflectCall,
    DirectedPickupCall,
    HoldCall,
    MakeCall,
    ParkCall,
    ReconnectCall,
    RetrieveCall,
    SingleStepTransferCall,
    TransferCall,
)
from csta.messages.call_control_events import (
    ConferencedEvent,
    ConnectionClearedEvent,
    DeliveredEvent,
    DivertedEvent,
    EstablishedEvent,
    FailedEvent,
    HeldEvent,
    NetworkReachedEvent,
    OriginatedEvent,
    QueuedEvent,
    RetrievedEvent,
    ServiceInitiatedEvent,
    TransferedEvent,
)
from csta.messages.call_data import AutoOriginate, ConsultOptions, CSTAObject
from csta.messages.call_data import LocalConnectionState as State
from csta.messages.common import ConnectionID, DeviceID
from csta.messages.errors import UniversalFailure
from csta.messages.logical_device import ForwardingType, SetDoNotDisturb, SetForwarding
from csta.messages.monitoring import MonitorStart, MonitorStartResponse
from csta.messages.snapshot import SnapshotDevice, SnapshotDeviceResponse, SnapshotDeviceResponseInfo
from csta.simulator.calls import Extension, Line
from csta.simulator.snapshots import SIMPLE_STATES
from csta.simulator.switch import Switch

EXTENSIONS = ("2001", "2002", "2003", "2004")
LINES = ("T1", "T2")
NUMBERS = (*EXTENSIONS, "089471", "0890000", "0898888", "29", "")

OF_ONE: list[Callable[[ConnectionID, DeviceID], Request[Any]]] = [
    lambda at, to: AnswerCall(call_to_be_answered=at),
    lambda at, to: ClearCall(call_to_be_cleared=at),
    lambda at, to: ClearConnection(connection_to_be_cleared=at),
    lambda at, to: HoldCall(call_to_be_held=at),
    lambda at, to: RetrieveCall(call_to_be_retrieved=at),
    lambda at, to: ConsultationCall(existing_call=at, consulted_device=to),
    lambda at, to: ConsultationCall(
        existing_call=at, consulted_device=to, consult_options=ConsultOptions.TRANSFER_ONLY
    ),
    lambda at, to: SingleStepTransferCall(active_call=at, transferred_to=to),
    lambda at, to: DeflectCall(call_to_be_diverted=at, new_destination=to),
    lambda at, to: DirectedPickupCall(call_to_be_picked_up=at, requesting_device=to),
    lambda at, to: ParkCall(parking=at, park_to=to),
    lambda at, to: GenerateDigits(connection_to_send_digits=at, characters_to_send=to.number),
]
OF_TWO: list[Callable[[ConnectionID, ConnectionID], Request[Any]]] = [
    lambda held, active: AlternateCall(held_call=held, active_call=active),
    lambda held, active: ReconnectCall(held_call=held, active_call=active),
    lambda held, active: TransferCall(held_call=held, active_call=active),
    lambda held, active: ConferenceCall(held_call=held, active_call=active),
]
CONNECTION_OF: dict[type[Event], str] = {
    ConnectionClearedEvent: "dropped_connection",
    DeliveredEvent: "connection",
    DivertedEvent: "connection",
    EstablishedEvent: "established_connection",
    FailedEvent: "failed_connection",
    HeldEvent: "held_connection",
    NetworkReachedEvent: "outbound_connection",
    OriginatedEvent: "originated_connection",
    QueuedEvent: "queued_connection",
    RetrievedEvent: "retrieved_connection",
    ServiceInitiatedEvent: "initiated_connection",
}


def device(number: str) -> DeviceID:
    return DeviceID(number=number)


class Mirror:
    """What one device monitor knows: the state of its device by call."""

    def __init__(self) -> None:
        self.calls: dict[str, State] = {}

    def learn(self, event: Event) -> None:
        if isinstance(event, TransferedEvent):
            self._merged(event.primary_old_call, event.secondary_old_call)
            new = event.transferred_connections[0].new_connection
            self._set(new, event.local_connection_info)
        elif isinstance(event, ConferencedEvent):
            self._merged(event.primary_old_call, event.secondary_old_call)
            self._set(event.conference_connections[0].new_connection, event.local_connection_info)
        elif type(event) in CONNECTION_OF:
            fields: Any = event
            self._set(getattr(event, CONNECTION_OF[type(event)]), fields.local_connection_info)

    def _merged(self, *old: ConnectionID | None) -> None:
        for connection in old:
            if connection is not None:
                self.calls.pop(str(connection.call_id), None)

    def _set(self, connection: ConnectionID | None, state: State | None) -> None:
        assert connection is not None
        assert state is not None
        assert connection.call_id is not None
        if state == State.NULL:
            self.calls.pop(connection.call_id, None)
        else:
            self.calls[connection.call_id] = state


def local_state(call: SnapshotDeviceResponseInfo) -> State:
    if call.local_call_state.compound_call_state is not None:
        return call.local_call_state.compound_call_state[0]
    named = call.local_call_state.simple_call_state
    return next(local for (local, _), name in SIMPLE_STATES.items() if name == named)


class Office(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        extensions = [Extension(number, lines=2, hands_free=number != "2004") for number in EXTENSIONS]
        self.switch = Switch([*extensions, *(Line(number) for number in LINES)])
        self.mirrors: dict[str, tuple[str, Mirror]] = {}
        for number in EXTENSIONS:
            started = self.ask(MonitorStart(monitor_object=CSTAObject(device_object=device(number))))
            assert isinstance(started, MonitorStartResponse)
            self.mirrors[started.monitor_cross_ref_id] = (number, Mirror())

    def ask(self, request: Request[Any]) -> Response | UniversalFailure:
        answer = self.switch.handle("client", request, self.now)
        assert isinstance(answer, (Response, UniversalFailure))
        return answer

    def truth(self, number: str) -> dict[ConnectionID, State]:
        answer = self.ask(SnapshotDevice(snapshot_object=device(number)))
        assert isinstance(answer, SnapshotDeviceResponse)
        calls = answer.cross_ref_id_or_snapshot_data.snapshot_data or ()
        return {call.connection_identifier: local_state(call) for call in calls}

    def pick(self, index: int) -> ConnectionID:
        """One of the connections there are; of a device that has none, one that is not."""
        there = [connection for number in (*EXTENSIONS, *LINES) for connection in self.truth(number)]
        return there[index % len(there)] if there else ConnectionID(call_id="00", device_id=device("2001"))

    @rule(caller=st.sampled_from(EXTENSIONS), number=st.sampled_from(NUMBERS), prompt=st.sampled_from(AutoOriginate))
    def make_call(self, caller: str, number: str, prompt: AutoOriginate) -> None:
        self.ask(MakeCall(calling_device=device(caller), called_directory_number=device(number), auto_originate=prompt))

    @rule(service=st.sampled_from(OF_ONE), index=st.integers(0, 40), number=st.sampled_from(NUMBERS))
    def ask_for_one(self, service: Callable[[ConnectionID, DeviceID], Request[Any]], index: int, number: str) -> None:
        self.ask(service(self.pick(index), device(number)))

    @rule(service=st.sampled_from(OF_TWO), number=st.sampled_from(EXTENSIONS), order=st.permutations([0, 1, 2]))
    def ask_for_two(
        self, service: Callable[[ConnectionID, ConnectionID], Request[Any]], number: str, order: list[int]
    ) -> None:
        there = list(self.truth(number)) or [self.pick(0)]
        self.ask(service(there[order[0] % len(there)], there[order[1] % len(there)]))

    @rule(to=st.sampled_from(EXTENSIONS))
    def ring(self, to: str) -> None:
        self.switch.ring("0891234567", to, self.now)

    @rule(number=st.sampled_from((*EXTENSIONS, *LINES)))
    def lift(self, number: str) -> None:
        self.switch.lift(number, self.now)

    @rule(number=st.sampled_from((*EXTENSIONS, *LINES)))
    def hang_up(self, number: str) -> None:
        self.switch.hang_up(number, self.now)

    @rule(number=st.sampled_from(EXTENSIONS), digits=st.sampled_from(NUMBERS))
    def dial(self, number: str, digits: str) -> None:
        try:
            self.switch.dial(number, digits, self.now)
        except LocalProtocolError:
            assert digits == "" or State.INITIATED not in self.truth(number).values() or number == "2004"

    @rule(seconds=st.sampled_from([1.0, 6.0, 16.0, 130.0]))
    def wait(self, seconds: float) -> None:
        self.now += seconds
        self.switch.on_timer(self.now)
        deadline = self.switch.next_deadline()
        assert deadline is None or deadline > self.now

    @rule(number=st.sampled_from(EXTENSIONS), on=st.booleans())
    def do_not_disturb(self, number: str, on: bool) -> None:
        self.ask(SetDoNotDisturb(device=device(number), do_not_disturb_on=on))

    @rule(
        number=st.sampled_from(EXTENSIONS),
        kind=st.sampled_from(ForwardingType),
        to=st.sampled_from(NUMBERS),
        on=st.booleans(),
    )
    def forward(self, number: str, kind: ForwardingType, to: str, on: bool) -> None:
        self.ask(
            SetForwarding(
                device=device(number), forwarding_type=kind, activate_forward=on, forward_dn=device(to), ring_count=2
            )
        )

    @rule(number=st.sampled_from(EXTENSIONS), in_service=st.booleans())
    def plug(self, number: str, in_service: bool) -> None:
        self.switch.set_in_service(number, in_service, self.now)

    @invariant()
    def events_tell_the_truth(self) -> None:
        while (message := self.switch.next_event()) is not None:
            event = message[1]
            assert isinstance(event, Event)
            self.mirrors[event.monitor_cross_ref_id][1].learn(event)
        for number, mirror in self.mirrors.values():
            truth = {str(connection.call_id): state for connection, state in self.truth(number).items()}
            assert mirror.calls == truth, number

    @invariant()
    def nobody_talks_in_two_calls(self) -> None:
        for number in EXTENSIONS:
            active = [state for state in self.truth(number).values() if state in (State.CONNECTED, State.INITIATED)]
            assert len(active) <= 1, number


Office.TestCase.settings = settings(max_examples=100, stateful_step_count=40, deadline=None)
TestOffice = Office.TestCase
