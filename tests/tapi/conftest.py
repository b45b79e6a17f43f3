"""The stand-in, built once, and telephony on top of it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest
from twisted.logger import ILogObserver, LogEvent, globalLogPublisher

from tests.tapi.building import compile_library, compiler
from tests.tapi.running import Running
from tests.tapi.standin.script import Count, StandIn

BUILT = "TAPI_STANDIN"


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built here, or, for a run on Windows, the one that :data:`BUILT` names."""
    if built := os.environ.get(BUILT):
        return Path(built)
    if compiler("gcc") is None:
        pytest.skip("the stand-in of the telephony library is built with gcc, which is not here")
    return compile_library(tmp_path_factory.mktemp("standin"))


@pytest.fixture
def standin(library: Path) -> Iterator[StandIn]:
    standin = StandIn(library)
    standin.reset()
    yield standin
    assert standin.misuse() == ""
    assert standin.count(Count.APPS) == 0
    assert standin.count(Count.LINES) == 0
    assert standin.count(Count.CALLS) == 0


@pytest.fixture
def running(standin: StandIn) -> Iterator[Running]:
    running = Running(standin)
    running.start()
    yield running
    running.stop()


@pytest.fixture
def log() -> Iterator[list[str]]:
    """What is logged, with its values."""
    lines: list[str] = []

    def observe(event: LogEvent) -> None:
        lines.append((event.get("log_format") or "").format(**event))

    observer = cast(ILogObserver, observe)
    globalLogPublisher.addObserver(observer)
    yield lines
    globalLogPublisher.removeObserver(observer)
