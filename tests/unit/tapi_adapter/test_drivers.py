"""Drivers that are late, forget, or lie: each costs one call or one line, with a log line that names the line."""

from __future__ import annotations

import pytest

from csta.model.call import Presentation
from csta.model.events import CallEnded, CallOffered
from csta.model.states import ConnectionState
from tapi_adapter.constants import (
    LINECALLINFOSTATE,
    LINECALLPRIVILEGE,
    LINECALLREASON,
    LINECALLSTATE,
    LINECONNECTEDMODE,
    LINEDISCONNECTMODE,
    LINEERR,
)
from tapi_adapter.line import CALLER_WAIT
from tapi_adapter.messages import (
    CallInfoChanged,
    CallStateChanged,
    NewCall,
)
from tapi_adapter.strays import PATIENCE
from tapi_adapter.watch import SILENCE
from tests.unit.tapi_adapter.conftest import TapiBench, line
from tests.unit.tapi_adapter.fakepbx import named

S = LINECALLSTATE
ANNA, BERT, CARL = "2001", "2002", "2003"
LATE = ""


# Callers that are known late


def test_a_caller_who_is_known_a_little_late(bench: TapiBench) -> None:
    own = bench.pbx.arrive(ANNA, LATE)
    bench.settle()
    assert bench.told == []
    bench.pbx.learn(own, LINECALLINFOSTATE.CALLERID, caller=named("0891234"))
    bench.settle()
    [offered] = bench.told
    assert isinstance(offered, CallOffered)
    assert offered.call.other.number == "0891234"


def test_a_caller_who_is_known_too_late(bench: TapiBench) -> None:
    own = bench.pbx.arrive(ANNA, LATE)
    bench.settle(CALLER_WAIT)
    assert bench.call(ANNA).other.presentation is Presentation.NOT_KNOWN
    bench.pbx.learn(own, LINECALLINFOSTATE.CALLERID, caller=named("0891234"))
    bench.settle()
    assert bench.call(ANNA).other.number == "0891234"
    assert bench.take() == ["CallOffered", "CallUpdated"]


def test_a_caller_who_is_withheld_is_not_waited_for(bench: TapiBench) -> None:
    bench.pbx.arrive(ANNA, None)
    bench.settle()
    assert bench.call(ANNA).other.presentation is Presentation.RESTRICTED


def test_a_call_that_is_answered_before_the_caller_is_known(bench: TapiBench) -> None:
    own = bench.pbx.arrive(ANNA, LATE)
    bench.settle()
    bench.pbx.answer(own)
    bench.settle()
    assert bench.take() == ["CallOffered", "CallAnswered"]


def test_two_late_callers_at_one_line(bench: TapiBench) -> None:
    bench.pbx.arrive(ANNA, LATE)
    bench.pbx.arrive(ANNA, "4711")
    bench.settle()
    assert [call.other.number for call in bench.provider.calls(ANNA)] == ["4711"]
    bench.settle(CALLER_WAIT)
    assert len(bench.provider.calls(ANNA)) == 2


# Names of calls


def test_call_identifiers_that_are_all_zero(bench: TapiBench) -> None:
    first = bench.pbx.arrive(ANNA, "1", call_id=0)
    bench.pbx.arrive(ANNA, "2", call_id=0)
    bench.settle()
    assert [call.other.number for call in bench.provider.calls(ANNA)] == ["1", "2"]
    bench.pbx.drop(first)
    bench.settle()
    assert [call.other.number for call in bench.provider.calls(ANNA)] == ["2"]


def test_call_identifiers_that_are_used_again(bench: TapiBench) -> None:
    for caller in ("1", "2", "3"):
        own = bench.pbx.arrive(ANNA, caller, call_id=5)
        bench.settle()
        assert bench.call(ANNA).other.number == caller
        bench.pbx.drop(own)
        bench.settle()
    assert bench.take() == ["CallOffered", "CallEnded"] * 3


