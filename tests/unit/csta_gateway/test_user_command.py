"""``csta-gateway user``: users of the embedded CRM, put in and changed."""

from __future__ import annotations

import io
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from csta_gateway.auth import verify
from csta_gateway.cli import main
from tests.unit.csta_gateway.test_cli import SETTINGS

RIGHT = "correct horse"


class Office:
    """The command, and the database it changes."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.settings = folder / "gateway.toml"
        self.settings.write_text(SETTINGS.format(port=0, folder=folder))
        self._database = folder / "crm.db"
        self._monkeypatch = monkeypatch

    def run(self, *arguments: str, said: str = f"{RIGHT}\n") -> int:
        self._monkeypatch.setattr("sys.stdin", io.StringIO(said))
        return main(["user", *arguments, "--config", str(self.settings)])

    def user(self, login: str) -> dict[str, Any]:
        with sqlite3.connect(self._database) as database:
            database.row_factory = sqlite3.Row
            found = database.execute("SELECT * FROM users WHERE login = ?", (login,)).fetchone()
            devices = database.execute("SELECT device FROM user_devices WHERE login = ? ORDER BY position", (login,))
            return {**dict(found), "devices": " ".join(row["device"] for row in devices)}


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Office:
    return Office(tmp_path, monkeypatch)


def test_a_user_is_put_in_and_can_log_in(office: Office) -> None:
    assert office.run("add", "anna", "--name", "Anna Berger", "--device", "2001", "--device", "2901") == 0
    anna = office.user("anna")
    assert (anna["name"], anna["devices"], anna["extension"], anna["role"]) == (
        "Anna Berger",
        "2001 2901",
        "2001",
        "user",
    )
    assert verify(anna["password_hash"], RIGHT)


def test_a_password_is_made_up_and_printed_once(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    assert office.run("add", "anna", "--generate", said="") == 0
    assert verify(office.user("anna")["password_hash"], capsys.readouterr().out.strip())


def test_another_password_takes_the_place_of_the_first(office: Office) -> None:
    office.run("add", "anna")
    assert office.run("passwd", "anna", said="other horse\n") == 0
    assert verify(office.user("anna")["password_hash"], "other horse")


def test_a_disabled_user_has_no_password_and_no_telephones_until_enabled(office: Office) -> None:
    office.run("add", "anna", "--device", "2001")
    assert office.run("disable", "anna") == 0
    assert (office.user("anna")["password_hash"], office.user("anna")["cti_enabled"]) == ("", 0)
    assert office.run("enable", "anna") == 0
    assert verify(office.user("anna")["password_hash"], RIGHT)
    assert office.user("anna")["cti_enabled"] == 1


@pytest.mark.parametrize(
    ("arguments", "said", "code", "words"),
    [
        (("add", "anna"), RIGHT, 1, "login: Anna (anna) has it already"),
        (("add", "bert", "--extension", "2001"), RIGHT, 1, "extension 2001: Anna (anna) has it already"),
        (("add", "bert"), "short", 1, "a password must have 8 to 128 characters"),
        (("add", "bert", "--site", "paris"), RIGHT, 2, "there is no [sites.paris]"),
        (("add", " "), RIGHT, 2, "the login must have"),
        (("passwd", "bert"), RIGHT, 1, "there is no user bert"),
        (("disable", "bert"), "", 1, "there is no user bert"),
    ],
)
def test_what_makes_no_sense_is_told(
    office: Office, arguments: tuple[str, ...], said: str, code: int, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    office.run("add", "anna", "--name", "Anna", "--device", "2001")
    before = office.user("anna")
    capsys.readouterr()
    assert office.run(*arguments, said=said) == code
    assert words in capsys.readouterr().err
    assert office.user("anna") == before


def test_users_of_another_crm_are_changed_there(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    office.settings.write_text(office.settings.read_text().replace('type = "sql"', 'type = "sql"\npreset = "sagecrm"'))
    assert office.run("add", "anna") == 1
    assert "which is not the embedded CRM; change them there" in capsys.readouterr().err
