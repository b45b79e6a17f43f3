"""A trace in the words of the call model: what a provider on that link told its listeners.

The rules are those of :mod:`csta.provider.watch`, which asks and hears; here both is heard.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from csta.apdu import Error, Result
from csta.messages.base import Event, Message, Request
from csta.messages.call_control import ConsultationCall, ConsultationCallResponse, MakeCall, MakeCallResponse
from csta.messages.call_data import LocalConnectionState
from csta.messages.common import DeviceID
from csta.messages.monitoring import MonitorStart, MonitorStartResponse, MonitorStop
from csta.messages.system import SystemStatus, SystemStatusValue
from csta.model.call import Call
from csta.model.events import DeviceChanged, LinkDown, ModelEvent
from csta.model.tracker import Tracker
from csta.provider.events import READINGS, happening
from csta.provider.features import Features
from csta.provider.identifiers import extension
from csta.provider.monitors import Monitors
from csta.recorder import trace
from csta.recorder.dialogue import Happened, Step
from csta.recorder.looking import Looks
from csta.session import Role

_OWN = frozenset({LocalConnectionState.ALERTING, LocalConnectionState.INITIATED, LocalConnectionState.HOLD})
"""Local states in which an event is about the monitored device itself."""

RENEWAL = 1.0
"""Seconds within which a device is monitored again by one who only replaces its monitor."""


class Told(NamedTuple):
    """A model event, and when."""

    t: float
    link: str
    event: ModelEvent


class Follower:
    """Follows the calls of a trace.

    A link that is made anew to the same place goes on with the calls known before, as in a provider.
    """

    def __init__(self) -> None:
        self._switches: dict[str, _Switch] = {}
        self._links: dict[int, _Switch] = {}

    def hear(self, happened: Happened) -> list[Told]:
        """Take in what happened next; gives what listeners are told of it."""
        if isinstance(happened, trace.Link):
            self._begin(happened)
        elif isinstance(happened, Step):
            switch = self._links[happened.link.link]
            return [Told(happened.t, switch.name, event) for event in switch.hear(happened)]
        elif isinstance(happened, trace.End):
            ended = self._links.pop(happened.link, None)
            return [] if ended is None else [Told(happened.t, ended.name, LinkDown(happened.reason or "closed"))]
        return []

    def device(self, step: Step) -> str | None:
        """The monitored device that an event, or a request about a monitor, is about."""
        reference = getattr(step.event or step.asked or step.asked_before, "monitor_cross_ref_id", None)
        return None if reference is None else self._links[step.link.link].monitored(reference)

    def calls(self) -> list[Call]:
        """The calls there are now, by device."""
        return [call for switch in self._switches.values() for call in switch.calls()]

    def _begin(self, link: trace.Link) -> None:
        known = self._switches.get(link.name)
        if known is None or known in self._links.values():  # two links at a time are two applications
            known = _Switch(link.name)
            self._switches[link.name if link.name not in self._switches else f"{link.name} {link.link}"] = known
        known.begin()
        self._links[link.link] = known


class _Switch:
    """What one application knows of one switch."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.monitors = Monitors()
        self._tracker = Tracker(extension)
        self._features = Features()
        self._looks = Looks(self._tracker)
        self._released: dict[str, float] = {}
        self._starting = 0
        self._restarting = False
        self._last: dict[str, str] = {}

    def monitored(self, reference: str) -> str | None:
        """The device of a monitor, also of one that has ended."""
        return self.monitors.device(reference) or self._last.get(reference)

    def calls(self) -> list[Call]:
        return [call for device in self.monitors.wanted for call in self._tracker.calls(device)]

    def begin(self) -> None:
        """A link is open: what stood on the one before is void."""
        self.monitors.void()
        self._last.clear()
        self._looks.void()
        self._starting = 0
        self._restarting = False

    def hear(self, step: Step) -> list[ModelEvent]:
        overdue = list(self._looks.overdue(step.t))
        if (event := step.event) is not None:
            return overdue + self._event(event, step.t)
        if (request := step.asked) is not None:
            return overdue + self._request(step, request)
        return overdue + self._answer(step) if step.is_answer else overdue

    def _request(self, step: Step, request: object) -> list[ModelEvent]:
        if step.sender is Role.SWITCHING:
            if isinstance(request, MonitorStop):
                self._ended(request.monitor_cross_ref_id)
            elif isinstance(request, SystemStatus):
                self._status(request.system_status)
            return self._looks.segment(step)
        self._looks.asked(step)
        if isinstance(request, MonitorStop):
            self._stopped(request.monitor_cross_ref_id, step.t)
        elif isinstance(request, MonitorStart):
            self._starting += 1
            self._forget_released(step.t)
        return []

    def _ended(self, reference: str) -> None:
        """The switch ends a monitor (§15.1.3): the calls are followed on when there is another."""
        device = self.monitors.ended(reference)
        if device is not None:
            self.monitors.lost(device)

    def _stopped(self, reference: str, t: float) -> None:
        """The application ends a monitor, for good or to replace it."""
        device = self.monitors.device(reference)
        if device is not None:
            self.monitors.release(device)
            self._last[reference] = device
            self._released[device] = t

    def _forget_released(self, t: float) -> None:
        """Forget the calls of devices whose monitors were not replaced."""
        for device, released in list(self._released.items()):
            if t > released + RENEWAL:
                del self._released[device]
                self._looks.forget(device)
                self._tracker.forget(device)

    def _status(self, status: SystemStatusValue) -> None:
        """What a status says of monitors (§12.2.28)."""
        if status in (SystemStatusValue.INITIALIZING, SystemStatusValue.DISABLED):
            self._restarting = True
        elif status is SystemStatusValue.ENABLED and self._restarting:
            self._restarting = False
            self.monitors.void()

    def _answer(self, step: Step) -> list[ModelEvent]:
        asked = step.asked_before
        if isinstance(asked, MonitorStart):
            self._starting -= 1
        answer = step.apdu.message if isinstance(step.apdu, Result) else None
        if isinstance(asked, MonitorStart) and (device := asked.monitor_object.device_object) is not None:
            return self._monitored(device.number, answer, isinstance(step.apdu, Error))
        if (new := _new_call(asked, answer)) is not None:
            self._tracker.identify(*new)
        return self._looks.answered(step)

    def _monitored(self, device: str, answer: Message | None, refused: bool) -> list[ModelEvent]:
        self.monitors.want(device)
        self._released.pop(device, None)
        if isinstance(answer, MonitorStartResponse):
            was_lost = self.monitors.started(device, answer.monitor_cross_ref_id)
            return [DeviceChanged(device, in_service=True)] if was_lost else []
        if refused:
            self.monitors.refused(device)
            return [DeviceChanged(device, in_service=False)]
        return []

    def _event(self, event: Event, t: float) -> list[ModelEvent]:
        device = self.monitors.device(event.monitor_cross_ref_id) or self._guess(event)
        if device is None:
            return []
        told = self._looks.heard(device)
        changed = self._features.changed(device, event)
        happened = happening(event)
        told += [] if changed is None else [changed]
        return told if happened is None else told + self._tracker.apply(device, happened, t)

    def _guess(self, event: Event) -> str | None:
        """The device of a monitor that was started before the trace begins."""
        reading = READINGS.get(type(event))
        if (
            self._starting
            or event.monitor_cross_ref_id in self._last
            or reading is None
            or getattr(event, "local_connection_info", None) not in _OWN
        ):
            return None
        subject = reading.subject(event)
        if subject is None or subject.device is None:
            return None
        device = extension(subject.device.number)
        self.monitors.want(device)
        self.monitors.started(device, event.monitor_cross_ref_id)
        return device


def _new_call(asked: Request[Any] | None, answer: Message | None) -> tuple[str, str] | None:
    """Device and identifier of a call the switch says it has made."""
    if isinstance(asked, MakeCall) and isinstance(answer, MakeCallResponse):
        device: DeviceID | None = asked.calling_device
        call_id = answer.calling_device.call_id
    elif isinstance(asked, ConsultationCall) and isinstance(answer, ConsultationCallResponse):
        device, call_id = asked.existing_call.device_id, answer.initiated_call.call_id
    else:
        return None
    return (extension(device.number), call_id) if device is not None and call_id is not None else None


def model_events(happened: Iterable[Happened]) -> Iterator[Told]:
    """What a provider on the links of a trace told its listeners."""
    follower = Follower()
    for each in happened:
        yield from follower.hear(each)
