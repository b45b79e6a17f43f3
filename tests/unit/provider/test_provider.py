"""The provider against a simulated switch, over both wires, in memory."""

from __future__ import annotations

from typing import Any

import pytest
from twisted.internet.defer import ensureDeferred

from csta.errors import LocalProtocolError, ServiceError
from csta.messages.call_control import ParkCall
from csta.model.call import Presentation
from csta.model.events import CallEnded, DeviceChanged
from csta.model.states import ConnectionState, Service
from csta.simulator.services import SERVICES
from tests.unit.provider.conftest import Bench, talking

S = ConnectionState


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


@pytest.mark.parametrize("answers", [False, True])
def test_how_the_new_far_end_fares_after_a_transfer(bench: Bench, answers: bool) -> None:
    bench.switch.ring(None, "2001", bench.network.seconds())  # its number tells nobody apart
    bench.switch.lift("2001", bench.network.seconds())
    bench.network.settle()
    first = bench.call("2001")
    second = bench.run(bench.provider.consult("2001", first.id, "2002"))
    if answers:
        bench.switch.lift("2002", bench.network.seconds())
        bench.network.settle()
    bench.run(bench.provider.transfer("2001", first.id, second))
    after = bench.call("2002")
    assert (after.state, after.far_state) == (S.CONNECTED if answers else S.ALERTING, S.CONNECTED)


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
    served: dict[Any, Any] = SERVICES
    monkeypatch.delitem(served, ParkCall)
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


@pytest.mark.parametrize("again", [False, True])
def test_a_device_given_up_before_the_switch_has_answered(bench: Bench, again: bool) -> None:
    bench.add_extension("2005")
    exchange = bench.switch._exchange
    wishes = [bench.provider.monitor("2005"), bench.provider.unmonitor("2005")]
    if again:
        wishes.append(bench.provider.monitor("2005"))
    ended = [ensureDeferred(wish) for wish in wishes]
    bench.network.settle()
    assert all(each.called for each in ended)
    bench.take()
    bench.switch.ring("+49891234567", "2005", bench.network.seconds())
    bench.network.settle()
    assert bench.take() == (["CallOffered 2005 alerting"] if again else [])
    assert exchange.monitors.at(exchange.extensions["2005"]) == int(again)
