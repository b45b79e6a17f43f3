"""Traces in files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from csta.recorder import trace

FILES = 8
"""Files of a recording at most, unless somebody says otherwise."""


def part(path: Path, number: int) -> Path:
    """A file of a recording: ``trace.jsonl`` is the newest, then ``trace.1.jsonl``, the older the higher."""
    return path.with_name(f"{path.stem}.{number}{path.suffix}") if number else path


def parts(path: Path) -> list[Path]:
    """The files of a recording that are there, the oldest first. They may be of several traces: see :func:`latest`."""
    return [each for each in (part(path, number) for number in reversed(range(FILES))) if each.exists()]


def latest(path: Path) -> list[Path]:
    """The files of the trace that a recording began last, the oldest first.

    :raises OSError: a file cannot be read.
    """
    return beside(path, parts(path)[-1:])


def beside(path: Path, some: Iterable[Path]) -> list[Path]:
    """The files of a recording that are of the same trace as some of them, the oldest first.

    :raises OSError: a file cannot be read.
    """
    wanted = [next(read(each), None) for each in some]
    return [each for each in parts(path) if next(read(each), None) in wanted]


def read(*paths: str | Path) -> Iterator[trace.Entry | trace.Damage]:
    """The entries of a trace that stands in one file, or in several one after the other; never more than one line of
    them is in memory.

    :raises TraceError: the files are of different traces.
    :raises OSError: a file cannot be read.
    """
    header: trace.Header | None = None
    with ExitStack() as opened:  # all at once: who records may give them other names meanwhile
        for path, lines in [(path, opened.enter_context(open(path, "rb"))) for path in paths]:
            for entry in trace.read(iter(partial(lines.readline, trace.LONGEST_LINE + 1), b""), Path(path).name):
                if isinstance(entry, trace.Header):
                    if header is not None and entry.started != header.started:
                        raise trace.TraceError("another trace than the file before it; read each alone", str(path))
                    header = entry
                yield entry


def write(path: str | Path, entries: Iterable[trace.Entry]) -> None:
    """Write a whole trace."""
    with open(path, "wb") as file:
        file.writelines(trace.encode(entry) for entry in entries)
