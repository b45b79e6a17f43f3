"""Drivers that do not do what the reference says: each costs a field, a line or a call, and never the rest."""

from __future__ import annotations

import pytest

from csta.errors import RequestTimeout
from tapi_adapter.binding import TAPI_2_0, TAPI_2_2, TAPI_3_1
from tapi_adapter.constants import LINE, LINECALLSTATE, LINEDEVSTATE, LINEERR, LINEFORWARDMODE
from tapi_adapter.descriptions import Forward
from tapi_adapter.errors import LineError
from tapi_adapter.local import OPEN_AGAIN
from tapi_adapter.messages import CallStateChanged, LineClosed, LineCreated, LineRemoved, LineStateChanged, NewCall
from tapi_adapter.requests import Answer, Hold, MakeCall, Reply, SetForwards
from tests.tapi.running import PATIENCE, Running
from tests.tapi.standin.script import Count, Lie, StandIn

STATE = LINECALLSTATE


def names(running: Running) -> dict[int, str]:
    return {line.device: line.name for line in running.result(running.telephony.lines())}


@pytest.mark.parametrize(
    ("lie", "name", "logged"),
    [
        (Lie.ODD_NAME, "Büro 2002", "LINEDEVCAPS.LineName: 19 octets are no UTF-16 text, the last one is dropped"),
        (Lie.EMPTY_NAME, "", ""),
        (Lie.WILD_OFFSET, "", "LINEDEVCAPS.LineName: 20 octets at 2147483632 are not within 268 and"),
        (Lie.GROWS, "Büro 2002", ""),
        (Lie.MANY, "Büro 2002", "LINEDEVCAPS.dwNumAddresses: 4294967295 addresses, only 256 are used"),
    ],
)
def test_a_bad_field_costs_that_field(running: Running, log: list[str], lie: Lie, name: str, logged: str) -> None:
    running.standin.lie(1, lie)
    assert names(running) == {0: "Büro 2001", 1: name, 2: "Büro 2003"}
    assert any("line device 1" in line and logged in line for line in log) or not logged


@pytest.mark.parametrize(
    ("lie", "logged"),
    [
        (Lie.HOLE, "lineNegotiateAPIVersion: LINEERR_NODEVICE"),
        (Lie.GROWS_ON, "lineGetDevCapsW: LINEERR_STRUCTURETOOSMALL (LINEDEVCAPS needs more than"),
        (Lie.VERSION, "LINEERR_INCOMPATIBLEAPIVERSION (the driver chose version 0x00010004, which was not offered)"),
    ],
)
def test_a_bad_line_costs_that_line(running: Running, log: list[str], lie: Lie, logged: str) -> None:
    running.standin.lie(1, lie)
    assert names(running) == {0: "Büro 2001", 2: "Büro 2003"}
    assert any("line device 1, left out: " in line and logged in line for line in log)


def test_a_driver_of_an_older_version(running: Running) -> None:
    running.standin.lie(1, Lie.OLD)
    new, old, _ = running.result(running.telephony.lines())
    assert (new.version, old.version) == (TAPI_2_2, 0x00020001)
    assert (bool(new.guid), old.guid, old.name) == (True, "", "Büro 2002")
    assert running.open(1)


def test_an_address_that_says_nothing_is_empty(running: Running) -> None:
    running.standin.plan("lineGetAddressCapsW", LINEERR.OPERATIONFAILED)
    first, second, _ = running.result(running.telephony.lines())
    assert [each.number for each in first.addresses + second.addresses] == ["", "2002"]


def test_no_handle_of_a_line(running: Running) -> None:
    running.standin.lie(0, Lie.ZERO_LINE)
    opening = running.telephony.open_line(0, 2, 4)
    for pause in OPEN_AGAIN:
        running.until_timer()
        running.loop.advance(pause)
    with pytest.raises(LineError, match="the driver reports success but gives no handle"):
        running.result(opening)


def test_no_handle_of_a_call(running: Running) -> None:
    running.standin.lie(0, Lie.ZERO_CALL)
    line = running.open(0)
    with pytest.raises(LineError, match="the driver reports success but gives no handle"):
        running.ask(MakeCall(line=line, destination="2002"))


def test_messages_of_no_call_are_dropped(running: Running) -> None:
    running.open(0)
    running.standin.message(0, LINE.CALLSTATE, STATE.OFFERING)
    running.standin.message(7, LINE.APPNEWCALL, 0, 0, 2)
    running.standin.message(0, LINE.REQUEST)
    running.standin.message(7, 4711)
    running.standin.message(0, LINE.CREATE, 9)  # comes last
    running.until(LineCreated)
    assert not running.all_of(CallStateChanged)
    assert not running.all_of(NewCall)


def test_a_library_that_does_not_wait_for_messages(running: Running) -> None:
    running.open(0)
    running.standin.plan("lineGetMessage", LINEERR.OPERATIONFAILED, 5)
    running.standin.busy_line(0, 10)
    running.until(LineStateChanged, 10)


