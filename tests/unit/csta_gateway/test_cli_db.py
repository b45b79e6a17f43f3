from __future__ import annotations

from pathlib import Path

import pytest

from crm_adapter.migrations import History, newest
from csta_gateway.cli import main
from tests.unit.csta_gateway.test_cli import SETTINGS


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    file = tmp_path / "gateway.toml"
    file.write_text(SETTINGS.format(port=0, folder=tmp_path))
    return file


def test_databases_are_brought_up_to_date(settings: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["db", "status", "--config", str(settings)]) == 1
    assert f"journal: sqlite:///{settings.parent}/journal.db: step none of" in capsys.readouterr().out
    assert main(["db", "upgrade", "--config", str(settings)]) == 0
    assert main(["db", "status", "--config", str(settings)]) == 0
    told = capsys.readouterr().out.splitlines()
    assert (
        told[:4]
        == told[4:]
        == [
            f"{name}: sqlite:///{settings.parent}/{file}.db: step {newest(history)} of {newest(history)}"
            for name, file, history in [
                ("journal", "journal", History.JOURNAL),
                ("tokens", "journal", History.TOKENS),
                ("lookup", "lookup", History.INDEX),
                ("crm", "crm", History.EMBEDDED),
            ]
        ]
    )


def test_a_database_that_cannot_be_opened_does_not_keep_the_others(
    settings: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.write_text(settings.read_text().replace("lookup.db", "none/lookup.db"))
    assert main(["db", "upgrade", "--config", str(settings)]) == 1
    journal, tokens, lookup, crm = capsys.readouterr().out.splitlines()
    assert "step" in journal
    assert "step" in tokens
    assert "unable to open database file" in lookup
    assert "step" in crm
