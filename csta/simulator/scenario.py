"""Scenario files: what a switch has, what happens there, and what goes wrong, in TOML.

Everything is data of :class:`Scenario`; a mistake in the file is told with its line. :class:`Script` plays it: it is
pure as the switch is, and time is an argument.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Annotated

from msgspec import Meta, Struct

from csta import toml_file
from csta.messages.base import Octets
from csta.messages.logical_device import AgentState
from csta.messages.system import SystemStatusValue
from csta.simulator.calls import Agent, Device, Extension, Group, GroupKind, Line, RoutePoint
from csta.simulator.dialplan import DIALLABLE, EVERYBODY, ExternalNumber, Seconds, Timing
from csta.simulator.faults import Fault
from csta.simulator.profile import Profile
from csta.simulator.switch import OutsideCaller, Switch
from csta.simulator.timers import Timers

Number = Annotated[str, Meta(pattern=r"^[0-9*#]{1,32}$")]
Period = Annotated[float, Meta(gt=0)]

OFTEN = 1.0
"""Seconds between two looks of an outside caller whether somebody answered."""


class Station(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``[[extensions]]``: a telephone.

    :param name: who sits there.
    :param hands_free: it can answer and dial by itself; otherwise somebody has to lift the handset.
    :param lines: calls it takes before it is busy.
    :param offers: calls are offered before they ring.
    :param answers_after: seconds after which somebody lifts the handset of the ringing telephone; left out: nobody.
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
    """

    number: str | None = None
    name: str = ""
    to: Number
    at: Seconds = 0.0
    every: Period | None = None
    patience: Period = 30.0
    talk: Period = 60.0


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


class Act(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``[[acts]]``: something that happens at a telephone.

    :param at: seconds after the start.
    :param device: the telephone.
    :param do: what.
    :param number: what is dialled; the handset is lifted first.
    :param every: seconds from one time to the next; left out: it happens once.
    """

    at: Seconds = 0.0
    device: Number
    do: Do
    number: str = ""
    every: Period | None = None

    def __post_init__(self) -> None:
        """Refuse a number nobody can dial."""
        if self.do is Do.DIAL and not DIALLABLE.fullmatch(self.number):
            raise ValueError("`dial` needs a `number` of digits")


class Announcement(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``[[announcements]]``: the switch tells how it fares (System Status, §14.2.2)."""

    at: Seconds = 0.0
    status: SystemStatusValue


class Scenario(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A scenario.

    :param name: what it is about.
    :param lines: exchange lines.
    :param profile: names, limits and manners of the switch.
    :param timing: how long it waits for what.
    :param numbers: how the world outside behaves, before what is usual.
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


class Script:
    """Plays what happens in a scenario.

    :param start: the time its times are counted from.
    """

    def __init__(self, scenario: Scenario, switch: Switch, start: float) -> None:
        self._switch = switch
        self._timers = Timers()
        for caller in scenario.callers:
            self._at(start + caller.at, caller.every, partial(self._call, caller))
        for act in scenario.acts:
            self._at(start + act.at, act.every, partial(self._act, act))
        for announcement in scenario.announcements:
            self._at(start + announcement.at, None, partial(self._announce, announcement.status))

    def next_deadline(self) -> float | None:
        """When :meth:`on_timer` is due, None when the play is over."""
        return self._timers.next_deadline()

    def on_timer(self, now: float) -> None:
        """Let happen what is due by now."""
        self._timers.run(now)

    def _at(self, at: float, every: float | None, what: Callable[[float], None]) -> None:
        def happen(now: float) -> None:
            what(now)
            if every is not None:
                self._at(now + every, every, what)

        self._timers.set(object(), at, happen)

    def _call(self, caller: Caller, now: float) -> None:
        there = self._switch.ring(caller.number, caller.to, now, caller.name)
        if there is not None:
            self._wait(caller, there, now + caller.patience, now)

    def _wait(self, caller: Caller, there: OutsideCaller, until: float, now: float) -> None:
        """Look again and again whether somebody answered, then talk."""
        if there.talking:
            self._timers.set(there, now + caller.talk, there.hang_up)
        elif now < until and not there.gone:
            self._timers.set(there, now + OFTEN, lambda at: self._wait(caller, there, until, at))
        else:
            there.hang_up(now)

    def _announce(self, status: SystemStatusValue, now: float) -> None:
        self._switch.announce(status)

    def _act(self, act: Act, now: float) -> None:
        if act.do in AGENT_STATES:
            self._switch.set_agent_state(act.device, AGENT_STATES[act.do], now)
        elif act.do in (Do.PLUG_IN, Do.PLUG_OUT):
            self._switch.set_in_service(act.device, act.do is Do.PLUG_IN, now)
        elif act.do is Do.HANG_UP:
            self._switch.hang_up(act.device, now)
        else:
            self._switch.lift(act.device, now)
            if act.do is Do.DIAL and self._switch.hears_dial_tone(act.device):
                self._switch.dial(act.device, act.number, now)
