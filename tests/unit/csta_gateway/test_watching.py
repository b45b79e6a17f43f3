"""Users change while the switch is still answering: in the end exactly the last list is watched."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from crm_adapter.staff import StaffSource, Surroundings
from crm_adapter.users import User
from csta.errors import CSTAError, LinkLost, RequestTimeout, ServiceError
from csta.model.call import Call, Direction, Party
from csta.model.events import CallEnded, CallOffered
from csta.model.states import ConnectionState
from csta_gateway import config
from csta_gateway.userwatch import UserWatch
from csta_gateway.watching import RETRY
from tests.unit.csta_gateway.conftest import SETTINGS, Switch, World

DEVICES = ("2001", "2002", "2003")
REFUSED = ServiceError("MonitorStart", "operation", "invalidDeviceID")
LATE = RequestTimeout("MonitorStart", 10.0)


class Asked(NamedTuple):
    """A request the switch has still to answer."""

    name: str
    device: str
    answer: Deferred[None]


class LateSwitch(Switch):
    """A switch that answers when it likes, as :class:`csta.provider.CstaProvider` takes it.

    :ivar asked: requests without an answer, in the order they came.
    :ivar wanted: devices to be watched on the next link.
    """

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[Asked] = []
        self.wanted: set[str] = set()
        self.ringing: dict[str, Call] = {}

    async def monitor(self, device: str) -> None:
        self.wanted.add(device)
        if not self.link_up or device in self.watched:
            return
        try:
            await self._ask("monitor", device)
        except LinkLost:
            raise
        except CSTAError:
            self.wanted.discard(device)
            raise
        self.begin(device)
        try:
            await self._ask("snapshot", device)
        except LinkLost:
            raise
        except CSTAError:
            pass  # an audit finds them later; here, at once
        if device in self.watched:
            self.resynchronise(device)

    async def unmonitor(self, device: str) -> None:
        self.wanted.discard(device)
        for call in self.calls(device):
            del self.known[call.id]
        if device in self.watched:
            self.watched.remove(device)
            await self._ask("unmonitor", device)

    async def get_do_not_disturb(self, device: str) -> bool:
        return False

    async def _ask(self, name: str, device: str) -> None:
        self.asked.append(Asked(name, device, Deferred()))
        await self.asked[-1].answer

    def begin(self, device: str) -> None:
        """The monitor is in place; from now on events are told."""
        assert device not in self.watched, "two monitors on one device"
        self.watched.append(device)

    def resynchronise(self, device: str) -> None:
        """A snapshot tells what is going on."""
        for call in self.calls(device):
            if device not in self.ringing:
                del self.known[call.id]
                self.tell(CallEnded(call))
        if device in self.ringing:
            self.put(self.ringing[device])

    def go_down(self, reason: str = "cable", retry_in: float | None = 8.0) -> None:
        self.watched.clear()
        open_requests, self.asked = self.asked, []
        super().go_down(reason, retry_in)
        for each in open_requests:
            each.answer.errback(Failure(LinkLost(each.name, reason)))

    def come_up(self) -> None:
        for device in sorted(self.wanted):
            self.begin(device)
            self.resynchronise(device)
        super().come_up()


class LateWorld(World):
    """A gateway on such a switch."""

    def _provider(self, connection: config.Connection, recording: object) -> LateSwitch:
        self.late = LateSwitch()
        self.switch = self.late
        return self.late


def people(assigned: dict[str, tuple[str, ...]]) -> tuple[User, ...]:
    return tuple(User(login=login, name=login, devices=devices) for login, devices in assigned.items())


class ChangingUsers(RuleBasedStateMachine):
    """Users, link and switch do what they like, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.world = LateWorld(SETTINGS, Path(self.folder.name))
        self.switch = self.world.late
        self.users: tuple[User, ...] = ()
        self.world.crm.users = self._read  # type: ignore[method-assign] # the CRM has changed
        self.watch = UserWatch(
            self.world.gateway, StaffSource(self.world.crm, (), Surroundings(shared_devices=("*",))), self.world.clock
        )
        self.watch.start()
        self.change({"anna": ("2001",)})

    async def _read(self) -> tuple[User, ...]:
        return self.users

    @rule(
        assigned=st.dictionaries(
            st.sampled_from(["anna", "jonas"]), st.lists(st.sampled_from(DEVICES), max_size=2, unique=True).map(tuple)
        )
    )
    def change(self, assigned: dict[str, tuple[str, ...]]) -> None:
        self.users = people(assigned)
        Deferred.fromCoroutine(self.watch.look())

    @precondition(lambda self: self.switch.asked)
    @rule(data=st.data(), problem=st.sampled_from([None, None, REFUSED, LATE]))
    def answer(self, data: st.DataObject, problem: CSTAError | None) -> None:
        position = data.draw(st.integers(0, len(self.switch.asked) - 1))
        asked = self.switch.asked.pop(position)
        if problem is None:
            asked.answer.callback(None)
        else:
            asked.answer.errback(Failure(problem))

    @rule()
    def toggle_link(self) -> None:
        if self.switch.link_up:
            self.switch.go_down()
        else:
            self.switch.come_up()

    @rule(device=st.sampled_from(DEVICES))
    def ring_or_end(self, device: str) -> None:
        call = self.switch.ringing.pop(device, None)
        if call is None:
            call = self.switch.ringing[device] = Call(
                id=f"c{device}",
                call_id=f"x{device}",
                device=device,
                state=ConnectionState.ALERTING,
                direction=Direction.INCOMING,
                other=Party("08999123"),
                called=Party(device),
                began=1.0,
                since=1.0,
            )
            event: type[CallOffered | CallEnded] = CallOffered
        else:
            event = CallEnded
        if device in self.switch.watched:
            self.switch.known[call.id] = call
            if event is CallEnded:
                del self.switch.known[call.id]
            self.switch.tell(event(call))

    @rule()
    def time_passes(self) -> None:
        self.world.clock.advance(RETRY)

    @invariant()
    def each_device_is_asked_for_once(self) -> None:
        devices = [each.device for each in self.switch.asked]
        assert len(devices) == len(set(devices))

    def teardown(self) -> None:
        """All is answered and the link is up: now it must be as the last list says."""
        try:
            self._all_is_well()
            wanted = {device for user in self.users for device in user.devices}
            assert sorted(self.switch.watched) == sorted(wanted)
            assert self.switch.wanted == wanted
            (link,) = self.world.gateway.links
            assert {device for device, state in link.devices.items() if state.in_service} == wanted
            for user in self.users:
                shown = {entry.device for entry in self.world.gateway.board.calls.entries(user.login)}
                assert shown == {device for device in user.devices if device in self.switch.ringing}
        finally:
            self.watch.stop()
            self.folder.cleanup()

    def _all_is_well(self) -> None:
        if not self.switch.link_up:
            self.switch.come_up()
        for _ in range(3):
            while self.switch.asked:
                self.switch.asked.pop(0).answer.callback(None)
            self.world.clock.advance(RETRY)


