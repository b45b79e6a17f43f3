"""The format: what is written is read, and a damaged line costs nothing but itself."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from csta.apdu import Frame
from csta.recorder import files, trace
from csta.recorder.writer import Recorder, TraceFile, TraceMemory
from csta.session import Role

STARTED = datetime(2026, 3, 2, 9, tzinfo=UTC)
HEADER = trace.Header(started=STARTED)
LINK = trace.Link(link=1, t=0.0, name="tcp:pbx:8800", protocol="asn1", framing="length")
RELEASE = Frame(bytes.fromhex("6200"))


def said(t: float, frame: Frame = RELEASE) -> trace.Message:
    return trace.message(1, t, Role.SWITCHING, frame)


@given(payload=st.binary(min_size=1, max_size=60), invoke_id=st.none() | st.integers(0, 9999))
def test_any_frame_comes_back(payload: bytes, invoke_id: int | None) -> None:
    frame = Frame(payload, invoke_id)
    lines = [trace.encode(each) for each in (HEADER, LINK, said(1.5, frame))]
    *_, read = trace.read(lines)
    assert isinstance(read, trace.Message)
    assert read.frame == frame


def test_the_lines_are_as_documented() -> None:
    xml = said(0.25, Frame(b"<SystemStatus/>", 7))
    assert [json.loads(trace.encode(each)) for each in (HEADER, LINK, said(1.0), xml)] == [
        {"type": "trace", "version": 1, "started": "2026-03-02T09:00:00Z", "redacted": False},
        {"type": "link", "link": 1, "t": 0.0, "name": "tcp:pbx:8800", "protocol": "asn1", "framing": "length"},
        {"type": "message", "link": 1, "t": 1.0, "sender": "switching", "hex": "6200"},
        {"type": "message", "link": 1, "t": 0.25, "sender": "switching", "id": 7, "xml": "<SystemStatus/>"},
    ]


BAD_LINES = [
    (b"{", "no line of a trace"),
    (b'{"type":"message","link":1,"t":1.0,"sender":"switching","hex":"620"}', "hex: "),
    (b'{"type":"message","link":1,"t":1.0,"sender":"switching"}', "a message has either hex or xml"),
    (b'{"type":"message","link":1,"t":1.0,"sender":"nobody","hex":"6200"}', "Invalid enum value 'nobody'"),
    (b'{"type":"message","link":4,"t":1.0,"sender":"switching","hex":"6200"}', "link 4 was not said before"),
    (b'{"type":"trace","version":2,"started":"2026-03-02T09:00:00Z"}', "format 2 is newer than 1"),
    (b"\xff\xfe", "no line of a trace"),
]


@pytest.mark.parametrize(("line", "reason"), BAD_LINES, ids=[reason for _, reason in BAD_LINES])
def test_a_damaged_line_is_told_with_its_place_and_the_others_are_read(line: bytes, reason: str) -> None:
    good = [trace.encode(each) for each in (HEADER, LINK, said(1.0))]
    *before, damage, after = trace.read([*good, line, trace.encode(said(2.0))], "a.jsonl")
    assert before == [HEADER, LINK, said(1.0)]
    assert isinstance(damage, trace.Damage)
    assert damage.where == "a.jsonl:4"
    assert reason in damage.reason
    assert after == said(2.0)


def test_a_kind_of_line_that_is_news_is_passed_over() -> None:
    lines = [trace.encode(HEADER), b'{"type":"weather","sky":"blue"}\n', trace.encode(LINK)]
    assert list(trace.read(lines)) == [HEADER, LINK]


def test_a_trace_without_its_header_is_told_and_read() -> None:
    damage, link = trace.read([trace.encode(LINK)])
    assert isinstance(damage, trace.Damage)
    assert "does not begin with its header" in damage.reason
    assert link == LINK


def test_a_line_that_never_ends_is_not_kept(tmp_path: Path) -> None:
    path = tmp_path / "long.jsonl"
    path.write_bytes(trace.encode(HEADER) + b"x" * (trace.LONGEST_LINE + 5) + b"\n" + trace.encode(LINK))
    header, *damages, link = files.read(path)
    assert header == HEADER
    assert [str(each).partition(": ")[0] for each in damages if isinstance(each, trace.Damage)] == [
        "long.jsonl:2",
        "long.jsonl:3",
    ]
    assert link == LINK


def recorder(path: Path, **limits: int) -> Recorder:
    return Recorder(TraceFile(path, **limits), STARTED, 100.0)


def test_every_line_is_in_the_file_before_anything_is_closed(tmp_path: Path) -> None:
    path = tmp_path / "trace.jsonl"
    recording = recorder(path)
    number = recording.begin(LINK, 100.5)
    recording.message(number, Role.SWITCHING, RELEASE, 101.25)
    assert list(files.read(path)) == [HEADER, trace.Link(**{**LINK_FIELDS, "t": 0.5}), said(1.25)]
    recording.close()


LINK_FIELDS = {name: getattr(LINK, name) for name in LINK.__struct_fields__}


def test_a_line_cut_off_by_a_crash_costs_itself_only(tmp_path: Path) -> None:
    path = tmp_path / "trace.jsonl"
    recording = recorder(path)
    number = recording.begin(LINK, 100.0)
    for t in (101.0, 102.0):
        recording.message(number, Role.SWITCHING, RELEASE, t)
    path.write_bytes(path.read_bytes()[:-9])
    *kept, damage = files.read(path)
    assert kept == [HEADER, LINK, said(1.0)]
    assert isinstance(damage, trace.Damage)


def test_files_rotate_take_bounded_room_and_can_be_read_alone_or_together(tmp_path: Path) -> None:
    path = tmp_path / "trace.jsonl"
    recording = recorder(path, limit=1000, files=3)
    number = recording.begin(LINK, 100.0)
    for t in range(60):
        recording.message(number, Role.SWITCHING, RELEASE, 100.0 + t)
    recording.close()
    parts = [tmp_path / name for name in ("trace.2.jsonl", "trace.1.jsonl", "trace.jsonl")]
    assert sorted(tmp_path.iterdir()) == sorted(parts)
    assert all(part.stat().st_size < 1100 for part in parts)
    for part in parts:
        header, link, *messages = files.read(part)
        assert (header, link) == (HEADER, LINK)
        assert messages
    times = [entry.t for entry in files.read(*parts) if isinstance(entry, trace.Message)]
    assert times == [float(t) for t in range(60 - len(times), 60)]


def test_a_file_that_is_there_is_kept_as_the_one_before(tmp_path: Path) -> None:
    path = tmp_path / "trace.jsonl"
    path.write_text("yesterday\n")
    recorder(path).close()
    assert (tmp_path / "trace.1.jsonl").read_text() == "yesterday\n"


def test_only_its_owner_reads_a_trace(tmp_path: Path) -> None:
    path = tmp_path / "trace.jsonl"
    recorder(path).close()
    assert path.stat().st_mode & 0o077 == 0


def test_a_full_disk_ends_the_recording_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: TraceFile, line: bytes) -> None:
        raise OSError(28, "No space left on device")

    recording = recorder(tmp_path / "trace.jsonl")
    monkeypatch.setattr(TraceFile, "write", full)
    recording.message(1, Role.SWITCHING, RELEASE, 101.0)
    recording.message(1, Role.SWITCHING, RELEASE, 102.0)
    assert recording.failure is not None


def test_the_end_of_a_trace_is_a_trace_with_the_links_it_is_of() -> None:
    first, second, third = (replace(LINK, link=number) for number in (1, 2, 3))
    early, late = said(1.0), replace(said(2.0), link=2)
    end, last = trace.End(link=1, t=3.0), replace(said(5.0), link=3)
    entries: list[trace.Entry] = [HEADER, first, second, early, late, end, third, last]
    assert trace.last(entries, 2) == [HEADER, first, second, late, end, third, last]


def test_a_link_said_again_where_a_part_begins_is_said_once_at_the_end_of_a_trace() -> None:
    entries: list[trace.Entry] = [HEADER, LINK, said(1.0), HEADER, LINK, said(2.0)]
    assert trace.last(entries, 9) == [HEADER, LINK, said(1.0), said(2.0)]


def test_memory_keeps_the_last_messages_and_takes_bounded_room() -> None:
    memory = TraceMemory(limit=2000)
    kept = Recorder(memory, STARTED, 0.0)
    kept.begin(LINK, 0.0)
    for number in range(1000):
        kept.message(1, Role.SWITCHING, RELEASE, float(number))
        assert sum(map(len, memory)) < 2 * 2000 + 500
    found = trace.last((entry for entry in trace.read(memory) if not isinstance(entry, trace.Damage)), 20)
    assert found == [HEADER, LINK, *(said(float(number)) for number in range(980, 1000))]
    kept.close()
    kept.message(1, Role.SWITCHING, RELEASE, 1000.0)
    assert list(memory)[-1] == trace.encode(said(999.0))
