"""Ended calls become activities of the CRM: each once, at the record the call was with, and again after a failure."""

from __future__ import annotations

from collections.abc import Iterable

from twisted.internet.defer import Deferred
from twisted.logger import Logger

from crm_adapter.calllist import CallEntry
from crm_adapter.clock import Clock, Timer
from crm_adapter.directory import Activity, DirectorySource, Match
from crm_adapter.errors import DirectoryError

PAUSES = (10.0, 60.0, 300.0, 1800.0)
"""Seconds before each further attempt; then the call stays in the journal alone."""


class Activities:
    """Writes calls into the CRMs that take them; a CRM that is away keeps nobody waiting.

    :param sources: those that have no activity log are passed over.
    :param clock: for the pauses between attempts.
    """

    log = Logger()

    def __init__(self, sources: Iterable[DirectorySource], clock: Clock) -> None:
        self._logs = {source.name: log for source in sources if (log := source.activities) is not None}
        self._clock = clock
        self._timers: set[Timer] = set()

    def tell(self, login: str, call: CallEntry) -> None:
        """Write an ended call at its best match.

        A call with strangers or colleagues, or that a colleague took, is none of the CRM's.
        """
        match = next((each for each in call.matches if each.certainty != "uncertain"), None)
        if match is not None and match.source in self._logs and call.result not in (None, "elsewhere"):
            self._attempt(match.source, activity(login, call, match), PAUSES)

    def close(self) -> None:
        """Try nothing again."""
        for timer in self._timers:
            timer.cancel()
        self._timers.clear()

    def _attempt(self, source: str, told: Activity, pauses: tuple[float, ...]) -> None:
        Deferred.fromCoroutine(self._write(source, told, pauses))

    async def _write(self, source: str, told: Activity, pauses: tuple[float, ...]) -> None:
        try:
            await self._logs[source].write(told)
        except DirectoryError as problem:
            if pauses:
                self._again(source, told, pauses)
            else:
                self.log.error("{source} did not take a call: {problem}", source=source, problem=problem)
        except Exception:  # what a CRM answers must not end anything here
            self.log.failure("{source} did not take a call", source=source)

    def _again(self, source: str, told: Activity, pauses: tuple[float, ...]) -> None:
        def now() -> None:
            self._timers.discard(timer)
            self._attempt(source, told, pauses[1:])

        timer = self._clock.callLater(pauses[0], now)
        self._timers.add(timer)


def activity(login: str, call: CallEntry, match: Match) -> Activity:
    """A call as the CRM gets it. Its key is the same whenever it is told, also by users who share the device."""
    number = call.number.display
    return Activity(
        key=f"{call.device}/{call.id}/{call.began}",
        subject=f"{call.direction.value} call {'to' if call.direction.value == 'outgoing' else 'from'} {number}",
        login=login,
        direction=call.direction.value,
        result=str(call.result),
        number=number,
        began=call.began // 1000,
        duration=call.duration or 0,
        kind="company" if match.kind == "company" else "person",
        record_id=match.record_id,
    )
