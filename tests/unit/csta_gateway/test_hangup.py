"""A running gateway reads its settings again on SIGHUP."""

from __future__ import annotations

import json
import os
import signal
import socket
import ssl
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from http.client import HTTPSConnection
from pathlib import Path
from threading import Timer
from typing import IO

import pytest

from crm_adapter import demo
from csta_gateway import config_file
from csta_gateway.certificates import self_signed
from tests.unit.csta_gateway.test_cli import COMMAND, PATIENCE, SETTINGS
from tests.unit.csta_gateway.test_cli_switch import switch_of

PERSON = {"user": "anna", "password": "anna's own"}


def free_port() -> int:
    """A port nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


@pytest.fixture
def settings(tmp_path: Path) -> Iterator[Path]:
    """Settings that lead to a running switch, whose link is recorded."""
    with switch_of("--record", str(tmp_path / "switch.jsonl")) as port:
        demo.create(tmp_path / "crm.db", {PERSON["user"]: PERSON["password"]})
        certificate = tmp_path / "gateway.pem"
        certificate.write_bytes(self_signed("127.0.0.1", datetime.now(UTC)))
        file = tmp_path / "gateway.toml"
        text = SETTINGS.format(port=0, folder=tmp_path).replace("127.0.0.1:9", f"127.0.0.1:{port}")
        file.write_text(text.replace("port = 0", f"port = {free_port()}\ncertificate = '{certificate}'"))
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
    """A running gateway; one that does not say what a test waits for is ended."""
    command = [*COMMAND, "run", "--config", str(settings)]
    environment = {**os.environ, "NOTIFY_SOCKET": manager.getsockname()}
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment, cwd=settings.parent) as started:
        patience = Timer(PATIENCE, started.kill)
        patience.start()
        yield started
        patience.cancel()
        started.kill()


class Page:
    """A call screen over a real socket: logged in, its events open as a WebSocket.

    :param certificate: file with what the gateway shows.
    """

    def __init__(self, port: int, certificate: Path) -> None:
        trusting = ssl.create_default_context(cafile=certificate)
        self.web = HTTPSConnection("127.0.0.1", port, context=trusting, timeout=PATIENCE)
        self.web.request("POST", "/api/login", json.dumps(PERSON), {"Content-Type": "application/json"})
        with self.web.getresponse() as answer:
            cookie = str(answer.getheader("Set-Cookie")).partition(";")[0]
        upgrade = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13", "Cookie": cookie}
        self.web.request("GET", "/api/events", headers={**upgrade, "Sec-WebSocket-Key": "MDEyMzQ1Njc4OWFiY2RlZg=="})

    def hears(self, words: bytes) -> bool:
        """Whether these words come within a message."""
        said = b""
        while words not in said:
            more = self.web.sock.recv(65536)
            if not more:
                return False
            said += more
        return True

    def ping(self) -> None:
        """Ask whether somebody is there (RFC 6455 section 5.2, masked with zeros)."""
        said = b'{"type":"ping"}'
        self.web.sock.sendall(bytes((0x81, 0x80 | len(said), 0, 0, 0, 0)) + said)


def shown(port: int) -> str:
    """The certificate a new connection gets."""
    return ssl.get_server_certificate(("127.0.0.1", port), timeout=PATIENCE)


def test_what_changed_holds_and_a_mistake_changes_nothing(
    settings: Path, manager: socket.socket, process: subprocess.Popen[str]
) -> None:
    assert process.stderr is not None
    until(process.stderr, "HQ: up, 5 devices")
    port = config_file.read(settings).server.port
    assert manager.recv(4096).startswith(b"READY=1")
    certificate = settings.with_name("gateway.pem")
    page = Page(port, certificate)
    assert page.hears(b'"snapshot"')

    right = settings.read_text()
    settings.write_text(right.replace("[lookup]", "[location]\narea_kode = '089'\n[lookup]"))
    process.send_signal(signal.SIGHUP)
    said = until(process.stderr, "everything is as it was")
    assert f"{settings}:14: location.area_kode: unknown key; did you mean `area_code`?" in said
    assert [manager.recv(4096).split(b"\n")[0] for _ in range(2)] == [b"RELOADING=1", b"READY=1"]

    other = right.replace("[lookup]", "[location]\narea_code = '089'\n[lookup]")
    settings.write_text(other.replace("journal.db", "calls.db"))
    renewed = self_signed("127.0.0.1", datetime.now(UTC))
    certificate.write_bytes(renewed)
    process.send_signal(signal.SIGHUP)
    told = "[server] certificate has new contents, [location] area_code; needs a restart: [journal] url"
    until(process.stderr, f"settings read again: {told}")
    assert manager.recv(4096).startswith(b"RELOADING=1\nMONOTONIC_USEC=")
    assert told.encode() in manager.recv(4096)
    assert shown(port) in renewed.decode()

    certificate.write_text("torn")
    process.send_signal(signal.SIGHUP)
    assert f"[server] {certificate} holds no certificate" in until(process.stderr, "everything is as it was")
    assert shown(port) in renewed.decode()
    certificate.write_bytes(renewed)

    elsewhere = free_port()
    moved = other.replace(f"port = {port}", f"port = {elsewhere}")
    settings.write_text(moved.replace('name = "HQ"', f'name = "HQ"\nrecord = "{settings.parent}/none/trace.jsonl"'))
    process.send_signal(signal.SIGHUP)
    assert "none/trace.jsonl" in until(process.stderr, "everything is as it was")
    with pytest.raises(ConnectionRefusedError):
        shown(elsewhere)
    assert shown(port) in renewed.decode()
    settings.write_text(moved)
    process.send_signal(signal.SIGHUP)
    until(process.stderr, "settings read again: [server] port")
    assert shown(elsewhere) in renewed.decode()
    with pytest.raises(ConnectionRefusedError):
        shown(port)
    page.ping()
    assert page.hears(b'"pong"')

    process.send_signal(signal.SIGTERM)
    assert "Traceback" not in process.stderr.read()
    assert process.wait(PATIENCE) == 0
    trace = (settings.parent / "switch.jsonl").read_text()
    assert trace.count("<MonitorStart ") == 5
