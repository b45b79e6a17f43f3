"""Writes the decoding functions of a chapter's types.

The next element is read in place as long as its length has one octet and it ends within the surroundings. Everything
else (:func:`csta.asn1.ber.following` and its kin) says what is wrong, or copes with it. A call for each element would
cost more than what it does.
"""

from __future__ import annotations

from collections.abc import Iterable

from csta.asn1 import ber
from csta.codegen import names
from csta.codegen.references import ANY, References
from csta.codegen.schema import CONSTRUCTED, Member, Type

DECODE = {
    "BOOLEAN": "ber.boolean(data, {pos}, {stop}, {where})",
    "INTEGER": "ber.integer(data, {pos}, {stop}, {where})",
    "NULL": "ber.null({pos}, {stop}, {where})",
    "OCTET STRING": "Octets(data[{pos}:{stop}])",
    "IA5String": "ber.text(data, {pos}, {stop})",
    "GeneralizedTime": "ber.time(data, {pos}, {stop})",
}
"""Value between pos and stop."""

IMPLICIT = 0x40
"""Identifier octets from here on have another class than universal."""

PIECES = {
    "OCTET STRING": ber.STRING_IN_PIECES,
    "IA5String": ber.STRING_IN_PIECES,
    "GeneralizedTime": ber.STRING_IN_PIECES,
    "BIT STRING": ber.BITS_IN_PIECES,
}
"""How the constructed octet of a string stands among the octets a type knows."""


def _negated(match: str) -> str:
    if " != " in match:
        return match.replace(" != ", " == ")
    return match.replace(" == ", " != ").replace(" in ", " not in ")


def _spelt(octets: list[int]) -> str:
    return " ".join(f"{octet:02x}" for octet in octets)


