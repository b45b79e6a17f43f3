"""What happened to calls, in short lines that people read and tests compare.

.. code-block:: text

    2001 offered     from 0891234567 Maier       alerting
    2001 answered    from 0891234567 Maier       connected
    2001 ended       from 0891234567 Maier       normalClearing
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from csta.model.call import Call, Direction, Party, Presentation
from csta.model.events import (
    CallAnswered,
    CallConferenced,
    CallDelivered,
    CallEnded,
    CallEvent,
    CallFailed,
    CallHeld,
    CallInitiated,
    CallOffered,
    CallOriginated,
    CallQueued,
    CallRetrieved,
    CallTransferred,
    CallUpdated,
    DeviceChanged,
    LinkDown,
    ModelEvent,
)
from csta.model.states import ConnectionState
from csta.provider.identifiers import identity
from csta.recorder.dialogue import Happened
from csta.recorder.following import Follower
from csta.recorder.trace import Damage

VERBS: dict[type[CallEvent], str] = {
    CallOffered: "offered",
    CallInitiated: "initiated",
    CallOriginated: "originated",
    CallDelivered: "delivered",
    CallAnswered: "answered",
    CallHeld: "held",
    CallRetrieved: "retrieved",
    CallQueued: "queued",
    CallFailed: "failed",
    CallTransferred: "transferred",
    CallConferenced: "conferenced",
    CallUpdated: "updated",
    CallEnded: "ended",
}
"""What a call event is called."""

_DEVICE, _VERB, _PARTY = 4, 12, 28


def story(happened: Iterable[Happened]) -> Iterator[str]:
    """A line for each model event of a trace, and one for each damaged place."""
    follower = Follower()
    for each in happened:
        if isinstance(each, Damage):
            yield f"damaged: {each}"
        for told in follower.hear(each):
            yield line(told.event)


def line(event: ModelEvent) -> str:
    """A model event as a line."""
    if isinstance(event, CallEvent):
        verb, end = VERBS[type(event)], who(event.call)
        return f"{event.call.device:{_DEVICE}} {verb:{_VERB}}{end:{_PARTY}} {_how(event)}".rstrip()
    if isinstance(event, DeviceChanged):
        return f"{event.device:{_DEVICE}} {'changed':{_VERB}}{', '.join(_changes(event))}"
    if isinstance(event, LinkDown):
        return f"link down: {event.reason}"
    return "link up"


def who(call: Call) -> str:
    """The far end of a call: ``from 0891234567 Maier``, or in a conference ``with 2002, 2003``."""
    if len(call.parties) > 1:
        return "with " + ", ".join(party(each) for each in call.parties)
    return f"{'from' if call.direction is Direction.INCOMING else 'to'} {party(call.other)}"


def party(end: Party) -> str:
    """A party in words."""
    if end.number is None:
        unknown = "nobody known" if end.presentation is Presentation.NOT_KNOWN else "a withheld number"
        return end.name or unknown
    number, name = identity(end.number)
    return " ".join(filter(None, (number, end.name or name)))


def _how(event: CallEvent) -> str:
    call = event.call
    said = []
    if call.state is not ConnectionState.NULL:
        said.append(call.state.value)
        if call.far_state in (ConnectionState.HOLD, ConnectionState.FAIL, ConnectionState.QUEUED):
            said.append(f"far end {call.far_state.value}")
        if call.consultation_of is not None:
            said.append("consultation")
    if isinstance(event, CallEnded | CallFailed) and call.cause:
        said.append(call.cause)
    if isinstance(event, CallEnded) and event.answered_by is not None:
        said.append(f"taken by {event.answered_by}")
    return ", ".join(said)


def _changes(event: DeviceChanged) -> Iterator[str]:
    if event.do_not_disturb is not None:
        yield f"do-not-disturb {'on' if event.do_not_disturb else 'off'}"
    if event.forwarding is not None:
        active = [f"{kind} to {number}" for kind, number in sorted(event.forwarding.items())]
        yield "forwarding " + ("; ".join(active) or "off")
    if event.in_service is not None:
        yield "in service" if event.in_service else "out of service"
