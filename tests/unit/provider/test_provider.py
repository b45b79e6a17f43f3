"""The provider against a simulated switch, over both wires, in memory."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from twisted.internet.defer import Deferred

from csta.errors import CSTAError, LinkLost, LocalProtocolError, ServiceError
from csta.messages.call_control import ParkCall
from csta.messages.monitoring import MonitorStop
from csta.messages.system import SystemStatusValue
from csta.model.call import Call, Presentation
from csta.model.events import CallEnded, DeviceChanged
from csta.model.states import ConnectionState, Service
from csta.provider import CstaProvider
from csta.simulator import switch as simulated

if TYPE_CHECKING:
    from tests.unit.provider.conftest import Bench

S = ConnectionState


def talking(bench: Bench) -> tuple[Call, Call]:
    """2001 has called 2002 and they talk."""
    bench.run(bench.provider.make_call("2001", "2002"))
    bench.switch.lift("2002", bench.network.seconds())
    bench.network.settle()
    bench.take()
    return bench.call("2001"), bench.call("2002")


def test_a_call_between_two_watched_devices(bench: Bench) -> None:
    call = bench.run(bench.provider.make_call("2001", "2002"))
    assert bench.call("2001").id == call
    bench.run(bench.provider.answer("2002", bench.call("2002").id))
    bench.run(bench.provider.hold("2001", call))
    bench.run(bench.provider.retrieve("2001", call))
    bench.run(bench.provider.generate_digits("2001", call, "12#"))
    bench.run(bench.provider.clear_connection("2001", call))
    assert bench.take() == [
        "LinkUp",
        "CallInitiated 2001 initiated",
        "CallOriginated 2001 connected",
        "CallDelivered 2001 connected",
        "CallOffered 2002 alerting",
        "CallAnswered 2001 connected",
        "CallAnswered 2002 connected",
        "CallHeld 2001 hold",
        "CallUpdated 2002 connected",
        "CallRetrieved 2001 connected",
        "CallUpdated 2002 connected",
        "CallEnded 2001 null",
        "CallUpdated 2002 connected",
        "CallEnded 2002 null",
    ]
    assert bench.provider.calls("2001") == bench.provider.calls("2002") == ()


@pytest.mark.parametrize(
    ("caller", "name", "number", "presentation"),
    [
        ("+49891234567", "Maier", "N<+49891234567>Maier", Presentation.ALLOWED),
        ("+49891234567", "", "+49891234567", Presentation.ALLOWED),
        (None, "", None, Presentation.RESTRICTED),
    ],
)
def test_who_calls_from_outside(
    bench: Bench, caller: str | None, name: str, number: str | None, presentation: Presentation
) -> None:
    bench.switch.ring(caller, "2001", bench.network.seconds(), name)
    bench.network.settle()
    call = bench.call("2001")
    assert (call.state, call.other.number, call.other.presentation) == (S.ALERTING, number, presentation)
    assert (call.other.name or "") == name


def test_a_call_nobody_answers(bench: Bench) -> None:
    caller = bench.switch.ring("+49891234567", "2001", bench.network.seconds())
    bench.network.settle(20)
    assert caller is not None
    caller.hang_up(bench.network.seconds())
    bench.network.settle()
    assert bench.take() == [
        "LinkUp",
        "CallOffered 2001 alerting",
        "CallUpdated 2001 alerting",  # the caller is gone
        "CallEnded 2001 null",
    ]


def test_a_call_picked_up_elsewhere(bench: Bench) -> None:
    bench.switch.ring("+49891234567", "2001", bench.network.seconds())
    bench.network.settle()
    bench.run(bench.provider.pickup("2002", "2001", bench.call("2001").call_id))
    [ended] = [event for event in bench.told if isinstance(event, CallEnded)]
    assert (ended.call.device, ended.answered_by) == ("2001", "2002")
    assert bench.call("2002").state is S.CONNECTED


def test_consultation_and_what_can_follow(bench: Bench) -> None:
    first, _ = talking(bench)
    second = bench.run(bench.provider.consult("2001", first.id, "2003"))
    bench.switch.lift("2003", bench.network.seconds())
    bench.network.settle()
    states = {call.id: call.state for call in bench.provider.calls("2001")}
    assert states == {first.id: S.HOLD, second: S.CONNECTED}
    assert bench.call("2001", second).consultation_of == first.id
    bench.run(bench.provider.alternate("2001", first.id, second))
    states = {call.id: call.state for call in bench.provider.calls("2001")}
    assert states == {first.id: S.CONNECTED, second: S.HOLD}
    bench.run(bench.provider.reconnect("2001", first.id, second))
    assert [(call.id, call.state) for call in bench.provider.calls("2001")] == [(second, S.CONNECTED)]


def test_transfer(bench: Bench) -> None:
    first, there = talking(bench)
    second = bench.run(bench.provider.consult("2001", first.id, "2003"))
    bench.switch.lift("2003", bench.network.seconds())
    bench.network.settle()
    bench.run(bench.provider.transfer("2001", first.id, second))
    assert bench.provider.calls("2001") == ()
    after = bench.call("2002")
    assert (after.id, after.state, after.other.number) == (there.id, S.CONNECTED, "2003")
    assert after.call_id != there.call_id
    bench.run(bench.provider.clear_connection("2002", after.id))
    assert bench.provider.calls("2002") == ()


def test_conference(bench: Bench) -> None:
    first, _ = talking(bench)
    second = bench.run(bench.provider.consult("2001", first.id, "2003"))
    bench.switch.lift("2003", bench.network.seconds())
    bench.network.settle()
    bench.run(bench.provider.conference("2001", first.id, second))
    call = bench.call("2001")
    assert call.state is S.CONNECTED
    assert {party.number for party in call.parties} == {"2002", "2003"}
    bench.run(bench.provider.clear_connection("2001", call.id))
    assert bench.provider.calls("2001") == ()


def test_single_step_transfer_and_deflection(bench: Bench) -> None:
    first, _ = talking(bench)
    bench.run(bench.provider.single_step_transfer("2001", first.id, "2003"))
    assert bench.provider.calls("2001") == ()
    bench.switch.hang_up("2002", bench.network.seconds())
    bench.switch.ring("+49891234567", "2001", bench.network.seconds())
    bench.network.settle()
    bench.run(bench.provider.deflect("2001", bench.call("2001").id, "2002"))
    assert bench.provider.calls("2001") == ()
    assert bench.call("2002").state is S.ALERTING


def test_features(bench: Bench) -> None:
    provider = bench.provider
    assert bench.run(provider.get_do_not_disturb("2001")) is False
    bench.run(provider.set_do_not_disturb("2001", True))
    assert bench.run(provider.get_do_not_disturb("2001")) is True
    bench.run(provider.set_forwarding("2001", "forwardImmediate", "2003"))
    bench.run(provider.set_forwarding("2001", "forwardBusy", "2002"))
    both = {"forwardImmediate": "2003", "forwardBusy": "2002"}
    assert bench.run(provider.get_forwarding("2001")) == both
    bench.run(provider.set_forwarding("2001", "forwardImmediate", None))
    changes = [event for event in bench.told if isinstance(event, DeviceChanged)]
    assert changes == [
        DeviceChanged("2001", do_not_disturb=True),
        DeviceChanged("2001", forwarding={"forwardImmediate": "2003"}),
        DeviceChanged("2001", forwarding=both),
        DeviceChanged("2001", forwarding={"forwardBusy": "2002"}),
    ]


def test_out_of_service(bench: Bench) -> None:
    for in_service in (False, True):
        bench.switch.set_in_service("2001", in_service, bench.network.seconds())
    bench.network.settle()
    assert [event for event in bench.told if isinstance(event, DeviceChanged)] == [
        DeviceChanged("2001", in_service=False),
        DeviceChanged("2001", in_service=True),
    ]


def test_what_a_command_may_end_with(bench: Bench) -> None:
    provider = bench.provider
    first, _ = talking(bench)
    with pytest.raises(LocalProtocolError, match="c99"):
        bench.run(provider.hold("2001", "c99"))
    with pytest.raises(LocalProtocolError):
        bench.run(provider.retrieve("2001", first.id))
    with pytest.raises(LocalProtocolError, match="not monitored"):
        bench.run(provider.make_call("2003", "2001"))
    with pytest.raises(ServiceError) as refused:
        bench.run(provider.single_step_transfer("2001", first.id, "7777"))
    assert refused.value.request == "SingleStepTransferCall"


def test_a_service_the_switch_does_not_have_is_not_offered_again(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    services = {kind: service for kind, service in simulated.CALL_SERVICES.items() if kind is not ParkCall}
    monkeypatch.setattr(simulated, "CALL_SERVICES", services)
    first, _ = talking(bench)
    assert bench.provider.capabilities("2001") == frozenset(Service)
    with pytest.raises(ServiceError, match="serviceNotSupported"):
        bench.run(bench.provider.park("2001", first.id, "2003"))
    assert bench.provider.capabilities("2001") == frozenset(Service) - {Service.PARK_CALL}


def test_unmonitor(bench: Bench) -> None:
    talking(bench)
    bench.run(bench.provider.unmonitor("2001"))
    assert bench.provider.calls("2001") == ()
    bench.switch.hang_up("2001", bench.network.seconds())
    bench.network.settle()
    assert bench.take() == ["CallUpdated 2002 connected", "CallEnded 2002 null"]


def test_a_device_the_switch_does_not_know(bench: Bench) -> None:
    with pytest.raises(ServiceError):
        bench.run(bench.provider.monitor("7777"))
    bench.network.server.drop_clients()
    bench.network.settle(2)
    assert bench.take() == ["LinkUp", "LinkDown", "LinkUp"]


def test_a_device_is_watched_once_however_often_it_is_asked_for(bench: Bench) -> None:
    for _ in range(2):
        bench.run(bench.provider.monitor("2001"))
    bench.switch.ring("+49891234567", "2001", bench.network.seconds())
    bench.network.settle()
    assert bench.take() == ["LinkUp", "CallOffered 2001 alerting"]


def test_what_happened_while_the_link_was_down_is_told_once(bench: Bench) -> None:
    first, _ = talking(bench)
    bench.network.server.drop_clients()
    bench.network.settle()
    assert bench.provider.link_reason == "the peer closed the connection"
    assert bench.provider.calls("2001") == (first,)
    assert bench.provider.capabilities("2001") == frozenset()
    with pytest.raises(LinkLost, match="the peer closed the connection"):
        bench.run(bench.provider.hold("2001", first.id))
    bench.switch.hang_up("2002", bench.network.seconds())
    bench.switch.hang_up("2001", bench.network.seconds())
    bench.switch.ring("+49891234567", "2002", bench.network.seconds())
    bench.network.settle(2)
    assert bench.take() == [
        "LinkDown",
        "CallEnded 2001 null",
        "CallEnded 2002 null",
        "CallOffered 2002 alerting",
        "LinkUp",
    ]
    bench.run(bench.provider.answer("2002", bench.call("2002").id))
    assert bench.take() == ["CallAnswered 2002 connected"]


def test_calls_that_go_on_over_a_lost_link_are_not_told_again(bench: Bench) -> None:
    first, _ = talking(bench)
    bench.network.server.drop_clients()
    bench.network.settle(2)
    assert bench.take() == ["LinkDown", "LinkUp"]
    bench.run(bench.provider.hold("2001", first.id))
    assert bench.take() == ["CallHeld 2001 hold", "CallUpdated 2002 connected"]


def test_a_switch_that_restarts_on_the_same_link(bench: Bench) -> None:
    talking(bench)
    bench.switch.restart()
    bench.network.settle()
    assert bench.take() == ["CallEnded 2001 null", "CallEnded 2002 null"]
    bench.switch.ring("+49891234567", "2001", bench.network.seconds())
    bench.network.settle()
    assert bench.take() == ["CallOffered 2001 alerting"]


def test_messages_lost(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    talking(bench)
    with monkeypatch.context() as deaf:
        deaf.setattr(bench.network.server.clients[0].link, "report", lambda event: None)
        bench.switch.hang_up("2002", bench.network.seconds())
        bench.switch.hang_up("2001", bench.network.seconds())
        bench.network.settle()
    assert bench.take() == []
    bench.switch.announce(SystemStatusValue.MESSAGES_LOST)
    bench.network.settle()
    assert bench.take() == ["CallEnded 2001 null", "CallEnded 2002 null"]


def test_a_monitor_the_switch_ends_is_started_again(bench: Bench) -> None:
    bench.take()
    reference = _monitor(bench, "2001")
    bench.network.server.clients[0].link.request(MonitorStop(monitor_cross_ref_id=reference))
    bench.network.settle()
    assert bench.told == [DeviceChanged("2001", in_service=False)]
    bench.told.clear()
    bench.network.settle(60)
    assert bench.told == [DeviceChanged("2001", in_service=True)]


def _monitor(bench: Bench, device: str) -> str:
    """The cross reference of the monitor of a device."""
    monitors = bench.provider._watch.monitors
    return next(reference for reference in monitors.references if monitors.device(reference) == device)


def test_a_switch_that_does_not_answer_at_the_end(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench.network.server.clients[0].link, "respond", lambda *_: None)
    stopping = Deferred.fromCoroutine(bench.provider.stop())
    bench.network.settle(2)
    bench.network.settle(5)
    assert stopping.called
    assert bench.network.server.clients == []


def test_a_snapshot_on_request(bench: Bench) -> None:
    talking(bench)
    assert bench.run(bench.provider.snapshot("2001")) == bench.provider.calls("2001")
    assert bench.take() == []


def test_a_switch_that_is_not_there_yet(make_bench: Callable[[str, str], Bench]) -> None:
    bench = make_bench("xml", "none")
    bench.network.reachable = False
    bench.run(bench.provider.monitor("2001"))
    bench.provider.start()
    bench.provider.start()
    for wait in (2, 4, 8):
        assert bench.retries()[-1] == wait
        bench.network.settle(wait - 1)
        bench.network.settle(1)
    assert bench.network.attempts == 4
    assert not bench.provider.link_up
    bench.network.reachable = True
    bench.network.settle(16)
    assert bench.provider.link_up
    bench.network.server.drop_clients()
    bench.network.settle()
    assert bench.retries()[-1] == 2  # the failures before count no more


def test_a_device_unknown_when_the_link_comes_up_is_tried_again(make_bench: Callable[[str, str], Bench]) -> None:
    bench = make_bench("asn1", "none")
    for device in ("2001", "7777"):
        bench.run(bench.provider.monitor(device))
    bench.provider.start()
    bench.network.settle()
    assert bench.told[0] == DeviceChanged("7777", in_service=False)
    assert bench.take() == ["DeviceChanged", "LinkUp"]
    bench.add_extension("7777")
    bench.network.settle(59)
    assert bench.take() == []
    bench.network.settle(1)
    assert bench.told == [DeviceChanged("7777", in_service=True)]


def test_stop(bench: Bench) -> None:
    bench.run(bench.provider.stop())
    assert bench.take() == ["LinkUp", "LinkDown"]
    assert bench.provider.link_reason == "stopped"
    assert bench.network.server.clients == []
    bench.network.settle(100)
    assert bench.network.attempts == 1
    assert bench.network.getDelayedCalls() == []


@pytest.mark.parametrize("reachable", [True, False])
def test_stop_while_waiting_or_before_start(make_bench: Callable[[str, str], Bench], reachable: bool) -> None:
    bench = make_bench("xml", "none")
    bench.run(bench.provider.stop())
    bench.network.reachable = False
    bench.provider.start()
    bench.run(bench.provider.stop())
    assert bench.network.getDelayedCalls() == []
    bench.network.reachable = reachable
    bench.provider.start()
    bench.network.settle()
    assert bench.provider.link_up is reachable


def test_many_devices(make_bench: Callable[[str, str], Bench]) -> None:
    bench = make_bench("asn1", "none")
    devices = [str(number) for number in range(30_000, 30_500)]
    for device in devices:
        bench.add_extension(device)
        bench.run(bench.provider.monitor(device))
    bench.provider.start()
    bench.network.settle()
    assert bench.take() == ["LinkUp"]
    bench.switch.ring("+49891234567", devices[-1], bench.network.seconds())
    bench.network.settle()
    assert bench.call(devices[-1]).state is S.ALERTING


@pytest.mark.parametrize(
    ("endpoint", "parameters"),
    [
        ("tcp:pbx", {}),
        ("carrier-pigeon:pbx", {}),
        ("tcp:pbx:8800", {"protocol": "soap"}),
        ("tcp:pbx:8800", {"protocol": "xml", "association": "acse"}),
    ],
)
def test_wrong_settings_are_told_at_once(bench: Bench, endpoint: str, parameters: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"endpoint|protocol|association"):
        CstaProvider(bench.network, endpoint, **parameters)  # type: ignore[arg-type] # wrong on purpose


def test_every_error_is_one_of_the_librarys(bench: Bench) -> None:
    bench.run(bench.provider.stop())
    with pytest.raises(CSTAError, match="stopped"):
        bench.run(bench.provider.make_call("2001", "2002"))
