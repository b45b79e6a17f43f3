"""A port of the gateway that moves, and takes renewed certificates, while connections go on."""

from __future__ import annotations

from typing import Any

from twisted.internet.defer import maybeDeferred
from twisted.internet.error import CannotListenError
from twisted.logger import Logger

from csta.endpoints import CertificateInvalid, ServerEndpoint, TlsServerEndpoint, describe, server_endpoint
from csta.errors import CSTAError

log = Logger()


class ListeningFailed(CSTAError):
    """Nobody can connect as the settings say; says why and what to do."""


class Listener:
    """Where others connect to the gateway.

    :param reactor: Twisted's reactor.
    :param factory: takes the connections.
    :param table: of the settings, for what is said (``[server]``).
    :param advice: what to do about a certificate that cannot be used.
    :ivar where: the endpoint listened on, as :func:`csta.endpoints.server_endpoint` takes it; None: nowhere.
    """

    def __init__(self, reactor: Any, factory: Any, table: str, advice: str) -> None:  # noqa: ANN401 -- all of Twisted's
        self._reactor = reactor
        self._factory = factory
        self._table = table
        self._advice = advice
        self._endpoint: ServerEndpoint | None = None
        self._port: Any = None
        self.where: str | None = None

    @property
    def port(self) -> int:
        """The TCP port listened on."""
        return int(self._port.getHost().port)

    async def follow(self, where: str | None) -> None:
        """Listen there from now on, with what its certificate files hold now. Connections there are stay as they are.

        :raises ListeningFailed: it cannot be; all is as it was.
        """
        try:
            if where != self.where:
                await self._move(where)
            elif isinstance(self._endpoint, TlsServerEndpoint):
                self._endpoint.renew()
        except CertificateInvalid as error:
            raise ListeningFailed(f"{self._table} {error.reason}; {self._advice}") from error

    async def stop(self) -> None:
        """Listen no longer."""
        if self._port is not None:
            await maybeDeferred(self._port.stopListening)
        self._port = self._endpoint = self.where = None

    async def _move(self, where: str | None) -> None:
        if where is None:
            await self.stop()
            return
        endpoint = server_endpoint(self._reactor, where)
        before = self._endpoint, self.where
        await self.stop()  # two sockets cannot have the same port, at whatever addresses
        try:
            await self._listen(endpoint, where)
        except CannotListenError as error:
            await self._listen(*before)
            raise ListeningFailed(self._taken(where, error)) from error
        address = describe(where).options["interface"]
        log.info("{table} listening on {address} port {port}", table=self._table, address=address, port=self.port)

    async def _listen(self, endpoint: ServerEndpoint | None, where: str | None) -> None:
        if endpoint is not None:
            self._port = await endpoint.listen(self._factory)
        self._endpoint, self.where = endpoint, where

    def _taken(self, where: str, error: CannotListenError) -> str:
        said = describe(where)
        return (
            f"cannot listen on {said.options['interface']} port {said.places[0]}: {error.socketError};"
            f" end the program that uses it, or choose another `port` in {self._table}"
        )
