"""Compares what happened to the calls of a trace with what is expected."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from difflib import SequenceMatcher
from pathlib import Path

from csta.recorder import files
from csta.recorder.dialogue import follow
from csta.recorder.story import story
from csta.recorder.trace import Damage, Entry

Trace = str | Path | Iterable[Entry | Damage]

update = False
"""Whether expectations are written instead of compared; ``pytest --csta-update`` sets it."""

WIDTH = 66


def assert_calls(trace: Trace, expected: str | Path | None = None) -> None:
    """Assert that a trace tells the expected story.

    :param trace: a trace file, or the entries of a trace.
    :param expected: the story as text, one line for each thing that happened (see :mod:`csta.recorder.story`; how
        wide its columns are and lines that begin with ``#`` do not matter), or the path of a file with it. The trace
        file's name with the suffix ``.calls`` where left out. ``pytest --csta-update`` writes that file.
    :raises AssertionError: it tells another one; both are shown side by side.
    """
    __tracebackhide__ = True
    told = list(story(follow(files.read(trace) if isinstance(trace, str | Path) else trace)))
    wanted, file = _expectation(trace, expected)
    if update and file is not None:
        file.write_text("".join(f"{line}\n" for line in told), "utf-8")
    elif [_plain(line) for line in told] != [_plain(line) for line in wanted]:
        raise AssertionError(_difference(wanted, told, file))


def _expectation(trace: Trace, expected: str | Path | None) -> tuple[list[str], Path | None]:
    """The expected lines, and the file they stand in."""
    if isinstance(expected, str):
        return _lines(textwrap.dedent(expected)), None
    if expected is None and not isinstance(trace, str | Path):
        raise TypeError("assert_calls needs an expectation for a trace that is no file")
    file = expected or Path(str(trace)).with_suffix(".calls")
    if not file.exists():
        if update:
            return [], file
        raise AssertionError(f"there is no expectation {file}; write it with pytest --csta-update")
    return _lines(file.read_text("utf-8")), file


def _lines(text: str) -> list[str]:
    return [line.rstrip() for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]


def _plain(line: str) -> str:
    return " ".join(line.split())


def _difference(wanted: list[str], told: list[str], file: Path | None) -> str:
    """Both side by side; the first difference is marked with ``>``, the others with ``|``."""
    rows = [f"the calls went another way (> marks where)\n\n  {'expected':{WIDTH}}  {'happened'}"]
    mark = ">"
    matcher = SequenceMatcher(None, [_plain(line) for line in wanted], [_plain(line) for line in told], False)
    for kind, left, left_end, right, right_end in matcher.get_opcodes():
        for place in range(max(left_end - left, right_end - right)):
            expected = wanted[left + place] if left + place < left_end else ""
            happened = told[right + place] if right + place < right_end else ""
            rows.append(f"{' ' if kind == 'equal' else mark} {expected:{WIDTH}}  {happened}".rstrip())
            if kind != "equal":
                mark = "|"
    accept = f"\n\nIf it is right as it happened: pytest --csta-update writes {file}." if file is not None else ""
    return "\n".join(rows) + accept
