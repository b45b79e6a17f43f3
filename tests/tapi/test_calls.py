"""Every request, through the real binding, at the stand-in."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tapi_adapter.constants import (
    LINECALLORIGIN,
    LINECALLPRIVILEGE,
    LINECALLREASON,
    LINECALLSTATE,
    LINEDISCONNECTMODE,
    LINEERR,
    LINEFORWARDMODE,
    LINEPARKMODE,
    LINETRANSFERMODE,
)
from tapi_adapter.descriptions import Forward
from tapi_adapter.errors import LineError
from tapi_adapter.messages import AddressStateChanged, CallInfoChanged, GenerateEnded, NewCall
from tapi_adapter.requests import (
    Accept,
    AddToConference,
    Answer,
    BlindTransfer,
    CompleteTransfer,
    Dial,
    Drop,
    GenerateDigits,
    Hold,
    MakeCall,
    Park,
    Pickup,
    Redirect,
    RemoveFromConference,
    Reply,
    Request,
    SetForwards,
    SetupConference,
    SetupTransfer,
    SwapHold,
    Unhold,
    Unpark,
)
from tests.tapi.running import Running
from tests.tapi.standin.script import Count

STATE = LINECALLSTATE


def connected(running: Running, device: int = 0) -> int:
    """An answered call from outside, of which we are owner; the line is open."""
    call = running.offered(device)
    running.own(call)
    running.ask(Answer(call=call))
    running.until_state(call, STATE.CONNECTED)
    return call


def consulting(running: Running) -> tuple[int, int]:
    """A call on hold, and an answered consultation call at the next telephone."""
    running.open(0)
    call = connected(running)
    consult = running.ask(SetupTransfer(call=call)).call
    running.ask(Dial(call=consult, destination="2002"))
    running.standin.answers(running.standin.last(1))
    running.until_state(consult, STATE.CONNECTED)
    return call, consult


def test_an_incoming_call(running: Running) -> None:
    running.open(0)
    call = running.offered(0, "004989123", "Jörg Øst 𝄞")
    info = running.result(running.telephony.call_info(call))
    assert (info.caller.number, info.caller.name, info.called.number) == ("004989123", "Jörg Øst 𝄞", "2001")
    assert info.origin & LINECALLORIGIN.EXTERNAL
    assert running.result(running.telephony.call_status(call)).state == STATE.OFFERING
    running.own(call)
    running.ask(Accept(call=call))
    running.ask(Answer(call=call))
    running.ask(Drop(call=call))
    running.until_state(call, STATE.IDLE)
    assert running.states(call) == [STATE.OFFERING, STATE.ACCEPTED, STATE.CONNECTED, STATE.IDLE]
    running.result(running.telephony.release(call))
    assert running.standin.count(Count.CALLS) == 0


def test_the_caller_hangs_up(running: Running) -> None:
    running.open(0)
    call = running.offered(0)
    running.standin.far_hangs_up(running.standin.last(0), LINEDISCONNECTMODE.NOANSWER)
    running.until_state(call, STATE.IDLE)
    assert running.states(call) == [STATE.OFFERING, STATE.DISCONNECTED, STATE.IDLE]


def test_the_caller_becomes_known_later(running: Running) -> None:
    running.open(0)
    call = running.offered(0, "")
    assert running.result(running.telephony.call_info(call)).caller.number == ""
    running.standin.caller(running.standin.last(0), "004930987", "Später")
    running.until(CallInfoChanged)
    assert running.result(running.telephony.call_info(call)).caller.number == "004930987"


def test_a_call_between_two_lines(running: Running) -> None:
    first, _ = running.open(0), running.open(1)
    out = running.ask(MakeCall(line=first, destination="2002")).call
    arrived = running.until(NewCall)
    info = running.result(running.telephony.call_info(arrived.call))
    assert (info.caller.number, info.origin & LINECALLORIGIN.INTERNAL) == ("2001", LINECALLORIGIN.INTERNAL)
    running.own(arrived.call)
    running.ask(Answer(call=arrived.call))
    running.until_state(out, STATE.CONNECTED)
    assert running.states(out)[:4] == [STATE.DIALTONE, STATE.DIALING, STATE.PROCEEDING, STATE.RINGBACK]
    assert running.result(running.telephony.call_info(out)).connected.number == "2002"


def test_take_the_line_and_dial_later(running: Running) -> None:
    line = running.open(0)
    call = running.ask(MakeCall(line=line, destination="")).call
    running.until_state(call, STATE.DIALTONE)
    running.ask(Dial(call=call, destination="2999"))
    running.until_state(call, STATE.BUSY)


def test_hold_and_retrieve(running: Running) -> None:
    running.open(0)
    call = connected(running)
    running.ask(Hold(call=call))
    running.until_state(call, STATE.ONHOLD)
    running.ask(Unhold(call=call))
    running.loop.run_until(lambda: running.states(call)[-1] == STATE.CONNECTED)


def test_swap(running: Running) -> None:
    call, consult = consulting(running)
    running.ask(SwapHold(active=consult, held=call))
    running.loop.run_until(lambda: running.states(call)[-1] == STATE.CONNECTED)
    running.until_state(consult, STATE.ONHOLDPENDTRANSFER)


def test_transfer(running: Running) -> None:
    call, consult = consulting(running)
    related = running.result(running.telephony.call_info(consult)).related_call_id
    assert related == running.result(running.telephony.call_info(call)).call_id
    assert running.ask(CompleteTransfer(call=call, consult=consult, mode=LINETRANSFERMODE.TRANSFER)) == Reply()
    running.until_state(call, STATE.IDLE)
    running.until_state(consult, STATE.IDLE)


def test_consultation_dialled_in_the_same_step(running: Running) -> None:
    running.open(0)
    call = connected(running)
    consult = running.ask(SetupTransfer(call=call, destination="2002")).call
    running.until_state(consult, STATE.RINGBACK)


def test_conference_out_of_a_consultation(running: Running) -> None:
    call, consult = consulting(running)
    conference = running.ask(CompleteTransfer(call=call, consult=consult, mode=LINETRANSFERMODE.CONFERENCE)).call
    running.until_state(call, STATE.CONFERENCED)
    status = running.result(running.telephony.call_status(conference))
    assert status.state == STATE.CONNECTED
    running.ask(Drop(call=conference))
    running.until_state(consult, STATE.IDLE)


def test_conference_set_up_first(running: Running) -> None:
    line = running.open(0)
    call = connected(running)
    reply = running.ask(SetupConference(call=call, line=line))
    running.ask(Dial(call=reply.consult, destination="2002"))
    running.standin.answers(running.standin.last(1))
    running.until_state(reply.consult, STATE.CONNECTED)
    running.ask(AddToConference(conference=reply.call, call=reply.consult))
    running.until_state(reply.consult, STATE.CONFERENCED)
    running.ask(RemoveFromConference(call=reply.consult))
    running.until_state(reply.consult, STATE.IDLE)


@pytest.mark.parametrize("make", [lambda call: BlindTransfer(call=call, destination="2002"), None])
def test_a_call_goes_to_another_telephone(running: Running, make: Callable[[int], Request] | None) -> None:
    running.open(0)
    running.open(1)
    if make:
        call = connected(running)
        running.ask(make(call))
    else:
        call = running.offered(0)
        running.own(call)
        running.ask(Redirect(call=call, destination="2002"))
    running.until_state(call, STATE.IDLE)
    arrived = running.until(NewCall, 2).call
    info = running.result(running.telephony.call_info(arrived))
    assert info.redirecting.number == "2001"
    assert info.reason == (LINECALLREASON.TRANSFER if make else LINECALLREASON.REDIRECT)


def test_pickup(running: Running) -> None:
    running.open(0)
    other = running.open(1)
    ringing = running.offered(0)
    taken = running.ask(Pickup(line=other, number="2001")).call
    running.until_state(ringing, STATE.IDLE)
    assert running.result(running.telephony.call_info(taken)).reason == LINECALLREASON.PICKUP


@pytest.mark.parametrize(
    ("mode", "number", "place"), [(LINEPARKMODE.NONDIRECTED, "", "701"), (LINEPARKMODE.DIRECTED, "711", "")]
)
def test_park(running: Running, mode: int, number: str, place: str) -> None:
    line = running.open(0)
    call = connected(running)
    reply = running.ask(Park(call=call, mode=mode, number=number))
    assert reply.number == place
    back = running.ask(Unpark(line=line, number=place or number)).call
    assert running.result(running.telephony.call_info(back)).reason == LINECALLREASON.UNPARK


def test_digits(running: Running) -> None:
    running.open(0)
    call = connected(running)
    assert running.ask(GenerateDigits(call=call, digits="12#")) == Reply()
    assert running.until(GenerateEnded) == GenerateEnded(call=call, complete=True)


def test_forwarding(running: Running) -> None:
    line = running.open(0)
    forward = Forward(mode=LINEFORWARDMODE.UNCOND, destination="2002")
    running.ask(SetForwards(line=line, forwards=(forward,)))
    running.until(AddressStateChanged)
    assert running.result(running.telephony.address_status(line, 0)).forwards == (forward,)
    running.open(1)
    running.standin.offer(0)
    info = running.result(running.telephony.call_info(running.until(NewCall).call))
    assert (info.reason, info.redirecting.number) == (LINECALLREASON.FWDUNCOND, "2001")
    running.ask(SetForwards(line=line, forwards=()))
    assert running.result(running.telephony.address_status(line, 0)).forwards == ()


def test_only_the_owner_controls_a_call(running: Running) -> None:
    running.open(0)
    call = running.offered(0)
    with pytest.raises(LineError, match="lineAnswer: LINEERR_NOTOWNER"):
        running.ask(Answer(call=call))


def test_a_line_of_which_we_own_new_calls(running: Running) -> None:
    running.open(0, LINECALLPRIVILEGE.OWNER | LINECALLPRIVILEGE.MONITOR)
    call = running.offered(0)
    assert running.until(NewCall).privilege == LINECALLPRIVILEGE.OWNER
    running.ask(Answer(call=call))


def test_the_state_forbids_it(running: Running) -> None:
    running.open(0)
    call = running.offered(0)
    running.own(call)
    with pytest.raises(LineError) as caught:
        running.ask(Hold(call=call))
    assert caught.value.code == LINEERR.INVALCALLSTATE


@pytest.mark.parametrize("number", ["12\0", "12\ud800", "call me"])
def test_what_cannot_be_dialled(running: Running, number: str) -> None:
    line = running.open(0)
    with pytest.raises(LineError) as caught:
        running.ask(MakeCall(line=line, destination=number))
    assert caught.value.code == LINEERR.INVALADDRESS


def test_calls_that_were_there_before(running: Running) -> None:
    running.standin.offer(0)
    line = running.open(0)
    (call,) = running.result(running.telephony.new_calls(line))
    assert running.result(running.telephony.call_status(call)).state == STATE.OFFERING
    assert running.result(running.telephony.new_calls(line)) == ()
    assert not running.all_of(NewCall)
    running.result(running.telephony.close_line(line))
    assert running.standin.count(Count.CALLS) == 0


def test_giving_back_twice_is_no_error(running: Running) -> None:
    line = running.open(0)
    call = running.offered(0)
    for _ in range(2):
        running.result(running.telephony.release(call))
        running.result(running.telephony.close_line(line))
