"""Scenario files: what a switch has, what happens there, and what goes wrong, in TOML.

Everything is data of :class:`Scenario`; a mistake in the file is told with its line. What happens is played by
:class:`csta.simulator.script.Script`.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from msgspec import Meta, Struct

from csta import toml_file
from csta.messages.base import Octets
from csta.messages.logical_device import AgentState, ForwardingType
from csta.messages.system import SystemStatusValue
from csta.simulator.calls import Agent, Device, Extension, Forwarding, Group, GroupKind, Line, RoutePoint
from csta.simulator.dialplan import DIALLABLE, EVERYBODY, ExternalNumber, Seconds, Timing
from csta.simulator.faults import Fault
from csta.simulator.keys import Key
from csta.simulator.profile import Profile
from csta.simulator.switch import Switch

Number = Annotated[str, Meta(pattern=r"^[0-9*#]{1,32}$")]
Period = Annotated[float, Meta(gt=0)]


class Forwards(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``forward`` of a telephone: the numbers its calls go to, for all calls alike (§6.7.1).

    :param immediate: at once.
    :param busy: when it is busy.
    :param no_answer: when nobody answers.
    :param do_not_disturb: when that is on.
    :param after: seconds without an answer; left out: those of the switch (``forward_no_answer`` of ``[timing]``).
    """

    immediate: Number | None = None
    busy: Number | None = None
    no_answer: Number | None = None
    do_not_disturb: Number | None = None
    after: Period | None = None

    def settings(self) -> dict[ForwardingType, Forwarding]:
        """Those that are on."""
        wanted = {
            ForwardingType.FORWARD_IMMEDIATE: self.immediate,
            ForwardingType.FORWARD_BUSY: self.busy,
            ForwardingType.FORWARD_NO_ANS: self.no_answer,
            ForwardingType.FORWARD_DND: self.do_not_disturb,
        }
        return {kind: Forwarding(number, self.after) for kind, number in wanted.items() if number is not None}


