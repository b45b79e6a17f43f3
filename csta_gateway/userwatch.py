"""Follows changes of users while the gateway runs: who may log in, which devices are monitored, what pages show."""

from __future__ import annotations

from collections.abc import Iterator

from twisted.internet.defer import Deferred
from twisted.logger import Logger

from crm_adapter.clock import Clock, Timer
from crm_adapter.errors import DirectoryError, UsersInvalid
from crm_adapter.staff import StaffSource
from crm_adapter.users import Users
from csta_gateway.config import Config
from csta_gateway.gateway import Gateway
from csta_gateway.policy import Action, permits
from csta_gateway.streams import CloseCode

log = Logger()


class UserWatch:
    """Reads the users again and again; a mistake in them leaves everything as it was.

    :param source: gives the users with their devices.
    :param every: seconds between two readings.
    """

    def __init__(self, gateway: Gateway, source: StaffSource, clock: Clock, every: float = 60.0) -> None:
        self._gateway = gateway
        self._source = source
        self._clock = clock
        self._every = every
        self._timer: Timer | None = None
        self._stopped = False

    def start(self) -> None:
        """Look again after a while, and from then on."""
        self._timer = self._clock.callLater(self._every, self._look)

    def stop(self) -> None:
        """Look no more."""
        self._stopped = True
        if self._timer is not None and self._timer.active():
            self._timer.cancel()

    async def follow(self, source: StaffSource, every: float) -> None:
        """Look there from now on, and at once; the source before is closed."""
        before, self._source, self._every = self._source, source, every
        before.close()
        await self.look()

    async def look(self) -> None:
        """Bring users, monitors, log-ins and pages up to date."""
        source = self._source
        try:
            staff = await source.read()
            if self._stopped or source is not self._source:
                return  # what another source said would come too late
            changed = self._gateway.users.replace(staff.users)
        except (DirectoryError, UsersInvalid) as problem:
            log.warn("{problem}; users are as they were", problem=problem)
            return
        self._gateway.findings.follow(staff.findings)
        if not changed:
            return
        log.info("{count} users changed", count=len(changed))
        self._gateway.links.watch(self._gateway.users.devices())
        self._gateway.sessions.follow(changed)
        for login in changed:
            self._tell(login)

    def _tell(self, login: str) -> None:
        """Give the user's pages everything again, unless they may not follow calls any more."""
        user = self._gateway.users.by_login(login)
        if user is not None and not permits(user, Action.SUBSCRIBE):
            self._gateway.streams.close_of(login, CloseCode.CTI_OFF)
        else:
            self._gateway.streams.renew(login)

    def _look(self) -> None:
        Deferred.fromCoroutine(self._look_and_schedule())

    async def _look_and_schedule(self) -> None:
        try:
            await self.look()
        except Exception:  # looking goes on whatever happens
            log.failure("users could not be followed")
        if not self._stopped:
            self.start()


def warn_about_logins(gateway: Gateway, config: Config) -> None:
    """Write to the log which tables of users are nobody's."""
    for sentence in unknown_logins(config, gateway.users):
        log.warn("{sentence}", sentence=sentence)


def unknown_logins(config: Config, users: Users) -> Iterator[str]:
    """Which tables of ``[screen.users]`` and ``[dialling.users]`` are nobody's; the user may still be added."""
    for table, logins in (("screen", config.screen.users), ("dialling", config.dialling.users)):
        for login in logins:
            if users.by_login(login) is None:
                yield f"[{table}.users.{login}]: there is no such user"
