"""The commands that ask a switch, as programs, over a socket."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from crm_adapter import demo
from csta_gateway.cli.devices import separated
from tests.unit.csta_gateway.test_cli import COMMAND, PATIENCE, SETTINGS


@pytest.fixture
def settings(tmp_path: Path) -> Iterator[Path]:
    """Settings that lead to a running switch and the users of the demo."""
    command = [sys.executable, "-m", "csta.cli", "switch", "--port", "xml:0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        assert process.stdout is not None
        port = re.search(r"tcp:127\.0\.0\.1:(\d+)", process.stdout.readline())
        assert port
        demo.create(tmp_path / "crm.db")
        file = tmp_path / "gateway.toml"
        file.write_text(SETTINGS.format(port=0, folder=tmp_path).replace("127.0.0.1:9", f"127.0.0.1:{port[1]}"))
        yield file
        process.kill()


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*COMMAND, *arguments], capture_output=True, text=True, timeout=PATIENCE)


def test_the_switch_is_probed_and_its_devices_are_listed(settings: Path) -> None:
    probed = run("probe", "--config", str(settings), "--device", "2001")
    assert (probed.returncode, probed.stderr) == (0, "")
    assert probed.stdout.splitlines()[-1] == "  ok device 2001: can be watched; 0 calls now"

    refused = run("probe", "--config", str(settings), "--device", "2999")
    assert refused.returncode == 1
    assert "!! device 2999" in refused.stdout

    listed = run("devices", "--config", str(settings))
    assert (listed.returncode, listed.stderr) == (0, "")
    rows = [line.split() for line in listed.stdout.splitlines()]
    assert ["HQ", "2001", "station", "anna"] in [[*row[:3], row[-1]] for row in rows]

    table = settings.with_name("devices.csv")
    table.write_text(run("devices", "--csv", "--config", str(settings)).stdout)
    written = [line.split(";") for line in table.read_text().splitlines()]
    assert written[0] == ["link", "id", "category", "name", "user", "shared"]
    assert ["HQ", "2001", "station", "", "anna", ""] in written
    assert {row[2] for row in written[1:]} == {"station"}
    nobodys = [row for row in written if not row[4]]
    with settings.open("a") as file:
        file.write(f"[[device_lists]]\nname = 'HQ'\ntype = 'csv'\npath = '{table}'\n")
    checked = run("user", "check", "--quiet", "--config", str(settings))
    findings = 2 + len(nobodys)  # two call screens are not there
    assert checked.stdout.splitlines()[-1] == f"6 users, 5 devices, {findings} findings"


def test_a_telephone_of_several_users_has_a_row_for_each_in_the_list() -> None:
    lines = separated("HQ", "2900", "station", "Desk; left", ["anna", "jonas"])
    assert lines.splitlines() == ['HQ;2900;station;"Desk; left";anna;yes', 'HQ;2900;station;"Desk; left";jonas;yes']
    assert separated("HQ", "2901", "station", "", None) == "HQ;2901;station;;;"


def test_a_link_that_is_not_there_is_told(settings: Path) -> None:
    ended = run("probe", "--config", str(settings), "--link", "QH")
    assert (ended.returncode, ended.stderr) == (2, "csta-gateway: there is no link 'QH'; the settings have: HQ\n")
