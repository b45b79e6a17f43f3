"""What goes wrong between the switch and its clients, on purpose: a stage that messages pass on their way out.

It is pure: what is to be sent is put in, what is to be done comes out, and time is an argument. A test may use it
between any two ends; :mod:`csta.simulator.server` has one :class:`Outgoing` for each client and one :class:`Faults`
for the switch.

The rules are data, so a scenario file can hold them (``[[faults]]``), and a test can add one at any moment.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import Annotated, NamedTuple

from msgspec import Meta, Struct

from csta.messages.base import Event, Message, Response
from csta.messages.errors import UniversalFailure


class Kind(StrEnum):
    """What can go wrong."""

    DELAY = "delay"
    """The message comes :attr:`Fault.seconds` late; what follows overtakes it."""
    DROP = "drop"
    """The message never comes."""
    DUPLICATE = "duplicate"
    """The message comes twice."""
    REORDER = "reorder"
    """The message comes after the next one, or :attr:`Fault.seconds` late when nothing follows."""
    WRONG_INVOKE_ID = "wrong-invoke-id"
    """An answer names a request that was not made."""
    HALF_FRAME = "half-frame"
    """Half of the message's octets come, then the link is cut."""
    GARBAGE = "garbage"
    """Octets that are no message come before the message."""
    DAMAGE = "damage"
    """An octet in the middle of the message is another one."""
    DROP_LINK = "drop-link"
    """The link is cut; for :attr:`Fault.seconds` nobody can connect. The calls go on."""
    SLOW_READER = "slow-reader"
    """For :attr:`Fault.seconds` the switch reads nothing."""
    RESTART = "restart"
    """The switch loses power: links, monitors and calls are gone; back after :attr:`Fault.seconds`."""
    LOSE_MONITORS = "lose-monitors"
    """All monitors are gone, and nobody is told."""
    STOP_MONITORS = "stop-monitors"
    """The switch ends all monitors and says so (Monitor Stop, §15.1.3)."""


OF_ONE_MESSAGE = frozenset(
    {Kind.DELAY, Kind.DROP, Kind.DUPLICATE, Kind.REORDER, Kind.WRONG_INVOKE_ID, Kind.HALF_FRAME, Kind.DAMAGE}
)
"""Faults that happen to a message, and so need one; the others may also happen by the clock."""

ANY = "any"
EVENT = "event"
ANSWER = "answer"
FAILURE = "failure"

Times = Annotated[int, Meta(ge=0)]
Seconds = Annotated[float, Meta(ge=0)]


