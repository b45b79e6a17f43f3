"""Read a recorded link: what a trace tells of its calls, without the switch and as fast as the disk.

``python examples/time_to_answer.py trace.jsonl`` prints how long each call at each device rang before it was answered.
``connect(…, record="trace.jsonl")`` or ``csta monitor --record trace.jsonl`` records such a trace.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import NamedTuple

from csta.model.events import CallAnswered, CallOffered
from csta.provider.identifiers import extension
from csta.recorder import files
from csta.recorder.dialogue import follow
from csta.recorder.following import model_events


class Ringing(NamedTuple):
    """How long a call rang at a device, seconds."""

    device: str
    caller: str
    seconds: float


def ringing(*trace: str) -> Iterator[Ringing]:
    """Every call that was offered and answered."""
    offered: dict[tuple[str, str], float] = {}
    for told in model_events(follow(files.read(*trace))):
        match told.event:
            case CallOffered(call):
                offered[call.device, call.id] = told.t
            case CallAnswered(call) if (call.device, call.id) in offered:
                began = offered.pop((call.device, call.id))
                yield Ringing(call.device, extension(call.other.number or "withheld"), told.t - began)


if __name__ == "__main__":
    for each in ringing(*sys.argv[1:]):
        print(f"{each.device} answered {each.caller} after {each.seconds:.1f} s")
