"""A simulated switch on a real link that does what it is told, one line of JSON after the other.

Each order is answered with a line once it is done. Started by :mod:`tests.browser.office`, as a process of its own.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.stdio import StandardIO
from twisted.internet.task import react
from twisted.protocols.basic import LineReceiver

from csta.messages.call_data import EventCause
from csta.simulator.calls import Device, Extension, Line
from csta.simulator.dialplan import ExternalNumber, Timing
from csta.simulator.faults import Fault, Kind
from csta.simulator.keys import Key
from csta.simulator.server import SwitchServer
from csta.simulator.switch import OutsideCaller, Switch

LINES = [f"T{line}" for line in range(1, 9)]
TELEPHONES = {
    "2001": "Anna Berger",
    "2002": "Jonas Weber",
    "2003": "Miriam Hofer",
    "2004": "Peter Sandner",
    "2005": "Lena Öztürk",
    "2006": "Theo Lang",
    "2007": "Ida Sommer",
    "2008": "Ute Klein",
    "2009": "Lager",
    "2901": "Werkstatt",
}
OUTSIDE = (
    ExternalNumber(r"\d+0000", failure=EventCause.BUSY, rings_after=0.0),
    ExternalNumber(r"\d+9999", failure=EventCause.NUMBER_UNALLOCATED, rings_after=0.0),
    ExternalNumber(r"\d{5,}", rings_after=0.0, answers_after=None),
)
"""…0000 is busy, …9999 does not exist; everybody else answers when they are told to."""


class Exchange:
    """The switch and the people at its telephones and outside."""

    def __init__(self, reactor: Any) -> None:  # noqa: ANN401 -- all of its interfaces
        self._clock = reactor
        devices: list[Device] = [Extension(number, name=name, lines=2) for number, name in TELEPHONES.items()]
        self._switch = Switch([*devices, *map(Line, LINES)], OUTSIDE, Timing(tone=60.0))
        self._outside: list[OutsideCaller] = []
        self.server = SwitchServer(reactor, self._switch)
        self.orders: Mapping[str, Callable[..., object]] = {
            "ring": self._ring,
            "give_up": self._give_up,
            "quiet": self._quiet,
            "late": self._late,
            "drop_link": self._drop_link,
            "lift": lambda number: self._switch.lift(number, self._now),
            "far_end_answers": self._far_end_answers,
            "hang_up": lambda number: self._switch.hang_up(number, self._now),
            "dial": self._dial,
            "press": lambda number, key: self._switch.press(number, Key(key), "", self._now),
        }

    @property
    def _now(self) -> float:
        return float(self._clock.seconds())

    def _ring(self, caller: str | None, to: str) -> None:
        """Somebody outside calls."""
        there = self._switch.ring(caller, to, self._now)
        if there is None:
            raise RuntimeError("all lines are in use")
        self._outside.append(there)

    def _give_up(self) -> None:
        """Everybody outside who called hangs up."""
        while self._outside:
            self._outside.pop().hang_up(self._now)

    def _far_end_answers(self) -> None:
        """Whoever was called outside lifts the handset."""
        for line in LINES:
            self._switch.lift(line, self._now)

    def _dial(self, number: str, digits: str) -> None:
        """Somebody lifts the handset and dials."""
        self._switch.lift(number, self._now)
        self._switch.dial(number, digits, self._now)

    def _quiet(self) -> None:
        """All calls end; with two calls at a telephone the handset is put down twice."""
        self._give_up()
        for _ in range(2):
            for number in (*LINES, *TELEPHONES):
                self._switch.hang_up(number, self._now)

    def _late(self, message: str, seconds: float) -> None:
        """The next message of this name comes late."""
        self.server.inject(Fault(what=Kind.DELAY, on=message, seconds=seconds))

    def _drop_link(self, seconds: float) -> None:
        """The link to the gateway is cut and stays so; the calls go on."""
        self.server.inject(Fault(what=Kind.DROP_LINK, seconds=seconds))


class Orders(LineReceiver):
    """Reads orders, prints what became of them."""

    delimiter = b"\n"

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self.ended: Deferred[None] = Deferred()

    def lineReceived(self, line: bytes) -> None:
        name, *values = json.loads(line)
        try:
            self._exchange.orders[name](*values)
            told = "done"
        except Exception as problem:  # told to the test, which fails with it
            told = repr(problem)
        print(told, flush=True)

    def connectionLost(self, reason: object = None) -> None:
        """The tests are over."""
        self.ended.callback(None)


async def serve(reactor: Any) -> None:  # noqa: ANN401 -- all of its interfaces
    """Say where the switch is, then take orders until they end."""
    exchange = Exchange(reactor)
    print(await exchange.server.listen(0, "xml"), flush=True)
    orders = Orders(exchange)
    StandardIO(orders)
    await orders.ended


if __name__ == "__main__":
    react(lambda reactor: Deferred.fromCoroutine(serve(reactor)))
