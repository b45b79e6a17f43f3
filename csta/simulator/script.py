"""Plays what happens in a scenario: the callers outside, the people at the telephones, the state of the switch.

It is pure as the switch is: time is an argument, :meth:`Script.next_deadline` says when it is to be called.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from csta.errors import LocalProtocolError
from csta.messages.base import Octets
from csta.messages.common import PrivateData
from csta.messages.system import SystemStatusValue
from csta.simulator.callers import Visit
from csta.simulator.faults import Note, unnoted
from csta.simulator.scenario import AGENT_STATES, Act, Caller, Do, Scenario
from csta.simulator.switch import Switch
from csta.simulator.timers import Timers


class Script:
    """Plays what happens in a scenario.

    :param start: the time its times are counted from.
    :param note: told of what cannot happen, a key pressed in vain for instance: the time, and why.
    """

    def __init__(self, scenario: Scenario, switch: Switch, start: float, note: Note = unnoted) -> None:
        self._switch = switch
        self._note = note
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
        data = (PrivateData(string=Octets.fromhex(caller.private_data)),) if caller.private_data else ()
        there = self._switch.ring(caller.number, caller.to, now, caller.name, data)
        if there is None:
            self._note(now, f"no line is free for the call to {caller.to}")
        else:
            self._look(Visit(there, caller.patience, caller.talk, now), now)

    def _look(self, visit: Visit, now: float) -> None:
        again = visit.look(now)
        if again is not None:
            self._timers.set(visit, again, partial(self._look, visit))

    def _announce(self, status: SystemStatusValue, now: float) -> None:
        self._switch.announce(status)

    def _act(self, act: Act, now: float) -> None:
        try:
            self._do(act, now)
        except LocalProtocolError as error:
            self._note(now, str(error))

    def _do(self, act: Act, now: float) -> None:
        if act.press is not None:
            self._switch.press(act.device, act.press, act.number, now)
        elif act.do is not None and act.do in AGENT_STATES:
            self._switch.set_agent_state(act.device, AGENT_STATES[act.do], now)
        elif act.do in (Do.PLUG_IN, Do.PLUG_OUT):
            self._switch.set_in_service(act.device, act.do is Do.PLUG_IN, now)
        elif act.do is Do.HANG_UP:
            self._switch.hang_up(act.device, now)
        else:
            self._switch.lift(act.device, now)
            if act.do is Do.DIAL and self._switch.hears_dial_tone(act.device):
                self._switch.dial(act.device, act.number, now)
