"""Whatever clients ask and people do: nothing raises, and a mirror built from events alone equals the switch."""

from __future__ import annotations

from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from csta.errors import LocalProtocolError
from csta.messages.base import Event, Request, Response
from csta.messages.call_control import (
    DeviceListItems,
    MakeCall,
    MakeConnection,
    MakePredictiveCall,
    SendMessage,
)
from csta.messages.call_control_events import (
    CallClearedEvent,
    ConferencedEvent,
    TransferedEvent,
)
from csta.messages.call_data import AutoOriginate, CSTAObject, MessageInfo
from csta.messages.call_data import LocalConnectionState as State
from csta.messages.common import ConnectionID
from csta.messages.errors import UniversalFailure
from csta.messages.logical_device import (
    CallBackNonCallRelated,
    ForwardingType,
    ReqAgentState,
    SetAgentState,
    SetDoNotDisturb,
    SetForwarding,
)
from csta.messages.monitoring import MonitorStart, MonitorStartResponse, MonitorType
from csta.messages.routeing import (
    RouteEnd,
    RouteRegister,
    RouteRegisterCancel,
    RouteReject,
    RouteRequest,
    RouteSelect,
)
from csta.messages.snapshot import SnapshotDevice, SnapshotDeviceResponse, SnapshotDeviceResponseInfo
from csta.simulator.calls import Extension, Group, GroupKind, Line, RoutePoint
from csta.simulator.dialplan import DIALLABLE, Timing
from csta.simulator.snapshots import SIMPLE_STATES
from csta.simulator.switch import Switch
from tests.unit.simulator.asking import CONNECTION_OF, OF_ONE, OF_TWO, device

EXTENSIONS = ("2001", "2002", "2003", "2004")
LINES = ("T1", "T2")
GROUPS = ("600", "610")
ROUTED = "700"
WATCHED = (*EXTENSIONS, *GROUPS, ROUTED)
NUMBERS = (*WATCHED, "089471", "0890000", "0898888", "20;", "29", "")
CLIENTS = ("anna", "bert")


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


class Follower:
    """What a monitor of type call knows: the calls that are not over."""

    def __init__(self) -> None:
        self.over: set[str] = set()

    def learn(self, event: Event) -> None:
        if isinstance(event, CallClearedEvent):
            assert event.cleared_call.call_id not in self.over, "over twice"
            self.over.add(str(event.cleared_call.call_id))
        elif type(event) in CONNECTION_OF:
            connection: ConnectionID = getattr(event, CONNECTION_OF[type(event)])
            assert connection.call_id not in self.over, "after its end"


