"""The sources of calls, made from the settings."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from twisted.internet.defer import Deferred

from csta.client import Client, connect
from csta.dialect import Login
from csta.model.call import call_names
from csta.model.provider import Provider
from csta.provider import CstaProvider
from csta.recorder.live import Recording
from csta_gateway.agents import Agents
from csta_gateway.config import Config, Connection, Link
from csta_gateway.config_tapi import Tapi
from csta_gateway.daemon import Daemon, StartError
from csta_gateway.fallback import FallbackProvider
from tapi_adapter.local import LocalTelephony
from tapi_adapter.provider import TapiProvider
from tapi_adapter.telephony import Telephony


def daemon(reactor: Any, config: Config) -> Daemon:  # noqa: ANN401 -- all of its interfaces
    """A gateway that reaches its telephones as the settings say."""
    providers = Providers(reactor)
    return Daemon(reactor, config, providers.make, providers.agents)


class Providers:
    """Makes sources of calls, no two calls of which ever have one name.

    :param reactor: Twisted's reactor.
    :ivar agents: those of Windows machines, who can connect once it follows some settings.
    """

    def __init__(self, reactor: Any) -> None:  # noqa: ANN401 -- all of its interfaces
        self._reactor = reactor
        self.agents = Agents(reactor)
        self._names = call_names(round(reactor.seconds() * 1000))

    def make(self, connection: Connection, recording: Recording) -> Provider:
        """What speaks with a switch; raises :class:`StartError` without its password, certificate or a way to it."""
        switch, fallback = connection.switch, connection.fallback
        if isinstance(switch, Tapi):
            return self._windows_telephony(switch)
        main = self._link(switch, recording)
        if fallback is None:
            return main
        return FallbackProvider(
            main,
            self._windows_telephony(fallback),
            self._reactor,
            names=(switch.name, fallback.name),
            patience=switch.fallback_after_seconds,
            calls=self._names,
        )

    def _link(self, link: Link, recording: Recording) -> CstaProvider:
        try:
            return CstaProvider(
                self._reactor,
                link.endpoint,
                link.protocol,
                link.association,
                name=link.name,
                names=self._names,
                dialect=link.dialect,
                framing=link.framing,
                login=login(link),
                record=recording,
            )
        except ValueError as error:
            raise StartError(f"link {link.name}: {error}") from error

    def _windows_telephony(self, tapi: Tapi) -> TapiProvider:
        return TapiProvider(
            self._reactor,
            self.telephony(tapi),
            lines=tapi.lines,
            pattern=tapi.pattern,
            name=tapi.name,
            names=self._names,
        )

    def telephony(self, tapi: Tapi) -> Telephony:
        """Windows Telephony of this machine or of that of an agent; raises :class:`StartError` without one."""
        if without_telephony(tapi):
            raise StartError(without_telephony(tapi))
        if tapi.agent is None:
            return LocalTelephony(self._reactor, library=tapi.library or "")
        return self.agents.telephony(tapi.agent)


def without_telephony(tapi: Tapi) -> str:
    """Why this machine cannot have these lines, and what to do; empty when it can."""
    if tapi.agent is not None or tapi.library is not None or sys.platform == "win32":
        return ""
    return (
        f"[[tapi]] {tapi.name}: this machine does not run Windows; install the agent on one that does,"
        " and name it as `agent` here (`csta-gateway agent enroll`)"
    )


def client_of(reactor: Any, link: Link) -> Deferred[Client]:  # noqa: ANN401 -- all of its interfaces
    """A client on the link, for questions no provider asks; fails as :func:`csta.client.connect` does."""
    return connect(
        reactor,
        link.endpoint,
        link.protocol,
        link.association,
        dialect=link.dialect,
        framing=link.framing,
        login=login(link),
    )


def login(link: Link) -> Login | None:
    """Name and password of a link; the password is in a file of its own, which others need not be able to read."""
    if link.user is None or link.password_file is None:
        return None
    try:
        lines = Path(link.password_file).read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise StartError(f"link {link.name}: `password_file` cannot be read: {error}") from error
    return Login(link.user, lines[0] if lines else "")
