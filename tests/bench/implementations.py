"""The same PDUs through other BER implementations of Python, each given our schema in the form it takes.

All read and write the whole APDU, ROSE included, and build their values in full: msgspec structures here, a dict in
asn1tools and pycrate, objects of its own in pyasn1. Theirs are told which message comes; ours finds out.
"""

from __future__ import annotations

import contextlib
import io
import re
import runpy
from collections.abc import Callable
from functools import partial
from itertools import cycle
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import asn1tools  # type: ignore[import-untyped] # has no type information
from pyasn1.codec.ber import decoder, encoder  # type: ignore[import-untyped] # has no type information
from pyasn1.type import char, namedtype, tag, univ, useful  # type: ignore[import-untyped] # has no type information

from csta import asn1
from csta.codegen.schema import SCHEMA, Layers, Member, Schema, Type, load

ROSE = """
Bench DEFINITIONS ::= BEGIN
IMPORTS HoldCall FROM CSTA-call-control CSTAEventReport FROM CSTA-event-report
    SnapshotDeviceResponse FROM CSTA-snapshot;
HoldCallApdu ::= [1] IMPLICIT SEQUENCE { invokeId INTEGER, opcode INTEGER, argument HoldCall }
DeliveredEventApdu ::= [1] IMPLICIT SEQUENCE { invokeId INTEGER, opcode INTEGER, argument CSTAEventReport }
SnapshotDeviceResponseApdu ::= [2] IMPLICIT SEQUENCE { invokeId INTEGER, result SnapshotDeviceResponseResult }
SnapshotDeviceResponseResult ::= SEQUENCE { opcode INTEGER, result SnapshotDeviceResponse }
END
"""
"""ROSE (X.880) around the messages measured, for implementations that know no open types."""

NUMBER = re.compile(rb"\d{3,}")
"""A device's number in a PDU."""

NEW_DEVICES = "csta.asn1, every device new"

Work = tuple[Callable[[], Any], Callable[[], bytes]]


class Implementation(NamedTuple):
    """A codec: ``prepare(name of the message, its PDU)`` gives what decodes and what encodes it again."""

    name: str
    prepare: Callable[[str, bytes], Work]


def ours(name: str, pdu: bytes) -> Work:
    """This library."""
    apdu = asn1.decode(pdu)
    return lambda: asn1.decode(pdu), lambda: asn1.encode(apdu)


