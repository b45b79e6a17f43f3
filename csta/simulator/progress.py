"""How a call proceeds: dialling, ringing, answering, failing, being diverted (ECMA-269 §6.1.3, §17.2)."""

from __future__ import annotations

from csta.messages.call_data import EventCause
from csta.messages.common import ConnectionID, DeviceID
from csta.simulator import event_reports as reports
from csta.simulator.calls import Call, Connection, Extension, Forwarding, Group, Line, RoutePoint
from csta.simulator.destinations import NO_ANSWER, Route, forwarding, route
from csta.simulator.dialplan import SECONDS_PER_RING, ExternalNumber
from csta.simulator.exchange import Exchange
from csta.simulator.states import State

MOST_HOPS = 10
"""After that many groups and routeing devices in a row the call fails, so that a ring of them does not spin."""


def originate(exchange: Exchange, connection: Connection, cause: EventCause, now: float) -> None:
    """The device is off-hook and the number complete: the call starts out (§17.2.14)."""
    exchange.move(connection, State.CONNECTED)
    exchange.report_alone(reports.originated(connection, cause), connection)
    if connection.call.called.number:
        connect(exchange, connection.call, connection.call.called.number, EventCause.NEW_CALL, now)


def connect(exchange: Exchange, call: Call, number: str, cause: EventCause, now: float) -> DeviceID:
    """Bring the call to ``number``: it rings, leaves by a line, or fails. Gives the device where it is then.

    :param cause: of the delivery, unless the call is diverted on its way.
    """
    way = route(exchange, call, number)
    cause = follow(exchange, call, way, cause)
    line = exchange.free_line()
    if isinstance(way.target, Extension):
        return ring(exchange, call, way.target, cause, now).device.id
    if isinstance(way.target, Group | RoutePoint):
        return gather(exchange, call, way.target).device.id
    if way.target is None or way.failure is not None or line is None:
        device = DeviceID(number=way.number)
        fail(exchange, call, device, way.failure or EventCause.TRUNKS_BUSY, now)
        return device
    return dial_out(exchange, call, line, way.target, way.number, cause, now).device.id


def gather(exchange: Exchange, call: Call, device: Group | RoutePoint) -> Connection:
    """The call comes to a group or a routeing device (§6.1.3); that goes on with it as soon as it can."""
    connection = exchange.join(call, device, State.ALERTING)
    exchange.report(reports.delivered(connection, EventCause.ENTERING_DISTRIBUTION), call)
    return connection


def ring(exchange: Exchange, call: Call, device: Extension, cause: EventCause, now: float) -> Connection:
    """The call rings at an extension (§17.2.5), or is offered first where that is the custom (§17.2.13)."""
    connection = exchange.join(call, device, State.ALERTING)
    if not device.offers:
        deliver(exchange, connection, cause, now)
        return connection
    connection.offered = True
    exchange.report(reports.offered(connection, cause), call)
    exchange.timers.set(connection, now + exchange.timing.offer, lambda at: deliver(exchange, connection, cause, at))
    return connection


def deliver(exchange: Exchange, connection: Connection, cause: EventCause, now: float) -> None:
    """The telephone rings from now on."""
    connection.offered = False
    exchange.report(reports.delivered(connection, cause), connection.call)
    await_answer(exchange, connection, now)
    device = connection.device
    if isinstance(device, Extension):
        _answer_later(exchange, connection, device.answers_after, now)
        if device.auto_answer is not None:
            _answer_later(exchange, connection, device.auto_answer * SECONDS_PER_RING, now)


def _answer_later(exchange: Exchange, connection: Connection, after: float | None, now: float) -> None:
    """A person or the device itself answers, unless it is in another call by then."""
    if after is None:
        return

    def lift(at: float) -> None:
        if connection.state == State.ALERTING and not connection.device.connection_in(State.CONNECTED, State.INITIATED):
            answer(exchange, connection, answer_cause(connection))

    exchange.timers.set((connection, after), now + after, lift)


def await_answer(exchange: Exchange, connection: Connection, now: float) -> None:
    """Let it ring for its time."""
    timing, setting = exchange.timing, _no_answer(connection)
    wait = timing.ringing
    if setting is not None:
        wait = setting.ring_duration or timing.forward_no_answer
    elif timing.recall is not None and connection.call.recalled_by is not None:
        wait = timing.recall
    exchange.timers.set(connection, now + wait, lambda at: unanswered(exchange, connection, at))


def _no_answer(connection: Connection) -> Forwarding | None:
    device = connection.device
    return forwarding(device, NO_ANSWER, connection.call.external) if isinstance(device, Extension) else None


