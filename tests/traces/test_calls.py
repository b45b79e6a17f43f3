"""The example traces: each tells what it is expected to, and is what a recording of its scenario gives."""

from __future__ import annotations

from pathlib import Path

import pytest

from csta.testing import assert_calls
from tests.traces.scenarios import SCENARIOS, TRACES, record


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_trace_tells_its_story(name: str) -> None:
    assert_calls(TRACES / f"{name}.jsonl")


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_trace_is_what_its_scenario_gives(name: str, tmp_path: Path) -> None:
    again = tmp_path / "again.jsonl"
    record(name, again)
    assert again.read_bytes() == (TRACES / f"{name}.jsonl").read_bytes()
