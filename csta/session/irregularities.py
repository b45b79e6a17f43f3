"""What a peer may do against the standard without losing the link."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import Enum
from typing import Any

from csta.apdu import Frame
from csta.errors import CSTAError, DecodeError, UnknownMessage
from csta.messages.base import Event, Request, Response
from csta.messages.monitoring import MonitorStartResponse, MonitorStop


class Irregularity(Enum):
    """Kinds of it; a session counts them, and a link logs each once."""

    MALFORMED = "message that is not valid"
    UNKNOWN_MESSAGE = "message of a name or number that there is not"
    OTHER_EDITION = "message of another edition than the link was set to"
    UNKNOWN_ANSWER = "answer to a request that was not made"
    SECOND_ANSWER = "second answer to one request"
    LATE_ANSWER = "answer after its request had ended"
    OTHER_ANSWER = "answer of another type than its request"
    UNKNOWN_MONITOR = "event of a monitor that was not started"


@dataclass(frozen=True, slots=True)
class Irregular:
    """An event of the session: the peer did something against the standard; the link goes on.

    :param words: what it was, with path and offset where there are any.
    :param frame: the message, where it could not be made out.
    """

    kind: Irregularity
    words: str
    frame: Frame | None = None


class Irregularities:
    """What is irregular on one link.

    :ivar counts: how often each kind was seen.
    """

    def __init__(self) -> None:
        self.counts: Counter[Irregularity] = Counter()
        self._monitors: set[str] = set()
        self._edition: str | None = None

    def notice(self, kind: Irregularity, words: str, frame: Frame | None = None) -> Irregular:
        """Count something, and give the event that tells of it."""
        self.counts[kind] += 1
        return Irregular(kind, words, frame)

    def undecodable(self, frame: Frame, error: DecodeError) -> Irregular:
        """A frame whose contents are no message."""
        unknown = isinstance(error, UnknownMessage)
        return self.notice(Irregularity.UNKNOWN_MESSAGE if unknown else Irregularity.MALFORMED, str(error), frame)

    def edition(self, namespace: str) -> Irregular | None:
        """A message of another edition, read like any other.

        Told when it is another one than before: a peer that does it does it with every message.
        """
        if namespace == self._edition:
            self.counts[Irregularity.OTHER_EDITION] += 1
            return None
        self._edition = namespace
        words = f"namespace {namespace!r}" if namespace else "no namespace"
        return self.notice(Irregularity.OTHER_EDITION, words)

    def event(self, event: Event) -> Irregular | None:
        """An event report, which belongs to a monitor (ECMA-269 §15.2)."""
        if event.monitor_cross_ref_id in self._monitors:
            return None
        words = f"{type(event).__name__} of monitor {event.monitor_cross_ref_id}"
        return self.notice(Irregularity.UNKNOWN_MONITOR, words)

    def follow(self, request: Request[Any], outcome: Response | CSTAError | None) -> None:
        """A request of either side and what it came to: monitors begin and end."""
        if isinstance(outcome, MonitorStartResponse):
            self._monitors.add(outcome.monitor_cross_ref_id)
        elif isinstance(request, MonitorStop):
            self._monitors.discard(request.monitor_cross_ref_id)