def unanswered(exchange: Exchange, connection: Connection, now: float) -> None:
    """Nobody answers: the call is forwarded, goes back to who transferred it, or is given up."""
    setting = _no_answer(connection)
    if setting is not None:
        divert(exchange, connection, setting.destination, EventCause.CALL_FORWARD_NO_ANSWER, now)
    elif exchange.timing.recall is not None and connection.call.recalled_by is not None:
        recall(exchange, connection, connection.call.recalled_by, now)
    else:
        exchange.drop(connection, EventCause.CALL_NOT_ANSWERED)


def transferred_by(exchange: Exchange, call: Call, device: Extension, now: float) -> None:
    """Whoever the call rings at now has less time to answer, where calls come back to who transferred them."""
    call.recalled_by = device
    for other in call.connections.values():
        rings = other.state == State.ALERTING and isinstance(other.device, Extension)
        if rings and not other.offered and not other.group and exchange.timing.recall is not None:
            await_answer(exchange, other, now)


def recall_later(exchange: Exchange, connection: Connection, device: Extension, now: float) -> None:
    """What nobody takes in time comes back (§6.7.3), where the switch does that."""
    if exchange.timing.recall is not None:
        exchange.timers.set(
            connection, now + exchange.timing.recall, lambda at: recall(exchange, connection, device, at)
        )


def recall(exchange: Exchange, connection: Connection, device: Extension, now: float) -> None:
    """The call rings at who transferred or parked it; not yet while that device is in another call."""
    call = connection.call
    if device.busy or not device.in_service:
        recall_later(exchange, connection, device, now)
        return
    call.recalled_by = None
    leave(exchange, connection, device.id, EventCause.RECALL)
    ring(exchange, call, device, EventCause.RECALL, now)


def divert(exchange: Exchange, connection: Connection, number: str, cause: EventCause, now: float) -> None:
    """The call leaves a device for ``number``, the call identifier stays (§17.1.11 FR 4)."""
    call = connection.call
    leave(exchange, connection, DeviceID(number=number), cause)
    connect(exchange, call, number, cause, now)


def divert_to_all(exchange: Exchange, connection: Connection, first: DeviceID, ways: list[Route], now: float) -> None:
    """The call leaves a device for several telephones, which ring together (§17.1.11 FR 9); ``first`` is told."""
    call = connection.call
    leave(exchange, connection, first, EventCause.REDIRECTED)
    for way in ways:
        cause = follow(exchange, call, way, EventCause.REDIRECTED)
        if isinstance(way.target, Extension):
            ring(exchange, call, way.target, cause, now).together = True


def silence(exchange: Exchange, call: Call) -> None:
    """Somebody has the call: the telephones that rang together ring no more (§17.1.11 FR 10)."""
    for other in list(call.connections.values()):
        if other.together and other.state == State.ALERTING:
            exchange.clear(other, EventCause.MULTIPLE_ALERTING)


def leave(exchange: Exchange, connection: Connection, destination: DeviceID, cause: EventCause) -> None:
    """The call leaves a device for another one (§17.2.7); what happens there is up to the caller."""
    connection.call.last_redirection = connection.device.id
    event = reports.diverted(connection, destination, cause)
    exchange.move(connection, State.NULL)
    exchange.report(event, connection.call, connection.device)


def follow(exchange: Exchange, call: Call, way: Route, cause: EventCause) -> EventCause:
    """The call is forwarded before it comes to any device (§6.7.1): those devices and the caller are told.

    Gives the cause of what happens at the end of the way; ``cause`` when it was not forwarded.
    """
    for hop in way.diversions:
        call.last_redirection = hop.device.id
        event = reports.diverted(Connection(call, hop.device), DeviceID(number=hop.destination), hop.cause)
        exchange.report(event, call, hop.device)
    return way.diversions[-1].cause if way.diversions else cause


def dial_out(
    exchange: Exchange,
    call: Call,
    line: Line,
    outside: ExternalNumber,
    number: str,
    cause: EventCause,
    now: float,
) -> Connection:
    """The call leaves by a line; from here on the network says how it fares (§17.2.12 FR 2)."""
    call.associated_called = line.id
    connection = exchange.join(call, line, State.CONNECTED, DeviceID(number=number))
    exchange.report(reports.network_reached(connection, cause), call)
    exchange.timers.set(
        connection, now + outside.rings_after, lambda at: _network_signal(exchange, connection, outside, at)
    )
    return connection


def _network_signal(exchange: Exchange, connection: Connection, outside: ExternalNumber, now: float) -> None:
    """The far end rings, or cannot be reached."""
    if outside.failure is not None:
        exchange.move(connection, State.FAIL)
        _fail_at(exchange, connection.call, connection.id, DeviceID(number=str(connection.party)), outside.failure, now)
        return
    exchange.move(connection, State.ALERTING)
    exchange.report(reports.delivered(connection, EventCause.NETWORK_SIGNAL), connection.call)
    if outside.answers_after is None:
        await_answer(exchange, connection, now)
        return
    exchange.timers.set(
        connection, now + outside.answers_after, lambda at: _far_end_answers(exchange, connection, outside, at)
    )


