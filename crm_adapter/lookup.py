"""Finds who a number belongs to: all sources at once, each at its own pace, ranked the same way every time."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from typing import Literal

from msgspec import Struct
from twisted.internet.defer import Deferred, DeferredSemaphore
from twisted.logger import Logger

from crm_adapter.breaker import Breaker
from crm_adapter.clock import Clock
from crm_adapter.directory import DirectorySource, Match
from crm_adapter.errors import DirectoryError
from crm_adapter.numbers import Number
from crm_adapter.sites import Sites
from crm_adapter.users import User, Users

AT_ONCE = 16
"""Questions one source is asked at the same time; others wait for their turn."""

RECENT = 50
"""How many questions are kept for :attr:`Lookup.recent`."""

Listener = Callable[["LookupResult"], None]


class LookupResult(Struct, frozen=True, kw_only=True):
    """What is known about a number now.

    :param matches: best first.
    :param pending: sources have still to answer.
    :param failed: names of sources that could not answer.
    """

    matches: tuple[Match, ...] = ()
    pending: bool = False
    failed: tuple[str, ...] = ()

    @property
    def best(self) -> Match | None:
        """The first match, unless it is uncertain: a stranger's name is worse than none."""
        return next((match for match in self.matches[:1] if match.certainty != "uncertain"), None)


Outcome = Literal["found", "none", "uncertain", "late"]


class Asked(Struct, frozen=True, kw_only=True):
    """A question the sources have answered.

    :param at: when it was asked, seconds.
    :param took: seconds until the last source had answered, or was given up.
    :param late: that was longer than the budget.
    """

    number: Number
    at: float
    took: float
    late: bool
    result: LookupResult

    @property
    def outcome(self) -> Outcome:
        """What came of it, in one word."""
        if self.late:
            return "late"
        if self.result.best is not None:
            return "found"
        return "uncertain" if self.result.matches else "none"


RANKS: dict[tuple[str, str], int] = {
    ("exact", "user"): 0,
    ("exact", "person"): 1,
    ("exact", "company"): 2,
    ("main_number", "company"): 3,
    ("main_number", "person"): 4,
}
"""Place of a match by certainty and kind; what is not listed comes after. Equal ones keep the order of the sources."""


class _Question:
    """One number being asked for, by as many listeners as want to know."""

    def __init__(self, number: Number, at: float, sources: Sequence[DirectorySource], edition: int) -> None:
        self.number = number
        self.at = at
        self.sources = sources
        self.edition = edition
        self.answers: dict[str, tuple[Match, ...]] = {}
        self.failed: list[str] = []
        self.listeners: list[Listener] = []

    @property
    def waiting(self) -> list[str]:
        return [each.name for each in self.sources if each.name not in self.answers and each.name not in self.failed]

    def result(self) -> LookupResult:
        found = [match for source in self.sources for match in self.answers.get(source.name, ())]
        return LookupResult(matches=ranked(found), pending=bool(self.waiting), failed=tuple(self.failed))


class _Remembered(Struct, frozen=True):
    result: LookupResult
    until: float