class Fault(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One rule.

    :param what: what goes wrong.
    :param on: to which message: the name of its class (``DeliveredEvent``, ``MakeCallResponse``, ``RouteRequest``),
        ``event``, ``answer`` (positive or negative), ``failure`` or ``any``. Left out, it happens once, at the time
        :attr:`at`; faults of one message then strike whatever is sent next.
    :param at: seconds after the start before which it does not happen.
    :param until: seconds after the start after which it does not happen any more.
    :param skip: so many messages are let through first.
    :param times: so many are struck; 0 for all.
    :param seconds: how long the delay, the silence or the outage lasts.
    """

    what: Kind
    on: str | None = None
    at: Seconds = 0.0
    until: Seconds | None = None
    skip: Times = 0
    times: Times = 1
    seconds: Seconds = 1.0

    @property
    def by_clock(self) -> bool:
        """Whether it happens at a time, not to a message."""
        return self.on is None and self.what not in OF_ONE_MESSAGE

    def concerns(self, sending: Sending) -> bool:
        """Whether it may strike such a message."""
        if self.what is Kind.WRONG_INVOKE_ID and sending.invoke_id is None:
            return False
        return self.on is None or self.on == sending.name or self.on in sending.groups


class Sending(NamedTuple):
    """A message the switch sends to one client.

    :param invoke_id: of the request it answers; None for events and for requests of the switch.
    """

    message: Message | UniversalFailure
    invoke_id: int | None = None

    @property
    def name(self) -> str:
        """The name a rule gives it."""
        return type(self.message).__name__

    @property
    def groups(self) -> frozenset[str]:
        """The groups of messages a rule may name instead; a request of the switch is in none but ``any``."""
        if isinstance(self.message, UniversalFailure):
            return frozenset({ANY, ANSWER, FAILURE})
        if isinstance(self.message, Response):
            return frozenset({ANY, ANSWER})
        return frozenset({ANY, EVENT} if isinstance(self.message, Event) else {ANY})


class Action(NamedTuple):
    """What is to be done now.

    :param sending: the message that goes with it, None for what concerns the whole link.
    :param fault: what goes wrong meanwhile; None sends the message as it is.
    """

    sending: Sending | None
    fault: Fault | None = None


Note = Callable[[float, str], None]
"""Takes the time and what happened then, in words."""


def unnoted(now: float, what: str) -> None:
    """Nobody wants to know."""


class _Rule:
    """A rule and how often it may still strike."""

    def __init__(self, fault: Fault, start: float) -> None:
        self.fault = fault
        self.from_time = start + fault.at
        self.until = None if fault.until is None else start + fault.until
        self._skip = fault.skip
        self._left = fault.times

    def strikes(self, sending: Sending, now: float) -> bool:
        """Whether it strikes this message; it is counted then."""
        if self.over or self.fault.by_clock or not self._in_time(now) or not self.fault.concerns(sending):
            return False
        if self._skip:
            self._skip -= 1
            return False
        self.spend()
        return True

    @property
    def over(self) -> bool:
        """Whether it has struck as often as it may."""
        return self._left < 0

    def spend(self) -> None:
        """It strikes once."""
        if self._left == 1:
            self._left = -1
        elif self._left:
            self._left -= 1

    def _in_time(self, now: float) -> bool:
        return now >= self.from_time and (self.until is None or now <= self.until)


class Faults:
    """The rules of one switch, and what they did.

    :param start: the time that the rules' times are counted from.
    :param note: told of every fault that happens.
    :ivar struck: every fault that happened, in order.
    """

    def __init__(self, faults: Iterable[Fault] = (), start: float = 0.0, note: Note = unnoted) -> None:
        self.struck: list[Fault] = []
        self._note = note
        self._rules: list[_Rule] = []
        for fault in faults:
            self.add(fault, start)

    def add(self, fault: Fault, now: float) -> None:
        """One more rule; its times are counted from ``now``."""
        self._rules.append(_Rule(fault, now))

    def strike(self, sending: Sending, now: float) -> Fault | None:
        """What happens to a message that is being sent: the first rule that strikes it, or None."""
        for rule in self._rules:
            if rule.strikes(sending, now):
                self._note(now, f"{rule.fault.what} strikes {sending.name}")
                return self._struck(rule)
        return None

    def due(self, now: float) -> list[Fault]:
        """What happens by the clock, up to now."""
        rules = [rule for rule in self._clocked() if rule.from_time <= now]
        for rule in rules:
            rule.spend()
            self._note(now, rule.fault.what)
        return [self._struck(rule) for rule in sorted(rules, key=lambda rule: rule.from_time)]

    def next_deadline(self) -> float | None:
        """When :meth:`due` will have something."""
        return min((rule.from_time for rule in self._clocked()), default=None)

    def _clocked(self) -> list[_Rule]:
        return [rule for rule in self._rules if rule.fault.by_clock and not rule.over]

    def _struck(self, rule: _Rule) -> Fault:
        self.struck.append(rule.fault)
        if rule.over or rule.fault.by_clock:
            self._rules.remove(rule)
        return rule.fault


class Outgoing:
    """The way of messages to one client.

    After each :meth:`put` and whenever :meth:`next_deadline` has come, take :meth:`next_action` until None.
    """

    def __init__(self, faults: Faults) -> None:
        self._faults = faults
        self._ready: deque[Action] = deque()
        self._late: list[tuple[float, int, Sending]] = []
        self._overtaken: list[tuple[float, Sending]] = []
        self._delayed = 0

    def put(self, sending: Sending, now: float) -> None:
        """The switch sends something."""
        fault = self._faults.strike(sending, now)
        overtaken, self._overtaken = self._overtaken, []
        self._pass(sending, fault, now)
        self._ready.extend(Action(each) for _, each in overtaken)

    def next_action(self, now: float) -> Action | None:
        """What is to be done now, None when there is nothing more."""
        while self._late and self._late[0][0] <= now:
            self._ready.append(Action(heapq.heappop(self._late)[2]))
        while self._overtaken and self._overtaken[0][0] <= now:
            self._ready.append(Action(self._overtaken.pop(0)[1]))
        return self._ready.popleft() if self._ready else None

    def next_deadline(self) -> float | None:
        """When a late message is to be sent."""
        late = [self._late[0][0]] if self._late else []
        return min((*late, *(at for at, _ in self._overtaken)), default=None)

    def _pass(self, sending: Sending, fault: Fault | None, now: float) -> None:
        if fault is None:
            self._ready.append(Action(sending))
        elif fault.what is Kind.DELAY:
            self._delayed += 1
            heapq.heappush(self._late, (now + fault.seconds, self._delayed, sending))
        elif fault.what is Kind.REORDER:
            self._overtaken.append((now + fault.seconds, sending))
        elif fault.what is Kind.DUPLICATE:
            self._ready.extend((Action(sending), Action(sending)))
        elif fault.what is not Kind.DROP:
            self._ready.append(Action(sending, fault))


def wrong_invoke_id(invoke_id: int) -> int:
    """An invoke id that fits any header but names another request."""
    return invoke_id % 9_000 + 501


def damaged(octets: bytes) -> bytes:
    """The octets with one in the middle changed."""
    middle = len(octets) // 2
    return octets[:middle] + bytes([octets[middle] ^ 0x55]) + octets[middle + 1 :]


GARBAGE = b"\x00\xff\xfe\x00\x7fnot CSTA\r\n\x00\xff"
"""No beginning of a message in any framing."""
