"""A trace as a switch: the recorded answers and events, for a client that asks as the recorded one did.

Requests are found by what they ask, not by when. What the switch says keeps its order and waits for the requests that
stand before it in the trace. A request the client leaves out is passed over when the client asks for something on calls
that stands behind it, or when it has asked nothing for a while. So a client that is slower, quicker or a little
different has the same conversation. What calls there are is told whenever that is known: as long as no event has come
at the device since, or until, it was recorded.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable
from typing import Any, NamedTuple

from csta.apdu import Error, Result
from csta.messages.base import Event, Request, Response
from csta.messages.errors import OperationErrors, UniversalFailure
from csta.messages.monitoring import MonitorStart, MonitorStartResponse, MonitorStop, MonitorStopResponse
from csta.messages.snapshot import SnapshotCall, SnapshotDevice
from csta.messages.system import RequestSystemStatus, SystemRegister, SystemStatus
from csta.recorder import trace
from csta.recorder.dialogue import Step
from csta.session import Role

QUERIES = (SnapshotDevice, SnapshotCall, SystemRegister, SystemStatus, RequestSystemStatus)
"""Requests that change nothing at the switch: nothing waits for them, and they for nothing."""

PREPARATIONS = (*QUERIES, MonitorStart, MonitorStop)
"""Requests an application may make in another order without meaning anything by it."""

UNKNOWN = UniversalFailure(operation=OperationErrors.GENERIC)
"""The answer to a request that is not in the trace."""


class Answer(NamedTuple):
    """What to answer to a request of the client, by the number it was asked with."""

    number: int
    content: Response | UniversalFailure | None


class Loss(NamedTuple):
    """The link was lost here."""

    reason: str


class _Asked:
    """A recorded request.

    :ivar content: the recorded answer, None where there is none.
    :ivar due: whether it is the turn of the answer, or was.
    :ivar events: how many events had come at its device when it was answered.
    :ivar number: what the client asked it with, None while it has not.
    :ivar passed: the conversation went on without it.
    """

    def __init__(self, request: Request[Any]) -> None:
        self.request = request
        self.content: Response | UniversalFailure | None = None
        self.due = False
        self.events = 0
        self.number: int | None = None
        self.passed = isinstance(request, QUERIES)

    @property
    def open(self) -> bool:
        """Whether the switch waits for it."""
        return self.number is None and not self.passed


class _Said(NamedTuple):
    """Something the recorded switch sent.

    :param answers: the request it answers, None for an event.
    :param before: how many requests stand before it.
    :param pause: seconds after what stands before it.
    """

    content: Response | UniversalFailure | Event | Loss | None
    answers: _Asked | None
    before: int
    pause: float


class RecordedSwitch:
    """The switching side of one link of a trace. Pure: time is an argument, what to send is pulled.

    :param steps: the messages of the link.
    :param speed: how many times as fast as recorded; None for as fast as possible.
    :param patience: seconds of silence after which the requests that are waited for are passed over.
    :param end: how the link ended, None where it was not recorded.
    :ivar unknown: what the client asked that is not in the trace.
    """

    def __init__(
        self,
        steps: Iterable[Step],
        speed: float | None = None,
        patience: float = 10.0,
        end: trace.End | None = None,
    ) -> None:
        self.unknown: list[Request[Any]] = []
        self._speed = speed
        self._patience = patience
        self._asked: list[_Asked] = []
        self._said: deque[_Said] = deque()
        self._outbox: deque[Answer] = deque()
        self._monitors: dict[str, _Asked] = {}
        self._events: Counter[str] = Counter()
        self._settled = 0
        self._last = 0.0
        self._heard = 0.0
        self._read(steps, end)
        self._events.clear()

    @property
    def finished(self) -> bool:
        """Whether everything the recorded switch said has been said."""
        return not self._said

    def missing(self) -> list[Request[Any]]:
        """Recorded requests that the client has not asked, without those that nothing waits for."""
        return [
            asked.request for asked in self._asked if asked.number is None and not isinstance(asked.request, QUERIES)
        ]

    def begin(self, now: float) -> None:
        """The link is open."""
        self._last = self._heard = now

    def receive(self, number: int, request: Request[Any], now: float) -> None:
        """The client asks for something; ``number`` comes back with the answer."""
        self._heard = now
        same = [asked for asked in self._asked if asked.request == request]
        if isinstance(request, QUERIES):
            self._tell(number, request, same)
            return
        if isinstance(request, MonitorStop):  # also of a monitor that the recorded application never stopped
            self._outbox.append(Answer(number, MonitorStopResponse()))
            self._mark(same[-1:], number)
            return
        found = next((asked for asked in same if asked.number is None), same[-1] if same else None)
        if found is None:
            self.unknown.append(request)
            self._outbox.append(Answer(number, UNKNOWN))
            return
        if not isinstance(request, PREPARATIONS):
            self._pass_over(self._asked.index(found))
        found.number = number
        self._last = max(self._last, now)
        if found.due:
            self._outbox.append(Answer(number, found.content))

    def _tell(self, number: int, request: Request[Any], same: list[_Asked]) -> None:
        """Answer a query as it was when as many events had come at its device; refuse it where nobody asked then."""
        events = self._events[_device(request)]
        known = [asked for asked in same if asked.content is not None and asked.events == events]
        self._mark(known[:1] or same[:1], number)
        if not same:
            self.unknown.append(request)
        self._outbox.append(Answer(number, known[0].content if known else UNKNOWN))

    @staticmethod
    def _mark(asked: list[_Asked], number: int) -> None:
        for each in asked:
            each.number = number

    def next(self, now: float) -> Answer | Event | Loss | None:
        """What to send now, None for nothing yet."""
        if self._outbox:
            return self._outbox.popleft()
        while self._said:
            said = self._said[0]
            due = self._due(said)
            if due > now:
                return None
            self._pass_over(said.before)
            self._said.popleft()
            if self._speed is not None:
                self._last = due
            found = self._take(said)
            if found is not None:
                return found
        return None

    def next_deadline(self) -> float | None:
        """When to ask :meth:`next` again, None for never unless the client asks for something."""
        if self._outbox:
            return self._last
        return self._due(self._said[0]) if self._said else None

    def _read(self, steps: Iterable[Step], end: trace.End | None) -> None:
        by_number: dict[int, _Asked] = {}
        before: float | None = None
        for step in steps:
            if step.sender is Role.COMPUTING and (request := step.asked) is not None:
                by_number[step.number] = asked = _Asked(request)
                self._asked.append(asked)
            elif step.sender is Role.SWITCHING:
                answers = by_number.get(step.request.number) if step.request is not None else None
                self._note(step, answers, 0.0 if before is None else step.t - before)
            before = step.t
        if end is not None and end.reason:
            pause = 0.0 if before is None else end.t - before
            self._said.append(_Said(Loss(end.reason), None, len(self._asked), pause))

    def _note(self, step: Step, answers: _Asked | None, pause: float) -> None:
        content: Any = step.event
        if answers is not None:
            content = step.apdu.message if isinstance(step.apdu, Result | Error) else UNKNOWN
            answers.content, answers.events = content, self._events[_device(answers.request)]
            if isinstance(content, MonitorStartResponse):
                self._monitors[content.monitor_cross_ref_id] = answers
        elif step.event is not None:
            self._count(step.event)
        else:
            return
        self._said.append(_Said(content, answers, len(self._asked), pause))

    def _count(self, event: Event) -> None:
        started = self._monitors.get(event.monitor_cross_ref_id)
        self._events["" if started is None else _device(started.request)] += 1

    def _take(self, said: _Said) -> Answer | Event | Loss | None:
        """What is to be sent of something whose turn it is."""
        if isinstance(said.content, Loss):
            return said.content
        if isinstance(said.content, Event):
            self._count(said.content)
            started = self._monitors.get(said.content.monitor_cross_ref_id)
            return said.content if started is None or started.number is not None else None
        asked = said.answers
        if asked is None or asked.due:
            return None
        asked.due = True
        if asked.number is None or isinstance(asked.request, (*QUERIES, MonitorStop)):  # not asked, or told already
            return None
        return Answer(asked.number, said.content)

    def _due(self, said: _Said) -> float:
        """When it is its turn."""
        while self._settled < len(self._asked) and not self._asked[self._settled].open:
            self._settled += 1
        if self._settled < said.before:
            return max(self._last, self._heard) + self._patience
        return self._last + (said.pause / self._speed if self._speed is not None else 0.0)

    def _pass_over(self, end: int) -> None:
        """The conversation goes on without the requests up to one."""
        for asked in self._asked[self._settled : end]:
            asked.passed = asked.passed or asked.number is None


def _device(request: Request[Any]) -> str:
    """The device a request is about whose events tell what has changed since; empty for the switch."""
    if isinstance(request, SnapshotDevice):
        return request.snapshot_object.number
    if isinstance(request, SnapshotCall):
        return "" if request.snapshot_object.device_id is None else request.snapshot_object.device_id.number
    if isinstance(request, MonitorStart) and request.monitor_object.device_object is not None:
        return request.monitor_object.device_object.number
    return ""
