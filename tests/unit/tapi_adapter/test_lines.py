"""Lines that do not open, are closed under us, come and go, and a service that does: each costs itself."""

from __future__ import annotations

import pytest
from msgspec import structs

from csta.errors import CSTAError, LinkLost, LocalProtocolError, ServiceError
from csta.model.events import CallOffered, LinkDown, LinkUp, ModelEvent
from csta.model.states import ConnectionState
from tapi_adapter.constants import (
    LINECALLPRIVILEGE,
    LINECALLSTATE,
    LINEDEVSTATE,
    LINEERR,
)
from tapi_adapter.descriptions import Address, CallInfo
from tapi_adapter.messages import (
    LineCreated,
    LineRemoved,
    LineStateChanged,
)
from tapi_adapter.watch import RETRY_REFUSED, RETRY_SOON
from tests.unit.tapi_adapter.conftest import TapiBench, line, service_of

S = LINECALLSTATE
ANNA, BERT, CARL = "2001", "2002", "2003"
LATE = ""


# Lines


def test_one_line_that_does_not_open(logged: list[str]) -> None:
    bench = TapiBench()
    bench.telephony.refuses_lines[ANNA] = LINEERR.RESOURCEUNAVAIL
    for device in (ANNA, BERT):
        bench.begin(bench.provider.monitor(device))
    bench.provider.start()
    bench.settle()
    assert bench.provider.link_up
    assert service_of(bench, ANNA) == [False]
    assert service_of(bench, BERT) == []
    assert bench.provider.capabilities(ANNA) == frozenset()
    assert any("Line 2001" in each and "LINEERR_RESOURCEUNAVAIL" in each for each in logged)
    with pytest.raises(ServiceError, match="deviceOutOfService"):
        bench.run(bench.provider.make_call(ANNA, BERT))
    bench.telephony.refuses_lines.clear()
    bench.pbx.arrive(ANNA, "1")
    bench.settle(RETRY_REFUSED)
    assert service_of(bench, ANNA) == [False, True]
    assert bench.call(ANNA).other.number == "1"


def test_a_driver_that_takes_no_mere_watcher() -> None:
    bench = TapiBench()
    bench.telephony.refused_privileges[LINECALLPRIVILEGE.MONITOR] = LINEERR.INVALPRIVSELECT
    bench.start(ANNA)
    assert set(bench.telephony.privileges.values()) == {LINECALLPRIVILEGE.MONITOR | LINECALLPRIVILEGE.OWNER}


def test_a_line_without_a_handle(logged: list[str]) -> None:
    bench = TapiBench()
    bench.provider.start()
    bench.settle()
    bench.telephony.loses_handles = True
    with pytest.raises(ServiceError):
        bench.run(bench.provider.monitor(ANNA))
    assert any("Line 2001" in each and "without a handle" in each for each in logged)


def test_a_device_without_a_line(bench: TapiBench) -> None:
    with pytest.raises(LocalProtocolError, match=r"no line is device 4711 .*'Line 2001'"):
        bench.run(bench.provider.monitor("4711"))
    bench.telephony.add_line("4711")
    bench.telephony.say(LineCreated(device=bench.telephony.descriptions[-1].device))
    bench.settle()
    bench.pbx.arrive("4711", "1")
    bench.settle()
    assert bench.call("4711").other.number == "1"
    assert service_of(bench, "4711") == [False, True]


def test_a_line_that_is_closed_under_us(bench: TapiBench, logged: list[str]) -> None:
    call = bench.run(bench.provider.make_call(ANNA, BERT))
    bench.told.clear()
    bench.telephony.close_under(ANNA)
    bench.settle()
    assert service_of(bench, ANNA) == [False]
    assert bench.call(ANNA).id == call
    with pytest.raises(ServiceError, match="deviceOutOfService"):
        bench.run(bench.provider.clear_connection(ANNA, call))
    bench.settle(RETRY_SOON)
    assert service_of(bench, ANNA) == [False, True]
    bench.run(bench.provider.clear_connection(ANNA, call))
    assert bench.provider.calls(ANNA) == ()
    assert any("Line 2001 was closed" in each for each in logged)


def test_a_line_that_is_removed(bench: TapiBench) -> None:
    device = bench.telephony.descriptions[0].device
    bench.telephony.remove_line(ANNA)
    bench.telephony.say(LineRemoved(device=device))
    bench.settle()
    assert service_of(bench, ANNA) == [False]
    bench.settle(RETRY_REFUSED)
    assert service_of(bench, ANNA) == [False]
    bench.run(bench.provider.make_call(BERT, CARL))


@pytest.mark.parametrize(("down", "up"), [("OUTOFSERVICE", "INSERVICE"), ("DISCONNECTED", "CONNECTED")])
def test_a_line_that_goes_out_of_service(bench: TapiBench, down: str, up: str) -> None:
    for state in (down, down, up, "RINGING", up):
        bench.telephony.say(LineStateChanged(line=line(bench, ANNA), state=LINEDEVSTATE[state]))
        bench.settle()
    assert service_of(bench, ANNA) == [False, True]


