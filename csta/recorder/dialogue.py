"""A trace as a conversation: messages decoded, and answers put together with what they answer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from csta.apdu import Apdu, Error, Invoke, Reject, Result
from csta.errors import DecodeError
from csta.messages.base import Event, Request
from csta.recorder import trace
from csta.recorder.codecs import decode
from csta.recorder.trace import Damage
from csta.session import Role


class Step(NamedTuple):
    """One message of a link.

    :param number: counts the messages of the trace from 1.
    :param apdu: None where it cannot be decoded; ``error`` says why then.
    :param request: the message this one answers; None for one that answers nothing, or nothing that was recorded.
    """

    number: int
    link: trace.Link
    said: trace.Message
    apdu: Apdu | None = None
    error: DecodeError | None = None
    request: Step | None = None

    @property
    def t(self) -> float:
        """Seconds since the start of the trace."""
        return self.said.t

    @property
    def sender(self) -> Role:
        """The function that sent it."""
        return self.said.sender

    @property
    def event(self) -> Event | None:
        """The event report, if it is one."""
        message = self.apdu.message if isinstance(self.apdu, Invoke) else None
        return message if isinstance(message, Event) else None

    @property
    def asked(self) -> Request[Any] | None:
        """The request, if it is one."""
        message = self.apdu.message if isinstance(self.apdu, Invoke) else None
        return message if isinstance(message, Request) else None

    @property
    def asked_before(self) -> Request[Any] | None:
        """The request this message answers."""
        return None if self.request is None else self.request.asked

    @property
    def is_answer(self) -> bool:
        """Whether it answers a request, positively or not."""
        return isinstance(self.apdu, Result | Error | Reject)


Happened = Step | trace.Header | trace.Link | trace.Gap | trace.End | Damage


def follow(entries: Iterable[trace.Entry | Damage]) -> Iterator[Happened]:
    """The conversation in a trace, one thing at a time; only requests that wait for their answer are remembered."""
    links = _Links()
    waiting: dict[tuple[int, Role, int], Step] = {}
    number = 0
    for entry in entries:
        if isinstance(entry, trace.Header | Damage):
            yield entry
            continue
        if (opened := links.opened_by(entry)) is not None:
            waiting = {key: step for key, step in waiting.items() if key[0] != opened.link}
            yield opened
        if isinstance(entry, trace.Message):
            number += 1
            yield _paired(_decoded(number, links.known[entry.link], entry), waiting)
        elif not isinstance(entry, trace.Link):
            yield entry


class _Links:
    """The links of a trace, and which of them are open."""

    def __init__(self) -> None:
        self.known: dict[int, trace.Link] = {}
        self._open: set[int] = set()

    def opened_by(self, entry: trace.Link | trace.Message | trace.Gap | trace.End) -> trace.Link | None:
        """The link that is open from this line on and was not before.

        A link that is said again where a rotated file begins is the same one; one on which something passes after its
        end is open again.
        """
        new = isinstance(entry, trace.Link) and self.known.get(entry.link) != entry
        if isinstance(entry, trace.Link):
            self.known[entry.link] = entry
        if not new and entry.link in self._open:
            if isinstance(entry, trace.End):
                self._open.discard(entry.link)
            return None
        if isinstance(entry, trace.End):
            return None
        self._open.add(entry.link)
        return self.known[entry.link]


def steps(entries: Iterable[trace.Entry | Damage]) -> Iterator[Step]:
    """The messages alone."""
    return (happened for happened in follow(entries) if isinstance(happened, Step))


def _decoded(number: int, link: trace.Link, said: trace.Message) -> Step:
    try:
        return Step(number, link, said, decode(link.protocol, said.frame))
    except DecodeError as error:
        return Step(number, link, said, None, error)


def _paired(step: Step, waiting: dict[tuple[int, Role, int], Step]) -> Step:
    """The message with the request it answers; a request is kept until its answer comes."""
    apdu = step.apdu
    if isinstance(apdu, Invoke):
        if not isinstance(apdu.message, Event):
            waiting[step.link.link, step.sender, apdu.invoke_id] = step
    elif isinstance(apdu, Result | Error | Reject) and apdu.invoke_id is not None:
        request = waiting.pop((step.link.link, trace.peer(step.sender), apdu.invoke_id), None)
        return step._replace(request=request)
    return step
