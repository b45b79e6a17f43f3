"""SIGHUP: read the settings again and go on with them, calls and monitors included."""

from __future__ import annotations

import signal
from collections.abc import Callable
from typing import Any

from twisted.internet.defer import Deferred
from twisted.logger import Logger
from twisted.python.failure import Failure

from csta.toml_file import ConfigError
from csta_gateway.config import Config
from csta_gateway.daemon import Daemon, StartError
from csta_gateway.log import Lines
from csta_gateway.systemd import Systemd

log = Logger()


class Hangup:
    """Waits for the signal. Settings that cannot be used leave everything as it is, and the log says why.

    :param reactor: Twisted's reactor.
    :param read: reads the settings; raises :class:`~csta.toml_file.ConfigError`.
    :param lines: of the log, which follow ``[log]``.
    :param systemd: hears that settings are being read, and how it went.
    """

    def __init__(
        self,
        reactor: Any,  # noqa: ANN401 -- all of its interfaces
        daemon: Daemon,
        read: Callable[[], Config],
        lines: Lines,
        systemd: Systemd,
    ) -> None:
        self._reactor = reactor
        self._daemon = daemon
        self._read = read
        self._lines = lines
        self._systemd = systemd

    def listen(self) -> None:
        """Take the signal from now on. Windows has none."""
        if hasattr(signal, "SIGHUP"):
            signal.signal(signal.SIGHUP, lambda number, frame: self._reactor.callFromThread(self._begin))

    def _begin(self) -> None:
        Deferred.fromCoroutine(self.reload()).addErrback(self._failed)

    async def reload(self) -> None:
        """Read the settings and use what can be used now."""
        self._systemd.reloading()
        try:
            changed = await self._daemon.reload(self._read())
        except (ConfigError, StartError) as error:
            for line in str(error).splitlines():
                log.error("{mistake}", mistake=line)
            log.error("the settings cannot be used; everything is as it was")
            self._systemd.ready(f"settings are as they were: {error}")
            return
        self._lines.follow(changed.config.log)
        log.info("settings read again: {changes}", changes=str(changed))
        self._systemd.ready(f"settings read again: {changed}")

    def _failed(self, failure: Failure) -> None:
        log.failure("settings could not be read again", failure)
        self._systemd.ready("settings could not be read again; the log says why")