def _far_end_answers(exchange: Exchange, connection: Connection, outside: ExternalNumber, now: float) -> None:
    answer(exchange, connection, EventCause.NETWORK_SIGNAL)
    if outside.talks_for is not None:
        _drop_later(exchange, connection, now + outside.talks_for, EventCause.NORMAL_CLEARING)


def answer(exchange: Exchange, connection: Connection, cause: EventCause) -> None:
    """Somebody answers (§17.2.8)."""
    connection.answered = True
    exchange.move(connection, State.CONNECTED)
    exchange.report(reports.established(connection, cause), connection.call)
    silence(exchange, connection.call)


def answer_cause(connection: Connection) -> EventCause:
    """New Call means: never redirected so far, nor answered here before."""
    new = connection.call.last_redirection is None and not connection.answered
    return EventCause.NEW_CALL if new else EventCause.NORMAL


def fail(exchange: Exchange, call: Call, device: DeviceID, cause: EventCause, now: float) -> None:
    """The call does not get through to a device; that device itself is not told (§17.2.9 FR 3)."""
    _fail_at(exchange, call, ConnectionID(call_id=call.id), device, cause, now)


def give_up(exchange: Exchange, connection: Connection, cause: EventCause, now: float) -> None:
    """A group or a routeing device has nobody for the call."""
    call, device = connection.call, connection.device
    exchange.clear(connection, cause)
    fail(exchange, call, device.id, cause, now)


def send_on(exchange: Exchange, connection: Connection, number: str, cause: EventCause, now: float) -> None:
    """A group or a routeing device sends the call elsewhere; empty, or too often, and the call fails."""
    connection.call.hops += 1
    if number and connection.call.hops <= MOST_HOPS:
        divert(exchange, connection, number, cause, now)
    else:
        give_up(exchange, connection, EventCause.DEST_NOT_OBTAINABLE if not number else EventCause.OVERFLOW, now)


def _fail_at(
    exchange: Exchange, call: Call, failing: ConnectionID, device: DeviceID, cause: EventCause, now: float
) -> None:
    exchange.report(reports.failed(call, failing, device, cause), call)
    parties = list(call.connections.values())
    if sum(party.state != State.FAIL for party in parties) > 1:
        _lose_failed(exchange, parties, cause)
        return
    call.failed = device
    listeners = [party for party in parties if isinstance(party.device, Extension)]
    for listener in listeners:
        _drop_later(exchange, listener, now + exchange.timing.tone, cause)
    if not listeners:  # an outside caller gets the cause from the network and is gone
        exchange.clear_all(call, cause)


def _lose_failed(exchange: Exchange, parties: list[Connection], cause: EventCause) -> None:
    """The others have each other to talk to: they go on without the one that failed."""
    for party in parties:
        if party.state == State.FAIL:
            exchange.clear(party, cause)


def _drop_later(exchange: Exchange, connection: Connection, at: float, cause: EventCause) -> None:
    exchange.timers.set(connection, at, lambda now: exchange.drop(connection, cause))


def hold(exchange: Exchange, connection: Connection, cause: EventCause, now: float) -> None:
    """The device suspends its part (§17.2.10)."""
    exchange.move(connection, State.HOLD)
    exchange.report(reports.held(connection, cause), connection.call)
    remind_later(exchange, connection, now)


def remind_later(exchange: Exchange, connection: Connection, now: float) -> None:
    """A held call is not forgotten for ever (§17.1.15 FR 1), where the switch takes care of that."""
    if exchange.timing.hold is not None:
        exchange.timers.set(connection, now + exchange.timing.hold, lambda at: remind(exchange, connection, at))


def remind(exchange: Exchange, connection: Connection, now: float) -> None:
    """The held call rings where it is held; not yet while that device has another call, or nobody waits there."""
    device, others = connection.device, connection.call.others(connection.device)
    waiting = any(other.state in (State.CONNECTED, State.HOLD) for other in others)
    if not waiting or device.connection_in(State.CONNECTED, State.INITIATED, State.ALERTING):
        remind_later(exchange, connection, now)
        return
    connection.answered = True
    exchange.move(connection, State.ALERTING)
    deliver(exchange, connection, EventCause.RECALL, now)


def retrieve(exchange: Exchange, connection: Connection, cause: EventCause) -> None:
    """The device takes its part up again (§17.2.16)."""
    exchange.move(connection, State.CONNECTED)
    exchange.report(reports.retrieved(connection, cause), connection.call)