class Station(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``[[extensions]]``: a telephone.

    :param name: who sits there.
    :param hands_free: it can answer and dial by itself; otherwise somebody has to lift the handset.
    :param lines: calls it takes before it is busy.
    :param offers: calls are offered before they ring.
    :param answers_after: seconds after which somebody lifts the handset of the ringing telephone; left out: nobody.
    :param do_not_disturb: nothing rings here.
    :param forward: where calls go instead.
    :param auto_answer: rings after which it answers by itself; left out: never.
    :param shows_number: whether those it calls see its number.
    :param agent: agent identifier of who sits there, for telephones in ACD groups.
    :param password: what the agent logs on with.
    :param wrap_up: seconds of work after each ACD call; left out: the agent is ready again at once.
    """

    number: Number
    name: str = ""
    hands_free: bool = True
    lines: Annotated[int, Meta(ge=1)] = 1
    offers: bool = False
    answers_after: Seconds | None = None
    do_not_disturb: bool = False
    forward: Forwards = Forwards()
    auto_answer: Annotated[int, Meta(ge=0)] | None = None
    shows_number: bool = True
    agent: str | None = None
    password: str | None = None
    wrap_up: Annotated[int, Meta(ge=0, le=6000)] | None = None

    def device(self) -> Extension:
        """The telephone."""
        agent = Agent(
            id=None if self.agent is None else Octets(self.agent.encode()),
            password=None if self.password is None else Octets(self.password.encode()),
            auto_work=self.wrap_up is not None,
            wrap_up=self.wrap_up or 0,
        )
        return Extension(
            self.number,
            name=self.name,
            hands_free=self.hands_free,
            lines=self.lines,
            offers=self.offers,
            answers_after=self.answers_after,
            do_not_disturb=self.do_not_disturb,
            forwarding=self.forward.settings(),
            auto_answer=self.auto_answer,
            shows_number=self.shows_number,
            agent=agent,
        )


class Team(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``[[groups]]``: several telephones under one number; parameters as of :class:`csta.simulator.calls.Group`."""

    number: Number
    kind: GroupKind
    members: tuple[Number, ...]
    ring: Period = 15.0
    queue: Annotated[int, Meta(ge=0)] = 20
    longest_wait: Period | None = None
    overflow: str = ""

    def device(self) -> Group:
        """The group."""
        return Group(
            self.number,
            kind=self.kind,
            members=self.members,
            ring=self.ring,
            queue=self.queue,
            longest_wait=self.longest_wait,
            overflow=self.overflow,
        )


class Routeing(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``[[route_points]]``: a routeing device; parameters as of :class:`csta.simulator.calls.RoutePoint`."""

    number: Number
    default: str = ""
    reply_timeout: Period = 5.0

    def device(self) -> RoutePoint:
        """The routeing device."""
        return RoutePoint(self.number, default=self.default, reply_timeout=self.reply_timeout)


class Caller(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``[[callers]]``: somebody outside who calls.

    :param number: as the network delivers it; left out: withheld.
    :param name: likewise.
    :param to: number that is called.
    :param at: seconds after the start.
    :param every: seconds from one call to the next; left out: there is one call.
    :param patience: seconds after which the caller gives up.
    :param talk: seconds from the answer until the caller hangs up.
    :param private_data: octets in hexadecimal: private data that the events of the call carry (§12.2.11).
    """

    number: str | None = None
    name: str = ""
    to: Number
    at: Seconds = 0.0
    every: Period | None = None
    patience: Period = 30.0
    talk: Period = 60.0
    private_data: Annotated[str, Meta(pattern=r"^([0-9A-Fa-f]{2})*$")] = ""


class Do(StrEnum):
    """What somebody at a telephone does, or what happens to it."""

    LIFT = "lift"
    HANG_UP = "hang-up"
    DIAL = "dial"
    LOG_OFF = "log-off"
    READY = "ready"
    NOT_READY = "not-ready"
    WORK_AFTER_CALL = "work-after-call"
    PLUG_IN = "plug-in"
    PLUG_OUT = "plug-out"


AGENT_STATES: dict[Do, AgentState] = {
    Do.LOG_OFF: AgentState.AGENT_NULL,
    Do.READY: AgentState.AGENT_READY,
    Do.NOT_READY: AgentState.AGENT_NOT_READY,
    Do.WORK_AFTER_CALL: AgentState.AGENT_WORKING_AFTER_CALL,
}


WITH_NUMBER = frozenset({Do.DIAL, Key.CONSULT, Key.DEFLECT})
"""Acts that mean nothing without a number."""


class Act(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``[[acts]]``: something that happens at a telephone.

    :param at: seconds after the start.
    :param device: the telephone.
    :param do: what; or else:
    :param press: the key that is pressed.
    :param number: what is dialled, after the handset was lifted; or the number that goes with the key.
    :param every: seconds from one time to the next; left out: it happens once.
    """

    at: Seconds = 0.0
    device: Number
    do: Do | None = None
    press: Key | None = None
    number: str = ""
    every: Period | None = None

    def __post_init__(self) -> None:
        """Refuse what says nothing, or not enough."""
        if (self.do is None) == (self.press is None):
            raise ValueError("say what happens: `do` or `press`, one of them")
        what = self.do or self.press
        if what in WITH_NUMBER and not DIALLABLE.fullmatch(self.number):
            raise ValueError(f"`{what}` needs a `number` of digits")


class Announcement(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``[[announcements]]``: the switch tells how it fares (System Status, §14.2.2)."""

    at: Seconds = 0.0
    status: SystemStatusValue


class Traffic(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``[load]``: busy-hour traffic (:mod:`csta.simulator.load`). Times are in seconds.

    :param to: numbers that are called, each as often as the other; left out: all telephones.
    :param calls_per_hour: calls that come in, on average.
    :param answer: until somebody lifts the handset, on average.
    :param talk: from the answer to the end, on average.
    :param patience: until a caller who is not answered gives up.
    :param unanswered: share of calls that nobody answers.
    :param seed: another one makes another sequence of calls.
    """

    to: tuple[Number, ...] = ()
    calls_per_hour: Period = 600.0
    answer: Period = 6.0
    talk: Period = 120.0
    patience: Period = 30.0
    unanswered: Annotated[float, Meta(ge=0, le=1)] = 0.1
    seed: int = 1


class Scenario(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A scenario.

    :param name: what it is about.
    :param lines: exchange lines.
    :param profile: names, limits and manners of the switch.
    :param timing: how long it waits for what.
    :param numbers: how the world outside behaves, before what is usual.
    :param load: busy-hour traffic besides the callers.
    :param faults: what goes wrong (:class:`csta.simulator.faults.Fault`).
    """

    name: str = ""
    lines: Annotated[int, Meta(ge=0, le=1000)] = 4
    profile: Profile = Profile()
    timing: Timing = Timing()
    extensions: tuple[Station, ...] = ()
    groups: tuple[Team, ...] = ()
    route_points: tuple[Routeing, ...] = ()
    numbers: tuple[ExternalNumber, ...] = ()
    callers: tuple[Caller, ...] = ()
    acts: tuple[Act, ...] = ()
    announcements: tuple[Announcement, ...] = ()
    load: Traffic | None = None
    faults: tuple[Fault, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what does not go together: numbers twice, members and telephones there are none of."""
        self.switch()
        known = {station.number for station in self.extensions}
        for act in self.acts:
            if act.device not in known:
                raise ValueError(f"`acts`: there is no extension {act.device}")

    def switch(self) -> Switch:
        """A switch of its devices, on which nothing has happened yet."""
        return Switch(self._devices(), (*self.numbers, *EVERYBODY), self.timing, self.profile)

    def _devices(self) -> Iterator[Device]:
        for station in self.extensions:
            yield station.device()
        for team in self.groups:
            yield team.device()
        for routeing in self.route_points:
            yield routeing.device()
        for line in range(1, self.lines + 1):
            yield Line(f"T{line}")


def read(path: Path) -> Scenario:
    """The scenario in a file. Raises :class:`csta.toml_file.ConfigError`."""
    return toml_file.read(path, Scenario)
