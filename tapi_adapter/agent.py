"""The agent on a Windows machine: dials the gateway over mutual TLS, and serves the lines of this machine to it.

:mod:`tapi_adapter.program` runs it; ``csta-gateway agent enroll`` makes its settings and the certificates beside them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, cast

from msgspec import Meta, Struct
from twisted.application.internet import backoffPolicy
from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.endpoints import quoteStringArgument
from twisted.internet.error import ConnectError
from twisted.internet.protocol import Factory
from twisted.internet.task import deferLater
from twisted.logger import Logger

from csta import __version__
from csta.endpoints import ClientEndpoint
from tapi_adapter.protocol import VERSIONS, Hello, NotServed
from tapi_adapter.serving import Serving
from tapi_adapter.telephony import Telephony
from tapi_adapter.timing import Timing
from tapi_adapter.wire import Wire

STEADY = 60.0
"""Seconds a connection has to last for the next one to be made without delay."""

_log = Logger()
HostPort = Annotated[str, Meta(pattern=r"^(\[[0-9A-Fa-f:]+\]|[A-Za-z0-9._-]+):\d{1,5}$")]


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The configuration file of an agent. Files are looked for beside it.

    :param gateway: ``host:port`` where the gateway listens for agents; its certificate has to name the host.
    :param certificate: PEM file with the certificate of this agent and its key.
    :param authority: PEM file with the certificate of the gateway's authority.
    :param log: file for the log, which is kept short; where left out, standard error, and ``agent.log`` of a service.
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

    def start(self) -> Deferred[None]:
        """Begin to connect; the Deferred fires when the agent was stopped, and fails only with what nobody expected."""
        self._running = Deferred.fromCoroutine(self._run())
        return self._running

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
                _log.warn(
                    "gateway {where}: {reason}. Next try in {delay:.0f} s.",
                    where=self._where,
                    reason=reason.rstrip("."),
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
        _log.info("gateway {where}: connected", where=self._where)
        self._wire = wire
        serving.begin()
        await wire.when_over()
        self._wire = None
        await self._telephony.stop()
        if self._reactor.seconds() - begun >= STEADY:
            self._failures = 0
