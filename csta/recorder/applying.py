"""A recorded application on a live link."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import cast

from twisted.internet.defer import Deferred

from csta.apdu import Error, Result
from csta.client import Client
from csta.errors import LinkLost, RequestError
from csta.messages.base import Event, Message, Request
from csta.messages.errors import UniversalFailure
from csta.messages.system import RequestSystemStatus, SystemStatus
from csta.protocol import DelayedCall, ReactorTime
from csta.recorder.computing import Difference, Names
from csta.recorder.dialogue import Step
from csta.session import Role
from csta.session.answers import service_error

_OF_THE_SESSION = (SystemStatus, RequestSystemStatus)


class RecordedApplication:
    """The application side of one link of a trace, on a client.

    :param patience: seconds an event may take longer than when it was recorded.
    :ivar differences: where the live switch did something else.
    :ivar asked: requests that were asked again.
    :ivar heard: events that came as recorded.
    """

    def __init__(self, reactor: ReactorTime, client: Client, patience: float = 3.0) -> None:
        self.differences: list[Difference] = []
        self.asked = 0
        self.heard = 0
        self._reactor = reactor
        self._client = client
        self._patience = patience
        self._names = Names()
        self._events: defaultdict[str, list[Event]] = defaultdict(list)
        self._arrived: Deferred[None] | None = None

    async def run(self, steps: Iterable[Step]) -> list[Difference]:
        """Ask everything again; gives the differences.

        :raises LinkLost: the link does not last so long.
        """
        steps = list(steps)
        answers = {step.request.number: step for step in steps if step.request is not None}
        unsubscribe = self._client.subscribe(self._hear)
        try:
            for before, step in zip([steps[0], *steps], steps, strict=False):
                if step.sender is Role.COMPUTING and step.asked is not None:
                    await self._ask(step, step.asked, answers.get(step.number))
                elif step.event is not None:
                    await self._expect(step, step.event, step.t - before.t)
        finally:
            unsubscribe()
        self._rest()
        return self.differences

    async def _ask(self, step: Step, request: Request[object], answered: Step | None) -> None:
        if isinstance(request, _OF_THE_SESSION):
            return
        live, unknown = self._names.translate(request)
        if unknown:
            self._differ(step, request, "asked", f"not asked, for {', '.join(unknown)} has not come about")
            return
        self.asked += 1
        answer: object
        try:
            answer = await self._client.request(cast("Request[object]", live))
        except LinkLost:
            raise
        except RequestError as error:
            answer = error
        self._compare_answers(step, request, answered, answer)

    def _compare_answers(self, step: Step, request: Message, answered: Step | None, live: object) -> None:
        recorded = answered.apdu.message if answered is not None and isinstance(answered.apdu, Result | Error) else None
        if isinstance(live, RequestError):
            before = _failure(recorded)
            if before != live.reason:
                self._differ(step, request, before, f"refused: {live.reason}")
        elif isinstance(recorded, UniversalFailure):
            self._differ(step, request, f"refused: {_failure(recorded)}", "granted")
        elif isinstance(recorded, Message) and isinstance(live, Message):
            self._compare(answered or step, recorded, live)

    async def _expect(self, step: Step, event: Event, pause: float) -> None:
        """Wait for an event like a recorded one, which came ``pause`` seconds after what stands before it."""
        monitor = self._names.known("monitor_cross_ref_id", event.monitor_cross_ref_id)
        if monitor is None:
            return  # of a monitor that was started before the trace, or is not there
        until = self._reactor.seconds() + pause + self._patience
        while (live := self._take(monitor, type(event))) is None:
            left = until - self._reactor.seconds()
            if left <= 0:
                self._differ(step, event, "came", "did not come")
                return
            await self._wait(left)
        self.heard += 1
        self._compare(step, event, live)

    def _take(self, monitor: str, kind: type[Event]) -> Event | None:
        """The first event of its kind from a monitor."""
        waiting = self._events[monitor]
        found = next((event for event in waiting if type(event) is kind), None)
        if found is not None:
            waiting.remove(found)
        return found

    def _wait(self, seconds: float) -> Deferred[None]:
        """Fires with the next event, or after some time."""
        arrived: Deferred[None] = Deferred()
        self._arrived = arrived
        timer = cast(DelayedCall, self._reactor.callLater(seconds, self._wake))

        def stop(result: None) -> None:
            if timer.active():
                timer.cancel()

        return arrived.addCallback(stop)

    def _wake(self) -> None:
        arrived, self._arrived = self._arrived, None
        if arrived is not None:
            arrived.callback(None)

    def _hear(self, event: Event) -> None:
        self._events[event.monitor_cross_ref_id].append(event)
        self._wake()

    def _rest(self) -> None:
        """What came that was not recorded."""
        for events in self._events.values():
            for event in events:
                self.differences.append(Difference(0, type(event).__name__, "", "nothing", "it came"))

    def _compare(self, step: Step, recorded: Message, live: Message) -> None:
        for path, before, now in self._names.compare(recorded, live):
            self.differences.append(Difference(step.number, type(recorded).__name__, path, before, now))

    def _differ(self, step: Step, message: Message, recorded: str, live: str) -> None:
        self.differences.append(Difference(step.number, type(message).__name__, "", recorded, live))


def _failure(recorded: object) -> str:
    """A recorded refusal in the words of :class:`csta.errors.ServiceError`."""
    if not isinstance(recorded, UniversalFailure):
        return "granted"
    return service_error("", recorded).reason
