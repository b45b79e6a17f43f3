"""``csta-gateway trace``: the recordings of the links, as ``record`` in ``[[links]]`` keeps them.

It reads the files themselves, whether the gateway runs or not.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from csta.cli.exits import OK, WRONG, Trouble
from csta.recorder import files, trace
from csta_gateway.cli import audit
from csta_gateway.cli.probe import links
from csta_gateway.cli.settings import add_config, settings
from csta_gateway.config import Link
from csta_gateway.config_tapi import Tapi

if TYPE_CHECKING:
    from csta_gateway.cli.settings import Subparsers

ADVICE = 'set `record = "trace.jsonl"` in [[links]] and reload the gateway'


def add_parser(commands: Subparsers) -> None:
    """Say what the commands take."""
    parser = commands.add_parser("trace", help="what was recorded of the links, for `csta replay` and `csta chart`")
    below = parser.add_subparsers(required=True, metavar="COMMAND")
    shown = below.add_parser("list", help="show link, file, octets, first and last message of each recording")
    shown.set_defaults(command=_list)
    add_config(shown)
    show = below.add_parser("show", help="print a recording of a link, the last one unless --file names another")
    show.set_defaults(command=_show)
    export = below.add_parser("export", help="write it into a file")
    export.add_argument("-o", "--output", type=Path, required=True, metavar="FILE", help="a new .jsonl file")
    export.set_defaults(command=_export)
    for each in (show, export):
        each.add_argument("link", metavar="LINK", help="name of one of [[links]]")
        each.add_argument(
            "--file", metavar="FILE", help="one of those `list` shows: all of the recording it is part of"
        )
        each.add_argument("--messages", type=_count, metavar="N", help="only the last ones (default: all)")
        add_config(each)


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 9 and int(text)):
        raise argparse.ArgumentTypeError(f"{text}: must be a number from 1 to 999999999")
    return int(text)


def _list(options: argparse.Namespace) -> int:
    recorded = [link for link in settings(options).links if link.record is not None]
    if not recorded:
        raise Trouble("no link is recorded; " + ADVICE)
    reading = _Reading()
    for link in recorded:
        try:
            for path in _found(link, files.parts):
                entries = reading.entries([path])
                print("\t".join((link.name, str(path), str(path.stat().st_size), *_span(entries))))
        except Trouble as trouble:
            reading.tell(str(trouble))
    return reading.code


def _show(options: argparse.Namespace) -> int:
    reading = _Reading()
    sys.stdout.buffer.writelines(map(trace.encode, _recorded(options, reading)))
    return reading.code


def _export(options: argparse.Namespace) -> int:
    output: Path = options.output
    if output.exists():
        raise Trouble.usage(f"--output {output}: is there already; nothing is overwritten")
    reading = _Reading()
    entries = _recorded(options, reading)
    try:
        with os.fdopen(os.open(output, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.writelines(map(trace.encode, entries))
    except OSError as problem:
        raise Trouble(f"--output {output}: {problem.strerror}") from problem
    whose = "pseudonyms" if reading.redacted else "numbers and names; `csta record --redact` puts pseudonyms there"
    print(f"{output}: written, with {whose}", file=sys.stderr)
    return reading.code


def _recorded(options: argparse.Namespace, reading: _Reading) -> Iterable[trace.Entry]:
    """What the arguments ask for; the audit log says so."""
    config = settings(options)
    (link,) = links(config, options.link)
    entries = reading.entries(_found(link, files.latest if options.file is None else _recording_of(options.file)))
    audit.write(config, "trace_downloaded", link=link.name, messages=options.messages)
    return entries if options.messages is None else trace.last(entries, options.messages)


def _recording_of(name: str) -> Callable[[Path], list[Path]]:
    """Finds the files of the recording that one of them is part of."""

    def find(path: Path) -> list[Path]:
        known = [each for each in files.parts(path) if name in (str(each), each.name)]
        if not known:
            raise Trouble.usage(
                f"--file {name}: the link has no such file; `csta-gateway trace list` shows those it has"
            )
        return files.beside(path, known)

    return find


def _found(link: Link | Tapi, find: Callable[[Path], list[Path]]) -> list[Path]:
    """The files of a recording that ``find`` finds, of which there is at least one."""
    if isinstance(link, Tapi):
        raise Trouble(f"link {link.name} is Windows Telephony, which has no messages to record")
    if link.record is None:
        raise Trouble(f"link {link.name} is not recorded; {ADVICE}")
    path = Path(link.record)
    try:
        found = find(path)
    except OSError as problem:
        raise _unreadable(problem) from problem
    if not found:
        raise Trouble(
            f"link {link.name}, record: there is no {path.resolve()}, which a gateway with these settings makes when it"
            " starts; a path without / at its beginning counts from the folder the gateway is started in"
        )
    return found


class _Reading:
    """Reads recordings.

    :ivar code: how the command ends: a part that cannot be used has been told on standard error.
    :ivar redacted: whether pseudonyms stand for numbers and names in what was read.
    """

    def __init__(self) -> None:
        self.code = OK
        self.redacted = True

    def tell(self, words: str) -> None:
        """Something cannot be used."""
        self.code = WRONG
        print(f"csta-gateway: {words}", file=sys.stderr)

    def entries(self, paths: Sequence[Path]) -> Iterator[trace.Entry]:
        """What stands in the files of a trace, one at a time."""
        try:
            for entry in files.read(*paths):
                if isinstance(entry, trace.Damage):
                    self.tell(str(entry))
                    continue
                if isinstance(entry, trace.Header):
                    self.redacted = entry.redacted
                yield entry
        except trace.TraceError as problem:
            raise Trouble(str(problem)) from problem
        except OSError as problem:
            raise _unreadable(problem) from problem


def _unreadable(problem: OSError) -> Trouble:
    return Trouble(f"{problem.filename}: {problem.strerror}")


def _span(entries: Iterable[trace.Entry]) -> tuple[str, ...]:
    """When the first and the last message of a file passed."""
    started: datetime | None = None
    times: list[float] = []
    for entry in entries:
        if isinstance(entry, trace.Header):
            started = entry.started
        elif isinstance(entry, trace.Message):
            times[1:] = [entry.t]
    if started is None or not times:
        return ("no messages",)
    return tuple((started + timedelta(seconds=t)).isoformat(timespec="seconds") for t in (times[0], times[-1]))
