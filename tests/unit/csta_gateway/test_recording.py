"""A link of the gateway is recorded by one setting, with pseudonyms unless names are wanted."""

from __future__ import annotations

from pathlib import Path

import pytest

from csta.recorder import files, trace
from csta.testing import MemorySwitch
from csta_gateway import config as settings
from csta_gateway.cli import _provider
from csta_gateway.daemon import StartError


@pytest.mark.parametrize("names", [True, False])
def test_a_link_is_recorded(tmp_path: Path, names: bool) -> None:
    path = tmp_path / "trace.jsonl"
    here = MemorySwitch("xml")
    link = settings.Link(name="HQ", endpoint="tcp:switch:8800", record=str(path), record_names=names)
    provider = _provider(here.network, link)
    provider.start()
    here.run(provider.monitor("2001"))
    here.settle()
    here.switch.ring("0891234567", "2001", here.now, "Maier")
    here.settle()
    header, opened, *_ = files.read(path)
    assert isinstance(header, trace.Header)
    assert isinstance(opened, trace.Link)
    assert (header.redacted, opened.name) == (not names, "HQ")
    assert ("0891234567" in path.read_text()) is names
    here.run(provider.stop())


def test_a_trace_that_cannot_be_written_is_said_before_the_gateway_starts(tmp_path: Path) -> None:
    link = settings.Link(name="HQ", endpoint="tcp:switch:8800", record=str(tmp_path / "nowhere" / "trace.jsonl"))
    with pytest.raises(StartError, match="link HQ: `record` cannot be written"):
        _provider(MemorySwitch().network, link)
