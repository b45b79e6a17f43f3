"""The agent program and a gateway, each in a process of its own, over mutual TLS."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.tapi.office import TOLD, one_call
from tests.tapi.standin.script import StandIn

certificates = pytest.importorskip("csta_gateway.certificates", reason="the gateway is not installed here")


def enrolled(folder: Path) -> Path:
    """Folder with what the agent ``desk`` needs, beside that of the certificates."""
    enrolment = certificates.Enrolment(folder / "agents")
    bundle = folder / "desk"
    bundle.mkdir()
    (bundle / "agent.pem").write_bytes(enrolment.enroll("desk", "localhost", datetime.now(UTC)))
    (bundle / "authority.pem").write_bytes(enrolment.authority.read_bytes())
    return bundle


def assert_said(said: str) -> None:
    lines = iter(said.splitlines())
    for words in TOLD:
        assert any(line.endswith(words) for line in lines), said


def test_one_call(library: Path, tmp_path: Path) -> None:
    StandIn(library)  # loads here, too, or says why not
    said, logged = one_call(tmp_path / "agents", enrolled(tmp_path), [sys.executable], str(library))
    assert_said(said)
    assert "connected" in logged
    assert "the gateway ends, or needs this agent no longer. Next try in" in logged
