"""What systemd is told of a service of ``Type=notify`` (sd_notify(3)); without systemd nothing is told."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Mapping
from typing import cast

from twisted.internet.interfaces import IReactorTime
from twisted.internet.task import LoopingCall
from twisted.logger import Logger

from crm_adapter.clock import Clock

log = Logger()

MICROSECONDS = 1_000_000


class Systemd:
    """The service manager that started this process.

    :param environment: of the process; systemd put ``NOTIFY_SOCKET`` and ``WATCHDOG_USEC`` there.
    :param pid: of this process; the watchdog may be meant for another one.
    """

    def __init__(self, environment: Mapping[str, str], clock: Clock, pid: int | None = None) -> None:
        self._address = environment.get("NOTIFY_SOCKET", "")
        self._watchdog = LoopingCall(self.tell, "WATCHDOG=1")
        self._watchdog.clock = cast(IReactorTime, clock)
        meant = environment.get("WATCHDOG_PID", "")
        limit = environment.get("WATCHDOG_USEC", "")
        here = not meant or meant == str(os.getpid() if pid is None else pid)
        self._limit = int(limit) / MICROSECONDS if here and limit.isdecimal() else 0.0

    def ready(self, status: str) -> None:
        """The gateway serves; from now on the watchdog is fed from the reactor, so that a blocked one is noticed."""
        self.tell("READY=1", f"STATUS={status}")
        if self._address and self._limit and not self._watchdog.running:
            self._watchdog.start(self._limit / 2)

    def reloading(self) -> None:
        """The settings are read again; :meth:`ready` ends it."""
        self.tell("RELOADING=1", f"MONOTONIC_USEC={time.monotonic_ns() // 1000}")

    def stopping(self) -> None:
        """The gateway ends. The watchdog is fed until the end: stopping has a limit of its own."""
        self.tell("STOPPING=1", "STATUS=stopping")

    def stopped(self) -> None:
        """Feed the watchdog no more."""
        if self._watchdog.running:
            self._watchdog.stop()

    def tell(self, *assignments: str) -> None:
        """Send variables to the service manager."""
        if not self._address:
            return
        # An address that begins with @ is in the abstract namespace, which begins with a zero octet.
        address = f"\0{self._address[1:]}" if self._address.startswith("@") else self._address
        text = "\n".join(line.replace("\n", " ") for line in assignments)
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
                notify.setblocking(False)
                notify.sendto(text.encode(), address)
        except OSError as error:
            log.warn("systemd cannot be told {what}: {error}", what=assignments[0], error=error)
