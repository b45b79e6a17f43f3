"""``csta-gateway lookup``, as a program, in the contacts of the demo."""

from __future__ import annotations

from pathlib import Path

import pytest

from crm_adapter import demo
from tests.unit.csta_gateway.test_cli import SETTINGS
from tests.unit.csta_gateway.test_cli_switch import run


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("office")
    demo.create(folder / "crm.db")
    file = folder / "gateway.toml"
    text = SETTINGS.format(port=0, folder=folder).replace("[lookup]", "[lookup]\nuncertain = true")
    broken = "[[sources]]\nname = 'list'\ntype = 'file'\npath = 'none.csv'\n"
    file.write_text(f"{text}\n[location]\narea_code = '089'\ninternal_length = 4\n{broken}")
    return file


def test_whose_number_it_is_comes_with_the_reason(settings: Path) -> None:
    before = run("lookup", "030 23125-314", "--config", str(settings), "--language", "en")
    assert (before.returncode, before.stdout.splitlines()[0]) == (1, "looking for +493023125314")

    read = run("lookup", "030 23125-314", "--config", str(settings), "--language", "en", "--read")
    assert read.returncode == 0
    assert read.stdout.splitlines()[1:] == [
        "1. Sabine Krüger, Krüger & Söhne Haustechnik (crm person 4): the number itself is stored there",
        "2. Tom Krüger, Krüger & Söhne Haustechnik (crm person 5): the number itself is stored there",
    ]
    assert "none.csv: No such file" in read.stderr

    behind = run("lookup", "069 90009-417", "--config", str(settings), "--language", "de")
    assert behind.stdout.splitlines()[1] == (
        "1. Muster GmbH (crm company 1): Durchwahl hinter einer Stammnummer, die dort steht"
    )
    colleague = run("lookup", "2001", "--config", str(settings), "--language", "en")
    assert colleague.stdout.splitlines()[1].endswith("(users user anna): extension of this colleague")
