"""Gives up databases that do not answer: a thread that waits for one would wait for ever."""

from __future__ import annotations

import math
import os
import socket
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple, Protocol, TypeVar, runtime_checkable

from crm_adapter.clock import Clock

T = TypeVar("T")


class TimeLimit(NamedTuple):
    """How long a server may be silent.

    :param seconds: after which it is given up, when connecting and in each step of an answer.
    :param clock: tells when they are over.
    """

    seconds: float
    clock: Clock


DRIVERS: Mapping[str, Callable[[float], dict[str, object]]] = MappingProxyType(
    {
        "psycopg": lambda seconds: {"connect_timeout": max(2, math.ceil(seconds))},  # libpq takes 1 for 2
        "pymysql": lambda seconds: dict.fromkeys(("connect_timeout", "read_timeout", "write_timeout"), seconds),
        "pymssql": lambda seconds: dict.fromkeys(("login_timeout", "timeout"), math.ceil(seconds)),
    }
)
"""What drivers know of a limit; psycopg waits for an answer without one, and is cut off."""


def driver_options(driver: str, limit: TimeLimit | None) -> dict[str, object]:
    """What a driver is told when it connects."""
    return {} if limit is None or driver not in DRIVERS else DRIVERS[driver](limit.seconds)


@runtime_checkable
class Wired(Protocol):
    """A driver's connection that shows its socket."""

    closed: bool

    def fileno(self) -> int:
        """Of the socket."""


class Silence:
    """Watches one piece of work, and cuts the connection it is done on when the server says nothing for too long.

    :param limit: how long is too long, or None for never.
    :param held: has the driver's connection, as soon as there is one; until then the driver has its own limit.
    :ivar reason: what to tell, once it was cut.
    """

    def __init__(self, limit: TimeLimit | None, held: list[Any]) -> None:
        self.reason = ""
        self._limit = limit
        self._held = held
        self._timer = None if limit is None else limit.clock.callLater(limit.seconds, self._cut, limit)

    def end(self, result: T) -> T:
        """The work is done, whatever came of it."""
        if self._timer is not None and self._timer.active():
            self._timer.cancel()
        return result

    def _cut(self, limit: TimeLimit) -> None:
        for connection in self._held:
            if isinstance(connection, Wired) and not connection.closed:
                self.reason = f"no answer in {limit.seconds:g} s"
                with socket.socket(fileno=os.dup(connection.fileno())) as wire:
                    wire.shutdown(socket.SHUT_RDWR)  # the thread that waits for an answer is told that there is none
        if not self.reason:
            self._timer = limit.clock.callLater(limit.seconds, self._cut, limit)
