"""``csta encode``: JSON, one object per line as ``csta decode`` prints it → messages of a link."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace

from csta.apdu import Apdu
from csta.cli import inputs
from csta.cli.exits import OK, WRONG, Trouble
from csta.dialect import EDITIONS, PROTOCOLS
from csta.errors import LocalProtocolError
from csta.framing import FRAMINGS
from csta.lines import from_line
from csta.opening import CODECS


def add_arguments(parser: ArgumentParser) -> None:
    """Say what the command takes."""
    parser.add_argument("--protocol", choices=PROTOCOLS, default="asn1", help="the wire (default: %(default)s)")
    add_output_arguments(parser)
    parser.add_argument("input", nargs="?", default="-", help="JSON, a file of JSON lines, or - for standard input")


def add_output_arguments(parser: ArgumentParser) -> None:
    """Say how messages can be written."""
    parser.add_argument(
        "--edition",
        choices=EDITIONS,
        default="ed4",
        help="edition of ECMA-323 whose namespace XML is written in (default: %(default)s)",
    )
    parser.add_argument(
        "--framing",
        choices=tuple(FRAMINGS),
        default="none",
        help="what to put around each message that is written (default: %(default)s)",
    )
    parser.add_argument("--raw", action="store_true", help="write octets instead of hex digits")


def run(args: Namespace) -> int:
    """Encode everything that can be; 1 when something could not."""
    code = OK
    for number, line in enumerate(inputs.read(args.input, "{").splitlines(), 1):
        if not line.strip():
            continue
        try:
            octets = written(from_line(line), args.protocol, args)
        except LocalProtocolError as error:
            print(f"csta: line {number}: {error}", file=sys.stderr)
            code = WRONG
            continue
        sys.stdout.buffer.write(octets)
    return code


def written(apdu: Apdu, protocol: str, args: Namespace) -> bytes:
    """An APDU on a wire, as the command line asks for it.

    :raises LocalProtocolError: when it has no form there.
    """
    frame = CODECS[protocol](EDITIONS[args.edition]).encode(apdu)
    framing = FRAMINGS[args.framing]
    if protocol == "xml" and args.framing == "none":
        return frame.payload + b"\n"
    if framing.carries_invoke_id is not (protocol == "xml"):
        raise Trouble.usage(f"framing {args.framing!r} does not go with protocol {protocol!r}")
    octets = framing().encode(frame)
    return octets if args.raw else octets.hex().encode() + b"\n"
