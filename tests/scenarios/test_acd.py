"""ACD and hunt groups: agents, queue, distribution, overflow (ECMA-269 §6.1.1.6, §17.2.15, §22.1.15)."""

from __future__ import annotations

from typing import Any

import pytest

from csta.messages.base import Octets, Request
from csta.messages.call_control_events import QueuedEvent
from csta.messages.common import DeviceID
from csta.messages.logical_device import (
    AgentReadyEvent,
    AgentState,
    GetAgentState,
    GetAgentStateResponse,
    GetAutoWorkMode,
    GetAutoWorkModeResponse,
    PendingAgentState,
    ReqAgentState,
    SetAgentState,
    SetAgentStateResponse,
    SetAutoWorkMode,
    SetAutoWorkModeResponse,
)
from csta.simulator.calls import Group, GroupKind
from tests.scenarios.conftest import Office


def device(number: str) -> DeviceID:
    return DeviceID(number=number)


@pytest.fixture
def office() -> Office:
    """Anna and Bert serve 600; 610 hunts for Carla, then Anna."""
    office = Office()
    acd = Group("600", kind=GroupKind.ACD, members=("2001", "2002"), queue=1, ring=10, longest_wait=60, overflow="610")
    hunt = Group("610", kind=GroupKind.HUNT, members=("2003", "2001"), queue=1, ring=8)
    for group in (acd, hunt):
        office.switch.add(group, office.now)
        office.watch(group.number)
    return office


def agent(
    office: Office, number: str, state: ReqAgentState, group: str | None = None, password: bytes | None = None
) -> PendingAgentState | None:
    request = SetAgentState(
        device=device(number),
        requested_agent_state=state,
        group=device(group) if group else None,
        password=Octets(password) if password else None,
    )
    return office.granted(request, SetAgentStateResponse).pending_agent_state


def at_work(office: Office, *numbers: str) -> None:
    for number in numbers:
        agent(office, number, ReqAgentState.LOGGED_ON)
        office.wait(1)
        agent(office, number, ReqAgentState.READY)
    office.heard()


def state(office: Office, number: str) -> tuple[AgentState, PendingAgentState | None]:
    answer = office.granted(GetAgentState(device=device(number)), GetAgentStateResponse)
    (entry,) = answer.agent_state_list
    assert entry.agent_info is not None
    return entry.agent_info[0].agent_state, entry.agent_info[0].pending_agent_state


def test_an_agent_comes_and_goes(office: Office) -> None:
    agent(office, "2001", ReqAgentState.LOGGED_ON)
    agent(office, "2001", ReqAgentState.LOGGED_ON)  # nothing changes, so there is no event
    agent(office, "2001", ReqAgentState.READY)
    agent(office, "2001", ReqAgentState.NOT_READY)
    agent(office, "2001", ReqAgentState.LOGGED_OFF)
    office.expect("""
        2001 AgentLoggedOn
        600 AgentLoggedOn
        2001 AgentNotReady
        600 AgentNotReady
        2001 AgentReady
        600 AgentReady
        2001 AgentNotReady
        600 AgentNotReady
        2001 AgentLoggedOff
        600 AgentLoggedOff
    """)
    assert office.last(AgentReadyEvent).acd_group == device("600")
    assert state(office, "2001") == (AgentState.AGENT_NULL, None)


def test_a_call_goes_to_the_agent_who_waits_longest(office: Office) -> None:
    at_work(office, "2002", "2001")
    office.ring("600")
    office.expect("""
        600 Delivered alerting enteringDistribution
        600 Diverted null distributed
        2002 Delivered alerting distributed
    """)
    office.answer("2002")
    office.expect("""
        2002 Established connected normal
        2002 AgentBusy
        600 AgentBusy
    """)
    office.ring("600")
    office.answer("2001")
    office.heard()
    office.hang_up("2002")
    assert office.heard()[-2:] == ["2002 AgentReady", "600 AgentReady"]


def test_a_call_waits_for_an_agent(office: Office) -> None:
    office.ring("600")
    office.expect("""
        600 Delivered alerting enteringDistribution
        600 Queued queued noAvailableAgents
    """)
    queued = office.last(QueuedEvent)
    assert (queued.number_queued, queued.calls_in_front) == (1, 0)
    at_work(office, "2001")
    office.answer("2001")
    assert state(office, "2001") == (AgentState.AGENT_BUSY, None)


