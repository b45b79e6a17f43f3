"""Deletes past calls that have been kept long enough."""

from __future__ import annotations

from twisted.internet.defer import Deferred
from twisted.logger import Logger

from crm_adapter.clock import Clock, Timer
from crm_adapter.erasure import Subject
from crm_adapter.journal import Journal

log = Logger()

DAY = 86_400.0
EVERY = 3600.0
"""Seconds between two looks."""


class Retention:
    """Looks every hour for calls older than ``days`` days; with 0 days nothing is ever deleted.

    :ivar days: may be changed at any time and holds from the next look.
    """

    def __init__(self, journal: Journal, clock: Clock, days: int) -> None:
        self._journal = journal
        self._clock = clock
        self.days = days
        self._timer: Timer | None = None
        self._stopped = False

    def start(self) -> None:
        """Look now and from now on."""
        Deferred.fromCoroutine(self._look())

    def stop(self) -> None:
        """Look no more."""
        self._stopped = True
        if self._timer is not None and self._timer.active():
            self._timer.cancel()

    async def _look(self) -> None:
        if self.days:
            await self._purge(self.days)
        if not self._stopped:
            self._timer = self._clock.callLater(EVERY, self.start)

    async def _purge(self, days: int) -> None:
        oldest = round((self._clock.seconds() - days * DAY) * 1000)
        try:
            deleted = await self._journal.purge(Subject(before=oldest))
        except Exception:  # a database that is away now is there in an hour
            log.failure("old calls could not be deleted; trying again in an hour")
        else:
            if deleted:
                log.info("{count} calls older than {days} days deleted", count=deleted, days=days)
