"""Plain calls as the monitors tell them: device, event, local connection state, cause (ECMA-269 §17.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from csta.messages.call_control import (
    AlternateCall,
    AlternateCallResponse,
    AnswerCall,
    AnswerCallResponse,
    ClearCall,
    ClearCallResponse,
    HoldCall,
    HoldCallResponse,
    RetrieveCall,
    RetrieveCallResponse,
)
from csta.messages.call_control_events import (
    DeliveredEvent,
    EstablishedEvent,
    FailedEvent,
    NetworkReachedEvent,
    ServiceInitiatedEvent,
)
from csta.messages.call_data import LocalConnectionState
from csta.messages.common import ConnectionID

if TYPE_CHECKING:
    from tests.scenarios.conftest import Office

ALERTING, CONNECTED, HOLD = LocalConnectionState.ALERTING, LocalConnectionState.CONNECTED, LocalConnectionState.HOLD


def test_internal_call(office: Office) -> None:
    connection = office.make_call("2001", "2002")
    office.expect("""
        2001 ServiceInitiated initiated makeCall
        2001 Originated connected newCall
        2001 Delivered connected newCall
        2002 Delivered alerting newCall
    """)
    office.answer("2002")
    office.expect("""
        2001 Established connected newCall
        2002 Established connected newCall
    """)
    office.clear(connection)
    office.expect("""
        2001 ConnectionCleared null normalClearing
        2002 ConnectionCleared connected normalClearing
        2002 ConnectionCleared null normalClearing
    """)
    assert office.calls("2001") == office.calls("2002") == ()


def test_prompted_telephone_waits_for_the_handset(office: Office) -> None:
    office.make_call("2004", "2001")
    office.expect("2004 ServiceInitiated initiated makeCall")
    assert str(office.last(ServiceInitiatedEvent).called_device) != "None"
    office.lift("2004")
    office.expect("""
        2004 Originated connected newCall
        2004 Delivered connected newCall
        2001 Delivered alerting newCall
    """)


def test_prompt_nobody_takes_up_ends(office: Office) -> None:
    office.make_call("2004", "2001")
    office.heard()
    office.wait(30)
    office.expect("2004 ConnectionCleared null callNotAnswered")


def test_prompt_is_answered_by_service_only_at_a_hands_free_telephone(office: Office) -> None:
    connection = office.make_call("2004", "2001")
    refused = office.refused(AnswerCall(call_to_be_answered=connection))
    assert refused == "operation/requestIncompatibleWithDevice"


def test_dialling_by_hand(office: Office) -> None:
    office.lift("2001")
    office.switch.dial("2001", "2003", office.now)
    office.expect("""
        2001 ServiceInitiated initiated normal
        2001 DigitsDialed initiated normal
        2001 Originated connected newCall
        2001 Delivered connected newCall
        2003 Delivered alerting newCall
    """)
    office.lift("2003")
    office.hang_up("2003")
    office.expect("""
        2001 Established connected newCall
        2003 Established connected newCall
        2003 ConnectionCleared null normalClearing
        2001 ConnectionCleared connected normalClearing
        2001 ConnectionCleared null normalClearing
    """)


def test_make_call_uses_the_connection_of_a_device_off_hook(office: Office) -> None:
    office.lift("2001")
    (offhook,) = office.states("2001")
    office.heard()
    assert office.make_call("2001", "2003") == offhook
    office.expect("""
        2001 Originated connected newCall
        2001 Delivered connected newCall
        2003 Delivered alerting newCall
    """)


def test_external_call_comes_in(office: Office) -> None:
    caller = office.ring("2001", name="Jörg Maier")
    office.expect("2001 Delivered alerting newCall")
    delivered = office.last(DeliveredEvent)
    assert str(delivered.calling_device.device) == "N<0891234567>Jorg Maier"
    assert str(delivered.called_device.device) == "2001"
    assert delivered.last_redirection_device.not_required
    assert delivered.associated_calling_device is not None
    assert str(delivered.associated_calling_device.device) == caller.line
    assert delivered.services_permitted is not None
    assert "answerCall" in delivered.services_permitted.call_control_services
    assert "holdCall" not in delivered.services_permitted.call_control_services
    office.answer("2001")
    office.expect("2001 Established connected newCall")
    caller.hang_up(office.now)
    office.expect("""
        2001 ConnectionCleared connected normalClearing
        2001 ConnectionCleared null normalClearing
    """)
    assert caller.gone


def test_withheld_number_is_restricted(office: Office) -> None:
    office.ring("2001", caller=None)
    office.heard()
    delivered = office.last(DeliveredEvent)
    assert delivered.calling_device.restricted
    assert delivered.calling_device.device is None


def test_caller_gives_up(office: Office) -> None:
    caller = office.ring("2001")
    office.heard()
    caller.hang_up(office.now)
    office.expect("""
        2001 ConnectionCleared alerting normalClearing
        2001 ConnectionCleared null normalClearing
    """)


def test_nobody_answers(office: Office) -> None:
    office.ring("2001")
    office.heard()
    office.wait(119)
    office.expect("")
    office.wait(1)
    office.expect("2001 ConnectionCleared null callNotAnswered")


def test_external_call_goes_out(office: Office) -> None:
    office.make_call("2001", "0894711")
    office.expect("""
        2001 ServiceInitiated initiated makeCall
        2001 Originated connected newCall
        2001 NetworkReached connected newCall
    """)
    assert str(office.last(NetworkReachedEvent).network_interface_used.device) == "T1"
    office.wait(1)
    office.expect("2001 Delivered connected networkSignal")
    office.wait(5)
    office.expect("2001 Established connected networkSignal")
    established = office.last(EstablishedEvent)
    assert str(established.answering_device.device) == "0894711"
    assert established.associated_called_device is not None
    assert str(established.associated_called_device.device) == "T1"
    office.hang_up("T1")
    office.expect("""
        2001 ConnectionCleared connected normalClearing
        2001 ConnectionCleared null normalClearing
    """)


def test_far_end_answers_by_hand(office: Office) -> None:
    office.make_call("2001", "0894718888")
    office.wait(1)
    office.wait(60)
    office.heard()
    office.lift("T1")
    office.expect("2001 Established connected networkSignal")


FAILING = {
    "2003": "busy",
    "2999": "destNotObtainable",
}


@pytest.mark.parametrize(("number", "cause"), FAILING.items())
def test_call_inside_fails(office: Office, number: str, cause: str) -> None:
    office.ring("2003")
    office.heard()
    office.make_call("2001", number)
    office.expect(f"""
        2001 ServiceInitiated initiated makeCall
        2001 Originated connected newCall
        2001 Failed connected {cause}
    """)
    failed = office.last(FailedEvent)
    assert failed.failed_connection.device_id is None  # §17.2.9 FR 3: the device's own monitor is not told
    assert str(failed.failing_device.device) == number
    office.wait(15)
    office.expect(f"2001 ConnectionCleared null {cause}")


@pytest.mark.parametrize(("number", "cause"), [("0890000", "busy"), ("0899999", "numberUnallocated")])
def test_call_outside_fails(office: Office, number: str, cause: str) -> None:
    connection = office.make_call("2001", number)
    office.heard()
    office.wait(1)
    office.expect(f"2001 Failed connected {cause}")
    failed = office.last(FailedEvent)
    assert str(failed.failed_connection.device_id) == "T1"
    assert str(failed.failing_device.device) == number
    office.clear(connection)
    office.expect("""
        2001 ConnectionCleared null normalClearing
    """)
    assert office.calls("T1") == ()


def test_all_lines_in_use(office: Office) -> None:
    for device in ("2002", "2002", "2003"):
        office.ring(device)
    assert office.switch.ring("0892", "2001", office.now) is None
    office.heard()
    office.make_call("2001", "0894711")
    assert office.heard()[-1] == "2001 Failed connected trunksBusy"


def test_second_call_waits_where_there_are_two_lines(office: Office) -> None:
    office.talk("2001", "2002")
    office.ring("2002")
    office.expect("2002 Delivered alerting newCall")
    held, active = office.connection("2002", ALERTING), office.connection("2002", CONNECTED)
    office.granted(AlternateCall(held_call=held, active_call=active), AlternateCallResponse)
    office.expect("""
        2001 Held connected alternate
        2002 Held hold alternate
        2002 Established connected alternate
    """)
    office.granted(AlternateCall(held_call=active, active_call=held), AlternateCallResponse)
    office.expect("""
        2002 Held hold alternate
        2001 Retrieved connected alternate
        2002 Retrieved connected alternate
    """)


def test_answering_drops_no_other_call(office: Office) -> None:
    office.talk("2001", "2002")
    office.ring("2002")
    ringing = office.connection("2002", ALERTING)
    assert office.refused(AnswerCall(call_to_be_answered=ringing)) == "stateIncompatibility/connectedCallExists"
    talking = office.connection("2002", CONNECTED)
    office.granted(HoldCall(call_to_be_held=talking), HoldCallResponse)
    office.granted(AnswerCall(call_to_be_answered=ringing), AnswerCallResponse)
    assert sorted(office.states("2002").values()) == [CONNECTED, HOLD]


def test_hold_and_retrieve(office: Office) -> None:
    connection = office.talk("2001", "2002")
    office.granted(HoldCall(call_to_be_held=connection), HoldCallResponse)
    office.granted(RetrieveCall(call_to_be_retrieved=connection), RetrieveCallResponse)
    office.expect("""
        2001 Held hold normal
        2002 Held connected normal
        2001 Retrieved connected normal
        2002 Retrieved connected normal
    """)


def test_clear_call_takes_the_call_identifier_alone(office: Office) -> None:
    connection = office.talk("2001", "2002")
    request = ClearCall(call_to_be_cleared=ConnectionID(call_id=connection.call_id))
    office.granted(request, ClearCallResponse)
    office.expect("""
        2001 ConnectionCleared null normalClearing
        2002 ConnectionCleared connected normalClearing
        2002 ConnectionCleared null normalClearing
    """)
    assert office.refused(request) == "stateIncompatibility/noCallToClear"


def test_refusing_a_ringing_call_ends_it(office: Office) -> None:
    caller = office.ring("2001")
    office.heard()
    office.hang_up("2001")
    office.expect("2001 ConnectionCleared null normalClearing")
    assert caller.gone
