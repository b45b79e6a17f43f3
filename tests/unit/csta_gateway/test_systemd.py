"""What a service manager is told, on the socket it gave."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from twisted.internet.task import Clock

from csta_gateway.systemd import Systemd


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as heard:
        heard.bind(str(tmp_path / "notify"))
        heard.setblocking(False)
        yield heard


def told(manager: socket.socket) -> list[str]:
    found = []
    try:
        while True:
            found.append(manager.recv(4096).decode())
    except BlockingIOError:
        return found


def test_ready_and_the_watchdog_is_fed_while_the_reactor_turns(manager: socket.socket) -> None:
    clock = Clock()
    systemd = Systemd({"NOTIFY_SOCKET": manager.getsockname(), "WATCHDOG_USEC": "30000000"}, clock)
    assert told(manager) == []
    systemd.ready("listening\non port 1")
    assert told(manager) == ["READY=1\nSTATUS=listening on port 1", "WATCHDOG=1"]
    clock.pump([14.0, 2.0, 15.0])
    assert told(manager) == ["WATCHDOG=1"] * 2
    systemd.stopping()
    clock.advance(15)
    assert told(manager) == ["STOPPING=1\nSTATUS=stopping", "WATCHDOG=1"]
    systemd.stopped()
    assert clock.getDelayedCalls() == []


def test_a_reload_says_when_it_began(manager: socket.socket) -> None:
    systemd = Systemd({"NOTIFY_SOCKET": manager.getsockname()}, Clock())
    systemd.reloading()
    systemd.ready("again")
    reloading, ready = told(manager)
    first, second = reloading.split("\n")
    assert (first, second.partition("=")[0]) == ("RELOADING=1", "MONOTONIC_USEC")
    assert int(second.partition("=")[2]) > 0
    assert ready == "READY=1\nSTATUS=again"


@pytest.mark.parametrize(
    "environment", [{"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "1"}, {"WATCHDOG_USEC": "often"}, {}]
)
def test_no_watchdog_is_fed_that_nobody_keeps(manager: socket.socket, environment: dict[str, str]) -> None:
    clock = Clock()
    Systemd({"NOTIFY_SOCKET": manager.getsockname(), **environment}, clock, pid=2).ready("fine")
    assert told(manager) == ["READY=1\nSTATUS=fine"]
    assert clock.getDelayedCalls() == []


def test_without_systemd_nothing_happens() -> None:
    clock = Clock()
    Systemd({"WATCHDOG_USEC": "30000000"}, clock).ready("fine")
    assert clock.getDelayedCalls() == []


def test_a_manager_that_is_gone_does_not_stop_the_gateway(tmp_path: Path) -> None:
    Systemd({"NOTIFY_SOCKET": str(tmp_path / "nobody")}, Clock()).ready("fine")


ANALYZE = shutil.which("systemd-analyze")


@pytest.mark.skipif(ANALYZE is None, reason="systemd-analyze is not installed")
def test_the_unit_is_right(tmp_path: Path) -> None:
    unit = Path(__file__).parents[3] / "examples/gateway/csta-gateway.service"
    here = tmp_path / unit.name  # the program is not installed where the unit expects it
    here.write_text(unit.read_text("utf-8").replace("/opt/csta-gateway/bin/csta-gateway", sys.executable), "utf-8")
    checked = subprocess.run(
        [str(ANALYZE), "verify", str(here)], capture_output=True, text=True, timeout=60, check=False
    )
    assert (checked.returncode, checked.stderr) == (0, "")
