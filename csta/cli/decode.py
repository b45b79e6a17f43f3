"""``csta decode``: messages of a link → JSON, one object per line."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterator

from csta import framing
from csta.apdu import Apdu, Frame
from csta.cli import inputs
from csta.cli.exits import OK, WRONG, Trouble
from csta.errors import FramingError, ProtocolError
from csta.lines import to_line

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

    def show(apdu: Apdu, wire: str) -> None:
        sys.stdout.buffer.write(to_line(apdu) + b"\n")

    return each_message(inputs.read(args.input, "<"), args.protocol, args.framing, show)


def each_message(data: bytes, protocol: str, cut: str, use: Callable[[Apdu, str], None]) -> int:
    """Give every message in the data, and the wire it came on, to ``use``; what is wrong with one is told.

    :param protocol: one of :data:`PROTOCOLS`.
    :param cut: name of the framing, or ``auto``.
    :returns: the exit code.
    """
    code = OK
    for number, frame in enumerate(_frames(data, protocol, cut), 1):
        if isinstance(frame, FramingError):
            print(f"csta: after message {number - 1}: {frame}", file=sys.stderr)
            return WRONG
        try:
            wire = _wire(frame, protocol)
            apdu = _decode(frame, wire)
            notes = _notes(wire, apdu)
            use(apdu, wire)
        except ProtocolError as error:
            print(f"csta: message {number}: {error}", file=sys.stderr)
            code = WRONG
            continue
        for note in notes:
            print(f"csta: message {number}: {note}", file=sys.stderr)
    return code


def _frames(data: bytes, protocol: str, cut: str) -> Iterator[Frame | FramingError]:
    """The frames in the data, and at the end the error where they cannot be followed any further."""
    if inputs.is_xml(data):
        yield Frame(data.strip())
        return
    octets = inputs.unhex(data)
    if inputs.is_xml(octets) or (cut == "none" and protocol == "xml"):
        yield Frame(octets)
        return
    try:
        cutter = _framing(octets, cut)
        cutter.receive(octets)
        while (frame := cutter.next_frame()) is not None:
            yield frame
        if cutter.pending:
            yield FramingError(f"the last {cutter.pending} of {len(octets)} octets are no whole message", cutter.name)
    except FramingError as error:
        yield error


def _framing(octets: bytes, cut: str) -> framing.Framing:
    if cut != "auto":
        return framing.FRAMINGS[cut]()
    found = framing.detect(octets)
    if found is None:
        raise Trouble("too short to be a message" if octets else "there is nothing to decode")
    return found()


def _wire(frame: Frame, protocol: str) -> str:
    if protocol != "auto":
        return protocol
    return "xml" if frame.invoke_id is not None or inputs.is_xml(frame.payload) else "asn1"


def _decode(frame: Frame, wire: str) -> Apdu:
    if wire == "xml":
        from csta import xml

        return xml.decode(frame.payload, frame.invoke_id or 0)
    from csta import asn1

    return asn1.decode(frame.payload, exact=True)


def _notes(wire: str, apdu: Apdu) -> list[str]:
    """What the decoder passed over, in words."""
    if wire == "xml":
        from csta import xml

        return [f"{each.what} ({each.where}, line {each.line}, column {each.column})" for each in xml.deviations()]
    return [f"passed over {each.octets.hex()} ({each.where})" for each in apdu.deviations if each.where]
