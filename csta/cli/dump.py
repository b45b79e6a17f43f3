"""``csta dump``: any BER as a tree, also what ``csta decode`` refuses."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from typing import Any

from pyasn1.codec.ber import decoder  # type: ignore[import-untyped] # has no type information
from pyasn1.error import PyAsn1Error  # type: ignore[import-untyped] # has no type information
from pyasn1.type.univ import Integer  # type: ignore[import-untyped] # has no type information

from csta import framing
from csta.asn1.tree import Element, elements, value_name
from csta.cli import inputs
from csta.cli.exits import OK, WRONG, Trouble
from csta.errors import FramingError

_CLASSES = ("", "APPLICATION ", "", "PRIVATE ")
_UNIVERSAL = {
    "BOOLEAN": 1,
    "INTEGER": 2,
    "BIT STRING": 3,
    "OCTET STRING": 4,
    "NULL": 5,
    "OBJECT IDENTIFIER": 6,
    "EXTERNAL": 8,
    "REAL": 9,
    "ENUMERATED": 10,
    "UTF8String": 12,
    "SEQUENCE": 16,
    "SET": 17,
    "NumericString": 18,
    "PrintableString": 19,
    "T61String": 20,
    "IA5String": 22,
    "UTCTime": 23,
    "GeneralizedTime": 24,
    "VisibleString": 26,
    "BMPString": 30,
}
_TYPES = {number: name for name, number in _UNIVERSAL.items()}
_WITH_NAMES = (_UNIVERSAL["ENUMERATED"], _UNIVERSAL["BIT STRING"])
_LONGEST_VALUE = 64
"""Octets of a value that are shown; tags and lengths are always."""


def add_arguments(parser: ArgumentParser) -> None:
    """Say what the command takes."""
    parser.add_argument(
        "--framing",
        choices=("auto", *(name for name, kind in framing.FRAMINGS.items() if not kind.carries_invoke_id)),
        default="auto",
        help="how messages are told apart (default: seen from the data)",
    )
    parser.add_argument("input", nargs="?", default="-", help="hex digits, a file, or - for standard input")


def run(args: Namespace) -> int:
    """Print the tree of every message; 1 when something could not be followed to its end."""
    octets = inputs.unhex(inputs.read(args.input, "\0"))
    if not octets:
        raise Trouble("there is nothing to show")
    if inputs.is_xml(octets):
        raise Trouble("this is XML, not BER; csta decode reads it")
    code = OK
    for number, message in enumerate(_messages(octets, args.framing), 1):
        if number > 1:
            print()
        problem = ""
        for element in elements(message):
            print(line(message, element))
            if element.problem:
                problem = f"csta: message {number}: {element.problem} (at octet {element.offset})"
        if problem:
            print(problem, file=sys.stderr)
            code = WRONG
    return code


def _framing(octets: bytes, name: str) -> type[framing.Framing] | None:
    if name != "auto":
        return framing.FRAMINGS[name]
    try:
        found = framing.detect(octets)
    except FramingError:  # BER, but no PDU of a link
        return None
    return None if found is None or found.carries_invoke_id else found


def _messages(octets: bytes, name: str) -> Iterator[bytes]:
    """The PDUs, without their framing; what is no whole PDU comes last, as it stands."""
    kind, rest = _framing(octets, name), octets
    if kind is not None:
        cutter = kind()
        cutter.receive(octets)
        try:
            while (frame := cutter.next_frame()) is not None:
                rest = octets[len(octets) - cutter.pending :]
                yield frame.payload
        except FramingError:
            pass  # what follows is shown as it stands
        if kind is framing.LengthFraming and len(rest) > 2 and rest[2] in framing.APDU_TAGS:
            rest = rest[2:]  # a PDU that is cut off
    if rest:
        yield rest


def line(message: bytes, element: Element) -> str:
    """One element: offset, tag, length, name, value."""
    length = "indefinite" if element.length is None else str(element.length)
    shape = f"{element.offset:5} {'  ' * element.depth}{_tag(element)} {length}"
    value = "" if element.constructed else _value(message[element.start : element.stop], element)
    if element.problem:
        value = f"{value} <- {element.problem}".lstrip()
    return f"{shape:<44} {element.name:<24} {value}".rstrip()


def _tag(element: Element) -> str:
    if not element.tag:
        return "?"
    first, number = element.tag[0], element.tag[0] & 0x1F
    if number == 0x1F:
        number = 0
        for octet in element.tag[1:]:
            number = number << 7 | octet & 0x7F
    if first < 0x40:
        return _TYPES.get(number, f"[UNIVERSAL {number}]")
    return f"[{_CLASSES[first >> 6]}{number}]"


def _value(octets: bytes, element: Element) -> str:
    """The value in words where its type is known, always with its octets."""
    shown = f"{octets[:_LONGEST_VALUE].hex()}…" if len(octets) > _LONGEST_VALUE else octets.hex()
    kind = next((kind for kind in ("ENUMERATED", "BIT STRING") if element.kind.startswith(kind)), element.kind)
    number = _UNIVERSAL.get(kind) or int.from_bytes(element.tag[:1], "big")
    if element.problem or len(octets) > _LONGEST_VALUE or number not in _TYPES:
        return shown
    try:
        value, _ = decoder.decode(bytes((number, len(octets))) + octets)
    except (PyAsn1Error, ValueError):
        return f"{shown} (no {_TYPES[number]})"
    said = _named(value, element.kind) if number in _WITH_NAMES else value.prettyPrint()
    return f"{shown} {said}" if said.isprintable() and said != f"0x{shown}" else shown


def _named(value: Any, kind: str) -> str:  # noqa: ANN401 - a value of pyasn1
    if isinstance(value, Integer):
        return f"{int(value)} {value_name(kind, int(value))}".rstrip()
    return ", ".join(value_name(kind, number) or f"bit{number}" for number, on in enumerate(value) if on)
