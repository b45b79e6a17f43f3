"""The tests of this folder once more, on Windows: ``WinDLL``, a real ``tapi32.dll``, the loader and threads of Wine."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.tapi.building import compile_dll, compiler
from tests.tapi.conftest import BUILT

ROOT = Path(__file__).parents[2]
WINE = next((each for each in ("wine64", "/usr/lib/wine/wine64") if compiler(each)), None)
ENOUGH = 200


def missing() -> str:
    """What this test needs and does not find."""
    if sys.platform == "win32":
        return "this is Windows"
    if WINE is None:
        return "there is no wine64"
    if compiler("x86_64-w64-mingw32-gcc") is None:
        return "there is no x86_64-w64-mingw32-gcc to build tapi32.dll"
    if "WINDOWS_PYTHON" not in os.environ:
        return "there is no Python for Windows; .ci/windows-python makes one, WINDOWS_PYTHON names its folder"
    return ""


@pytest.fixture
def windows() -> Path:
    """Folder of the Python for Windows."""
    if reason := missing():
        pytest.skip(reason)
    return Path(os.environ["WINDOWS_PYTHON"]).resolve()


def environment(windows: Path) -> dict[str, str]:
    return {
        "WINEPREFIX": str(windows / "prefix"),
        "WINEDEBUG": "-all",
        "WINEDLLOVERRIDES": "mscoree,mshtml=;tapi32=n,b",  # else Wine takes its own tapi32, whatever the path
    }


def on_windows(path: Path) -> str:
    """A path as Windows names it."""
    return "Z:" + str(path).replace("/", "\\")


@pytest.mark.wine
def test_on_windows(windows: Path, tmp_path: Path) -> None:
    library = compile_dll(tmp_path, "x86_64")
    # The project's own plugin needs libraries that have no place here.
    options = ["-q", "-p", "no:cacheprovider", "-p", "no:csta", "tests/tapi"]
    command = [str(WINE), str(windows / "python.exe"), "-m", "pytest", *options]
    around = os.environ | environment(windows) | {BUILT: on_windows(library)}
    done = subprocess.run(command, cwd=ROOT, env=around, capture_output=True, text=True)
    print(done.stdout)
    assert done.returncode == 0, done.stdout + done.stderr
    passed = re.search(r"(\d+) passed", done.stdout)
    assert passed is not None
    assert int(passed[1]) > ENOUGH


@pytest.mark.wine
def test_an_agent_on_windows(windows: Path, tmp_path: Path) -> None:
    from tests.tapi.office import assert_taken

    library = compile_dll(tmp_path, "x86_64")
    python = [str(WINE), str(windows / "python.exe")]
    print(assert_taken(tmp_path, python, on_windows(library), environment(windows)))


ADMINISTRATOR = """
import subprocess, sys, time
from pathlib import Path

PROGRAM = [sys.executable, "-c", "from tapi_adapter.program import main; main()"]
NAME = "csta-tapi-agent"
settings = Path(sys.argv[1])

def do(*command):
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    print(done.stdout, done.stderr)
    return done

def stopped():
    return "1  STOPPED" in do("sc", "query", NAME).stdout

do(*PROGRAM, "remove")  # what a failed run has left
do(*PROGRAM, "install", "--config", str(settings)).check_returncode()
do("net", "start", NAME).check_returncode()
input()
do("net", "stop", NAME).check_returncode()
assert stopped()
settings.unlink()
do("net", "start", NAME)
while not stopped():
    time.sleep(0.1)
do(*PROGRAM, "remove").check_returncode()
assert do("sc", "query", NAME).returncode
"""
"""In one process: Wine's services end with the last program that is none of them."""


@pytest.mark.wine
def test_an_agent_as_a_service(windows: Path, tmp_path: Path) -> None:
    from tests.tapi.office import LONGEST, Gateway, enrolled

    library = compile_dll(tmp_path, "x86_64")
    bundle = enrolled(tmp_path)
    gateway = Gateway(tmp_path / "agents")
    settings = gateway.write_settings(bundle, on_windows(library))
    command = [str(WINE), str(windows / "python.exe"), "-c", ADMINISTRATOR, on_windows(settings)]
    administrator = subprocess.Popen(
        command,
        env=os.environ | environment(windows),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
    )
    gateway.until("LinkUp")
    said, _ = administrator.communicate("\n", LONGEST)
    print(said)
    assert administrator.returncode == 0, said
    gateway.until("LinkDown(reason='agent desk: the agent was stopped'")
    gateway.process.terminate()
    gateway.process.communicate()
    assert re.search(r"SERVICE_EXIT_CODE +: 2 ", said), said
    assert "agent.toml" in (bundle / "agent.log").read_text("utf-8").splitlines()[-1]
