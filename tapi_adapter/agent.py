"""The agent on a Windows machine: dials the gateway over mutual TLS, and serves the lines of this machine to it.

``csta-tapi-agent --config agent.toml``; ``csta-gateway agent enroll`` makes the file and the certificates beside it.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Annotated, Any, cast

from msgspec import Meta, Struct
from twisted.application.internet import backoffPolicy
from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.endpoints import quoteStringArgument
from twisted.internet.error import ConnectError
from twisted.internet.protocol import Factory
from twisted.internet.task import deferLater, react
from twisted.logger import (
    FilteringLogObserver,
    ILogFilterPredicate,
    ILogObserver,
    Logger,
    LogLevel,
    LogLevelFilterPredicate,
    globalLogBeginner,
    textFileLogObserver,
)
from twisted.python.logfile import LogFile

from csta import __version__, toml_file
from csta.endpoints import ClientEndpoint, client_endpoint
from csta.toml_file import ConfigError
from tapi_adapter.local import LocalTelephony
from tapi_adapter.protocol import VERSIONS, Hello, NotServed
from tapi_adapter.serving import Serving
from tapi_adapter.telephony import Telephony
from tapi_adapter.timing import Timing
from tapi_adapter.wire import Wire

STEADY = 60.0
"""Seconds a connection has to last for the next one to be made without delay."""

LONGEST_LOG = 5 * 2**20
KEPT_LOGS = 5

log = Logger()
HostPort = Annotated[str, Meta(pattern=r"^(\[[0-9A-Fa-f:]+\]|[A-Za-z0-9._-]+):\d{1,5}$")]


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The configuration file of an agent. Files are looked for beside it.

    :param gateway: ``host:port`` where the gateway listens for agents; its certificate has to name the host.
    :param certificate: PEM file with the certificate of this agent and its key.
    :param authority: PEM file with the certificate of the gateway's authority.
    :param log: file for the log, which is kept short; standard error where left out.
    :param library: another library than the ``tapi32.dll`` of Windows.
    """

    gateway: HostPort
    certificate: str = "agent.pem"
    authority: str = "authority.pem"
    log: str | None = None
    library: str = ""

    def endpoint(self, folder: Path) -> str:
        """The Twisted description of where to connect (:mod:`csta.endpoints`)."""
        certificate, authority = (
            quoteStringArgument((folder / each).absolute().as_posix()) for each in (self.certificate, self.authority)
        )
        return f"tls:{self.gateway}:certificate={certificate}:trustRoots={authority}"


class Agent:
    """Keeps a connection to the gateway, and serves a telephony service on it.

    The service runs while the gateway is connected; with the connection all its lines are closed.

    :param reactor: Twisted's reactor, or the clock of a test.
    :param endpoint: where the gateway is.
    :param where: what the gateway is called in the log.
    """

    def __init__(self, reactor: Timing, endpoint: ClientEndpoint, telephony: Telephony, where: str) -> None:
        self._reactor = reactor
        self._endpoint = endpoint
        self._telephony = telephony
        self._where = where
        self._delay = backoffPolicy()
        self._failures = 0
        self._wire: Wire | None = None
        self._running: Deferred[None] | None = None

    def start(self) -> None:
        """Begin to connect."""
        self._running = Deferred.fromCoroutine(self._run())

    async def stop(self) -> None:
        """Close the connection, and with it the lines."""
        running, self._running = self._running, None
        if running is None:
            return
        if self._wire is not None:
            self._wire.leave("the agent was stopped")
        else:
            running.cancel()
        await running

    async def _run(self) -> None:
        try:
            while True:
                reason = await self._one_connection()
                if self._running is None:
                    return
                self._failures += 1
                delay = self._delay(self._failures)
                log.warn(
                    "gateway {where}: {reason}. Next try in {delay:.0f} s.",
                    where=self._where,
                    reason=reason,
                    delay=delay,
                )
                await deferLater(cast(Any, self._reactor), delay)
        except CancelledError:
            return

    async def _one_connection(self) -> str:
        """Connect, and serve until the connection is gone; gives the reason in words."""
        serving: list[Serving] = []

        def heard(wire: Wire) -> Serving:
            serving.append(Serving(wire, self._telephony, self._reactor))
            return serving[0]

        try:
            wire = await self._endpoint.connect(Factory.forProtocol(lambda: Wire(self._reactor, heard)))
        except (ConnectError, OSError) as error:
            return f"it cannot be reached: {error}"
        try:
            await wire.ask(Hello, versions=VERSIONS, program=__version__)
        except NotServed as refusal:
            wire.end(str(refusal))
        except Exception as error:  # the connection ended first, which has its own reason, or a word nobody knows
            wire.end(f"its answer cannot be understood: {error}")
        else:
            await self._serve(wire, serving[0])
        return str(await wire.when_over())

    async def _serve(self, wire: Wire, serving: Serving) -> None:
        begun = self._reactor.seconds()
        log.info("gateway {where}: connected", where=self._where)
        self._wire = wire
        serving.begin()
        await wire.when_over()
        self._wire = None
        await self._telephony.stop()
        if self._reactor.seconds() - begun >= STEADY:
            self._failures = 0


def main() -> None:
    """The program ``csta-tapi-agent``."""
    parser = argparse.ArgumentParser(
        prog="csta-tapi-agent", description="Serves the telephone lines of this Windows machine to csta-gateway."
    )
    parser.add_argument("--version", action="version", version=f"csta-tapi-agent {__version__}")
    parser.add_argument("--config", type=Path, required=True, metavar="FILE", help="agent.toml, from the enrolment")
    path: Path = parser.parse_args().config
    try:
        settings = toml_file.read(path, Settings)
    except ConfigError as error:
        sys.exit(str(error))
    _begin_log(settings, path.parent)
    react(_serve, [settings, path])


def _begin_log(settings: Settings, folder: Path) -> None:
    output: Any = sys.stderr
    if settings.log is not None:
        file = (folder / settings.log).absolute()
        output = LogFile(file.name, str(file.parent), rotateLength=LONGEST_LOG, maxRotatedFiles=KEPT_LOGS)
    levels = LogLevelFilterPredicate(defaultLogLevel=LogLevel.info)
    levels.setLogLevelForNamespace("twisted", LogLevel.warn)
    text = cast(ILogObserver, textFileLogObserver(output))
    filtered = FilteringLogObserver(text, [cast(ILogFilterPredicate, levels)])
    globalLogBeginner.beginLoggingTo([cast(ILogObserver, filtered)], redirectStandardIO=False)


async def _serve(reactor: Any, settings: Settings, path: Path) -> None:  # noqa: ANN401 -- all of its interfaces
    try:
        endpoint = client_endpoint(reactor, settings.endpoint(path.parent))
    except ValueError as error:
        sys.exit(f"{path}: {error}")
    telephony = LocalTelephony(reactor, library=settings.library, name="csta-tapi-agent")
    agent = Agent(reactor, endpoint, telephony, settings.gateway)
    agent.start()
    reactor.addSystemEventTrigger("before", "shutdown", lambda: Deferred.fromCoroutine(agent.stop()))
    await Deferred()


if __name__ == "__main__":
    main()