def test_a_wish_of_a_busy_agent_is_kept(office: Office) -> None:
    at_work(office, "2001")
    office.ring("600")
    office.answer("2001")
    assert agent(office, "2001", ReqAgentState.NOT_READY) == PendingAgentState.AGENT_NOT_READY
    assert agent(office, "2001", ReqAgentState.LOGGED_OFF) == PendingAgentState.AGENT_NULL
    assert state(office, "2001") == (AgentState.AGENT_BUSY, PendingAgentState.AGENT_NULL)
    office.heard()
    office.hang_up("2001")
    assert office.heard()[-2:] == ["2001 AgentLoggedOff", "600 AgentLoggedOff"]


def test_work_after_the_call_ends_by_itself(office: Office) -> None:
    at_work(office, "2001")
    office.granted(
        SetAutoWorkMode(device=device("2001"), auto_work_on=True, auto_work_interval=30), SetAutoWorkModeResponse
    )
    assert office.heard() == ["2001 AutoWorkMode"]
    mode = office.granted(GetAutoWorkMode(device=device("2001")), GetAutoWorkModeResponse)
    assert (mode.auto_work_on, mode.auto_work_interval) == (True, 30)
    office.ring("600")
    office.answer("2001")
    office.hang_up("2001")
    assert office.heard()[-2:] == ["2001 AgentWorkingAfterCall", "600 AgentWorkingAfterCall"]
    office.wait(30)
    office.expect("""
        2001 AgentReady
        600 AgentReady
    """)


def test_an_agent_who_does_not_answer_is_not_ready_and_the_call_goes_on(office: Office) -> None:
    at_work(office, "2001", "2002")
    office.ring("600")
    office.heard()
    office.wait(10)
    office.expect("""
        2001 Diverted null callNotAnswered
        2001 AgentNotReady
        600 AgentNotReady
        600 Queued queued callNotAnswered
        600 Diverted null distributed
        2002 Delivered alerting distributed
    """)


def test_a_full_queue_overflows_and_so_does_a_long_wait(office: Office) -> None:
    office.ring("600")
    office.heard()
    office.ring("600")  # the queue has room for one
    office.expect("""
        600 Delivered alerting enteringDistribution
        600 Diverted null overflow
        610 Delivered alerting enteringDistribution
        610 Diverted null distributed
        2003 Delivered alerting distributed
    """)
    office.wait(60)
    assert "600 Diverted null overflow" in office.heard()


def test_a_hunt_group_tries_one_after_the_other(office: Office) -> None:
    office.ring("610")
    office.heard()
    office.wait(8)
    office.expect("""
        2003 Diverted null callNotAnswered
        610 Queued queued callNotAnswered
        610 Diverted null distributed
        2001 Delivered alerting distributed
    """)
    office.wait(8)
    assert office.heard()[-1] == "2003 Delivered alerting distributed"


def test_a_caller_who_gives_up_leaves_the_queue(office: Office) -> None:
    caller = office.ring("600")
    office.heard()
    caller.hang_up(office.now)
    office.expect("""
        600 ConnectionCleared queued normalClearing
        600 ConnectionCleared null normalClearing
    """)
    assert office.calls("600") == ()


def test_a_call_waits_in_vain(office: Office) -> None:
    for number in ("2001", "2003"):
        office.switch.set_in_service(number, False, office.now)
    first, second = office.ring("610"), office.ring("610")
    office.heard()
    assert not first.gone
    assert second.gone  # nowhere to overflow to


REFUSED = [
    (SetAgentState(device=device("2001"), requested_agent_state=ReqAgentState.READY), "operation/invalidAgentState"),
    (
        SetAgentState(device=device("2001"), requested_agent_state=ReqAgentState("onHoliday")),
        "operation/invalidAgentState",
    ),
    (
        SetAgentState(device=device("2003"), requested_agent_state=ReqAgentState.LOGGED_ON),
        "operation/invalidAgentGroup",
    ),
    (
        SetAgentState(device=device("2001"), requested_agent_state=ReqAgentState.LOGGED_ON, group=device("610")),
        "operation/invalidAgentGroup",
    ),
    (GetAgentState(device=device("2001"), acd_group=device("699")), "operation/invalidAgentGroup"),
    (
        SetAgentState(device=device("T1"), requested_agent_state=ReqAgentState.READY),
        "operation/requestIncompatibleWithDevice",
    ),
    (
        SetAutoWorkMode(device=device("2001"), auto_work_on=True, auto_work_interval=6001),
        "operation/valueOutOfRange",
    ),
]


@pytest.mark.parametrize(("request_", "failure"), REFUSED)
def test_refused(office: Office, request_: Request[Any], failure: str) -> None:
    assert office.refused(request_) == failure
    assert office.heard() == []
