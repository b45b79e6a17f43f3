"""The calls at a device that two ways tell of, each of them once, with one name for its whole life."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from csta.errors import LocalProtocolError
from csta.model.call import Call, Party
from csta.model.changes import told
from csta.model.events import CallAnswered, CallEnded, CallEvent, CallUpdated
from csta.model.states import ConnectionState
from csta_gateway.pairing import Sighting, common, pairs
from csta_gateway.reach import Way

KEPT = ("direction", "other", "called", "parties", "last_redirection", "far_state", "since", "began")
"""Fields of a call that stay as they were known for as long as a way goes on to say what it said at the hand-over."""


@dataclass(slots=True)
class _Known:
    """A call that users see.

    :param call: as they see it.
    :param exact: it was seen to begin.
    :param said: what the active way said when it took the call over.
    :param meant: what users saw then.
    :param on: its identifier on the ways that tell of it.
    """

    call: Call
    exact: bool
    said: Call
    meant: Call
    on: dict[Way, str] = field(default_factory=dict)


class OneCall:
    """The calls at one device.

    :param names: names for calls.
    """

    def __init__(self, names: Iterator[str]) -> None:
        self._names = names
        self._known: dict[str, _Known] = {}
        self._promised: dict[tuple[Way, str], str] = {}

    @property
    def calls(self) -> tuple[Call, ...]:
        """As users see them, oldest first."""
        return tuple(known.call for known in self._known.values())

    def on(self, way: Way, call: str) -> str:
        """What a way calls a call; raises :class:`LocalProtocolError` when it has none of that name."""
        known = self._known.get(call)
        if known is None or way not in known.on:
            raise LocalProtocolError(f"there is no call {call} here")
        return known.on[way]

    def name(self, way: Way, call: str) -> str:
        """What users call a call of a way; that may still be to come."""
        known = self._find(way, call)
        return known or self._promised.setdefault((way, call), next(self._names))

    def hear(self, way: Way, event: CallEvent, exact: bool) -> list[CallEvent]:
        """What an event of the active way says to users.

        :param exact: the way would have told, had the call begun earlier than it says.
        """
        name = self._find(way, event.call.id)
        if name is None:
            if isinstance(event, CallEnded):
                return []
            return [type(event)(self._begin(way, Sighting(event.call, exact)))]
        known = self._known[name]
        before, known.call = known.call, self._seen(known, way, event.call)
        if isinstance(event, CallEnded):
            del self._known[name]
            return [CallEnded(known.call, event.answered_by), *self._stand_alone(name)]
        if isinstance(event, CallAnswered) and before.answered is not None:
            return [CallUpdated(known.call)]
        return [] if type(event) is CallUpdated and known.call == before else [type(event)(known.call)]

    def pair(self, way: Way, found: Sequence[Sighting]) -> None:
        """Find out which calls are which of a way that is not active, as soon as both ways tell of them."""
        for call, other in self._pairs(way, found):
            self._known[call].on[way] = other

    def hand_over(self, way: Way, found: Sequence[Sighting]) -> list[CallEvent]:
        """Another way tells of the calls from now on.

        :param found: the calls it tells of now.
        :returns: what is new by that: calls that ended first, then those that changed or began.
        """
        self.pair(way, found)
        present = {sighting.call.id for sighting in found}
        over = [call for call, known in self._known.items() if known.on.get(way) not in present]
        events: list[CallEvent] = [CallEnded(self._dropped(call)) for call in over]
        for sighting in found:
            call = self._find(way, sighting.call.id)
            events += self._begun(way, sighting) if call is None else self._taken(self._known[call], way, sighting.call)
        self._promised.clear()
        return events

    def _pairs(self, way: Way, found: Sequence[Sighting]) -> list[tuple[str, str]]:
        present = {sighting.call.id for sighting in found}
        named = {known.on.get(way) for known in self._known.values()}
        loose = [known for known in self._known.values() if known.on.get(way) not in present]
        if not loose:
            return []
        return pairs(
            (Sighting(known.call, known.exact) for known in loose),
            (sighting for sighting in found if sighting.call.id not in named),
        )

    def _find(self, way: Way, call: str) -> str | None:
        return next((name for name, known in self._known.items() if known.on.get(way) == call), None)

    def _begin(self, way: Way, sighting: Sighting) -> Call:
        said = sighting.call
        name = self._promised.pop((way, said.id), None) or next(self._names)
        consulted = None if said.consultation_of is None else self._find(way, said.consultation_of)
        call = replace(said, id=name, consultation_of=consulted)
        self._known[name] = _Known(call, sighting.exact, said, call, {way: said.id})
        return call

    def _begun(self, way: Way, sighting: Sighting) -> list[CallEvent]:
        call = self._begin(way, sighting)
        return [told(replace(call, state=ConnectionState.NULL, answered=None), call)(call)]

    def _taken(self, known: _Known, way: Way, said: Call) -> list[CallEvent]:
        """A call goes on by another way."""
        before = known.call
        known.said, known.meant = said, merged(before, said)
        known.call = self._seen(known, way, said)
        same = replace(before, call_id=known.call.call_id, cause=known.call.cause)
        return [] if known.call == same else [told(before, known.call)(known.call)]

    def _seen(self, known: _Known, way: Way, said: Call) -> Call:
        """A call as users see it, from what the active way says."""
        kept = {name: getattr(known.meant, name) for name in KEPT if getattr(said, name) == getattr(known.said, name)}
        if said.consultation_of is not None:
            consulted = self._find(way, said.consultation_of)
        else:
            meant = known.meant.consultation_of if known.said.consultation_of is None else None
            consulted = meant if meant in self._known else None
        answered = said.answered if known.meant.answered is None else known.meant.answered
        return replace(said, id=known.call.id, answered=answered, consultation_of=consulted, **kept)

    def _stand_alone(self, held: str) -> Iterator[CallEvent]:
        """The calls that consulted for one that is over."""
        for known in self._known.values():
            if known.call.consultation_of == held:
                known.call = replace(known.call, consultation_of=None)
                yield CallUpdated(known.call)

    def _dropped(self, call: str) -> Call:
        return replace(self._known.pop(call).call, state=ConnectionState.NULL, cause="")


def merged(known: Call, said: Call) -> Call:
    """A call that another way goes on with: what that says, without forgetting what was known before."""
    other = _party(known.other, said.other)
    goes_on = said.state is known.state and (said.answered is None) is (known.answered is None)
    return replace(
        said,
        consultation_of=known.consultation_of,
        direction=known.direction,
        other=other,
        called=_party(known.called, said.called),
        parties=said.parties if len(said.parties) > 1 else (other,),
        last_redirection=said.last_redirection or known.last_redirection,
        far_state=known.far_state if goes_on and said.far_state is ConnectionState.NULL else said.far_state,
        since=known.since if goes_on else said.since,
        began=known.began,
        answered=said.answered if known.answered is None else known.answered,
    )


def _party(known: Party, said: Party) -> Party:
    """A party in the spelling known before, if it is the same one."""
    if said.number is None or (known.number is not None and common(known, said)):
        return replace(known, name=known.name or said.name)
    return said
