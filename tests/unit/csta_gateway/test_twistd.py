"""The gateway as a service of twistd, and the container file beside it."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from tests.unit.csta_gateway.test_cli import PATIENCE

ROOT = Path(__file__).parents[3]


def twistd(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "twisted", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=PATIENCE, check=False)


def test_the_plugin_is_found() -> None:
    assert "shows on a call screen who is calling" in twistd("--help", folder=ROOT).stdout


def test_the_container_file_copies_what_there_is() -> None:
    text = (ROOT / "examples/gateway/Containerfile").read_text("utf-8")
    copied = [name for line in re.findall(r"^COPY (?!--from)(.*) \S+$", text, re.MULTILINE) for name in line.split()]
    assert copied
    assert [name for name in copied if not (ROOT / name).exists()] == []
    assert set(copied) == set(re.findall(r"^!(.+)$", (ROOT / ".dockerignore").read_text("utf-8"), re.MULTILINE))
