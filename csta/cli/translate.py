"""``csta translate``: messages of one wire → the same messages on the other.

What the other wire has no form for is told in words: ACSE and rejects in XML, application sessions in ASN.1, private
data of the kind only one wire has.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace

import msgspec

from csta.apdu import Apdu, Error, Invoke, Result
from csta.cli import decode, encode, inputs
from csta.dialect import PROTOCOLS


def add_arguments(parser: ArgumentParser) -> None:
    """Say what the command takes."""
    parser.add_argument("--to", choices=PROTOCOLS, help="the wire to write (default: the one that is not read)")
    parser.add_argument("--invoke-id", type=int, metavar="ID", help="invoke id to write (default: that of the message)")
    encode.add_output_arguments(parser)
    parser.add_argument("input", nargs="?", default="-", help="hex digits, XML, a file, or - for standard input")


def run(args: Namespace) -> int:
    """Translate everything that can be; 1 when something could not."""

    def write(apdu: Apdu, source: str) -> None:
        target = args.to or {"xml": "asn1", "asn1": "xml"}[source]
        sys.stdout.buffer.write(encode.written(_made_anew(apdu, args.invoke_id), target, args))

    return decode.each_message(inputs.read(args.input, "<"), "auto", "auto", write)


def _made_anew(apdu: Apdu, invoke_id: int | None) -> Apdu:
    """The APDU without the octets it came in, and with another invoke id if one is asked for."""
    if invoke_id is not None and isinstance(apdu, Invoke | Result | Error):
        return msgspec.structs.replace(apdu, deviations=(), invoke_id=invoke_id)
    return msgspec.structs.replace(apdu, deviations=())
