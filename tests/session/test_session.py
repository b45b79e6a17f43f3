from __future__ import annotations

import pytest

from csta.errors import (
    LinkLost,
    LocalProtocolError,
    RemoteProtocolError,
    RequestCancelled,
    RequestTimeout,
    ServiceError,
)
from csta.messages.call_control import AnswerCall, HoldCallResponse, MakeCall, MakeCallResponse
from csta.messages.common import DeviceID
from csta.messages.errors import OperationErrors, UniversalFailure
from csta.messages.system import (
    RequestSystemStatus,
    RequestSystemStatusResponse,
    SystemRegisterAbort,
    SystemStatus,
    SystemStatusResponse,
    SystemStatusValue,
)
from csta.session import (
    Answered,
    Closed,
    EventReceived,
    Irregular,
    Irregularity,
    RequestFailed,
    RequestReceived,
    Role,
    Session,
    Settings,
    State,
    StatusReceived,
)
from tests.session.conftest import CONNECTION, DEVICE, HELD, HOLD, MAKE, Joined, document, joined_ends, length


def test_opening(joined: Joined) -> None:
    assert joined.client.state is joined.switch.state is State.ACTIVE


def test_a_request_and_each_kind_of_answer(joined: Joined) -> None:
    ids = [joined.client.request(HOLD, joined.now) for _ in range(2)]
    joined.exchange()
    assert joined.take(Role.SWITCHING) == [RequestReceived(each, HOLD) for each in ids]
    joined.switch.respond(ids[0], HoldCallResponse())
    joined.switch.fail(ids[1], UniversalFailure(operation=OperationErrors.INVALID_CALL_ID))
    joined.exchange()
    answered, failed = joined.take()
    assert answered == Answered(ids[0], HoldCallResponse())
    assert isinstance(failed, RequestFailed)
    assert isinstance(failed.error, ServiceError)
    assert (failed.error.category, failed.error.code) == ("operation", "invalidCallID")


def test_both_sides_number_their_own_requests(joined: Joined) -> None:
    ours = joined.client.request(HOLD, joined.now)
    theirs = joined.switch.request(RequestSystemStatus(), joined.now)
    assert ours == theirs
    joined.exchange()
    status = RequestSystemStatusResponse(system_status=SystemStatusValue.NORMAL)
    assert joined.heard[Role.SWITCHING] == [RequestReceived(ours, HOLD), Answered(theirs, status)]
    joined.take()
    joined.switch.respond(ours, HoldCallResponse())
    joined.exchange()
    assert joined.take() == [Answered(ours, HoldCallResponse())]


def test_the_switch_answers_for_its_status_itself(joined: Joined) -> None:
    invoke_id = joined.client.request(RequestSystemStatus(), joined.now)
    joined.exchange()
    assert joined.take(Role.SWITCHING) == [RequestReceived(invoke_id, RequestSystemStatus())]


@pytest.mark.parametrize("role", Role)
def test_system_status_is_answered_by_the_session(joined: Joined, role: Role) -> None:
    sender = joined.client if role is Role.COMPUTING else joined.switch
    hearer = Role.SWITCHING if role is Role.COMPUTING else Role.COMPUTING
    invoke_id = sender.request(SystemStatus(system_status=SystemStatusValue.ENABLED), joined.now)
    joined.exchange()
    assert joined.heard[hearer] == [StatusReceived(SystemStatusValue.ENABLED)]
    assert joined.heard[role] == [Answered(invoke_id, SystemStatusResponse())]


def test_events_and_requests_without_answer(joined: Joined) -> None:
    joined.switch.report(HELD)
    joined.switch.report(SystemRegisterAbort(sys_stat_register_id="01"))
    joined.exchange()
    event, abort = joined.take()
    assert event == EventReceived(HELD)
    assert isinstance(abort, RequestReceived)
    assert joined.switch.next_deadline() == joined.client.next_deadline()


def test_a_request_that_nobody_answers(joined: Joined) -> None:
    invoke_id = joined.client.request(HOLD, joined.now, timeout=3)
    joined.exchange()
    joined.wait(2.9)
    assert joined.take() == []
    joined.wait(0.2)
    [failed] = joined.take()
    assert isinstance(failed, RequestFailed)
    assert isinstance(failed.error, RequestTimeout)
    assert (failed.invoke_id, failed.error.seconds) == (invoke_id, 3)
    joined.switch.respond(invoke_id, HoldCallResponse())
    joined.switch.respond(4711, HoldCallResponse())
    joined.exchange()
    assert joined.take() == [
        Irregular(Irregularity.LATE_ANSWER, "HoldCall: answered by HoldCallResponse"),
        Irregular(Irregularity.UNKNOWN_ANSWER, "invoke id 4711: answered by HoldCallResponse"),
    ]


