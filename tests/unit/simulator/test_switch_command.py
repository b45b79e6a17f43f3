"""``csta switch`` as a program, and what it says to wrong options."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest

from csta.apdu import Invoke, Result
from csta.framing import XmlHeaderFraming
from csta.messages.system import RequestSystemStatus, RequestSystemStatusResponse, SystemStatusValue
from csta.xml import Codec

WRONG_OPTIONS = [
    (["--port", "8800"], "--port 8800 is for one wire"),
    (["--port", "sip:5060"], "write N or WIRE:N"),
    (["--port", "xml:65536"], "write N or WIRE:N"),
    (["--protocol", "xml", "--port", "asn1:8801"], "xml alone is served"),
    (["--listen", "unix:switch.sock"], "--listen is for one wire"),
    (["--extension", "Anna"], "write NUMBER or NUMBER:NAME"),
    (["--extension", "2001:Anna", "--extension", "2001:Bert"], "the same number"),
    (["--lines", "many"], "invalid int value"),
]


@pytest.mark.parametrize(("options", "words"), WRONG_OPTIONS)
def test_wrong_options_are_told(options: list[str], words: str) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "csta.cli", "switch", *options], capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.returncode == 2
    assert words in ended.stderr
    assert "Traceback" not in ended.stderr


def test_both_wires_are_served_on_ports_of_choice() -> None:
    command = [sys.executable, "-m", "csta.cli", "switch", "--port", "xml:0", "--port", "asn1:0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as switch:
        assert switch.stderr is not None
        said = [switch.stderr.readline() for _ in range(2)]
        ports = [int(line.rpartition(":")[2]) for line in said]
        for port in ports:
            socket.create_connection(("127.0.0.1", port), timeout=30).close()
        switch.terminate()
    assert [line.partition(" on ")[0] for line in said] == ["csta: xml", "csta: asn1"]
    assert not set(ports) & {8800, 8801}


@pytest.fixture
def port() -> Iterator[int]:
    """Port of a running ``csta switch``."""
    command = [sys.executable, "-m", "csta.cli", "switch", "--protocol", "xml", "--port", "0", "--callers"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as switch:
        assert switch.stderr is not None
        yield int(switch.stderr.readline().rpartition(":")[2])
        switch.terminate()


def test_a_running_switch_answers(port: int) -> None:
    codec, framing = Codec(), XmlHeaderFraming()
    with socket.create_connection(("127.0.0.1", port), timeout=30) as link:
        link.sendall(framing.encode(codec.encode(Invoke(1, RequestSystemStatus()))))
        while (frame := framing.next_frame()) is None:
            framing.receive(link.recv(4096))
    assert codec.decode(frame) == Result(1, RequestSystemStatusResponse(system_status=SystemStatusValue.NORMAL))


def test_a_port_that_is_taken_is_told(port: int) -> None:
    command = [sys.executable, "-m", "csta.cli", "switch", "--protocol", "xml", "--port", str(port)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 1
    assert f"cannot listen on tcp:{port}:interface=127.0.0.1: " in ended.stderr
    assert "Traceback" not in ended.stderr
