"""Agents and their states (ECMA-269 §6.1.1.6, §22.1.5, §22.1.15, §22.2.1 to §22.2.6).

The standard limits no move; what this switch does is in the tables below. A request that comes while the agent is busy
is kept and shown as pending, a later one replaces it.
"""

from __future__ import annotations

from typing import NamedTuple

from csta.messages.base import Octets
from csta.messages.call_data import EventCause
from csta.messages.common import DeviceID
from csta.messages.errors import OperationErrors as Operation
from csta.messages.identifiers import SubjectDeviceID
from csta.messages.logical_device import (
    AgentBusyEvent,
    AgentInfo,
    AgentLoggedOffEvent,
    AgentLoggedOnEvent,
    AgentNotReadyEvent,
    AgentReadyEvent,
    AgentState,
    AgentStateEntry,
    AgentWorkingAfterCallEvent,
    AutoWorkModeEvent,
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
from csta.simulator import event_reports as reports
from csta.simulator.admission import extension_at
from csta.simulator.calls import Agent, Device, Extension, GroupKind
from csta.simulator.exchange import Exchange
from csta.simulator.failures import Refusal
from csta.simulator.monitors import Client
from csta.simulator.states import State

AgentEvent = (
    AgentBusyEvent
    | AgentLoggedOffEvent
    | AgentLoggedOnEvent
    | AgentNotReadyEvent
    | AgentReadyEvent
    | AgentWorkingAfterCallEvent
)

EVENTS: dict[AgentState, type[AgentEvent]] = {
    AgentState.AGENT_NOT_READY: AgentNotReadyEvent,
    AgentState.AGENT_NULL: AgentLoggedOffEvent,
    AgentState.AGENT_READY: AgentReadyEvent,
    AgentState.AGENT_BUSY: AgentBusyEvent,
    AgentState.AGENT_WORKING_AFTER_CALL: AgentWorkingAfterCallEvent,
}
"""State → the event that tells it was entered (§6.1.1.6.4)."""

REQUESTS: dict[ReqAgentState, AgentState] = {
    ReqAgentState.LOGGED_ON: AgentState.AGENT_NOT_READY,
    ReqAgentState.LOGGED_OFF: AgentState.AGENT_NULL,
    ReqAgentState.NOT_READY: AgentState.AGENT_NOT_READY,
    ReqAgentState.READY: AgentState.AGENT_READY,
    ReqAgentState.WORKING_AFTER_CALL: AgentState.AGENT_WORKING_AFTER_CALL,
}
"""Requested state → the state it leads to. Who logs on is not ready yet; Busy cannot be asked for."""

PENDING: dict[AgentState, PendingAgentState] = {
    AgentState.AGENT_NOT_READY: PendingAgentState.AGENT_NOT_READY,
    AgentState.AGENT_NULL: PendingAgentState.AGENT_NULL,
    AgentState.AGENT_READY: PendingAgentState.AGENT_READY,
    AgentState.AGENT_WORKING_AFTER_CALL: PendingAgentState.AGENT_WORKING_AFTER_CALL,
}


class Who(NamedTuple):
    """The fields all agent events share."""

    agent_device: SubjectDeviceID
    agent_id: Octets | None
    acd_group: DeviceID | None


def set_agent_state(exchange: Exchange, client: Client, request: SetAgentState, now: float) -> SetAgentStateResponse:
    """Set Agent State, §22.1.15."""
    device = extension_at(exchange, request.device)
    wanted = REQUESTS.get(request.requested_agent_state)
    if wanted is None:
        raise Refusal.operation(Operation.INVALID_AGENT_STATE)
    if request.requested_agent_state == ReqAgentState.LOGGED_ON:
        log_on(exchange, device, request.agent_id, request.password, request.group, now)
        return SetAgentStateResponse()
    _require_agent(device, request.agent_id)
    if device.agent.state == AgentState.AGENT_BUSY:
        device.agent.pending = wanted
        return SetAgentStateResponse(pending_agent_state=PENDING[wanted])
    if wanted == AgentState.AGENT_NULL:
        log_off(exchange, device, request.group, now)
    elif wanted != device.agent.state:
        enter(exchange, device, wanted, now)
    return SetAgentStateResponse()


def _require_agent(device: Extension, agent_id: Octets | None) -> None:
    if device.agent.state == AgentState.AGENT_NULL:
        raise Refusal.operation(Operation.INVALID_AGENT_STATE)
    if agent_id is not None and agent_id != device.agent.id:
        raise Refusal.operation(Operation.INVALID_AGENT_IDENTIFIER)


def log_on(
    exchange: Exchange,
    device: Extension,
    agent_id: Octets | None,
    password: Octets | None,
    group: DeviceID | None,
    now: float,
) -> None:
    """An agent comes to work: for the group named, else for every ACD group the device is a member of (§6.1.1.6)."""
    agent = device.agent
    if agent.password and agent.password != password:
        raise Refusal.operation(Operation.INVALID_AGENT_PASSWORD)
    joined = _groups(exchange, device, group)
    if agent.state != AgentState.AGENT_NULL and agent_id not in (None, agent.id):
        raise Refusal.operation(Operation.INVALID_AGENT_IDENTIFIER)
    new = [number for number in joined if number not in agent.groups]
    if agent.state != AgentState.AGENT_NULL and not new:
        return  # nothing changes, so there is no event (§9.5.1 FR 8)
    agent.groups.extend(new)
    if agent_id is not None:
        agent.id = agent_id
    first = agent.state == AgentState.AGENT_NULL
    agent.state = AgentState.AGENT_NOT_READY if first else agent.state
    agent.since = now
    exchange.agents[device.number] = device
    _report(exchange, device, AgentLoggedOnEvent)
    if first:
        _report(exchange, device, AgentNotReadyEvent)


def _groups(exchange: Exchange, device: Extension, group: DeviceID | None) -> list[str]:
    served = [
        each.number for each in exchange.groups.values() if each.kind is GroupKind.ACD and device.number in each.members
    ]
    if group is not None:
        served = [number for number in served if number == group.number]
    if not served:
        raise Refusal.operation(Operation.INVALID_AGENT_GROUP)
    return served


def log_off(exchange: Exchange, device: Extension, group: DeviceID | None, now: float) -> None:
    """An agent goes home, or leaves one group of several."""
    agent = device.agent
    if group is not None and group.number not in agent.groups:
        raise Refusal.operation(Operation.INVALID_AGENT_GROUP)
    if group is not None and len(agent.groups) > 1:
        agent.groups.remove(group.number)
        _report(exchange, device, AgentLoggedOffEvent, exchange.groups[group.number])
    else:
        enter(exchange, device, AgentState.AGENT_NULL, now)


def enter(
    exchange: Exchange, device: Extension, state: AgentState, now: float, cause: EventCause | None = None
) -> None:
    """The agent comes into a state; whoever watches the device or one of its groups is told."""
    agent = device.agent
    exchange.timers.cancel(agent)
    agent.state, agent.since, agent.pending = state, now, None
    _report(exchange, device, EVENTS[state], cause=cause)
    if state == AgentState.AGENT_NULL:
        agent.groups.clear()
        exchange.agents.pop(device.number, None)
    elif state == AgentState.AGENT_WORKING_AFTER_CALL and agent.wrap_up:
        exchange.timers.set(agent, now + agent.wrap_up, lambda at: _wrapped_up(exchange, device, at))


def _wrapped_up(exchange: Exchange, device: Extension, now: float) -> None:
    enter(exchange, device, AgentState.AGENT_READY, now, EventCause.AUTO_WORK)


def _report(
    exchange: Exchange,
    device: Extension,
    event: type[AgentEvent],
    group: Device | None = None,
    cause: EventCause | None = None,
) -> None:
    agent = device.agent
    groups = [group] if group is not None else [exchange.groups[number] for number in agent.groups]
    told = event(
        monitor_cross_ref_id="",
        agent_device=reports.subject(device.id),
        agent_id=agent.id,
        acd_group=groups[0].id if len(groups) == 1 else None,
        cause=cause,
    )
    exchange.monitors.report(told, [device, *groups])


def get_agent_state(exchange: Exchange, client: Client, request: GetAgentState, now: float) -> GetAgentStateResponse:
    """Get Agent State, §22.1.5."""
    agent = extension_at(exchange, request.device).agent
    wanted = request.acd_group.number if request.acd_group is not None else None
    if wanted is not None and wanted not in exchange.groups:
        raise Refusal.operation(Operation.INVALID_AGENT_GROUP)
    groups = [number for number in agent.groups if wanted in (None, number)]
    return GetAgentStateResponse(
        agent_state_list=(
            AgentStateEntry(
                agent_id=agent.id,
                logged_on_state=bool(groups),
                agent_info=tuple(_info(agent, DeviceID(number=number)) for number in groups)
                or (AgentInfo(agent_state=AgentState.AGENT_NULL),),
            ),
        )
    )


def _info(agent: Agent, group: DeviceID) -> AgentInfo:
    pending = PENDING[agent.pending] if agent.pending is not None else None
    return AgentInfo(acd_group=group, agent_state=agent.state, pending_agent_state=pending)


def get_auto_work_mode(
    exchange: Exchange, client: Client, request: GetAutoWorkMode, now: float
) -> GetAutoWorkModeResponse:
    """Get Auto Work Mode, §22.1.7."""
    agent = extension_at(exchange, request.device).agent
    return GetAutoWorkModeResponse(auto_work_on=agent.auto_work, auto_work_interval=agent.wrap_up)


def set_auto_work_mode(
    exchange: Exchange, client: Client, request: SetAutoWorkMode, now: float
) -> SetAutoWorkModeResponse:
    """Set Auto Work Mode, §22.1.17: it asks for no state, and leaves an agent that works after a call in peace."""
    device = extension_at(exchange, request.device)
    agent, interval = device.agent, request.auto_work_interval
    if interval is not None and not 0 <= interval <= 6000:
        raise Refusal.operation(Operation.VALUE_OUT_OF_RANGE)
    before = agent.auto_work, agent.wrap_up
    agent.auto_work = request.auto_work_on
    agent.wrap_up = agent.wrap_up if interval is None else interval
    if before != (agent.auto_work, agent.wrap_up):
        event = AutoWorkModeEvent(
            monitor_cross_ref_id="",
            invoking_device=reports.subject(device.id),
            auto_work_on=agent.auto_work,
            auto_work_interval=agent.wrap_up,
        )
        exchange.monitors.report(event, [device])
    return SetAutoWorkModeResponse()


def settle(exchange: Exchange, now: float) -> bool:
    """An ACD call begins or ends: the agent becomes busy, or goes where it wants; whether anything happened."""
    return any(_follow_call(exchange, device, now) for device in list(exchange.agents.values()))


def _follow_call(exchange: Exchange, device: Extension, now: float) -> bool:
    agent = device.agent
    busy = any(each.group and each.state in (State.CONNECTED, State.HOLD) for each in device.connections)
    if busy and agent.state != AgentState.AGENT_BUSY:
        enter(exchange, device, AgentState.AGENT_BUSY, now)
    elif not busy and agent.state == AgentState.AGENT_BUSY:
        usual = AgentState.AGENT_WORKING_AFTER_CALL if agent.auto_work else AgentState.AGENT_READY
        enter(exchange, device, agent.pending or usual, now)
    else:
        return False
    return True
