"""The commands that ask a switch, as programs, over a socket."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from crm_adapter import demo
from csta_gateway.cli.devices import separated
from tests.unit.csta_gateway.test_cli import COMMAND, PATIENCE, SETTINGS


@contextmanager
def switch_of(*options: str) -> Iterator[str]:
    """A running switch of the demo's telephones; gives its port."""
    command = [sys.executable, "-m", "csta.cli", "switch", "--port", "xml:0", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        assert process.stdout is not None
        port = re.search(r"tcp:127\.0\.0\.1:(\d+)", process.stdout.readline())
        assert port
        yield port[1]
        assert process.poll() is None, process.stdout.read()  # it served until now
        process.terminate()


@pytest.fixture
def settings(tmp_path: Path) -> Iterator[Path]:
    """Settings that lead to a running switch and the users of the demo."""
    with switch_of() as port:
        demo.create(tmp_path / "crm.db")
        file = tmp_path / "gateway.toml"
        file.write_text(SETTINGS.format(port=0, folder=tmp_path).replace("127.0.0.1:9", f"127.0.0.1:{port}"))
        yield file


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*COMMAND, *arguments], capture_output=True, text=True, timeout=PATIENCE)


def test_the_switch_is_probed_and_its_devices_are_listed(settings: Path) -> None:
    probed = run("probe", "--config", str(settings), "--device", "2001")
    assert (probed.returncode, probed.stderr) == (0, ""), probed.stdout
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


def test_a_switch_without_tls_is_told(settings: Path) -> None:
    settings.write_text(settings.read_text().replace("tcp:127", "tls:127"))
    probed = run("probe", "--config", str(settings))
    assert probed.returncode == 1
    assert "whether the switch speaks TLS there" in probed.stdout


def test_a_link_that_is_not_there_is_told(settings: Path) -> None:
    ended = run("probe", "--config", str(settings), "--link", "QH")
    assert (ended.returncode, ended.stderr) == (2, "csta-gateway: there is no link 'QH'; the settings have: HQ\n")


def test_the_example_is_right_with_its_telephones(tmp_path: Path) -> None:
    example = Path(__file__).parents[3] / "examples/gateway"
    demo.create(tmp_path / "crm.db")
    file = tmp_path / "gateway.toml"
    text = (example / "gateway.toml").read_text("utf-8")
    here = text.replace("/etc/csta-gateway/phones.csv", str(example / "phones.csv"))
    file.write_text(here.replace("/var/lib/csta-gateway", str(tmp_path)), "utf-8")
    checked = run("check-config", "--config", str(file))
    assert (checked.returncode, checked.stdout) == (0, f"{file}: fine. Links: HQ (xml on tcp:pbx.example.org:8800).\n")
    everybody = run("user", "list", "--config", str(file))
    rows = [line.split() for line in everybody.stdout.splitlines()]
    assert ["anna", "Anna", "Berger", "user", "2001", "password", "2001"] in rows
    staff = run("user", "check", "--config", str(file))
    assert "anna     2001" in staff.stdout
