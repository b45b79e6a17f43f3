"""The agent program and a gateway, each in a process of its own, over mutual TLS."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.tapi.standin.script import StandIn

pytest.importorskip("csta_gateway.agents", reason="the gateway's libraries have no place on the agent's machine")


def test_one_call(library: Path, tmp_path: Path) -> None:
    from tests.tapi.office import assert_taken

    StandIn(library)  # loads here, too, or says why not
    assert_taken(tmp_path, [sys.executable], str(library))
