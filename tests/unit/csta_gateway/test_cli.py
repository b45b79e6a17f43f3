from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from csta_gateway.cli import main

COMMAND = [sys.executable, "-m", "csta_gateway"]
PATIENCE = 60.0

SETTINGS = """\
[server]
port = {port}
[[links]]
name = "HQ"
endpoint = "tcp:127.0.0.1:9"
[[sources]]
name = "crm"
type = "sql"
url = "sqlite:///{folder}/crm.db"
[users]
source = "crm"
[lookup]
index = "sqlite:///{folder}/lookup.db"

[journal]
url = "sqlite:///{folder}/journal.db"
"""


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    file = tmp_path / "gateway.toml"
    file.write_text(SETTINGS.format(port=0, folder=tmp_path))
    return file


def test_right_settings_are_called_fine(settings: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check-config", "--config", str(settings)]) == 0
    assert capsys.readouterr().out == f"{settings}: fine. Links: HQ (xml on tcp:127.0.0.1:9).\n"


@pytest.mark.parametrize("command", ["check-config", "run"])
def test_wrong_settings_are_told_with_their_place(
    settings: Path, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.write_text(settings.read_text().replace("endpoint", "endpiont"))
    assert main([command, "--config", str(settings)]) == 2
    assert capsys.readouterr().err == (f"{settings}:5: links[0].endpiont: unknown key; did you mean `endpoint`?\n")


def test_a_wrong_command_line_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["walk"])
    assert "invalid choice: 'walk'" in capsys.readouterr().err


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*COMMAND, "run", *arguments], capture_output=True, text=True, timeout=PATIENCE)


def test_a_password_that_cannot_be_read_is_told(settings: Path, tmp_path: Path) -> None:
    login = f"dialect = 'hipath-3000'\nuser = 'AMHOST'\npassword_file = '{tmp_path}/missing'"
    settings.write_text(settings.read_text().replace("endpoint =", f"{login}\nendpoint ="))
    ended = run("--config", str(settings))
    assert ended.returncode == 1
    assert "link HQ: `password_file` cannot be read" in ended.stderr


def test_a_port_in_use_is_told(settings: Path, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        settings.write_text(SETTINGS.format(port=port, folder=tmp_path))
        ended = run("--config", str(settings))
    assert ended.returncode == 1
    assert f"cannot listen on 127.0.0.1 port {port}" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_database_that_cannot_be_opened_is_told(settings: Path) -> None:
    settings.write_text(settings.read_text().replace("crm.db", "none/crm.db"))
    ended = run("--config", str(settings))
    assert ended.returncode == 1
    assert "unable to open database file" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_template_that_leads_elsewhere_is_told(settings: Path) -> None:
    with settings.open("a") as file:
        file.write("[screen]\ntemplates = {case = 'https://evil.example/'}\n")
    ended = run("--config", str(settings))
    assert ended.returncode == 2
    assert "screen.templates.case: the host 'evil.example' is not among the allowed hosts (none)" in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.fixture(params=["xml", "asn1"])
def demo(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], str, dict[str, str]]]:
    command = [*COMMAND, "run", "--demo", "--data", str(tmp_path), "--port", "0", "--protocol", request.param]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        text = ""
        while "Ctrl-C" not in text and (line := process.stdout.readline()):
            text += line
        address = re.search(r"http://\S+/", text)
        assert address, text
        yield process, address[0], dict(re.findall(r"^ +(anna|jonas) +(\S+)$", text, re.MULTILINE))
        process.kill()


def get(address: str) -> tuple[int, object]:
    try:
        with urllib.request.urlopen(address) as answer:  # noqa: S310 -- the gateway just started
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read())


def test_the_demo_gets_ready_and_ends_cleanly(demo: tuple[subprocess.Popen[str], str, dict[str, str]]) -> None:
    process, address, passwords = demo
    assert set(passwords) == {"anna", "jonas"}
    until = time.monotonic() + PATIENCE
    while get(f"{address}readyz")[0] != 200:
        assert time.monotonic() < until
        time.sleep(0.1)
    process.send_signal(signal.SIGTERM)
    _, errors = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0
    assert "Traceback" not in errors
    assert not any(password in errors for password in passwords.values())


def test_a_number_is_explained_step_by_step(settings: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings.write_text(settings.read_text() + '[sites.vienna]\ncountry = "AT"\narea_code = "1"\n')
    assert main(["number", "explain", "0044 161 5527789", "--config", str(settings)]) == 0
    told = dict(re.split(r"  +", line, maxsplit=1) for line in capsys.readouterr().out.splitlines())
    assert told["= E.164"] == "+441615527789"
    assert told["= canonical"] == "+44 (161) 5527789"
    assert main(["number", "explain", "58580", "--site", "vienna", "--config", str(settings)]) == 0
    assert "+43158580" in capsys.readouterr().out
    assert main(["number", "explain", "*21#", "--config", str(settings)]) == 0
    assert "nothing: " in capsys.readouterr().out
    assert main(["number", "explain", "1", "--site", "paris", "--config", str(settings)]) == 2
    assert "there is no [sites.paris]" in capsys.readouterr().err
