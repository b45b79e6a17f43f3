"""Writes the encoding functions of a chapter's types."""

from __future__ import annotations

from csta.codegen import names
from csta.codegen.references import References
from csta.codegen.schema import Member, Schema, Type

ENCODE = {
    "BOOLEAN": "ber.encode_boolean({value})",
    "INTEGER": "ber.encode_integer({value})",
    "NULL": 'b""',
    "OCTET STRING": "{value}",
    "IA5String": "{value}.encode()",
    "GeneralizedTime": "ber.encode_time({value})",
}
"""Contents of a value."""


def headers(octet: int) -> str:
    """Name of the table of what stands before contents."""
    return f"H{octet:02X}"


class Encoders(References):
    """``encode_x(value)`` for the contents of a SEQUENCE or for the chosen alternative of a CHOICE with its tag."""

    def __init__(self, schema: Schema, chapter: str) -> None:
        super().__init__(schema, chapter)
        self.tags: set[int] = set()
        """Octets that are written before contents."""

    def _bare(self, name: str, value: str) -> str:
        """Expression for a value's contents, or for a CHOICE's whole alternative."""
        found = self.schema.layers(name).base
        if name in names.IDENTIFIERS or found.name in names.IDENTIFIERS:
            return f"ber.encode_identifier({value})"
        if found.kind == "ENUMERATED":
            return f"{self._table(found.name, 'OCTETS')}.get({value}) or ber.encode_other_value({value})"
        if found.kind == "BIT STRING":
            return f"ber.encode_bits({value})"
        if found.kind in ("SEQUENCE", "SEQUENCE OF", "CHOICE"):
            return f"{self._function('encode', found.name)}({value})"
        return ENCODE[found.target].format(value=value)

    def _headed(self, octet: int, content: str) -> str:
        self.tags.add(octet)
        return f"{headers(octet)}[len({content})] + {content}"

    def _wrapped(self, member: Member, value: str, indent: str, use: str) -> list[str]:
        """Statements that write a component; ``use`` is what is done with it."""
        layers = self.schema.layers(member.type, member.tag)
        octets = [*layers.wrappers, *([layers.octet] if layers.octet is not None else [])]
        made = self._bare(member.type, value)
        if not octets:
            return [indent + use.format(made)]
        lines: list[str] = []
        if made != value:
            lines.append(f"{indent}content = {made}")
            made = "content"
        for octet in reversed(octets[1:]):
            lines.append(f"{indent}content = {self._headed(octet, made)}")
            made = "content"
        return [*lines, indent + use.format(self._headed(octets[0], made))]

    def encode_sequence(self, found: Type) -> list[str]:
        """Function that encodes a SEQUENCE."""
        kind = self._class(found.name)
        lines = [
            "",
            "",
            f"def encode_{names.snake(found.name)}(value: {kind}) -> bytes:",
            f'    """Contents of {found.name}."""',
            '    out = b""',
        ]
        for member in found.members:
            attribute = f"value.{names.python_name(found.name, member.name)}"
            if member.has_default:
                lines += [
                    f"    if {attribute} != {names.default_literal(self.schema, member)}:",
                    *self._wrapped(member, attribute, "        ", "out += {}"),
                ]
            elif member.optional:
                variable = self._variable(found.name, member.name)
                lines += [
                    f"    {variable} = {attribute}",
                    f"    if {variable} is not None:",
                    *self._wrapped(member, variable, "        ", "out += {}"),
                ]
            else:
                lines += self._wrapped(member, attribute, "    ", "out += {}")
        return [*lines, "    return out"]

    def encode_list(self, found: Type) -> list[str]:
        """Function that encodes a SEQUENCE OF."""
        element = Member("element", found.target, None, False)
        return [
            "",
            "",
            f"def encode_{names.snake(found.name)}(values: tuple[{self._annotation(found.target)}, ...]) -> bytes:",
            f'    """Contents of {found.name}."""',
            "    parts: list[bytes] = []",
            "    for value in values:",
            *self._wrapped(element, "value", "        ", "parts.append({})"),
            '    return b"".join(parts)',
        ]

    def encode_choice(self, found: Type) -> list[str]:
        """Function that encodes a CHOICE."""
        kind = self._class(found.name)
        lines = [
            "",
            "",
            f"def encode_{names.snake(found.name)}(value: {kind}) -> bytes:",
            f'    """The chosen alternative of {found.name} with its tag."""',
        ]
        for member in found.members:
            attribute = f"value.{names.python_name(found.name, member.name)}"
            if member.name == "noData" and names.is_empty_response(found):
                return [*lines, '    return b"\\x05\\x00"']
            test = attribute if names.is_flag(self.schema, found, member) else f"{attribute} is not None"
            lines += [
                f"    if {test}:",
                *self._wrapped(member, attribute, "        ", "return {}"),
            ]
        return [*lines, f'    return ber.none_chosen("{self.chapter}.{found.name}")']
