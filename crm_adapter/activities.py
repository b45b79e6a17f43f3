"""Ended calls become activities of the CRM: each once, at the record the call was with, with the notes users write."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, Protocol

from twisted.internet.defer import Deferred, DeferredLock
from twisted.logger import Logger

from crm_adapter.activityqueue import Told
from crm_adapter.calllist import CallEntry
from crm_adapter.clock import Clock, Timer
from crm_adapter.directory import Activity, DirectorySource, Match
from crm_adapter.errors import DirectoryError
from crm_adapter.journalschema import CrmState

PAUSES = (10.0, 60.0, 300.0, 1800.0)
"""Seconds before each further attempt; then the call stays in the journal alone."""

OnSettled = Callable[[str, str], object]
"""Called with login and journal entry when it is known how telling the CRM went."""

Load = Callable[[], Awaitable[Told | None]]

About = Callable[[str, str], dict[str, Any]]


class Queue(Protocol):
    """Where calls for the CRM are kept until it has them; a :class:`~crm_adapter.journal.Journal`."""

    def told(self, entry: str) -> Awaitable[Told | None]:
        """A call as the CRM is to have it now."""

    def settle(self, told: Told, state: CrmState) -> Awaitable[None]:
        """Note how telling the CRM went."""

    def waiting(self) -> Awaitable[tuple[str, ...]]:
        """Entries the CRM is still to be told of."""


class Activities:
    """Writes calls into the CRMs that take them; a CRM that is away keeps nobody waiting.

    :param sources: those that have no activity log are passed over.
    :param clock: for the pauses between attempts.
    :param queue: keeps what is still to be told.
    :param about: fields of a line in the log about a call at a device, by device and id.
    """

    log = Logger()

    def __init__(
        self,
        sources: Iterable[DirectorySource],
        clock: Clock,
        queue: Queue,
        about: About = lambda device, call: {"call": call, "device": device},
    ) -> None:
        self.replace(sources)
        self._clock = clock
        self._queue = queue
        self._about = about
        self._timers: set[Timer] = set()
        # One at a time: a note must not overtake the call it belongs to.
        self._turns: defaultdict[str, DeferredLock] = defaultdict(DeferredLock)
        self._on_settled: OnSettled = lambda login, entry: None

    def replace(self, sources: Iterable[DirectorySource]) -> None:
        """Other sources from now on; what is still to be told goes to the one of the same name."""
        self._logs = {source.name: log for source in sources if (log := source.activities) is not None}

    def subscribe(self, on_settled: OnSettled) -> None:
        """Tell how it went."""
        self._on_settled = on_settled

    def wanted(self, login: str, call: CallEntry) -> Told | None:
        """An ended call at its best match.

        A call with strangers or colleagues, or that a colleague took, is none of the CRM's: None.
        """
        match = next((each for each in call.matches if each.certainty != "uncertain"), None)
        if match is None or match.source not in self._logs or call.result in (None, "elsewhere"):
            return None
        return Told(source=match.source, activity=activity(login, call, match))

    def tell(self, entry: str) -> None:
        """Tell the CRM of a call in the journal, or of another note on it."""

        async def load() -> Told | None:
            return await self._queue.told(entry)

        self._attempt(load, PAUSES)

    def tell_without_journal(self, told: Told) -> None:
        """Tell the CRM of a call the journal could not take."""

        async def load() -> Told:
            return told

        self._attempt(load, PAUSES)

    async def resume(self) -> None:
        """Tell what was still to be told when the gateway ended.

        :raises DirectoryError: the journal cannot be used.
        """
        for entry in await self._queue.waiting():
            self.tell(entry)

    def close(self) -> None:
        """Try nothing again; what the CRM has not been told is told after the next start."""
        for timer in self._timers:
            timer.cancel()
        self._timers.clear()

    def _attempt(self, load: Load, pauses: tuple[float, ...]) -> None:
        Deferred.fromCoroutine(self._tell(load, pauses))

    async def _tell(self, load: Load, pauses: tuple[float, ...]) -> None:
        told: Told | None = None
        try:
            told = await load()
            if told is None:
                return  # deleted or made private meanwhile
            async with self._turns[told.source]:
                told = await load()  # as it is when its turn has come
                if told is not None:
                    await self._settle(told, await self._write(told))
        except DirectoryError as problem:
            if pauses:
                self.log.debug("not in the CRM yet: {problem}", problem=problem, **self._fields(told))
                self._again(load, pauses)
            else:
                self.log.error("a call is not in the CRM: {problem}", problem=problem, **self._fields(told))
                await self._give_up(told)
        except Exception:  # what a CRM answers must not end anything here
            self.log.failure("a call is not in the CRM", **self._fields(told))
            await self._give_up(told)

    async def _write(self, told: Told) -> CrmState:
        source = self._logs.get(told.source)
        if source is None:
            return "failed"  # taken out of the settings, or it takes no calls any more
        if not told.before:
            await source.write(told.activity)
        elif source.takes_notes:
            await source.update(told.activity)
        elif told.revision:
            return "without_note"
        return "written"

    async def _settle(self, told: Told, state: CrmState) -> None:
        self.log.debug("told the CRM: {state}", state=state, **self._fields(told))
        if told.entry:
            await self._queue.settle(told, state)
            self._on_settled(told.login, told.entry)

    async def _give_up(self, told: Told | None) -> None:
        if told is None:
            return
        try:
            await self._settle(told, "failed")
        except DirectoryError as problem:
            words = "the journal does not know that a call is not in the CRM: {problem}"
            self.log.error(words, problem=problem, **self._fields(told))

    def _fields(self, told: Told | None) -> dict[str, Any]:
        """For a line in the log about a call."""
        if told is None:
            return {}
        device, call, _ = told.activity.key.rsplit("/", 2)
        return {**self._about(device, call), "source": told.source, "user": told.login}

    def _again(self, load: Load, pauses: tuple[float, ...]) -> None:
        def now() -> None:
            self._timers.discard(timer)
            self._attempt(load, pauses[1:])

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
