"""The calls of a trace as people count them: who called whom, for how long, and how it ended."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from csta.apdu import Invoke, Result
from csta.messages.common import ConnectionID
from csta.model.events import (
    CallAnswered,
    CallEnded,
    CallEvent,
    CallFailed,
)
from csta.model.happenings import Diverted, Happening, Regrouping, ServiceInitiated, Transferred
from csta.provider.events import happening
from csta.recorder.dialogue import Happened, Step
from csta.recorder.following import Follower, Told
from csta.recorder.story import party

REUSE = 60.0
"""Seconds after which an identifier of a call that is over stands for a new call."""


@dataclass(slots=True)
class CallStory:
    """One call from its beginning to its end. Times are seconds since the start of the trace.

    :param number: counts the calls of the trace from 1.
    :param group: number of the call that this one was transferred or conferenced into; its own without.
    :param identifiers: what the switch called it, one after the other.
    :param devices: monitored devices it was at, in order.
    :param calling: who called, in words, as far as the switch told it.
    :param failure: cause of a failure, empty without.
    :param notes: what became of it besides: diverted, transferred, conference.
    """

    number: int
    group: int
    began: float
    identifiers: dict[str, None] = field(default_factory=dict)
    devices: dict[str, None] = field(default_factory=dict)
    calling: str = ""
    called: str = ""
    answered: float | None = None
    ended: float | None = None
    failure: str = ""
    notes: dict[str, None] = field(default_factory=dict)
    _present: set[tuple[str, str]] = field(default_factory=set)

    @property
    def talked(self) -> float | None:
        """Seconds from the answer to the end; None where it was not answered, or is not over."""
        return None if self.answered is None or self.ended is None else self.ended - self.answered

    @property
    def result(self) -> str:
        """How it went, in words."""
        if self.answered is not None:
            found = "answered" if self.ended is not None else "still connected"
        elif self.failure:
            found = self.failure
        else:
            found = "not over" if self.ended is None else "not answered" if self.called else "not dialled"
        return ", ".join((found, *self.notes))

    def learn(self, said: Happening) -> None:
        """Take in what an event says of the parties."""
        calling = said.subject if isinstance(said, ServiceInitiated) and said.calling is None else said.calling
        if not self.calling and calling is not None:
            self.calling = party(calling)
        if not self.called and said.called is not None:
            self.called = party(said.called)
        if isinstance(said, Diverted):
            self.notes[f"diverted to {party(said.new_destination)}"] = None
        elif isinstance(said, Regrouping):
            how = "transferred to" if isinstance(said, Transferred) else "conference with"
            self.notes[f"{how} {party(said.added)}"] = None

    def note(self, event: CallEvent, t: float) -> None:
        """Take in what happened to it at one device."""
        self.devices[event.call.device] = None
        if isinstance(event, CallEnded):
            self.leave((event.call.device, event.call.id), t)
            return
        self._present.add((event.call.device, event.call.id))
        self.ended = None
        if isinstance(event, CallAnswered) and self.answered is None:
            self.answered = t
        elif isinstance(event, CallFailed):
            self.failure = event.call.cause or "failed"

    def leave(self, at: tuple[str, str], t: float) -> None:
        """The call is over at a device, or has become part of another there."""
        self._present.discard(at)
        if not self._present:
            self.ended = t


class CallBook:
    """Puts messages to the calls they are about.

    :ivar stories: the calls, oldest first.
    """

    def __init__(self) -> None:
        self.stories: list[CallStory] = []
        self._known: dict[tuple[str, str], CallStory] = {}
        self._places: dict[tuple[str, str, str], CallStory] = {}

    def hear(self, step: Step, told: Iterable[Told]) -> CallStory | None:
        """The call a message is about, None for one about no call.

        :param told: what the model made of it.
        """
        events = [each.event for each in told if isinstance(each.event, CallEvent)]
        said = None if step.event is None else happening(step.event)
        story = None
        for event in events:
            story = self._story(step, event.call.call_id, said, begins=True)
            if story is not None:
                story.note(event, step.t)
                self._place(step, event, story)
        identifier = said.call_id if said is not None else call_identifier(step)
        if identifier is not None:
            story = self._story(step, identifier, said, begins=False) or story
        if story is None and step.request is not None and (asked := call_identifier(step.request)) is not None:
            story = self._story(step, asked, None, begins=False)
        if story is not None and said is not None:
            story.learn(said)
        return story

    def _place(self, step: Step, event: CallEvent, story: CallStory) -> None:
        """Remember what call a device is in; where it was in another one before, that is over there."""
        place = step.link.name, event.call.device, event.call.id
        before = self._places.get(place)
        if before is not None and before is not story:
            before.leave(place[1:], step.t)
        if isinstance(event, CallEnded):
            self._places.pop(place, None)
        else:
            self._places[place] = story

    def _story(self, step: Step, identifier: str, said: Happening | None, *, begins: bool) -> CallStory | None:
        """The story with an identifier.

        :param begins: something happened at a monitored device, so that there is a story even if it is not known yet.
        """
        key = step.link.name, identifier
        story = self._known.get(key)
        if isinstance(said, Regrouping) and said.call_id == identifier:
            old = [found for each in said.old_calls if (found := self._known.get((key[0], each))) is not None]
            story = old[0] if old else story
            for other in old[1:]:
                other.group = old[0].group
        if begins and (story is None or (story.ended is not None and step.t - story.ended > REUSE)):
            number = len(self.stories) + 1
            story = CallStory(number, number, step.t)
            self.stories.append(story)
        if story is not None:
            story.identifiers[identifier] = None
            self._known[key] = story
        return story


def call_identifier(step: Step) -> str | None:
    """The call a message names first; of an answer that names none, the one of its request."""
    message = step.apdu.message if isinstance(step.apdu, Invoke | Result) else None
    for name in () if message is None else message.__struct_fields__:
        value = getattr(message, name)
        if isinstance(value, ConnectionID):
            return value.call_id
    return None if step.request is None else call_identifier(step.request)


def stories(happened: Iterable[Happened]) -> list[CallStory]:
    """The calls of a trace, oldest first."""
    follower, book = Follower(), CallBook()
    for each in happened:
        told = follower.hear(each)
        if isinstance(each, Step):
            book.hear(each, told)
    return book.stories