class Lookup:
    """Asks the sources who a number belongs to, and remembers the answers for a while.

    A source that has failed several times in a row is left alone for half a minute.

    :param sources: in order of preference; names must differ.
    :param clock: tells the time for budget and memory.
    :param budget: seconds :meth:`find` waits; later answers still reach those who :meth:`watch`.
    :param users: the own users: colleagues are found by extension, without asking a source.
    :param sites: where they are: colleagues of other sites are found by their full number.
    :param patience: seconds after which a source that has not answered counts as failed.
    :param keep_found: seconds an answer with matches is remembered.
    :param keep_unknown: seconds an answer without matches is remembered.
    :param size: how many numbers are remembered.
    :param on_asked: hears of every question the sources have answered.
    :ivar recent: the last questions to the sources, for whoever wants to know why a caller has a name; newest last.
    """

    log = Logger()

    def __init__(
        self,
        sources: Sequence[DirectorySource],
        clock: Clock,
        budget: float = 1.0,
        *,
        users: Users | None = None,
        sites: Sites | None = None,
        patience: float = 10.0,
        keep_found: float = 300.0,
        keep_unknown: float = 30.0,
        size: int = 10_000,
        on_asked: Callable[[Asked], None] = lambda asked: None,
    ) -> None:
        self._sources: tuple[DirectorySource, ...] = ()
        self._clock = clock
        self._users = users if users is not None else Users(())
        self._sites = sites
        self._patience = patience
        self._keep = {True: keep_found, False: keep_unknown}
        self._size = size
        self._on_asked = on_asked
        self._open: dict[str, _Question] = {}
        self._memory: dict[str, _Remembered] = {}
        self._edition = 0
        self._breakers: dict[str, Breaker] = {}
        self._turns: dict[str, DeferredSemaphore] = {}
        self.recent: deque[Asked] = deque(maxlen=RECENT)
        self.replace(sources, budget)

    def replace(self, sources: Sequence[DirectorySource], budget: float) -> None:
        """Ask these sources from now on, and forget what others said; who is asking already hears those before."""
        new = [source for source in sources if source not in self._sources]
        self._sources, self._budget = tuple(sources), budget
        for source in new:
            self._breakers[source.name] = Breaker()
            self._turns[source.name] = DeferredSemaphore(AT_ONCE)
            source.subscribe(self.forget)
        self.forget()

    async def find(self, number: Number) -> LookupResult:
        """What is known about the number as soon as every source has answered, or the budget is spent."""
        done: Deferred[None] = Deferred()
        result = LookupResult()

        def hear(latest: LookupResult) -> None:
            nonlocal result
            result = latest
            if not latest.pending and not done.called:
                done.callback(None)

        result = self.watch(number, hear)
        if result.pending:
            timer = self._clock.callLater(self._budget, lambda: None if done.called else done.callback(None))
            await done
            if timer.active():
                timer.cancel()
        return result

    def watch(self, number: Number, listener: Listener) -> LookupResult:
        """What is known about the number now; ``listener`` hears of every later answer until none is pending."""
        known = self._known(number)
        key = _key(number)
        if key is None or key in self._memory or self._is_inside(number):
            return known
        question = self._open.get(key) or self._ask(key, number)
        result = question.result()
        if result.pending:
            question.listeners.append(listener)
        return result

    def answering(self) -> dict[str, bool]:
        """Name of each source → whether it is asked; not while it is left alone because it failed."""
        return {source.name: not self._breakers[source.name].resting for source in self._sources}

    def failures(self) -> dict[str, int]:
        """How often in a row each source has failed; 0 for one that works."""
        return {source.name: self._breakers[source.name].failures for source in self._sources}

    def forget(self) -> None:
        """Drop every remembered answer: a source has changed. What is being asked now is not remembered either."""
        self._memory.clear()
        self._edition += 1

    def _known(self, number: Number) -> LookupResult:
        key = _key(number)
        if self._is_inside(number):
            colleague = self._colleague(number)
            return LookupResult(matches=() if colleague is None else (_match(colleague),))
        if key is None:
            return LookupResult()
        if key in self._open:
            return self._open[key].result()
        self._drop_stale(key)
        return self._memory[key].result if key in self._memory else LookupResult()

    def _is_inside(self, number: Number) -> bool:
        """An own extension, also one nobody has, or a colleague by the full number: no source is asked."""
        return number.internal is not None or self._colleague(number) is not None

    def _colleague(self, number: Number) -> User | None:
        """Who has the number: here by extension, at another site of the company by the full number."""
        if number.internal is not None:
            return self._users.by_extension(number.internal)
        if number.e164 is None or self._sites is None:
            return None
        for block, extension in self._sites.own_numbers(number.e164):
            user = self._users.by_extension(extension)
            if user is not None and block in self._sites.of(user).blocks:
                return user
        return None

    def _drop_stale(self, key: str) -> None:
        if key in self._memory and self._memory[key].until <= self._clock.seconds():
            del self._memory[key]

    def _ask(self, key: str, number: Number) -> _Question:
        question = self._open[key] = _Question(number, self._clock.seconds(), self._sources, self._edition)
        for source in self._sources:
            Deferred.fromCoroutine(self._ask_one(source, key, number, question))
        if question.waiting:
            timer = self._clock.callLater(self._patience, self._give_up, key, question)
            question.listeners.append(lambda result: timer.cancel() if not result.pending and timer.active() else None)
        else:  # no source at all, or none that had to wait
            self._finish(key, question)
        return question

    async def _ask_one(self, source: DirectorySource, key: str, number: Number, question: _Question) -> None:
        breaker = self._breakers[source.name]
        if not breaker.allows(self._clock.seconds()):
            question.failed.append(source.name)
        else:
            try:
                async with self._turns[source.name]:
                    question.answers[source.name] = await source.lookup(number)
            except Exception as problem:  # whatever is wrong with one source, the others still answer
                self._note_failure(source.name, problem)
                question.failed.append(source.name)
            else:
                breaker.succeeded()
        self._tell(key, question)

    def _note_failure(self, source: str, problem: Exception) -> None:
        if isinstance(problem, DirectoryError):
            self.log.warn("source {source} could not look up a number: {problem}", source=source, problem=problem)
        else:
            self.log.failure("source {source} could not look up a number", source=source)
        if self._breakers[source].failed(self._clock.seconds()):
            self.log.warn("source {source} is left alone for a while", source=source)

    def _give_up(self, key: str, question: _Question) -> None:
        self.log.warn("no answer from {sources} in {seconds} s", sources=question.waiting, seconds=self._patience)
        for name in question.waiting:
            self._breakers[name].failed(self._clock.seconds())
        question.failed.extend(question.waiting)
        self._tell(key, question)

    def _tell(self, key: str, question: _Question) -> None:
        result = question.result()
        if not result.pending:
            self._finish(key, question)
        for listener in tuple(question.listeners):
            listener(result)

    def _finish(self, key: str, question: _Question) -> None:
        if self._open.get(key) is not question:
            return  # given up before; this answer comes too late to be told twice
        del self._open[key]
        result = question.result()
        took = self._clock.seconds() - question.at
        late = took > self._budget
        asked = Asked(number=question.number, at=question.at, took=took, late=late, result=result)
        self.recent.append(asked)
        self._on_asked(asked)
        if result.failed or question.edition != self._edition:
            return  # an answer with a gap, or from before a change, is not worth remembering
        if len(self._memory) >= self._size:
            del self._memory[next(iter(self._memory))]
        self._memory[key] = _Remembered(result, self._clock.seconds() + self._keep[bool(result.matches)])


def _match(colleague: User) -> Match:
    return Match(kind="user", record_id=colleague.login, name=colleague.name, source="users")


def _key(number: Number) -> str | None:
    """What an answer is remembered by: a number that may be another one as well has an answer of its own."""
    return number.e164 and " ".join((number.e164, *number.others))


def ranked(matches: Sequence[Match]) -> tuple[Match, ...]:
    """Best first and each record once, under its best rank."""
    best: dict[tuple[str, str, str], Match] = {}
    for match in sorted(matches, key=lambda each: RANKS.get((each.certainty, each.kind), len(RANKS))):
        best.setdefault((match.source, match.kind, match.record_id), match)
    return tuple(best.values())
