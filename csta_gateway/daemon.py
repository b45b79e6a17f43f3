"""Puts a gateway together from its settings, starts it and stops it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from twisted.internet.defer import Deferred, maybeDeferred
from twisted.internet.endpoints import quoteStringArgument, serverFromString
from twisted.internet.error import CannotListenError
from twisted.internet.threads import deferToThreadPool
from twisted.logger import Logger
from twisted.python.threadpool import ThreadPool

from crm_adapter.contactindex import ContactIndex
from crm_adapter.directory import DirectorySource
from crm_adapter.errors import DirectoryError, TemplateInvalid, UsersInvalid
from crm_adapter.journal import Journal
from crm_adapter.users import Users
from csta.errors import CSTAError
from csta_gateway import health
from csta_gateway.api.application import application
from csta_gateway.assembly import assemble
from csta_gateway.auth import verify
from csta_gateway.config import Config, Server
from csta_gateway.gateway import Gateway
from csta_gateway.links import MakeProvider
from csta_gateway.retention import Retention
from csta_gateway.site import Root, WebServer
from csta_gateway.sources import Sources
from csta_gateway.staffing import staff_source
from csta_gateway.streams import CloseCode, Streams
from csta_gateway.tokens import Tokens
from csta_gateway.traces import RecordingFailed
from csta_gateway.userwatch import UserWatch, warn_about_logins

log = Logger()


FAREWELL = 2.0
"""Seconds pages have to answer that they are closed."""

LONGEST_STOP = 10.0
"""Seconds stopping may take; a switch that does not answer any more is left as it is."""


class StartError(CSTAError):
    """The gateway cannot start; the text says why and what to do."""


class Daemon:
    """A gateway from start to stop.

    :param reactor: Twisted's reactor.
    :param make_provider: makes the source of calls of a link.
    """

    def __init__(self, reactor: Any, config: Config, make_provider: MakeProvider) -> None:  # noqa: ANN401 -- all of its interfaces
        self._reactor = reactor
        self._config = config
        self._make_provider = make_provider
        self._passwords = ThreadPool(minthreads=0, maxthreads=2, name="passwords")
        self._cleanup: list[Callable[[], Awaitable[object] | None]] = []

    async def start(self) -> int:
        """Open databases, the web server and the links; gives the port. Raises :class:`StartError`."""
        try:
            gateway = await self._gateway()
        except (DirectoryError, UsersInvalid, TemplateInvalid, RecordingFailed) as error:
            raise StartError(str(error)) from error
        self._cleanup += [gateway.links.stop, lambda: self._close_pages(gateway.streams)]
        port = await self._listen(gateway)
        gateway.links.start(gateway.board.hear, gateway.board.calls.forget)
        log.info("{users} users, {devices} devices", users=len(gateway.users), devices=len(gateway.users.devices()))
        return port

    def stop(self) -> Deferred[None]:
        """Release everything in the opposite order; a part that fails does not keep the others."""
        return Deferred.fromCoroutine(self._stop()).addTimeout(LONGEST_STOP, self._reactor, onTimeoutCancel=_unfinished)

    async def _stop(self) -> None:
        while self._cleanup:
            step = self._cleanup.pop()
            try:
                await maybeDeferred(step)
            except Exception:  # stopping goes on whatever happens
                log.failure("a part did not stop cleanly")

    async def _close_pages(self, streams: Streams) -> None:
        """Tell the pages, and wait until they have read it."""
        streams.close_all(CloseCode.RESTART)
        await streams.when_empty().addTimeout(FAREWELL, self._reactor, onTimeoutCancel=lambda result, seconds: None)

    async def _gateway(self) -> Gateway:
        config = self._config
        made = await self._makes_sources()
        sources = await self._sources(made)
        staff_of = staff_source(config, made, sources[config.users.source])
        self._cleanup.append(staff_of.close)
        staff = await staff_of.read()
        users = Users(staff.users)
        journal = Journal(config.journal.url, self._reactor)
        self._cleanup.append(journal.close)
        await journal.start()
        tokens = Tokens(config.journal.url, self._reactor)
        self._cleanup.append(tokens.close)
        await tokens.start()
        retention = Retention(journal, self._reactor, config.journal.retention_days)
        retention.start()
        self._cleanup.append(retention.stop)
        self._passwords.start()
        self._cleanup.append(self._passwords.stop)

        gateway = assemble(
            config,
            clock=self._reactor,
            users=users,
            sources=tuple(sources.values()),
            journal=journal,
            tokens=tokens,
            make_provider=self._make_provider,
            verifier=self._verify,
        )
        self._cleanup += [gateway.board.activities.close, gateway.bearers.stop]
        gateway.findings.follow(staff.findings)
        warn_about_logins(gateway, config.screen.users)
        await gateway.board.begin()
        watch = UserWatch(gateway, staff_of, self._reactor, config.users.refresh_seconds)
        watch.start()
        self._cleanup.append(watch.stop)
        return gateway

    async def _makes_sources(self) -> Sources:
        config = self._config
        index = ContactIndex(config.lookup.index, config.location, self._reactor, uncertain=config.lookup.uncertain)
        self._cleanup.append(index.close)
        await index.start()
        return Sources(self._reactor, index, config.location)

    async def _sources(self, made: Sources) -> dict[str, DirectorySource]:
        sources: dict[str, DirectorySource] = {}
        for settings in self._config.sources:
            source = sources[settings.name] = made.make(settings)
            self._cleanup.append(source.close)
            await source.start()
        return sources

    async def _verify(self, stored: str, password: str) -> bool:
        return await deferToThreadPool(self._reactor, self._passwords, verify, stored, password)

    async def _listen(self, gateway: Gateway) -> int:
        root = Root(gateway.settings, application(gateway), health.pages(gateway))
        where = endpoint(gateway.settings)
        try:
            port = await serverFromString(self._reactor, where).listen(WebServer(root, self._reactor))
        except CannotListenError as error:
            raise StartError(
                f"cannot listen on {gateway.settings.address} port {gateway.settings.port}: {error.socketError};"
                " end the program that uses it, or choose another `port` in [server]"
            ) from error
        except OSError as error:
            raise StartError(f"[server] certificate or private_key: {error}") from error
        self._cleanup.append(port.stopListening)
        return int(port.getHost().port)


def endpoint(settings: Server) -> str:
    """The Twisted description of where to listen."""
    where = f"{settings.port}:interface={quoteStringArgument(settings.address)}"
    if settings.certificate is None:
        return f"tcp:{where}"
    certificate = quoteStringArgument(settings.certificate)
    key = quoteStringArgument(settings.private_key or settings.certificate)
    return f"ssl:{where}:certKey={certificate}:privateKey={key}:extraCertChain={certificate}"


def _unfinished(result: object, seconds: float) -> None:
    log.warn("stopping was not finished after {seconds:g} s; ending all the same", seconds=seconds)
