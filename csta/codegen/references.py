"""Names that a chapter's BER functions use, and the imports that come of them."""

from __future__ import annotations

import builtins

from csta.codegen import names
from csta.codegen.schema import Schema

ANY = frozenset({"CSTAPrivateData", "SecurityInfo"})
"""Types that any value may stand for, so that no tag is asked."""

RESERVED = frozenset(
    {"begin", "content", "data", "end", "length", "octet", "out", "pos", "start", "stop", *dir(builtins)}
)
"""Local variables and functions of a decoding function; a component of that name gets an underscore."""


class References:
    """What one chapter refers to; :attr:`wanted` collects its imports, module by module."""

    def __init__(self, schema: Schema, chapter: str) -> None:
        self.schema = schema
        self.chapter = chapter
        self.wanted: dict[str, set[str]] = {}

    def _variable(self, type_name: str, member_name: str) -> str:
        """Local variable of a component."""
        name = names.python_name(type_name, member_name)
        return f"{name}_" if name in RESERVED else name

    def _function(self, verb: str, name: str) -> str:
        """Function that decodes or encodes a type."""
        if name in names.HANDWRITTEN:
            made = f"{verb}_{'private_data' if name in ANY else names.snake(name)}"
            self.wanted.setdefault("csta.asn1.common", set()).add(made)
            return made
        made = f"{verb}_{names.snake(name)}"
        chapter = self.schema.types[name].chapter
        if chapter != self.chapter:
            self.wanted.setdefault(f"csta.asn1.generated.{chapter}", set()).add(made)
        return made

    def _class(self, name: str) -> str:
        """Class of a type's values."""
        where = "common" if name in names.HANDWRITTEN else self.schema.types[name].chapter
        self.wanted.setdefault(f"csta.messages.{where}", set()).add(names.class_name(name))
        return names.class_name(name)

    def _annotation(self, name: str) -> str:
        """Annotation of a type's values."""
        found = self.schema.layers(name).base
        if found.name in names.HANDWRITTEN or found.kind in (
            "SEQUENCE",
            "CHOICE",
            "ENUMERATED",
            "BIT STRING",
        ):
            return self._class(found.name)
        if found.kind == "SEQUENCE OF":
            return f"tuple[{self._annotation(found.target)}, ...]"
        made = names.python_type(self.schema, name)
        if made == "Octets":
            self.wanted.setdefault("csta.messages.base", set()).add("Octets")
        return made

    def _table(self, name: str, side: str) -> str:
        """Table of an enumeration: contents to VALUES, or values to OCTETS."""
        made = f"{names.snake(name).upper()}_{side}"
        chapter = self.schema.types[name].chapter
        if chapter != self.chapter:
            self.wanted.setdefault(f"csta.asn1.generated.{chapter}", set()).add(made)
        return made
