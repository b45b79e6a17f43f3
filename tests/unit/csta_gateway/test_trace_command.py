"""``csta-gateway trace``: what ``record`` has kept of the links."""

from __future__ import annotations

import io
import json
import stat
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from csta.apdu import Frame
from csta.cli import main as csta
from csta.recorder import files, trace
from csta.recorder.writer import Recorder, TraceFile
from csta.session import Role
from csta_gateway import audit
from csta_gateway.cli import main

SETTINGS = """\
[[links]]
name = "HQ"
endpoint = "tcp:127.0.0.1:9"
record = "{folder}/hq.jsonl"
[[links]]
name = "Branch"
endpoint = "tcp:127.0.0.1:9"
[[tapi]]
name = "Desk"
[[sources]]
name = "crm"
type = "sql"
url = "sqlite://"
[users]
source = "crm"
[audit]
folder = "{folder}/audit"
"""
BEGAN = datetime(2026, 11, 29, 10, tzinfo=UTC)
LINK = trace.Link(link=0, t=0.0, name="HQ", protocol="xml", framing="length", dialect="generic-xml")


class Office:
    """A gateway's settings, what it has recorded, and the command beside it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / "hq.jsonl"
        self.settings = folder / "gateway.toml"
        self.settings.write_text(SETTINGS.format(folder=folder))

    def record(self, messages: Iterable[int], *, limit: int = 1 << 20, began: datetime = BEGAN) -> Recorder:
        """A message a second, as a gateway that goes on running has written them."""
        recorder = Recorder(TraceFile(self.path, limit), began, 0.0)
        link = recorder.begin(LINK, 0.0)
        for number in messages:
            recorder.message(link, Role.SWITCHING, Frame(f"<n>{number}</n>".encode(), 9999), float(number))
        return recorder

    def run(self, *arguments: str) -> int:
        return main(["trace", *arguments, "--config", str(self.settings)])

    def audited(self) -> list[dict[str, object]]:
        return [json.loads(line) for path in audit.files(self.folder / "audit") for line in path.open()]


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path)


def texts(lines: str) -> list[str]:
    return [entry.xml for entry in trace.read(lines.encode().splitlines()) if isinstance(entry, trace.Message)]


def test_the_list_says_which_files_there_are_and_of_when(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    office.record([1, 60], began=BEGAN - timedelta(days=1)).close()
    office.record([]).close()
    office.record([2, 3, 4], began=BEGAN)
    assert office.run("list") == 0
    rows = [line.split("\t") for line in capsys.readouterr().out.splitlines()]
    names = ["hq.2.jsonl", "hq.1.jsonl", "hq.jsonl"]
    assert [row[:3] for row in rows] == [
        ["HQ", str(office.folder / name), str((office.folder / name).stat().st_size)] for name in names
    ]
    assert [row[3:] for row in rows] == [
        ["2026-11-28T10:00:01+00:00", "2026-11-28T10:01:00+00:00"],
        ["no messages"],
        ["2026-11-29T10:00:02+00:00", "2026-11-29T10:00:04+00:00"],
    ]


@pytest.mark.parametrize(
    ("wish", "first"), [((), 0), (("--messages", "3"), 17), (("--messages", "99"), 0)], ids=["all", "last", "too-many"]
)
def test_the_last_recording_is_shown_from_all_its_files(
    office: Office, capsys: pytest.CaptureFixture[str], wish: tuple[str, ...], first: int
) -> None:
    office.record([77], began=BEGAN - timedelta(days=1)).close()
    office.record(range(20), limit=600)
    assert len(files.latest(office.path)) > 2
    assert office.run("show", "HQ", *wish) == 0
    assert texts(capsys.readouterr().out) == [f"<n>{number}</n>" for number in range(first, 20)]


@pytest.mark.parametrize("named", ["hq.1.jsonl", "{folder}/hq.2.jsonl"])
def test_an_earlier_recording_is_shown_from_all_its_files(
    office: Office, capsys: pytest.CaptureFixture[str], named: str
) -> None:
    office.record(range(6), limit=600, began=BEGAN - timedelta(days=1)).close()
    before = len(files.parts(office.path))
    office.record([77]).close()
    assert len(files.latest(office.path)) == 1 < before
    assert office.run("show", "HQ", "--file", named.format(folder=office.folder)) == 0
    assert texts(capsys.readouterr().out) == [f"<n>{number}</n>" for number in range(6)]


def test_a_file_the_link_does_not_have(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    office.record([1]).close()
    assert office.run("show", "HQ", "--file", "other.jsonl") == 2
    assert "--file other.jsonl: the link has no such file; `csta-gateway trace list`" in capsys.readouterr().err
    assert office.audited() == []


def test_a_recorder_that_rotates_meanwhile_takes_nothing_away(office: Office) -> None:
    recorder = office.record(range(10), limit=600)
    before = files.latest(office.path)
    reading = files.read(*before)
    entries = [next(reading)]
    for number in range(10, 20):
        recorder.message(1, Role.SWITCHING, Frame(f"<n>{number}</n>".encode(), 9999), float(number))
    assert len(files.latest(office.path)) > len(before)
    told = [entry.xml for entry in [*entries, *reading] if isinstance(entry, trace.Message)]
    assert told[:10] == [f"<n>{number}</n>" for number in range(10)]


def test_what_is_exported_is_its_owners_alone_and_can_be_drawn(
    office: Office, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SUDO_USER", "petra")
    office.record([1, 2, 3])
    output = office.folder / "out.jsonl"
    assert office.run("export", "HQ", "--messages", "2", "-o", str(output)) == 0
    words = capsys.readouterr()
    assert (words.out, "written, with numbers and names" in words.err) == ("", True)
    assert texts(output.read_text()) == ["<n>2</n>", "<n>3</n>"]
    assert stat.S_IMODE(output.stat().st_mode) == 0o600
    assert csta(["chart", str(output)]) == 0
    (line,) = office.audited()
    known = {"event": "trace_downloaded", "user": "petra", "link": "HQ", "messages": 2, "by": "command"}
    assert line.items() >= known.items()


def test_nothing_is_overwritten(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    office.record([1])
    assert office.run("export", "HQ", "-o", str(office.settings)) == 2
    assert "nothing is overwritten" in capsys.readouterr().err
    assert office.audited() == []


def test_a_line_that_is_damaged_is_told_and_the_others_are_shown(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    office.record([1, 2])
    with office.path.open("ab") as file:
        file.write(b'{"type":"mess')
    assert office.run("show", "HQ") == 1
    out, err = capsys.readouterr()
    assert texts(out) == ["<n>1</n>", "<n>2</n>"]
    assert "csta-gateway: hq.jsonl:5: no line of a trace" in err
    assert office.run("list") == 1


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["show", "Branch"], 1, 'link Branch is not recorded; set `record = "trace.jsonl"` in [[links]] and reload'),
        (["show", "Desk"], 1, "link Desk is Windows Telephony, which has no messages to record"),
        (["show", "Moon"], 2, "there is no link 'Moon'; the settings have: HQ, Branch, Desk"),
        (["show", "HQ"], 1, "link HQ, record: there is no /"),
        (["list"], 1, "link HQ, record: there is no /"),
        (["export", "HQ", "-o", "/nowhere/out.jsonl"], 1, "link HQ, record: there is no /"),
    ],
    ids=["not-recorded", "telephony", "no-link", "no-file", "no-file-to-list", "no-file-to-export"],
)
def test_what_cannot_be_shown_and_why(
    office: Office, capsys: pytest.CaptureFixture[str], arguments: list[str], code: int, words: str
) -> None:
    assert office.run(*arguments) == code
    out, err = capsys.readouterr()
    assert (out, words in err) == ("", True)
    assert office.audited() == []


def test_a_file_that_cannot_be_written_is_told(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    office.record([1])
    assert office.run("export", "HQ", "-o", str(office.folder / "nowhere" / "x.jsonl")) == 1
    assert "x.jsonl: No such file or directory" in capsys.readouterr().err


def test_links_none_of_which_is_recorded(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    office.settings.write_text(office.settings.read_text().replace("record =", "# record ="))
    assert office.run("list") == 1
    assert "no link is recorded; set `record" in capsys.readouterr().err


class Gone(io.RawIOBase):
    """A pipe whose reader has gone."""

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        raise BrokenPipeError


def test_a_reader_that_has_seen_enough_is_no_mistake(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    office.record([1])
    monkeypatch.setattr("sys.stdout", io.TextIOWrapper(io.BufferedWriter(Gone(), 1)))
    monkeypatch.setattr("sys.stderr", io.StringIO())
    assert office.run("show", "HQ") == 0


@pytest.mark.parametrize("wrong", ["0", "-1", "x", "1" * 10])
def test_a_number_of_messages_that_makes_no_sense(
    office: Office, capsys: pytest.CaptureFixture[str], wrong: str
) -> None:
    with pytest.raises(SystemExit):
        office.run("show", "HQ", f"--messages={wrong}")
    assert "must be a number from 1 to 999999999" in capsys.readouterr().err
