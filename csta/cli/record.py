"""``csta record``: a trace of what was recorded by something else, or of another trace."""

from __future__ import annotations

import secrets
import sys
from argparse import ArgumentParser, Namespace
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from csta.cli.exits import OK, WRONG, Trouble
from csta.recorder import files, trace
from csta.recorder.importing import load
from csta.recorder.live import KEY_OCTETS
from csta.recorder.redaction import Redaction, redacted


def add_arguments(parser: ArgumentParser) -> None:
    """Say what the command takes."""
    parser.add_argument("input", metavar="FILE", help="pcap, pcapng, log, hex dump, JSON lines, or a trace")
    parser.add_argument("-o", "--output", required=True, metavar="FILE", help="the trace to write")
    parser.add_argument("--redact", action="store_true", help="with pseudonyms for numbers and names")
    parser.add_argument(
        "--key-file",
        metavar="FILE",
        help="secret, so that other traces get the same pseudonyms",
    )


def run(args: Namespace) -> int:
    """Write the trace; 1 when a part of the input could not be used."""
    if Path(args.output).exists() and Path(args.output).samefile(args.input):
        raise Trouble.usage("--output is the input")
    told = _Told()
    try:
        entries = told.without_damage(load(args.input))
        files.write(args.output, redacted(entries, Redaction(_key(args))) if args.redact else entries)
    except trace.TraceError as error:
        raise Trouble(str(error)) from None
    except OSError as error:
        raise Trouble(f"{error.filename}: {error.strerror}") from None
    told.summarise()
    return WRONG if told.damaged or not told.messages else OK


def _key(args: Namespace) -> bytes:
    return Path(args.key_file).read_bytes() if args.key_file else secrets.token_bytes(KEY_OCTETS)


class _Told:
    """Counts what was read, and says what was not."""

    def __init__(self) -> None:
        self.damaged = False
        self.messages: Counter[int] = Counter()
        self._links: dict[int, trace.Link] = {}

    def without_damage(self, entries: Iterable[trace.Entry | trace.Damage]) -> Iterator[trace.Entry]:
        for entry in entries:
            if isinstance(entry, trace.Damage):
                self.damaged = True
                print(f"csta: {entry}", file=sys.stderr)
                continue
            if isinstance(entry, trace.Link):
                self._links[entry.link] = entry
            elif isinstance(entry, trace.Message):
                self.messages[entry.link] += 1
            yield entry

    def summarise(self) -> None:
        for number, link in self._links.items():
            words = f"{link.protocol}, framing {link.framing}, {self.messages[number]} messages"
            print(f"csta: link {number}: {link.name}: {words}", file=sys.stderr)
        if not self.messages:
            print("csta: no message of a CSTA link was found", file=sys.stderr)
