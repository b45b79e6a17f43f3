"""What the tests have in common: no time limits, and the count of what was compared with other implementations."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

# How long an example takes depends on what else the machine does; it says nothing about the code.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")

COMPARED = pytest.StashKey[Counter[str]]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[COMPARED] = Counter()


@pytest.fixture(scope="session")
def compared(pytestconfig: pytest.Config) -> Counter[str]:
    """Implementation → values on which it and ours agree; a test that compares adds to it."""
    return pytestconfig.stash[COMPARED]


def pytest_sessionfinish(session: pytest.Session) -> None:
    output: dict[str, Any] | None = getattr(session.config, "workeroutput", None)
    if output is not None:  # a process of pytest-xdist tells the one that writes the summary
        counted = session.config.stash[COMPARED]
        output["compared"] = dict(counted)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:  # noqa: ANN401 - pytest-xdist has no type information
    counted: Counter[str] = node.config.stash[COMPARED]
    counted.update(getattr(node, "workeroutput", {}).get("compared", {}))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    for name, count in sorted(config.stash[COMPARED].items()):
        terminalreporter.write_line(f"Same octets as {name} for {count:,} random values of messages.")
