"""Groups: who gets the next call, and what becomes of calls nobody is free for (ECMA-269 §6.1.1.6, §17.2.15).

A call that comes to a group is delivered there with the cause "entering distribution". With a member free it is
diverted to that member at once; otherwise it is queued. Events and causes are those of a visible ACD device.
"""

from __future__ import annotations

from csta.messages.call_data import EventCause
from csta.messages.logical_device import AgentState
from csta.simulator import agents, progress
from csta.simulator import event_reports as reports
from csta.simulator.calls import Call, Connection, Extension, Group, GroupKind
from csta.simulator.exchange import Exchange
from csta.simulator.states import State


def settle(exchange: Exchange, now: float) -> bool:
    """Give one call of a group to a member, or let it wait; whether anything happened."""
    waiting = ((group, connection) for group in exchange.groups.values() for connection in group.connections)
    return any(_place(exchange, group, connection, now) for group, connection in waiting)


def _place(exchange: Exchange, group: Group, connection: Connection, now: float) -> bool:
    member = _next_member(exchange, group, connection.call)
    if member is not None:
        _distribute(exchange, group, connection, member, now)
    elif connection.state == State.ALERTING:
        _wait(exchange, group, connection, now)
    else:
        return False
    return True


def _next_member(exchange: Exchange, group: Group, call: Call) -> Extension | None:
    """Whose turn it is, of those who are free."""
    free = [
        exchange.extensions[number]
        for number in group.members
        if number not in call.connections and _free(exchange.extensions[number], group)
    ]
    if group.kind is GroupKind.ACD:
        return min(free, key=lambda device: device.agent.since, default=None)
    if free and all(device.number in call.tried for device in free):
        call.tried.clear()
    order = group.members[group.turn :] + group.members[: group.turn]
    untried = [device for device in free if device.number not in call.tried]
    return min(untried, key=lambda device: order.index(device.number), default=None)


def _free(device: Extension, group: Group) -> bool:
    if not device.idle or device.do_not_disturb:
        return False
    if group.kind is GroupKind.HUNT:
        return True
    return device.agent.state == AgentState.AGENT_READY and group.number in device.agent.groups


def _distribute(exchange: Exchange, group: Group, connection: Connection, member: Extension, now: float) -> None:
    call = connection.call
    group.turn = (group.members.index(member.number) + 1) % len(group.members)
    progress.leave(exchange, connection, member.id, EventCause.DISTRIBUTED)
    given = progress.ring(exchange, call, member, EventCause.DISTRIBUTED, now)
    given.group = group.number
    exchange.timers.set(given, now + group.ring, lambda at: _unanswered(exchange, group, given, at))


def _unanswered(exchange: Exchange, group: Group, given: Connection, now: float) -> None:
    """The call goes back to the head of what waits; an agent who does not answer is taken for absent."""
    call, member = given.call, given.device
    call.tried.add(member.number)
    progress.leave(exchange, given, group.id, EventCause.CALL_NOT_ANSWERED)
    if group.kind is GroupKind.ACD and isinstance(member, Extension):
        agents.enter(exchange, member, AgentState.AGENT_NOT_READY, now, EventCause.CALL_NOT_ANSWERED)
    back = exchange.join(call, group, State.QUEUED)
    group.connections.insert(0, group.connections.pop())
    exchange.report(reports.queued(back, EventCause.CALL_NOT_ANSWERED), call)
    _limit_wait(exchange, group, back, now)


def _wait(exchange: Exchange, group: Group, connection: Connection, now: float) -> None:
    if len(group.waiting) >= group.queue:
        _overflow(exchange, group, connection, now)
        return
    exchange.move(connection, State.QUEUED)
    cause = EventCause.NO_AVAILABLE_AGENTS if group.kind is GroupKind.ACD else EventCause.BUSY
    exchange.report(reports.queued(connection, cause), connection.call)
    _limit_wait(exchange, group, connection, now)


def _limit_wait(exchange: Exchange, group: Group, connection: Connection, now: float) -> None:
    if group.longest_wait is not None:
        at = now + group.longest_wait
        exchange.timers.set(connection, at, lambda at: _overflow(exchange, group, connection, at))


def _overflow(exchange: Exchange, group: Group, connection: Connection, now: float) -> None:
    if group.overflow:
        progress.send_on(exchange, connection, group.overflow, EventCause.OVERFLOW, now)
    else:
        progress.give_up(exchange, connection, EventCause.BUSY, now)
