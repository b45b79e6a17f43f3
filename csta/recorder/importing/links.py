"""Links made of frames whose senders are known by place only: which side is the switch shows from what they say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from csta.apdu import Apdu, Associate, AssociateResponse, Error, Frame, Invoke, Result
from csta.errors import DecodeError
from csta.framing import FRAMINGS
from csta.messages.application_session import StartApplicationSession
from csta.messages.base import Event, Request
from csta.messages.monitoring import MonitorStop
from csta.messages.system import RequestSystemStatus, SystemStatus
from csta.recorder import trace
from csta.recorder.codecs import decode
from csta.recorder.importing.cutting import Skipped
from csta.session import Role

_EITHER = (SystemStatus, RequestSystemStatus, MonitorStop)
"""Requests that both functions send."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

LATEST = 250_000_000_000
"""Seconds: times after the year 9000 are damaged, and beyond what a date can say."""

ENOUGH = 50
"""Telling messages after which the two sides are known."""


class Passed(NamedTuple):
    """A frame, or octets that are none, from one side.

    :param side: any name of the sender; empty where nobody told.
    """

    t: float
    side: str
    what: Frame | Skipped


@dataclass(slots=True)
class Found:
    """A link as it was found.

    :param server: the side that was connected to, empty where nobody told.
    :param ended: when it was closed, None where that is not known.
    """

    name: str
    framing: str
    passed: list[Passed] = field(default_factory=list)
    server: str = ""
    ended: float | None = None

    @property
    def protocol(self) -> str:
        """The wire."""
        return "xml" if FRAMINGS[self.framing].carries_invoke_id else "asn1"

    def is_csta(self) -> bool:
        """Whether anything on it is a message of CSTA Phase III."""
        return any(self._apdu(each.what) is not None for each in self.passed if isinstance(each.what, Frame))

    def roles(self) -> dict[str, Role]:
        """Side → function, by what each said, and where that tells nothing by who was connected to."""
        votes: Counter[str] = Counter()
        for each in self.passed:
            said = sender_of(self._apdu(each.what)) if isinstance(each.what, Frame) else None
            if said is not None and each.side:
                votes[each.side] += 1 if said is Role.SWITCHING else -1
                if sum(map(abs, votes.values())) > ENOUGH:
                    break
        sides = sorted({each.side for each in self.passed if each.side} | {self.server} - {""})
        switch = max(sides, key=lambda side: (votes[side], side == self.server), default="")
        computing = {side: Role.COMPUTING for side in sides if side != switch}
        if len(sides) == 1 and votes[switch] < 0:
            return {switch: Role.COMPUTING}
        return computing | ({switch: Role.SWITCHING} if switch else {})

    def entries(self, number: int, zero: float) -> Iterator[trace.Message | trace.Gap]:
        """Its lines."""
        roles = self.roles()
        for t, side, what in self.passed:
            since = round(t - zero, 6)
            if isinstance(what, Skipped):
                sender = roles.get(side, Role.SWITCHING)
                yield trace.Gap(link=number, t=since, sender=sender, octets=what.octets, reason=what.reason)
            else:
                told = roles.get(side) or sender_of(self._apdu(what)) or Role.SWITCHING
                yield trace.message(number, since, told, what)

    def _apdu(self, frame: Frame | Skipped) -> Apdu | None:
        if isinstance(frame, Skipped):
            return None
        try:
            return decode(self.protocol, frame)
        except DecodeError:
            return None


def sender_of(apdu: Apdu | None) -> Role | None:
    """The function that sends such messages; None where both do."""
    if isinstance(apdu, Associate):
        return Role.COMPUTING
    if isinstance(apdu, AssociateResponse | Error):
        return Role.SWITCHING
    message: Any = apdu.message if isinstance(apdu, Invoke | Result) else None
    if message is None or isinstance(message, _EITHER) or type(message).__name__.startswith(_EITHER_ANSWERS):
        return None
    if isinstance(message, Event) or (isinstance(apdu, Result) and not isinstance(message, StartApplicationSession)):
        return Role.SWITCHING
    return Role.COMPUTING if isinstance(message, Request) else None


_EITHER_ANSWERS = tuple(each.__name__ for each in _EITHER)


def entries(found: Iterable[Found]) -> Iterator[trace.Entry]:
    """The trace of links, in the order of time; their times are seconds since 1970, as far as they were told."""
    links = [link for link in found if link.passed]
    zero = min((link.passed[0].t for link in links), default=0.0)
    lines: list[tuple[float, Any]] = []
    for number, link in enumerate(sorted(links, key=lambda link: link.passed[0].t), 1):
        t = round(link.passed[0].t - zero, 6)
        opened = trace.Link(link=number, t=t, name=link.name, protocol=link.protocol, framing=link.framing)
        lines.append((t, opened))
        lines += [(entry.t, entry) for entry in link.entries(number, zero)]
        if link.ended is not None:
            end = round(link.ended - zero, 6)
            lines.append((end, trace.End(link=number, t=end)))
    yield trace.Header(started=EPOCH + timedelta(seconds=min(zero, LATEST)))
    for _, entry in sorted(lines, key=lambda line: line[0]):
        yield entry
