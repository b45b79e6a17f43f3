"""``csta-gateway health``, over a socket."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from csta_gateway.cli import main
from tests.unit.csta_gateway.test_cli import SETTINGS


class Answers(BaseHTTPRequestHandler):
    """A gateway that is alive and not ready."""

    def do_GET(self) -> None:
        alive = self.path == "/healthz"
        self.send_response(200 if alive else 503)
        self.end_headers()
        self.wfile.write(b"ok\n" if alive else b'{"ready": false}')

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def port() -> Iterator[int]:
    with HTTPServer(("127.0.0.1", 0), Answers) as server:
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        yield server.server_port
        server.shutdown()
        serving.join()


def ask(port: int, folder: Path, *options: str) -> int:
    file = folder / "gateway.toml"
    file.write_text(SETTINGS.format(port=port, folder=folder))
    return main(["health", "--config", str(file), *options])


@pytest.mark.parametrize(
    ("options", "code", "words"), [((), 0, "ok\n"), (("--ready",), 1, '{"ready": false}\n')], ids=["alive", "ready"]
)
def test_what_the_gateway_answers_is_told(
    port: int, tmp_path: Path, capsys: pytest.CaptureFixture[str], options: tuple[str, ...], code: int, words: str
) -> None:
    assert ask(port, tmp_path, *options) == code
    assert capsys.readouterr().out == words


def test_a_gateway_that_does_not_answer_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:  # bound and not listening: nobody else can be there
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        assert ask(port, tmp_path) == 1
    assert capsys.readouterr().out.startswith(f"no answer on 127.0.0.1 port {port}: ")
