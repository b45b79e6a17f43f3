from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_types_users_see() -> None:
    command = [sys.executable, "-m", "mypy", "--follow-imports=silent", "tests/typecheck/public_types.py"]
    checked = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout
