"""A running gateway reads its settings again on SIGHUP."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pytest

from crm_adapter import demo
from tests.unit.csta_gateway.test_cli import COMMAND, PATIENCE, SETTINGS
from tests.unit.csta_gateway.test_cli_switch import switch_of


@pytest.fixture
def settings(tmp_path: Path) -> Iterator[Path]:
    """Settings that lead to a running switch, whose link is recorded."""
    with switch_of("--record", str(tmp_path / "switch.jsonl")) as port:
        demo.create(tmp_path / "crm.db")
        file = tmp_path / "gateway.toml"
        file.write_text(SETTINGS.format(port=0, folder=tmp_path).replace("127.0.0.1:9", f"127.0.0.1:{port}"))
        yield file


def until(lines: IO[str], words: str) -> str:
    """What is said until a line has these words."""
    said = ""
    for line in lines:
        said += line
        if words in line:
            return said
    raise AssertionError(said)


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[socket.socket]:
    """Hears what systemd would."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as heard:
        heard.bind(str(tmp_path / "notify"))
        heard.settimeout(PATIENCE)
        yield heard


@pytest.fixture
def process(settings: Path, manager: socket.socket) -> Iterator[subprocess.Popen[str]]:
    """A running gateway."""
    command = [*COMMAND, "run", "--config", str(settings)]
    environment = {**os.environ, "NOTIFY_SOCKET": manager.getsockname()}
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment) as started:
        yield started
        started.kill()


def test_what_changed_holds_and_a_mistake_changes_nothing(
    settings: Path, manager: socket.socket, process: subprocess.Popen[str]
) -> None:
    assert process.stderr is not None
    until(process.stderr, "HQ: up, 5 devices")
    assert manager.recv(4096).startswith(b"READY=1")

    right = settings.read_text()
    settings.write_text(right.replace("[lookup]", "[location]\narea_kode = '089'\n[lookup]"))
    process.send_signal(signal.SIGHUP)
    said = until(process.stderr, "everything is as it was")
    assert f"{settings}:13: location.area_kode: unknown key; did you mean `area_code`?" in said
    assert [manager.recv(4096).split(b"\n")[0] for _ in range(2)] == [b"RELOADING=1", b"READY=1"]

    other = right.replace("[lookup]", "[location]\narea_code = '089'\n[lookup]")
    settings.write_text(other.replace("port = 0", "port = 9"))
    process.send_signal(signal.SIGHUP)
    until(process.stderr, "settings read again: [location] area_code; needs a restart: [server] port")
    assert manager.recv(4096).startswith(b"RELOADING=1\nMONOTONIC_USEC=")
    assert b"needs a restart: [server] port" in manager.recv(4096)

    process.send_signal(signal.SIGTERM)
    assert "Traceback" not in process.stderr.read()
    assert process.wait(PATIENCE) == 0
    trace = (settings.parent / "switch.jsonl").read_text()
    assert trace.count("<MonitorStart ") == 5
