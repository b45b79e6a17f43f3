"""The commands of the how-to about the API work as they stand, against a real gateway and a simulated switch."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from crm_adapter import demo

ROOT = Path(__file__).parents[1]
GUIDE = ROOT / "docs/how-to/use-the-api.md"
SETTINGS = """\
[server]
port = 0
session_file = "{folder}/sessions.json"
[[links]]
name = "HQ"
endpoint = "tcp:127.0.0.1:{switch}"
[[sources]]
name = "crm"
type = "sql"
url = "{crm}"
[users]
source = "crm"
[lookup]
index = "sqlite:///{folder}/lookup.db"
[journal]
url = "sqlite:///{folder}/journal.db"
[location]
country = "DE"
area_code = "089"
internal_length = 4
"""

BASH = shutil.which("bash") or ""

pytestmark = pytest.mark.skipif(not (BASH and shutil.which("curl")), reason="bash and curl are not both installed")


@pytest.fixture
def running() -> Iterator[list[subprocess.Popen[str]]]:
    """Programs that end with the test."""
    programs: list[subprocess.Popen[str]] = []
    yield programs
    for program in reversed(programs):
        program.terminate()
        program.communicate()


def started(programs: list[subprocess.Popen[str]], *command: str) -> str:
    """Start a program of ours; gives the port it says it listens on."""
    program = subprocess.Popen([sys.executable, "-m", *command], cwd=ROOT, stderr=subprocess.PIPE, text=True)
    programs.append(program)
    assert program.stderr
    told = ""
    for line in program.stderr:
        told += line
        if listening := re.search(r"(?:listening|xml) on .*[: ](\d+)$", line.strip()):
            return listening[1]
    raise AssertionError(told)


def test_the_commands_of_the_guide_work(tmp_path: Path, running: list[subprocess.Popen[str]]) -> None:
    switch = started(running, "csta.cli", "switch", "--protocol", "xml", "--port", "0")
    crm = demo.create(tmp_path / "crm.db", {})
    settings = tmp_path / "gateway.toml"
    settings.write_text(SETTINGS.format(folder=tmp_path, switch=switch, crm=crm.url))
    port = started(running, "csta_gateway", "run", "--config", str(settings))
    commands = re.findall(r"^```bash\n(.*?)^```", GUIDE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    program = f"csta-gateway() {{ '{sys.executable}' -m csta_gateway \"$@\" --config '{settings}'; }}\n"
    program += f"curl --silent --retry 30 --retry-delay 1 --retry-all-errors --fail http://127.0.0.1:{port}/readyz\n"
    program += "".join(commands).replace("https://cti.example.org", f"http://127.0.0.1:{port}")
    ran = subprocess.run([BASH, "-eu", "-c", program], cwd=tmp_path, capture_output=True, text=True, timeout=300)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert '"id":"2001"' in ran.stdout
    assert '{"call":' in ran.stdout
    assert "helpdesk\tuser anna" in ran.stdout