def test_a_request_given_up(joined: Joined) -> None:
    invoke_id = joined.client.request(HOLD, joined.now)
    joined.client.cancel(invoke_id)
    joined.client.cancel(invoke_id)
    joined.exchange()
    [failed] = joined.take()
    assert isinstance(failed, RequestFailed)
    assert isinstance(failed.error, RequestCancelled)
    following = joined.client.request(HOLD, joined.now)
    assert following != invoke_id


def test_an_answer_to_another_operation_ends_the_request(joined: Joined) -> None:
    invoke_id = joined.client.request(AnswerCall(call_to_be_answered=CONNECTION), joined.now)
    joined.switch.respond(invoke_id, HoldCallResponse())
    joined.exchange()
    noticed, failed = joined.take()
    assert noticed == Irregular(Irregularity.OTHER_ANSWER, "answered by HoldCallResponse (AnswerCall)")
    assert isinstance(failed, RequestFailed)
    assert isinstance(failed.error, RemoteProtocolError)
    assert "answered by HoldCallResponse (AnswerCall)" in str(failed.error)


def test_what_waits_ends_with_the_connection(joined: Joined) -> None:
    invoke_id = joined.client.request(HOLD, joined.now)
    joined.switch.report(HELD)
    joined.client.receive_data(joined.switch.data_to_send(), joined.now)
    joined.client.connection_lost("cable pulled")
    joined.exchange()
    before, failed, closed = joined.take()
    assert before == EventReceived(HELD)
    assert isinstance(failed, RequestFailed)
    assert failed.invoke_id == invoke_id
    assert str(failed.error) == "HoldCall: cable pulled"
    assert isinstance(closed, Closed)
    assert isinstance(closed.error, LinkLost)
    assert joined.client.next_deadline() is None


def test_the_end_is_told_once(joined: Joined) -> None:
    joined.client.connection_lost("first")
    joined.client.connection_lost("second")
    joined.client.receive_data(length("a100"), joined.now)
    joined.exchange()
    assert [type(each) for each in joined.take()] == [Closed]


def test_invoke_ids_go_round_and_pass_over_those_in_use() -> None:
    joined = joined_ends("xml", Settings(heartbeat_interval=0))
    waiting = joined.client.request(HOLD, 0, timeout=1e9)
    used = []
    for _ in range(9_998):
        invoke_id = joined.client.request(HOLD, 0)
        used.append(invoke_id)
        joined.client.receive_data(document("<HoldCallResponse/>", invoke_id), 0)
        assert joined.client.next_event() == Answered(invoke_id, HoldCallResponse())
    joined.client.data_to_send()
    assert waiting == 1
    assert used == [*range(2, 9_999), 2]


def test_when_every_invoke_id_waits() -> None:
    joined = joined_ends("xml", Settings(heartbeat_interval=0))
    for _ in range(9_998):
        joined.client.request(HOLD, 0)
    with pytest.raises(LocalProtocolError, match="all 9998 invoke ids"):
        joined.client.request(HOLD, 0)
    assert len({each.invoke_id for each in _timeouts(joined.client, 10)}) == 9_998
    assert joined.client.request(HOLD, 10)


def _timeouts(session: Session, now: float) -> list[RequestFailed]:
    session.on_timer(now)
    found = []
    while (event := session.next_event()) is not None:
        assert isinstance(event, RequestFailed)
        found.append(event)
    return found


def test_a_message_that_does_not_fit_is_not_left_waiting(joined: Joined) -> None:
    too_long = MakeCall(calling_device=DEVICE, called_directory_number=DeviceID(number="1" * 70_000))
    with pytest.raises(LocalProtocolError, match="at most 65535"):
        joined.client.request(too_long, 0)
    assert joined.client.data_to_send() == b""
    assert joined.client.next_deadline() == 30  # the heartbeat's


def test_a_positive_answer_carries_its_value(joined: Joined) -> None:
    invoke_id = joined.client.request(MAKE, 0)
    joined.switch.respond(invoke_id, MakeCallResponse(calling_device=CONNECTION))
    joined.exchange()
    assert joined.take() == [Answered(invoke_id, MakeCallResponse(calling_device=CONNECTION))]