class Decoders(References):
    """``decode_x(data, pos, end)`` for the contents of a SEQUENCE, ``decode_x(data, octet, pos, end)`` for a CHOICE."""

    def _value(self, name: str, where: str) -> str:
        """Expression that decodes a value whose tags are off: from pos to stop."""
        found = self.schema.layers(name).base
        if name in names.IDENTIFIERS or found.name in names.IDENTIFIERS:
            return "data[pos:stop].hex()"
        if found.kind == "ENUMERATED":
            table, kind = self._table(found.name, "VALUES"), self._class(found.name)
            return f"{table}.get(data[pos:stop]) or ber.other_value(data, pos, stop, {table}, {kind}, {where})"
        if found.kind == "BIT STRING":
            return f"ber.bits(data, pos, stop, {self._class(found.name)}, {where})"
        if found.kind == "CHOICE":
            return f"{self._function('decode', found.name)}(data, octet, pos, stop)"
        if found.kind in ("SEQUENCE", "SEQUENCE OF"):
            return f"{self._function('decode', found.name)}(data, pos, stop)"
        if found.target == "OCTET STRING":
            self.wanted.setdefault("csta.messages.base", set()).add("Octets")
        return DECODE[found.target].format(pos="pos", stop="stop", where=where)

    def _any(self, member: Member) -> bool:
        return member.type in ANY and member.tag is None

    def _unwrapped(self, member: Member, indent: str, variable: str, where: str) -> list[str]:
        """Statements that decode a component whose first header has been read into octet, pos, stop."""
        layers = self.schema.layers(member.type, member.tag)
        if self._any(member):
            return [f"{indent}{variable} = {self._function('decode', member.type)}(data, start, pos, stop)"]
        if len(layers.wrappers) == 1 and self._remembered(layers.base):
            table = self._memory(layers.base.name)
            return [f"{indent}{variable} = {table}.get(data[pos:stop]) or {table}.inside(data, pos, stop, {where})"]
        inside: list[int | None] = [*layers.wrappers[1:], layers.octet] if layers.wrappers else []
        lines: list[str] = []
        for expected in inside:
            lines += [
                f"{indent}octet, length, pos = data[pos], data[pos + 1], pos + 2",
                f"{indent}if length > 127 or pos + length != stop:",
                f"{indent}    octet, pos, _ = ber.inner(data, pos - 2, stop, {where})",
            ]
            if expected is not None:
                lines += [
                    f"{indent}if octet != 0x{expected:02x}:",
                    f"{indent}    ber.unexpected(octet, {where}, pos, stop)",
                ]
        return [*lines, f"{indent}{variable} = {self._value(member.type, where)}"]

    def _remembered(self, found: Type) -> bool:
        """Whether a type names a device: a device identifier, or that there is none to tell."""
        alternatives = {self.schema.layers(member.type).base for member in found.members}
        return found.kind == "CHOICE" and {base.name for base in alternatives} == {"DeviceID", "NULL"}

    def _memory(self, name: str) -> str:
        made = f"{names.snake(name)}s".upper()
        chapter = self.schema.types[name].chapter
        if chapter != self.chapter:
            self.wanted.setdefault(f"csta.asn1.generated.{chapter}", set()).add(made)
        return made

    def _next(self, indent: str, at: str, path: str, members: Iterable[Member]) -> list[str]:
        """Statements that read the header of the next element of one with ``members`` into octet, pos, stop."""
        if any(self._any(member) for member in members):  # its tag may have any form
            return [f"{indent}start = {at}", f'{indent}octet, pos, stop = ber.following(data, start, end, "{path}")']
        return [
            f"{indent}octet, length, pos = data[{at}], data[{at} + 1], {at} + 2",
            f"{indent}if length > 127 or (stop := pos + length) > end:",
            f'{indent}    octet, pos, stop = ber.following(data, pos - 2, end, "{path}")',
        ]

    def decode_sequence(self, found: Type) -> list[str]:
        """Function that decodes a SEQUENCE."""
        kind = self._class(found.name)
        name = names.snake(found.name)
        path = f"{self.chapter}.{found.name}"
        event = found.name in self.schema.events.values()
        octets = sorted({octet for member in found.members for octet in self._octets(member) + self._pieces(member)})
        reference = "monitor_cross_ref_id" if event else ""
        lines = [
            "",
            "",
            f"def decode_{name}(data: bytes, pos: int, end: int{f', {reference}: str' if event else ''}) -> {kind}:",
            f'    """Contents of {found.name}."""',
            "    begin = pos",
            *self._next("    ", "pos", path, found.members),
        ]
        for member in found.members:
            lines += self._decode_member(found, member, path)
        lines += ["    if octet != END:", f"        return {self._again(found)}"]
        arguments = [f"{reference}={reference}"] if event else []
        arguments += [
            f"{names.python_name(found.name, member.name)}={self._variable(found.name, member.name)}"
            for member in found.members
        ]
        return [
            *lines,
            f"    return {kind}({', '.join(arguments)})",
            "",
            "",
            f'{self._known(found)} = Known(decode_{name}, "{path}", "{_spelt(octets)}")',
        ]

    def _known(self, found: Type) -> str:
        """Name of what a SEQUENCE knows."""
        return f"_{names.snake(found.name).upper()}"

    def _again(self, found: Type, member: str = "") -> str:
        """Expression that copes with the element at hand, or raises."""
        more = ", monitor_cross_ref_id" if found.name in self.schema.events.values() else ""
        return f'{self._known(found)}.again(data, begin, end, "{member}", pos{more})'

    def _octets(self, member: Member) -> tuple[int, ...]:
        return () if member.type in ANY and member.tag is None else self.schema.octets(member.type, member.tag)

    def _pieces(self, member: Member) -> tuple[int, ...]:
        """Constructed octets of a string with an implicit tag, marked; those with universal tags need no telling."""
        layers = self.schema.layers(member.type, member.tag)
        base = layers.base
        if layers.wrappers:
            return ()
        if base.kind == "CHOICE":
            return tuple(octet for inner in base.members for octet in self._pieces(inner))
        mark = PIECES.get(base.target if base.kind == "alias" else base.kind)
        return (layers.octet | CONSTRUCTED | mark,) if mark and layers.octet and layers.octet >= IMPLICIT else ()

    def _match(self, member: Member) -> str:
        octets = self._octets(member)
        if not octets:
            return "octet != END"
        if len(octets) == 1:
            return f"octet == 0x{octets[0]:02x}"
        return f"octet in ({', '.join(f'0x{octet:02x}' for octet in octets)})"

    def _decode_member(self, found: Type, member: Member, path: str) -> list[str]:
        variable = self._variable(found.name, member.name)
        where = f"{path}.{names.json_name(found.name, member.name)}"
        match = self._match(member)
        if not member.optional:
            return [
                f"    if {_negated(match)}:",
                f"        return {self._again(found, names.json_name(found.name, member.name))}",
                *self._unwrapped(member, "    ", variable, f'"{where}"'),
                *self._next("    ", "stop", path, found.members),
            ]
        if member.has_default:
            first = f"    {variable} = {names.default_literal(self.schema, member)}"
        else:
            first = f"    {variable}: {self._annotation(member.type)} | None = None"
        return [
            first,
            f"    if {match}:",
            *self._unwrapped(member, "        ", variable, f'"{where}"'),
            *self._next("        ", "stop", path, found.members),
        ]

    def decode_list(self, found: Type) -> list[str]:
        """Function that decodes a SEQUENCE OF."""
        name = names.snake(found.name)
        path = f"{self.chapter}.{found.name}"
        element = Member("element", found.target, None, False)
        lines = [
            "",
            "",
            f"def decode_{name}(data: bytes, pos: int, end: int) -> tuple[{self._annotation(found.target)}, ...]:",
            f'    """Contents of {found.name}."""',
            f"    values: list[{self._annotation(found.target)}] = []",
            "    stop = pos",
            "    while stop < end:",
            *self._next("        ", "stop", path, (element,)),
        ]
        if self._octets(element):
            lines += [
                f"        if {_negated(self._match(element))}:",
                f'            ber.unexpected(octet, "{path}", pos, stop)',
            ]
        else:
            lines[-1] = lines[-1].replace("octet, ", "_, ")
        return [
            *lines,
            *self._unwrapped(element, "        ", "value", f'"{path}"'),
            "        values.append(value)",
            "    return tuple(values)",
        ]

    def decode_choice(self, found: Type) -> list[str]:
        """Function that decodes a CHOICE."""
        kind = self._class(found.name)
        name = names.snake(found.name)
        path = f"{self.chapter}.{found.name}"
        lines = [
            "",
            "",
            f"def decode_{name}(data: bytes, octet: int, pos: int, stop: int) -> {kind}:",
            f'    """The alternative of {found.name} with identifier ``octet``."""',
        ]
        for member in found.members:
            variable = names.python_name(found.name, member.name)
            where = f'"{path}.{names.json_name(found.name, member.name)}"'
            lines.append(f"    if {self._match(member)}:")
            if member.name == "noData" and names.is_empty_response(found):
                lines += [
                    f"        ber.null(pos, stop, {where})",
                    f"        return {kind}()",
                ]
                continue
            decode = self._unwrapped(member, "        ", "value", where)
            lines += [
                *decode[:-1],
                f"        return {kind}({variable}={decode[-1].split(' = ', 1)[1]})",
            ]
        pieces = sorted({octet for member in found.members for octet in self._pieces(member)})
        memory = ["", "", f"{self._memory(found.name)} = Remembered(decode_{name})"] if self._remembered(found) else []
        if not pieces:
            return [*lines, f'    return ber.unexpected(octet, "{path}", pos, stop)', *memory]
        return [
            *lines,
            f"    return {self._known(found)}.other_alternative(data, octet, pos, stop)",
            "",
            "",
            f'{self._known(found)} = Known(decode_{name}, "{path}", "{_spelt(pieces)}")',
        ]
