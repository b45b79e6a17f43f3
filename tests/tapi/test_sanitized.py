"""The library writes to memory that is there, and only there: the tests of requests once more, under AddressSanitizer.

It sees the memory of Python, too: what a late reply is written to must not have been given back.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.tapi.building import compile_library, compiler
from tests.tapi.conftest import BUILT

ROOT = Path(__file__).parents[2]
SANITIZERS = ("libasan.so", "libubsan.so")
TESTS = [f"tests/tapi/test_{each}.py" for each in ("calls", "drivers", "life")]
CARELESS = """
import os
from pathlib import Path
from tapi_adapter.binding import Application, load
from tapi_adapter.issuing import issue
from tapi_adapter.requests import MakeCall
from tests.tapi.standin.script import StandIn

path = os.environ["TAPI_STANDIN"]
StandIn(Path(path)).reset()
application = Application(load(path), "careless")
line = application.open(application.negotiate(0), 2, 4)
issue(application.library, MakeCall(line=line, destination="2002"), 0)  # what it gives is thrown away
while application.next_message(100):
    pass
"""


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Of a process with AddressSanitizer in the stand-in and under Python."""
    if sys.platform != "linux" or compiler("gcc") is None:
        pytest.skip("there is no gcc here")
    names = [f"-print-file-name={each}" for each in SANITIZERS]
    found = [subprocess.run(["gcc", name], capture_output=True, text=True).stdout.strip() for name in names]  # noqa: S607
    if not all(Path(each).is_absolute() for each in found):
        pytest.skip("gcc has no AddressSanitizer here")
    library = compile_library(tmp_path_factory.mktemp("sanitized"), "-fsanitize=address,undefined")
    return os.environ | {
        BUILT: str(library),
        "LD_PRELOAD": " ".join(found),
        "ASAN_OPTIONS": "detect_leaks=0",  # Python leaves its last objects to the system
        "PYTHONMALLOC": "malloc",
    }


def python(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *arguments], cwd=ROOT, env=environment, capture_output=True, text=True)


def test_no_write_goes_astray(environment: dict[str, str]) -> None:
    done = python(environment, "-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider", *TESTS)
    assert done.returncode == 0, done.stdout + done.stderr


def test_one_that_does_is_seen(environment: dict[str, str]) -> None:
    assert "AddressSanitizer: heap-use-after-free" in python(environment, "-c", CARELESS).stderr
