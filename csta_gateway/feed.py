"""What happens to one user, numbered, with the newest of it kept for pages that were away for a moment."""

from __future__ import annotations

import secrets
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, get_args

import msgspec

from crm_adapter.texts import Language

LANGUAGES: tuple[Language, ...] = get_args(Language)

KEPT_OCTETS = 131_072
"""Octets of events kept for one user, however many pages the user has; older ones are forgotten."""

Message = Mapping[str, Any]


class Position(NamedTuple):
    """How far a page has come.

    :param feed: :attr:`Feed.id` of what it has read.
    :param seq: number of the last event it has, or of the last snapshot.
    """

    feed: str
    seq: int


class Event(NamedTuple):
    """Something that happened, as it is sent.

    :param data: language → the message in it; the same object where it has no words.
    """

    kind: str
    data: Mapping[Language, bytes]

    @property
    def octets(self) -> int:
        """How much memory it takes."""
        return sum(len(data) for data in {id(data): data for data in self.data.values()}.values())


class Feed:
    """The events of one user, the same for all the user's pages.

    :ivar id: another one after each start of the gateway, whose numbers mean something else.
    :ivar last: number of the newest event; 0 before the first.
    """

    def __init__(self) -> None:
        self.id = secrets.token_hex(8)
        self.last = 0
        self._events: deque[Event] = deque()
        self._octets = 0

    @property
    def octets(self) -> int:
        """How much is kept."""
        return self._octets

    def append(self, kind: str, content: Message) -> None:
        """Something happened."""
        self._append(Event(kind, dict.fromkeys(LANGUAGES, self._encoded(kind, content))))

    def append_words(self, kind: str, say: Callable[[Language], Message]) -> None:
        """Something happened that is told in words."""
        self._append(Event(kind, {language: self._encoded(kind, say(language)) for language in LANGUAGES}))

    def renew(self) -> None:
        """Much has changed at once: whoever has read up to here needs a snapshot."""
        self.last += 1
        self._events.clear()
        self._octets = 0

    def reaches(self, seq: int) -> bool:
        """Whether everything after event ``seq`` is still here."""
        return self.last - len(self._events) <= seq <= self.last

    def event(self, seq: int) -> Event:
        """Event number ``seq``, one of those still here."""
        return self._events[seq - self.last - 1]

    def _encoded(self, kind: str, content: Message) -> bytes:
        return msgspec.json.encode({"type": kind, "seq": self.last + 1, **content})

    def _append(self, event: Event) -> None:
        self.last += 1
        self._events.append(event)
        self._octets += event.octets
        while self._octets > KEPT_OCTETS:
            self._octets -= self._events.popleft().octets
