"""The audit log: what is written, and that a change of it shows."""

from __future__ import annotations

import json
import os
import re
import stat
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from twisted.internet.task import Clock

from csta_gateway.audit import BEGINNING, AuditLog, files, hashed, verify
from csta_gateway.cli import main
from csta_gateway.config import Audit

if TYPE_CHECKING:
    from tests.unit.csta_gateway.conftest import World

DAY = 86_400
NOW = 1_795_910_400
"""Noon (UTC) of a day in November."""


class Book:
    """An audit log and the folder it is in."""

    def __init__(self, folder: Path, keep_days: int = 0) -> None:
        self.folder = folder / "audit"
        self.clock = Clock()
        self.clock.advance(NOW)
        self.log = AuditLog(Audit(folder=str(self.folder), keep_days=keep_days), self.clock.seconds)

    def write(self, count: int = 1) -> None:
        for number in range(count):
            self.log.write("login", f"user{number}", address="192.0.2.7")

    @property
    def lines(self) -> list[bytes]:
        return [line for path in files(self.folder) for line in path.read_bytes().splitlines()]


@pytest.fixture
def book(tmp_path: Path) -> Book:
    return Book(tmp_path)


def test_each_line_carries_the_hash_of_the_one_before(book: Book) -> None:
    book.write(3)
    first, second, third = book.lines
    assert json.loads(first) == {
        "ts": "2026-11-29T00:00:00Z",
        "event": "login",
        "user": "user0",
        "address": "192.0.2.7",
        "previous": BEGINNING,
    }
    assert json.loads(second)["previous"] == hashed(first)
    assert verify(book.folder) == (3, hashed(third), ())


def test_every_day_has_a_file_that_follows_the_one_before(book: Book) -> None:
    book.write(2)
    book.clock.advance(2 * DAY)
    book.write()
    assert [path.name for path in files(book.folder)] == ["audit-2026-11-29.jsonl", "audit-2026-12-01.jsonl"]
    assert json.loads(book.lines[2])["previous"] == hashed(book.lines[1])
    assert not verify(book.folder).problems


def test_it_is_its_owners_alone(book: Book) -> None:
    book.write()
    assert stat.S_IMODE(book.folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(files(book.folder)[0].stat().st_mode) == 0o600


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root makes files for others")
def test_what_a_command_of_root_makes_is_the_gateways(tmp_path: Path) -> None:
    os.chown(tmp_path, 12345, 12345)
    book = Book(tmp_path)
    book.log.write("token_made", "root")
    assert {path.stat().st_uid for path in (book.folder, *files(book.folder))} == {12345}


def test_a_restart_and_a_command_beside_it_go_on_with_the_chain(book: Book, tmp_path: Path) -> None:
    book.write()
    beside = Book(tmp_path)
    for each in (beside, book, beside):
        each.write()
    assert verify(book.folder)[0::2] == (4, ())


def test_numbers_are_masked_and_extensions_are_not(book: Book) -> None:
    book.log.write("dial_refused", "anna", number="0900123456", reason="premium")
    book.log.write("forwarding_set", "anna", device="2001", destination=None)
    assert b"0900123456" not in book.lines[0]
    assert json.loads(book.lines[0])["number"] == "09001****"
    assert json.loads(book.lines[1])["device"] == "2001"


def test_files_that_are_old_enough_are_deleted(tmp_path: Path) -> None:
    book = Book(tmp_path, keep_days=2)
    for _ in range(5):
        book.write()
        book.clock.advance(DAY)
    assert [path.name[6:16] for path in files(book.folder)] == ["2026-12-01", "2026-12-02", "2026-12-03"]
    assert not verify(book.folder).problems


def test_a_line_that_cannot_be_written_stops_nobody(tmp_path: Path) -> None:
    (tmp_path / "audit").write_text("a file where the folder should be")
    Book(tmp_path).write()


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(position=st.integers(min_value=0), octet=st.integers(1, 255))
def test_a_change_of_any_octet_but_in_the_last_line_shows(book: Book, position: int, octet: int) -> None:
    if not book.folder.exists():
        book.write(4)
    (path,) = files(book.folder)
    whole = path.read_bytes()
    within = len(whole) - len(whole.splitlines()[-1]) - 1
    changed = bytearray(whole)
    changed[position % within] ^= octet
    path.write_bytes(changed)
    assert verify(book.folder).problems
    path.write_bytes(whole)


@pytest.mark.parametrize("taken", [0, 1, 2])
def test_a_line_taken_out_shows(book: Book, taken: int) -> None:
    book.write(4)
    (path,) = files(book.folder)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:taken] + lines[taken + 1 :]))
    assert len(verify(book.folder).problems) == (0 if taken == 0 else 1)


def command(book: Book, tmp_path: Path) -> int:
    config = tmp_path / "gateway.toml"
    config.write_text(
        '[[links]]\nname = "HQ"\nendpoint = "tcp:127.0.0.1:9"\n'
        '[[sources]]\nname = "crm"\ntype = "sql"\nurl = "sqlite://"\n'
        f'[users]\nsource = "crm"\n[audit]\nfolder = "{book.folder}"\n'
    )
    return main(["audit", "verify", "--config", str(config)])


def test_the_command_says_what_is_wrong_and_where(
    book: Book, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command(book, tmp_path) == 1
    assert "there is no audit log in" in capsys.readouterr().err
    book.write(3)
    assert command(book, tmp_path) == 0
    assert capsys.readouterr().out == f"3 lines, 0 problems, last {hashed(book.lines[-1])}\n"
    (path,) = files(book.folder)
    path.write_bytes(path.read_bytes().replace(b"user1", b"user9"))
    assert command(book, tmp_path) == 1
    assert re.search(rf"^{path}:3: does not follow the line before it", capsys.readouterr().out, re.MULTILINE)


def test_log_ins_and_log_outs_are_written(world: World) -> None:
    browser = world.browser("anna")
    browser.log_in("anna", "wrong")
    browser.post("/api/logout")
    assert [(line["event"], line["user"], line.get("address")) for line in world.audited()] == [
        ("login", "anna", "127.0.0.1"),
        ("login_failed", "anna", "127.0.0.1"),
        ("logout", "anna", None),
    ]


def test_forwarding_and_traces_are_written(world: World) -> None:
    world.browser("anna").put(
        "/api/devices/2001/forwarding", {"type": "forwardImmediate", "destination": "030 1234567"}
    )
    world.browser("chef").send("GET /api/links/HQ/trace", {})
    _, forwarding, _, trace = world.audited()
    assert (forwarding["event"], forwarding["device"], forwarding["kind"]) == (
        "forwarding_set",
        "2001",
        "forwardImmediate",
    )
    assert "1234567" not in forwarding["destination"]
    assert (trace["event"], trace["user"], trace["link"]) == ("trace_downloaded", "chef", "HQ")
