from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


@contextmanager
def _switch(protocol: str) -> Iterator[str]:
    port = _free_port()
    command = [sys.executable, "-m", "csta.cli", "switch", "--protocol", protocol, "--port", str(port)]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) as switch:
        try:
            until(switch, "tcp:")
            yield f"tcp:127.0.0.1:{port}"
        finally:
            switch.terminate()


@pytest.fixture
def link() -> Iterator[str]:
    """The endpoint of a simulated switch that runs as a program of its own, on ASN.1."""
    with _switch("asn1") as endpoint:
        yield endpoint


@pytest.fixture
def xml_link() -> Iterator[str]:
    """The same on XML."""
    with _switch("xml") as endpoint:
        yield endpoint


def start(*arguments: str) -> subprocess.Popen[str]:
    """A program of ours; its output can be read line by line."""
    return subprocess.Popen(
        [sys.executable, *arguments], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def run(*arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    """Run a program of ours to its end."""
    return subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, input=stdin, capture_output=True, text=True, timeout=60
    )


def until(program: subprocess.Popen[str], text: str) -> list[str]:
    """Lines of standard error until one that has the text."""
    assert program.stderr is not None
    seen = []
    end = time.monotonic() + 30
    while time.monotonic() < end:
        line = program.stderr.readline()
        seen.append(line)
        if text in line:
            return seen
        if not line:
            break
    raise AssertionError(f"{text!r} did not come: {seen}")
