"""``csta record``, ``csta replay`` and ``csta chart`` by their command line; two of them talk on a real socket."""

from __future__ import annotations

import re
import signal
from pathlib import Path

import pytest

from csta.cli import main
from csta.recorder import files, trace
from csta.session import Role
from tests.traces.scenarios import TRACES
from tests.unit.cli.conftest import run, start, until

CAPTURES = TRACES.parent / "captures"
TRANSFER = str(TRACES / "transfer.jsonl")


def damaged(tmp_path: Path) -> Path:
    """A trace with a line in its middle cut short."""
    lines = Path(TRANSFER).read_bytes().splitlines(keepends=True)
    lines[9] = lines[9][:40] + b"\n"
    path = tmp_path / "damaged.jsonl"
    path.write_bytes(b"".join(lines))
    return path


def messages(path: Path) -> int:
    return sum(isinstance(entry, trace.Message) for entry in files.read(path))


# csta record


@pytest.mark.parametrize("kind", ["pcap", "pcapng"])
def test_a_capture_becomes_a_trace(tmp_path: Path, capsys: pytest.CaptureFixture[str], kind: str) -> None:
    path = tmp_path / "trace.jsonl"
    assert main(["record", str(CAPTURES / f"loopback.{kind}"), "-o", str(path)]) == 0
    told = capsys.readouterr().err
    counted = [int(number) for number in re.findall(r"(\d+) messages", told)]
    assert sum(counted) == messages(path) > 0
    assert {"asn1", "xml"} == set(re.findall(r"asn1|xml(?=,)", told))


def test_a_log_becomes_a_trace(tmp_path: Path) -> None:
    said = [entry for entry in files.read(TRACES / "incoming.jsonl") if isinstance(entry, trace.Message)]
    log, path = tmp_path / "link.log", tmp_path / "trace.jsonl"
    arrows = {Role.COMPUTING: "->", Role.SWITCHING: "<-"}
    log.write_text("".join(f"2026-03-02 12:00:{each.t:06.3f} {arrows[each.sender]} {each.hex}\n" for each in said))
    assert main(["record", str(log), "-o", str(path)]) == 0
    found = [entry for entry in files.read(path) if isinstance(entry, trace.Message)]
    assert [(each.hex, each.sender, each.t) for each in found] == [(each.hex, each.sender, each.t) for each in said]


def test_pseudonyms_are_the_same_under_the_same_key(tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_bytes(b"0123456789abcdef")
    made = []
    for number in range(2):
        path = tmp_path / f"{number}.jsonl"
        assert main(["record", TRANSFER, "-o", str(path), "--redact", "--key-file", str(key)]) == 0
        made.append(path.read_text())
    assert made[0] == made[1]
    assert '"redacted":true' in made[0]
    assert "0891234567" in Path(TRANSFER).read_text()
    assert "0891234567" not in made[0]


def test_what_cannot_be_used_is_said_with_its_line_and_the_rest_is_used(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "mended.jsonl"
    assert main(["record", str(damaged(tmp_path)), "-o", str(path)]) == 1
    assert "csta: damaged.jsonl:10: no line of a trace" in capsys.readouterr().err
    assert messages(path) == messages(Path(TRANSFER)) - 1


def test_a_file_without_messages_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    nothing = tmp_path / "notes.txt"
    nothing.write_text("nothing happened today\n")
    assert main(["record", str(nothing), "-o", str(tmp_path / "trace.jsonl")]) == 1
    assert "no message of a CSTA link was found" in capsys.readouterr().err


def test_the_input_is_not_overwritten(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = damaged(tmp_path)
    before = path.read_bytes()
    assert main(["record", str(path), "-o", str(path)]) == 2
    assert "--output is the input" in capsys.readouterr().err
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    "arguments",
    [
        ["record", "nowhere.pcap", "-o", "{folder}/x.jsonl"],
        ["record", TRANSFER, "-o", "{folder}/nowhere/x.jsonl"],
        ["record", TRANSFER, "-o", "{folder}/x.jsonl", "--redact", "--key-file", "nowhere.key"],
        ["replay", "nowhere.jsonl"],
        ["replay", "--summary", "nowhere.jsonl"],
        ["chart", "nowhere.jsonl"],
        ["chart", TRANSFER, "-o", "{folder}/nowhere/x.svg"],
    ],
)
def test_a_file_that_cannot_be_opened_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    assert main([each.format(folder=tmp_path) for each in arguments]) == 1
    told = capsys.readouterr().err
    assert re.search(r"csta: .*nowhere\S*: No such file or directory\n", told)


# csta replay


def test_a_replay_tells_what_happened_to_the_calls(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["replay", TRANSFER]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) > 10
    assert all(re.match(r" *\d+\.\d{3}  \S", line) for line in lines)
    assert any("2002" in line and "transfer" in line for line in lines)


def test_a_summary_has_a_row_for_each_call(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["replay", "--summary", str(TRACES / "busy.jsonl")]) == 0
    head, *rows = capsys.readouterr().out.splitlines()
    assert head.split() == ["call", "began", "talked", "from", "to", "at", "result"]
    assert [row.split()[0] for row in rows] == [str(number) for number in range(1, len(rows) + 1)]
    assert "busy" in rows[-1]


def test_a_damaged_trace_is_replayed_as_far_as_it_goes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["replay", str(damaged(tmp_path))]) == 1
    out, err = capsys.readouterr()
    assert "damaged.jsonl:10" in err
    assert "transfer" in out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--speed", "0"], "'0' is no speed"),
        (["--speed", "quick"], "'quick' is no speed"),
        (["--serve", "tcp:0", "--against", "tcp:pbx:1"], "not allowed with"),
        (["--summary", "--serve", "tcp:0"], "not allowed with"),
    ],
)
def test_options_that_mean_nothing(capsys: pytest.CaptureFixture[str], arguments: list[str], words: str) -> None:
    assert main(["replay", *arguments, TRANSFER]) == 2
    assert words in capsys.readouterr().err


