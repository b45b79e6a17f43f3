"""Requests that wait until fewer of them are under way.

A switch says how many requests it takes at a time (``simpleThreshold``, ECMA-269 §13.1.4) and refuses or drops the
others. Here they wait instead, and every service has its turn: an Answer Call is not kept waiting by ten thousand
Snapshot Devices that were asked for before it.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Generic, TypeVar

T = TypeVar("T")


class Turns(Generic[T]):
    """One line for each service; the lines take turns, and within a line who came first goes first."""

    def __init__(self) -> None:
        self._lines: OrderedDict[str, OrderedDict[T, None]] = OrderedDict()
        self._waiting = 0

    def __len__(self) -> int:
        return self._waiting

    def wait(self, service: str, request: T) -> None:
        """Put a request at the end of its service's line."""
        self._lines.setdefault(service, OrderedDict())[request] = None
        self._waiting += 1

    def take(self) -> T | None:
        """The request whose turn it is, None when none waits; its service goes behind the others."""
        if not self._lines:
            return None
        service, line = self._lines.popitem(last=False)
        request, _ = line.popitem(last=False)
        if line:
            self._lines[service] = line
        self._waiting -= 1
        return request

    def leave(self, service: str, request: T) -> bool:
        """Take a request out whose caller gave up; False when it does not wait any more."""
        line = self._lines.get(service)
        if line is None or request not in line:
            return False
        del line[request]
        if not line:
            del self._lines[service]
        self._waiting -= 1
        return True
