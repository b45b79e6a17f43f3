"""``csta-gateway journal``: a person's calls given out and deleted, whether the gateway runs or not."""

from __future__ import annotations

import csv
import json
import sqlite3
import stat
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from csta.model.events import CallEnded
from csta.model.states import ConnectionState
from csta_gateway.cli import main

if TYPE_CHECKING:
    from collections.abc import Callable

    from csta_gateway import config
    from tests.unit.csta_gateway.conftest import World

SETTINGS = """\
[[links]]
name = "HQ"
endpoint = "tcp:127.0.0.1:9"
[[sources]]
name = "crm"
type = "sql"
url = "sqlite:///{folder}/crm.db"
[users]
source = "crm"
[location]
area_code = "089"
[log]
numbers = "full"
[audit]
folder = "{folder}/audit"
[journal]
url = "sqlite:///{folder}/journal.db"
"""
CALLS = [("2001", "08999123"), ("2002", "0049 89 99123"), ("2001", "030123456"), ("2001", None), ("2001", "0815xyz")]


class Office:
    """A gateway with some calls in its journal, and the command beside it."""

    def __init__(self, world: World, folder: Path) -> None:
        self.world, self.folder = world, folder
        self.settings = folder / "gateway.toml"
        self.settings.write_text(SETTINGS.format(folder=folder))
        for position, (device, number) in enumerate(CALLS):
            call = world.switch.ring(device=device, number=number, call=f"c{position}")
            world.switch.change(call, CallEnded, state=ConnectionState.NULL)

    def run(self, *arguments: str) -> int:
        return main(["journal", *arguments, "--config", str(self.settings)])

    def left(self) -> dict[str, int]:
        with sqlite3.connect(self.folder / "journal.db") as database:
            return dict(database.execute("SELECT login, count(*) FROM journal GROUP BY login").fetchall())


@pytest.fixture
def office(make_world: Callable[..., World], settings: config.Config, tmp_path: Path) -> Office:
    return Office(make_world(settings), tmp_path)


SPELLINGS = ["+49 89 99123", "089/99 123", "99123", "0049-89-99123", "(089) 99-123"]


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_every_spelling_of_a_number_finds_its_calls(
    office: Office, spelling: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert office.run("purge", "--number", spelling, "--dry-run") == 0
    assert office.left() == {"anna": 4, "jonas": 1}
    assert "2 calls with " in capsys.readouterr().err
    assert office.run("purge", "--number", spelling) == 0
    words = capsys.readouterr()
    assert (words.out, spelling in words.err) == ("", False)
    assert words.err.endswith("**** deleted\n")
    assert office.left() == {"anna": 3}


def test_a_number_nobody_could_understand_is_found_by_its_digits(office: Office) -> None:
    assert office.run("purge", "--number", "0815 xyz") == 0
    assert office.left() == {"anna": 3, "jonas": 1}


def test_several_numbers_of_one_person(office: Office) -> None:
    assert office.run("purge", "--number", "089 99123", "--number", "030 123456") == 0
    assert office.left() == {"anna": 2}


def test_a_user_s_calls_go_with_notes_and_what_the_crm_was_to_be_told(office: Office) -> None:
    anna = office.world.browser("anna")
    for entry in anna.get("/api/journal").json["entries"]:
        anna.put(f"/api/journal/{entry['id']}", {"note": "secret words"})
    office.world.switch.ring(call="live")
    anna.put("/api/calls/live/note", {"note": "secret words"})
    assert office.run("purge", "--user", "anna") == 0
    assert office.left() == {"jonas": 1}
    with sqlite3.connect(office.folder / "journal.db") as database:
        left = "SELECT (SELECT count(*) FROM journal_notes), (SELECT count(*) FROM journal_drafts)"
        assert database.execute(left).fetchall() == [(0, 0)]
    assert b"secret words" not in (office.folder / "journal.db").read_bytes()


def test_the_running_gateway_goes_on(office: Office) -> None:
    assert office.run("purge", "--user", "anna") == 0
    call = office.world.switch.ring(call="later")
    office.world.switch.change(call, CallEnded, state=ConnectionState.NULL)
    assert len(office.world.browser("anna").get("/api/journal").json["entries"]) == 1


def test_a_gateway_that_is_writing_is_waited_for(office: Office) -> None:
    writer = sqlite3.connect(office.folder / "journal.db", isolation_level=None, check_same_thread=False)
    writer.execute("BEGIN IMMEDIATE")
    waiting = threading.Timer(0.2, writer.execute, ["COMMIT"])
    waiting.start()
    assert office.run("purge", "--user", "jonas") == 0
    waiting.join()
    writer.close()
    assert office.left() == {"anna": 4}


def test_a_file_for_programs_and_one_for_spreadsheets(office: Office) -> None:
    for form in ("json", "csv"):
        assert office.run("export", "--number", "089 99123", "-o", str(office.folder / f"calls.{form}")) == 0
    calls = json.loads((office.folder / "calls.json").read_text())["calls"]
    with (office.folder / "calls.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [call["user"] for call in calls] == [row["user"] for row in rows]
    assert {call["e164"] for call in calls} == {row["e164"] for row in rows} == {"+498999123"}
    assert calls[0]["began"] == "1970-01-01T00:16:40+00:00"
    assert stat.S_IMODE((office.folder / "calls.csv").stat().st_mode) == 0o600


def test_what_is_deleted_can_be_written_first(office: Office) -> None:
    output = office.folder / "gone.json"
    assert office.run("purge", "--user", "jonas", "-o", str(output)) == 0
    assert len(json.loads(output.read_text())["calls"]) == 1
    assert office.left() == {"anna": 4}


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["export", "--number", "nobody", "-o", "{folder}/x.json"], 2, "there are no digits in it"),
        (["export", "--user", "anna", "-o", "{folder}/x.txt"], 2, "must end in .json or .csv"),
        (["purge", "--user", "anna", "-o", "{folder}/journal.csv"], 2, "nothing is overwritten"),
        (["export", "--user", "anna", "-o", "{folder}/no/x.csv"], 1, "No such file or directory"),
    ],
)
def test_what_cannot_be_done_is_told_and_deletes_nothing(
    office: Office, arguments: list[str], code: int, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (office.folder / "journal.csv").touch()
    assert office.run(*(each.format(folder=office.folder) for each in arguments)) == code
    assert words in capsys.readouterr().err
    assert office.left() == {"anna": 4, "jonas": 1}


def test_a_mistyped_path_is_no_empty_journal(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    office.settings.write_text(office.settings.read_text().replace("journal.db", "jurnal.db"))
    assert office.run("purge", "--user", "anna") == 1
    assert f"there is no {office.folder}/jurnal.db" in capsys.readouterr().err
    assert not (office.folder / "jurnal.db").exists()


@pytest.mark.parametrize(
    "arguments", [["purge"], ["purge", "--user", "anna", "--number", "1"], ["export", "--user", "a"]]
)
def test_a_command_that_says_too_little_or_too_much(office: Office, arguments: list[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        office.run(*arguments)


def test_a_private_call_holds_no_number_to_be_found_by(office: Office) -> None:
    anna = office.world.browser("anna")
    oldest = anna.get("/api/journal").json["entries"][-1]["id"]
    anna.post(f"/api/journal/{oldest}/private")
    assert office.run("purge", "--number", "089 99123") == 0
    assert office.left() == {"anna": 4}
    with sqlite3.connect(office.folder / "journal.db") as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert b"99123" not in b"".join(path.read_bytes() for path in office.folder.glob("journal.db*"))