def test_a_line_whose_features_change(bench: TapiBench) -> None:
    before = bench.provider.capabilities(ANNA)
    poor = Address(number=ANNA, features=1, call_features=1)
    bench.telephony.descriptions[0] = structs.replace(bench.telephony.descriptions[0], addresses=(poor,))
    bench.telephony.say(LineStateChanged(line=line(bench, ANNA), state=LINEDEVSTATE.CAPSCHANGE))
    bench.settle()
    assert bench.provider.capabilities(ANNA) < before


def test_calls_that_were_there_before() -> None:
    bench = TapiBench()
    own = bench.pbx.arrive(ANNA, "1")
    bench.pbx.answer(own)
    bench.start()
    bench.run(bench.provider.monitor(ANNA))
    assert (bench.call(ANNA).state, bench.call(ANNA).other.number) == (ConnectionState.CONNECTED, "1")
    bench.pbx.drop(own)
    bench.settle()
    assert bench.telephony.handles == {}


def test_a_device_given_up_while_its_line_opens(bench: TapiBench) -> None:
    bench.begin(bench.provider.monitor("2004"))
    ended = bench.begin(bench.provider.unmonitor("2004"))
    bench.settle()
    assert ended == [None]
    assert "2004" not in bench.telephony.open.values()


def test_two_devices_on_one_line() -> None:
    bench = TapiBench()
    first = bench.telephony.descriptions[0]
    both = (*first.addresses, structs.replace(first.addresses[0], number="2091"))
    bench.telephony.descriptions[0] = structs.replace(first, addresses=both)
    bench.start(ANNA, "2091")
    assert len(bench.telephony.open) == 1
    bench.pbx.arrive(ANNA, "1")
    bench.pbx.arrive(ANNA, "2", address=1)
    bench.settle()
    assert (bench.call(ANNA).other.number, bench.call("2091").other.number) == ("1", "2")
    bench.run(bench.provider.unmonitor("2091"))
    assert len(bench.telephony.handles) == 1
    bench.pbx.arrive(ANNA, "3", address=1)
    bench.settle()
    assert [call.other.number for call in bench.provider.calls(ANNA)] == ["1"]
    assert len(bench.telephony.handles) == 1
    bench.run(bench.provider.unmonitor(ANNA))
    assert (bench.telephony.open, bench.telephony.handles) == ({}, {})


# The service


def test_a_service_that_does_not_start(bench: TapiBench) -> None:
    bench.telephony.lose("no driver", 5)
    bench.settle()
    assert bench.provider.link_reason == "no driver"
    [down] = [event for event in bench.told if isinstance(event, LinkDown)]
    assert (down.reason, down.retry_in) == ("no driver", 5)
    with pytest.raises(LinkLost, match="no driver"):
        bench.run(bench.provider.make_call(ANNA, BERT))


def test_a_service_that_gives_no_list_of_lines() -> None:
    bench = TapiBench()
    bench.telephony.refuses["lines"] = LINEERR.OPERATIONFAILED
    bench.begin(bench.provider.monitor(ANNA))
    bench.provider.start()
    bench.settle()
    assert not bench.provider.link_up
    assert "LINEERR_OPERATIONFAILED" in bench.provider.link_reason
    bench.telephony.refuses.clear()
    bench.settle(RETRY_SOON)
    assert bench.provider.link_up
    assert ANNA in bench.telephony.open.values()


def test_a_service_that_restarts_while_it_is_prepared() -> None:
    bench = TapiBench()
    for device in (ANNA, BERT):
        bench.begin(bench.provider.monitor(device))
    bench.provider.start()
    bench.telephony.lose("REINIT", 1)
    bench.telephony.restore()
    bench.settle()
    assert bench.provider.link_up
    assert [type(event) for event in bench.told if isinstance(event, LinkUp)] == [LinkUp]
    assert sorted(bench.telephony.open.values()) == [ANNA, BERT]


def test_a_listener_that_fails(bench: TapiBench, logged: list[str]) -> None:
    def fail(event: ModelEvent) -> None:
        raise RuntimeError("not my day")

    bench.provider.subscribe(fail)
    heard: list[ModelEvent] = []
    bench.provider.subscribe(heard.append)
    bench.pbx.arrive(ANNA, "1")
    bench.settle()
    assert [type(event) for event in heard] == [CallOffered]


def test_nothing_is_left_after_the_end(bench: TapiBench) -> None:
    bench.run(bench.provider.make_call(ANNA, BERT))
    bench.run(bench.provider.stop())
    assert (bench.telephony.open, bench.telephony.handles) == ({}, {})
    assert bench.clock.getDelayedCalls() == []
    with pytest.raises(CSTAError):
        bench.run(bench.provider.hold(ANNA, "c1"))


def test_an_address_the_driver_makes_up(bench: TapiBench) -> None:
    bench.pbx.arrive(ANNA, "1", address=77)
    bench.settle()
    assert bench.call(ANNA).other.number == "1"
    assert CallInfo().address == 0
