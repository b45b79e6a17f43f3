"""The documentation says what is there."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from csta.model.states import TRANSITIONS, ConnectionState
from csta.session.states import MOVES, State

ROOT = Path(__file__).parents[1]
WORDS = ROOT / "csta_gateway/static/i18n"


@pytest.fixture
def switch_port() -> Iterator[str]:
    """A simulated switch on a port of its own, for as long as the test runs."""
    command = [sys.executable, "-m", "csta.cli", "switch", "--protocol", "xml", "--port", "0"]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) as switch:
        assert switch.stderr
        yield switch.stderr.readline().rpartition(":")[2].strip()
        switch.terminate()
        switch.stderr.read()


def test_the_program_in_the_readme_runs(switch_port: str) -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    (program,) = re.findall(r"^```python\n(.*?)^```", readme, re.MULTILINE | re.DOTALL)
    program = program.replace(":8800", f":{switch_port}")
    run = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert run.returncode == 0, run.stderr
    assert run.stdout.split()[:2] == ["ServiceInitiatedEvent", "OriginatedEvent"]


@pytest.mark.parametrize(("guide", "language"), [("user.md", "en"), ("user.de.md", "de")])
def test_the_user_guide_calls_the_buttons_as_the_call_screen_does(guide: str, language: str) -> None:
    shown = set(json.loads((WORDS / f"{language}.json").read_text("utf-8")).values())
    named = set(re.findall(r"\*\*(.+?)\*\*", (ROOT / "docs/guides" / guide).read_text("utf-8")))
    assert named
    assert named <= shown


@pytest.mark.parametrize("page", sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").rglob("*.md")))
def test_files_a_page_names_exist(page: str) -> None:
    named = re.findall(
        r"`((?:csta|crm_adapter|csta_gateway|tests|examples|docs)/[\w/.-]+)`", (ROOT / page).read_text("utf-8")
    )
    missing = [name for name in named if not (ROOT / name).exists()]
    assert not missing


@pytest.fixture
def diagrams(monkeypatch: pytest.MonkeyPatch) -> Any:  # noqa: ANN401 - a module beside the pages
    monkeypatch.syspath_prepend(str(ROOT / "docs/_extensions"))
    return import_module("state_diagram")


def drawn(picture: str) -> tuple[set[str | None], list[str]]:
    """The states in a diagram, and what its arrows say."""
    space = "{http://www.w3.org/2000/svg}"
    tree = etree.fromstring(picture)
    arrows = [str(each.findtext(f"{space}title")) for each in tree.iter(f"{space}path") if each.get("class") == "move"]
    return {text.text for text in tree.iter(f"{space}text")}, sorted(arrows)


def test_the_diagram_of_connection_states_shows_the_moves_of_the_table(diagrams: Any) -> None:  # noqa: ANN401
    states, arrows = drawn(diagrams.connections())
    moves = [f"{before} → {after}" for before, following in TRANSITIONS.items() for after in following]
    assert (states, arrows) == (set(ConnectionState), sorted(moves))


def test_the_diagram_of_sessions_shows_the_moves_of_the_table(diagrams: Any) -> None:  # noqa: ANN401
    states, arrows = drawn(diagrams.sessions())
    moves = [move.value for before, found in MOVES.items() for move, after in found.items() if after is not before]
    assert states == {state.value for state in State}
    assert sorted(", ".join(arrows).split(", ")) == sorted(moves)
