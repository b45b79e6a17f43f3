"""What an application learns by asking, in a trace: Snapshot Device, and Snapshot Call for what is new (§16.1).

The rules are those of :mod:`csta.provider.watch` and :mod:`csta.provider.snapshots`, which ask; here both is heard.
An application that does not ask on for new calls is believed what it was told.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from msgspec.structs import replace

from csta.apdu import Error, Result
from csta.messages.snapshot import (
    SnapshotCall,
    SnapshotCallContents,
    SnapshotCallData,
    SnapshotCallResponse,
    SnapshotDevice,
    SnapshotDeviceContents,
    SnapshotDeviceData,
    SnapshotDeviceResponse,
)
from csta.model.events import ModelEvent
from csta.model.happenings import SnapshotEntry
from csta.model.tracker import Tracker
from csta.provider import snapshots
from csta.provider.snapshots import Found
from csta.recorder.dialogue import Step

TRIES = 3
"""Snapshots in a row that events may cross before one is believed all the same."""

ASKED_AT_ONCE = 1.0
"""Seconds after which nobody asks on for a new call."""


@dataclass(slots=True)
class _Look:
    """The calls at a device, as far as they are known.

    :param mark: how many events of the device had come when it was asked for.
    :param left: calls that are still to be looked at.
    :param asked: number of the Snapshot Call under way, 0 for none.
    """

    device: str
    mark: int
    t: float
    left: deque[Found]
    entries: list[SnapshotEntry] = field(default_factory=list)
    asked: int = 0


class Looks:
    """The snapshots on the links to one switch; what they tell goes to the tracker."""

    def __init__(self, tracker: Tracker) -> None:
        self._tracker = tracker
        self._heard: Counter[str] = Counter()
        self._crossed: Counter[str] = Counter()
        self._marks: dict[int, int] = {}
        self._open: dict[str, _Look] = {}
        self._segments: dict[str, tuple[Step, SnapshotDeviceResponse | SnapshotCallResponse]] = {}

    def void(self) -> None:
        """The link is new: answers to what was asked before do not come."""
        self._marks.clear()
        self._open.clear()
        self._segments.clear()

    def forget(self, device: str) -> None:
        """A device is watched no longer."""
        self._open.pop(device, None)

    def overdue(self, t: float) -> Iterator[ModelEvent]:
        """What is believed because nobody asked on until now."""
        for look in [each for each in self._open.values() if not each.asked and t > each.t + ASKED_AT_ONCE]:
            yield from self._believe_all(look)

    def heard(self, device: str) -> list[ModelEvent]:
        """An event of a device comes; gives what is to be told before it."""
        look = self._open.get(device)
        events = [] if look is None or look.asked else self._believe_all(look)
        self._heard[device] += 1
        return events

    def asked(self, step: Step) -> None:
        """The application asks for something."""
        request = step.asked
        if isinstance(request, SnapshotDevice):
            self._marks[step.number] = self._heard[request.snapshot_object.number]
        elif isinstance(request, SnapshotCall):
            for look in self._open.values():
                if not look.asked and look.left[0].connection == request.snapshot_object:
                    look.asked = step.number

    def segment(self, step: Step) -> list[ModelEvent]:
        """The switch sends a part of an answer (§16.1.4)."""
        part = step.asked
        if not isinstance(part, SnapshotDeviceData | SnapshotCallData):
            return []
        known = self._segments.pop(part.service_cross_ref_id, None)
        if known is None:
            return []
        answered, answer = known
        whole = _with(answer, part)
        if part.last_segment:
            return self._whole(answered, whole)
        self._segments[part.service_cross_ref_id] = answered, whole
        return []

    def answered(self, step: Step) -> list[ModelEvent]:
        """The switch answers."""
        answer = step.apdu.message if isinstance(step.apdu, Result) else None
        if isinstance(answer, SnapshotDeviceResponse | SnapshotCallResponse):
            contents = answer.cross_ref_id_or_snapshot_data
            if contents.snapshot_data is None and contents.service_cross_ref_id is not None:
                self._segments[contents.service_cross_ref_id] = step, answer
                return []
            return self._whole(step, answer)
        return self._refused(step) if isinstance(step.apdu, Error) else []

    def _refused(self, step: Step) -> list[ModelEvent]:
        asked = step.asked_before
        if isinstance(asked, SnapshotDevice):
            return self._tracker.accept(asked.snapshot_object.number, step.t)
        look = self._of(step)
        if look is None:
            return []
        look.entries.append(look.left.popleft().entry)
        return self._go_on(look, step.t)

    def _whole(self, step: Step, answer: SnapshotDeviceResponse | SnapshotCallResponse) -> list[ModelEvent]:
        asked = step.asked_before
        if isinstance(answer, SnapshotDeviceResponse) and isinstance(asked, SnapshotDevice) and step.request:
            device = asked.snapshot_object.number
            mark = self._marks.pop(step.request.number, self._heard[device])
            return self._go_on(_Look(device, mark, step.t, deque(snapshots.found(answer) or ())), step.t)
        look = self._of(step)
        if look is None or not isinstance(answer, SnapshotCallResponse):
            return []
        look.entries.append(snapshots.completed(look.left.popleft().entry, answer, look.device))
        return self._go_on(look, step.t)

    def _of(self, step: Step) -> _Look | None:
        """The look that a Snapshot Call belongs to."""
        number = 0 if step.request is None else step.request.number
        return next((look for look in self._open.values() if number and look.asked == number), None)

    def _go_on(self, look: _Look, t: float) -> list[ModelEvent]:
        """Take the calls up to one that is asked on for."""
        look.asked, look.t = 0, t
        while look.left:
            call = look.left[0]
            if snapshots.is_news(call, self._tracker.named(look.device, call.entry.call_id)):
                self._open[look.device] = look
                return []
            look.entries.append(look.left.popleft().entry)
        self._open.pop(look.device, None)
        if self._heard[look.device] != look.mark and self._crossed[look.device] + 1 < TRIES:
            self._crossed[look.device] += 1  # it is asked again: nobody can tell which of the two is newer
            return []
        return self._believe(look)

    def _believe_all(self, look: _Look) -> list[ModelEvent]:
        self._open.pop(look.device, None)
        look.entries += [each.entry for each in look.left]
        return self._believe(look)

    def _believe(self, look: _Look) -> list[ModelEvent]:
        self._crossed.pop(look.device, None)
        return self._tracker.resynchronise(look.device, look.entries, look.t)


def _with(
    answer: SnapshotDeviceResponse | SnapshotCallResponse, part: SnapshotDeviceData | SnapshotCallData
) -> SnapshotDeviceResponse | SnapshotCallResponse:
    """An answer with one more segment of it."""
    before = answer.cross_ref_id_or_snapshot_data.snapshot_data or ()
    kind = SnapshotDeviceContents if isinstance(part, SnapshotDeviceData) else SnapshotCallContents
    return replace(answer, cross_ref_id_or_snapshot_data=kind(snapshot_data=(*before, *part.snapshot_data)))
