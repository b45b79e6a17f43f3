"""Reads constants.txt, structures.txt and functions.txt; each says at its head how it is written."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).parent
VERSIONS = {"2.0": 0x00020000, "2.1": 0x00020001, "2.2": 0x00020002, "3.0": 0x00030000, "3.1": 0x00030001}
FIRST = VERSIONS["2.0"]
SIZES = {"WORD": 2, "DWORD": 4, "HCALL": 4, "GUID": 16}
POINTER_SIZED = ("DWORD_PTR", "HANDLE")


class Group(NamedTuple):
    """Constants of one prefix."""

    name: str
    flags: bool
    meaning: str
    members: dict[str, int]


class Member(NamedTuple):
    """A field, or the two fields that say where a part behind the fixed fields lies."""

    name: str
    kind: str
    part: bool
    since: int

    def fields(self) -> Iterator[tuple[str, str]]:
        """Names and types of the fields in memory."""
        if self.part:
            yield from ((f"dw{self.name}Size", "DWORD"), (f"dw{self.name}Offset", "DWORD"))
        else:
            yield self.name, self.kind


class Structure(NamedTuple):
    """A packed structure."""

    name: str
    meaning: str
    members: tuple[Member, ...]


class Function(NamedTuple):
    """A function of the library: names and types of its arguments, and whether its answer comes later."""

    name: str
    later: bool
    arguments: tuple[tuple[str, str], ...]


class Tables(NamedTuple):
    """All that is known."""

    groups: tuple[Group, ...]
    structures: dict[str, Structure]
    functions: tuple[Function, ...]

    def size(self, kind: str, pointer: int, version: int = VERSIONS["3.1"]) -> int:
        """Octets of a type with pointers of ``pointer`` octets, as an application of that API version knows it."""
        if kind in POINTER_SIZED:
            return pointer
        if kind in SIZES:
            return SIZES[kind]
        members = [each for each in self.structures[kind].members if each.since <= version]
        return sum(self.size(field, pointer, version) for each in members for _, field in each.fields())

    def offsets(self, name: str, pointer: int) -> Iterator[tuple[str, int]]:
        """Fields of a structure and where they lie, in the newest version."""
        at = 0
        for member in self.structures[name].members:
            for field, kind in member.fields():
                yield field, at
                at += self.size(kind, pointer)


def load() -> Tables:
    """Read the three tables."""
    structures = tuple(map(structure, blocks("structures.txt")))
    return Tables(
        groups=tuple(map(group, blocks("constants.txt"))),
        structures={each.name: each for each in structures},
        functions=tuple(map(function, blocks("functions.txt"))),
    )


def blocks(name: str) -> Iterator[tuple[str, str, str]]:
    """Head, rest of the head's line, and the indented lines below it, joined."""
    text = re.sub(r"^#.*\n", "", (FOLDER / name).read_text("utf-8"), flags=re.MULTILINE)
    for found in re.finditer(r"^(\S[^:\n]*): (.*)\n((?: +.*\n)*)", text, re.MULTILINE):
        yield found[1], found[2], " ".join(found[3].split())


def group(block: tuple[str, str, str]) -> Group:
    """A block of constants.txt."""
    head, meaning, body = block
    name, kind = head.split()
    members = {key: int(value, 0) for key, value in (each.split("=") for each in body.split())}
    return Group(name, kind == "flags", meaning, members)


def structure(block: tuple[str, str, str]) -> Structure:
    """A block of structures.txt."""
    name, meaning, body = block
    members, since = [], FIRST
    for word in body.split():
        if word[:-1] in VERSIONS:
            since = VERSIONS[word[:-1]]
        elif found := re.fullmatch(r"(\w+)\((\w+)\)", word):
            members.append(Member(found[1], found[2], part=True, since=since))
        else:
            field, _, kind = word.partition(":")
            members.append(Member(field, kind or "DWORD", part=False, since=since))
    return Structure(name, meaning, tuple(members))


def function(block: tuple[str, str, str]) -> Function:
    """A line of functions.txt."""
    head, arguments, _ = block
    name, _, later = head.partition(" ")
    pairs = (each.split(":") for each in arguments.split())
    return Function(name, later == "later", tuple((argument, kind) for argument, kind in pairs))
