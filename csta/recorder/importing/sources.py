"""What kind of file it is, and who reads it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from csta.recorder import files, trace
from csta.recorder.importing import captures, logs
from csta.recorder.trace import Damage

_HEADER = b'{"type":"trace"'


def load(path: str | Path) -> Iterator[trace.Entry | Damage]:
    """The trace in a file: a capture, a log, a hex dump, a list of messages, or a trace as it is.

    :raises TraceError: it is a capture that cannot be read.
    :raises OSError: it cannot be read.
    """
    path = Path(path)
    with path.open("rb") as file:
        head = file.read(len(_HEADER))
    if head.startswith(captures.MAGIC):
        return captures.load(path)
    return files.read(path) if head.startswith(_HEADER) else logs.load(path)
