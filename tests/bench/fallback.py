"""How long a take-over takes: telephones with calls go by the other way, and back.

Nothing is asserted: the figures depend on the machine.
"""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter

from csta.model.events import CallEvent
from csta_gateway.reach import Way
from tests.unit.csta_gateway.twofakes import PATIENCE, TwoFakes

DEVICES = [str(number) for number in range(2001, 2501)]
CALLS = 2


def main() -> None:
    """Print the figures."""
    both = TwoFakes().start(*DEVICES)
    for device in DEVICES:
        for each in range(CALLS):
            both.main.ring(device, f"089{device}{each}")
    both.lose(Way.MAIN)
    told(both, "taken over", lambda: both.clock.advance(PATIENCE))
    told(both, "handed back", lambda: both.restore(Way.MAIN))


def told(both: TwoFakes, what: str, happens: Callable[[], object]) -> None:
    """One hand-over; calls that change by it would show that they were not recognised."""
    both.told.clear()
    start = perf_counter()
    happens()
    seconds = perf_counter() - start
    changed = sum(isinstance(event, CallEvent) for event in both.told)
    print(f"{len(DEVICES)} devices with {CALLS} calls each {what}: {seconds * 1000:.0f} ms, {changed} calls changed")


if __name__ == "__main__":
    main()
