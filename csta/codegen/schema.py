"""Reads the schema into a small model of types, with every tag and default settled."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import asn1tools  # type: ignore[import-untyped] # has no type information

SCHEMA = Path(__file__).parent.parent / "asn1" / "schema"

CLASSES = {"UNIVERSAL": 0x00, "APPLICATION": 0x40, "CONTEXT_SPECIFIC": 0x80}
UNIVERSAL = {
    "BOOLEAN": 0x01,
    "INTEGER": 0x02,
    "BIT STRING": 0x03,
    "OCTET STRING": 0x04,
    "NULL": 0x05,
    "ENUMERATED": 0x0A,
    "IA5String": 0x16,
    "GeneralizedTime": 0x18,
    "SEQUENCE": 0x30,
    "SEQUENCE OF": 0x30,
}
CONSTRUCTED = 0x20


@dataclass(frozen=True)
class Tag:
    """One tag: its identifier octet without the constructed bit, and whether it wraps or replaces."""

    octet: int
    explicit: bool


@dataclass(frozen=True)
class Member:
    """A component of a SEQUENCE or alternative of a CHOICE; ``type`` names a schema type or a built-in one."""

    name: str
    type: str
    tag: Tag | None
    optional: bool
    default: Any = None
    has_default: bool = False


@dataclass(frozen=True)
class Type:
    """A type of the schema.

    :param kind: ``SEQUENCE``, ``CHOICE``, ``SEQUENCE OF``, ``ENUMERATED``, ``BIT STRING`` or ``alias``.
    :param target: element type of a SEQUENCE OF, or what an alias stands for.
    """

    name: str
    chapter: str
    kind: str
    tag: Tag | None = None
    members: tuple[Member, ...] = ()
    values: tuple[tuple[str, int], ...] = ()
    target: str = ""


@dataclass(frozen=True)
class Layers:
    """How a value is wrapped: explicit tags from the outside in, then the value's own octet (None: a CHOICE)."""

    wrappers: tuple[int, ...]
    base: Type
    octet: int | None


@dataclass
class Schema:
    """All types by name, chapters in order of dependence, operations and events by code."""

    types: dict[str, Type] = field(default_factory=dict)
    chapters: dict[str, list[str]] = field(default_factory=dict)
    operations: dict[int, str] = field(default_factory=dict)
    events: dict[tuple[int, int], str] = field(default_factory=dict)

    def operation_of(self, name: str) -> int | None:
        """Operation code of a request type or of its response, or None."""
        base = name.removesuffix("Response")
        return next((code for code, request in self.operations.items() if request == base), None)

    def layers(self, name: str, tag: Tag | None = None) -> Layers:
        """Settle the tags of a type used with a tag of its own: IMPLICIT replaces, EXPLICIT wraps (X.680 §31.2)."""
        tags = [tag] if tag else []
        while (found := self.types.get(name)) is not None:
            tags += [found.tag] if found.tag else []
            if found.kind != "alias":
                break
            name = found.target
        base = found or Type(name, "", "alias", target=name)
        wrappers: list[int] = []
        replaced: int | None = None
        for each in tags:
            octet = each.octet if replaced is None else replaced
            replaced = None if each.explicit else octet
            wrappers += [octet | CONSTRUCTED] if each.explicit else []
        if base.kind == "CHOICE":  # a CHOICE has no tag to replace: an IMPLICIT tag on it wraps (X.680 §31.2.7)
            return Layers(
                (
                    *wrappers,
                    *([replaced | CONSTRUCTED] if replaced is not None else []),
                ),
                base,
                None,
            )
        universal = UNIVERSAL[base.target if base.kind == "alias" else base.kind]
        octet = universal if replaced is None else replaced | (universal & CONSTRUCTED)
        return Layers(tuple(wrappers), base, octet)

    def octets(self, name: str, tag: Tag | None = None) -> tuple[int, ...]:
        """First octets an encoding of the type can start with."""
        layers = self.layers(name, tag)
        if layers.wrappers:
            return layers.wrappers[:1]
        if layers.octet is not None:
            return (layers.octet,)
        return tuple(octet for member in layers.base.members for octet in self.octets(member.type, member.tag))


