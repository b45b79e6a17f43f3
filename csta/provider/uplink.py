"""Keeps a link to the switch up: connects, waits for its end, waits a while, connects again.

A link counts as up when it is prepared: monitors in place, calls known. (Twisted's ``ClientService`` has no move for a
link that is lost while it is being prepared, and tells neither why nor how long it waits; both are wanted here.)
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Protocol, cast

from twisted.internet.defer import CancelledError, Deferred
from twisted.logger import Logger

from csta.client import Client
from csta.errors import AssociationRefused, CSTAError, LinkLost
from csta.protocol import DelayedCall, ReactorTime
from csta.session import State

REFUSED_DELAY = 60.0
"""Seconds to the next try when the switch does not accept this application: a person has to do something first."""


class Application(Protocol):
    """What stands on the link."""

    async def prepare(self, client: Client) -> None:
        """Do what has to be done on a new link before it counts as up; raises CSTAError when that fails."""

    def link_up(self) -> None:
        """The link is prepared."""

    def link_down(self, reason: str, retry_in: float | None) -> None:
        """The link is gone, or could not be made; ``retry_in`` seconds to the next try, None when there is none."""


class Uplink:
    """One link that comes back.

    :param connect: makes a link; fails with CSTAError.
    :param retry_policy: seconds to wait after so many failures in a row.
    :param name: what logs call the link.
    """

    log = Logger()

    def __init__(
        self,
        reactor: ReactorTime,
        connect: Callable[[], Awaitable[Client]],
        application: Application,
        retry_policy: Callable[[int], float],
        name: str,
    ) -> None:
        self._client: Client | None = None
        self._reason = "not started"
        self._reactor = reactor
        self._connect = connect
        self._application = application
        self._retry_policy = retry_policy
        self._name = name
        self._failures = 0
        self._running: Deferred[None] | None = None
        self._stopping = False

    @property
    def client(self) -> Client | None:
        """The link while it is up, else None: at once when it breaks, before anybody is told."""
        up = self._client is not None and self._client.link.session.state is State.ACTIVE
        return self._client if up else None

    @property
    def reason(self) -> str:
        """Why the link is down, in words; empty while it is up."""
        return self._reason or ("" if self.client is not None else "the link is lost")

    def start(self) -> None:
        """Begin; nothing happens when it has begun already."""
        if self._running is None:
            self._stopping = False
            self._running = Deferred.fromCoroutine(self._run())

    async def stop(self) -> None:
        """Close the link in order and do not connect again."""
        running, self._running = self._running, None
        self._stopping = True
        if self.client is not None:
            await self.client.close()
        elif running is not None:
            running.cancel()
        if running is not None:
            await running

    async def _run(self) -> None:
        self._reason = "connecting"
        try:
            while not self._stopping:
                await self._wait(await self._one_link())
        except CancelledError:
            pass
        self._down("stopped", None)

    async def _one_link(self) -> CSTAError:
        """Make a link and stay with it to its end; gives the reason of that."""
        client: Client | None = None
        try:
            client = await self._connect()
            await self._application.prepare(client)
            self._client, self._reason, self._failures = client, "", 0
            self._application.link_up()
            return await client.when_closed() or LinkLost("link", "closed")
        except CSTAError as error:
            return error
        except CancelledError:
            raise
        except Exception as fault:  # one of ours: it must not end the service, nor go unseen
            self.log.failure("{link}: a fault of ours", link=self._name)
            return CSTAError(f"internal error: {fault!r}")
        finally:
            self._client = None
            if client is not None:
                client.link.drop()

    async def _wait(self, error: CSTAError) -> None:
        if self._stopping:
            return
        self._failures += 1
        refused = isinstance(error, AssociationRefused)
        delay = REFUSED_DELAY if refused else self._retry_policy(self._failures)
        self._down(error.reason if isinstance(error, LinkLost) else str(error), delay)
        waited: Deferred[None] = Deferred()
        timer = cast(DelayedCall, self._reactor.callLater(delay, waited.callback, None))
        try:
            await waited
        finally:
            if timer.active():
                timer.cancel()

    def _down(self, reason: str, retry_in: float | None) -> None:
        self._reason = reason
        self._application.link_down(reason, retry_in)
