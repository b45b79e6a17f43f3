"""Windows Telephony of other machines: where their agents connect, and the telephony service of each by its name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from cryptography import x509
from twisted.internet.endpoints import quoteStringArgument
from twisted.internet.error import CannotListenError
from twisted.internet.task import LoopingCall
from twisted.logger import Logger

from csta.endpoints import server_endpoint
from csta.errors import CSTAError
from csta_gateway.certificates import RENEWAL, Enrolment
from csta_gateway.config_agents import Agents as Settings
from tapi_adapter.protocol import NotServed
from tapi_adapter.remote import Reception, RemoteTelephony
from tapi_adapter.wire import Wire

LOOK = 10.0
"""Seconds between two looks whether agents that are connected were revoked."""

log = Logger()


class AgentsFailed(CSTAError):
    """Nobody can listen for agents; says why and what to do."""


class Agents:
    """The agents of Windows machines.

    :param reactor: Twisted's reactor.
    :param settings: ``[agents]``.
    """

    def __init__(self, reactor: Any, settings: Settings) -> None:  # noqa: ANN401 -- all of its interfaces
        self._reactor = reactor
        self._settings = settings
        self._enrolment = Enrolment(Path(settings.directory))
        self._telephony: dict[str, RemoteTelephony] = {}
        self._certificates: dict[str, x509.Certificate] = {}
        self._looks = LoopingCall(self._look)
        self._looks.clock = reactor
        self._port: Any = None

    def telephony(self, name: str) -> RemoteTelephony:
        """The telephony service of an agent, the same each time; it is down until the agent has connected.

        For one provider: ``TapiProvider(reactor, agents.telephony("frontdesk"), lines=…)``.
        """
        return self._telephony.setdefault(name, RemoteTelephony(self._reactor, name))

    async def start(self) -> int:
        """Listen; gives the port. Raises :class:`AgentsFailed`."""
        where = self._settings
        try:
            endpoint = server_endpoint(self._reactor, self._endpoint())
            self._port = await endpoint.listen(Reception(self._reactor, self._who))
        except ValueError as error:
            raise AgentsFailed(f"[agents]: {error}; `csta-gateway agent enroll NAME` makes certificates") from error
        except CannotListenError as error:
            raise AgentsFailed(
                f"[agents]: cannot listen on {where.address} port {where.port}: {error.socketError};"
                " end the program that uses it, or choose another `port`"
            ) from error
        port = int(self._port.getHost().port)
        self._looks.start(LOOK, now=False)
        log.info("agents can connect to {address} port {port}", address=where.address, port=port)
        return port

    async def stop(self) -> None:
        """Listen no longer; connections end with the providers that use them."""
        if self._port is not None:
            self._looks.stop()
            await self._port.stopListening()

    def _endpoint(self) -> str:
        files = self._enrolment
        certificate, authority = (quoteStringArgument(str(each)) for each in (files.gateway, files.authority))
        interface = quoteStringArgument(self._settings.address)
        return f"tls:{self._settings.port}:interface={interface}:certificate={certificate}:trustRoots={authority}"

    def _who(self, wire: Wire) -> RemoteTelephony:
        """Which agent it is, by its certificate; raises NotServed."""
        certificate = wire.transport.getPeerCertificate().to_cryptography()
        name = self._enrolment.name_of(certificate)
        known = self._telephony.get(name)
        if known is None or not known.started:
            raise NotServed(f"the gateway has no use for agent {name}: name it in a [[tapi]] entry of its settings")
        self._certificates[name] = certificate
        self._warn_of_end(name, certificate)
        return known

    def _look(self) -> None:
        """End the connections of agents that were revoked meanwhile."""
        for name, certificate in list(self._certificates.items()):
            try:
                self._enrolment.name_of(certificate)
            except NotServed as refusal:
                del self._certificates[name]
                self._telephony[name].dismiss(str(refusal))

    def _warn_of_end(self, name: str, certificate: x509.Certificate) -> None:
        end = certificate.not_valid_after_utc
        if end.timestamp() - self._reactor.seconds() < RENEWAL.total_seconds():
            log.warn(
                "the certificate of agent {agent} ends on {end}; enroll it anew before",
                agent=name,
                end=f"{end:%Y-%m-%d}",
            )
