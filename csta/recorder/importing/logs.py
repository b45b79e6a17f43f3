"""Messages in text: logs of frames, hex dumps, and lists of messages as JSON lines."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from csta.apdu import Frame
from csta.recorder import trace
from csta.recorder.importing import links
from csta.recorder.importing.cutting import Cutter, Skipped
from csta.recorder.importing.links import Found, Passed
from csta.recorder.trace import Damage

_PAIRS = "(?:[0-9A-Fa-f]{2})"
_DUMPED = rf"(?:{_PAIRS}{{1,16}}[ -]{{1,2}}){{0,15}}{_PAIRS}{{1,16}}"
_DUMP = re.compile(rf"^\W{{0,3}}(?:0x)?([0-9A-Fa-f]{{4,8}})[:\s]\s*({_DUMPED})(?:\s{{2,}}.*|\s*\|.*)?$")
_RUN = re.compile(rf"(?:0x)?({_PAIRS}(?:[ :-]?{_PAIRS})*)")
"""Hexadecimal digits in pairs, as many as there are: each place of a line is looked at once, however long it is."""
_FEWEST_OCTETS = 4
_TIME = re.compile(
    r"(?<![\w:])(?:(\d{4}-\d\d-\d\d)[T ])?(\d\d):(\d\d):(\d\d(?:[.,]\d+)?)(?!:?[0-9A-Fa-f]{2}\b)|^\s*(\d+\.\d+)(?=\s)"
)
_RECEIVED = re.compile(r"<-|<=|←|\b(?:rx|recv|received?|in|incoming|from (?:pbx|switch))\b", re.IGNORECASE)
_SENT = re.compile(r"->|=>|→|\b(?:tx|send|sent|out|outgoing|to (?:pbx|switch))\b", re.IGNORECASE)
_ROOT = re.compile(r"<(?![?!])([\w:.-]+)[^<>]*?(/?)>")

DOCUMENT_LINES = (1, 50, 2000)
"""Lines a document in a log is looked for in: in few first."""


class Logged(NamedTuple):
    """One message of a log, as it stands there.

    :param side: ``sent``, ``received``, or empty where the log does not say.
    """

    line: int
    t: float | None
    side: str
    octets: bytes
    protocol: str = ""


def load(path: Path) -> Iterator[trace.Entry | Damage]:
    """The messages of a text file; each wire is a link.

    :raises OSError: it cannot be read.
    """
    lines = path.read_text("utf-8", "replace").splitlines()
    is_json = next((line.lstrip().startswith("{") for line in lines if line.strip()), False)
    reading = _Reading(path.name)
    for logged in _json(lines, path.name) if is_json else _text(lines):
        reading.take(logged)
    yield from reading.finish()


class _Reading:
    """Puts messages to links: one for each wire and framing."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._links: dict[str, Found] = {}
        self._damages: list[Damage] = []
        self._t = 0.0

    def take(self, logged: Logged | Damage) -> None:
        if isinstance(logged, Damage):
            self._damages.append(logged)
            return
        self._t = logged.t if logged.t is not None else self._t
        cutter = Cutter()
        found: list[Frame | Skipped] = []
        if logged.octets.lstrip()[:1] == b"<" or logged.protocol == "xml-bare":
            found = [Frame(logged.octets)]
            framing = "xml-tcp"
        else:
            found = [*cutter.feed(logged.octets), *cutter.lose(0, "no whole message")]
            framing = next((kind.name for kind in cutter.kinds), "none")
        self._note(logged, found, framing)

    def _note(self, logged: Logged, found: list[Frame | Skipped], framing: str) -> None:
        for what in found:
            if isinstance(what, Skipped):
                self._damages.append(Damage(f"{self._name}:{logged.line}", f"{what.octets} octets: {what.reason}"))
        frames = [what for what in found if isinstance(what, Frame)]
        if frames:
            link = self._links.setdefault(framing, Found(self._name, framing))
            link.passed += [Passed(self._t, logged.side, frame) for frame in frames]

    def finish(self) -> Iterator[trace.Entry | Damage]:
        yield from links.entries(self._links.values())
        yield from self._damages