def load(folder: Path = SCHEMA) -> Schema:
    """Read every ``*.asn`` file of a folder."""
    modules = asn1tools.parse_files([str(path) for path in sorted(folder.glob("*.asn"))])
    schema = Schema()
    for module in _in_order(modules):
        chapter = module.removeprefix("CSTA-").replace("-", "_")
        schema.chapters[chapter] = list(modules[module]["types"])
        for name, parsed in modules[module]["types"].items():
            schema.types[name] = _type(name, chapter, parsed)
        for name, value in modules[module]["values"].items():
            schema.operations[value["value"]] = name[0].upper() + name[1:]
    _tag_choices(schema)
    _find_events(schema)
    return schema


UNTAGGED = "Untagged"
"""Before the name of a tagged CHOICE: its alternatives alone (see ``identifiers.asn``)."""


def _tag_choices(schema: Schema) -> None:
    """Make one type of ``X ::= [n] UntaggedX``, as in ECMA-285, and read ``[n] UntaggedX`` as ``[n] IMPLICIT X``."""
    for name in [name for name in schema.types if name.startswith(UNTAGGED)]:
        untagged = schema.types.pop(name)
        schema.chapters[untagged.chapter].remove(name)
        tagged = name.removeprefix(UNTAGGED)
        schema.types[tagged] = replace(untagged, name=tagged, tag=schema.types[tagged].tag)
    for name, found in schema.types.items():
        schema.types[name] = replace(found, members=tuple(_tagged(member) for member in found.members))


def _tagged(member: Member) -> Member:
    if not member.type.startswith(UNTAGGED) or member.tag is None:
        return member
    return replace(member, type=member.type.removeprefix(UNTAGGED), tag=replace(member.tag, explicit=False))


def _in_order(modules: dict[str, Any]) -> list[str]:
    done: list[str] = []

    def visit(module: str) -> None:
        for needed in sorted(modules[module]["imports"]):
            visit(needed)
        if module not in done:
            done.append(module)

    for module in sorted(modules):
        visit(module)
    return done


def _tag(parsed: dict[str, Any]) -> Tag | None:
    tag = parsed.get("tag")
    if tag is None:
        return None
    octet = CLASSES[tag.get("class", "CONTEXT_SPECIFIC")] | tag["number"]
    return Tag(octet, tag.get("kind", "EXPLICIT") == "EXPLICIT")


def _type(name: str, chapter: str, parsed: dict[str, Any]) -> Type:
    kind = parsed["type"]
    tag = _tag(parsed)
    if kind in ("SEQUENCE", "CHOICE"):
        return Type(
            name,
            chapter,
            kind,
            tag,
            members=tuple(_member(member) for member in parsed["members"]),
        )
    if kind == "SEQUENCE OF":
        return Type(name, chapter, kind, tag, target=parsed["element"]["type"])
    if kind == "ENUMERATED":
        return Type(
            name,
            chapter,
            kind,
            tag,
            values=tuple(value for value in parsed["values"] if value is not None),
        )
    if kind == "BIT STRING":
        return Type(
            name,
            chapter,
            kind,
            tag,
            values=tuple((bit, int(at)) for bit, at in parsed.get("named-bits") or ()),
        )
    return Type(name, chapter, "alias", tag, target=kind)


def _member(parsed: dict[str, Any]) -> Member:
    return Member(
        parsed["name"],
        parsed["type"],
        _tag(parsed),
        parsed.get("optional", False) or "default" in parsed,
        parsed.get("default"),
        "default" in parsed,
    )


def _find_events(schema: Schema) -> None:
    groups = schema.types.get("EventSpecificInfo")
    for group in groups.members if groups else ():
        for event in schema.types[group.type].members:
            if group.tag is not None and event.tag is not None:
                schema.events[group.tag.octet & 0x1F, event.tag.octet & 0x1F] = event.type