def test_a_call_identifier_that_changes(bench: TapiBench) -> None:
    own = bench.pbx.arrive(ANNA, "1")
    bench.settle()
    call = bench.call(ANNA).id
    bench.pbx.answer(own)
    bench.pbx.learn(own, LINECALLINFOSTATE.CALLID, call_id=0x999)
    bench.settle()
    assert bench.call(ANNA).id == call
    bench.run(bench.provider.hold(ANNA, call))
    assert bench.call(ANNA).state is ConnectionState.HOLD


def test_a_caller_who_is_put_through_by_somebody_outside(bench: TapiBench) -> None:
    own = bench.pbx.arrive(ANNA, "1")
    bench.settle()
    bench.pbx.answer(own)
    said = {"caller": named("2"), "call_id": 0x999, "reason": LINECALLREASON.TRANSFER}
    bench.pbx.learn(own, LINECALLINFOSTATE.CALLERID | LINECALLINFOSTATE.CALLID, **said)
    bench.settle()
    assert bench.call(ANNA).other.number == "2"
    assert "CallTransferred" in bench.take()


def test_a_call_of_a_group_that_one_of_them_answers(bench: TapiBench) -> None:
    """The connected number is another than the dialled one; nobody was transferred."""
    call = bench.run(bench.provider.make_call(ANNA, "900"))
    [own] = bench.pbx.at(ANNA)
    bench.pbx.learn(own, LINECALLINFOSTATE.CONNECTEDID, connected=named("917"))
    bench.pbx.to(own, S.CONNECTED, LINECONNECTEDMODE.ACTIVE)
    bench.settle()
    assert (bench.call(ANNA).id, bench.call(ANNA).answered) == (call, 0.0)
    assert "CallTransferred" not in bench.take()


def test_the_number_that_was_dialled_when_the_driver_does_not_give_it(bench: TapiBench) -> None:
    bench.telephony.refuses["call_info"] = LINEERR.OPERATIONUNAVAIL
    bench.run(bench.provider.make_call(ANNA, BERT))
    bench.settle()
    assert bench.call(ANNA).other.number == BERT


# States


def test_a_shared_line(bench: TapiBench) -> None:
    own = bench.pbx.arrive(ANNA, "1")
    bench.pbx.to(own, S.CONNECTED, LINECONNECTEDMODE.INACTIVE)
    bench.settle()
    [offered, ended] = bench.told
    assert isinstance(ended, CallEnded)
    assert (type(offered), ended.answered_by) == (CallOffered, ANNA)
    bench.pbx.to(own, S.CONNECTED, LINECONNECTEDMODE.ACTIVE)  # it is taken over from there
    bench.settle()
    assert bench.call(ANNA).state is ConnectionState.CONNECTED
    bench.pbx.drop(own)
    bench.settle()
    assert bench.provider.calls(ANNA) == ()
    assert bench.telephony.handles == {}


def test_a_call_that_was_picked_up_elsewhere(bench: TapiBench) -> None:
    bench.run(bench.provider.make_call(CARL, ANNA))
    bench.told.clear()
    bench.pbx.pick_up("2004", ANNA)
    bench.settle()
    [ended] = [event for event in bench.told if isinstance(event, CallEnded)]
    assert (ended.call.device, ended.answered_by) == (ANNA, "2004")


@pytest.mark.parametrize("state", [S.UNKNOWN, 0, 0x00800000, 3])
def test_a_state_that_is_none_is_asked_for(bench: TapiBench, state: int) -> None:
    own = bench.pbx.arrive(ANNA, "1")
    bench.settle()
    bench.telephony.say(CallStateChanged(call=own.handle, state=state))
    bench.settle()
    assert bench.call(ANNA).state is ConnectionState.ALERTING
    own.state, own.mode = S.CONNECTED, LINECONNECTEDMODE.ACTIVE
    bench.telephony.say(CallStateChanged(call=own.handle, state=state))
    bench.settle()
    assert bench.call(ANNA).state is ConnectionState.CONNECTED


