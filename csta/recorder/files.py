"""Traces in files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path

from csta.recorder import trace


def read(*paths: str | Path) -> Iterator[trace.Entry | trace.Damage]:
    """The entries of a trace that stands in one file, or in several one after the other; never more than one line of
    them is in memory.

    :raises TraceError: the files are of different traces.
    :raises OSError: a file cannot be read.
    """
    header: trace.Header | None = None
    for path in paths:
        with open(path, "rb") as lines:
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