def test_modes_that_nobody_knows(running: Running) -> None:
    running.standin.lie(0, Lie.NEW_MODES)
    running.open(0)
    call = running.offered(0)
    told = running.until(CallStateChanged)
    assert (told.call, told.state, told.mode) == (call, STATE.OFFERING, 0x40000001)


def test_a_final_state_that_never_comes_can_be_asked_for(running: Running) -> None:
    running.standin.lie(0, Lie.NO_END)
    running.open(0)
    call = running.offered(0)
    running.standin.far_hangs_up(running.standin.last(0))
    assert running.result(running.telephony.call_status(call)).state == STATE.IDLE
    assert running.states(call) == [STATE.OFFERING]


def test_a_reply_that_never_comes(running: Running) -> None:
    running.standin.lie(0, Lie.NO_REPLY)
    running.open(0)
    call = running.offered(0)
    running.own(call)
    answered = running.telephony.request(Answer(call=call))
    running.until_state(call, STATE.CONNECTED)
    running.until_timer()
    running.loop.advance(PATIENCE)
    with pytest.raises(RequestTimeout, match="lineAnswer: no answer within 10 s"):
        running.result(answered)
    running.standin.lie(0, Lie.NONE)
    running.ask(Hold(call=call))  # the line goes on


def test_a_call_that_was_made_too_late_is_told_as_a_new_one(running: Running) -> None:
    line = running.open(0)
    running.standin.lie(0, Lie.NO_REPLY)
    made = running.telephony.request(MakeCall(line=line, destination="2002"))
    running.until_timer()
    running.loop.advance(PATIENCE)
    with pytest.raises(RequestTimeout):
        running.result(made)
    assert running.standin.count(Count.WRITTEN) == 0
    running.standin.let_go()
    late = running.until(NewCall)
    assert late.line == line
    running.until_state(late.call, STATE.RINGBACK)
    assert running.standin.count(Count.WRITTEN) == 1


def test_replies_that_come_before_the_number_of_the_request(running: Running) -> None:
    line = running.open(0)
    running.standin.delay(100)
    call = running.ask(MakeCall(line=line, destination="2002")).call
    assert call
    running.standin.answers(running.standin.last(1))
    running.until_state(call, STATE.CONNECTED)
    assert running.ask(Hold(call=call)) == Reply()


@pytest.mark.parametrize("code", [LINEERR.OPERATIONFAILED, LINEERR.RESOURCEUNAVAIL])
def test_a_line_that_opens_at_the_second_try(running: Running, code: int) -> None:
    running.standin.plan("lineOpenW", code)
    opened = running.telephony.open_line(0, 2, 4)
    running.until_timer()
    running.loop.advance(0.5)
    assert running.result(opened)


def test_a_line_that_is_refused(running: Running) -> None:
    running.standin.plan("lineOpenW", LINEERR.ALLOCATED)
    with pytest.raises(LineError, match=r"lineOpenW: LINEERR_ALLOCATED \(another program holds the line"):
        running.open(0)


def test_a_driver_without_all_status_messages(running: Running) -> None:
    running.standin.plan("lineSetStatusMessages", LINEERR.INVALLINESTATE)
    line = running.open(0)
    running.standin.line_state(0, LINEDEVSTATE.OUTOFSERVICE)
    assert running.until(LineStateChanged) == LineStateChanged(line=line, state=LINEDEVSTATE.OUTOFSERVICE)


@pytest.mark.parametrize("version", [TAPI_2_0, TAPI_2_2, TAPI_3_1])
def test_forwardings_of_each_version(standin: StandIn, version: int) -> None:
    running = Running(standin, version)
    running.start()
    line = running.open(0)
    described, *_ = running.result(running.telephony.lines())
    assert (described.version, described.name, bool(described.guid)) == (version, "Büro 2001", version >= TAPI_2_2)
    forward = Forward(mode=LINEFORWARDMODE.UNCOND, destination="2002")
    running.ask(SetForwards(line=line, forwards=(forward,)))
    assert running.result(running.telephony.address_status(line, 0)).forwards == (forward,)
    call = running.offered(1) if running.open(1) else 0
    assert running.result(running.telephony.call_info(call)).caller.number == "004989123"
    running.stop()


def test_a_line_that_appears(running: Running) -> None:
    device = running.standin.create()
    assert running.until(LineCreated).device == device
    assert names(running)[device] == "Büro 2004"
    running.open(device)
    assert running.offered(device)


def test_a_line_that_is_removed(running: Running) -> None:
    line = running.open(1)
    running.standin.remove(1)
    assert running.until(LineClosed).line == line
    assert running.until(LineRemoved).device == 1
    assert set(names(running)) == {0, 2}


def test_a_line_that_is_closed_under_us(running: Running) -> None:
    line = running.open(0)
    running.offered(0)
    running.standin.close(0)
    assert running.until(LineClosed).line == line
    assert running.standin.count(Count.CALLS) == 0
    running.result(running.telephony.close_line(line))
    assert running.open(0) != line


def test_a_line_that_says_it_is_removed(running: Running) -> None:
    running.open(1)
    running.standin.line_state(1, LINEDEVSTATE.REMOVED)
    assert running.until(LineRemoved).device == 1