def test_a_last_state_that_never_comes(bench: TapiBench) -> None:
    own = bench.pbx.arrive(ANNA, "1")
    bench.settle()
    bench.telephony.handles.pop(own.handle)  # the service knows it no longer
    bench.pbx.appearances.remove(own)
    bench.settle(SILENCE)
    bench.settle(SILENCE)
    assert bench.provider.calls(ANNA) == ()
    assert bench.take() == ["CallOffered", "CallEnded"]


def test_a_call_that_stays_disconnected(bench: TapiBench, logged: list[str]) -> None:
    own = bench.pbx.arrive(ANNA, "1")
    bench.pbx.answer(own)
    bench.pbx.to(own, S.DISCONNECTED, LINEDISCONNECTMODE.NORMAL)
    own.privilege = LINECALLPRIVILEGE.MONITOR
    bench.settle(SILENCE)
    assert bench.call(ANNA).far_state is ConnectionState.NULL
    bench.settle(SILENCE)
    assert bench.provider.calls(ANNA) == ()
    assert bench.telephony.handles == {}
    assert any("Line 2001" in each and "never over" in each for each in logged)


def test_a_call_that_was_never_announced(bench: TapiBench) -> None:
    bench.telephony.announces = False
    own = bench.pbx.arrive(ANNA, "1")
    bench.settle()
    assert bench.provider.calls(ANNA) == ()
    bench.settle(PATIENCE)
    assert bench.call(ANNA).other.number == "1"
    bench.pbx.drop(own)
    bench.settle()
    assert bench.telephony.handles == {}


def test_a_call_that_is_on_none_of_our_lines(bench: TapiBench) -> None:
    bench.telephony.say(CallStateChanged(call=0xDEAD, state=S.CONNECTED))
    bench.telephony.say(CallInfoChanged(call=0xDEAD, what=LINECALLINFOSTATE.CALLERID))
    bench.settle()
    bench.settle(PATIENCE)
    assert bench.told == []


def test_a_driver_that_floods(bench: TapiBench) -> None:
    for call in range(1, 1000):
        bench.telephony.say(CallStateChanged(call=0x70000000 + call, state=S.CONNECTED))
    own = bench.pbx.arrive(ANNA, "1")
    for _ in range(1000):
        bench.telephony.say(CallInfoChanged(call=own.handle, what=LINECALLINFOSTATE.CALLERID))
    bench.settle(PATIENCE)
    assert bench.call(ANNA).other.number == "1"


def test_a_call_without_a_handle(bench: TapiBench, logged: list[str]) -> None:
    bench.telephony.say(NewCall(line=line(bench, ANNA), address=0, call=0))
    bench.telephony.say(NewCall(line=0xDEAD, address=0, call=0x1234))
    bench.settle()
    assert any("Line 2001" in each and "without a handle" in each for each in logged)


def test_a_call_that_is_not_described(bench: TapiBench, logged: list[str]) -> None:
    bench.telephony.refuses["call_info"] = LINEERR.OPERATIONFAILED
    bench.pbx.arrive(ANNA, "1")
    bench.settle(CALLER_WAIT)
    assert bench.call(ANNA).state is ConnectionState.ALERTING
    assert any("Line 2001" in each and "LINEERR_OPERATIONFAILED" in each for each in logged)


def test_a_handle_that_cannot_be_given_back(bench: TapiBench, logged: list[str]) -> None:
    own = bench.pbx.arrive(ANNA, "1")
    bench.telephony.refuses["release"] = LINEERR.OPERATIONFAILED
    bench.pbx.drop(own)
    bench.settle()
    assert bench.provider.calls(ANNA) == ()
    assert any("Line 2001" in each and "not given back" in each for each in logged)
