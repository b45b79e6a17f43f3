"""Links that break, switches that restart, and the beginning and end of a provider."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from twisted.internet.defer import Deferred

from csta.errors import CSTAError, LinkLost
from csta.messages.monitoring import MonitorStop
from csta.messages.system import SystemStatusValue
from csta.model.events import DeviceChanged
from csta.model.states import ConnectionState
from csta.provider import CstaProvider
from csta.provider.watch import RETRY_SOON
from csta.simulator.profile import Profile
from tests.unit.provider.conftest import Bench, talking

S = ConnectionState


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


def test_calls_learned_from_a_snapshot_in_segments(bench: Bench) -> None:
    bench.switch._exchange.profile = Profile(segment=1)
    first, _ = talking(bench)
    bench.network.server.drop_clients()
    bench.network.settle()
    bench.run(bench.provider.monitor("2003"))
    bench.switch.ring("+49891234567", "2003", bench.network.seconds())
    bench.network.settle(2)
    assert bench.take() == ["LinkDown", "CallOffered 2003 alerting", "LinkUp"]
    assert (bench.call("2001"), bench.call("2003").other.number) == (first, "+49891234567")


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
    bench.network.settle(RETRY_SOON)
    assert bench.told == []
    bench.switch.ring("+49891234567", "2001", bench.network.seconds())
    bench.network.settle()
    assert bench.take() == ["CallOffered 2001 alerting"]


def test_a_request_that_fails_by_the_end_of_the_link_finds_it_down(bench: Bench) -> None:
    first, _ = talking(bench)
    found: list[tuple[bool, str]] = []
    holding = Deferred.fromCoroutine(_hold(bench, first.id))
    holding.addErrback(lambda _: found.append((bench.provider.link_up, bench.provider.link_reason)))
    bench.network.server.drop_clients()
    bench.network.settle()
    assert found == [(False, "the link is lost")]
    assert bench.take() == ["LinkDown"]


async def _hold(bench: Bench, call: str) -> None:
    await bench.provider.hold("2001", call)


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
