"""The pytest plugin: fixtures with links in memory, and ``--csta-update``.

Nothing of the library is imported before a test asks for it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from csta.testing.network import MemoryReplay, MemorySwitch, Network


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare ``--csta-update``."""
    group = parser.getgroup("csta", "CTI traces")
    group.addoption("--csta-update", action="store_true", help="write what traces tell into their expectations")


def pytest_configure(config: pytest.Config) -> None:
    """Take up ``--csta-update``."""
    if config.getoption("--csta-update"):
        from csta.testing import calls

        calls.update = True
        config.add_cleanup(lambda: setattr(calls, "update", False))


@pytest.fixture
def csta_network() -> Network:
    """A reactor in memory: its clock stands still until ``settle(seconds)`` or ``advance(seconds)``."""
    from csta.testing.network import Network

    return Network()


@pytest.fixture
def make_csta_switch() -> Callable[..., MemorySwitch]:
    """Makes switches in memory; parameters as of :class:`csta.testing.MemorySwitch`."""
    from csta.testing.network import MemorySwitch

    def make(*args: Any, **kwargs: Any) -> MemorySwitch:  # noqa: ANN401 -- those of the class
        return MemorySwitch(*args, **kwargs)

    return make


@pytest.fixture
def csta_switch(make_csta_switch: Callable[..., MemorySwitch]) -> MemorySwitch:
    """A simulated switch in memory, on an XML link: ``client()``, ``provider("2001")``, ``switch.ring(…)``."""
    return make_csta_switch()


@pytest.fixture
def csta_replay() -> Callable[..., MemoryReplay]:
    """Replays a trace as a switch in memory; parameters as of :class:`csta.testing.MemoryReplay`."""
    from csta.testing.network import MemoryReplay

    def replay(*args: Any, **kwargs: Any) -> MemoryReplay:  # noqa: ANN401 -- those of the class
        return MemoryReplay(*args, **kwargs)

    return replay
