"""Messages of calls that nobody has claimed yet.

The first messages of a call that we make may come before the answer that names it. And a driver may tell of a call
that it never announced: after a while it is asked which line that is on.
"""

from __future__ import annotations

from collections.abc import Callable

from twisted.logger import Logger

from csta.errors import CSTAError
from tapi_adapter.line import CallMessage, Line, run
from tapi_adapter.telephony import Telephony
from tapi_adapter.timing import DelayedCall, Timing

PATIENCE = 1.0
"""Seconds until the line of an unclaimed call is asked for."""

CALLS = 200
"""Unclaimed calls at a time, and messages of each that are kept; a driver that sends more does not mean them."""


class Strays:
    """Unclaimed calls.

    :param line_of: the open line with a handle, or with a device identifier.
    """

    log = Logger()

    def __init__(
        self, reactor: Timing, telephony: Telephony, line_of: Callable[[int, int], Line | None], name: str
    ) -> None:
        self._reactor = reactor
        self._telephony = telephony
        self._line_of = line_of
        self._name = name
        self._kept: dict[int, list[CallMessage]] = {}
        self._timers: dict[int, DelayedCall] = {}

    def keep(self, message: CallMessage) -> None:
        """Keep a message until somebody claims its call."""
        if message.call not in self._kept and len(self._kept) >= CALLS:
            self.log.warn("{link}: too many unknown calls", link=self._name)
            return
        kept = self._kept.setdefault(message.call, [])
        if not kept:
            self._timers[message.call] = self._reactor.callLater(PATIENCE, self._overdue, message.call)
        if len(kept) < CALLS:
            kept.append(message)

    def claim(self, call: int) -> list[CallMessage]:
        """The messages of a call so far."""
        timer = self._timers.pop(call, None)
        if timer is not None and timer.active():
            timer.cancel()
        return self._kept.pop(call, [])

    def forget(self) -> None:
        """All handles are void."""
        for call in tuple(self._kept):
            self.claim(call)

    def _overdue(self, call: int) -> None:
        run(self._find(call))

    async def _find(self, call: int) -> None:
        """Ask which line a call is on; one that is on none of ours is given back."""
        line: Line | None = None
        try:
            info = await self._telephony.call_info(call)
            line = self._line_of(info.line, info.device)
        except CSTAError as error:
            words = "{link}: call {handle:#x} is on no line: {error}"
            self.log.warn(words, link=self._name, handle=call, error=error)
        if line is not None:
            line.adopt(call)
        elif call in self._kept:
            self.claim(call)
            await self._telephony.release(call)