class Office(RuleBasedStateMachine):
    """Two clients, each with a monitor on every device; the second one's follow the calls."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        extensions = [
            Extension("2001", lines=2),
            Extension("2002", lines=2, offers=True),
            Extension("2003", lines=2),
            Extension("2004", lines=2, hands_free=False),
        ]
        groups = [
            Group("600", kind=GroupKind.ACD, members=("2001", "2002"), queue=2, overflow="610"),
            Group("610", kind=GroupKind.HUNT, members=("2003", "2004", "2001"), queue=1, longest_wait=20, ring=5),
        ]
        lines = [Line(number) for number in LINES]
        devices = [*extensions, *groups, RoutePoint(ROUTED, default="600", reply_timeout=4), *lines]
        self.switch = Switch(devices, timing=Timing(recall=15, hold=20))
        self.mirrors: dict[str, tuple[str, Mirror]] = {}
        self.followers: dict[str, Follower] = {}
        self.dialogues: dict[str, str] = {}
        for number in WATCHED:
            self.mirrors[self.watch("anna", number, MonitorType.DEVICE)] = (number, Mirror())
            self.followers[self.watch("bert", number, MonitorType.CALL)] = Follower()

    def watch(self, client: str, number: str, kind: MonitorType) -> str:
        start = MonitorStart(monitor_object=CSTAObject(device_object=device(number)), monitor_type=kind)
        started = self.switch.handle(client, start, self.now)
        assert isinstance(started, MonitorStartResponse)
        return started.monitor_cross_ref_id

    def ask(self, request: Request[Any], client: str = "anna") -> Response | UniversalFailure | None:
        answer = self.switch.handle(client, request, self.now)
        assert answer is None or isinstance(answer, (Response, UniversalFailure))
        return answer

    def snapshot(self, number: str) -> tuple[SnapshotDeviceResponseInfo, ...]:
        answer = self.ask(SnapshotDevice(snapshot_object=device(number)))
        assert isinstance(answer, SnapshotDeviceResponse)
        return answer.cross_ref_id_or_snapshot_data.snapshot_data or ()

    def truth(self, number: str) -> dict[ConnectionID, State]:
        return {call.connection_identifier: local_state(call) for call in self.snapshot(number)}

    def pick(self, index: int) -> ConnectionID:
        """One of the connections there are; of a device that has none, one that is not."""
        there = [connection for number in (*WATCHED, *LINES) for connection in self.truth(number)]
        return there[index % len(there)] if there else ConnectionID(call_id="00", device_id=device("2001"))

    @rule(caller=st.sampled_from(EXTENSIONS), number=st.sampled_from(NUMBERS), prompt=st.sampled_from(AutoOriginate))
    def make_call(self, caller: str, number: str, prompt: AutoOriginate) -> None:
        self.ask(MakeCall(calling_device=device(caller), called_directory_number=device(number), auto_originate=prompt))

    @rule(index=st.integers(0, 9), choice=st.integers(0, 30), number=st.sampled_from(NUMBERS))
    def ask_what_is_permitted(self, index: int, choice: int, number: str) -> None:
        there = [(each, call) for each in EXTENSIONS for call in self.snapshot(each)]
        if not there:
            return
        station, call = there[index % len(there)]
        permitted = call.services_permitted
        assert permitted is not None
        names = sorted({*permitted.call_control_services, *permitted.call_associated_services} & {*OF_ONE, *OF_TWO})
        name = names[choice % len(names)]
        if name in OF_ONE:
            self.ask(OF_ONE[name](call.connection_identifier, device(number)))
        else:
            others = [other for other in self.truth(station) if other != call.connection_identifier]
            self.ask(OF_TWO[name](others[0], call.connection_identifier))
            self.ask(OF_TWO[name](call.connection_identifier, others[0]))

    again = rule(index=st.integers(0, 9), choice=st.integers(0, 30), number=st.sampled_from(NUMBERS))(
        lambda self, index, choice, number: self.ask_what_is_permitted(index, choice, number)
    )

    @rule(service=st.sampled_from(sorted(OF_ONE)), index=st.integers(0, 40), number=st.sampled_from(NUMBERS))
    def ask_anything(self, service: str, index: int, number: str) -> None:
        self.ask(OF_ONE[service](self.pick(index), device(number)), "bert")

    @rule(service=st.sampled_from(sorted(OF_TWO)), number=st.sampled_from(EXTENSIONS), order=st.permutations([0, 1, 2]))
    def ask_for_two(self, service: str, number: str, order: list[int]) -> None:
        there = list(self.truth(number)) or [self.pick(0)]
        self.ask(OF_TWO[service](there[order[0] % len(there)], there[order[1] % len(there)]))

    @rule(caller=st.sampled_from((*EXTENSIONS, "600")), number=st.sampled_from(NUMBERS), patience=st.integers(0, 9))
    def predict(self, caller: str, number: str, patience: int) -> None:
        call = MakePredictiveCall(
            calling_device=device(caller), called_directory_number=device(number), alert_time=patience
        )
        self.ask(call, "bert")

    @rule(number=st.sampled_from(EXTENSIONS), to=st.sampled_from(NUMBERS), duration=st.sampled_from([None, 10]))
    def begin_otherwise(self, number: str, to: str, duration: int | None) -> None:
        self.ask(MakeConnection(initiating_device=device(number), duration=duration))
        there = DeviceListItems(device=device(to))
        text = MessageInfo(contents="hello")
        self.ask(SendMessage(calling_device=device(number), destination_devices=there, message_info=text))

    @rule(number=st.sampled_from(EXTENSIONS), state=st.sampled_from(ReqAgentState))
    def agent(self, number: str, state: ReqAgentState) -> None:
        self.ask(SetAgentState(device=device(number), requested_agent_state=state))

    @rule(number=st.sampled_from(EXTENSIONS), to=st.sampled_from(EXTENSIONS))
    def call_back_later(self, number: str, to: str) -> None:
        self.ask(CallBackNonCallRelated(originating_device=device(number), target_device=device(to)))

    @rule(client=st.sampled_from(("anna", "bert", "carl")), register=st.booleans())
    def route_register(self, client: str, register: bool) -> None:
        if register:
            self.ask(RouteRegister(routeing_device=device(ROUTED)), client)
        elif client == "carl":
            self.switch.disconnect(client, self.now)
        else:
            self.ask(RouteRegisterCancel(route_register_req_id="00000001"), client)

    @rule(kind=st.sampled_from(("select", "end", "reject")), number=st.sampled_from(NUMBERS))
    def route(self, kind: str, number: str) -> None:
        if self.dialogues:
            reference, client = next(iter(self.dialogues.items()))
            answers: dict[str, Request[Any]] = {
                "select": RouteSelect(
                    cross_ref_identifier=reference, route_selected=device(number), route_used_req=True
                ),
                "end": RouteEnd(cross_ref_identifier=reference),
                "reject": RouteReject(cross_ref_identifier=reference),
            }
            assert self.ask(answers[kind], client) is None
            if kind == "end":
                del self.dialogues[reference]

    @rule(to=st.sampled_from(WATCHED))
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
            waiting = State.INITIATED in self.truth(number).values()
            assert not DIALLABLE.fullmatch(digits) or not waiting or number == "2004"

    @rule(seconds=st.sampled_from([1.0, 6.0, 16.0, 130.0]))
    def wait(self, seconds: float) -> None:
        self.now += seconds
        self.switch.on_timer(self.now)
        deadline = self.switch.next_deadline()
        assert deadline is None or deadline > self.now

    @rule(number=st.sampled_from(EXTENSIONS), on=st.booleans(), plug=st.booleans())
    def do_not_disturb(self, number: str, on: bool, plug: bool) -> None:
        if plug:
            self.switch.set_in_service(number, on, self.now)
        else:
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

    def hear(self, client: str, message: Event | Request[Any]) -> None:
        if isinstance(message, RouteRequest):
            self.dialogues[message.cross_ref_identifier] = client
        elif isinstance(message, RouteEnd):
            assert self.dialogues.pop(message.cross_ref_identifier) == client, "ended twice"
        elif isinstance(message, Event):
            if message.monitor_cross_ref_id in self.mirrors:
                assert client == "anna"
                self.mirrors[message.monitor_cross_ref_id][1].learn(message)
            else:
                assert client == "bert"
                self.followers[message.monitor_cross_ref_id].learn(message)

    @invariant()
    def events_tell_the_truth(self) -> None:
        while (message := self.switch.next_event()) is not None:
            if message[0] != "carl":
                self.hear(str(message[0]), message[1])
        for number, mirror in self.mirrors.values():
            truth = {str(connection.call_id): state for connection, state in self.truth(number).items()}
            assert mirror.calls == truth, number
        open_dialogues = {each.id for each in self.switch._exchange.dialogues.values() if each.client != "carl"}
        assert open_dialogues == set(self.dialogues)

    @invariant()
    def nobody_talks_in_two_calls(self) -> None:
        for number in EXTENSIONS:
            active = [state for state in self.truth(number).values() if state in (State.CONNECTED, State.INITIATED)]
            assert len(active) <= 1, number

    @invariant()
    def no_connection_is_without_its_call(self) -> None:
        exchange = self.switch._exchange
        calls = exchange.calls
        for each in exchange.devices:
            for connection in each.connections:
                assert connection.state != State.NULL
                assert calls[connection.call.id].connections[each.number] is connection
        for call in calls.values():
            assert call.connections, "an empty call"
            assert all(connection in connection.device.connections for connection in call.connections.values())


Office.TestCase.settings = settings(max_examples=100, stateful_step_count=40, deadline=None)
TestOffice = Office.TestCase