def _json(lines: Iterable[str], name: str) -> Iterator[Logged | Damage]:
    """Lines like ``{"protocol": "asn1", "hex": "…"}`` or ``{"xml": "…"}``."""
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row: dict[str, Any] = msgspec.json.decode(line, type=dict[str, Any])
            octets = row["xml"].encode() if "xml" in row else bytes.fromhex(row["hex"])
        except (msgspec.MsgspecError, KeyError, ValueError, TypeError, AttributeError) as error:
            yield Damage(f"{name}:{number}", f"no message: {error}")
            continue
        yield Logged(number, None, "", octets, str(row.get("protocol", "")))


def _text(lines: list[str]) -> Iterator[Logged]:
    """The messages of a log or a hex dump."""
    place = 0
    t: float | None = None
    side = ""
    while place < len(lines):
        line = lines[place]
        octets, end = _dump(lines, place)
        if not octets:
            t = _time(line) if _TIME.search(line) else t
            side = _side(line) or ("" if line.strip() else side)
            octets, end = _message(lines, place)
        if octets:
            yield Logged(place + 1, t, side, octets)
        place = end


def _dump(lines: list[str], place: int) -> tuple[bytes, int]:
    """Octets of a hex dump that begins at a line (offset, octets, characters), and the line after it."""
    octets = bytearray()
    while place < len(lines):
        found = _DUMP.match(lines[place])
        if found is None or int(found[1], 16) != len(octets):
            break
        octets += bytes.fromhex(re.sub(r"[ -]", "", found[2]))
        place += 1
    return bytes(octets), place


def _message(lines: list[str], place: int) -> tuple[bytes, int]:
    """The message in a line, XML over several, and the line after it."""
    line = lines[place]
    start = line.find("<?xml")
    root = _ROOT.search(line, max(start, 0)) if start >= 0 or re.search(r"<[A-Za-z]", line) else None
    if start >= 0 or root is not None:
        return _document(lines, place, start if start >= 0 or root is None else root.start())
    return _octets(_TIME.sub("", line)), place + 1


def _octets(line: str) -> bytes:
    """The first run of octets in a line that stands alone, empty for none."""
    for run in _RUN.finditer(line):
        octets = bytes.fromhex(re.sub(r"[ :-]", "", run[1]))
        around = line[max(0, run.start() - 1) : run.start()] + line[run.end() : run.end() + 1]
        if len(octets) >= _FEWEST_OCTETS and not re.search(r"[\w.]", around):
            return octets
    return b""


def _document(lines: list[str], place: int, start: int) -> tuple[bytes, int]:
    """An XML document from its start to the end of its root, and the line after it; nothing when that does not come."""
    for count in DOCUMENT_LINES:
        text = "\n".join(lines[place : place + count])[start:]
        if end := _end_of_root(text):
            return text[:end].encode(), place + 1 + text.count("\n", 0, end)
    return b"", place + 1


def _end_of_root(text: str) -> int:
    """Where the root element of a document ends, 0 when it does not."""
    root = _ROOT.search(text)
    if root is None or root[2]:
        return 0 if root is None else root.end()
    closing = f"</{root[1]}>"
    at = text.find(closing, root.end())
    return at + len(closing) if at >= 0 else 0


def _time(line: str) -> float | None:
    """Seconds: since 1970 where the date is there, else since midnight or as they stand."""
    found = _TIME.search(line)
    if found is None:
        return None
    if found[5] is not None:
        return float(found[5])
    seconds = int(found[2]) * 3600 + int(found[3]) * 60 + float(found[4].replace(",", "."))
    return seconds + _midnight(found[1])


def _midnight(date: str | None) -> float:
    """Seconds since 1970 when a day began; 0 for none, or for digits that are no date."""
    try:
        return datetime.fromisoformat(f"{date}T00:00:00+00:00").timestamp() if date is not None else 0.0
    except ValueError:
        return 0.0


def _side(line: str) -> str:
    if _RECEIVED.search(line):
        return "received"
    return "sent" if _SENT.search(line) else ""
