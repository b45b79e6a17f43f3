"""Telephony on the stand-in, as the tests use it."""

from __future__ import annotations

import threading
from typing import TypeVar

from twisted.internet.defer import Deferred

from tapi_adapter.binding import TAPI_2_2
from tapi_adapter.constants import LINECALLPRIVILEGE, LINEMEDIAMODE
from tapi_adapter.local import LocalTelephony
from tapi_adapter.messages import CallStateChanged, Message, NewCall, ServiceUp
from tapi_adapter.requests import Reply, Request
from tests.tapi.loop import Loop
from tests.tapi.standin.script import StandIn

M = TypeVar("M", bound=Message)
T = TypeVar("T")
PATIENCE = 10.0


class Running:
    """Telephony on the stand-in: what it told, and the reactor it runs in."""

    def __init__(self, standin: StandIn, version: int = TAPI_2_2) -> None:
        self.standin = standin
        self.loop = Loop()
        self.told: list[Message] = []
        self.telephony = LocalTelephony(self.loop, library=standin.path, version=version, patience=PATIENCE)

    def start(self) -> None:
        self.telephony.start(self.told.append)
        self.until(ServiceUp)

    def stop(self) -> None:
        self.result(self.telephony.stop())
        left = [each.name for each in threading.enumerate() if each.name.startswith("tapi-")]
        assert not left, f"threads outlive stop: {left}"

    def result(self, deferred: Deferred[T]) -> T:
        return self.loop.result(deferred)

    def until(self, kind: type[M], count: int = 1) -> M:
        """Wait until so many messages of a kind have come; gives the last."""
        self.loop.run_until(lambda: len(self.all_of(kind)) >= count, kind.__name__)
        return self.all_of(kind)[count - 1]

    def all_of(self, kind: type[M]) -> list[M]:
        return [each for each in self.told if isinstance(each, kind)]

    def open(self, device: int, privileges: int = LINECALLPRIVILEGE.MONITOR) -> int:
        return self.result(self.telephony.open_line(device, privileges, LINEMEDIAMODE.INTERACTIVEVOICE))

    def ask(self, request: Request) -> Reply:
        return self.result(self.telephony.request(request))

    def states(self, call: int) -> list[int]:
        """The states that a call has had."""
        return [each.state for each in self.all_of(CallStateChanged) if each.call == call]

    def until_state(self, call: int, state: int) -> None:
        self.loop.run_until(lambda: state in self.states(call), f"state 0x{state:x}")

    def offered(self, device: int, caller: str = "004989123", name: str = "") -> int:
        """A call from outside; gives its handle."""
        before = len(self.all_of(NewCall))
        self.standin.offer(device, caller, name)
        return self.until(NewCall, before + 1).call

    def until_timer(self) -> None:
        """Wait until something waits for time to pass, besides the look at the worker."""
        self.loop.run_until(lambda: len(self.loop.getDelayedCalls()) > 1, "a timer")

    def own(self, call: int) -> None:
        self.result(self.telephony.set_privilege(call, LINECALLPRIVILEGE.OWNER))
