"""``csta encode``: JSON, one object per line as ``csta decode`` prints it → messages of a link."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace

from csta.apdu import Frame
from csta.cli import inputs
from csta.cli.exits import OK, WRONG
from csta.dialect import EDITIONS, PROTOCOLS
from csta.errors import LocalProtocolError
from csta.framing import FRAMINGS
from csta.lines import from_line
from csta.protocol import CODECS
from csta.session import Codec


def add_arguments(parser: ArgumentParser) -> None:
    """Say what the command takes."""
    parser.add_argument("--protocol", choices=PROTOCOLS, default="asn1", help="the wire (default: %(default)s)")
    parser.add_argument(
        "--framing",
        choices=tuple(FRAMINGS),
        default="none",
        help="what to put around each message (default: %(default)s)",
    )
    parser.add_argument("--raw", action="store_true", help="write octets instead of hex digits")
    parser.add_argument("input", nargs="?", default="-", help="JSON, a file of JSON lines, or - for standard input")


def run(args: Namespace) -> int:
    """Encode everything that can be; 1 when something could not."""
    codec = CODECS[args.protocol](EDITIONS["ed4"])
    code = OK
    for number, line in enumerate(inputs.read(args.input, "{").splitlines(), 1):
        if not line.strip():
            continue
        try:
            octets = _encode(line, codec, args)
        except LocalProtocolError as error:
            print(f"csta: line {number}: {error}", file=sys.stderr)
            code = WRONG
            continue
        sys.stdout.buffer.write(octets)
    return code


def _encode(line: bytes, codec: Codec, args: Namespace) -> bytes:
    frame: Frame = codec.encode(from_line(line))
    if args.protocol == "xml" and args.framing == "none":
        return frame.payload + b"\n"
    octets = FRAMINGS[args.framing]().encode(frame)
    return octets if args.raw else octets.hex().encode() + b"\n"
