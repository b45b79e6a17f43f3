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


def test_windows_telephony_of_a_machine_without_windows_is_told(
    settings: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tapi = "[[tapi]]\nname = 'W'\n[[tapi]]\nname = 'B'\nagent = 'desk'\n[agents]\nhost = 'cti.example.org'\n"
    settings.write_text(settings.read_text().replace('name = "HQ"', 'name = "HQ"\nfallback = "W"') + tapi)
    assert main(["check-config", "--config", str(settings)]) == 0
    told = capsys.readouterr()
    assert told.out == (
        f"{settings}: fine. Links: HQ (xml on tcp:127.0.0.1:9; W, Windows Telephony of this machine, after 30 s),"
        " B (Windows Telephony of agent desk).\n"
    )
    assert told.err.startswith(f"{settings}: warning: [[tapi]] W: this machine does not run Windows; install the agent")
    ended = run("--config", str(settings))
    assert ended.returncode == 1
    assert "[[tapi]] W: this machine does not run Windows" in ended.stderr


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


def explained(capsys: pytest.CaptureFixture[str], settings: Path, *arguments: str) -> tuple[int, dict[str, str]]:
    code = main(["number", "explain", "--config", str(settings), *arguments])
    rows = (re.split(r"  +", line, maxsplit=1) for line in capsys.readouterr().out.splitlines())
    return code, {row[0]: row[1] for row in rows}


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (
            ["0044 161 5527789"],
            0,
            {
                "site": "main site, DE 089",
                "role": "incoming (caller)",
                "device identifier": "0044 161 5527789",
                "number plan of DE": "+441615527789",
                "= E.164": "+441615527789",
                "= kind": "international",
                "= shown as": "+44 161 552 7789",
                "= canonical": "+44 (161) 5527789",
                "= dialled as": "000441615527789",
            },
        ),
        (
            ["0 089 7654321 DW 12", "--role", "outgoing", "--language", "de"],
            0,
            {
                "Standort": "Hauptstandort, DE 089",
                "Rolle": "gehend (gewählt)",
                "Gerätekennung": "0 089 7654321 DW 12",
                "Schreibweise": "0 089 7654321",
                "danach zu wählen": "12",
                "Amtskennziffer entfernt": "0897654321",
                "Rufnummernplan DE": "+49897654321",
                "= E.164": "+49897654321",
                "= Art": "Inland",
                "= Anzeige": "089 7654321",
                "= kanonisch": "+49 (89) 7654321",
                "= gewählt als": "nichts: Diese Landesvorwahl gibt es nicht. Bitte prüfen Sie die ersten Ziffern.",
            },
        ),
        (
            ["58580,,7", "--site", "vienna", "--role", "typed"],
            0,
            {
                "site": "vienna, AT 01",
                "area code added": "0158580",
                "= canonical": "+43 (1) 58580",
                "= dialled as": "0158580, after the answer 7",
            },
        ),
        (["77#123", "--site", "vienna"], 0, {"rule 1 '77#(\\\\d+)'": "123", "= kind": "internal"}),
        (["12"], 0, {"= doubt": "the number plan knows no such number"}),
        (["*21#"], 0, {"code of the switch": "*21#", "= kind": "code of the switch", "= E.164": "none"}),
        (["112", "--language", "de"], 0, {"Notruf": "112", "= Art": "Notruf", "= gewählt als": "112"}),
        (
            ["anonymous"],
            1,
            {"no number": "restricted", "= kind": "unknown", "= shown as": "nothing"},
        ),
        (
            ["+49", "--language", "de"],
            1,
            {"keine Nummer": "Das ist keine Telefonnummer. Bitte geben Sie Ziffern ein, zum Beispiel 089 1234567."},
        ),
    ],
)
def test_a_number_is_explained_step_by_step(
    settings: Path,
    arguments: list[str],
    code: int,
    told: dict[str, str],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("LC_ALL", "C")
    settings.write_text(
        settings.read_text()
        + """
[location]
area_code = "089"
[sites.vienna]
country = "AT"
area_code = "1"
outside_prefixes = [""]
rules = [{pattern = '77#(\\d+)', replace = '\\1', internal = true}]
"""
    )
    found = explained(capsys, settings, *arguments)
    assert found[0] == code
    assert found[1].items() >= told.items()


@pytest.mark.parametrize(
    ("environment", "word"),
    [({"LANG": "de_DE.UTF-8"}, "Art"), ({"LC_ALL": "C", "LANG": "de_DE.UTF-8"}, "kind"), ({"LANG": "fr_FR"}, "kind")],
)
def test_numbers_are_explained_in_the_language_of_the_environment(
    settings: Path,
    environment: dict[str, str],
    word: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert f"= {word}" in explained(capsys, settings, "112")[1]


def test_a_number_at_an_unknown_site_is_not_explained(settings: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["number", "explain", "1", "--site", "paris", "--config", str(settings)]) == 2
    assert "there is no [sites.paris]" in capsys.readouterr().err


def test_extensions_that_are_short_numbers_too_are_told(settings: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings.write_text(settings.read_text() + "[sites.berlin]\ninternal_length = 3\ninternal_ranges = [[110, 115]]\n")
    assert main(["check-config", "--config", str(settings)]) == 0
    length, emergency, short = capsys.readouterr().err.splitlines()
    assert length.endswith(
        "[sites.berlin] internal_length 3: never an extension, because it is an emergency number: 110, 112"
    )
    assert emergency.endswith(
        "internal_ranges [110, 115]: never an extension, because it is an emergency number: 110, 112"
    )
    assert short.endswith("dialled as an extension, though it is a short number of the country: 115")


@pytest.mark.parametrize("program", ["csta-gateway", "csta"])
@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_shells_are_told_the_commands(program: str, shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", shell, "--program", program]) == 0
    told = capsys.readouterr().out
    assert all(name in told for name in {"csta-gateway": ("probe", "--call"), "csta": ("decode", "--framing")}[program])
    checked = subprocess.run(["bash", "-n"], input=told, capture_output=True, text=True, check=False)  # noqa: S607 -- any bash
    assert shell == "zsh" or (checked.returncode, checked.stderr) == (0, "")