def without_events(name: str, folder: Path) -> Path:
    """An example trace in which the switch only answers: nobody waits for what does not come."""
    path = folder / "asked.jsonl"
    entries = [each for each in files.read(TRACES / f"{name}.jsonl") if not isinstance(each, trace.Damage)]
    files.write(path, (each for each in entries if not (isinstance(each, trace.Message) and "Event " in each.xml)))
    return path


def test_the_recorded_application_meets_the_recorded_switch_on_a_socket(tmp_path: Path) -> None:
    path = str(TRACES / "busy.jsonl")
    with start("-m", "csta.cli", "replay", "--serve", "tcp:0:interface=127.0.0.1", "--speed", "max", path) as switch:
        try:
            port = re.search(r"on port (\d+): protocol xml", until(switch, "listens")[-1])
            assert port is not None
            link = f"tcp:127.0.0.1:{port[1]}"
            same = run("-m", "csta.cli", "replay", "--against", link, path)
            other = run("-m", "csta.cli", "replay", "--against", link, str(without_events("outgoing", tmp_path)))
        finally:
            switch.send_signal(signal.SIGINT)
        told = switch.communicate(timeout=20)[1]
    assert (same.returncode, same.stdout) == (0, "")
    assert re.search(r"csta: \d\d requests asked, \d\d events as recorded, 0 differences", same.stderr)
    assert other.returncode == 1
    assert "message" in other.stdout
    assert "asked and not in the trace: " in told


def test_a_link_that_is_not_in_the_trace(link: str) -> None:
    ended = run("-m", "csta.cli", "replay", "--against", link, "--link", "7", TRANSFER)
    assert (ended.returncode, ended.stderr) == (1, "csta: the trace has no message of a link 7\n")


# csta chart


def test_a_chart_on_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["chart", TRANSFER]) == 0
    out = capsys.readouterr().out
    assert out.startswith("transfer – 2026-03-02 12:00:00 UTC")
    assert "ConsultationCall" in out


@pytest.mark.parametrize(("suffix", "begin"), [("html", "<!doctype html>"), ("svg", "<svg "), ("txt", "transfer – ")])
def test_a_chart_in_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str], suffix: str, begin: str) -> None:
    path = tmp_path / f"chart.{suffix}"
    assert main(["chart", TRANSFER, "-o", str(path)]) == 0
    assert path.read_text("utf-8").startswith(begin)
    assert capsys.readouterr() == ("", "")


def test_a_chart_of_a_part(capsys: pytest.CaptureFixture[str]) -> None:
    main(["chart", TRANSFER])
    whole = capsys.readouterr().out
    assert main(["chart", TRANSFER, "--call", "1", "--device", "2002", "--from", "0", "--to", "1000"]) == 0
    part = capsys.readouterr().out
    assert 5 < len(part.splitlines()) < len(whole.splitlines())
    assert "SystemRegister" not in part


def test_a_chart_of_a_damaged_trace_shows_the_place(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["chart", str(damaged(tmp_path))]) == 1
    assert "damaged.jsonl:10" in capsys.readouterr().out


def test_a_kind_of_picture_nobody_draws(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["chart", TRANSFER, "-o", "chart.png"]) == 2
    assert "its name must end in .html, .svg, .txt" in capsys.readouterr().err
