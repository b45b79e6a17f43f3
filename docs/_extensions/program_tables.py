"""Reference of settings and commands, read from the structures and parsers the programs use."""

from __future__ import annotations

import argparse
import inspect
import re
from collections.abc import Iterator
from functools import partial
from typing import cast

import msgspec
from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from csta_gateway.cli.completion import PROGRAMS
from csta_gateway.config import Config

PARAMETER = re.compile(r":param (\w+): (.*?)(?=\n\s*:param|\Z)", re.DOTALL)


class Configuration(SphinxDirective):
    """A section for each table of the settings file."""

    def run(self) -> list[nodes.Node]:
        """Parse the sections as if they stood in the page."""
        lines = [line for field in msgspec.structs.fields(Config) for line in _section(field.name)]
        container = nodes.Element()
        source = self.get_source_info()[0]
        self.state.nested_parse(StringList(lines, source=source), self.content_offset, container, match_titles=True)
        return list(container.children)


class Commands(SphinxDirective):
    """What ``--help`` says of every command of the program it is given."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """One section a command that does something by itself."""
        return [_help(each) for each in _leaves(PROGRAMS[self.arguments[0]]())]


def _section(name: str) -> Iterator[str]:
    for header, kind in _structures(name):
        title, _, meaning = (inspect.getdoc(kind) or "").partition("\n\n")[0].partition(": ")
        yield f"### `{header}`"
        yield ""
        # The first line of a structure shared with other packages does not name its table in the file.
        yield f"{meaning[:1].upper()}{meaning[1:]}" if title.startswith("``[") else f"{title.split('. ')[0]}."
        yield ""
        yield "| key | default | meaning |"
        yield "|---|---|---|"
        meanings = _meanings(kind)
        for field in msgspec.structs.fields(kind):
            yield f"| `{field.encode_name}` | {_default(field)} | {meanings[field.name].replace('``', '`')} |"
        yield ""


def _structures(name: str) -> Iterator[tuple[str, type[msgspec.Struct]]]:
    """The structures of a table of the file, each with its header: one for every type of source."""
    described = next(field for field in msgspec.inspect.type_info(Config).fields if field.name == name).type  # type: ignore[attr-defined] # a StructType
    match described:
        case msgspec.inspect.VarTupleType(item_type=msgspec.inspect.UnionType(types=kinds)):
            yield from ((f'[[{name}]] type = "{_struct(kind).tag}"', _struct(kind).cls) for kind in kinds)
        case msgspec.inspect.VarTupleType():
            yield f"[[{name}]]", _struct(described.item_type).cls
        case msgspec.inspect.DictType():
            yield f"[{name}.NAME]", _struct(described.value_type).cls
        case msgspec.inspect.UnionType(types=kinds):  # a table that may be left out
            yield from ((f"[{name}]", kind.cls) for kind in kinds if isinstance(kind, msgspec.inspect.StructType))
        case _:
            yield f"[{name}]", _struct(described).cls


def _struct(kind: msgspec.inspect.Type) -> msgspec.inspect.StructType:
    return cast(msgspec.inspect.StructType, kind)


def _meanings(kind: type[msgspec.Struct]) -> dict[str, str]:
    """What the keys mean, also those a structure has from the one it extends."""
    docs = [inspect.cleandoc(each.__doc__ or "") for each in reversed(kind.__mro__)]
    return {key: " ".join(text.split()) for doc in docs for key, text in PARAMETER.findall(doc)}


def _default(field: msgspec.structs.FieldInfo) -> str:
    if field.required:
        return "needed"
    if field.default is msgspec.NODEFAULT:
        return "none"
    empty = field.default is None or field.default == ()
    return "none" if empty else f"`{msgspec.json.encode(field.default).decode()}`"


def _leaves(described: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    """The parsers of commands that have none below them."""
    below = [action for action in described._actions if isinstance(action, argparse._SubParsersAction)]
    if not below:
        yield described
    for action in below:
        purposes = {choice.dest: choice.help for choice in action._choices_actions}
        for name, command in action.choices.items():
            command.description = command.description or purposes.get(name)
            yield from _leaves(command)


def _help(described: argparse.ArgumentParser) -> nodes.Node:
    described.formatter_class = partial(argparse.HelpFormatter, width=100)
    section = nodes.section(ids=[described.prog.replace(" ", "-")], names=[described.prog])
    section += nodes.title("", described.prog)
    section += nodes.literal_block("", described.format_help(), language="text")
    return section


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directives."""
    app.add_directive("configuration", Configuration)
    app.add_directive("commands", Commands)
    return {"parallel_read_safe": True}
