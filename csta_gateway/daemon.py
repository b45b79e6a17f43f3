"""Puts a gateway together from its settings, starts it and stops it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

from twisted.internet.defer import Deferred, DeferredLock, maybeDeferred
from twisted.internet.endpoints import quoteStringArgument
from twisted.internet.threads import deferToThreadPool
from twisted.logger import Logger
from twisted.python.threadpool import ThreadPool

from crm_adapter.errors import DirectoryError, TemplateInvalid, UsersInvalid
from crm_adapter.journal import Journal
from crm_adapter.staff import StaffSource
from crm_adapter.users import Users
from csta.errors import CSTAError
from csta_gateway import health
from csta_gateway.agents import Agents
from csta_gateway.api.application import application
from csta_gateway.assembly import adapt, assemble
from csta_gateway.auth import verify
from csta_gateway.changes import Changes, changes
from csta_gateway.config import Config, Server
from csta_gateway.directories import Directories
from csta_gateway.gateway import Gateway
from csta_gateway.links import MakeProvider, SwitchLink, stop_all
from csta_gateway.listener import Listener, ListeningFailed
from csta_gateway.namedfiles import Contents, contents, rewritten
from csta_gateway.retention import Retention
from csta_gateway.site import Root, WebServer
from csta_gateway.staffing import staff_source
from csta_gateway.streams import CloseCode, Streams
from csta_gateway.tokens import Tokens
from csta_gateway.traces import RecordingFailed
from csta_gateway.userwatch import UserWatch, warn_about_logins
from csta_gateway.webhooks import Webhooks, hooks

log = Logger()


FAREWELL = 2.0
"""Seconds pages have to answer that they are closed."""

UNUSABLE = (DirectoryError, UsersInvalid, TemplateInvalid, RecordingFailed, ListeningFailed)
"""What is said about settings that are well written and do not work."""

WANTED = "`certificate` names a PEM file with the chain, `private_key` one with its key unless that is in the same file"

LONGEST_STOP = 10.0
"""Seconds stopping may take; a switch that does not answer any more is left as it is."""


class StartError(CSTAError):
    """The gateway cannot start; the text says why and what to do."""


class Daemon:
    """A gateway from start to stop.

    :param reactor: Twisted's reactor.
    :param make_provider: makes the source of calls of a link.
    :param agents: those of Windows machines that ``make_provider`` uses.
    """

    def __init__(
        self,
        reactor: Any,  # noqa: ANN401 -- all of its interfaces
        config: Config,
        make_provider: MakeProvider,
        agents: Agents,
    ) -> None:
        self._reactor = reactor
        self._config = config
        self._make_provider = make_provider
        self._agents = agents
        self._passwords = ThreadPool(minthreads=0, maxthreads=2, name="passwords")
        self._cleanup: list[Callable[[], Awaitable[object] | None]] = []
        self._changing = DeferredLock()  # one start or reload at a time
        self._contents: Contents
        self._directories: Directories
        self._staff: StaffSource
        self._retention: Retention
        self._watch: UserWatch
        self._running: Gateway
        self._hooks: Webhooks
        self._root: Root
        self._web: Listener

    async def start(self) -> int:
        """Open databases, the web server and the links; gives the port. Raises :class:`StartError`."""
        async with self._changing:
            return await self._start()

    async def _start(self) -> int:
        self._contents = contents(self._config)
        try:
            gateway = await self._gateway()
            self._cleanup += [gateway.links.stop, lambda: self._close_pages(gateway.streams)]
            await self._listen(gateway)
        except UNUSABLE as error:
            raise StartError(str(error)) from error
        gateway.links.start(gateway.board.hear, gateway.board.calls.forget)
        log.info("{users} users, {devices} devices", users=len(gateway.users), devices=len(gateway.users.devices()))
        self._running = gateway
        return self._web.port

    async def reload(self, config: Config) -> Changes:
        """Go on with other settings; links that are the same keep their monitors and calls.

        :raises StartError: something in them cannot be used; everything is as it was.
        """
        async with self._changing:
            now = contents(config)
            refilled = rewritten(self._contents, now)
            changed = changes(self._config, config, refilled)
            before = self._directories
            try:
                gone = await self._take_over(changed.config, refilled)
            except UNUSABLE as error:
                raise StartError(str(error)) from error
            self._contents = now
            before.close(self._directories)
            await self._directories.start(before)
            await self._watch.follow(self._staff, self._config.users.refresh_seconds)
            warn_about_logins(self._running, self._config)
            self._running.board.renew()
            self._running.audit.write("settings_reloaded", None, changed=str(changed))
            await stop_all(gone)
            return changed

    async def _take_over(self, config: Config, refilled: frozenset[str]) -> list[SwitchLink]:
        """Make what is new, and only when all of it could be made, use it; gives the links that are over.

        :param refilled: paths of files that hold something else than before.
        """
        gateway, before = self._running, self._directories
        async with AsyncExitStack() as undo:
            directories = Directories(self._reactor, config, before, refilled)
            undo.callback(directories.close, before)
            staff = staff_source(config, directories.made, directories.named(config.users.source))
            undo.callback(staff.close)
            await directories.open(before)
            addresses = hooks(config.webhooks, self._reactor, gateway.metrics)
            agents, where = self._agents.settings, self._web.where
            await self._agents.follow(config.agents)
            undo.push_async_callback(self._agents.follow, agents)
            await self._web.follow(endpoint(config.server))
            undo.push_async_callback(self._web.follow, where)
            gone = gateway.links.replace(config.connections, gateway.users.devices(), refilled)
            undo.pop_all()
        self._config, self._directories, self._staff = config, directories, staff
        adapt(gateway, config, directories.all())
        self._hooks.replace(addresses)
        self._root.follow(config.server)
        self._retention.days = config.journal.retention_days
        return gone

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
        await self._open_directories()
        self._staff = staff_source(config, self._directories.made, self._directories.named(config.users.source))
        self._cleanup.append(lambda: self._staff.close())
        staff = await self._staff.read()
        users = Users(staff.users)
        journal = Journal(config.journal.url, self._reactor)
        self._cleanup.append(journal.close)
        await journal.start()
        tokens = Tokens(config.journal.url, self._reactor)
        self._cleanup.append(tokens.close)
        await tokens.start()
        self._retention = Retention(journal, self._reactor, config.journal.retention_days)
        self._retention.start()
        self._cleanup.append(self._retention.stop)
        self._passwords.start()
        self._cleanup.append(self._passwords.stop)

        gateway = assemble(
            config,
            clock=self._reactor,
            users=users,
            sources=self._directories.all(),
            journal=journal,
            tokens=tokens,
            make_provider=self._make_provider,
            verifier=self._verify,
        )
        self._cleanup += [gateway.board.activities.close, gateway.sessions.save, gateway.bearers.stop]
        self._hooks = Webhooks(hooks(config.webhooks, self._reactor, gateway.metrics), gateway.links.about)
        gateway.board.subscribe(self._hooks.follow)
        self._cleanup.append(self._hooks.stop)
        gateway.findings.follow(staff.findings)
        warn_about_logins(gateway, config)
        await gateway.board.begin()
        self._watch = UserWatch(gateway, self._staff, self._reactor, config.users.refresh_seconds)
        self._watch.start()
        self._cleanup.append(self._watch.stop)
        return gateway

    async def _open_directories(self) -> None:
        self._directories = Directories(self._reactor, self._config)
        self._cleanup.append(lambda: self._directories.close())
        await self._directories.open()
        await self._directories.start()

    async def _verify(self, stored: str, password: str) -> bool:
        return await deferToThreadPool(self._reactor, self._passwords, verify, stored, password)

    async def _listen(self, gateway: Gateway) -> None:
        self._root = Root(gateway.settings, application(gateway), health.pages(gateway))
        self._web = Listener(self._reactor, WebServer(self._root, self._reactor), "[server]", WANTED)
        self._cleanup += [self._web.stop, self._agents.stop]
        await self._web.follow(endpoint(gateway.settings))
        await self._agents.follow(self._config.agents)


def endpoint(settings: Server) -> str:
    """Where to listen, as :func:`csta.endpoints.server_endpoint` takes it."""
    where = f"{settings.port}:interface={quoteStringArgument(settings.address)}"
    if settings.certificate is None:
        return f"tcp:{where}"
    certificate = quoteStringArgument(settings.certificate)
    key = quoteStringArgument(settings.private_key or settings.certificate)
    return f"tls:{where}:certificate={certificate}:privateKey={key}"


def _unfinished(result: object, seconds: float) -> None:
    log.warn("stopping was not finished after {seconds:g} s; ending all the same", seconds=seconds)
