"""Reference of settings and commands, read from the structures and parsers the programs use."""

from __future__ import annotations

import argparse
import importlib
import inspect
import re
from collections.abc import Iterator
from functools import partial

import msgspec
from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from csta.cli import COMMANDS
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
    """What ``--help`` says of every command of ``csta``."""

    def run(self) -> list[nodes.Node]:
        """One section a command."""
        return [section for name in COMMANDS for section in _command(name)]


def _section(name: str) -> Iterator[str]:
    kinds, is_list = _structures(name)
    for kind in kinds:
        tag = kind.__struct_config__.tag if len(kinds) > 1 else None
        yield f"### `{f'[[{name}]]' if is_list else f'[{name}]'}`{f' of type `{tag}`' if tag else ''}"
        yield from _table(kind)


def _table(kind: type[msgspec.Struct]) -> Iterator[str]:
    described = inspect.getdoc(kind) or ""
    title, _, meaning = described.partition("\n\n")[0].partition(": ")
    yield ""
    # The first line of a structure shared with other packages does not name its table in the file.
    yield _sentence(meaning) if title.startswith("``[") else f"{title.split('. ')[0]}."
    yield ""
    yield "| key | default | meaning |"
    yield "|---|---|---|"
    meanings = {key: " ".join(text.split()) for key, text in PARAMETER.findall(described)}
    for field in msgspec.structs.fields(kind):
        yield f"| `{field.name}` | {_default(field)} | {meanings[field.name].replace('``', '`')} |"
    yield ""


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _structures(name: str) -> tuple[list[type[msgspec.Struct]], bool]:
    """The structure of a table, or all those its ``type`` tells apart."""
    described = next(field for field in msgspec.inspect.type_info(Config).fields if field.name == name).type  # type: ignore[attr-defined] # a StructType
    is_list = isinstance(described, msgspec.inspect.VarTupleType)
    kind = described.item_type if is_list else described
    return [each.cls for each in getattr(kind, "types", (kind,))], is_list


def _default(field: msgspec.structs.FieldInfo) -> str:
    if field.required:
        return "needed"
    if field.default is msgspec.NODEFAULT:
        return "none"
    empty = field.default is None or field.default == ()
    return "none" if empty else f"`{msgspec.json.encode(field.default).decode()}`"


def _command(name: str) -> list[nodes.Node]:
    formatter = partial(argparse.HelpFormatter, width=100)
    parser = argparse.ArgumentParser(f"csta {name}", description=COMMANDS[name].purpose, formatter_class=formatter)
    importlib.import_module(f"csta.cli.{name}").add_arguments(parser)
    section = nodes.section(ids=[f"csta-{name}"], names=[f"csta {name}"])
    section += nodes.title("", f"csta {name}")
    section += nodes.literal_block("", parser.format_help(), language="text")
    return [section]


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directives."""
    app.add_directive("configuration", Configuration)
    app.add_directive("commands", Commands)
    return {"parallel_read_safe": True}
