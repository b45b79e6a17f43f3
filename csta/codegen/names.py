"""How the schema's names become Python, XML and JSON names, and what stands where."""

from __future__ import annotations

import keyword
import re
import tomllib
from pathlib import Path
from typing import Any

from csta.codegen.schema import Member, Schema, Type

TABLE: dict[str, dict[str, Any]] = tomllib.loads((Path(__file__).parent / "names.toml").read_text())
HANDWRITTEN: dict[str, str] = TABLE["handwritten"]
INNER = frozenset(TABLE["inner"]["types"])
IDENTIFIERS = frozenset(TABLE["identifiers"]["types"])
WORDS = frozenset(TABLE["words"]["types"])
STRINGS = frozenset(TABLE["strings"]["types"])
WORD = re.compile(r"[A-Z]{2,}(?=[A-Z][a-z]|\d|$)|[A-Z]?[a-z]+|[A-Z]+|\d+")

BUILT_IN = {
    "BOOLEAN": "bool",
    "INTEGER": "int",
    "OCTET STRING": "Octets",
    "IA5String": "str",
    "GeneralizedTime": "str",
    "NULL": "bool",
}


def words(name: str) -> list[str]:
    """Split ``callIDTimestamp`` into words; ASN.1 writes a leading acronym with a small letter (``aCDBusy``)."""
    if re.match(r"[a-z][A-Z]{2}", name):
        name = name[0].upper() + name[1:]
    return WORD.findall(name.replace("-", ""))


def snake(name: str) -> str:
    """Python name of a component."""
    known = TABLE["python"].get(name)
    if known:
        return str(known)
    made = "_".join(words(name)).lower()
    return made + "_" if keyword.iskeyword(made) else made


def constant(name: str) -> str:
    """Python name of an enumeration value."""
    made = str(TABLE["python"].get(name, "_".join(words(name)))).upper()
    return f"N{made}" if made[0].isdigit() else made


def camel(name: str) -> str:
    """What msgspec's ``rename="camel"`` makes of a Python name."""
    first, *rest = name.strip("_").split("_")
    return first + "".join(part.capitalize() for part in rest)


def xml_name(owner: str, member: str) -> str:
    """ECMA-323 name of a component."""
    return str(TABLE["xml"].get(f"{owner}.{member}") or TABLE["xml"].get(member) or member)


def xml_members(found: Type) -> list[Member]:
    """The components of a type that are elements in XML, in the order of ECMA-323."""
    members = [member for member in found.members if member.name != "noData"]
    places = {member.name: float(place) for place, member in enumerate(members)}
    for name in places:
        following = TABLE["before"].get(f"{found.name}.{name}")
        if following is not None:
            places[name] = places[following] - 0.5
    return sorted(members, key=lambda member: places[member.name])


def is_words(owner: str, member: Member) -> bool:
    """Whether the octets of a component are characters in XML."""
    return member.type in WORDS or f"{owner}.{member.name}" in WORDS


def other_spellings(owner: str, member: str) -> list[str]:
    """Names of a component in XML that are read besides its own: misprints put right, other editions' names."""
    name = xml_name(owner, member)
    others = (json_name(owner, member), TABLE["also"].get(f"{owner}.{name}", name))
    return [other for other in others if other != name]


def json_name(owner: str, member: str) -> str:
    """JSON name of a component: the ECMA-323 name with its misprints put right."""
    name = xml_name(owner, member)
    return str(TABLE["json"].get(name, name))


def python_name(owner: str, member: str) -> str:
    """Python name of a component: from its JSON name."""
    return snake(json_name(owner, member))


def value_name(owner: str, value: str) -> str:
    """ECMA-323 name of an enumeration value or bit."""
    return str(TABLE["values"].get(f"{owner}.{value}", value))


def bit_name(owner: str, bit: str) -> str:
    """Name of a bit in Python and JSON: the ECMA-323 name with its misprints put right."""
    name = value_name(owner, bit)
    return str(TABLE["misspelt"].get(name, name))


def item_name(name: str) -> str:
    """ECMA-323 name of one entry of a list type; raises KeyError for a list the table does not know."""
    return str(TABLE["items"][name])


def class_name(name: str) -> str:
    """Python class of a structured type."""
    return HANDWRITTEN.get(name, name)


def title(name: str) -> str:
    """``MakeCall`` → ``Make Call``."""
    return " ".join(word if word.isupper() else word.capitalize() for word in words(name))


def is_empty_response(found: Type) -> bool:
    """Whether a type is the CHOICE {extensions, noData} by which ECMA-285 writes an answer without data."""
    return found.kind == "CHOICE" and [member.name for member in found.members] == [
        "extensions",
        "noData",
    ]


def python_type(schema: Schema, name: str) -> str:
    """Python annotation of a value of a schema type."""
    if name in HANDWRITTEN:
        return HANDWRITTEN[name]
    if name in IDENTIFIERS:
        return "str"
    found = schema.types.get(name)
    if found is None:
        return BUILT_IN[name]
    if found.kind == "alias":
        return python_type(schema, found.target)
    if found.kind == "SEQUENCE OF":
        return f"tuple[{python_type(schema, found.target)}, ...]"
    return name


def is_flag(schema: Schema, owner: Type, member: Member) -> bool:
    """Whether a component is an alternative without a value, True when chosen."""
    return owner.kind == "CHOICE" and schema.layers(member.type).base.target == "NULL"


def structured(schema: Schema, chapter: str) -> list[Type]:
    """The types of a chapter that get a class or codec of their own, in schema order."""
    types = [schema.types[name] for name in schema.chapters[chapter] if name not in INNER]
    return [found for found in types if found.kind != "alias" and found.name not in HANDWRITTEN]


def default_literal(schema: Schema, member: Member) -> str:
    """Python source of a component's DEFAULT."""
    found = schema.layers(member.type).base
    if found.kind == "ENUMERATED":
        return f"{found.name}.{constant(member.default)}"
    if found.kind == "BIT STRING":
        return f"{found.name}()"
    return repr(member.default)
