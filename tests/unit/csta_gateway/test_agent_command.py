"""``csta-gateway agent``."""

from __future__ import annotations

from pathlib import Path
from zipfile import ZipFile

import pytest

from csta_gateway.cli import main
from tests.unit.csta_gateway.test_cli import SETTINGS
from tests.unit.csta_gateway.test_cli import run as run_gateway

AGENTS = """
[agents]
host = "{host}"
directory = "{folder}/agents"
"""


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    file = tmp_path / "gateway.toml"
    file.write_text(
        SETTINGS.format(port=0, folder=tmp_path) + AGENTS.format(host="cti.example.org", folder=tmp_path), "utf-8"
    )
    return file


def run(settings: Path, *arguments: str) -> int:
    return main(["agent", *arguments, "--config", str(settings)])


def test_from_enrolment_to_revocation(settings: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "desk.zip"
    assert run(settings, "enroll", "desk", "--output", str(path)) == 0
    assert "desk.zip: holds the key of the agent; move it" in capsys.readouterr().err
    assert path.stat().st_mode & 0o077 == 0
    with ZipFile(path) as archive:
        assert archive.namelist() == ["agent.toml", "agent.pem", "authority.pem"]
        assert b'gateway = "cti.example.org:8447"' in archive.read("agent.toml")
    assert run(settings, "list") == 0
    assert capsys.readouterr().out.startswith("desk                 until 20")
    assert run(settings, "revoke", "desk") == 0
    assert run(settings, "list") == 0
    assert capsys.readouterr().out == "desk                 revoked\n"


def test_a_gateway_that_is_an_address(settings: Path, tmp_path: Path) -> None:
    settings.write_text(settings.read_text("utf-8").replace("cti.example.org", "2001:db8::1"), "utf-8")
    path = tmp_path / "desk.zip"
    assert run(settings, "enroll", "desk", "--output", str(path)) == 0
    with ZipFile(path) as archive:
        assert b'gateway = "[2001:db8::1]:8447"' in archive.read("agent.toml")


def test_nothing_is_overwritten(settings: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "desk.zip"
    path.write_text("mine")
    assert run(settings, "enroll", "desk", "--output", str(path)) == 2
    assert "is there already; nothing is overwritten" in capsys.readouterr().err
    assert path.read_text() == "mine"
    assert not (tmp_path / "agents").exists()


def test_what_cannot_be_enrolled_leaves_no_bundle(
    settings: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "desk.zip"
    assert run(settings, "enroll", "Desk", "--output", str(path)) == 1
    assert "`Desk` cannot name an agent" in capsys.readouterr().err
    assert not path.exists()


def test_a_folder_that_is_not_there(settings: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(settings, "enroll", "desk", "--output", str(tmp_path / "none" / "desk.zip")) == 1
    assert "No such file or directory" in capsys.readouterr().err


def test_certificates_that_are_none(settings: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    enrolled = tmp_path / "agents" / "enrolled"
    enrolled.mkdir(parents=True)
    (enrolled / "desk.pem").write_text("no certificate")
    assert run(settings, "list") == 1
    assert "desk.pem" in capsys.readouterr().err


def test_without_agents_in_the_settings(settings: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings.write_text(SETTINGS.format(port=0, folder=tmp_path))
    assert run(settings, "list") == 2
    assert "the settings have no [agents]; add it, with `host`" in capsys.readouterr().err


def test_a_host_that_is_none(settings: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings.write_text(settings.read_text("utf-8").replace("cti.example.org", "https://cti.example.org"), "utf-8")
    assert run(settings, "list") == 2
    assert "is no host name or IP address; write it as cti.example.org" in capsys.readouterr().err


def test_a_gateway_without_certificates_is_told_how_to_make_them(settings: Path) -> None:
    ended = run_gateway("--config", str(settings))
    assert ended.returncode == 1
    assert "`csta-gateway agent enroll NAME` makes certificates" in ended.stderr
    assert "Traceback" not in ended.stderr
