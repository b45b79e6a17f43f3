"""``csta decode``: messages of a link → JSON, one object per line."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator

from csta import framing
from csta.apdu import Apdu, Frame
from csta.cli import inputs
from csta.cli.exits import OK, WRONG, Trouble
from csta.cli.lines import to_line
from csta.errors import DecodeError, FramingError

PROTOCOLS = ("auto", "asn1", "xml")


def add_arguments(parser: ArgumentParser) -> None:
    """Say what the command takes."""
    parser.add_argument("--protocol", choices=PROTOCOLS, default="auto", help="the wire (default: seen from the data)")
    parser.add_argument(
        "--framing",
        choices=("auto", *framing.FRAMINGS),
        default="auto",
        help="how messages are told apart (default: seen from the data)",
    )
    parser.add_argument("input", nargs="?", default="-", help="hex digits, XML, a file, or - for standard input")


def run(args: Namespace) -> int:
    """Decode everything that can be; 1 when something could not."""
    data = inputs.read(args.input, "<")
    code = OK
    for number, frame in enumerate(_frames(data, args), 1):
        if isinstance(frame, FramingError):
            print(f"csta: after message {number - 1}: {frame}", file=sys.stderr)
            return WRONG
        try:
            apdu = _decode(frame, args.protocol)
        except DecodeError as error:
            print(f"csta: message {number}: {error}", file=sys.stderr)
            code = WRONG
            continue
        sys.stdout.buffer.write(to_line(apdu) + b"\n")
        for note in _notes(frame, apdu):
            print(f"csta: message {number}: {note}", file=sys.stderr)
    return code


def _frames(data: bytes, args: Namespace) -> Iterator[Frame | FramingError]:
    """The frames in the data, and at the end the error where they cannot be followed any further."""
    if inputs.is_xml(data):
        yield Frame(data.strip())
        return
    octets = inputs.unhex(data)
    if inputs.is_xml(octets) or (args.framing == "none" and args.protocol == "xml"):
        yield Frame(octets)
        return
    try:
        cutter = _framing(octets, args)
        cutter.receive(octets)
        while (frame := cutter.next_frame()) is not None:
            yield frame
        if cutter.pending:
            yield FramingError(f"the last {cutter.pending} of {len(octets)} octets are no whole message", cutter.name)
    except FramingError as error:
        yield error


def _framing(octets: bytes, args: Namespace) -> framing.Framing:
    if args.framing != "auto":
        return framing.FRAMINGS[args.framing]()
    found = framing.detect(octets)
    if found is None:
        raise Trouble("too short to be a message" if octets else "there is nothing to decode")
    return found()


def _decode(frame: Frame, protocol: str) -> Apdu:
    if _is_xml(frame, protocol):
        from csta import xml

        return xml.decode(frame.payload, frame.invoke_id or 0)
    from csta import asn1

    return asn1.decode(frame.payload, exact=True)


def _is_xml(frame: Frame, protocol: str) -> bool:
    return protocol == "xml" or (protocol == "auto" and (frame.invoke_id is not None or inputs.is_xml(frame.payload)))


def _notes(frame: Frame, apdu: Apdu) -> list[str]:
    """What the decoder passed over, in words."""
    if inputs.is_xml(frame.payload):
        from csta.xml.elements import report as deviations

        return [f"{each.what} ({each.where}, line {each.line})" for each in deviations.deviations]
    return [f"passed over {each.octets.hex()} ({each.where})" for each in apdu.deviations if each.where]