ChangingUsers.TestCase.settings = settings(max_examples=50, stateful_step_count=25, deadline=None)
TestChangingUsers = ChangingUsers.TestCase


@pytest.fixture
def late(make_late: Callable[[], LateWorld]) -> LateWorld:
    return make_late()


@pytest.fixture
def make_late(tmp_path: Path) -> Callable[[], LateWorld]:
    return lambda: LateWorld(SETTINGS, tmp_path)


def answer_all(world: LateWorld) -> None:
    while world.late.asked:
        world.late.asked.pop(0).answer.callback(None)


@pytest.mark.parametrize(
    ("wishes", "watched"),
    [
        pytest.param([["2901"], []], [], id="start then stop"),
        pytest.param([["2901"], [], ["2901"]], ["2901"], id="start, stop, start"),
        pytest.param([["2901"], [], ["2901"], []], [], id="changed four times"),
        pytest.param([["2901"], ["2902"], ["2901", "2902"]], ["2901", "2902"], id="two devices"),
    ],
)
def test_the_last_list_holds_whatever_is_under_way(
    late: LateWorld, wishes: list[list[str]], watched: list[str]
) -> None:
    late.gateway.links.watch([])
    answer_all(late)
    for devices in wishes:
        late.gateway.links.watch(devices)
    assert len(late.late.asked) <= 2
    answer_all(late)
    assert sorted(late.late.watched) == watched


def test_a_refusal_of_a_monitor_nobody_wants_any_more_is_not_told(late: LateWorld) -> None:
    def change(*devices: str) -> None:
        late.gateway.users.replace(people({"anna": devices}))
        late.gateway.links.watch(devices)

    change()
    answer_all(late)
    change("2901")
    change()
    change("2901")
    late.late.asked.pop().answer.errback(REFUSED)
    answer_all(late)
    (link,) = late.gateway.links
    assert (late.late.watched, link.devices["2901"].in_service) == (["2901"], True)


def test_what_was_told_before_the_switch_let_go_is_forgotten(late: LateWorld) -> None:
    def change(*devices: str) -> None:
        late.gateway.users.replace(people({"anna": devices}))
        late.gateway.links.watch(devices)

    change()
    answer_all(late)
    change("2901")
    late.late.asked.pop().answer.callback(None)  # the monitor; its snapshot is still to come
    change()
    change("2901")
    late.late.ringing["2901"] = late.late.ring("2901", call="c7")
    assert [entry.id for entry in late.gateway.board.calls.entries("anna")] == ["c7"]
    late.late.asked.pop().answer.callback(None)
    assert late.gateway.board.calls.entries("anna") == ()  # should it end now, nobody would hear of it
    answer_all(late)
    assert late.late.watched == ["2901"]
