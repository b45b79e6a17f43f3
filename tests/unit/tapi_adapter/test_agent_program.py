"""The program ``csta-tapi-agent``: its settings, and what it says when they are wrong."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from csta import toml_file
from csta.endpoints import describe
from tapi_adapter.agent import Settings
from tapi_adapter.program import main

WRONG = {
    "nothing": ("", "gateway"),
    "an unknown key": ("gateway = 'cti:8447'\ncertifcate = 'a.pem'", "2: certifcate: unknown key"),
    "no port": ("gateway = 'cti.example.org'", "1: gateway:"),
    "a URL": ("gateway = 'https://cti.example.org:8447'", "1: gateway:"),
}


@pytest.mark.parametrize(("text", "words"), WRONG.values(), ids=WRONG.keys())
def test_settings_that_are_wrong(text: str, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "agent.toml"
    file.write_text(text)
    monkeypatch.setattr(sys, "argv", ["csta-tapi-agent", "run", "--config", str(file)])
    with pytest.raises(SystemExit) as stopped:
        main()
    assert words in str(stopped.value)
    assert str(file) in str(stopped.value)


def test_files_are_looked_for_beside_the_settings() -> None:
    settings = toml_file.parse("gateway = '[2001:db8::1]:8447'\nauthority = '/etc/ca.pem'", "agent.toml", Settings)
    endpoint = describe(settings.endpoint(Path("/srv/a:b")))
    assert endpoint.places == ("2001:db8::1", "8447")
    assert endpoint.options == {"certificate": "/srv/a:b/agent.pem", "trustRoots": "/etc/ca.pem"}