def ours_with_new_devices(_name: str, pdu: bytes) -> Work:
    """This library when nearly no device was named before: the worst case of its memory for them."""
    chance = Random(1)  # noqa: S311 - makes measuring data
    pdus = cycle([NUMBER.sub(partial(_another, chance), pdu) for _ in range(max(200, 1_000_000 // len(pdu)))])
    apdu = asn1.decode(pdu)
    return lambda: asn1.decode(next(pdus)), lambda: asn1.encode(apdu)


def _another(chance: Random, number: re.Match[bytes]) -> bytes:
    return bytes(chance.choices(b"0123456789", k=len(number[0])))


def modules() -> list[str]:
    """The text of the whole schema."""
    return [ROSE, *(path.read_text("utf-8") for path in sorted(Path(SCHEMA).glob("*.asn")))]


def by_asn1tools() -> Implementation:
    """Compiles ASN.1 text."""
    schema = asn1tools.compile_string("\n".join(modules()), "ber")

    def prepare(name: str, pdu: bytes) -> Work:
        value = schema.decode(f"{name}Apdu", pdu)
        return lambda: schema.decode(f"{name}Apdu", pdu), lambda: bytes(schema.encode(f"{name}Apdu", value))

    return Implementation("asn1tools", prepare)


def by_pycrate() -> Implementation:
    """Writes Python from ASN.1 text; an object of the type holds the value."""
    from pycrate_asn1c.asnproc import (  # type: ignore[import-untyped] # has no type information
        PycrateGenerator,
        compile_text,
        generate_modules,
    )

    with TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()):  # it tells what it compiles
        compile_text(modules())
        generate_modules(PycrateGenerator, f"{folder}/compiled.py")
        bench = runpy.run_path(f"{folder}/compiled.py")["Bench"]
    pdus = {kind._name.removesuffix("Apdu"): kind for kind in bench._all_}

    def prepare(name: str, pdu: bytes) -> Work:
        kind = pdus[name]

        def decode() -> object:
            kind.from_ber(pdu)
            return kind.get_val()

        def encode() -> bytes:
            kind.set_val(value)
            return bytes(kind.to_ber())

        value = decode()
        return decode, encode

    return Implementation("pycrate", prepare)


# --- pyasn1 has no compiler: its classes are made from the schema as our generator reads it -------------------------

BUILT_IN = {
    "BOOLEAN": univ.Boolean,
    "INTEGER": univ.Integer,
    "NULL": univ.Null,
    "OCTET STRING": univ.OctetString,
    "IA5String": char.IA5String,
    "GeneralizedTime": useful.GeneralizedTime,
    "ENUMERATED": univ.Enumerated,
    "BIT STRING": univ.BitString,
}


def by_pyasn1(schema: Schema) -> Implementation:
    """Specifications of ours, in its classes."""
    invoke_id = namedtype.NamedType("invokeId", univ.Integer())
    opcode = namedtype.NamedType("opcode", univ.Integer())

    def pdu_of(number: int, *components: Any) -> Any:  # noqa: ANN401 - pyasn1 has no type information
        content = univ.Sequence(componentType=namedtype.NamedTypes(invoke_id, *components))
        return content.subtype(implicitTag=tag.Tag(tag.tagClassContext, tag.tagFormatConstructed, number))

    answer = namedtype.NamedTypes(
        opcode, namedtype.NamedType("result", specification(schema, "SnapshotDeviceResponse"))
    )
    pdus = {
        "HoldCall": pdu_of(1, opcode, namedtype.NamedType("argument", specification(schema, "HoldCall"))),
        "DeliveredEvent": pdu_of(1, opcode, namedtype.NamedType("argument", specification(schema, "CSTAEventReport"))),
        "SnapshotDeviceResponse": pdu_of(2, namedtype.NamedType("result", univ.Sequence(componentType=answer))),
    }

    def prepare(name: str, pdu: bytes) -> Work:
        value, _ = decoder.decode(pdu, asn1Spec=pdus[name])
        return lambda: decoder.decode(pdu, asn1Spec=pdus[name]), lambda: bytes(encoder.encode(value))

    return Implementation("pyasn1", prepare)


def specification(schema: Schema, name: str, member: Member | None = None) -> Any:  # noqa: ANN401 - see above
    """A type, or a component with its tag, in pyasn1's classes."""
    layers = schema.layers(name, member.tag if member else None)
    return tagged(untagged(schema, layers.base), layers)


def untagged(schema: Schema, found: Type) -> Any:  # noqa: ANN401 - see above
    """A type without the tags around it."""
    if found.kind == "SEQUENCE OF":
        return univ.SequenceOf(componentType=specification(schema, found.target))
    if found.kind in ("SEQUENCE", "CHOICE"):
        kind = univ.Sequence if found.kind == "SEQUENCE" else univ.Choice
        return kind(componentType=namedtype.NamedTypes(*(component(schema, each) for each in found.members)))
    return BUILT_IN[found.target if found.kind == "alias" else found.kind]()


def component(schema: Schema, member: Member) -> Any:  # noqa: ANN401 - see above
    """One component of a SEQUENCE or CHOICE."""
    kind = namedtype.OptionalNamedType if member.optional else namedtype.NamedType
    return kind(member.name, specification(schema, member.type, member))


def tagged(value: Any, layers: Layers) -> Any:  # noqa: ANN401 - see above
    """The tags of a type put on, from the inside out."""
    if layers.octet is not None and layers.octet >= 0x40:
        value = value.subtype(implicitTag=as_tag(layers.octet))
    for octet in reversed(layers.wrappers):
        value = value.subtype(explicitTag=as_tag(octet))
    return value


def as_tag(octet: int) -> Any:  # noqa: ANN401 - see above
    """A tag by its identifier octet."""
    return tag.Tag(octet & 0xC0, octet & 0x20, octet & 0x1F)


def others() -> list[Implementation]:
    """The implementations ours is measured against."""
    return [by_asn1tools(), by_pycrate(), by_pyasn1(load())]
