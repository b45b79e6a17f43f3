"""The gateway as a service of ``twistd``, for those whose machines are run that way.

Its log lines are written as everywhere, with masked numbers; ``twistd``'s own options for the log have no effect.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, ClassVar, TextIO

from twisted.application.service import Application, Service
from twisted.internet.defer import Deferred
from twisted.logger import ILogObserver, Logger
from twisted.python.failure import Failure
from twisted.python.usage import Options as TwistdOptions
from twisted.python.usage import UsageError

from csta.toml_file import ConfigError
from csta_gateway import config_file
from csta_gateway.cli.settings import DEFAULT_CONFIG
from csta_gateway.config import Config
from csta_gateway.daemon import Daemon
from csta_gateway.hangup import Hangup
from csta_gateway.log import Lines
from csta_gateway.providers import provider
from csta_gateway.systemd import Systemd

log = Logger()


class Options(TwistdOptions):
    """What stands behind ``twistd csta-gateway``."""

    optParameters: ClassVar = [
        ["config", None, str(DEFAULT_CONFIG), "settings"],
        ["log-file", None, None, "where log lines go; needed unless twistd runs with --nodaemon"],
    ]

    def postOptions(self) -> None:
        """Read the settings now: a daemon has nobody to tell."""
        twistd: Any = self.parent
        if self["log-file"] is None and not twistd["nodaemon"]:
            raise UsageError("say --log-file FILE, or run twistd --nodaemon")
        self.read = partial(config_file.read, Path(self["config"]), os.environ)
        try:
            self.settings = self.read()
        except ConfigError as error:
            raise UsageError(str(error)) from error


class GatewayService(Service):
    """A gateway from start to stop.

    :param read: reads the settings anew when SIGHUP comes.
    :param output: takes the log lines.
    """

    def __init__(
        self,
        reactor: Any,  # noqa: ANN401 -- all of its interfaces
        config: Config,
        read: Callable[[], Config],
        output: TextIO,
    ) -> None:
        self._reactor = reactor
        self._lines = Lines(config.log, output)
        self._daemon = Daemon(reactor, config, partial(provider, reactor))
        self._hangup = Hangup(reactor, self._daemon, read, self._lines, Systemd({}, reactor))

    def setServiceParent(self, parent: Any) -> None:  # noqa: ANN401 -- Twisted's application or another service
        """Twisted: become part of the application, whose log is ours."""
        Service.setServiceParent(self, parent)
        if isinstance(parent, type(Application(""))):
            parent.setComponent(ILogObserver, self._lines)

    def startService(self) -> None:
        """Twisted: the reactor runs, or is about to."""
        Service.startService(self)
        Deferred.fromCoroutine(self._begin()).addErrback(self._failed)

    def stopService(self) -> Deferred[None]:
        """Twisted: stop in order."""
        Service.stopService(self)
        return self._daemon.stop()

    async def _begin(self) -> None:
        await self._daemon.start()
        self._hangup.listen()

    def _failed(self, failure: Failure) -> None:
        log.error("the gateway could not start: {error}", error=failure.getErrorMessage())
        self._reactor.stop()


def makeService(options: Options) -> GatewayService:
    """Twisted: the service the options ask for."""
    from twisted.internet import reactor

    path = options["log-file"]
    output = sys.stderr if path is None else Path(path).open("a", encoding="utf-8")
    return GatewayService(reactor, options.settings, options.read, output)
