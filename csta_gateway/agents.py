"""Windows Telephony of other machines: where their agents connect, and the telephony service of each by its name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from cryptography import x509
from twisted.internet.endpoints import quoteStringArgument
from twisted.internet.task import LoopingCall
from twisted.logger import Logger

from csta_gateway.certificates import RENEWAL, Enrolment
from csta_gateway.config_agents import Agents as Settings
from csta_gateway.listener import Listener
from tapi_adapter.protocol import NotServed
from tapi_adapter.remote import Reception, RemoteTelephony
from tapi_adapter.wire import Wire

LOOK = 10.0
"""Seconds between two looks whether agents that are connected were revoked."""

MAKES_CERTIFICATES = "`csta-gateway agent enroll NAME` makes certificates"

log = Logger()


class Agents:
    """The agents of Windows machines.

    :param reactor: Twisted's reactor.
    :ivar settings: ``[agents]``; without it nobody can connect.
    """

    def __init__(self, reactor: Any) -> None:  # noqa: ANN401 -- all of its interfaces
        self._reactor = reactor
        self.settings: Settings | None = None
        self._enrolment: Enrolment
        self._telephony: dict[str, list[RemoteTelephony]] = {}
        self._certificates: dict[str, x509.Certificate] = {}
        self._looks = LoopingCall(self._look)
        self._looks.clock = reactor
        self._listener = Listener(reactor, Reception(reactor, self._who), "[agents]", MAKES_CERTIFICATES)

    @property
    def port(self) -> int:
        """The TCP port agents connect to."""
        return self._listener.port

    def telephony(self, name: str) -> RemoteTelephony:
        """The telephony service of an agent for one provider; it is down until the agent has connected.

        A later one gets the agent when the earlier one has stopped, as it does when settings are read again.
        """
        telephony = RemoteTelephony(self._reactor, name)
        self._telephony[name] = [*(each for each in self._telephony.get(name, ()) if each.started), telephony]
        return telephony

    async def follow(self, settings: Settings | None) -> None:
        """Listen as these settings say, with the certificates there are now; agents that are connected stay so.

        :raises csta_gateway.listener.ListeningFailed: it cannot be; all is as it was.
        """
        await self._listener.follow(None if settings is None else _endpoint(settings))
        self.settings = settings
        if settings is not None:
            self._enrolment = Enrolment(Path(settings.directory))
            if not self._looks.running:
                self._looks.start(LOOK, now=False)

    async def stop(self) -> None:
        """Listen no longer; connections end with the providers that use them."""
        if self._looks.running:
            self._looks.stop()
        await self._listener.stop()

    def _who(self, wire: Wire) -> RemoteTelephony:
        """Which agent it is, by its certificate; raises NotServed."""
        certificate = wire.transport.getPeerCertificate().to_cryptography()
        name = self._enrolment.name_of(certificate)
        known = next((each for each in reversed(self._telephony.get(name, ())) if each.started), None)
        if known is None:
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
                for telephony in self._telephony[name]:
                    telephony.dismiss(str(refusal))

    def _warn_of_end(self, name: str, certificate: x509.Certificate) -> None:
        end = certificate.not_valid_after_utc
        if end.timestamp() - self._reactor.seconds() < RENEWAL.total_seconds():
            log.warn(
                "the certificate of agent {agent} ends on {end}; enroll it anew before",
                agent=name,
                end=f"{end:%Y-%m-%d}",
            )


def _endpoint(settings: Settings) -> str:
    files = Enrolment(Path(settings.directory))
    certificate, authority = (quoteStringArgument(str(each)) for each in (files.gateway, files.authority))
    interface = quoteStringArgument(settings.address)
    return f"tls:{settings.port}:interface={interface}:certificate={certificate}:trustRoots={authority}"
